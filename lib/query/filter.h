/* SPDX-License-Identifier: MIT */
/* One condition on a column. A query keeps them as they were meant; how they are written is decided
 * when the request is. */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "base/buffer.h"
#include "query/operand.h"

#include <stddef.h>

/* What an operator may be compared with. */
enum comparison_takes {
    TAKES_SCALAR, /* one value; the null value turns eq and neq into `is` */
    TAKES_LIST,   /* `in.( )` */
    TAKES_WHOLE,  /* an array, JSON or a range: `cs` and its like */
    TAKES_WORD    /* null, true, …: written bare */
};

struct comparison {
    const char *call; /* the function that makes it, for messages */
    const char *name; /* PostgREST's */
    enum comparison_takes takes;
    int negated;
};

extern const struct comparison compare_eq, compare_neq, compare_gt, compare_gte, compare_lt,
    compare_lte, compare_is, compare_is_not, compare_in, compare_not_in, compare_contains;

struct filter {
    struct filter *next;
    const struct comparison *comparison;
    const char *column;
    size_t column_length;
    struct operand operand; /* read in place, never moved: it may point into itself */
};

/* What is wrong with comparing this operator with this operand, or NULL. May change both: `eq` with
 * the null value becomes `is`. */
const char *filter_check(struct filter *filter);

/* Writes `column=op.value`. */
void filter_write(struct buffer *url, const struct filter *filter);

#endif
