/* SPDX-License-Identifier: MIT */
#include "query/guard.h"

#include "base/error.h"
#include "base/escape.h"
#include "base/redact.h"
#include "base/text.h"
#include "query/names.h"
#include "query/query_internal.h"
#include "query/stamp.h"

#include <string.h>

#define STORE_COLUMN "store_id"

static int refuse(supa_query *q, const char *name, size_t length, const char *why, const char *hint)
{
    const char *secrets[QUERY_SECRETS];
    struct buffer shown = BUFFER_INIT;

    query_secrets(q, secrets);
    redact_put(&shown, name, length, secrets);
    error_set(
        &q->mistake, SUPA_ERROR_SCOPE, SUPA_NOT_SENT, "\"%.64s\" %s", buffer_text(&shown), why);
    error_hint(&q->mistake, "%s", hint);
    buffer_free(&shown);
    return SUPA_ERROR_SCOPE;
}

static int check_table(supa_query *q, const char *name, size_t length)
{
    const struct scope_table *table = scope_find(q->target->scope, name, length);

    if (table == NULL)
        return refuse(
            q, name, length, "is in no list of tables, so its side is not known",
            "the platform's tables are known; embed one by its name. A manager with "
            "SUPA_SCOPE_NONE "
            "checks nothing, and keeps nothing to its store");
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

static int is_function(const supa_query *q)
{
    return q->kind == QUERY_RPC || q->kind == QUERY_RPC_GET;
}

/* The store's column, in the query's own table or an embedded one, in quotes or not. */
static int is_store_column(const char *column, size_t length)
{
    static const char *const forms[] = {STORE_COLUMN, "\"" STORE_COLUMN "\""};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const size_t n = strlen(forms[i]);

        if (length >= n && memcmp(column + length - n, forms[i], n) == 0 &&
            (length == n || column[length - n - 1] == '.'))
            return 1;
    }
    return 0;
}

static int is_our_store(const supa_query *q, const struct piece *value)
{
    return value->text != NULL &&
           text_same(value->text, value->length, q->target->store_id, strlen(q->target->store_id));
}

/* Whether a condition on the store's column asks for another store's rows. */
static int names_another_store(const supa_query *q, const struct filter *filter)
{
    const struct operand *operand = &filter->operand;

    if (filter->kind != FILTER_COMPARISON || filter->negated ||
        !is_store_column(filter->column, filter->column_length))
        return 0;
    if (filter->comparison != comparison_find("eq", 2) &&
        filter->comparison != comparison_find("in", 2))
        return 0;
    for (size_t i = 0; i < operand->count; i++) {
        if (!is_our_store(q, &operand->pieces[i]))
            return 1;
    }
    return 0;
}

static int is_named(const struct filter *filter, const char *name)
{
    return filter->comparison == comparison_find(name, strlen(name));
}

/* `store_id` equals or is among our store alone, or is not null. */
static int says_own_store(const supa_query *q, const struct filter *filter)
{
    const struct operand *operand = &filter->operand;

    if (!is_store_column(filter->column, filter->column_length))
        return 0;
    if (filter->negated)
        return is_named(filter, "is");
    if (!is_named(filter, "eq") && !is_named(filter, "in"))
        return 0;
    for (size_t i = 0; i < operand->count; i++) {
        if (!is_our_store(q, &operand->pieces[i]))
            return 0;
    }
    return operand->count != 0;
}

int guard_is_own_store(const supa_query *q, const struct filter *filter)
{
    if (!keeps_store(q) || filter->kind == FILTER_RAW)
        return 0;
    if (filter->kind == FILTER_COMPARISON)
        return says_own_store(q, filter);
    for (const struct filter *child = filter->children; child != NULL; child = child->next) {
        if (!guard_is_own_store(q, child))
            return 0;
    }
    return filter->children != NULL && !filter->negated;
}

static int check_filters(supa_query *q, const struct filter *filters);

static int check_filter(supa_query *q, const struct filter *filter)
{
    if (filter->kind == FILTER_GROUP)
        return check_filters(q, filter->children);
    if (!names_another_store(q, filter))
        return SUPA_OK;
    return refuse(
        q, filter->column, filter->column_length,
        "is compared with another store than the client's",
        "lease the other store's client, or say supa_any_store");
}

static int check_filters(supa_query *q, const struct filter *filters)
{
    int code = SUPA_OK;

    for (const struct filter *f = filters; code == SUPA_OK && f != NULL; f = f->next)
        code = check_filter(q, f);
    return code;
}

int guard_names_store(const char *names)
{
    return names_has(names, STORE_COLUMN);
}

/* An upsert has no condition: merging by a key without the store's column could take another
 * store's row. */
static int check_merge(supa_query *q)
{
    if (q->kind == QUERY_PUT)
        return refuse(
            q, q->relation, q->relation_length,
            "has rows of many stores, and a put could take one's", "insert, or update by a filter");
    if (q->kind == QUERY_UPSERT && !q->ignore_duplicates && !guard_names_store(q->on_conflict))
        return refuse(
            q, q->relation, q->relation_length,
            "has rows of many stores, and a merge by a key without store_id could take one's",
            "name a unique key with store_id in on_conflict, or ignore duplicates");
    return SUPA_OK;
}

static int check_rows(supa_query *q)
{
    int code = check_merge(q);

    if (code != SUPA_OK || q->kind == QUERY_DELETE || q->kind == QUERY_READ)
        return code;
    if (q->content_type != NULL)
        return refuse(
            q, q->relation, q->relation_length,
            "has rows of many stores, and this body is not JSON",
            "insert JSON, or say supa_any_store");
    return stamp_rows(q);
}

int guard_check(supa_query *q)
{
    int code;

    if (q->target->scope == NULL)
        return SUPA_OK;
    code = is_function(q) ? SUPA_OK : check_table(q, q->relation, q->relation_length);
    for (const struct embed *e = q->select.embeds; code == SUPA_OK && e != NULL; e = e->next)
        code = check_table(q, e->name, e->name_length);
    if (code != SUPA_OK || !keeps_store(q))
        return code;
    code = check_filters(q, q->filters);
    if (code == SUPA_OK && !is_function(q) && has_store_id(q, q->relation, q->relation_length))
        code = check_rows(q);
    return code;
}

int guard_stamps(const supa_query *q)
{
    return keeps_store(q) && (q->kind == QUERY_INSERT || q->kind == QUERY_UPSERT) &&
           has_store_id(q, q->relation, q->relation_length);
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
    if ((q->kind == QUERY_READ || q->kind == QUERY_UPDATE || q->kind == QUERY_DELETE) &&
        has_store_id(q, q->relation, q->relation_length)) {
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
