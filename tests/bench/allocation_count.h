/* SPDX-License-Identifier: MIT */
/* Counts allocations by who asks for them: malloc and its family go through here in the program that
 * links allocation_count.c. One thread. */
#ifndef BENCH_ALLOCATION_COUNT_H
#define BENCH_ALLOCATION_COUNT_H

/* Count the calls from the code of the loaded object whose name contains @object; "" is the program. */
void allocation_watch(const char *object);
long allocation_count(void);

#endif
