/* SPDX-License-Identifier: MIT */
/* When the master is asked what has changed: on the thread of whoever finds the time come, or on a
 * thread of its own. */
#ifndef MANAGER_REFRESH_H
#define MANAGER_REFRESH_H

#include "manager/delta.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct refresh {
    struct delta delta;
    int64_t interval_us; /* 0: only when it is asked for */
    int64_t sweep_us;    /* 0: never */
    int in_background;   /* no lease finds the time come */
    struct outage *outage;
    struct counters *counters;

    atomic_llong due_us;     /* 0: nothing was cached yet */
    pthread_mutex_t running; /* one at a time; guards what follows, and the delta */
    int64_t sweep_due_us;
};

/* The rest is filled in. 0, or −1. */
int refresh_start(struct refresh *refresh);
void refresh_end(struct refresh *refresh);

/* Runs if the time has come and nobody else does, until @deadline_us at most (on base/clock; 0: none). */
void refresh_due(struct refresh *refresh, int64_t now_us, int64_t deadline_us);
/* 1 when the time seems to have come: cheap, for every lease. */
static inline int refresh_is_due(struct refresh *refresh, int64_t now_us)
{
    return now_us >= atomic_load_explicit(&refresh->due_us, memory_order_relaxed);
}
/* Runs now, after whoever is at it. 0, or the code with @error filled in, which is not NULL. */
int refresh_now(struct refresh *refresh, supa_error *error);

#endif
