/* SPDX-License-Identifier: MIT */
#include "query/request.h"

#include "base/error.h"
#include "base/escape.h"
#include "query/body.h"
#include "query/check.h"
#include "query/guard.h"
#include "query/preference.h"
#include "query/query_internal.h"

#include <string.h>

void request_init(struct request *request)
{
    memset(request, 0, sizeof *request);
}

void request_free(struct request *request)
{
    buffer_free(&request->url);
    buffer_free(&request->accept);
    buffer_free(&request->prefer);
    request_init(request);
}

/* A text of the query's arena, as it is. */
static inline void put_piece(struct buffer *url, const char *piece, size_t length)
{
    char *room = buffer_room(url, length + ARENA_UNIT);

    if (room == NULL)
        return;
    arena_put(room, piece, length);
    buffer_took(url, length);
}

static inline char *put_bytes(char *at, const char *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static inline char *put_direction(char *at, const struct order *order)
{
    at = (order->flags & SUPA_DESC) != 0 ? put_bytes(at, ".desc", 5) : put_bytes(at, ".asc", 4);
    if ((order->flags & SUPA_NULLS_FIRST) != 0)
        at = put_bytes(at, ".nullsfirst", 11);
    else if ((order->flags & SUPA_NULLS_LAST) != 0)
        at = put_bytes(at, ".nullslast", 10);
    if (order->next != NULL)
        *at++ = ',';
    return at;
}

static void put_order(struct buffer *url, const struct order *order)
{
    const size_t most = order->column_length + ARENA_UNIT + sizeof ".desc.nullsfirst,";
    char *room = buffer_room(url, most), *at = room;

    if (room == NULL)
        return;
    if (order->column_is_word) {
        at = arena_put(at, order->column, order->column_length);
    } else {
        escape_column(url, order->column, order->column_length, COLUMN_ORDER);
        at = room = buffer_room(url, most);
        if (room == NULL)
            return;
    }
    buffer_took(url, (size_t)(put_direction(at, order) - room));
}

static void put_embedded_key(struct buffer *url, const struct shape *shape, const char *key)
{
    buffer_putc(url, '&');
    escape_column(url, shape->embedded, shape->embedded_length, COLUMN_RESOURCE);
    buffer_putc(url, '.');
    buffer_puts(url, key);
}

/* `&name=`, `&embedded.name=` */
static inline void put_key(struct buffer *url, const struct shape *shape, const char *key)
{
    if (shape->embedded != NULL)
        put_embedded_key(url, shape, key + 1);
    else
        buffer_puts(url, key);
}

static void put_shape(struct buffer *url, const struct shape *shape, int64_t limit)
{
    if (shape->orders != NULL)
        put_key(url, shape, "&order=");
    for (const struct order *order = shape->orders; order != NULL; order = order->next)
        put_order(url, order);
    if (shape->offset >= 0) {
        put_key(url, shape, "&offset=");
        buffer_put_uint(url, (uint64_t)shape->offset);
    }
    if (limit >= 0) {
        put_key(url, shape, "&limit=");
        buffer_put_uint(url, (uint64_t)limit);
    }
}

static int by_get(const supa_query *q)
{
    return q->kind == QUERY_READ || q->kind == QUERY_RPC_GET || (q->kind == QUERY_RPC && q->head);
}

/* A read of at most one row asks for two: the second tells that there are several. */
static int64_t limit_of(const supa_query *q)
{
    const int64_t limit = q->shape.limit;

    return by_get(q) && q->answer == ANSWER_AT_MOST_ONE && (limit < 0 || limit > 2) ? 2 : limit;
}

static void put_text(struct buffer *url, const char *key, const char *text)
{
    if (text == NULL)
        return;
    buffer_puts(url, key);
    escape_plain(url, text, strlen(text));
}

static int names_store_id(const supa_query *q)
{
    for (const struct name *key = q->keys; key != NULL; key = key->next) {
        if (key->length == 8 && memcmp(key->text, "store_id", 8) == 0)
            return 1;
    }
    return 0;
}

/* Which columns of the rows are written: the caller's, or of a list of rows all their keys, since
 * rows may have different ones. A store that was stamped on the rows is one of them. */
static void put_columns(struct buffer *url, const supa_query *q)
{
    const int stamped = q->stamped && !names_store_id(q);

    if (q->columns != NULL) {
        put_text(url, "&columns=", q->columns);
        if (q->stamped && !guard_names_store(q->columns))
            buffer_puts(url, ",store_id");
        return;
    }
    if (!q->is_list || (q->keys == NULL && !stamped))
        return;
    buffer_puts(url, "&columns=");
    for (const struct name *key = q->keys; key != NULL; key = key->next) {
        escape_quoted(url, key->text, key->length);
        if (key->next != NULL)
            buffer_putc(url, ',');
    }
    if (stamped)
        buffer_puts(url, q->keys != NULL ? ",%22store_id%22" : "%22store_id%22");
}

static void put_argument(struct buffer *url, const struct argument *argument)
{
    const struct operand *value = &argument->value;
    const size_t repeats = argument->is_variadic ? value->count : 1;

    for (size_t i = 0; i < repeats; i++) {
        buffer_putc(url, '&');
        escape_plain(url, argument->name, argument->name_length);
        buffer_putc(url, '=');
        if (argument->is_variadic) {
            escape_plain(url, value->pieces[i].text, value->pieces[i].length);
        } else {
            escape_plain(url, value->one.text, value->one.length);
        }
    }
}

/* What only writes and functions have. */
static void put_written(struct buffer *url, const supa_query *q)
{
    put_columns(url, q);
    put_text(url, "&on_conflict=", q->on_conflict);
    if (by_get(q)) {
        for (const struct argument *a = q->arguments; a != NULL; a = a->next)
            put_argument(url, a);
    }
}

/* Every parameter is written with a `&` before it; the first one becomes the `?`. */
static void write_url(struct buffer *url, const supa_query *q)
{
    size_t parameters;

    buffer_clear(url);
    buffer_put(url, q->target->prefix, q->target->prefix_length);
    if (q->kind == QUERY_RPC || q->kind == QUERY_RPC_GET)
        buffer_puts(url, "rpc/");
    if (q->relation_is_word)
        put_piece(url, q->relation, q->relation_length);
    else
        escape_segment(url, q->relation, q->relation_length);
    parameters = url->length;
    if (q->select.text != NULL) {
        buffer_puts(url, "&select=");
        if (q->select.is_plain)
            buffer_put(url, q->select.text, q->select.length);
        else
            escape_plain(url, q->select.text, q->select.length);
    }
    if (q->kind != QUERY_READ)
        put_written(url, q);
    for (const struct filter *f = q->filters; f != NULL; f = f->next) {
        buffer_putc(url, '&');
        filter_write(url, f);
    }
    guard_write(url, q);
    put_shape(url, &q->shape, limit_of(q));
    for (const struct shape *s = q->embedded_shapes; s != NULL; s = s->next)
        put_shape(url, s, s->limit);
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

/* "Name: value" in the query's arena; NULL when @value is, or when memory is gone. */
static const char *header_of(supa_query *q, const char *name, const char *value, int *failed)
{
    const size_t n = strlen(name);
    char *line;

    if (value == NULL)
        return NULL;
    line = arena_get(&q->arena, n + strlen(value) + 1);
    if (line == NULL) {
        *failed = 1;
        return NULL;
    }
    memcpy(line, name, n);
    memcpy(line + n, value, strlen(value) + 1);
    return line;
}

static const char *profile_of(supa_query *q, int *failed)
{
    if (q->profile != NULL)
        return header_of(
            q, by_get(q) ? "Accept-Profile: " : "Content-Profile: ", q->profile, failed);
    return by_get(q) ? q->target->accept_profile : q->target->content_profile;
}

/* The query's own headers, which stand before the client's. */
static const struct header_line *
own_headers(supa_query *q, const struct header_line *behind, int *failed)
{
    for (const struct query_header *h = q->headers; h != NULL; h = h->next) {
        struct header_line *line = arena_get(&q->arena, sizeof *line);

        if (line == NULL) {
            *failed = 1;
            return behind;
        }
        *line = (struct header_line){h->line, behind};
        behind = line;
    }
    return behind;
}

/* How the answer is wanted and the request to be handled. */
static void put_wishes(struct request *request, supa_query *q, size_t *n, int *failed)
{
    if (query_is_plain(q)) {
        put_header(request, n, "Accept: application/json");
        return;
    }
    put_header(request, n, accept_line(q));
    if (q->content_type != NULL)
        put_header(request, n, header_of(q, "Content-Type: ", q->content_type, failed));
    else if (!by_get(q))
        put_header(request, n, "Content-Type: application/json");
    put_header(request, n, prefer_line(q));
    *failed |= buffer_failed(&request->accept) || buffer_failed(&request->prefer);
}

static int write_headers(struct request *request, supa_query *q)
{
    const struct header_line *behind =
        q->token != NULL ? q->target->headers_without_token : q->target->headers;
    size_t n = 0;
    int failed = 0;

    put_wishes(request, q, &n, &failed);
    put_header(request, &n, profile_of(q, &failed));
    put_header(request, &n, q->token);
    if (n == 0 || failed)
        return -1;
    request->lines[n - 1].next = request->further = own_headers(q, behind, &failed);
    request->headers = request->lines;
    return failed ? -1 : 0;
}

static enum http_method method_of(const supa_query *q)
{
    static const enum http_method methods[] = {
        [QUERY_READ] = HTTP_GET,     [QUERY_INSERT] = HTTP_POST,   [QUERY_UPSERT] = HTTP_POST,
        [QUERY_UPDATE] = HTTP_PATCH, [QUERY_DELETE] = HTTP_DELETE, [QUERY_PUT] = HTTP_PUT,
        [QUERY_RPC] = HTTP_POST,     [QUERY_RPC_GET] = HTTP_GET};

    return q->head ? HTTP_HEAD : methods[q->kind];
}

/* Whether the answer carries rows. */
static int wants_rows(const supa_query *q)
{
    if (q->head || q->return_headers)
        return 0;
    return by_get(q) || q->kind == QUERY_RPC || q->select.text != NULL ||
           q->answer != ANSWER_ROWS || q->media != MEDIA_JSON || q->explain;
}

static void write_body(struct request *request, const supa_query *q)
{
    request->body = by_get(q) ? NULL : q->body;
    request->body_length = by_get(q) ? 0 : q->body_length;
    if (q->kind == QUERY_RPC && !q->head && q->body == NULL && q->body_read == NULL) {
        request->body = "{}";
        request->body_length = 2;
    }
}

static int write_request(supa_query *q)
{
    struct request *request = &q->request;

    request->method = method_of(q);
    request->wants_rows = wants_rows(q);
    request->media = answer_media(q);
    write_url(&request->url, q);
    if (write_headers(request, q) != 0 || buffer_failed(&request->url))
        return error_no_memory(&q->mistake);
    write_body(request, q);
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

/* `eq.1`, `fts(english).x`, `not.…`: what PostgREST takes for a filter. */
static int is_filter(const struct piece *text)
{
    const size_t length = text->text != NULL ? strcspn(text->text, ".(") : 0;

    if (length == 0 || text->text[length] == '\0')
        return 0;
    return comparison_find(text->text, length) != NULL ||
           (length == 3 && memcmp(text->text, "not", 3) == 0);
}

/* What PostgREST would take for a filter or a parameter of its own cannot be an argument in a URL. */
static const char *argument_mistake(const struct argument *argument)
{
    static const char *const names[] = {"select", "columns", "on_conflict", "order", "limit",
                                        "offset", "and",     "or",          "not"};
    const struct operand *value = &argument->value;
    const size_t parts = value->kind == OPERAND_LIST && argument->is_variadic ? value->count : 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(argument->name, names[i]) == 0)
            return "by GET it would be a parameter of PostgREST's own";
    }
    if (strpbrk(argument->name, ".(),:\"") != NULL)
        return "by GET its name would be taken for a path";
    if (value->kind == OPERAND_NULL)
        return "a URL has no word for null";
    if (value->kind == OPERAND_JSON)
        return "by GET the function would get a text, not JSON";
    if (value->kind == OPERAND_SCALAR && value->is_text && is_filter(&value->one))
        return "by GET its value would be taken for a filter";
    for (size_t i = 0; i < parts; i++) {
        if (value->pieces[i].text == NULL)
            return "a URL has no word for null";
        if (is_filter(&value->pieces[i]))
            return "by GET one of its values would be taken for a filter";
    }
    return NULL;
}

static int check_arguments(supa_query *q)
{
    if (!by_get(q))
        return SUPA_OK;
    if (q->has_args || q->body_read != NULL || (q->body != NULL && q->row_count == 0)) {
        query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_rpc_get", NULL,
            "arguments by GET are given one by one, with supa_arg");
        return SUPA_ERROR_ARGUMENT;
    }
    for (const struct argument *a = q->arguments; a != NULL; a = a->next) {
        const char *mistake = argument_mistake(a);

        if (mistake != NULL) {
            query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_arg", a->name, mistake);
            return SUPA_ERROR_ARGUMENT;
        }
    }
    return SUPA_OK;
}

/* The arguments and rows of all but reads, which have none. */
static int finish_written(supa_query *q)
{
    int code = check_arguments(q);

    if (code == SUPA_OK && body_finish(q) != 0)
        code = error_no_memory(&q->mistake);
    return code;
}

int request_build(supa_query *q)
{
    int code = (int)q->mistake.code;

    if (code == SUPA_OK)
        code = check_query(q);
    if (code == SUPA_OK && q->kind != QUERY_READ)
        code = finish_written(q);
    if (code == SUPA_OK)
        code = guard_check(q);
    if (code == SUPA_OK)
        code = write_request(q);
    if (code != SUPA_OK && q->target != NULL)
        error_about(&q->mistake, q->target->side, q->target->store_id, q->relation);
    return code;
}
