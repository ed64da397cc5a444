/* SPDX-License-Identifier: MIT */
#include "rollback.h"

#include "base/error.h"
#include "operation.h"

#include <string.h>

int rollback_ask(struct operation *operation)
{
    const supa_query *q = operation->q;
    const char *lines[] = {"Accept: application/json", "Prefer: tx=rollback", NULL, q->token};
    struct call *call = &operation->call;
    const struct header_line **last;
    size_t n = 0;

    *call = operation->main;
    operation->reading = operation->main_reading;
    buffer_clear(&operation->url);
    buffer_clear(&operation->profile_text);
    if (q->profile != NULL) {
        buffer_puts(&operation->profile_text, "Accept-Profile: ");
        buffer_puts(&operation->profile_text, q->profile);
    }
    lines[2] =
        q->profile != NULL ? buffer_text(&operation->profile_text) : q->target->accept_profile;
    last = &call->headers;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (lines[i] == NULL)
            continue;
        operation->lines[n].data = lines[i];
        *last = &operation->lines[n];
        last = &operation->lines[n++].next;
    }
    *last = q->request.further;
    buffer_put(&operation->url, call->url, strcspn(call->url, "?"));
    buffer_puts(&operation->url, "?limit=0");
    call->method = operation->reading.method = HTTP_GET;
    call->url = buffer_text(&operation->url);
    call->body = NULL;
    call->body_length = 0;
    call->read = NULL;
    call->sink = NULL;
    operation->reading.expect = EXPECT_ROWS;
    operation->reading.wants_rows = 1;
    operation->reading.media = NULL;
    operation->reading.is_streamed = 0;
    return buffer_failed(&operation->url) || buffer_failed(&operation->profile_text) ? -1 : 0;
}

int rollback_is_confirmed(supa_response *response)
{
    static const char wanted[] = "tx=rollback";
    const size_t n = sizeof wanted - 1;
    size_t length = 0;
    const char *applied = reply_header(response_reply(response), "Preference-Applied", &length);

    for (size_t i = 0; applied != NULL && i + n <= length; i++) {
        if (memcmp(applied + i, wanted, n) == 0 && (i == 0 || strchr(", \t", applied[i - 1])) &&
            (i + n == length || strchr(",; \t", applied[i + n])))
            return 1;
    }
    return 0;
}

void rollback_refuse_function(const struct operation *operation, supa_error *error)
{
    error_set(
        error, SUPA_ERROR_NOT_VERIFIED, SUPA_NOT_SENT,
        "whether the server would undo the function is not known, so it was not called");
    error_hint(error, "a supa_rollback of a table's write on the same client finds out");
    operation_about(operation, error);
}

void rollback_refuse_write(const struct operation *operation, supa_error *error)
{
    error_set(
        error, SUPA_ERROR_NOT_VERIFIED, SUPA_NOT_SENT,
        "the server does not confirm that it would undo the write, so it was not sent");
    error_hint(error, "PostgREST honours it with db-tx-end = commit-allow-override");
    operation_about(operation, error);
}

void rollback_verify(struct operation *operation)
{
    const supa_query *q = operation->q;
    supa_error error;

    if (q == NULL || !q->rollback || q->explain || !supa_response_ok(operation->response) ||
        rollback_is_confirmed(operation->response))
        return;
    atomic_store(&operation->client->rollback_confirmed, 0);
    error_set(
        &error, SUPA_ERROR_NOT_VERIFIED, SUPA_ANSWERED,
        "the server did not confirm that it undid the write: it was committed");
    error_hint(&error, "servers of different configuration may stand behind one address");
    operation_about(operation, &error);
    response_fail(operation->response, &error);
}
