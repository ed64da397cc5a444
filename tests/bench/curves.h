/* SPDX-License-Identifier: MIT */
/* Cost as work grows: a data file for each curve of charts.gp. */
#ifndef BENCH_CURVES_H
#define BENCH_CURVES_H

/* Measures all curves and writes @directory/curve_NAME.dat. 0, or −1 when a file cannot be written. */
int curves_run(const char *directory, int rounds);

#endif
