/* SPDX-License-Identifier: MIT */
/* Sending a query: request, transport and result, joined. */
#include "base/clock.h"
#include "base/error.h"
#include "base/redact.h"
#include "base/text.h"
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

    redact_put(&clean, call->url, strlen(call->url), call->secrets);
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
    const int is_function = q->kind == QUERY_RPC || q->kind == QUERY_RPC_GET;

    if (!q->request.wants_rows)
        return EXPECT_ANY;
    switch (q->answer) {
    case ANSWER_ONE:
        return EXPECT_OBJECT;
    case ANSWER_AT_MOST_ONE:
        if (is_function)
            return EXPECT_ANY_AT_MOST_ONE;
        return http_method_reads(q->request.method) ? EXPECT_AT_MOST_ONE : EXPECT_OBJECT_OR_NONE;
    case ANSWER_ROWS:
        break;
    }
    return is_function ? EXPECT_ANY : EXPECT_ROWS;
}

static struct call call_of(supa_query *q, const char *const *secrets)
{
    supa_client *client = (supa_client *)q->target;
    const struct request *request = &q->request;
    const int64_t timeout = q->timeout_ms >= 0 ? q->timeout_ms : client->target.timeout_ms;

    return (struct call){
        .endpoint = &client->endpoint,
        .method = request->method,
        .url = buffer_text(&request->url),
        .headers = request->headers,
        .body = request->body,
        .body_length = request->body_length,
        .read = q->body_read,
        .read_user = q->body_user,
        .read_size = q->body_size,
        .secrets = secrets,
        .deadline_us = clock_deadline(timeout),
    };
}

static struct reading reading_of(const supa_query *q, const char *const *secrets)
{
    return (struct reading){
        .method = q->request.method,
        .expect = expectation(q),
        .wants_rows = q->request.wants_rows,
        .counted = q->count != SUPA_COUNT_NONE,
        .side = q->target->side,
        .store_id = q->target->store_id,
        .relation = q->relation,
        .secrets = secrets,
        .media = q->request.media,
    };
}

static void send_call(
    supa_query *q, const struct call *call, const struct reading *reading, supa_response *response)
{
    perform((supa_client *)q->target, call, q->relation, response);
    response_read(response, reading);
}

/* Whether the answer confirms that a rollback is honoured. Takes no memory, whose lack would be taken
 * for a no. */
static int confirms(supa_response *response)
{
    static const char wanted[] = "tx=rollback";
    const size_t n = sizeof wanted - 1;
    size_t length = 0;
    const char *applied = reply_header(response_reply(response), "Preference-Applied", &length);

    for (size_t i = 0; applied != NULL && i + n <= length; i++) {
        if (memcmp(applied + i, wanted, n) == 0)
            return 1;
    }
    return 0;
}

static void put_line(struct header_line *lines, size_t *n, const char *line)
{
    if (line == NULL)
        return;
    lines[*n - 1].next = &lines[*n];
    lines[(*n)++].data = line;
}

/* A read of nothing of the same relation, as the same user and with the same preference. */
static void send_probe(supa_query *q, const struct call *write, supa_response *response)
{
    struct header_line lines[4] = {{"Accept: application/json", NULL}};
    struct buffer url = BUFFER_INIT, profile = BUFFER_INIT;
    struct call probe = *write;
    const char *secrets[QUERY_SECRETS];
    struct reading reading;
    supa_error error;
    size_t n = 1;

    query_secrets(q, secrets);
    reading = reading_of(q, secrets);
    buffer_puts(&profile, "Accept-Profile: ");
    buffer_puts(&profile, q->profile != NULL ? q->profile : "");
    put_line(lines, &n, "Prefer: tx=rollback");
    put_line(lines, &n, q->profile != NULL ? buffer_text(&profile) : q->target->accept_profile);
    put_line(lines, &n, q->token);
    lines[n - 1].next = q->request.further;
    buffer_put(&url, write->url, strcspn(write->url, "?"));
    buffer_puts(&url, "?limit=0");
    probe.method = reading.method = HTTP_GET;
    probe.url = buffer_text(&url);
    probe.headers = lines;
    probe.body = NULL;
    probe.body_length = 0;
    probe.read = NULL;
    reading.expect = EXPECT_ROWS;
    reading.wants_rows = 1;
    reading.media = NULL;
    if (buffer_failed(&url) || buffer_failed(&profile)) {
        error_no_memory(&error);
        response_fail(response, &error);
    } else {
        send_call(q, &probe, &reading, response);
    }
    buffer_free(&url);
    buffer_free(&profile);
}

