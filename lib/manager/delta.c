/* SPDX-License-Identifier: MIT */
#include "manager/delta.h"

#include "base/error.h"
#include "base/http_date.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "manager/lookup.h"
#include "manager/resolve.h"

#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 10000 /* of one query: whoever leases may be waiting for it */

struct page {
    struct delta *delta;
    const supa_response *response;
    size_t count;
};

struct table {
    const char *name;
    const char *columns; /* NULL: those of the host source */
    int source;          /* a supa_host_source, or 0 */
    int (*apply)(const struct page *page, const struct table *table, supa_error *error);
};

static int apply_databases(const struct page *page, const struct table *table, supa_error *error)
{
    (void)table;
    (void)error;
    for (size_t i = 0; i < page->count; i++) {
        supa_row row = supa_response_row(page->response, i);
        struct uuid store;

        if (lookup_id(row, "store_id", &store))
            cache_learn(page->delta->cache, store, BASIS_DATABASE, basis_of_database(row));
    }
    return SUPA_OK;
}

static int apply_stores(const struct page *page, const struct table *table, supa_error *error)
{
    (void)table;
    (void)error;
    for (size_t i = 0; i < page->count; i++) {
        supa_row row = supa_response_row(page->response, i);
        struct uuid store;

        if (lookup_id(row, "id", &store))
            cache_learn(page->delta->cache, store, BASIS_STORE, basis_of_store(row));
    }
    return SUPA_OK;
}

static int apply_hosts(const struct page *page, const struct table *table, supa_error *error)
{
    struct host_row *rows = memory_array(page->count, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < page->count; i++) {
        supa_row row = supa_response_row(page->response, i);

        count += (size_t)resolve_row(table->source, row, &rows[count]);
    }
    hosts_learn(page->delta->hosts, rows, count);
    memory_free(rows);
    return SUPA_OK;
}

static const struct table tables[DELTA_TABLES] = {
    {"store_databases", "id,store_id,database_type,connection_string_encrypted,is_active", 0,
     apply_databases},
    {"stores", "id,status,is_active", 0, apply_stores},
    {"store_hostnames", NULL, SUPA_HOSTS_STORE_HOSTNAMES, apply_hosts},
    {"custom_domains_lookup", NULL, SUPA_HOSTS_CUSTOM_DOMAINS, apply_hosts},
};

/* The last row that was read. */
struct cursor {
    char updated[MARK_SIZE];
    char id[UUID_LENGTH + 1];
    int64_t server_us; /* the server's clock in the last answer */
    int has_server;
};

static int malformed(supa_error *error, const struct table *table)
{
    int code = error_set(
        error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
        "%s: a row has no id that is a UUID, or no updated_at", table->name);

    error_about(error, SUPA_SIDE_MASTER, NULL, table->name);
    return code;
}

static int copy_text(supa_row row, const char *column, char *out, size_t size)
{
    const char *text;
    size_t length;

    if (supa_row_text(row, column, &text, &length) != SUPA_FIELD_VALUE || length == 0 ||
        length >= size)
        return 0;
    memcpy(out, text, length);
    out[length] = '\0';
    return 1;
}

static supa_query *begin(const struct delta *delta, const struct table *table)
{
    supa_query *q = supa_from(delta->master, table->name);
    const char *rest = table->columns != NULL ? table->columns : resolve_columns(table->source);
    char columns[256];

    snprintf(columns, sizeof columns, "updated_at,%s", rest);
    supa_select(q, columns);
    supa_deadline_by(q, delta->deadline);
    return supa_timeout(q, TIMEOUT_MS);
}

/* Behind the mark at first, then behind the last row: its time, and at the same time its id. */
static supa_query *
next_page(const struct delta *delta, const struct table *table, const struct cursor *cursor)
{
    supa_query *q = begin(delta, table);

    if (cursor->id[0] == '\0') {
        supa_gt(q, "updated_at", supa_text(cursor->updated));
    } else {
        supa_or(q);
        supa_gt(q, "updated_at", supa_text(cursor->updated));
        supa_and(q);
        supa_eq(q, "updated_at", supa_text(cursor->updated));
        supa_gt(q, "id", supa_text(cursor->id));
        supa_end(q);
        supa_end(q);
    }
    supa_order(q, "updated_at", SUPA_ASC);
    supa_order(q, "id", SUPA_ASC);
    return supa_limit(q, DELTA_PAGE);
}

static int check(const supa_response *response, struct cursor *cursor, supa_error *error)
{
    if (!supa_response_ok(response)) {
        *error = *supa_response_error(response);
        return error->code;
    }
    cursor->has_server = http_date_read(supa_response_header(response, "Date"), &cursor->server_us);
    return SUPA_OK;
}

static int time_of(const char *text, int64_t *unix_us)
{
    return timestamp_read(text, strlen(text), unix_us) == TIMESTAMP_OK;
}

/* Whether a page leads on: one that was asked for behind a row, and ends at it or before it, comes from
 * something that does not listen, and there would be no end. */
static int is_behind(const struct cursor *cursor, const struct cursor *before)
{
    int64_t us = 0, before_us = 0;

    if (before->id[0] == '\0')
        return 1;
    if (!time_of(cursor->updated, &us) || !time_of(before->updated, &before_us))
        return 0;
    return us > before_us || (us == before_us && strcmp(cursor->id, before->id) > 0);
}

