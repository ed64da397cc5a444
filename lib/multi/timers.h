/* SPDX-License-Identifier: MIT */
/* Moments that are waited for, the earliest first: a heap of timers that live in what waits. */
#ifndef MULTI_TIMERS_H
#define MULTI_TIMERS_H

#include <stddef.h>
#include <stdint.h>

struct timer {
    int64_t at_us;
    size_t place; /* in the heap, from 1; 0: in none */
};

struct timers {
    struct timer **heap; /* from 1 */
    size_t count, room;
};

/* Has room for one timer more, so that timers_set cannot fail. 0, or −1 when memory is gone. */
int timers_reserve(struct timers *timers, size_t count);
void timers_free(struct timers *timers);

/* Sets or moves a timer; 0 takes it out. */
void timers_set(struct timers *timers, struct timer *timer, int64_t at_us);
/* The earliest, or NULL. */
struct timer *timers_first(const struct timers *timers);

#endif
