/* SPDX-License-Identifier: MIT */
/* Time that only goes forward. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since some start. */
int64_t clock_us(void);
/* The moment @ms from now; 0 (never) when @ms is 0 or less. */
int64_t clock_deadline(int64_t ms);

#endif
