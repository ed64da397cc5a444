/* SPDX-License-Identifier: MIT */
#include "transport/trace.h"

#include "base/buffer.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/url.h"
#include "transport/transport.h"

#include <string.h>

/* The lines of libcurl's HTTP/2 begin with the header's name in brackets. */
static size_t name_start(const char *line, size_t length)
{
    const char *bracket = memchr(line, '[', length);

    return bracket != NULL && length > 6 && memcmp(line, "h2h3 ", 5) == 0
               ? (size_t)(bracket + 1 - line)
               : 0;
}

static int begins_with_one(const char *line, size_t length, const char *const *names)
{
    for (; *names != NULL; names++) {
        size_t n = strlen(*names);

        if (length >= n && text_same(line, n, *names, n))
            return 1;
    }
    return 0;
}

static int carries_key(const char *line, size_t length)
{
    static const char *const names[] = {
        "apikey:", "authorization:", "cookie:", "set-cookie:", NULL};

    return begins_with_one(line, length, names);
}

/* Of what goes out only these lines are known to carry no secret: a client's own headers may, and a
 * long head is told in pieces that end amid a key. */
static int is_harmless(const char *line, size_t length)
{
    static const char *const starts[] = {
        "GET /",           "HEAD /",           "POST /",          "PATCH /",
        "PUT /",           "DELETE /",         "OPTIONS /",       "Host:",
        "Accept:",         "Content-Type:",    "Content-Length:", "Prefer:",
        "Accept-Profile:", "Content-Profile:", "User-Agent:",     NULL};

    return begins_with_one(line, length, starts);
}

/* "Name: [hidden]", or less when the line has no name. */
static void hide(struct buffer *shown, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);

    if (colon != NULL) {
        buffer_put(shown, line, (size_t)(colon + 1 - line));
        buffer_putc(shown, ' ');
    }
    buffer_puts(shown, "[hidden]");
}

/* One line: keys hidden by their header's name, and wherever else they stand; the values of a URL's
 * parameters are left out, also where a server echoes them. */
static void show(const struct call *call, const char *mark, const char *line, size_t length)
{
    struct buffer clean = BUFFER_INIT, shown = BUFFER_INIT;
    size_t start = name_start(line, length);

    buffer_puts(&shown, mark);
    if (carries_key(line + start, length - start) || (*mark == '>' && !is_harmless(line, length))) {
        hide(&shown, line, length);
    } else {
        redact_put(&clean, line, length, call->secrets);
        url_shown(&shown, buffer_text(&clean));
    }
    if (!buffer_failed(&clean) && !buffer_failed(&shown))
        call->endpoint->log(call->endpoint->log_user, buffer_text(&shown), shown.length);
    buffer_free(&clean);
    buffer_free(&shown);
}

void trace_tell(const struct call *call, curl_infotype type, const char *data, size_t size)
{
    const char *mark = type == CURLINFO_HEADER_OUT  ? "> "
                       : type == CURLINFO_HEADER_IN ? "< "
                                                    : "* ";
    size_t at = 0;

    if (type != CURLINFO_TEXT && type != CURLINFO_HEADER_IN && type != CURLINFO_HEADER_OUT)
        return;
    while (at < size) {
        const char *end = memchr(data + at, '\n', size - at);
        size_t next = end != NULL ? (size_t)(end - data) + 1 : size;
        size_t length = next - at;

        while (length > 0 && (data[at + length - 1] == '\n' || data[at + length - 1] == '\r'))
            length--;
        if (length > 0)
            show(call, mark, data + at, length);
        at = next;
    }
}
