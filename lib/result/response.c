/* SPDX-License-Identifier: MIT */
#include "result/response.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/stash.h"
#include "base/text.h"
#include "result/server_error.h"

#include <pthread.h>
#include <string.h>

static struct stash spent;

static void begin(supa_response *response)
{
    response->error.code = SUPA_OK;
    response->count = -1;
    response->truncated = SUPA_TRUNCATED_UNKNOWN;
    response->attempts = 0;
}

/* Stands in when there is no memory. Filled in when it is asked for, since kilobytes that are not zero
 * would stand in the library. */
static supa_response no_memory;
static pthread_once_t no_memory_once = PTHREAD_ONCE_INIT;

static void fill_no_memory(void)
{
    begin(&no_memory);
    error_no_memory(&no_memory.error);
    no_memory.shared = 1;
}

supa_response *response_new(void)
{
    supa_response *response = stash_take(&spent);

    if (response == NULL)
        response = memory_zero(sizeof *response);
    if (response == NULL) {
        pthread_once(&no_memory_once, fill_no_memory);
        return &no_memory;
    }
    begin(response);
    return response;
}

struct reply *response_reply(supa_response *response)
{
    return response->shared ? NULL : &response->reply;
}

void response_attempts(supa_response *response, int attempts)
{
    if (!response->shared)
        response->attempts = attempts;
}

static void drop_views(supa_response *response)
{
    document_clear(&response->document);
    buffer_clear(&response->lines);
    tree_free(response->tree);
    response->tree = NULL;
    response->tree_tried = 0;
}

void response_clear(supa_response *response)
{
    if (response->shared)
        return;
    drop_views(response);
    reply_clear(&response->reply);
    begin(response);
}

static void destroy(supa_response *response)
{
    document_free(&response->document);
    buffer_free(&response->lines);
    reply_free(&response->reply);
    memory_free(response);
}

/* A document keeps as many nodes as its reader takes at first for a text of the length that is kept. What
 * it remembers of columns is never more than that. */
static int is_large(const struct document *document)
{
    return document->tape.capacity > STASH_KEPT / 8 + 16 ||
           document->row_capacity > STASH_KEPT / sizeof *document->rows ||
           document->copies_capacity > STASH_KEPT || document->shapes.learned > STASH_KEPT;
}

void supa_response_free(supa_response *response)
{
    if (response == NULL || response->shared)
        return;
    response_clear(response);
    buffer_rest(&response->lines, STASH_KEPT);
    buffer_rest(&response->reply.headers, STASH_KEPT);
    buffer_rest(&response->reply.body, STASH_KEPT);
    if (is_large(&response->document))
        document_free(&response->document);
    if (stash_keep(&spent, response) != 0)
        destroy(response);
}

void response_fail(supa_response *response, const supa_error *error)
{
    if (response->shared)
        return;
    response_clear(response);
    response->error = *error;
}

static void fail_memory(supa_response *response)
{
    error_set(&response->error, SUPA_ERROR_NO_MEMORY, SUPA_ANSWERED, "out of memory");
}

/* Of attempts that failed, those can be repeated that a moment may cure, if nothing was done. */
static int is_retryable(const struct reply *reply, const struct reading *reading)
{
    if (reply->code != SUPA_ERROR_NETWORK && reply->code != SUPA_ERROR_TIMEOUT &&
        reply->code != SUPA_ERROR_BUSY)
        return 0;
    return reply->outcome == SUPA_NOT_SENT || http_method_reads(reading->method);
}

static void read_failure(supa_response *response, const struct reading *reading)
{
    const struct reply *reply = &response->reply;
    struct buffer shown = BUFFER_INIT;
    const char *problem =
        server_text(&shown, reply->problem, strlen(reply->problem), reading->secrets);

    if (*problem == '\0')
        problem = supa_code_name(reply->code);
    error_set(&response->error, reply->code, reply->outcome, "%s", problem);
    response->error.retryable = is_retryable(reply, reading);
    if (reply->code == SUPA_ERROR_TLS)
        error_hint(&response->error, "a server with an authority of one's own needs ca_file");
    else if (reply->code == SUPA_ERROR_HOST_REFUSED)
        error_hint(
            &response->error, "a server of one's own needs allow_private (SUPA_ALLOW_PRIVATE=1)");
    buffer_free(&shown);
}

