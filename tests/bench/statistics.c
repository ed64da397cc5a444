/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Between two values where the place falls between them. */
static double at(const double *sorted, size_t count, double share)
{
    double place = share * (double)(count - 1);
    size_t below = (size_t)place;

    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

struct figure figure_of(double *values, size_t count)
{
    struct figure figure = {0, 0, 0, count};

    if (count == 0)
        return figure;
    qsort(values, count, sizeof *values, compare);
    figure.median = at(values, count, 0.5);
    figure.low = at(values, count, 0.25);
    figure.high = at(values, count, 0.75);
    return figure;
}

struct figure figure_in(struct figure figure, double units)
{
    figure.median /= units;
    figure.low /= units;
    figure.high /= units;
    return figure;
}

double figure_spread(struct figure figure)
{
    return figure.median != 0 ? (figure.high - figure.low) / 2 / figure.median * 100 : 0;
}
