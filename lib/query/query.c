/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/escape.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/text.h"
#include "query/query_internal.h"

#include <stdatomic.h>
#include <string.h>

#define FIRST_BLOCK 2000  /* bytes: a usual query fits */
#define KEPT_URL    65536 /* bytes of a URL's buffer that a spent query may keep */
#define STASH       16

/* Spent queries, kept so that a warm program allocates nothing for the next ones. Each thread looks
 * in a place of its own first. */
static _Atomic(supa_query *) stash[STASH];

/* Stand in when there is no memory, or no query: they only tell their mistake. */
static supa_query inert_no_memory = {
    .mistake = {.code = SUPA_ERROR_NO_MEMORY, .message = "out of memory"}};
static supa_query inert_null = {
    .mistake = {.code = SUPA_ERROR_ARGUMENT, .message = "the query is NULL"}};

static size_t stash_place(void)
{
    static _Thread_local char mark;

    return ((size_t)&mark >> 12) % STASH;
}

static supa_query *take_spent(void)
{
    size_t place = stash_place();

    for (size_t i = 0; i < STASH; i++) {
        supa_query *q = atomic_load_explicit(&stash[(place + i) % STASH], memory_order_relaxed);

        if (q != NULL && (q = atomic_exchange(&stash[(place + i) % STASH], NULL)) != NULL)
            return q;
    }
    return NULL;
}

static void destroy(supa_query *q)
{
    arena_free(&q->arena);
    request_free(&q->request);
    memory_free(q);
}

static void keep_spent(supa_query *q)
{
    size_t place = stash_place();

    arena_clear(&q->arena);
    if (q->request.url.capacity > KEPT_URL)
        buffer_free(&q->request.url);
    for (size_t i = 0; i < STASH; i++) {
        supa_query *none = NULL;

        if (atomic_compare_exchange_strong(&stash[(place + i) % STASH], &none, q))
            return;
    }
    destroy(q);
}

static supa_query *fresh(void)
{
    supa_query *q = take_spent();

    if (q == NULL) {
        q = memory_zero(sizeof *q);
        if (q == NULL)
            return NULL;
        arena_init(&q->arena, FIRST_BLOCK);
        request_init(&q->request);
    }
    q->target = NULL;
    q->kind = QUERY_READ;
    q->answer = ANSWER_ROWS;
    q->all_rows = q->own_copy = q->any_store = 0;
    q->relation = NULL;
    q->relation_length = 0;
    q->select = (struct select){NULL, 0, NULL};
    q->filters = NULL;
    q->last_filter = &q->filters;
    q->orders = NULL;
    q->last_order = &q->orders;
    q->limit = q->offset = -1;
    q->body = NULL;
    q->body_length = 0;
    q->mistake.code = SUPA_OK;
    return q;
}

void supa_query_free(supa_query *q)
{
    if (q == NULL || q == &inert_no_memory || q == &inert_null)
        return;
    target_unref(q->target);
    q->target = NULL;
    keep_spent(q);
}

/* Ends a mistake: whom it is about. */
static supa_query *about(supa_query *q)
{
    if (q->target != NULL)
        error_about(&q->mistake, q->target->side, q->target->store_id, q->relation);
    return q;
}

static supa_query *no_memory(supa_query *q)
{
    error_no_memory(&q->mistake);
    return about(q);
}

/* What every call on a query begins with: nothing happens on NULL or after a mistake. */
static supa_query *stopped(supa_query *q)
{
    if (q == NULL)
        return &inert_null;
    return q->mistake.code != SUPA_OK ? q : NULL;
}

/* The mistake of the call @call, about @what (a column, or NULL), which is shown without keys. */
static supa_query *
mistaken(supa_query *q, supa_code code, const char *call, const char *what, const char *mistake)
{
    struct buffer shown = BUFFER_INIT;

    if (mistake == OPERAND_NO_MEMORY || mistake == SELECT_NO_MEMORY)
        return no_memory(q);
    if (what != NULL)
        redact_put(&shown, what, strlen(what), q->target != NULL ? q->target->secrets : NULL);
    if (what != NULL)
        error_set(
            &q->mistake, code, SUPA_NOT_SENT, "%s(\"%s\"): %s", call, buffer_text(&shown), mistake);
    else
        error_set(&q->mistake, code, SUPA_NOT_SENT, "%s: %s", call, mistake);
    buffer_free(&shown);
    return about(q);
}

/* A relation is told to logs and errors: a key that was given by accident must not get there. */
static const char *relation_mistake(const struct target *target, const char *relation)
{
    const char *mistake = escape_segment_mistake(relation);

    for (size_t i = 0; mistake == NULL && target->secrets[i] != NULL; i++) {
        if (strstr(relation, target->secrets[i]) != NULL)
            mistake = "the name contains the client's key";
    }
    return mistake;
}

