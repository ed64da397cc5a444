/* SPDX-License-Identifier: MIT */
/* The life of a query: begun, remembered mistakes, copied, ended. */
#include "base/error.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/secret.h"
#include "base/stash.h"
#include "query/query_internal.h"

#include <stddef.h>
#include <string.h>

#define FIRST_BLOCK 2000 /* bytes: a usual query fits */

#define TOKEN_ROOM 4000 /* bytes: with its canary it takes one page, as any smaller one does */

static struct stash spent;

/* Stand in when there is no memory, or no query: they only tell their mistake. */
static supa_query inert_no_memory = {
    .mistake = {.code = SUPA_ERROR_NO_MEMORY, .message = "out of memory"}};
supa_query query_inert = {.mistake = {.code = SUPA_ERROR_ARGUMENT, .message = "the query is NULL"}};

static void destroy(supa_query *q)
{
    secret_free(q->token_room);
    buffer_free(&q->rows);
    json_tape_free(&q->tape);
    arena_free(&q->arena);
    request_free(&q->request);
    memory_free(q);
}

static void keep_spent(supa_query *q)
{
    arena_rest(&q->arena, STASH_KEPT);
    buffer_rest(&q->rows, STASH_KEPT);
    buffer_rest(&q->request.url, STASH_KEPT);
    if (q->tape.capacity > STASH_KEPT / sizeof *q->tape.nodes)
        json_tape_free(&q->tape);
    if (stash_keep(&spent, q) != 0)
        destroy(q);
}

static void begin_shape(struct shape *shape)
{
    *shape = (struct shape){NULL, NULL, 0, NULL, NULL, -1, -1};
    shape->last_order = &shape->orders;
}

/* The C library's for certain: in its place the compiler would write one word at a time. */
static void *(*const volatile fill)(void *, int, size_t) = memset;

/* All but what a spent query keeps, which stands at the end: a mistake, memory. */
static void begin(supa_query *q)
{
    fill(q, 0, offsetof(struct supa_query, mistake));
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
    supa_query *q = stash_take(&spent);

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
    return q == NULL || q == &inert_no_memory || q == &query_inert;
}

static void wipe_token(supa_query *q)
{
    if (q->token != NULL)
        secret_wipe(q->token, strlen(q->token));
    q->token = NULL;
}

char *query_token_room(supa_query *q, size_t size)
{
    const size_t taken = size > TOKEN_ROOM ? size : TOKEN_ROOM;

    wipe_token(q);
    if (q->token_size >= size)
        return q->token_room;
    secret_free(q->token_room);
    q->token_room = secret_get(taken);
    q->token_size = q->token_room != NULL ? taken : 0;
    return q->token_room;
}

void supa_query_free(supa_query *q)
{
    if (is_inert(q))
        return;
    wipe_token(q);
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

supa_query *query_unclosed(supa_query *q, const char *call)
{
    supa_query *stop = query_stopped(q);

    if (stop != NULL)
        return stop;
    return query_mistake(
        q, SUPA_ERROR_ARGUMENT, call, NULL,
        q->is_not ? "it follows supa_not, which wants a filter or group"
                  : "a group is open: supa_end is missing before it");
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
    return query_keep_n(q, text, strlen(text));
}

static int holds_secret(const struct target *target, const char *text, size_t length)
{
    for (size_t i = 0; target != NULL && target->secrets[i] != NULL; i++) {
        if (strnlen(target->secrets[i], length + 1) <= length &&
            strstr(text, target->secrets[i]) != NULL)
            return 1;
    }
    return 0;
}

/* A relation is told to logs and errors: a key that was given by accident must not get there. */
static const char *relation_mistake(const supa_query *q, const char *name)
{
    const char *mistake = q->relation_is_word ? NULL : escape_segment_mistake(name);

    if (mistake == NULL && holds_secret(q->target, name, q->relation_length))
        mistake = "the name contains the client's key";
    return mistake;
}

static supa_query *named(supa_query *q, const char *name, const char *call)
{
    const char *mistake;

    q->relation_length = name != NULL ? strlen(name) : 0;
    q->relation_is_word = name != NULL && word_is_word(name, q->relation_length);
    mistake = relation_mistake(q, name);
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, name, mistake);
    q->relation = query_keep_n(q, name, q->relation_length);
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
        return &query_inert.mistake;
    return q->mistake.code != SUPA_OK ? &q->mistake : NULL;
}

void supa_text_free(char *text)
{
    memory_free(text);
}