/* 0 when the server honours a rollback; else the response tells why the write was not sent. */
static int probe_rollback(supa_query *q, const struct call *write, supa_response *response)
{
    supa_client *client = (supa_client *)q->target;
    supa_error error;

    if (atomic_load(&client->rollback_confirmed))
        return SUPA_OK;
    send_probe(q, write, response);
    if (!supa_response_ok(response)) {
        error = *supa_response_error(response);
        error.outcome = SUPA_NOT_SENT; /* whatever became of the read */
        response_fail(response, &error);
        return (int)error.code;
    }
    if (!confirms(response)) {
        error_set(
            &error, SUPA_ERROR_NOT_VERIFIED, SUPA_NOT_SENT,
            "the server does not confirm that it would undo the write, so it was not sent");
        error_hint(&error, "PostgREST honours it with db-tx-end = commit-allow-override");
        error_about(&error, q->target->side, q->target->store_id, q->relation);
        response_fail(response, &error);
        return SUPA_ERROR_NOT_VERIFIED;
    }
    atomic_store(&client->rollback_confirmed, 1);
    response_clear(response);
    return SUPA_OK;
}

/* A function runs when it is read, so there is nothing to ask beforehand. */
static int check_rollback(supa_query *q, const struct call *call, supa_response *response)
{
    supa_client *client = (supa_client *)q->target;
    supa_error error;

    if (!q->rollback)
        return SUPA_OK;
    if (q->kind != QUERY_RPC && q->kind != QUERY_RPC_GET)
        return probe_rollback(q, call, response);
    if (atomic_load(&client->rollback_confirmed))
        return SUPA_OK;
    error_set(
        &error, SUPA_ERROR_NOT_VERIFIED, SUPA_NOT_SENT,
        "whether the server would undo the function is not known, so it was not called");
    error_hint(&error, "a supa_rollback of a table's write on the same client finds out");
    error_about(&error, q->target->side, q->target->store_id, q->relation);
    response_fail(response, &error);
    return SUPA_ERROR_NOT_VERIFIED;
}

/* A write that was answered without a word of the rollback was committed. Plans never have that word:
 * for them the probe has to do. */
static void verify_rollback(supa_query *q, supa_response *response)
{
    supa_client *client = (supa_client *)q->target;
    supa_error error;

    if (!q->rollback || q->explain || !supa_response_ok(response) || confirms(response))
        return;
    atomic_store(&client->rollback_confirmed, 0);
    error_set(
        &error, SUPA_ERROR_NOT_VERIFIED, SUPA_ANSWERED,
        "the server did not confirm that it undid the write: it was committed");
    error_hint(&error, "servers of different configuration may stand behind one address");
    error_about(&error, q->target->side, q->target->store_id, q->relation);
    response_fail(response, &error);
}

/* HEAD carries no cause: the same request by GET does, for no rows where that can be said. When it
 * succeeds, the HEAD failed all the same. */
