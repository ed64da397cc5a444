/* SPDX-License-Identifier: MIT */
#include "query/check.h"

#include "base/error.h"
#include "base/escape.h"
#include "query/guard.h"
#include "query/query_internal.h"

#include <string.h>

static int unfit(supa_query *q, supa_code code, const char *mistake, const char *hint)
{
    error_set(&q->mistake, code, SUPA_NOT_SENT, "%s", mistake);
    error_hint(&q->mistake, "%s", hint);
    return (int)code;
}

static int contradicts(supa_query *q, const char *mistake, const char *hint)
{
    return unfit(q, SUPA_ERROR_ARGUMENT, mistake, hint);
}

static int is_write(const supa_query *q)
{
    return q->kind != QUERY_READ && q->kind != QUERY_RPC && q->kind != QUERY_RPC_GET;
}

static int has_shape(const struct shape *shape)
{
    return shape->orders != NULL || shape->limit >= 0;
}

static int has_limit(const supa_query *q)
{
    return q->shape.limit >= 0;
}

static int has_body(const supa_query *q)
{
    return q->body != NULL || q->body_read != NULL || q->row_count != 0;
}

/* Conditions on an embedded resource hide rows of the answer; what is written they do not restrict. */
static int check_embedded(supa_query *q)
{
    static const char hint[] = "it hides rows of the answer, but all that match are written";

    for (const struct shape *s = q->embedded_shapes; s != NULL; s = s->next) {
        if (has_shape(s))
            return contradicts(q, "a write with an order or limit on an embedded resource", hint);
    }
    for (const struct filter *f = q->filters; f != NULL; f = f->next) {
        if (f->column != NULL &&
            (f->kind == FILTER_GROUP || escape_column_is_embedded(f->column, f->column_length)))
            return contradicts(q, "a write with a filter on an embedded resource", hint);
    }
    return SUPA_OK;
}

static int returns_rows(const supa_query *q)
{
    return q->select.text != NULL || q->answer != ANSWER_ROWS || q->media != MEDIA_JSON;
}

/* `name`, `"name"`, and both with a JSON path behind them. */
static int is_column(const char *column, size_t length, const struct name *name)
{
    const size_t quotes = length != 0 && column[0] == '"';
    const size_t end = name->length + 2 * quotes;

    return length >= end && memcmp(column + quotes, name->text, name->length) == 0 &&
           (length == end || column[end] == '-');
}

static int group_looks_at(const struct filter *group, const struct name *name)
{
    if (group->raw != NULL)
        return strstr(group->raw, name->text) != NULL;
    for (const struct filter *f = group->children; f != NULL; f = f->next) {
        if (f->kind == FILTER_GROUP ? group_looks_at(f, name)
                                    : is_column(f->column, f->column_length, name))
            return 1;
    }
    return 0;
}

/* PostgREST applies groups, and only them, a second time to the rows that an update returns, as they are
 * after it (PostgREST#3707): what no longer matches is missing, and a single row counts as none. */
static int check_groups(supa_query *q)
{
    for (const struct filter *f = q->filters; returns_rows(q) && f != NULL; f = f->next) {
        int again = f->kind == FILTER_GROUP && q->keys == NULL;

        for (const struct name *name = q->keys; f->kind == FILTER_GROUP && name != NULL;
             name = name->next)
            again |= group_looks_at(f, name);
        if (again)
            return contradicts(
                q, "an update that returns rows, by a group on a column that it changes",
                "PostgREST would leave out rows that were changed: return none, or say it without "
                "a group, by supa_in or supa_filter_any");
    }
    return SUPA_OK;
}

static int check_limit(supa_query *q)
{
    if (!has_limit(q))
        return SUPA_OK;
    if (q->target->server_major < 10 || q->target->server_major > 12)
        return contradicts(
            q, "a write with a limit",
            "the server may ignore it and change every row that matches: take supa_max_affected, "
            "filter by key, or set server_major to 10, 11 or 12 if that is what runs");
    if (q->shape.orders == NULL)
        return contradicts(
            q, "a write with a limit but no order", "add supa_order by a unique column");
    return SUPA_OK;
}

/* `not in ()` was hardly meant, whatever else is asked for. */
static int is_vain_list(const struct filter *filter)
{
    return filter->kind == FILTER_COMPARISON && filter->comparison->takes == TAKES_LIST &&
           filter_truth(filter) == TRUTH_ALWAYS;
}

