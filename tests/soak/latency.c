/* SPDX-License-Identifier: MIT */
#include "soak/latency.h"

#include <time.h>

int64_t latency_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The upper end of a bucket. */
static int64_t end_of(int bucket)
{
    const int64_t power = (int64_t)1 << (bucket / LATENCY_PARTS);

    return power + power * (bucket % LATENCY_PARTS + 1) / LATENCY_PARTS;
}

void latency_note(struct latency *latency, int64_t us)
{
    int bucket = 0;

    while (bucket < LATENCY_BUCKETS - 1 && end_of(bucket) < us)
        bucket++;
    latency->counts[bucket]++;
}

void latency_add(struct latency *sum, const struct latency *other)
{
    for (int i = 0; i < LATENCY_BUCKETS; i++)
        sum->counts[i] += other->counts[i];
}

int64_t latency_at(const struct latency *latency, int thousandth)
{
    int64_t all = 0, until = 0;
    int bucket = -1;

    for (int i = 0; i < LATENCY_BUCKETS; i++)
        all += latency->counts[i];
    while (bucket < LATENCY_BUCKETS - 1 && until * 1000 < all * thousandth)
        until += latency->counts[++bucket];
    return bucket < 0 ? 0 : end_of(bucket);
}