static void
ask_reason(supa_query *q, const struct call *head, struct reading reading, supa_response *response)
{
    const supa_error failure = *supa_response_error(response);
    struct buffer url = BUFFER_INIT;
    struct call get = *head;

    buffer_puts(&url, head->url);
    if (q->kind == QUERY_READ)
        buffer_puts(&url, strchr(head->url, '?') != NULL ? "&limit=0" : "?limit=0");
    get.method = reading.method = HTTP_GET;
    get.url = buffer_text(&url);
    reading.expect = EXPECT_ANY;
    if (!buffer_failed(&url)) {
        perform((supa_client *)q->target, &get, q->relation, response);
        response_read(response, &reading);
    }
    buffer_free(&url);
    if (supa_response_ok(response))
        response_fail(response, &failure);
}

static void run(supa_query *q, supa_response *response)
{
    const char *secrets[QUERY_SECRETS];
    struct call call;
    struct reading reading;

    query_secrets(q, secrets);
    call = call_of(q, secrets);
    reading = reading_of(q, secrets);
    if (check_rollback(q, &call, response) != SUPA_OK)
        return;
    send_call(q, &call, &reading, response);
    verify_rollback(q, response);
    if (q->head_reason && !supa_response_ok(response) &&
        supa_response_error(response)->outcome == SUPA_ANSWERED)
        ask_reason(q, &call, reading, response);
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

/* A request that is about no rows: of the API's root, or what may be done with a relation. */
static supa_response *
ask(supa_client *client, enum http_method method, const char *url, const char *relation,
    const char *accept)
{
    struct header_line profile = {client->target.accept_profile, client->target.headers};
    struct header_line line = {accept, profile.data != NULL ? &profile : profile.next};
    supa_response *response = response_new();
    struct call call = {
        .endpoint = &client->endpoint,
        .method = method,
        .url = url,
        .headers = &line,
        .deadline_us = clock_deadline(client->target.timeout_ms),
    };
    struct reading reading = {
        .method = method,
        .expect = EXPECT_ANY,
        .side = client->target.side,
        .store_id = client->target.store_id,
        .relation = relation,
        .secrets = client->target.secrets,
    };

    call.secrets = client->target.secrets;
    target_ref(&client->target); /* a hook may give up the caller's reference */
    if (response_reply(response) != NULL) {
        perform(client, &call, relation, response);
        response_read(response, &reading);
    }
    target_unref(&client->target);
    return response;
}

static supa_response *refuse(const char *call, const char *mistake)
{
    supa_response *response = response_new();
    supa_error error;

    error_argument(&error, "%s: %s", call, mistake);
    response_fail(response, &error);
    return response;
}

#define OPENAPI "Accept: application/openapi+json"

int supa_client_ping(supa_client *client, supa_error *error)
{
    if (client == NULL)
        return conclude(refuse("supa_client_ping", "the client is NULL"), error);
    return conclude(ask(client, HTTP_HEAD, client->target.prefix, "", OPENAPI), error);
}

supa_response *supa_openapi(supa_client *client)
{
    if (client == NULL)
        return refuse("supa_openapi", "the client is NULL");
    return ask(client, HTTP_GET, client->target.prefix, "", OPENAPI);
}

supa_response *supa_allow(supa_client *client, const char *relation)
{
    supa_query *q = supa_from(client, relation);
    supa_response *response;

    if (supa_query_error(q) == NULL && request_build(q) == SUPA_OK) {
        response =
            ask(client, HTTP_OPTIONS, buffer_text(&q->request.url), q->relation,
                "Accept: application/json");
    } else {
        response = response_new();
        response_fail(response, supa_query_error(q));
    }
    supa_query_free(q);
    return response;
}

static struct target *target_of(supa_client *client)
{
    return client != NULL ? &client->target : NULL;
}

supa_query *supa_from(supa_client *client, const char *relation)
{
    return query_new(target_of(client), QUERY_READ, relation, "supa_from");
}

supa_query *supa_rpc(supa_client *client, const char *function)
{
    return query_new(target_of(client), QUERY_RPC, function, "supa_rpc");
}

supa_query *supa_query_on(const supa_query *template_query, supa_client *client)
{
    return query_on(template_query, target_of(client));
}
