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

/* The client's headers may carry secrets, all but the one that names the library. */
static void put_header(struct buffer *out, const struct header_line *line, int is_clients)
{
    size_t name = strcspn(line->data, ":");

    if (!is_clients || strncmp(line->data, "User-Agent:", 11) == 0) {
        buffer_puts(out, line->data);
    } else {
        buffer_put(out, line->data, name);
        buffer_puts(out, ": [hidden]");
    }
    buffer_putc(out, '\n');
}

static void put_request(struct buffer *out, const supa_query *q)
{
    const struct request *request = &q->request;
    int is_clients = 0;

    buffer_puts(out, http_method_name(request->method));
    buffer_putc(out, ' ');
    buffer_puts(out, buffer_text(&request->url));
    buffer_putc(out, '\n');
    for (const struct header_line *line = request->headers; line != NULL; line = line->next) {
        is_clients |= line == q->target->headers;
        put_header(out, line, is_clients);
    }
    if (request->body != NULL) {
        buffer_putc(out, '\n');
        buffer_put(out, request->body, request->body_length);
        buffer_putc(out, '\n');
    }
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

/* Building the request may find a mistake, which later calls may still cure, and may stamp rows. */
static void put_built(struct buffer *out, supa_query *q)
{
    const char *body = q->body;
    const size_t body_length = q->body_length;

    if (request_build(q) == SUPA_OK) {
        put_whom(out, q->target);
        put_request(out, q);
    } else {
        put_mistake(out, &q->mistake);
    }
    error_clear(&q->mistake);
    q->body = body;
    q->body_length = body_length;
}

char *supa_query_describe(supa_query *q)
{
    struct buffer text = BUFFER_INIT, clean = BUFFER_INIT;
    const supa_error *mistake = supa_query_error(q);

    if (mistake != NULL)
        put_mistake(&text, mistake);
    else
        put_built(&text, q);
    redact_put(
        &clean, buffer_text(&text), buffer_failed(&text) ? 0 : text.length,
        q != NULL && q->target != NULL ? q->target->secrets : NULL);
    clean.failed |= text.failed;
    buffer_free(&text);
    return buffer_take(&clean);
}
