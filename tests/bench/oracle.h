/* SPDX-License-Identifier: MIT */
/* What the canned answers contain, as canned.c wrote them: it knows from the values, not from reading
 * the JSON back. */
#ifndef BENCH_ORACLE_H
#define BENCH_ORACLE_H

#include <stddef.h>
#include <stdint.h>

struct oracle {
    long rows;
    size_t bytes;        /* of the answer's body */
    uint64_t bytes_sum;  /* sum_text of the whole body */
    uint64_t fields_sum; /* of every field of every row */
    uint64_t three_sum;  /* of id, name and price of every row */
};

/* Of the canned answer @name. */
struct oracle oracle_of(const char *name);
/* "rows_1000" in a buffer of its own. */
const char *oracle_rows_name(long rows);

#endif