static void read_refusal(supa_response *response, const struct reading *reading)
{
    struct server_answer answer = {
        reading->method, &response->reply, reading->secrets, reading->url_length};

    server_error(&response->error, &answer);
    if (reading->expect == EXPECT_OBJECT_OR_NONE && response->error.code == SUPA_ERROR_NO_ROWS)
        response->error.code = SUPA_OK;
}

static void malformed(supa_response *response, const char *what)
{
    error_set(&response->error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, "%s", what);
}

static void malformed_json(supa_response *response, const struct json_error *error)
{
    error_set(
        &response->error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
        "the answer is no valid JSON: %s, at byte %zu of %zu", error->what, error->offset,
        response->reply.body.length);
}

static void too_many_rows(supa_response *response)
{
    size_t rows = response->document.row_count;
    struct buffer details = BUFFER_INIT;

    error_set(
        &response->error, SUPA_ERROR_MANY_ROWS, SUPA_ANSWERED,
        "one row at most was asked for, several are there");
    buffer_puts(&details, "The result contains at least ");
    buffer_put_uint(&details, rows);
    buffer_puts(&details, " rows");
    error_details(&response->error, buffer_text(&details), details.length);
    buffer_free(&details);
}

/* Whether the answer has the form that was asked for. */
static void check_form(supa_response *response, enum expectation expect)
{
    enum json_kind root = document_kind(&response->document);

    if ((expect == EXPECT_OBJECT || expect == EXPECT_OBJECT_OR_NONE) && root != JSON_OBJECT)
        malformed(response, "one object was asked for, another kind of JSON came");
    else if ((expect == EXPECT_ROWS || expect == EXPECT_AT_MOST_ONE) && root != JSON_ARRAY)
        malformed(response, "a list was asked for, another kind of JSON came");
    else if (
        (expect == EXPECT_AT_MOST_ONE || expect == EXPECT_ANY_AT_MOST_ONE) &&
        response->document.row_count > 1)
        too_many_rows(response);
}

static void read_rows(supa_response *response, enum expectation expect)
{
    static const enum row_shape shapes[] = {
        [EXPECT_ROWS] = ROWS_LIST,           [EXPECT_OBJECT] = ROWS_ONE,
        [EXPECT_OBJECT_OR_NONE] = ROWS_ONE,  [EXPECT_AT_MOST_ONE] = ROWS_LIST,
        [EXPECT_ANY_AT_MOST_ONE] = ROWS_ANY, [EXPECT_ANY] = ROWS_ANY};
    const struct buffer *body = &response->reply.body;
    struct json_error error;

    switch (document_read(
        &response->document, buffer_text(body), body->length, shapes[expect], &error)) {
    case JSON_OK:
        check_form(response, expect);
        break;
    case JSON_MALFORMED:
        malformed_json(response, &error);
        break;
    default:
        fail_memory(response);
    }
}

/* HEAD has none, 204 says so; one object was promised, so for it there is no such excuse. */
static int may_be_empty(const supa_response *response, const struct reading *reading)
{
    if (reading->method == HTTP_HEAD || reading->method == HTTP_OPTIONS)
        return 1;
    return response->reply.status == 204 && reading->expect != EXPECT_OBJECT;
}

static int is_unasked_html(const supa_response *response, const struct reading *reading)
{
    return server_sent_html(&response->reply) && reading->method != HTTP_HEAD &&
           (reading->media == NULL || strstr(reading->media, "html") == NULL);
}

/* JSON says where it ends. What else is read as a whole, CSV among it, must not be cut either. */
static int may_be_cut(const supa_response *response, const struct reading *reading)
{
    return reading->media != NULL && !reading->is_streamed && reading->method != HTTP_HEAD &&
           response->reply.status != 204 && !reply_has_an_end(&response->reply);
}

static void read_success(supa_response *response, const struct reading *reading)
{
    if (is_unasked_html(response, reading))
        read_refusal(response, reading);
    else if (may_be_cut(response, reading))
        malformed(response, "the answer says nothing of its length, so it may have been cut");
    else if (!reading->wants_rows || reading->media != NULL || reading->is_streamed)
        return;
    else if (response->reply.body.length != 0)
        read_rows(response, reading->expect);
    else if (!may_be_empty(response, reading))
        malformed(response, "empty answer");
}

