/* SPDX-License-Identifier: MIT */
#include "query/guard.h"

#include "base/error.h"
#include "base/escape.h"
#include "base/redact.h"
#include "query/names.h"
#include "query/own_store.h"
#include "query/query_internal.h"
#include "query/stamp.h"

#include <string.h>

/* One table or function of a query, as the scope sees it. */
struct subject {
    struct scope_names *names;
    struct scope_entry *entry;
    supa_scope_mode mode;
    const char *name;
    size_t length;
};

static int is_function(const supa_query *q)
{
    return q->kind == QUERY_RPC || q->kind == QUERY_RPC_GET;
}

static struct subject
subject_of(const supa_query *q, struct scope_names *names, const char *name, size_t length)
{
    struct scope_entry *entry = scope_find(names, name, length);

    return (struct subject){names, entry, scope_mode_of(q->target->scope, entry), name, length};
}

static struct subject own_subject(const supa_query *q)
{
    struct scope *scope = q->target->scope;

    return subject_of(
        q, is_function(q) ? &scope->functions : &scope->tables, q->relation, q->relation_length);
}

static struct subject embedded_subject(const supa_query *q, const struct embed *embed)
{
    return subject_of(q, &q->target->scope->tables, embed->name, embed->name_length);
}

/* Whether a name may be told in a report: none that has a key in it. */
static int may_tell(supa_query *q, const char *name, size_t length)
{
    const char *secrets[QUERY_SECRETS];
    struct buffer shown = BUFFER_INIT;
    int same;

    query_secrets(q, secrets);
    redact_put(&shown, name, length, secrets);
    same = shown.length == length && memcmp(buffer_text(&shown), name, length) == 0;
    buffer_free(&shown);
    return same;
}

/* Counts a mistake. Whether the query is to be refused for it. */
static int objects(supa_query *q, const struct subject *subject, enum scope_mistake mistake)
{
    const int refused = subject->mode == SUPA_SCOPE_ENFORCE;
    const char *name = subject->name;

    if (subject->mode == SUPA_SCOPE_OFF)
        return 0;
    if (mistake == MISTAKE_UNLISTED && !may_tell(q, name, subject->length))
        name = NULL;
    if (!q->uncounted)
        scope_count(subject->names, subject->entry, mistake, refused, name, subject->length);
    return refused;
}

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

static int judge(
    supa_query *q, const struct subject *subject, enum scope_mistake mistake, const char *why,
    const char *hint)
{
    if (!objects(q, subject, mistake))
        return SUPA_OK;
    return refuse(q, subject->name, subject->length, why, hint);
}

static int judge_unlisted(supa_query *q, const struct subject *subject)
{
    if (subject->names == &q->target->scope->functions)
        return judge(
            q, subject, MISTAKE_UNLISTED, "is in no list of functions, so its side is not known",
            "list it in an ownership file (rpc/NAME), or set the mode of functions in no list by "
            "supa_scope_set");
    return judge(
        q, subject, MISTAKE_UNLISTED, "is in no list of tables, so its side is not known",
        "embed a table by its name; list one that is missing in an ownership file, or set the "
        "mode of tables in no list by supa_scope_set");
}

static int check_side(supa_query *q, const struct subject *subject)
{
    const enum scope_owner owner = (enum scope_owner)subject->entry->owner;
    const int on_tenant = q->target->side == SUPA_SIDE_TENANT;

    if (subject->mode == SUPA_SCOPE_OFF)
        return SUPA_OK;
    if (subject->entry->name == NULL)
        return judge_unlisted(q, subject);
    if (!on_tenant && owner == OWNER_TENANT)
        return judge(
            q, subject, MISTAKE_SIDE, "belongs to the tenants, and was asked of the master",
            "ask the client that supa_manager_lease gives for a store");
    if (on_tenant && owner == OWNER_MASTER)
        return judge(
            q, subject, MISTAKE_SIDE, "belongs to the master, and was asked of a tenant",
            "ask the client that supa_manager_master gives");
    if (on_tenant && owner == OWNER_BOTH && !q->own_copy &&
        subject->names == &q->target->scope->tables)
        return judge(
            q, subject, MISTAKE_COPY, "belongs to the master, and was asked of a tenant",
            "ask supa_manager_master's client; supa_own_copy asks for the tenant's own copy");
    return SUPA_OK;
}

/* Whether queries of this client, and this one of them, are kept to a store. */
static int has_store(const supa_query *q)
{
    return q->target->scope != NULL && q->target->side == SUPA_SIDE_TENANT && !q->any_store;
}

static int is_kept(const supa_query *q, const struct subject *subject)
{
    return has_store(q) && subject->mode != SUPA_SCOPE_OFF && subject->entry->has_store_id;
}

int guard_is_own_store(const supa_query *q, const struct filter *filter)
{
    struct subject own;

    if (!has_store(q))
        return 0;
    own = own_subject(q);
    return is_kept(q, &own) && own_store_says(filter, q->target->store_id) == OWN_STORE_HOLDS;
}

