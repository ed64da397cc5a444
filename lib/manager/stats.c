/* SPDX-License-Identifier: MIT */
#include "manager/stats.h"

/* Upper bounds of the load times in milliseconds; the last bucket has none. */
static const int64_t bounds_ms[SUPA_STATS_BUCKETS - 1] = {1,   2,   5,    10,   20,   50,   100,
                                                          200, 500, 1000, 2000, 5000, 10000};

static void start(atomic_llong *counters, size_t count)
{
    for (size_t i = 0; i < count; i++)
        atomic_init(&counters[i], 0);
}

void counters_start(struct counters *counters)
{
    atomic_llong *const single[] = {
        &counters->loads,     &counters->reloads,   &counters->failures,
        &counters->evictions, &counters->refreshes, &counters->refresh_failures,
        &counters->changes,   &counters->sweeps,    &counters->swept,
        &counters->load_us,   &counters->given,
    };

    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        start(single[i], 1);
    start(counters->errors, SUPA_STATS_CODES);
    start(counters->load_buckets, SUPA_STATS_BUCKETS);
}

void counters_add(atomic_llong *counter, int64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

void counters_error(struct counters *counters, const supa_error *error)
{
    int32_t code = error->code;

    if (code > 0 && code < SUPA_STATS_CODES)
        counters_add(&counters->errors[code], 1);
}

void counters_load(struct counters *counters, int64_t took_us, const supa_error *error)
{
    size_t bucket = 0;

    while (bucket < SUPA_STATS_BUCKETS - 1 && took_us > bounds_ms[bucket] * 1000)
        bucket++;
    counters_add(&counters->loads, 1);
    counters_add(&counters->load_us, took_us);
    counters_add(&counters->load_buckets[bucket], 1);
    if (error == NULL)
        return;
    counters_add(&counters->failures, 1);
    counters_error(counters, error);
}

static int64_t read_one(atomic_llong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void counters_read(struct counters *counters, supa_manager_stats *out)
{
    out->leases = out->hits + read_one(&counters->given);
    out->loads = read_one(&counters->loads);
    out->reloads = read_one(&counters->reloads);
    out->failures = read_one(&counters->failures);
    out->evictions = read_one(&counters->evictions);
    out->refreshes = read_one(&counters->refreshes);
    out->refresh_failures = read_one(&counters->refresh_failures);
    out->changes = read_one(&counters->changes);
    out->sweeps = read_one(&counters->sweeps);
    out->swept = read_one(&counters->swept);
    out->load_us = read_one(&counters->load_us);
    for (size_t i = 0; i < SUPA_STATS_CODES; i++)
        out->errors[i] = read_one(&counters->errors[i]);
    for (size_t i = 0; i < SUPA_STATS_BUCKETS; i++) {
        out->load_buckets[i] = read_one(&counters->load_buckets[i]);
        out->load_bounds_ms[i] = i < SUPA_STATS_BUCKETS - 1 ? bounds_ms[i] : -1;
    }
}