/* A number of up to 18 digits, or a star, which is −1; NULL when neither stands there. */
static const char *range_number(const char *at, const char *end, int64_t *out)
{
    const char *start = at;

    *out = -1;
    if (at < end && *at == '*')
        return at + 1;
    for (*out = 0; at < end && *at >= '0' && *at <= '9' && at - start < 18; at++)
        *out = *out * 10 + (*at - '0');
    return at == start ? NULL : at;
}

/* "0-24/3573458", "0-1/" and a star, a star and "/0": whatever else stands there tells nothing. */
static int content_range(const struct reply *reply, int64_t *first, int64_t *total)
{
    size_t length = 0;
    const char *at = reply_header(reply, "Content-Range", &length);
    const char *end = at == NULL ? NULL : at + length;
    int64_t last = -1;

    if (at == NULL || (at = range_number(at, end, first)) == NULL)
        return -1;
    if (*first >= 0) {
        if (at == end || *at != '-' || (at = range_number(at + 1, end, &last)) == NULL)
            return -1;
        if (last < *first)
            return -1;
    }
    if (at == end || *at != '/' || (at = range_number(at + 1, end, total)) == NULL)
        return -1;
    return at == end ? 0 : -1;
}

static int64_t items(const struct document *document)
{
    if (document->tape.count == 0)
        return 0;
    return document_kind(document) == JSON_ARRAY ? json_count(&document->tape.nodes[0]) : 1;
}

/* A total below what came was estimated, and proves nothing. */
static supa_truncation
compare(const supa_response *response, int64_t first, int64_t total, int wants_rows)
{
    int64_t shown = items(&response->document) + (first > 0 ? first : 0);

    if (!wants_rows || shown == total)
        return SUPA_TRUNCATED_NO;
    return shown < total ? SUPA_TRUNCATED_YES : SUPA_TRUNCATED_UNKNOWN;
}

/* Without a total a list may have been cut by the server's row limit, which it does not tell; an
 * empty one and a single object were not. */
static supa_truncation without_total(const supa_response *response, const struct reading *reading)
{
    const struct document *document = &response->document;

    if (!reading->wants_rows || reading->expect == EXPECT_OBJECT ||
        reading->expect == EXPECT_OBJECT_OR_NONE)
        return SUPA_TRUNCATED_NO;
    if (reading->media != NULL || reading->method == HTTP_HEAD)
        return SUPA_TRUNCATED_UNKNOWN;
    if (document->tape.count <= 1 || document_kind(document) != JSON_ARRAY)
        return SUPA_TRUNCATED_NO;
    return SUPA_TRUNCATED_UNKNOWN;
}

static void read_range(supa_response *response, const struct reading *reading)
{
    int wants_rows = reading->wants_rows && reading->method != HTTP_HEAD && reading->media == NULL;
    int64_t first = -1, total = -1;

    if (content_range(&response->reply, &first, &total) != 0)
        total = -1;
    if (reading->counted)
        response->count = total;
    if (response->reply.status == 206)
        response->truncated = SUPA_TRUNCATED_YES;
    else if (reading->is_streamed)
        response->truncated = SUPA_TRUNCATED_UNKNOWN;
    else if (total >= 0 && reading->media == NULL)
        response->truncated = compare(response, first, total, wants_rows);
    else
        response->truncated = without_total(response, reading);
}

/* What stands between the brackets of a list of which it is known to be one. */
void response_join_rows(struct buffer *rows, const supa_response *response)
{
    const struct buffer *body = &response->reply.body;
    const char *start = buffer_text(body), *end = start + body->length;

    if (response->document.row_count == 0)
        return;
    start = (const char *)memchr(start, '[', body->length) + 1;
    while (end[-1] != ']')
        end--;
    if (rows->length > 1)
        buffer_puts(rows, ",\n ");
    buffer_put(rows, start, (size_t)(end - 1 - start));
}

void response_set_rows(supa_response *response, struct buffer *rows)
{
    const supa_truncation truncated = response->truncated;
    struct buffer old;

    if (response->shared)
        return;
    drop_views(response);
    old = response->reply.body;
    response->reply.body = *rows;
    *rows = old;
    read_rows(response, EXPECT_ROWS);
    response->truncated = truncated;
}