supa_query *query_new(struct target *target, const char *relation)
{
    supa_query *q = fresh();
    const char *mistake;

    if (q == NULL)
        return &inert_no_memory;
    q->target = target_ref(target);
    if (target == NULL)
        return mistaken(q, SUPA_ERROR_ARGUMENT, "supa_from", NULL, "the client is NULL");
    mistake = relation_mistake(target, relation);
    if (mistake != NULL)
        return mistaken(q, SUPA_ERROR_ARGUMENT, "supa_from", relation, mistake);
    q->relation_length = strlen(relation);
    q->relation = arena_text(&q->arena, relation, q->relation_length);
    return q->relation != NULL ? q : no_memory(q);
}

supa_query *supa_select(supa_query *q, const char *columns)
{
    supa_query *stop = stopped(q);
    const char *mistake;

    if (stop != NULL)
        return stop;
    mistake = select_read(&q->select, columns, &q->arena);
    return mistake == NULL ? q : mistaken(q, SUPA_ERROR_ARGUMENT, "supa_select", columns, mistake);
}

/* A query is one thing: a second verb is a mistake. */
static supa_query *become(supa_query *q, enum query_kind kind, const char *call)
{
    if (q->kind != QUERY_READ)
        return mistaken(
            q, SUPA_ERROR_ARGUMENT, call, NULL, "the query is an insert or a delete already");
    q->kind = kind;
    return q;
}

/* NULL when the text is an object or an array of objects. */
static const char *rows_mistake(const char *json, size_t length)
{
    struct json_tape tape = {0};
    struct json_error error;
    const char *mistake = NULL;
    int result = json_parse(&tape, json, length, &error);

    if (result == JSON_NO_MEMORY)
        mistake = OPERAND_NO_MEMORY;
    else if (result != JSON_OK)
        mistake = "the rows are not valid JSON";
    else if (json_kind_of(&tape.nodes[0]) == JSON_ARRAY) {
        for (uint32_t i = 1; i < tape.count; i = json_next(&tape, i)) {
            if (json_kind_of(&tape.nodes[i]) != JSON_OBJECT)
                mistake = "the rows are not all JSON objects";
        }
    } else if (json_kind_of(&tape.nodes[0]) != JSON_OBJECT)
        mistake = "the rows are neither a JSON object nor an array of objects";
    json_tape_free(&tape);
    return mistake;
}

supa_query *supa_insert(supa_query *q, const char *json)
{
    supa_query *stop = stopped(q);
    const char *mistake;

    if (stop != NULL)
        return stop;
    become(q, QUERY_INSERT, "supa_insert");
    if (q->mistake.code != SUPA_OK)
        return q;
    if (json == NULL)
        return mistaken(q, SUPA_ERROR_ARGUMENT, "supa_insert", NULL, "the rows are NULL");
    q->body_length = strlen(json);
    mistake = rows_mistake(json, q->body_length);
    if (mistake != NULL)
        return mistaken(q, SUPA_ERROR_ARGUMENT, "supa_insert", NULL, mistake);
    q->body = arena_text(&q->arena, json, q->body_length);
    return q->body != NULL ? q : no_memory(q);
}

supa_query *supa_delete(supa_query *q)
{
    supa_query *stop = stopped(q);

    return stop != NULL ? stop : become(q, QUERY_DELETE, "supa_delete");
}

supa_query *supa_all_rows(supa_query *q)
{
    supa_query *stop = stopped(q);

    if (stop != NULL)
        return stop;
    q->all_rows = 1;
    return q;
}

static struct filter *add_filter(
    supa_query *q, const struct comparison *comparison, const char *column, const char **mistake)
{
    struct filter *filter;

    *mistake = escape_column_mistake(column);
    if (*mistake != NULL)
        return NULL;
    *mistake = OPERAND_NO_MEMORY;
    filter = arena_get(&q->arena, sizeof *filter);
    if (filter == NULL)
        return NULL;
    filter->next = NULL;
    filter->comparison = comparison;
    filter->column_length = strlen(column);
    filter->column = arena_text(&q->arena, column, filter->column_length);
    if (filter->column == NULL)
        return NULL;
    *q->last_filter = filter;
    q->last_filter = &filter->next;
    *mistake = NULL;
    return filter;
}

static supa_query *
compare(supa_query *q, const struct comparison *comparison, const char *column, supa_value value)
{
    supa_query *stop = stopped(q);
    const char *mistake;
    struct filter *filter;

    if (stop != NULL)
        return stop;
    filter = add_filter(q, comparison, column, &mistake);
    if (filter != NULL)
        mistake = operand_read(&filter->operand, value, &q->arena);
    if (mistake == NULL)
        mistake = filter_check(filter);
    return mistake == NULL ? q
                           : mistaken(q, SUPA_ERROR_ARGUMENT, comparison->call, column, mistake);
}

