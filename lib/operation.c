/* SPDX-License-Identifier: MIT */
#include "operation.h"

#include "attempt.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/random.h"
#include "retry.h"
#include "rollback.h"

#include <stddef.h>
#include <string.h>

#define RENEWALS      2    /* the first successor may be a cached one whose key is outdated, too */
#define PLACE_WAIT_US 5000 /* until a connection or lookup may be free */

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

/* The earlier of the time for the call and of the moment that the caller set. */
static int64_t deadline_of(const supa_query *q)
{
    const int64_t ms = q->timeout_ms >= 0 ? q->timeout_ms : q->target->timeout_ms;
    const int64_t own = clock_deadline(ms);

    if (q->deadline_us == 0 || (own != 0 && own < q->deadline_us))
        return own;
    return q->deadline_us;
}

static void fill_call(struct operation *operation, struct sink *sink)
{
    const supa_query *q = operation->q;
    const struct request *request = &q->request;

    operation->main = (struct call){
        .endpoint = &operation->client->endpoint,
        .method = request->method,
        .url = buffer_text(&request->url),
        .headers = request->headers,
        .body = request->body,
        .body_length = request->body_length,
        .read = q->body_read,
        .read_user = q->body_user,
        .read_size = q->body_size,
        .secrets = operation->secrets,
        .deadline_us = deadline_of(q),
        .cancel = q->cancel,
        .sink = sink,
    };
    operation->main_reading = (struct reading){
        .method = request->method,
        .expect = expectation(q),
        .wants_rows = request->wants_rows,
        .counted = q->count != SUPA_COUNT_NONE,
        .side = q->target->side,
        .store_id = q->target->store_id,
        .relation = q->relation,
        .secrets = operation->secrets,
        .media = request->media,
        .url_length = request->url.length,
        .is_streamed = sink != NULL,
    };
}

static void prepare(struct operation *operation, supa_client *client, supa_query *q)
{
    memset(operation, 0, offsetof(struct operation, failure));
    operation->response = response_new();
    operation->q = q;
    operation->client = supa_client_ref(client);
}

static enum operation_step fail(struct operation *operation, const supa_error *error)
{
    response_fail(operation->response, error);
    return OPERATION_DONE;
}

static enum operation_step begin_phase(struct operation *operation, enum operation_phase phase)
{
    operation->phase = phase;
    operation->tried = operation->died_reused = operation->is_read = 0;
    operation->may_repeat =
        http_method_reads(operation->call.method) || (operation->q && operation->q->idempotent);
    operation->wait_until_us = 0;
    return operation_is_over(operation) ? OPERATION_DONE : OPERATION_SEND;
}

static enum operation_step begin_main(struct operation *operation)
{
    operation->call = operation->main;
    operation->reading = operation->main_reading;
    return begin_phase(operation, PHASE_MAIN);
}

void operation_about(const struct operation *operation, supa_error *error)
{
    const struct target *target = &operation->client->target;

    error_about(error, target->side, target->store_id, operation->relation);
}

/* Or the write would be done, and the empty answer to it be taken for a broken one. */
static enum operation_step refuse_rowless(struct operation *operation)
{
    supa_error error;

    error_set(
        &error, SUPA_ERROR_ARGUMENT, SUPA_NOT_SENT,
        "rows: the write asks for no rows, so there are none to be read one by one");
    error_hint(&error, "supa_returning has the server return them");
    operation_about(operation, &error);
    return fail(operation, &error);
}

static enum operation_step begin_probe(struct operation *operation)
{
    supa_error error;

    if (rollback_ask(operation) == 0)
        return begin_phase(operation, PHASE_PROBE);
    error_no_memory(&error);
    return fail(operation, &error);
}

/* What is asked first. */
static enum operation_step begin_first(struct operation *operation)
{
    const supa_query *q = operation->q;
    supa_error error;

    if (!q->rollback || atomic_load(&operation->client->rollback_confirmed))
        return begin_main(operation);
    if (q->kind == QUERY_RPC || q->kind == QUERY_RPC_GET) {
        rollback_refuse_function(operation, &error);
        return fail(operation, &error);
    }
    return begin_probe(operation);
}

static enum operation_step begin_request(struct operation *operation, struct sink *sink)
{
    supa_query *q = operation->q;
    supa_error error;

    if (process_check(operation->client->generation, "the client", &error) != SUPA_OK)
        return fail(operation, &error);
    if (request_build(q) != SUPA_OK)
        return fail(operation, &q->mistake);
    query_secrets(q, operation->secrets);
    operation->relation = q->relation;
    if (sink != NULL && !q->request.wants_rows)
        return refuse_rowless(operation);
    operation->retries = q->retries >= 0 ? q->retries : (int)operation->client->options.retries;
    fill_call(operation, sink);
    return begin_first(operation);
}

enum operation_step operation_begin(struct operation *operation, supa_query *q, struct sink *sink)
{
    const supa_error *mistake = supa_query_error(q);
    supa_client *client = q != NULL && mistake == NULL ? (supa_client *)q->target : NULL;

