/* SPDX-License-Identifier: MIT */
/* Sending a query: request, transport and result, joined. */
#include "base/clock.h"
#include "base/error.h"
#include "base/redact.h"
#include "base/url.h"
#include "client_internal.h"
#include "query/query_internal.h"
#include "result/response.h"

#include <string.h>
#include <supa/query.h>

static void tell_attempt(
    const supa_client *client, const struct call *call, const struct reply *reply,
    const char *relation)
{
    struct buffer clean = BUFFER_INIT, shown = BUFFER_INIT;
    supa_attempt attempt = {
        .size = sizeof attempt,
        .store_id = client->target.store_id,
        .method = http_method_name(call->method),
        .relation = relation,
        .side = (int32_t)client->target.side,
        .status = reply->status,
        .code = (int32_t)reply->code,
        .outcome = (int32_t)reply->outcome,
        .attempt = 1,
        .reused = reply->reused,
        .bytes_sent = reply->sent,
        .bytes_received = reply->received,
        .name_us = reply->name_us,
        .connect_us = reply->connect_us,
        .tls_us = reply->tls_us,
        .first_byte_us = reply->first_byte_us,
        .total_us = reply->total_us,
    };

    redact_put(&clean, call->url, strlen(call->url), client->target.secrets);
    url_shown(&shown, buffer_text(&clean));
    attempt.url = buffer_text(&shown);
    client->options.on_attempt(client->options.user, &attempt);
    buffer_free(&clean);
    buffer_free(&shown);
}

static void
perform(supa_client *client, const struct call *call, const char *relation, supa_response *response)
{
    struct reply *reply = response_reply(response);

    client->transport->perform(client->transport, call, reply);
    response_attempts(response, 1);
    if (client->options.on_attempt != NULL)
        tell_attempt(client, call, reply, relation);
}

static enum expectation expectation(const supa_query *q)
{
    if (!q->request.wants_rows)
        return EXPECT_ANY;
    switch (q->answer) {
    case ANSWER_ONE:
        return EXPECT_OBJECT;
    case ANSWER_AT_MOST_ONE:
        return q->kind == QUERY_READ ? EXPECT_AT_MOST_ONE : EXPECT_OBJECT_OR_NONE;
    case ANSWER_ROWS:
        break;
    }
    return EXPECT_ROWS;
}

static void run(supa_query *q, supa_response *response)
{
    supa_client *client = (supa_client *)q->target;
    const struct request *request = &q->request;
    struct call call = {
        .endpoint = &client->endpoint,
        .method = request->method,
        .url = buffer_text(&request->url),
        .headers = request->headers,
        .body = request->body,
        .body_length = request->body_length,
        .deadline_us = clock_deadline(client->target.timeout_ms),
    };
    struct reading reading = {
        .method = request->method,
        .expect = expectation(q),
        .wants_rows = request->wants_rows,
        .side = client->target.side,
        .store_id = client->target.store_id,
        .relation = q->relation,
        .secrets = client->target.secrets,
    };

    perform(client, &call, q->relation, response);
    response_read(response, &reading);
}

supa_response *supa_execute(supa_query *q)
{
    supa_response *response = response_new();
    const supa_error *mistake = supa_query_error(q);

    if (mistake == NULL && request_build(q) != SUPA_OK)
        mistake = &q->mistake;
    if (mistake != NULL)
        response_fail(response, mistake);
    else if (response_reply(response) != NULL)
        run(q, response);
    supa_query_free(q);
    return response;
}

/* Hands the error over and ends the response. */
static int conclude(supa_response *response, supa_error *error)
{
    const supa_error *cause = supa_response_error(response);
    int code = cause != NULL ? (int)cause->code : SUPA_OK;

    if (error != NULL && cause != NULL)
        *error = *cause;
    else
        error_clear(error);
    supa_response_free(response);
    return code;
}

int supa_exec(supa_query *q, supa_error *error)
{
    return conclude(supa_execute(q), error);
}

int supa_client_ping(supa_client *client, supa_error *error)
{
    struct header_line accept = {"Accept: application/openapi+json", NULL};
    struct reading reading = {.method = HTTP_HEAD, .expect = EXPECT_ANY, .relation = ""};
    supa_response *response = response_new();
    struct call call = {.method = HTTP_HEAD};

    if (client == NULL)
        return supa_response_free(response),
               error_argument(error, "supa_client_ping: the client is NULL");
    accept.next = client->target.headers;
    call.endpoint = &client->endpoint;
    call.url = client->target.prefix;
    call.headers = &accept;
    call.deadline_us = clock_deadline(client->target.timeout_ms);
    reading.side = client->target.side;
    reading.store_id = client->target.store_id;
    reading.secrets = client->target.secrets;
    if (response_reply(response) != NULL) {
        perform(client, &call, "", response);
        response_read(response, &reading);
    }
    return conclude(response, error);
}

supa_query *supa_from(supa_client *client, const char *relation)
{
    return query_new(client != NULL ? &client->target : NULL, relation);
}