supa_query *supa_eq(supa_query *q, const char *column, supa_value value)
{
    return compare(q, &compare_eq, column, value);
}

supa_query *supa_neq(supa_query *q, const char *column, supa_value value)
{
    return compare(q, &compare_neq, column, value);
}

supa_query *supa_gt(supa_query *q, const char *column, supa_value value)
{
    return compare(q, &compare_gt, column, value);
}

supa_query *supa_gte(supa_query *q, const char *column, supa_value value)
{
    return compare(q, &compare_gte, column, value);
}

supa_query *supa_lt(supa_query *q, const char *column, supa_value value)
{
    return compare(q, &compare_lt, column, value);
}

supa_query *supa_lte(supa_query *q, const char *column, supa_value value)
{
    return compare(q, &compare_lte, column, value);
}

supa_query *supa_in(supa_query *q, const char *column, supa_value list)
{
    return compare(q, &compare_in, column, list);
}

supa_query *supa_not_in(supa_query *q, const char *column, supa_value list)
{
    return compare(q, &compare_not_in, column, list);
}

supa_query *supa_contains(supa_query *q, const char *column, supa_value value)
{
    return compare(q, &compare_contains, column, value);
}

supa_query *supa_is(supa_query *q, const char *column, supa_is_what what)
{
    static const char *const words[] = {"null", "null", "true", "false", "unknown"};

    if (what < SUPA_IS_NULL || what > SUPA_IS_UNKNOWN) {
        supa_query *stop = stopped(q);

        return stop != NULL ? stop
                            : mistaken(
                                  q, SUPA_ERROR_ARGUMENT, "supa_is", column,
                                  "it can be null, not null, true, false or unknown only");
    }
    return compare(
        q, what == SUPA_IS_NOT_NULL ? &compare_is_not : &compare_is, column,
        supa_text(words[what]));
}

supa_query *supa_order(supa_query *q, const char *column, int flags)
{
    const int both = SUPA_ASC | SUPA_DESC, nulls = SUPA_NULLS_FIRST | SUPA_NULLS_LAST;
    supa_query *stop = stopped(q);
    const char *mistake = escape_column_mistake(column);
    struct order *order;

    if (stop != NULL)
        return stop;
    if (mistake == NULL &&
        ((flags & ~(both | nulls)) != 0 || (flags & both) == both || (flags & nulls) == nulls))
        mistake = "the flags contradict each other or are none of supa_order's";
    if (mistake != NULL)
        return mistaken(q, SUPA_ERROR_ARGUMENT, "supa_order", column, mistake);
    order = arena_get(&q->arena, sizeof *order);
    if (order == NULL)
        return no_memory(q);
    order->next = NULL;
    order->flags = flags;
    order->column_length = strlen(column);
    order->column = arena_text(&q->arena, column, order->column_length);
    if (order->column == NULL)
        return no_memory(q);
    *q->last_order = order;
    q->last_order = &order->next;
    return q;
}

supa_query *supa_limit(supa_query *q, int64_t n)
{
    supa_query *stop = stopped(q);

    if (stop != NULL)
        return stop;
    if (n < 0)
        return mistaken(q, SUPA_ERROR_ARGUMENT, "supa_limit", NULL, "the limit is negative");
    q->limit = n;
    return q;
}

supa_query *supa_range(supa_query *q, int64_t first, int64_t last)
{
    supa_query *stop = stopped(q);

    if (stop != NULL)
        return stop;
    if (first < 0 || last < first || last == INT64_MAX)
        return mistaken(
            q, SUPA_ERROR_ARGUMENT, "supa_range", NULL,
            "the range is not from a first row, 0 or later, to a last one that is not before it");
    q->offset = first;
    q->limit = last - first + 1;
    return q;
}

static supa_query *set_answer(supa_query *q, enum query_answer answer)
{
    supa_query *stop = stopped(q);

    if (stop != NULL)
        return stop;
    q->answer = answer;
    return q;
}

supa_query *supa_single(supa_query *q)
{
    return set_answer(q, ANSWER_ONE);
}

supa_query *supa_maybe_single(supa_query *q)
{
    return set_answer(q, ANSWER_AT_MOST_ONE);
}

supa_query *supa_own_copy(supa_query *q)
{
    supa_query *stop = stopped(q);

    if (stop != NULL)
        return stop;
    q->own_copy = 1;
    return q;
}

supa_query *supa_any_store(supa_query *q)
{
    supa_query *stop = stopped(q);

    if (stop != NULL)
        return stop;
    q->any_store = 1;
    return q;
}

const supa_error *supa_query_error(const supa_query *q)
{
    if (q == NULL)
        return &inert_null.mistake;
    return q->mistake.code != SUPA_OK ? &q->mistake : NULL;
}

void supa_text_free(char *text)
{
    memory_free(text);
}
