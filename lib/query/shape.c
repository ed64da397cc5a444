/* SPDX-License-Identifier: MIT */
/* The calls that say what comes back, and how much of it in which order. */
#include "base/error.h"
#include "base/escape.h"
#include "base/redact.h"
#include "query/header.h"
#include "query/query_internal.h"

#include <string.h>

/* Where in the select text the mistake is. A key that was given by accident may reach across that
 * place, so of a text with one in it the whole is shown. */
static void show_place(supa_query *q)
{
    const char *place = q->select.text + q->select.mistake_at;
    struct buffer shown = BUFFER_INIT;
    const char *secrets[QUERY_SECRETS];

    query_secrets(q, secrets);
    redact_put(&shown, q->select.text, q->select.length, secrets);
    if (strcmp(buffer_text(&shown), q->select.text) != 0)
        error_hint(&q->mistake, "the mistake is in \"%.40s\"", buffer_text(&shown));
    else if (*place == '\0')
        error_hint(&q->mistake, "the mistake is at the end");
    else
        error_hint(&q->mistake, "the mistake is before \"%.40s\"", place);
    buffer_free(&shown);
}

static supa_query *choose(supa_query *q, const char *call, const char *columns)
{
    supa_query *stop = query_closed(q, call);
    const char *mistake;

    if (stop != NULL)
        return stop;
    mistake = select_read(&q->select, columns, &q->arena);
    if (mistake == NULL)
        return q;
    query_mistake(q, SUPA_ERROR_ARGUMENT, call, columns, mistake);
    if (q->mistake.code == SUPA_ERROR_ARGUMENT && q->select.text != NULL)
        show_place(q);
    return q;
}

supa_query *supa_select(supa_query *q, const char *columns)
{
    return choose(q, "supa_select", columns);
}

supa_query *supa_returning(supa_query *q, const char *columns)
{
    return choose(q, "supa_returning", columns);
}

/* An embedded resource's shape is made when it is first spoken of. */
static struct shape *embedded_shape(supa_query *q, const char *call, const char *embedded)
{
    struct shape **place = &q->embedded_shapes;
    const char *mistake = escape_column_mistake(embedded);

    if (mistake != NULL) {
        query_mistake(q, SUPA_ERROR_ARGUMENT, call, embedded, mistake);
        return NULL;
    }
    while (*place != NULL && strcmp((*place)->embedded, embedded) != 0)
        place = &(*place)->next;
    if (*place != NULL)
        return *place;
    *place = arena_get(&q->arena, sizeof **place);
    if (*place == NULL) {
        query_no_memory(q);
        return NULL;
    }
    **place = (struct shape){NULL, NULL, strlen(embedded), NULL, NULL, -1, -1};
    (*place)->last_order = &(*place)->orders;
    (*place)->embedded = query_keep(q, embedded);
    return (*place)->embedded != NULL ? *place : NULL;
}

static inline struct shape *shape_of(supa_query *q, const char *call, const char *embedded)
{
    return embedded == NULL ? &q->shape : embedded_shape(q, call, embedded);
}

static int are_flags(int flags)
{
    const int both = SUPA_ASC | SUPA_DESC, nulls = SUPA_NULLS_FIRST | SUPA_NULLS_LAST;

    return (flags & ~(both | nulls)) == 0 && (flags & both) != both && (flags & nulls) != nulls;
}

/* One term, which is copied; NULL, and the mistake, when that cannot be. */
static struct order *new_order(supa_query *q, const char *call, const char *column, int flags)
{
    struct order *order = arena_get(&q->arena, sizeof *order);
    const char *mistake;

    if (order == NULL) {
        query_no_memory(q);
        return NULL;
    }
    *order = (struct order){.flags = flags};
    order->column_length = column != NULL ? strlen(column) : 0;
    order->column_is_word = column != NULL && word_is_word(column, order->column_length);
    mistake = order->column_is_word ? NULL : escape_column_mistake(column);
    if (mistake != NULL) {
        query_mistake(q, SUPA_ERROR_ARGUMENT, call, column, mistake);
        return NULL;
    }
    order->column = query_keep_n(q, column, order->column_length);
    return order->column != NULL ? order : NULL;
}