    prepare(operation, client, q);
    if (mistake != NULL)
        return fail(operation, mistake);
    if (response_reply(operation->response) == NULL)
        return OPERATION_DONE;
    if (client == NULL) { /* a template: request_build says so */
        request_build(q);
        return fail(operation, &q->mistake);
    }
    return begin_request(operation, sink);
}

static const char *rows_mistake(const supa_query *q)
{
    if (q->explain || q->media != MEDIA_JSON || q->head)
        return "only JSON rows can be read one by one";
    if (q->answer != ANSWER_ROWS)
        return "a single row is no list to read from";
    return q->split ? "the rows of parts cannot be read one by one" : NULL;
}

enum operation_step
operation_begin_rows(struct operation *operation, supa_query *q, struct sink *sink)
{
    if (supa_query_error(q) == NULL && rows_mistake(q) != NULL)
        query_mistake(q, SUPA_ERROR_ARGUMENT, "rows", NULL, rows_mistake(q));
    return operation_begin(operation, q, sink);
}

enum operation_step operation_begin_ask(
    struct operation *operation, supa_client *client, enum http_method method, const char *url,
    const char *relation, const char *accept)
{
    const struct target *target = &client->target;
    supa_error error;

    prepare(operation, client, NULL);
    if (response_reply(operation->response) == NULL)
        return OPERATION_DONE;
    if (process_check(client->generation, "the client", &error) != SUPA_OK)
        return fail(operation, &error);
    operation->relation = relation;
    operation->retries = (int)client->options.retries;
    operation->profile = (struct header_line){target->accept_profile, target->headers};
    operation->lines[0] = (struct header_line){
        accept, target->accept_profile != NULL ? &operation->profile : target->headers};
    operation->main = (struct call){
        .endpoint = &client->endpoint,
        .method = method,
        .url = url,
        .headers = &operation->lines[0],
        .secrets = target->secrets,
        .deadline_us = clock_deadline(target->timeout_ms),
    };
    operation->main_reading = (struct reading){
        .method = method,
        .expect = EXPECT_ANY,
        .side = target->side,
        .store_id = target->store_id,
        .relation = relation,
        .secrets = target->secrets,
        .url_length = strlen(url),
    };
    return begin_main(operation);
}

struct reply *operation_reply(struct operation *operation)
{
    return response_reply(operation->response);
}

const struct call *operation_call(struct operation *operation)
{
    operation->tried++;
    operation->attempts++;
    attempt_put_headers(operation);
    return &operation->call;
}

void operation_restart_time(struct operation *operation)
{
    operation->main.deadline_us = deadline_of(operation->q);
    operation->call.deadline_us = operation->main.deadline_us;
}

void operation_fail(struct operation *operation, supa_error *error)
{
    if (operation->client != NULL)
        operation_about(operation, error);
    response_fail(operation->response, error);
}

static enum operation_step end_phase(struct operation *operation);

/* As if there had been no time for another attempt from the beginning, which nobody could know. */
static void end_late(struct operation *operation)
{
    supa_error *error = &operation->response->error;

    end_phase(operation);
    if (error->code != SUPA_OK && error->hint[0] == '\0')
        error_hint(error, "the deadline passed before it was tried again");
}

void operation_give_up(struct operation *operation, supa_code code, const char *problem)
{
    supa_error error;

    if (code == SUPA_ERROR_TIMEOUT && operation->is_read) {
        end_late(operation);
        return;
    }
    error_set(&error, code, operation->reached ? SUPA_UNKNOWN : SUPA_NOT_SENT, "%s", problem);
    error.retryable = code == SUPA_ERROR_TIMEOUT && !operation->reached;
    operation_fail(operation, &error);
}

int operation_is_over(struct operation *operation)
{
    const struct call *call = &operation->call;

    if (supa_cancel_fired(call->cancel)) {
        operation_give_up(operation, SUPA_ERROR_CANCELLED, "cancelled before it was sent");
        return 1;
    }
    if (call->deadline_us != 0 && clock_us() >= call->deadline_us) {
        operation_give_up(
            operation, SUPA_ERROR_TIMEOUT, "the deadline passed before the request was sent");
        return 1;
    }
    return 0;
}

static enum operation_step wait_until(struct operation *operation, int64_t at_us)
{
    operation->wait_until_us = at_us;
    return OPERATION_WAIT;
}

/* Nothing was tried: again as soon as there may be a place, without counting. */
static enum operation_step wait_for_place(struct operation *operation)
{
    operation->tried--;
    operation->attempts--;
    return wait_until(operation, clock_us() + random_jitter(PLACE_WAIT_US));
}

/* A 401 to the store's own key has executed nothing, so that the same request may go out once more
 * with a newer key. A user's token is the user's affair. */
