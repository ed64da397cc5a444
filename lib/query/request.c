/* SPDX-License-Identifier: MIT */
#include "query/request.h"

#include "base/error.h"
#include "base/escape.h"
#include "query/guard.h"
#include "query/query_internal.h"

#include <string.h>

void request_init(struct request *request)
{
    memset(request, 0, sizeof *request);
}

void request_free(struct request *request)
{
    buffer_free(&request->url);
    request_init(request);
}

static int unfit(supa_query *q, supa_code code, const char *mistake, const char *hint)
{
    error_set(&q->mistake, code, SUPA_NOT_SENT, "%s", mistake);
    error_hint(&q->mistake, "%s", hint);
    return (int)code;
}

/* Whether a filter keeps rows from being deleted: `not in ()` is true of all of them. */
static int restricts(const struct filter *filter)
{
    return filter->comparison != &compare_not_in || filter->operand.count != 0;
}

static int check_delete(supa_query *q)
{
    int restricted = q->all_rows;

    if (q->orders != NULL || q->limit >= 0)
        return unfit(
            q, SUPA_ERROR_ARGUMENT, "a delete with order, limit or range",
            "the server may ignore them and delete every row that matches; filter by key");
    for (const struct filter *f = q->filters; f != NULL; f = f->next) {
        if (escape_column_is_embedded(f->column, f->column_length))
            return unfit(
                q, SUPA_ERROR_ARGUMENT, "a delete with a filter on an embedded resource",
                "such a filter hides rows but does not keep them from being deleted");
        if (!restricts(f))
            return unfit(
                q, SUPA_ERROR_UNFILTERED, "a delete with supa_not_in of an empty list",
                "it matches every row; leave it out and say supa_all_rows if all are meant");
        restricted = 1;
    }
    return restricted ? SUPA_OK
                      : unfit(
                            q, SUPA_ERROR_UNFILTERED, "a delete without a filter",
                            "add a filter, or say supa_all_rows if every row is meant");
}

static int check_insert(supa_query *q)
{
    if (q->filters != NULL || q->orders != NULL || q->limit >= 0)
        return unfit(
            q, SUPA_ERROR_ARGUMENT, "an insert with a filter, order, limit or range",
            "they do not restrict what is inserted");
    return SUPA_OK;
}

static int check_shape(supa_query *q)
{
    switch (q->kind) {
    case QUERY_INSERT:
        return check_insert(q);
    case QUERY_DELETE:
        return check_delete(q);
    case QUERY_READ:
        break;
    }
    return SUPA_OK;
}

static void write_orders(struct buffer *url, const struct order *order)
{
    buffer_puts(url, "&order=");
    for (; order != NULL; order = order->next) {
        escape_column(url, order->column, order->column_length, COLUMN_ORDER);
        if ((order->flags & SUPA_DESC) != 0)
            buffer_puts(url, ".desc");
        else
            buffer_puts(url, ".asc");
        if ((order->flags & SUPA_NULLS_FIRST) != 0)
            buffer_puts(url, ".nullsfirst");
        else if ((order->flags & SUPA_NULLS_LAST) != 0)
            buffer_puts(url, ".nullslast");
        if (order->next != NULL)
            buffer_putc(url, ',');
    }
}

/* A read of at most one row asks for two: the second tells that there are several. */
static int64_t limit_of(const supa_query *q)
{
    if (q->kind == QUERY_READ && q->answer == ANSWER_AT_MOST_ONE && (q->limit < 0 || q->limit > 2))
        return 2;
    return q->limit;
}

static void write_shape(struct buffer *url, const supa_query *q)
{
    int64_t limit = limit_of(q);

    if (q->orders != NULL)
        write_orders(url, q->orders);
    if (q->offset >= 0) {
        buffer_puts(url, "&offset=");
        buffer_put_int(url, q->offset);
    }
    if (limit >= 0) {
        buffer_puts(url, "&limit=");
        buffer_put_int(url, limit);
    }
}

/* Every parameter is written with a `&` before it; the first one becomes the `?`. */
static void write_url(struct buffer *url, const supa_query *q)
{
    size_t parameters;

    buffer_clear(url);
    buffer_put(url, q->target->prefix, q->target->prefix_length);
    escape_segment(url, q->relation, q->relation_length);
    parameters = url->length;
    if (q->select.text != NULL) {
        buffer_puts(url, "&select=");
        escape_plain(url, q->select.text, q->select.length);
    }
    for (const struct filter *f = q->filters; f != NULL; f = f->next) {
        buffer_putc(url, '&');
        filter_write(url, f);
    }
    guard_write(url, q);
    write_shape(url, q);
    if (!buffer_failed(url) && url->length > parameters)
        url->data[parameters] = '?';
}

static void put_header(struct request *request, size_t *n, const char *line)
{
    if (line == NULL)
        return;
    request->lines[*n].data = line;
    request->lines[*n].next = &request->lines[*n + 1];
    ++*n;
}

static void write_headers(struct request *request, const supa_query *q)
{
    const int is_read = q->kind == QUERY_READ;
    const int is_object = q->answer == ANSWER_ONE || (!is_read && q->answer == ANSWER_AT_MOST_ONE);
    size_t n = 0;

    put_header(
        request, &n,
        is_object ? "Accept: application/vnd.pgrst.object+json" : "Accept: application/json");
    if (!is_read)
        put_header(request, &n, "Content-Type: application/json");
    if (!is_read && request->wants_rows)
        put_header(request, &n, "Prefer: return=representation");
    put_header(request, &n, is_read ? q->target->accept_profile : q->target->content_profile);
    request->lines[n - 1].next = q->target->headers;
    request->headers = request->lines;
}

static int write_request(supa_query *q)
{
    static const enum http_method methods[] = {HTTP_GET, HTTP_POST, HTTP_DELETE};
    struct request *request = &q->request;

    request->method = methods[q->kind];
    request->wants_rows =
        q->kind == QUERY_READ || q->select.text != NULL || q->answer != ANSWER_ROWS;
    write_url(&request->url, q);
    write_headers(request, q);
    request->body = q->body;
    request->body_length = q->body_length;
    if (buffer_failed(&request->url))
        return error_no_memory(&q->mistake);
    if (request->url.length > q->target->max_url) {
        error_set(
            &q->mistake, SUPA_ERROR_URL_TOO_LONG, SUPA_NOT_SENT,
            "the URL has %zu bytes, the limit is %zu", request->url.length, q->target->max_url);
        error_hint(
            &q->mistake,
            "ask for fewer values at a time; supa_client_options.max_url is the limit");
        return SUPA_ERROR_URL_TOO_LONG;
    }
    return SUPA_OK;
}

int request_build(supa_query *q)
{
    int code = (int)q->mistake.code;

    if (code == SUPA_OK)
        code = check_shape(q);
    if (code == SUPA_OK)
        code = guard_check(q);
    if (code == SUPA_OK)
        code = write_request(q);
    if (q->target != NULL)
        error_about(
            code != SUPA_OK ? &q->mistake : NULL, q->target->side, q->target->store_id,
            q->relation);
    return code;
}
