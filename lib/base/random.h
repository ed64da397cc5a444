/* SPDX-License-Identifier: MIT */
/* Numbers that differ from thread to thread, for jitter. Not for secrets. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* A number from 0 to @below − 1; 0 when @below is 0. Any thread. */
uint64_t random_below(uint64_t below);
/* @value less up to half of it: so that many who wait do not come back together. */
int64_t random_jitter(int64_t value);

#endif
