/* SPDX-License-Identifier: MIT */
/* A query while it is built: what was asked for, not yet how it is written. */
#ifndef QUERY_QUERY_INTERNAL_H
#define QUERY_QUERY_INTERNAL_H

#include "base/arena.h"
#include "query/filter.h"
#include "query/request.h"
#include "query/select.h"
#include "query/target.h"

#include <supa/query.h>

enum query_kind { QUERY_READ, QUERY_INSERT, QUERY_DELETE };
enum query_answer { ANSWER_ROWS, ANSWER_ONE, ANSWER_AT_MOST_ONE };

struct order {
    struct order *next;
    const char *column;
    size_t column_length;
    int flags;
};

struct supa_query {
    struct target *target; /* NULL only where there is a mistake */
    enum query_kind kind;
    enum query_answer answer;
    int all_rows, own_copy, any_store;
    const char *relation;
    size_t relation_length;
    struct select select;
    struct filter *filters, **last_filter;
    struct order *orders, **last_order;
    int64_t limit, offset; /* −1: not set */
    const char *body;
    size_t body_length;
    supa_error mistake; /* code SUPA_OK while there is none */
    struct arena arena;
    struct request request;
};

/* A query of the caller's on @target, which it takes a reference to. */
supa_query *query_new(struct target *target, const char *relation);

#endif
