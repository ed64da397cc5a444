/* SPDX-License-Identifier: MIT */
/* What a manager counts beside its hits, which each part of the cache counts for itself. */
#ifndef MANAGER_STATS_H
#define MANAGER_STATS_H

#include <stdatomic.h>
#include <stdint.h>
#include <supa/manager.h>

struct counters {
    atomic_llong given, loads, reloads, failures, evictions; /* given: leases that are no hits */
    atomic_llong refreshes, refresh_failures, changes, sweeps, swept;
    atomic_llong errors[SUPA_STATS_CODES];
    atomic_llong load_us;
    atomic_llong load_buckets[SUPA_STATS_BUCKETS];
};

void counters_start(struct counters *counters);
void counters_add(atomic_llong *counter, int64_t by);
/* A load that took so long, and how it ended: NULL for well. */
void counters_load(struct counters *counters, int64_t took_us, const supa_error *error);
/* A failure of any kind. */
void counters_error(struct counters *counters, const supa_error *error);
/* The counters' part of the public numbers, in which the hits are already. */
void counters_read(struct counters *counters, supa_manager_stats *out);

/* All of it in Prometheus' text format; NULL when memory is gone. For supa_text_free. */
char *stats_text(const supa_manager_stats *stats);

#endif
