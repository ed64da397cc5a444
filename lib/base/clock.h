/* SPDX-License-Identifier: MIT */
/* Time that only goes forward. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since some start. */
int64_t clock_us(void);
/* The same to some milliseconds, where that is cheaper. */
int64_t clock_coarse_us(void);
/* @ms in microseconds: 0 for 0 or less, and never so much that a sum of three overflows. */
int64_t clock_span_us(int64_t ms);
/* The moment @ms from now; 0 (never) when @ms is 0 or less. */
int64_t clock_deadline(int64_t ms);

#endif
