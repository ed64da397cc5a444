/* SPDX-License-Identifier: MIT */
/* The life of a query: begun, remembered mistakes, copied, ended. */
#include "base/error.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/secret.h"
#include "query/query_internal.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#define FIRST_BLOCK 2000  /* bytes: a usual query fits */
#define KEPT        65536 /* bytes of a buffer that a spent query may keep */
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
    buffer_free(&q->rows);
    arena_free(&q->arena);
    request_free(&q->request);
    memory_free(q);
}

static void keep_buffer(struct buffer *buffer)
{
    if (buffer->capacity > KEPT)
        buffer_free(buffer);
    buffer_clear(buffer);
}

static void keep_spent(supa_query *q)
{
    size_t place = stash_place();

    arena_clear(&q->arena);
    keep_buffer(&q->rows);
    keep_buffer(&q->request.url);
    for (size_t i = 0; i < STASH; i++) {
        supa_query *none = NULL;

        if (atomic_compare_exchange_strong(&stash[(place + i) % STASH], &none, q))
            return;
    }
    destroy(q);
}

static void begin_shape(struct shape *shape)
{
    *shape = (struct shape){NULL, NULL, 0, NULL, NULL, -1, -1};
    shape->last_order = &shape->orders;
}

/* All but what a spent query keeps, which stands at the end: a mistake, memory. */
static void begin(supa_query *q)
{
    const struct buffer rows = q->rows;

    memset(q, 0, offsetof(struct supa_query, mistake));
    q->rows = rows;
    q->last_filter = &q->filters;
    q->last_key = &q->keys;
    q->last_argument = &q->arguments;
    begin_shape(&q->shape);
    q->max_affected = q->timeout_ms = -1;
    q->retries = -1;
    q->mistake.code = SUPA_OK;
}

supa_query *query_fresh(void)
{
    supa_query *q = take_spent();

    if (q == NULL) {
        q = memory_zero(sizeof *q);
        if (q == NULL)
            return &inert_no_memory;
        arena_init(&q->arena, FIRST_BLOCK);
        request_init(&q->request);
    }
    begin(q);
    return q;
}

static int is_inert(const supa_query *q)
{
    return q == NULL || q == &inert_no_memory || q == &inert_null;
}

void supa_query_free(supa_query *q)
{
    if (is_inert(q))
        return;
    secret_free(q->token);
    q->token = NULL;
    supa_cancel_unref(q->cancel);
    q->cancel = NULL;
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

supa_query *query_no_memory(supa_query *q)
{
    error_no_memory(&q->mistake);
    return about(q);
}

supa_query *query_stopped(supa_query *q)
{
    if (q == NULL)
        return &inert_null;
    return q->mistake.code != SUPA_OK ? q : NULL;
}

supa_query *query_closed(supa_query *q, const char *call)
{
    supa_query *stop = query_stopped(q);

    if (stop != NULL)
        return stop;
    if (q->is_not)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, NULL,
            "it follows supa_not, which wants a filter or group");
    if (q->depth != 0)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, NULL, "a group is open: supa_end is missing before it");
    return NULL;
}

void query_secrets(const supa_query *q, const char *secrets[QUERY_SECRETS])
{
    size_t n = 0;

    if (q != NULL && q->target != NULL) {
        for (; q->target->secrets[n] != NULL; n++)
            secrets[n] = q->target->secrets[n];
    }
    if (q != NULL && q->token != NULL)
        secrets[n++] = strrchr(q->token, ' ') + 1;
    secrets[n] = NULL;
}

supa_query *query_mistake(
    supa_query *q, supa_code code, const char *call, const char *what, const char *mistake)
{
    struct buffer shown = BUFFER_INIT;
    const char *secrets[QUERY_SECRETS];

    query_secrets(q, secrets);
    if (mistake == OPERAND_NO_MEMORY || mistake == SELECT_NO_MEMORY)
        return query_no_memory(q);
    if (what != NULL)
        redact_put(&shown, what, strlen(what), secrets);
    if (what != NULL)
        error_set(
            &q->mistake, code, SUPA_NOT_SENT, "%s(\"%s\"): %s", call, buffer_text(&shown), mistake);
    else
        error_set(&q->mistake, code, SUPA_NOT_SENT, "%s: %s", call, mistake);
    buffer_free(&shown);
    return about(q);
}

const char *query_keep(supa_query *q, const char *text)
{
    const char *copy = arena_text(&q->arena, text, strlen(text));

    if (copy == NULL)
        query_no_memory(q);
    return copy;
}

/* A relation is told to logs and errors: a key that was given by accident must not get there. */
static const char *relation_mistake(const struct target *target, const char *relation)
{
    const char *mistake = escape_segment_mistake(relation);

    for (size_t i = 0; mistake == NULL && target != NULL && target->secrets[i] != NULL; i++) {
        if (strstr(relation, target->secrets[i]) != NULL)
            mistake = "the name contains the client's key";
    }
    return mistake;
}

static supa_query *named(supa_query *q, const char *name, const char *call)
{
    const char *mistake = relation_mistake(q->target, name);

    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, name, mistake);
    q->relation_length = strlen(name);
    q->relation = query_keep(q, name);
    return q;
}

supa_query *
query_new(struct target *target, enum query_kind kind, const char *name, const char *call)
{
    supa_query *q = query_fresh();

    if (query_stopped(q) != NULL)
        return q;
    q->kind = kind;
    q->target = target_ref(target);
    if (target == NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, NULL, "the client is NULL");
    return named(q, name, call);
}

supa_query *supa_template(const char *relation)
{
    supa_query *q = query_fresh();

    if (query_stopped(q) != NULL)
        return q;
    q->is_template = 1;
    return named(q, relation, "supa_template");
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
