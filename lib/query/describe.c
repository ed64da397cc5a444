/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "base/error.h"
#include "base/redact.h"
#include "query/query_internal.h"

#include <string.h>

static void put_whom(struct buffer *out, const struct target *target)
{
    if (target->side == SUPA_SIDE_MASTER) {
        buffer_puts(out, "# to the master\n");
    } else if (target->side == SUPA_SIDE_TENANT) {
        buffer_puts(out, "# to the tenant of store ");
        buffer_puts(out, target->store_id);
        buffer_putc(out, '\n');
    }
}

/* Headers of a caller's may carry secrets, all but those that the library writes itself. */
static int may_show(const char *line)
{
    static const char *const names[] = {"Accept:",         "Content-Type:",    "Prefer:",
                                        "Accept-Profile:", "Content-Profile:", "User-Agent:"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strncmp(line, names[i], strlen(names[i])) == 0)
            return 1;
    }
    return 0;
}

static void put_header(struct buffer *out, const struct header_line *line)
{
    size_t name = strcspn(line->data, ":");

    if (may_show(line->data)) {
        buffer_puts(out, line->data);
    } else {
        buffer_put(out, line->data, name);
        buffer_puts(out, ": [hidden]");
    }
    buffer_putc(out, '\n');
}

/* Whether the body can stand in a C text. */
static int has_nul(const struct request *request)
{
    return request->body_length != 0 && memchr(request->body, '\0', request->body_length) != NULL;
}

static void put_body(struct buffer *out, const supa_query *q)
{
    if (q->body_read != NULL) {
        buffer_puts(out, "\n# and a body that is read as it is sent\n");
    } else if (has_nul(&q->request)) {
        buffer_puts(out, "\n# and a body that is no text, bytes: ");
        buffer_put_uint(out, q->request.body_length);
        buffer_putc(out, '\n');
    } else if (q->request.body != NULL) {
        buffer_putc(out, '\n');
        buffer_put(out, q->request.body, q->request.body_length);
        buffer_putc(out, '\n');
    }
}

static void put_request(struct buffer *out, const supa_query *q)
{
    const struct request *request = &q->request;

    buffer_puts(out, http_method_name(request->method));
    buffer_putc(out, ' ');
    buffer_puts(out, buffer_text(&request->url));
    buffer_putc(out, '\n');
    for (const struct header_line *line = request->headers; line != NULL; line = line->next) {
        put_header(out, line);
    }
    put_body(out, q);
}

static void put_mistake(struct buffer *out, const supa_error *mistake)
{
    buffer_puts(out, "# not sent: ");
    buffer_puts(out, mistake->message);
    if (mistake->hint[0] != '\0') {
        buffer_puts(out, "\n# hint: ");
        buffer_puts(out, mistake->hint);
    }
    buffer_putc(out, '\n');
}

/* In single quotes, where a shell takes all but the quote itself as it is. */
static void put_shell(struct buffer *out, const char *text, size_t length)
{
    buffer_putc(out, '\'');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'')
            buffer_puts(out, "'\\''");
        else
            buffer_putc(out, text[i]);
    }
    buffer_putc(out, '\'');
}

static void put_curl_header(struct buffer *out, const struct header_line *line, int shown)
{
    struct buffer hidden = BUFFER_INIT;
    size_t name = strcspn(line->data, ":");

    buffer_puts(out, " \\\n  -H ");
    if (shown) {
        put_shell(out, line->data, strlen(line->data));
    } else {
        buffer_put(&hidden, line->data, name);
        buffer_puts(&hidden, ": [hidden]");
        put_shell(out, buffer_text(&hidden), hidden.length);
        out->failed |= buffer_failed(&hidden);
    }
    buffer_free(&hidden);
}

static void put_curl(struct buffer *out, const supa_query *q, int flags)
{
    const struct request *request = &q->request;

    buffer_puts(out, "curl --globoff");
    if (request->method == HTTP_HEAD) {
        buffer_puts(out, " --head");
    } else {
        buffer_puts(out, " -X ");
        buffer_puts(out, http_method_name(request->method));
    }
    buffer_putc(out, ' ');
    put_shell(out, buffer_text(&request->url), request->url.length);
    for (const struct header_line *line = request->headers; line != NULL; line = line->next) {
        put_curl_header(out, line, (flags & SUPA_SHOW_KEYS) != 0 || may_show(line->data));
    }
    if (q->body_read != NULL || has_nul(request)) { /* no shell can pass a NUL */
        buffer_puts(out, " \\\n  --data-binary @-");
    } else if (request->body != NULL) { /* raw: an `@` in front would name a file */
        buffer_puts(out, " \\\n  --data-raw ");
        put_shell(out, request->body, request->body_length);
    }
    buffer_putc(out, '\n');
}

enum writing { WRITE_HTTP, WRITE_CURL };

/* Building the request may find a mistake, which later calls may still cure, and may stamp rows. */
static void put_built(struct buffer *out, supa_query *q, enum writing writing, int flags)
{
    const char *body = q->body;
    const size_t body_length = q->body_length;

    q->uncounted = 1;
    if (request_build(q) != SUPA_OK) {
        put_mistake(out, &q->mistake);
    } else if (writing == WRITE_CURL) {
        put_curl(out, q, flags);
    } else {
        put_whom(out, q->target);
        put_request(out, q);
    }
    error_clear(&q->mistake);
    q->uncounted = 0;
    q->body = body;
    q->body_length = body_length;
}

static char *write_text(supa_query *q, enum writing writing, int flags)
{
    struct buffer text = BUFFER_INIT, clean = BUFFER_INIT;
    const supa_error *mistake = supa_query_error(q);
    const char *secrets[QUERY_SECRETS];

    query_secrets(q, secrets);
    if (mistake != NULL)
        put_mistake(&text, mistake);
    else
        put_built(&text, q, writing, flags);
    redact_put(
        &clean, buffer_text(&text), buffer_failed(&text) ? 0 : text.length,
        (flags & SUPA_SHOW_KEYS) == 0 ? secrets : NULL);
    clean.failed |= text.failed;
    buffer_free(&text);
    return buffer_take(&clean);
}

char *supa_query_describe(supa_query *q)
{
    return write_text(q, WRITE_HTTP, 0);
}

char *supa_query_curl(supa_query *q, int flags)
{
    return write_text(q, WRITE_CURL, flags);
}
