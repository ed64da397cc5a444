/* SPDX-License-Identifier: MIT */
/* The calls of writes and of functions: their rows, arguments and bodies. */
#include "base/json_write.h"
#include "base/text.h"
#include "base/word.h"
#include "query/body.h"
#include "query/header.h"
#include "query/names.h"
#include "query/query_internal.h"

#include <string.h>

/* A query is one thing: a second verb is a mistake. */
static supa_query *become(supa_query *q, enum query_kind kind, const char *call)
{
    supa_query *stop = query_closed(q, call);

    if (stop != NULL)
        return stop;
    if (q->kind != QUERY_READ)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, NULL, "the query is a write or a function already");
    q->kind = kind;
    return q;
}

static supa_query *
take_rows(supa_query *q, const char *call, const char *json, enum body_allows allowed)
{
    const char *mistake;

    if (query_stopped(q) != NULL)
        return query_stopped(q);
    mistake = body_take(q, json, allowed);
    return mistake == NULL ? q : query_mistake(q, SUPA_ERROR_ARGUMENT, call, NULL, mistake);
}

supa_query *supa_insert(supa_query *q, const char *json)
{
    q = become(q, QUERY_INSERT, "supa_insert");
    return json == NULL ? q : take_rows(q, "supa_insert", json, BODY_OBJECTS);
}

supa_query *supa_update(supa_query *q, const char *json)
{
    return take_rows(become(q, QUERY_UPDATE, "supa_update"), "supa_update", json, BODY_OBJECT);
}

supa_query *supa_put(supa_query *q, const char *json)
{
    return take_rows(become(q, QUERY_PUT, "supa_put"), "supa_put", json, BODY_OBJECT);
}

supa_query *supa_delete(supa_query *q)
{
    return become(q, QUERY_DELETE, "supa_delete");
}

supa_query *supa_upsert(supa_query *q, const char *json, const char *on_conflict)
{
    static const char call[] = "supa_upsert";
    const char *mistake = NULL;

    q = become(q, QUERY_UPSERT, call);
    if (query_stopped(q) != NULL)
        return q;
    if (on_conflict != NULL)
        mistake = names_read(&q->on_conflict, on_conflict, &q->arena);
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, on_conflict, mistake);
    return json == NULL ? q : take_rows(q, call, json, BODY_OBJECTS);
}

supa_query *supa_ignore_duplicates(supa_query *q)
{
    supa_query *stop = query_closed(q, "supa_ignore_duplicates");

    if (stop != NULL)
        return stop;
    if (q->kind != QUERY_UPSERT)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_ignore_duplicates", NULL, "the query is no upsert");
    q->ignore_duplicates = 1;
    return q;
}

supa_query *supa_missing_default(supa_query *q)
{
    supa_query *stop = query_closed(q, "supa_missing_default");

    if (stop != NULL)
        return stop;
    q->missing_default = 1;
    return q;
}

supa_query *supa_columns(supa_query *q, const char *names)
{
    supa_query *stop = query_closed(q, "supa_columns");
    const char *mistake;

    if (stop != NULL)
        return stop;
    mistake = names_read(&q->columns, names, &q->arena);
    return mistake == NULL ? q
                           : query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_columns", names, mistake);
}

static void end_row(supa_query *q)
{
    if (q->row_is_open)
        buffer_putc(&q->rows, '}');
    q->row_is_open = 0;
}

static void begin_row(supa_query *q)
{
    end_row(q);
    if (q->row_count++ != 0)
        buffer_putc(&q->rows, ',');
    buffer_putc(&q->rows, '{');
    q->row_is_open = 1;
    q->row_has_member = 0;
}

/* Rows come by one way: as a text, as a body, or column by column. */
static supa_query *check_no_body(supa_query *q, const char *call)
{
    if (q->body != NULL || q->body_read != NULL || q->has_args)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, NULL, "the query has its rows or arguments already");
    return q;
}

supa_query *supa_insert_row(supa_query *q)
{
    supa_query *stop = query_closed(q, "supa_insert_row");

    if (stop != NULL)
        return stop;
    if (q->kind != QUERY_INSERT && q->kind != QUERY_UPSERT)
        q = become(q, QUERY_INSERT, "supa_insert_row");
    if (query_stopped(q) == NULL)
        q = check_no_body(q, "supa_insert_row");
    if (query_stopped(q) == NULL)
        begin_row(q);
    return q;
}

supa_query *supa_update_row(supa_query *q)
{
    q = become(q, QUERY_UPDATE, "supa_update_row");
    if (query_stopped(q) == NULL)
        begin_row(q);
    return q;
}

static const char *name_mistake(const char *name)
{
    if (name == NULL || *name == '\0')
        return "the name is NULL or empty";
    if (name[word_run(name, WORD_SAFE)] == '\0')
        return NULL;
    if (!text_is_utf8(name, strlen(name)))
        return "the name is not valid UTF-8";
    return text_has_control(name, strlen(name)) ? "the name contains a control character" : NULL;
}

/* `"name":value` in the object that is being written. */
static supa_query *put_member(supa_query *q, const char *call, const char *name, supa_value value)
{
    const char *mistake = name_mistake(name);

    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, name, mistake);
    if (body_note_key(q, name, strlen(name)) != 0)
        return query_no_memory(q);
    if (q->row_has_member)
        buffer_putc(&q->rows, ',');
    q->row_has_member = 1;
    json_put_string(&q->rows, name, strlen(name));
    buffer_putc(&q->rows, ':');
    mistake = operand_json(&q->rows, &value, &q->arena, &q->tape);
    return mistake == NULL ? q : query_mistake(q, SUPA_ERROR_ARGUMENT, call, name, mistake);
}

