/* SPDX-License-Identifier: MIT */
/* Calls at a moment, and what many measurements say. */
#ifndef FAULT_TIMING_H
#define FAULT_TIMING_H

#include <pthread.h>
#include <stddef.h>

/* On the monotonic clock. */
long timing_now_us(void);
long timing_now_ms(void);

/* A call from another thread. */
struct timing_call {
    void (*function)(void *);
    void *argument;
    long due_us;
    long called_us; /* when the function was entered; the caller's after timing_join */
    pthread_t thread;
};

/* Calls the function @after_us from now, from a thread of its own. The struct is borrowed until
 * timing_join. 0, or −1 when the system has no thread. */
int timing_start(struct timing_call *call, long after_us, void (*function)(void *), void *argument);
/* Waits for the end of the call. Returns when the function was entered, as timing_now_us says. */
long timing_join(struct timing_call *call);

/* Of @n values, sorted by it, the one that @percent of them do not exceed: 50 the median, 100 the
 * largest. @n is at least 1. */
long timing_percentile(long *values, size_t n, unsigned percent);

/* Prints WHAT, the median, the 99th percentile and the worst, on a line of its own. */
void timing_print(const char *what, long *values, size_t n);

#endif
