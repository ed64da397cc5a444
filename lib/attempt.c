/* SPDX-License-Identifier: MIT */
#include "attempt.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/url.h"
#include "operation.h"
#include "query/header.h"
#include "result/server_error.h"

#include <stdio.h>
#include <string.h>

/* What the hook is told, and the texts that are made when it asks for them. */
struct told {
    const struct operation *operation;
    struct buffer shown, clean;
};

static void describe(supa_attempt *attempt, struct told *told, struct operation *operation)
{
    const struct target *target = &operation->client->target;
    const struct reply *reply = operation_reply(operation);

    *told = (struct told){operation, BUFFER_INIT, BUFFER_INIT};
    *attempt = (supa_attempt){
        .size = sizeof *attempt,
        .of = told,
        .store_id = target->store_id,
        .method = http_method_name(operation->call.method),
        .relation = operation->relation,
        .side = (int32_t)target->side,
        .status = reply->status,
        .code = (int32_t)reply->code,
        .outcome = (int32_t)reply->outcome,
        .attempt = operation->attempts,
        .reused = reply->reused,
        .bytes_sent = reply->sent,
        .bytes_received = reply->received,
        .name_us = reply->name_us,
        .connect_us = reply->connect_us,
        .tls_us = reply->tls_us,
        .first_byte_us = reply->first_byte_us,
        .total_us = reply->total_us,
    };
}

static void forget(struct told *told)
{
    buffer_free(&told->shown);
    buffer_free(&told->clean);
}

/* An attempt is given to hooks as a constant; what it remembers of itself may change. */
const char *supa_attempt_url(const supa_attempt *attempt)
{
    struct told *told = (struct told *)(uintptr_t)attempt->of;
    const struct call *call = &told->operation->call;

    if (told->clean.length == 0) {
        url_shown(&told->shown, call->url);
        redact_put(&told->clean, buffer_text(&told->shown), told->shown.length, call->secrets);
        if (buffer_failed(&told->shown))
            buffer_clear(&told->clean);
    }
    return buffer_text(&told->clean);
}

void attempt_tell(struct operation *operation)
{
    const supa_client_options *options = &operation->client->options;
    supa_attempt attempt;
    struct told told;

    describe(&attempt, &told, operation);
    options->on_attempt(options->user, &attempt);
    forget(&told);
}

static const char *const *ask_traces(struct operation *operation)
{
    const supa_client_options *options = &operation->client->options;
    const char *const *lines;
    supa_attempt attempt;
    struct told told;

    describe(&attempt, &told, operation);
    lines = options->request_headers(options->user, &attempt);
    forget(&told);
    return lines;
}

/* Lines that this attempt alone carries stand before the request's own. */
static void add_line(struct operation *operation, struct header_line *line, const char *text)
{
    line->data = text;
    line->next = operation->call.headers;
    operation->call.headers = line;
}

static void add_traces(struct operation *operation)
{
    const char *const *lines;

    if (operation->client->options.request_headers == NULL)
        return;
    lines = ask_traces(operation);
    for (size_t i = 0; lines != NULL && i < OPERATION_TRACES && lines[i] != NULL; i++) {
        if (header_line_mistake(lines[i]) == NULL)
            add_line(operation, &operation->traces[i], lines[i]);
    }
}

static const struct header_line *own_headers(const struct operation *operation)
{
    return operation->phase == PHASE_PROBE ? &operation->lines[0] : operation->main.headers;
}

void attempt_put_headers(struct operation *operation)
{
    operation->call.headers = own_headers(operation);
    if (operation->tried > 1) {
        snprintf(
            operation->count_text, sizeof operation->count_text, "X-Retry-Count: %d",
            operation->tried - 1);
        add_line(operation, &operation->count_line, operation->count_text);
    }
    add_traces(operation);
}

/* The value of a line that a caller wrote; NULL for the library's own. */
static const char *callers_value(const char *line)
{
    const size_t name = strcspn(line, ":");

    if (line[name] != ':' || header_is_own(line, name))
        return NULL;
    return line + name + 1 + strspn(line + name + 1, " ");
}

/* What stands behind the scheme's name in "Bearer …" and the like: servers echo it alone. */
static const char *credentials(const char *value)
{
    const size_t scheme = strcspn(value, " ");

    return value[scheme] == ' ' && strchr(value + scheme + 1, ' ') == NULL ? value + scheme + 1
                                                                           : NULL;
}

/* Both of each line; counts them only when @out is NULL. */
static size_t put_values(const char **out, const struct header_line *line)
{
    size_t n = 0;

    for (; line != NULL; line = line->next) {
        const char *value = callers_value(line->data);
        const char *alone = value != NULL ? credentials(value) : NULL;

        if (value != NULL && out != NULL)
            out[n] = value;
        n += value != NULL;
        if (alone != NULL && out != NULL)
            out[n] = alone;
        n += alone != NULL;
    }
    return n;
}

/* The operation's secrets and what the caller's own headers say; NULL when memory is gone. */
static const char *const *all_secrets(struct operation *operation)
{
    const char *const *own = operation->main.secrets;
    const size_t count = put_values(NULL, operation->call.headers);
    size_t n = 0;

    if (count == 0)
        return own;
    while (own[n] != NULL)
        n++;
    memory_free(operation->hidden);
    operation->hidden = memory_get((n + count + 1) * sizeof *operation->hidden);
    if (operation->hidden == NULL)
        return NULL;
    memcpy(operation->hidden, own, n * sizeof *own);
    n += put_values(operation->hidden + n, operation->call.headers);
    operation->hidden[n] = NULL;
    return operation->hidden;
}

/* Whether an error may have to hide what a caller's own headers say, should the server echo it. */
static int may_echo(const struct operation *operation)
{
    const supa_client_options *options = &operation->client->options;
    const struct reply *reply = response_reply(operation->response);

    if (options->headers == NULL && options->request_headers == NULL &&
        (operation->q == NULL || operation->q->headers == NULL))
        return 0;
    return reply->code != SUPA_OK || reply->status < 200 || reply->status > 299 ||
           server_sent_html(reply);
}

/* A write that was repeated because the caller allowed it: if an earlier attempt may have reached the
 * server, that the last one did not proves nothing. */
static void own_up(struct operation *operation)
{
    if (operation->reached && !supa_response_ok(operation->response) &&
        operation->response->error.outcome == SUPA_NOT_SENT)
        operation->response->error.outcome = SUPA_UNKNOWN;
}

void attempt_read(struct operation *operation)
{
    supa_response *response = operation->response;

    operation->reading.secrets =
        may_echo(operation) ? all_secrets(operation) : operation->main.secrets;
    response_attempts(response, operation->attempts);
    if (operation->reading.secrets != NULL) {
        response_read(response, &operation->reading);
    } else {
        error_set(&response->error, SUPA_ERROR_NO_MEMORY, response->reply.outcome, "out of memory");
        operation_about(operation, &response->error);
    }
    own_up(operation);
    operation->is_read = 1;
}
