/* SPDX-License-Identifier: MIT */
/* Medians and spreads. */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stddef.h>

struct figure {
    double median, low, high; /* low and high are the quartiles */
    size_t rounds;            /* 0: not measured */
};

/* Sorts @values. */
struct figure figure_of(double *values, size_t count);
/* The same in another unit, which is @units of this one. */
struct figure figure_in(struct figure figure, double units);
/* Half of the distance between the quartiles, in per cent of the median. */
double figure_spread(struct figure figure);

#endif
