/* SPDX-License-Identifier: MIT */
/* Numbers that look random and come again with the same seed (splitmix64). */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state; /* the seed at first */
};

static inline uint64_t random_bits(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* 0 to @below − 1. */
static inline size_t random_below(struct random *random, size_t below)
{
    return (size_t)((random_bits(random) >> 16) % below);
}

/* 1 once in @times. */
static inline int random_once(struct random *random, size_t times)
{
    return random_below(random, times) == 0;
}

#endif