static int read_page(
    struct delta *delta, const struct table *table, const supa_response *response,
    struct cursor *cursor, supa_error *error)
{
    struct page page = {delta, response, supa_response_row_count(response)};
    const struct cursor before = *cursor;
    supa_row last;

    if (page.count == 0)
        return SUPA_OK;
    last = supa_response_row(response, page.count - 1);
    if (!copy_text(last, "updated_at", cursor->updated, sizeof cursor->updated) ||
        !copy_text(last, "id", cursor->id, sizeof cursor->id) || !is_behind(cursor, &before))
        return malformed(error, table);
    return table->apply(&page, table, error);
}

/* Until a page is empty: a server that gives fewer rows than it is asked for still has them all. */
static int
read_pages(struct delta *delta, const struct table *table, struct cursor *cursor, supa_error *error)
{
    size_t count;
    int code;

    do {
        supa_response *response = supa_execute(next_page(delta, table, cursor));

        code = check(response, cursor, error);
        if (code == SUPA_OK)
            code = read_page(delta, table, response, cursor, error);
        count = supa_response_row_count(response);
        supa_response_free(response);
    } while (code == SUPA_OK && count != 0);
    return code;
}

/* The newest row that was seen, or the server's clock if that is behind it, waits to become the mark. */
static void wait_for(struct mark *mark, const struct cursor *cursor, int64_t now_us)
{
    int64_t newest_us;
    int has_time = time_of(cursor->updated, &newest_us);

    if (!has_time && !cursor->has_server)
        return;
    memcpy(mark->pending, cursor->updated, sizeof mark->pending);
    if (cursor->has_server && (!has_time || newest_us > cursor->server_us)) {
        newest_us = cursor->server_us;
        if (!time_write(newest_us, mark->pending))
            mark->pending[0] = '\0';
    }
    mark->pending_us = newest_us;
    mark->seen_us = now_us;
}

static void advance(struct mark *mark, const struct cursor *cursor, int64_t now_us)
{
    if (mark->pending[0] != '\0' && now_us - mark->seen_us >= DELTA_OVERLAP_US) {
        if (mark->pending_us > mark->settled_us) {
            memcpy(mark->settled, mark->pending, sizeof mark->settled);
            mark->settled_us = mark->pending_us;
        }
        mark->pending[0] = '\0';
    }
    if (mark->pending[0] == '\0' && cursor->id[0] != '\0')
        wait_for(mark, cursor, now_us);
    if (mark->pending[0] != '\0' && mark->pending_us <= mark->settled_us)
        mark->pending[0] = '\0';
}

/* The first mark: when the manager began to cache, on the server's clock, less the overlap. */
static int first_mark(
    struct delta *delta, const struct table *table, struct mark *mark, int *is_idle,
    supa_error *error)
{
    supa_query *q = begin(delta, table);
    int64_t newest_us = 0, base_us, ago_us;
    struct cursor cursor = {.id = ""};
    supa_response *response;
    int code, has_newest;

    supa_order(q, "updated_at", SUPA_DESC | SUPA_NULLS_LAST);
    response = supa_execute(supa_limit(q, 1));
    ago_us = delta->clock(delta->clock_user) - delta->started_us + DELTA_OVERLAP_US;
    code = check(response, &cursor, error);
    has_newest =
        code == SUPA_OK &&
        copy_text(supa_response_first(response), "updated_at", cursor.updated, MARK_SIZE) &&
        time_of(cursor.updated, &newest_us);
    supa_response_free(response);
    if (code != SUPA_OK)
        return code;
    base_us = (cursor.has_server ? cursor.server_us : newest_us) - ago_us;
    if ((!cursor.has_server && !has_newest) || !time_write(base_us, mark->settled)) {
        memcpy(mark->settled, "-infinity", sizeof "-infinity");
        base_us = INT64_MIN;
    }
    mark->settled_us = base_us;
    *is_idle = !has_newest ? cursor.updated[0] == '\0' : newest_us <= base_us;
    return SUPA_OK;
}

static int run_table(struct delta *delta, size_t index, supa_error *error)
{
    const struct table *table = &tables[index];
    struct mark *mark = &delta->marks[index], next = *mark;
    int64_t now_us = delta->clock(delta->clock_user);
    struct cursor cursor = {.id = ""};
    int is_idle = 0, code = SUPA_OK;

    if (next.settled[0] == '\0')
        code = first_mark(delta, table, &next, &is_idle, error);
    if (code == SUPA_OK && !is_idle) {
        memcpy(cursor.updated, next.settled, sizeof cursor.updated);
        code = read_pages(delta, table, &cursor, error);
    }
    if (code != SUPA_OK)
        return code;
    advance(&next, &cursor, now_us);
    *mark = next;
    return SUPA_OK;
}

int delta_run(struct delta *delta, supa_error *error)
{
    supa_error found = {0};
    int first = SUPA_OK;

    for (size_t i = 0; i < DELTA_TABLES; i++) {
        int code;

        if (tables[i].source != 0 && (delta->host_sources & tables[i].source) == 0)
            continue;
        code = run_table(delta, i, &found);
        if (code == SUPA_OK || first != SUPA_OK)
            continue;
        first = code;
        *error = found;
        if (outage_is(error))
            break;
    }
    return first;
}
