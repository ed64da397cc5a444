/* SPDX-License-Identifier: MIT */
/* A query while it is built: what was asked for, not yet how it is written. */
#ifndef QUERY_QUERY_INTERNAL_H
#define QUERY_QUERY_INTERNAL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/word.h"
#include "query/filter.h"
#include "query/request.h"
#include "query/select.h"
#include "query/target.h"

#include <stddef.h>
#include <stdint.h>
#include <supa/query.h>

#define GROUP_DEPTH 32 /* groups inside each other */

enum query_kind {
    QUERY_READ,
    QUERY_INSERT,
    QUERY_UPSERT,
    QUERY_UPDATE,
    QUERY_DELETE,
    QUERY_PUT,
    QUERY_RPC,
    QUERY_RPC_GET
};

enum query_answer { ANSWER_ROWS, ANSWER_ONE, ANSWER_AT_MOST_ONE };
enum query_media { MEDIA_JSON, MEDIA_CSV, MEDIA_GEOJSON, MEDIA_OTHER };

struct order {
    struct order *next;
    const char *column;
    size_t column_length;
    int column_is_word;
    int flags;
};

/* Order and limits of the query's rows, or of an embedded resource's. */
struct shape {
    struct shape *next;
    const char *embedded; /* NULL for the query's own */
    size_t embedded_length;
    struct order *orders, **last_order;
    int64_t limit, offset; /* −1: not set */
};

/* A name in a list of names: the columns of rows. */
struct name {
    struct name *next;
    const char *text;
    size_t length;
};

/* An argument of a function that is called by GET. */
struct argument {
    struct argument *next;
    const char *name;
    size_t name_length;
    struct operand value;
    int is_variadic;
};

struct query_header {
    struct query_header *next;
    const char *line;
};

struct supa_query {
    struct target *target; /* NULL in a template, and where there is a mistake */
    int is_template;
    enum query_kind kind;
    const char *relation; /* or function */
    size_t relation_length;
    int relation_is_word;
    struct select select;

    struct filter *filters, **last_filter;
    size_t depth; /* groups that are open */
    int is_not;   /* supa_not was said, for the next filter */

    struct shape shape;
    struct shape *embedded_shapes;

    /* What is seldom said: zeros where it is not, all of them at once in query_is_plain. */
    union {
        struct {
            enum query_answer answer;
            enum query_media media;
            int strip_nulls, head, head_reason, return_headers;
            supa_count_kind count;
            int explain;
            int missing_default, rollback, strict;
            const char *timezone;
            const char *columns; /* the caller's */
        };
        uint64_t said[8];
    };
    int explain_flags;
    supa_plan plan;
    const char *media_type; /* MEDIA_OTHER's */
    int64_t max_affected;   /* −1: not set */

    int all_rows, own_copy, any_store;
    int kept;      /* the guard's: the relation's rows are kept to the store */
    int stamped;   /* the guard's: the rows to write were given their store */
    int uncounted; /* it is only described, so the scope does not count its mistakes */
    int ignore_duplicates;
    const char *on_conflict;

    size_t row_count;              /* of the rows that supa_set or supa_arg write */
    int row_is_open;               /* 1: it is in the middle of an object */
    int row_has_member;            /* 1: that object has a member already */
    int is_list;                   /* the rows are an array, so columns are named */
    struct name *keys, **last_key; /* of all rows */
    struct argument *arguments, **last_argument;
    int has_args; /* supa_args gave them all */

    const char *body;
    size_t body_length;
    int body_is_borrowed;
    const char *content_type; /* NULL: JSON */
    int64_t (*body_read)(void *user, void *out, size_t size);
    void *body_user;
    int64_t body_size; /* body_read's; −1 when it is not known */

    const char *profile; /* this query's schema, or NULL */
    struct query_header *headers;
    char *token;         /* in token_room: "Authorization: Bearer …" of this query, or NULL */
    int64_t timeout_ms;  /* −1: the client's */
    int64_t deadline_us; /* 0: none of its own */
    int retries;         /* −1: the client's */
    int idempotent, split;
    supa_cancel *cancel; /* counted; or NULL */

    supa_error mistake; /* code SUPA_OK while there is none */
    struct filter *open[GROUP_DEPTH];
    struct buffer rows;    /* the body that supa_set or supa_arg write */
    struct json_tape tape; /* of the JSON text that is read at the time */
    char *token_room;      /* guarded memory, kept for the next token; or NULL */
    size_t token_size;
    struct arena arena;
    struct request request;
};

_Static_assert(
    offsetof(struct supa_query, columns) + sizeof(char *) <=
        offsetof(struct supa_query, said) + sizeof((struct supa_query *)0)->said,
    "said covers what is seldom said");

/* 1 for a read of rows with nothing but columns, filters, order and limits, as most are. */
static inline int query_is_plain(const supa_query *q)
{
    const uint64_t *said = q->said;

    return (said[0] | said[1] | said[2] | said[3] | said[4] | said[5] | said[6] | said[7]) == 0 &&
           q->kind == QUERY_READ && q->max_affected < 0;
}

/* A query that says nothing yet; the inert one when memory is gone. */
supa_query *query_fresh(void);

/* A query of the caller's on @target, which it takes a reference to. @call names it in a mistake. */
supa_query *
query_new(struct target *target, enum query_kind kind, const char *name, const char *call);

/* A copy of a template for @target. Never NULL. */
supa_query *query_on(const supa_query *from, struct target *target);

/* Stands in where NULL is given for a query: it only tells its mistake. */
extern supa_query query_inert;
/* What query_closed returns for all but a good query between its calls. */
supa_query *query_unclosed(supa_query *q, const char *call);

/* What a call on a query begins with: the query to return at once when it is NULL or has a mistake,
 * else NULL. */
static inline supa_query *query_stopped(supa_query *q)
{
    if (q == NULL)
        return &query_inert;
    return q->mistake.code != SUPA_OK ? q : NULL;
}

/* The same for calls that are no filters: a mistake inside of an open group or behind supa_not. */
static inline supa_query *query_closed(supa_query *q, const char *call)
{
    if (q != NULL && q->mistake.code == SUPA_OK && !q->is_not && q->depth == 0)
        return NULL;
    return query_unclosed(q, call);
}

/* Remembers the mistake of the call @call, about @what (a column, or NULL), which is shown without
 * keys. Returns @q. */
supa_query *query_mistake(
    supa_query *q, supa_code code, const char *call, const char *what, const char *mistake);
supa_query *query_no_memory(supa_query *q);

/* Room of @size bytes for the query's token, in place of an earlier one; NULL when memory is gone. Guarded
 * memory takes system calls to get and to free, so a spent query keeps it, wiped. */
char *query_token_room(supa_query *q, size_t size);

/* What may not be shown: the client's secrets and the query's own token, NULL at the end. @q may be
 * NULL. */
#define QUERY_SECRETS 4
void query_secrets(const supa_query *q, const char *secrets[QUERY_SECRETS]);

/* A copy of a text in the query's arena; NULL, and the mistake, when memory is gone. */
static inline const char *query_keep_n(supa_query *q, const char *text, size_t length)
{
    const char *copy = arena_text(&q->arena, text, length);

    if (copy == NULL)
        query_no_memory(q);
    return copy;
}
const char *query_keep(supa_query *q, const char *text);

#endif
