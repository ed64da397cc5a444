/* SPDX-License-Identifier: MIT */
/* Copying a query: all that it owns, in the memory of another. */
#include "query/query_internal.h"

#include <stddef.h>
#include <string.h>

/* Copies of what a query owns, in the arena of another. Each returns −1 when memory is gone. */

static int copy_text(supa_query *q, const char **text, size_t length)
{
    if (*text == NULL)
        return 0;
    *text = arena_text(&q->arena, *text, length);
    return *text != NULL ? 0 : -1;
}

static int copy_string(supa_query *q, const char **text)
{
    return *text == NULL ? 0 : copy_text(q, text, strlen(*text));
}

static int copy_filters(supa_query *q, struct filter **head, struct filter ***last);

static int copy_filter(supa_query *q, struct filter *copy, const struct filter *filter)
{
    *copy = *filter;
    copy->next = NULL;
    if (copy_text(q, &copy->column, filter->column_length) != 0 ||
        copy_text(q, &copy->raw, filter->raw_length) != 0 || copy_string(q, &copy->config) != 0)
        return -1;
    if (filter->kind == FILTER_COMPARISON)
        return operand_copy(&copy->operand, &filter->operand, &q->arena);
    return copy_filters(q, &copy->children, &copy->last_child);
}

/* In place: the list at @head becomes a list of copies. */
static int copy_filters(supa_query *q, struct filter **head, struct filter ***last)
{
    const struct filter *from = *head;

    *head = NULL;
    *last = head;
    for (; from != NULL; from = from->next) {
        struct filter *copy = arena_get(&q->arena, sizeof *copy);

        if (copy == NULL || copy_filter(q, copy, from) != 0)
            return -1;
        **last = copy;
        *last = &copy->next;
    }
    return 0;
}

static int copy_orders(supa_query *q, struct shape *shape)
{
    const struct order *from = shape->orders;

    shape->orders = NULL;
    shape->last_order = &shape->orders;
    for (; from != NULL; from = from->next) {
        struct order *copy = arena_get(&q->arena, sizeof *copy);

        if (copy == NULL)
            return -1;
        *copy = *from;
        copy->next = NULL;
        if (copy_text(q, &copy->column, from->column_length) != 0)
            return -1;
        *shape->last_order = copy;
        shape->last_order = &copy->next;
    }
    return copy_text(q, &shape->embedded, shape->embedded_length);
}

static int copy_shapes(supa_query *q)
{
    struct shape **last = &q->embedded_shapes;
    const struct shape *from = q->embedded_shapes;

    for (*last = NULL; from != NULL; from = from->next) {
        struct shape *copy = arena_get(&q->arena, sizeof *copy);

        if (copy == NULL)
            return -1;
        *copy = *from;
        copy->next = NULL;
        if (copy_orders(q, copy) != 0)
            return -1;
        *last = copy;
        last = &copy->next;
    }
    return copy_orders(q, &q->shape);
}

static int copy_keys(supa_query *q)
{
    const struct name *from = q->keys;

    q->keys = NULL;
    q->last_key = &q->keys;
    for (; from != NULL; from = from->next) {
        struct name *copy = arena_get(&q->arena, sizeof *copy);

        if (copy == NULL)
            return -1;
        *copy = *from;
        copy->next = NULL;
        if (copy_text(q, &copy->text, from->length) != 0)
            return -1;
        *q->last_key = copy;
        q->last_key = &copy->next;
    }
    return 0;
}

static int copy_arguments(supa_query *q)
{
    const struct argument *from = q->arguments;

    q->arguments = NULL;
    q->last_argument = &q->arguments;
    for (; from != NULL; from = from->next) {
        struct argument *copy = arena_get(&q->arena, sizeof *copy);

        if (copy == NULL)
            return -1;
        *copy = *from;
        copy->next = NULL;
        if (copy_text(q, &copy->name, from->name_length) != 0 ||
            operand_copy(&copy->value, &from->value, &q->arena) != 0)
            return -1;
        *q->last_argument = copy;
        q->last_argument = &copy->next;
    }
    return 0;
}

static int copy_headers(supa_query *q)
{
    struct query_header **last = &q->headers;
    const struct query_header *from = q->headers;

    for (*last = NULL; from != NULL; from = from->next) {
        struct query_header *copy = arena_get(&q->arena, sizeof *copy);

        if (copy == NULL)
            return -1;
        *copy = *from;
        copy->next = NULL;
        if (copy_string(q, &copy->line) != 0)
            return -1;
        *last = copy;
        last = &copy->next;
    }
    return 0;
}

static int copy_token(supa_query *q, const char *token)
{
    char *room;

    if (token == NULL)
        return 0;
    room = query_token_room(q, strlen(token) + 1);
    if (room == NULL)
        return -1;
    q->token = memcpy(room, token, strlen(token) + 1);
    return 0;
}

/* The text is read again, which is how its embedded resources are found. */
static int copy_select(supa_query *q)
{
    const char *text = q->select.text;

    return text != NULL && select_read(&q->select, text, &q->arena) != NULL ? -1 : 0;
}

static int copy_texts(supa_query *q)
{
    if (!q->body_is_borrowed && copy_text(q, &q->body, q->body_length) != 0)
        return -1;
    if (copy_text(q, &q->relation, q->relation_length) != 0 ||
        copy_string(q, &q->media_type) != 0 || copy_string(q, &q->timezone) != 0 ||
        copy_string(q, &q->on_conflict) != 0 || copy_string(q, &q->columns) != 0 ||
        copy_string(q, &q->content_type) != 0)
        return -1;
    return copy_string(q, &q->profile);
}

/* Groups that are open in the original are open in the copy: its last ones, one in the other. */
static void reopen(supa_query *q, size_t depth)
{
    struct filter *filter = q->filters;

    for (q->depth = 0; q->depth < depth; filter = filter->children) {
        while (filter->next != NULL)
            filter = filter->next;
        q->open[q->depth++] = filter;
    }
}

static int copy_parts(supa_query *q, const supa_query *from)
{
    memcpy(q, from, offsetof(struct supa_query, mistake));
    q->target = NULL;
    q->token = NULL;
    buffer_put(&q->rows, buffer_text(&from->rows), from->rows.length);
    if (copy_filters(q, &q->filters, &q->last_filter) != 0 || copy_shapes(q) != 0 ||
        copy_keys(q) != 0 || copy_arguments(q) != 0 || copy_headers(q) != 0 ||
        copy_select(q) != 0 || copy_texts(q) != 0 || buffer_failed(&q->rows))
        return -1;
    reopen(q, from->depth);
    return copy_token(q, from->token);
}

static supa_query *copy(const supa_query *from, struct target *target)
{
    supa_query *q = query_fresh();

    if (query_stopped(q) != NULL)
        return q;
    if (from->mistake.code != SUPA_OK)
        q->mistake = from->mistake;
    else if (copy_parts(q, from) != 0)
        query_no_memory(q);
    q->target = target_ref(target);
    supa_cancel_ref(q->cancel);
    return q;
}

supa_query *supa_query_dup(const supa_query *q)
{
    return q == NULL ? query_stopped(NULL) : copy(q, q->target);
}

supa_query *query_on(const supa_query *from, struct target *target)
{
    supa_query *q;

    if (from == NULL)
        return query_stopped(NULL);
    q = copy(from, target);
    if (query_stopped(q) != NULL)
        return q;
    if (!from->is_template)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_query_on", NULL,
            "the query is no template: it is bound to its client");
    if (target == NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_query_on", NULL, "the client is NULL");
    q->is_template = 0;
    return q;
}
