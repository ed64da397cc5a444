/* SPDX-License-Identifier: MIT */
/* How long requests took, in constant memory: counts by powers of two, each in eight parts. */
#ifndef SOAK_LATENCY_H
#define SOAK_LATENCY_H

#include <stdint.h>

enum { LATENCY_PARTS = 8, LATENCY_BUCKETS = 40 * LATENCY_PARTS };

struct latency {
    int64_t counts[LATENCY_BUCKETS];
};

int64_t latency_us(void);
void latency_note(struct latency *latency, int64_t us);
void latency_add(struct latency *sum, const struct latency *other);
/* The time in microseconds that so many of a thousand did not exceed, rounded up to an eighth. */
int64_t latency_at(const struct latency *latency, int thousandth);

#endif
