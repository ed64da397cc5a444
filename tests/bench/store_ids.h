/* SPDX-License-Identifier: MIT */
/* The ids of the benchmark's stores, the same in every run: version 4 UUIDs that look random. */
#ifndef BENCH_STORE_IDS_H
#define BENCH_STORE_IDS_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

/* In another order, so that a walk through them jumps about in every table. */
static inline void store_ids_shuffle(store_id *ids, long count, uint64_t state)
{
    for (long i = count - 1; i > 0; i--) {
        long j = (long)(random_next(&state) % (uint64_t)(i + 1));
        store_id kept;

        memcpy(kept, ids[i], sizeof kept);
        memcpy(ids[i], ids[j], sizeof kept);
        memcpy(ids[j], kept, sizeof kept);
    }
}

#endif