static int check_restricted(supa_query *q)
{
    int restricted = q->all_rows, vain = 0, refused = 0;

    for (const struct filter *f = q->filters; f != NULL; f = f->next) {
        const int always = filter_truth(f) == TRUTH_ALWAYS;

        refused |= is_vain_list(f);
        vain |= always;
        restricted |= !always && !guard_is_own_store(q, f);
    }
    if (refused || (vain && !restricted))
        return unfit(
            q, SUPA_ERROR_UNFILTERED, "an update or delete with a filter that is always true",
            "an empty list was negated, or is contained in every other; leave it out and say "
            "supa_all_rows if all are meant");
    if (restricted)
        return check_limit(q);
    return unfit(
        q, SUPA_ERROR_UNFILTERED, "an update or delete without a filter",
        "add a filter, or say supa_all_rows if every row is meant");
}

static int check_insert(supa_query *q)
{
    if (q->filters != NULL || has_limit(q))
        return contradicts(
            q, "an insert with a filter or limit", "they do not restrict what is inserted");
    if (q->return_headers && q->select.text != NULL)
        return contradicts(
            q, "an insert that returns its headers only, and columns", "choose one of the two");
    return SUPA_OK;
}

static int check_put(supa_query *q)
{
    if (q->filters == NULL || has_limit(q) || q->shape.orders != NULL)
        return contradicts(
            q, "a put without a filter, or with an order or limit",
            "it needs one supa_eq for each column of the primary key, and nothing else");
    for (const struct filter *f = q->filters; f != NULL; f = f->next) {
        if (f->kind != FILTER_COMPARISON || f->negated || f->comparison != &comparisons[OP_EQ] ||
            f->quantifier != QUANTIFIER_NONE)
            return contradicts(
                q, "a put with another filter than supa_eq",
                "it needs one supa_eq for each column of the primary key, and nothing else");
    }
    return SUPA_OK;
}

static int check_write(supa_query *q)
{
    int code = check_embedded(q);

    if (code != SUPA_OK)
        return code;
    if (q->kind != QUERY_DELETE && !has_body(q))
        return contradicts(q, "a write without rows", "give them as JSON or by supa_set");
    if (q->return_headers && q->kind != QUERY_INSERT && q->kind != QUERY_UPSERT)
        return contradicts(
            q, "supa_return_headers on another write than an insert", "leave it out");
    switch (q->kind) {
    case QUERY_INSERT:
    case QUERY_UPSERT:
        return check_insert(q);
    case QUERY_UPDATE:
        code = check_groups(q);
        return code != SUPA_OK ? code : check_restricted(q);
    case QUERY_DELETE:
        return check_restricted(q);
    case QUERY_PUT:
        return check_put(q);
    case QUERY_READ:
    case QUERY_RPC:
    case QUERY_RPC_GET:
        break;
    }
    return SUPA_OK;
}

static int check_read(supa_query *q)
{
    if (q->columns != NULL || q->missing_default || q->return_headers)
        return contradicts(
            q,
            "supa_columns, supa_missing_default or supa_return_headers on a query that writes no "
            "rows",
            "they are for inserts and updates");
    if (q->kind == QUERY_READ && (q->rollback || q->max_affected >= 0))
        return contradicts(
            q, "supa_rollback or supa_max_affected on a read", "there is nothing to undo or bound");
    return SUPA_OK;
}

/* The answer has one form. */
static int check_answer(supa_query *q)
{
    if (q->media != MEDIA_JSON && (q->answer != ANSWER_ROWS || q->strip_nulls))
        return contradicts(
            q, "a single row, or one without nulls, in another form than JSON",
            "choose one: supa_single, supa_maybe_single and supa_strip_nulls are for JSON");
    if (q->head && (is_write(q) || q->answer != ANSWER_ROWS || q->explain))
        return contradicts(
            q, "supa_head on a write, a single row or a plan", "a HEAD has no rows to look at");
    if (q->head_reason && !q->head)
        return contradicts(q, "supa_head_reason without supa_head", "say supa_head too");
    return SUPA_OK;
}

int check_query(supa_query *q)
{
    int code;

    if (q->is_template)
        return contradicts(
            q, "a template has no client to be sent by", "supa_query_on makes a query of it");
    if (q->depth != 0 || q->is_not)
        return contradicts(
            q, "a group is not ended, or supa_not has no filter behind it", "supa_end is missing");
    if (query_is_plain(q))
        return SUPA_OK;
    code = check_answer(q);
    if (code != SUPA_OK)
        return code;
    return is_write(q) ? check_write(q) : check_read(q);
}
