/* SPDX-License-Identifier: MIT */
/* One condition: a comparison of a column, a group of conditions, or one in PostgREST's own words. A
 * query keeps them as they were meant; how they are quoted is decided when they are written, by where
 * they stand. */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "base/buffer.h"
#include "query/operand.h"

#include <stddef.h>

/* What an operator compares with. */
enum comparison_takes {
    TAKES_SCALAR,   /* one value */
    TAKES_NULLABLE, /* the same; the null value turns it into `is` */
    TAKES_PATTERN,  /* a pattern of like */
    TAKES_TEXT,     /* one text: a regular expression, a range, a search */
    TAKES_LIST,     /* `in.( )` */
    TAKES_WHOLE,    /* an array, JSON or a range: `cs` and its like */
    TAKES_WORD      /* null, true, …: written bare */
};

struct comparison {
    char name[16]; /* PostgREST's */
    size_t length; /* of the name */
    enum comparison_takes takes;
    int quantified; /* any( ) and all( ) exist */
    int configured; /* a language may be named */
};

/* PostgREST's operators, by number; their names are the same. */
enum comparison_op {
    OP_EQ,
    OP_NEQ,
    OP_GT,
    OP_GTE,
    OP_LT,
    OP_LTE,
    OP_IS,
    OP_ISDISTINCT,
    OP_IN,
    OP_LIKE,
    OP_ILIKE,
    OP_MATCH,
    OP_IMATCH,
    OP_FTS,
    OP_PLFTS,
    OP_PHFTS,
    OP_WFTS,
    OP_CS,
    OP_CD,
    OP_OV,
    OP_SL,
    OP_SR,
    OP_NXL,
    OP_NXR,
    OP_ADJ,
    OP_COUNT
};
extern const struct comparison comparisons[OP_COUNT];

/* By PostgREST's name, or NULL. */
const struct comparison *comparison_find(const char *name, size_t length);

enum quantifier { QUANTIFIER_NONE, QUANTIFIER_ANY, QUANTIFIER_ALL };
enum filter_kind { FILTER_COMPARISON, FILTER_GROUP, FILTER_RAW };

struct filter {
    struct filter *next;
    enum filter_kind kind;
    int negated;
    const char *column; /* a group's: the embedded resource that it is about, or NULL */
    size_t column_length;
    int column_is_word; /* base/word.h: it is written as it is */

    enum quantifier quantifier;
    const struct comparison *comparison;
    const char *config; /* of a text search, or NULL */

    int is_or; /* a group's */
    struct filter *children, **last_child;

    const char *raw; /* what stands behind the column, or inside of the group's parentheses */
    size_t raw_length;

    /* A comparison's. Read in place, never moved: it may point into itself. */
    struct operand operand;
};

/* 1 for a comparison with one value by an operator that takes any. */
static inline int filter_is_simple(const struct filter *filter)
{
    return filter->operand.kind == OPERAND_SCALAR && filter->comparison->takes <= TAKES_NULLABLE &&
           filter->quantifier == QUANTIFIER_NONE;
}

/* What is wrong with this comparison's operand, or NULL. May change both: `eq` with the null value
 * becomes `is`. */
const char *filter_check(struct filter *filter);

/* Writes `key=value`, as it stands in a URL's query. */
void filter_write(struct buffer *url, const struct filter *filter);

enum filter_truth { TRUTH_DEPENDS, TRUTH_ALWAYS, TRUTH_NEVER };
/* Whether the condition holds whatever the row: `not in ()` does. */
enum filter_truth filter_truth(const struct filter *filter);

#endif