static int is_success(int status)
{
    return status >= 200 && status < 300;
}

void response_read(supa_response *response, const struct reading *reading)
{
    supa_error *error = &response->error;

    if (response->shared)
        return;
    drop_views(response);
    error->code = SUPA_OK;
    if (buffer_failed(&response->reply.body) || buffer_failed(&response->reply.headers))
        fail_memory(response);
    else if (response->reply.code != SUPA_OK)
        read_failure(response, reading);
    else if (is_success(response->reply.status))
        read_success(response, reading);
    else
        read_refusal(response, reading);
    if (error->code == SUPA_OK) {
        read_range(response, reading);
        return;
    }
    document_clear(&response->document);
    error->http_status = response->reply.status;
    error_about(error, reading->side, reading->store_id, reading->relation);
}

int supa_response_ok(const supa_response *response)
{
    return response != NULL && response->error.code == SUPA_OK;
}

const supa_error *supa_response_error(const supa_response *response)
{
    return supa_response_ok(response) || response == NULL ? NULL : &response->error;
}

int supa_response_status(const supa_response *response)
{
    return response == NULL ? 0 : response->reply.status;
}

const char *supa_response_body(const supa_response *response, size_t *length)
{
    const struct buffer *body = response == NULL ? NULL : &response->reply.body;
    const char *text = body == NULL ? "" : buffer_text(body);

    if (length != NULL)
        *length = body == NULL || buffer_failed(body) ? 0 : body->length;
    return text;
}

int64_t supa_response_count(const supa_response *response)
{
    return response == NULL ? -1 : response->count;
}

size_t supa_response_row_count(const supa_response *response)
{
    return response == NULL ? 0 : response->document.row_count;
}

supa_row supa_response_row(const supa_response *response, size_t index)
{
    if (response == NULL)
        return (supa_row){NULL, 0};
    return document_row(&response->document, index);
}

supa_row supa_response_first(const supa_response *response)
{
    return supa_response_row(response, 0);
}

/* The lines as texts of their own: a blank at a line's end and the line's end become NULs. */
static void make_lines(struct buffer *lines, const struct buffer *headers)
{
    buffer_put(lines, headers->data, headers->length);
    if (buffer_failed(lines))
        return;
    for (size_t i = lines->length; i-- > 0;) {
        char *c = &lines->data[i];

        if (*c == '\n' || ((*c == ' ' || *c == '\t' || *c == '\r') && c[1] == '\0'))
            *c = '\0';
    }
}

static const char *line_value(const char *line, const char *name)
{
    size_t length = strlen(name);

    if (strlen(line) <= length || line[length] != ':' || !text_same(line, length, name, length))
        return NULL;
    line += length + 1;
    return line + strspn(line, " \t");
}

const char *supa_response_header(const supa_response *response, const char *name)
{
    /* A response belongs to one thread; what it remembers of itself may change. */
    supa_response *own = (supa_response *)(uintptr_t)response;
    const char *value = NULL;

    if (own == NULL || own->shared || name == NULL || buffer_failed(&own->reply.headers) ||
        own->reply.headers.length == 0)
        return NULL;
    if (own->lines.length == 0) {
        buffer_clear(&own->lines);
        make_lines(&own->lines, &own->reply.headers);
    }
    for (size_t at = 0; at < own->lines.length && value == NULL;) {
        value = line_value(own->lines.data + at, name);
        at += strlen(own->lines.data + at) + 1;
    }
    return value;
}

supa_truncation supa_response_truncated(const supa_response *response)
{
    return response == NULL ? SUPA_TRUNCATED_UNKNOWN : response->truncated;
}

int supa_response_timings(const supa_response *response, supa_timings *timings)
{
    const struct reply *reply = response == NULL ? NULL : &response->reply;

    memset(timings, 0, sizeof *timings);
    if (reply == NULL || (reply->status == 0 && reply->outcome == SUPA_NOT_SENT))
        return -1;
    timings->name_us = reply->name_us;
    timings->connect_us = reply->connect_us;
    timings->tls_us = reply->tls_us;
    timings->first_byte_us = reply->first_byte_us;
    timings->total_us = reply->total_us;
    timings->attempts = response->attempts;
    timings->reused = reply->reused;
    return 0;
}
