/* SPDX-License-Identifier: MIT */
/* Where the process connects to. The test program has a connect of its own, which takes the place of
 * libc's for all of the process, libcurl included: it writes down every address, and lets nothing leave
 * the machine. What is no loopback address is refused at once; DIAL_PUBLIC stands for a host out there
 * and is led to the loopback. One for the process; all functions may be called from any thread. */
#ifndef MANAGER_DIAL_H
#define MANAGER_DIAL_H

#include <stddef.h>

#define DIAL_PUBLIC "93.184.216.34"

/* How many connections were begun since the last reset: to this address and port; NULL: any address. */
size_t dial_count(const char *address, int port);
void dial_reset(void);

#endif
