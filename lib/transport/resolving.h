/* SPDX-License-Identifier: MIT */
/* How many names are looked up at once. libcurl takes a thread for each, and the threads of lookups
 * that were given up live on: they count for some seconds more. */
#ifndef TRANSPORT_RESOLVING_H
#define TRANSPORT_RESOLVING_H

#include <stdint.h>

#define RESOLVING_MOST     32 /* in the process */
#define RESOLVING_PER_NAME 4  /* so that one name that hangs does not take all places */

/* Takes a place for a lookup of the server that @name stands for: its number, or −1 when there is
 * none now. Any thread. */
int resolving_enter(uint64_t name, int64_t now_us);
/* The lookup is over; or it was given up, and its thread lives on. −1 is allowed. */
void resolving_leave(int place);
void resolving_abandon(int place, int64_t now_us);

/* For fork: see host.h. */
void resolving_lock(void);
void resolving_unlock(void);
void resolving_forget_all(void);

#endif
