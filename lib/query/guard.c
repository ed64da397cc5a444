/* SPDX-License-Identifier: MIT */
#include "query/guard.h"

#include "base/error.h"
#include "base/escape.h"
#include "base/text.h"
#include "query/query_internal.h"
#include "query/stamp.h"

#include <string.h>

#define STORE_COLUMN "store_id"

static int refuse(supa_query *q, const char *name, size_t length, const char *why, const char *hint)
{
    error_set(
        &q->mistake, SUPA_ERROR_SCOPE, SUPA_NOT_SENT, "\"%.*s\" %s",
        (int)(length < 64 ? length : 64), name, why);
    error_hint(&q->mistake, "%s", hint);
    return SUPA_ERROR_SCOPE;
}

static int check_table(supa_query *q, const char *name, size_t length)
{
    const struct scope_table *table = scope_find(q->target->scope, name, length);

    if (table == NULL)
        return refuse(
            q, name, length, "is in no list of tables, so its side is not known",
            "embed a table by its name, and name it in the manager's scope");
    if (q->target->side == SUPA_SIDE_MASTER && table->owner == OWNER_TENANT)
        return refuse(
            q, name, length, "belongs to the tenants, and was asked of the master",
            "ask the client that supa_manager_lease gives for a store");
    if (q->target->side == SUPA_SIDE_TENANT && table->owner == OWNER_MASTER)
        return refuse(
            q, name, length, "belongs to the master, and was asked of a tenant",
            "ask the client that supa_manager_master gives");
    if (q->target->side == SUPA_SIDE_TENANT && table->owner == OWNER_BOTH && !q->own_copy)
        return refuse(
            q, name, length, "belongs to the master, and was asked of a tenant",
            "ask supa_manager_master's client; supa_own_copy asks for the tenant's own copy");
    return SUPA_OK;
}

static int has_store_id(const supa_query *q, const char *name, size_t length)
{
    const struct scope_table *table = scope_find(q->target->scope, name, length);

    return table != NULL && table->has_store_id;
}

/* Whether the query is kept to its client's store. */
static int keeps_store(const supa_query *q)
{
    return q->target->scope != NULL && q->target->side == SUPA_SIDE_TENANT && !q->any_store;
}

/* The store's column, in the query's own table or an embedded one. */
static int is_store_column(const char *column, size_t length)
{
    const size_t n = sizeof STORE_COLUMN - 1;

    return length >= n && memcmp(column + length - n, STORE_COLUMN, n) == 0 &&
           (length == n || column[length - n - 1] == '.');
}

static int check_filter(supa_query *q, const struct filter *filter)
{
    const struct piece *value = &filter->operand.one;

    if (filter->comparison != &compare_eq ||
        !is_store_column(filter->column, filter->column_length))
        return SUPA_OK;
    if (text_same(value->text, value->length, q->target->store_id, strlen(q->target->store_id)))
        return SUPA_OK;
    return refuse(
        q, filter->column, filter->column_length,
        "is compared with another store than the client's",
        "lease the other store's client, or say supa_any_store");
}

int guard_check(supa_query *q)
{
    int code;

    if (q->target->scope == NULL)
        return SUPA_OK;
    code = check_table(q, q->relation, q->relation_length);
    for (const struct embed *e = q->select.embeds; code == SUPA_OK && e != NULL; e = e->next)
        code = check_table(q, e->name, e->name_length);
    if (code != SUPA_OK || !keeps_store(q))
        return code;
    for (const struct filter *f = q->filters; code == SUPA_OK && f != NULL; f = f->next)
        code = check_filter(q, f);
    if (code == SUPA_OK && q->kind == QUERY_INSERT &&
        has_store_id(q, q->relation, q->relation_length))
        code = stamp_rows(q);
    return code;
}

static void write_store(struct buffer *url, const supa_query *q)
{
    buffer_puts(url, STORE_COLUMN "=eq.");
    escape_plain(url, q->target->store_id, strlen(q->target->store_id));
}

void guard_write(struct buffer *url, const supa_query *q)
{
    if (!keeps_store(q))
        return;
    if (q->kind != QUERY_INSERT && has_store_id(q, q->relation, q->relation_length)) {
        buffer_putc(url, '&');
        write_store(url, q);
    }
    for (const struct embed *e = q->select.embeds; e != NULL; e = e->next) {
        if (!has_store_id(q, e->name, e->name_length))
            continue;
        buffer_putc(url, '&');
        escape_plain(url, e->path, e->path_length);
        buffer_putc(url, '.');
        write_store(url, q);
    }
}