static supa_query *
order_by(supa_query *q, const char *call, const char *embedded, const char *column, int flags)
{
    supa_query *stop = query_closed(q, call);
    struct shape *shape;
    struct order *order;

    if (stop != NULL)
        return stop;
    if (!are_flags(flags))
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, column,
            "the flags contradict each other or are none of supa_order's");
    order = new_order(q, call, column, flags);
    shape = order != NULL ? shape_of(q, call, embedded) : NULL;
    if (shape == NULL)
        return q;
    *shape->last_order = order;
    shape->last_order = &order->next;
    return q;
}

supa_query *supa_order(supa_query *q, const char *column, int flags)
{
    return order_by(q, "supa_order", NULL, column, flags);
}

/* NULL is the query's own rows within this file, and a mistake from outside. */
static const char *or_empty(const char *embedded)
{
    return embedded != NULL ? embedded : "";
}

supa_query *supa_order_on(supa_query *q, const char *embedded, const char *column, int flags)
{
    return order_by(q, "supa_order_on", or_empty(embedded), column, flags);
}

static supa_query *
restrict_rows(supa_query *q, const char *call, const char *embedded, int64_t offset, int64_t limit)
{
    supa_query *stop = query_closed(q, call);
    struct shape *shape;

    if (stop != NULL)
        return stop;
    shape = shape_of(q, call, embedded);
    if (shape == NULL)
        return q;
    if (offset >= 0)
        shape->offset = offset;
    shape->limit = limit;
    return q;
}

static supa_query *limit_rows(supa_query *q, const char *call, const char *embedded, int64_t n)
{
    supa_query *stop = query_closed(q, call);

    if (stop != NULL)
        return stop;
    if (n < 0)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, NULL, "the limit is negative");
    return restrict_rows(q, call, embedded, -1, n);
}

supa_query *supa_limit(supa_query *q, int64_t n)
{
    return limit_rows(q, "supa_limit", NULL, n);
}

supa_query *supa_limit_on(supa_query *q, const char *embedded, int64_t n)
{
    return limit_rows(q, "supa_limit_on", or_empty(embedded), n);
}

static supa_query *
range_rows(supa_query *q, const char *call, const char *embedded, int64_t first, int64_t last)
{
    supa_query *stop = query_closed(q, call);

    if (stop != NULL)
        return stop;
    if (first < 0 || last < first || last == INT64_MAX)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, NULL,
            "the range is not from a first row, 0 or later, to a last one that is not before it");
    return restrict_rows(q, call, embedded, first, last - first + 1);
}

supa_query *supa_range(supa_query *q, int64_t first, int64_t last)
{
    return range_rows(q, "supa_range", NULL, first, last);
}

supa_query *supa_range_on(supa_query *q, const char *embedded, int64_t first, int64_t last)
{
    return range_rows(q, "supa_range_on", or_empty(embedded), first, last);
}

/* A switch of the query. */
static supa_query *set(supa_query *q, const char *call, int *field, int value)
{
    supa_query *stop = query_closed(q, call);

    if (stop != NULL)
        return stop;
    *field = value;
    return q;
}

/* The field's address counts only where the query is one's own. */
#define SET(q, call, field, value)                                                                 \
    (query_stopped(q) != NULL ? query_stopped(q) : set(q, call, &(q)->field, value))

supa_query *supa_count(supa_query *q, supa_count_kind kind)
{
    supa_query *stop = query_closed(q, "supa_count");

    if (stop != NULL)
        return stop;
    if (kind < SUPA_COUNT_NONE || kind > SUPA_COUNT_ESTIMATED)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_count", NULL, "the kind is none of supa_count_kind");
    q->count = kind;
    return q;
}

supa_query *supa_head(supa_query *q)
{
    return SET(q, "supa_head", head, 1);
}

supa_query *supa_head_reason(supa_query *q)
{
    return SET(q, "supa_head_reason", head_reason, 1);
}

