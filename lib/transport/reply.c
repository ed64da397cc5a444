/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "transport/transport.h"

#include <stdio.h>
#include <string.h>

const char *http_method_name(enum http_method method)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"};

    return names[method];
}

int http_method_reads(enum http_method method)
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

void reply_init(struct reply *reply)
{
    memset(reply, 0, sizeof *reply);
}

void reply_free(struct reply *reply)
{
    buffer_free(&reply->headers);
    buffer_free(&reply->body);
    reply_init(reply);
}

void reply_clear(struct reply *reply)
{
    struct buffer headers = reply->headers, body = reply->body;

    reply_init(reply);
    buffer_clear(&headers);
    buffer_clear(&body);
    reply->headers = headers;
    reply->body = body;
}

void reply_refuse(struct reply *reply, supa_code code, const char *problem)
{
    reply_clear(reply);
    reply->code = code;
    reply->outcome = SUPA_NOT_SENT;
    snprintf(reply->problem, sizeof reply->problem, "%s", problem);
}

const char *reply_header(const struct reply *reply, const char *name, size_t *length)
{
    const char *line = buffer_text(&reply->headers), *next;
    const char *all = line + (buffer_failed(&reply->headers) ? 0 : reply->headers.length);
    size_t name_length = strlen(name);

    for (; line < all; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(all - line));
        size_t n = (size_t)((newline != NULL ? newline : all) - line);

        next = newline != NULL ? newline + 1 : all;
        if (n > name_length && line[name_length] == ':' &&
            text_same(line, name_length, name, name_length)) {
            const char *value = line + name_length + 1;
            const char *end = line + n;

            while (value < end && (*value == ' ' || *value == '\t'))
                value++;
            while (end > value && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
                end--;
            *length = (size_t)(end - value);
            return value;
        }
    }
    return NULL;
}

/* Of all codings only this one has an end of its own. */
static int is_chunked(const struct reply *reply)
{
    static const char chunked[] = "chunked";
    const size_t n = sizeof chunked - 1;
    size_t length = 0;
    const char *coding = reply_header(reply, "Transfer-Encoding", &length);

    return coding != NULL && length >= n && text_same(coding + length - n, n, chunked, n);
}

int reply_has_an_end(const struct reply *reply)
{
    size_t length;

    return reply->is_2 || is_chunked(reply) ||
           reply_header(reply, "Content-Length", &length) != NULL;
}