static int is_rpc(const supa_query *q)
{
    return q->kind == QUERY_RPC || q->kind == QUERY_RPC_GET;
}

supa_query *supa_set(supa_query *q, const char *column, supa_value value)
{
    supa_query *stop = query_closed(q, "supa_set");

    if (stop != NULL)
        return stop;
    if (!q->row_is_open || is_rpc(q))
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_set", column,
            "no row was begun by supa_insert_row or supa_update_row");
    return put_member(q, "supa_set", column, value);
}

/* Kept beside the JSON too, for calls by GET. */
static supa_query *
keep_argument(supa_query *q, const char *call, const char *name, supa_value value, int is_variadic)
{
    struct argument *argument = arena_get(&q->arena, sizeof *argument);
    const char *mistake;

    if (argument == NULL)
        return query_no_memory(q);
    *argument = (struct argument){.name_length = strlen(name), .is_variadic = is_variadic};
    argument->name = query_keep(q, name);
    if (argument->name == NULL)
        return q;
    mistake = operand_read(&argument->value, &value, &q->arena, &q->tape);
    if (mistake == NULL && argument->value.kind == OPERAND_LIST && !is_variadic)
        mistake = operand_array(&argument->value, &q->arena);
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, name, mistake);
    *q->last_argument = argument;
    q->last_argument = &argument->next;
    return q;
}

static supa_query *
add_argument(supa_query *q, const char *call, const char *name, supa_value value, int is_variadic)
{
    supa_query *stop = query_closed(q, call);

    if (stop != NULL)
        return stop;
    if (!is_rpc(q))
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, name, "the query calls no function");
    q = check_no_body(q, call);
    if (query_stopped(q) != NULL)
        return q;
    if (!q->row_is_open)
        begin_row(q);
    q = put_member(q, call, name, value);
    return query_stopped(q) != NULL ? q : keep_argument(q, call, name, value, is_variadic);
}

supa_query *supa_arg(supa_query *q, const char *name, supa_value value)
{
    return add_argument(q, "supa_arg", name, value, 0);
}

supa_query *supa_arg_variadic(supa_query *q, const char *name, supa_value list)
{
    supa_query *stop = query_stopped(q);

    if (stop != NULL)
        return stop;
    if (list.kind < SUPA_KIND_TEXTS || list.kind > SUPA_KIND_VALUES)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_arg_variadic", name, "the value is not a list");
    return add_argument(q, "supa_arg_variadic", name, list, 1);
}

supa_query *supa_args(supa_query *q, const char *json)
{
    supa_query *stop = query_closed(q, "supa_args");

    if (stop != NULL)
        return stop;
    if (!is_rpc(q))
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_args", NULL, "the query calls no function");
    if (q->row_count != 0)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_args", NULL, "arguments were given by supa_arg already");
    q = check_no_body(q, "supa_args");
    if (query_stopped(q) != NULL)
        return q;
    q->has_args = 1;
    return take_rows(q, "supa_args", json, BODY_OBJECT);
}

supa_query *supa_rpc_get(supa_query *q)
{
    supa_query *stop = query_closed(q, "supa_rpc_get");

    if (stop != NULL)
        return stop;
    if (!is_rpc(q))
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_rpc_get", NULL, "the query calls no function");
    q->kind = QUERY_RPC_GET;
    return q;
}

/* A body of the caller's: of a function, or rows in another form to insert. */
static supa_query *begin_body(supa_query *q, const char *call, const char *content_type)
{
    supa_query *stop = query_closed(q, call);
    const char *mistake = header_mistake("Content-Type", content_type);

    if (stop != NULL)
        return stop;
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, NULL, mistake);
    if (q->kind == QUERY_READ)
        q->kind = QUERY_INSERT;
    if (q->kind == QUERY_DELETE || q->kind == QUERY_RPC_GET)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, NULL, "this query has no body");
    if (q->row_count != 0)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, NULL, "the query has its rows or arguments already");
    q = check_no_body(q, call);
    if (query_stopped(q) == NULL)
        q->content_type = query_keep(q, content_type);
    return q;
}

supa_query *
supa_body_borrow(supa_query *q, const char *content_type, const void *bytes, size_t length)
{
    q = begin_body(q, "supa_body_borrow", content_type);
    if (query_stopped(q) != NULL)
        return q;
    if (bytes == NULL && length != 0)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_body_borrow", NULL, "the bytes are NULL");
    q->body = bytes != NULL ? bytes : "";
    q->body_length = length;
    q->body_is_borrowed = 1;
    return q;
}

supa_query *supa_body(supa_query *q, const char *content_type, const void *bytes, size_t length)
{
    q = supa_body_borrow(q, content_type, bytes, length);
    if (query_stopped(q) != NULL)
        return q;
    q->body = arena_text(&q->arena, q->body, length);
    q->body_is_borrowed = 0;
    return q->body != NULL ? q : query_no_memory(q);
}

supa_query *supa_body_from(
    supa_query *q, const char *content_type, int64_t (*read)(void *user, void *out, size_t size),
    void *user, int64_t length)
{
    q = begin_body(q, "supa_body_from", content_type);
    if (query_stopped(q) != NULL)
        return q;
    if (read == NULL || length < -1)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_body_from", NULL,
            "the function is NULL or the length is negative");
    q->body_read = read;
    q->body_user = user;
    q->body_size = length;
    return q;
}