supa_query *supa_return_headers(supa_query *q)
{
    return SET(q, "supa_return_headers", return_headers, 1);
}

supa_query *supa_strip_nulls(supa_query *q)
{
    return SET(q, "supa_strip_nulls", strip_nulls, 1);
}

supa_query *supa_rollback(supa_query *q)
{
    return SET(q, "supa_rollback", rollback, 1);
}

supa_query *supa_strict(supa_query *q)
{
    return SET(q, "supa_strict", strict, 1);
}

supa_query *supa_all_rows(supa_query *q)
{
    return SET(q, "supa_all_rows", all_rows, 1);
}

supa_query *supa_own_copy(supa_query *q)
{
    return SET(q, "supa_own_copy", own_copy, 1);
}

supa_query *supa_any_store(supa_query *q)
{
    return SET(q, "supa_any_store", any_store, 1);
}

static supa_query *set_answer(supa_query *q, const char *call, enum query_answer answer)
{
    supa_query *stop = query_closed(q, call);

    if (stop != NULL)
        return stop;
    q->answer = answer;
    return q;
}

supa_query *supa_single(supa_query *q)
{
    return set_answer(q, "supa_single", ANSWER_ONE);
}

supa_query *supa_maybe_single(supa_query *q)
{
    return set_answer(q, "supa_maybe_single", ANSWER_AT_MOST_ONE);
}

static supa_query *set_media(supa_query *q, const char *call, enum query_media media)
{
    supa_query *stop = query_closed(q, call);

    if (stop != NULL)
        return stop;
    q->media = media;
    return q;
}

supa_query *supa_csv(supa_query *q)
{
    return set_media(q, "supa_csv", MEDIA_CSV);
}

supa_query *supa_geojson(supa_query *q)
{
    return set_media(q, "supa_geojson", MEDIA_GEOJSON);
}

supa_query *supa_accept(supa_query *q, const char *media_type)
{
    supa_query *stop = query_closed(q, "supa_accept");
    const char *mistake = header_mistake("Accept", media_type);

    if (stop != NULL)
        return stop;
    if (mistake == NULL && strchr(media_type, '/') == NULL)
        mistake = "the media type is not of the form type/subtype";
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_accept", NULL, mistake);
    q->media = MEDIA_OTHER;
    q->media_type = query_keep(q, media_type);
    return q;
}

supa_query *supa_explain(supa_query *q, int flags, supa_plan format)
{
    const int all = SUPA_EXPLAIN_ANALYZE | SUPA_EXPLAIN_VERBOSE | SUPA_EXPLAIN_SETTINGS |
                    SUPA_EXPLAIN_BUFFERS | SUPA_EXPLAIN_WAL;
    supa_query *stop = query_closed(q, "supa_explain");

    if (stop != NULL)
        return stop;
    if ((flags & ~all) != 0 || format < SUPA_PLAN_TEXT || format > SUPA_PLAN_JSON)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_explain", NULL,
            "the flags or the format are none of supa_explain's");
    q->explain = 1;
    q->explain_flags = flags;
    q->plan = format;
    return q;
}

supa_query *supa_max_affected(supa_query *q, int64_t n)
{
    supa_query *stop = query_closed(q, "supa_max_affected");

    if (stop != NULL)
        return stop;
    if (n < 0)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_max_affected", NULL, "the number is negative");
    q->max_affected = n;
    return q;
}

/* A preference's value: a token, or what time zones are made of. */
static int is_zone(const char *zone)
{
    size_t n = zone != NULL ? strspn(
                                  zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789_/+-:")
                            : 0;

    return n != 0 && zone[n] == '\0' && n < 64;
}

supa_query *supa_timezone(supa_query *q, const char *zone)
{
    supa_query *stop = query_closed(q, "supa_timezone");

    if (stop != NULL)
        return stop;
    if (!is_zone(zone))
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_timezone", NULL,
            "the zone is not a name as Europe/Paris");
    q->timezone = query_keep(q, zone);
    return q;
}
