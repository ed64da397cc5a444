/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include "base/clock.h"

#include <stdatomic.h>

/* SplitMix64 over one counter for all threads. */
static uint64_t next(void)
{
    static atomic_uint_fast64_t counter;
    uint64_t x = atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);

    x = (x << 20) ^ (uint64_t)clock_us();
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return x ^ x >> 31;
}

uint64_t random_below(uint64_t below)
{
    return below == 0 ? 0 : next() % below;
}

int64_t random_jitter(int64_t value)
{
    return value <= 1 ? value : value - (int64_t)random_below((uint64_t)value / 2 + 1);
}
