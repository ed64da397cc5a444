/* SPDX-License-Identifier: MIT */
/* What was found, as a table, as bench.json and as data for the charts. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "budgets.h"
#include "statistics.h"

#include <stdio.h>

#define MAX_LEADS 2

/* A part's figures, in its unit. */
struct part_result {
    struct figure ours, floor;
    double ratio,
        limit; /* limit: the largest (AT_LEAST: smallest) that ours may be; 0 without a floor */
    int met;
    char why[900]; /* ours or the floor could not be measured */
};

/* How a peer stands to us. */
struct lead_result {
    const struct lead *lead; /* NULL: none */
    double ours, peer, times;
    int met;
    char why[400];
};

struct row_result {
    const struct row *row;
    struct part_result parts[MAX_PARTS];
    struct lead_result leads[MAX_LEADS];
    int met;
};

void report_header(FILE *out);
void report_row(FILE *out, const struct row_result *result);
void report_peers(FILE *out, const struct row_result *results, size_t count);
void report_json(FILE *out, const struct row_result *results, size_t count);
/* In Markdown: summary.c. */
void report_summary(FILE *out, const struct row_result *results, size_t count);
/* Lines for charts.gp: budgets.dat and peers.dat. */
void report_charts(const char *directory, const struct row_result *results, size_t count);

#endif
