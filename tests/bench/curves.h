/* SPDX-License-Identifier: MIT */
/* Cost as work grows: a data file for each curve of charts.gp. */
#ifndef BENCH_CURVES_H
#define BENCH_CURVES_H

/* Measures the curves that @names names (NULL: all) and writes @directory/curve_NAME.dat. 0, or −1 when a
 * file cannot be written. */
int curves_run(const char *directory, const char *names, int rounds);

#endif