static int may_renew(const struct operation *operation)
{
    const supa_client *client = operation->client;
    const supa_query *q = operation->q;

    return operation->renewed < RENEWALS && client->renewer != NULL && q != NULL &&
           q->token == NULL && q->body_read == NULL && client->options.token == NULL &&
           operation->response->reply.status == 401 &&
           operation->response->error.code == SUPA_ERROR_AUTH;
}

static enum operation_step end_probe(struct operation *operation)
{
    supa_response *response = operation->response;
    supa_error error;

    if (may_renew(operation))
        return OPERATION_RENEW;
    if (!supa_response_ok(response)) {
        error = *supa_response_error(response);
        error.outcome = SUPA_NOT_SENT; /* whatever became of the read */
        return fail(operation, &error);
    }
    if (!rollback_is_confirmed(response)) {
        rollback_refuse_write(operation, &error);
        return fail(operation, &error);
    }
    atomic_store(&operation->client->rollback_confirmed, 1);
    response_clear(response);
    return begin_main(operation);
}

static enum operation_step begin_reason(struct operation *operation)
{
    const char *url = operation->main.url;

    operation->failure = *supa_response_error(operation->response);
    buffer_clear(&operation->url);
    buffer_puts(&operation->url, url);
    if (operation->q->kind == QUERY_READ)
        buffer_puts(&operation->url, strchr(url, '?') != NULL ? "&limit=0" : "?limit=0");
    if (buffer_failed(&operation->url))
        return OPERATION_DONE;
    operation->call.method = operation->reading.method = HTTP_GET;
    operation->call.url = buffer_text(&operation->url);
    operation->reading.expect = EXPECT_ANY;
    if (begin_phase(operation, PHASE_REASON) == OPERATION_SEND)
        return OPERATION_SEND;
    return fail(operation, &operation->failure);
}

static enum operation_step end_main(struct operation *operation)
{
    const supa_query *q = operation->q;

    if (may_renew(operation))
        return OPERATION_RENEW;
    rollback_verify(operation);
    if (q != NULL && q->head_reason && !supa_response_ok(operation->response) &&
        operation_reply(operation)->code == SUPA_OK)
        return begin_reason(operation);
    return OPERATION_DONE;
}

/* When the GET succeeds, the HEAD failed all the same. */
static enum operation_step end_reason(struct operation *operation)
{
    if (supa_response_ok(operation->response))
        response_fail(operation->response, &operation->failure);
    return OPERATION_DONE;
}

enum operation_step operation_renewed(struct operation *operation, supa_client *client)
{
    const int64_t deadline_us = operation->main.deadline_us;
    supa_query *q = operation->q;

    operation->renewed++;
    if (client == NULL) {
        operation->renewed = RENEWALS;
        return operation->phase == PHASE_PROBE ? end_probe(operation) : end_main(operation);
    }
    if (client->endpoint.origin == operation->client->endpoint.origin &&
        atomic_load(&operation->client->rollback_confirmed))
        atomic_store(&client->rollback_confirmed, 1);
    target_unref(q->target);
    q->target = target_ref(&client->target);
    supa_client_unref(operation->client);
    operation->client = client;
    if (request_build(q) != SUPA_OK)
        return fail(operation, &q->mistake);
    query_secrets(q, operation->secrets);
    fill_call(operation, operation->main.sink);
    operation->main.deadline_us = deadline_us;
    return begin_first(operation);
}

enum operation_step operation_renew(struct operation *operation)
{
    const struct call *call = &operation->main;

    return operation_renewed(
        operation, client_successor(operation->client, call->deadline_us, call->cancel));
}

static enum operation_step end_phase(struct operation *operation)
{
    switch (operation->phase) {
    case PHASE_PROBE:
        return end_probe(operation);
    case PHASE_MAIN:
        return end_main(operation);
    case PHASE_REASON:
        break;
    }
    return end_reason(operation);
}

/* A gateway's 504 says nothing of the server behind it; a 4xx does: it refused. */
static int may_have_written(const struct operation *operation, const struct reply *reply)
{
    if (http_method_reads(operation->call.method) || reply->outcome == SUPA_NOT_SENT)
        return 0;
    return reply->outcome == SUPA_UNKNOWN || reply->status < 400 || reply->status >= 500;
}

enum operation_step operation_next(struct operation *operation)
{
    const struct reply *reply = operation_reply(operation);
    int64_t at;

    if (reply->no_place)
        return wait_for_place(operation);
    if (may_have_written(operation, reply))
        operation->reached = 1;
    attempt_read(operation);
    if (operation->client->options.on_attempt != NULL)
        attempt_tell(operation);
    if (retry_at_once(operation))
        return OPERATION_SEND;
    if ((at = retry_at(operation)) != 0)
        return wait_until(operation, at);
    return end_phase(operation);
}

supa_response *operation_end(struct operation *operation)
{
    buffer_free(&operation->url);
    buffer_free(&operation->profile_text);
    memory_free(operation->hidden);
    supa_query_free(operation->q);
    supa_client_unref(operation->client);
    return operation->response;
}
