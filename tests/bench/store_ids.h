/* SPDX-License-Identifier: MIT */
/* The ids of the benchmark's stores, the same in every run: version 4 UUIDs that look random. */
#ifndef BENCH_STORE_IDS_H
#define BENCH_STORE_IDS_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

typedef char store_id[37];

/* splitmix64: also for choosing at random. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static inline void store_id_of(uint64_t n, store_id out)
{
    uint64_t state = n, a = random_next(&state), b = random_next(&state);

    snprintf(
        out, sizeof(store_id), "%08" PRIx32 "-%04x-4%03x-8%03x-%012" PRIx64, (uint32_t)(a >> 32),
        (unsigned)(a >> 16 & 0xFFFF), (unsigned)(a & 0xFFF), (unsigned)(b >> 52),
        b & 0xFFFFFFFFFFFFu);
}

#endif