static int is_same(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* The server takes a filter on a name to the first embedded resource beside each other that has it,
 * as its name or its alias. */
static const struct embed *find_rival(const supa_query *q, const struct embed *embed)
{
    for (const struct embed *e = q->select.embeds; e != NULL; e = e->next) {
        if (e != embed && e->parent == embed->parent &&
            (is_same(e->key, e->key_length, embed->key, embed->key_length) ||
             is_same(e->name, e->name_length, embed->key, embed->key_length)))
            return e;
    }
    return NULL;
}

/* The filter of the store must find its way to the embedded resource, through all around it. */
static int check_way(supa_query *q, const struct embed *embed, const struct subject *subject)
{
    for (const struct embed *e = embed; e != NULL; e = e->parent) {
        if (find_rival(q, e) != NULL)
            return judge(
                q, subject, MISTAKE_EMBED,
                "is embedded where two resources share a name, so that it cannot be kept to the "
                "store",
                "give each an alias that is no other's name");
    }
    return SUPA_OK;
}

static int check_tables(supa_query *q, const struct subject *own)
{
    int code = check_side(q, own);

    q->kept = !is_function(q) && is_kept(q, own);
    for (struct embed *e = q->select.embeds; code == SUPA_OK && e != NULL; e = e->next) {
        const struct subject subject = embedded_subject(q, e);

        e->kept = is_kept(q, &subject);
        code = check_side(q, &subject);
        if (code == SUPA_OK && e->kept)
            code = check_way(q, e, &subject);
    }
    return code;
}

/* The embedded resource whose column or rows a filter is about, or NULL. */
static const struct embed *filtered_embed(const supa_query *q, const struct filter *filter)
{
    for (const struct embed *e = q->select.embeds; filter->column != NULL && e != NULL;
         e = e->next) {
        const size_t n = e->path_length;

        if (filter->column_length >= n && memcmp(filter->column, e->path, n) == 0 &&
            (filter->column_length == n ? filter->kind == FILTER_GROUP : filter->column[n] == '.'))
            return e;
    }
    return NULL;
}

static int check_filter(supa_query *q, const struct subject *own, const struct filter *filter)
{
    static const char column[] = STORE_COLUMN;
    const struct embed *embed = filtered_embed(q, filter);
    const struct subject subject = embed != NULL ? embedded_subject(q, embed) : *own;
    const char *shown = filter->column != NULL ? filter->column : column;

    if (own_store_says(filter, q->target->store_id) != OWN_STORE_CONTRADICTS ||
        !objects(q, &subject, MISTAKE_STORE))
        return SUPA_OK;
    return refuse(
        q, shown, strlen(shown),
        filter->raw != NULL
            ? "is compared by raw text with what may be another store than the client's"
            : "is compared with another store than the client's",
        "lease the other store's client, or say supa_any_store");
}

int guard_names_store(const char *names)
{
    return names_has(names, STORE_COLUMN);
}

/* An upsert has no condition: merging by a key without the store's column could take another
 * store's row. */
static int check_merge(supa_query *q, const struct subject *own)
{
    if (q->kind == QUERY_PUT)
        return judge(
            q, own, MISTAKE_MERGE, "has rows of many stores, and a put could take one's",
            "insert, or update by a filter");
    if (q->kind == QUERY_UPSERT && !q->ignore_duplicates && !guard_names_store(q->on_conflict))
        return judge(
            q, own, MISTAKE_MERGE,
            "has rows of many stores, and a merge by a key without store_id could take one's",
            "name a unique key with store_id in on_conflict, or ignore duplicates");
    return SUPA_OK;
}

static int check_rows(supa_query *q, const struct subject *own)
{
    const enum stamp_found found = stamp_rows(q);

    q->stamped = found != STAMP_UNFIT && q->kind != QUERY_UPDATE;
    if (found == STAMP_NO_MEMORY)
        return error_no_memory(&q->mistake);
    if (found == STAMP_UNFIT)
        return judge(
            q, own, MISTAKE_BODY,
            "has rows of many stores, and this body is not JSON, or is read as it is sent, so "
            "that they cannot be given theirs",
            "give the rows as JSON, or say supa_any_store and write store_id yourself");
    if (found == STAMP_OTHERS)
        return judge(
            q, own, MISTAKE_ROW, "is written with a row that names another store than the client's",
            "lease the other store's client, or say supa_any_store");
    return SUPA_OK;
}

static int check_store(supa_query *q, const struct subject *own)
{
    int code = SUPA_OK;

    for (const struct filter *f = q->filters; code == SUPA_OK && f != NULL; f = f->next)
        code = check_filter(q, own, f);
    if (code != SUPA_OK || !q->kept || q->kind == QUERY_READ || q->kind == QUERY_DELETE)
        return code;
    code = check_merge(q, own);
    return code == SUPA_OK ? check_rows(q, own) : code;
}

int guard_check(supa_query *q)
{
    struct subject own;
    int code;

    q->kept = q->stamped = 0;
    if (q->target->scope == NULL)
        return SUPA_OK;
    own = own_subject(q);
    code = check_tables(q, &own);
    return code == SUPA_OK && has_store(q) ? check_store(q, &own) : code;
}

static void write_store(struct buffer *url, const supa_query *q)
{
    buffer_puts(url, STORE_COLUMN "=eq.");
    escape_plain(url, q->target->store_id, strlen(q->target->store_id));
}

void guard_write(struct buffer *url, const supa_query *q)
{
    if (q->kept && (q->kind == QUERY_READ || q->kind == QUERY_UPDATE || q->kind == QUERY_DELETE)) {
        buffer_putc(url, '&');
        write_store(url, q);
    }
    for (const struct embed *e = q->select.embeds; e != NULL; e = e->next) {
        if (!e->kept)
            continue;
        buffer_putc(url, '&');
        escape_plain(url, e->path, e->path_length);
        buffer_putc(url, '.');
        write_store(url, q);
    }
}
