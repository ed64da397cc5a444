/* SPDX-License-Identifier: MIT */
#include "operation.h"

#include "attempt.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/random.h"
#include "query/header.h"
#include "result/server_error.h"
#include "retry.h"

#include <stddef.h>
#include <stdio.h>
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

/* A read of nothing of the same relation, as the same user and with the same preference. */
static enum operation_step begin_probe(struct operation *operation)
{
    const supa_query *q = operation->q;
    const char *lines[] = {"Accept: application/json", "Prefer: tx=rollback", NULL, q->token};
    struct call *call = &operation->call;
    const struct header_line **last;
    supa_error error;
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
    if (!buffer_failed(&operation->url) && !buffer_failed(&operation->profile_text))
        return begin_phase(operation, PHASE_PROBE);
    error_no_memory(&error);
    return fail(operation, &error);
}

static void about_query(const struct operation *operation, supa_error *error)
{
    const struct target *target = &operation->client->target;

    error_about(error, target->side, target->store_id, operation->relation);
}

/* A function runs when it is read, so there is nothing to ask beforehand. */
static enum operation_step refuse_unverified(struct operation *operation)
{
    supa_error error;

    error_set(
        &error, SUPA_ERROR_NOT_VERIFIED, SUPA_NOT_SENT,
        "whether the server would undo the function is not known, so it was not called");
    error_hint(&error, "a supa_rollback of a table's write on the same client finds out");
    about_query(operation, &error);
    return fail(operation, &error);
}

/* Or the write would be done, and the empty answer to it be taken for a broken one. */
static enum operation_step refuse_rowless(struct operation *operation)
{
    supa_error error;

    error_set(
        &error, SUPA_ERROR_ARGUMENT, SUPA_NOT_SENT,
        "rows: the write asks for no rows, so there are none to be read one by one");
    error_hint(&error, "supa_returning has the server return them");
    about_query(operation, &error);
    return fail(operation, &error);
}

/* What is asked first. */
static enum operation_step begin_first(struct operation *operation)
{
    const supa_query *q = operation->q;

    if (!q->rollback || atomic_load(&operation->client->rollback_confirmed))
        return begin_main(operation);
    if (q->kind == QUERY_RPC || q->kind == QUERY_RPC_GET)
        return refuse_unverified(operation);
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
    lines = attempt_headers(operation);
    for (size_t i = 0; lines != NULL && i < OPERATION_TRACES && lines[i] != NULL; i++) {
        if (header_line_mistake(lines[i]) == NULL)
            add_line(operation, &operation->traces[i], lines[i]);
    }
}

static const struct header_line *own_headers(const struct operation *operation)
{
    return operation->phase == PHASE_PROBE ? &operation->lines[0] : operation->main.headers;
}

const struct call *operation_call(struct operation *operation)
{
    operation->tried++;
    operation->attempts++;
    operation->call.headers = own_headers(operation);
    if (operation->tried > 1) {
        snprintf(
            operation->count_text, sizeof operation->count_text, "X-Retry-Count: %d",
            operation->tried - 1);
        add_line(operation, &operation->count_line, operation->count_text);
    }
    add_traces(operation);
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
        about_query(operation, error);
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
    if (!confirms(response)) {
        error_set(
            &error, SUPA_ERROR_NOT_VERIFIED, SUPA_NOT_SENT,
            "the server does not confirm that it would undo the write, so it was not sent");
        error_hint(&error, "PostgREST honours it with db-tx-end = commit-allow-override");
        about_query(operation, &error);
        return fail(operation, &error);
    }
    atomic_store(&operation->client->rollback_confirmed, 1);
    response_clear(response);
    return begin_main(operation);
}

/* A write that was answered without a word of the rollback was committed. Plans never have that word:
 * for them the probe has to do. */
static void verify_rollback(struct operation *operation)
{
    const supa_query *q = operation->q;
    supa_error error;

    if (q == NULL || !q->rollback || q->explain || !supa_response_ok(operation->response) ||
        confirms(operation->response))
        return;
    atomic_store(&operation->client->rollback_confirmed, 0);
    error_set(
        &error, SUPA_ERROR_NOT_VERIFIED, SUPA_ANSWERED,
        "the server did not confirm that it undid the write: it was committed");
    error_hint(&error, "servers of different configuration may stand behind one address");
    about_query(operation, &error);
    response_fail(operation->response, &error);
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
    verify_rollback(operation);
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

/* A write that was repeated because the caller allowed it: if an earlier attempt may have reached the
 * server, that the last one did not proves nothing. */
static void own_up(struct operation *operation)
{
    if (operation->reached && !supa_response_ok(operation->response) &&
        operation->response->error.outcome == SUPA_NOT_SENT)
        operation->response->error.outcome = SUPA_UNKNOWN;
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
    if (client->endpoint.origin == operation->client->endpoint.origin)
        atomic_store(
            &client->rollback_confirmed, atomic_load(&operation->client->rollback_confirmed));
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

/* At once, and before hooks are told: the lines that a hook has given are its own again after that. */
static void read_answer(struct operation *operation)
{
    supa_response *response = operation->response;

    operation->reading.secrets =
        may_echo(operation) ? attempt_secrets(operation) : operation->main.secrets;
    response_attempts(response, operation->attempts);
    if (operation->reading.secrets != NULL) {
        response_read(response, &operation->reading);
    } else {
        error_set(&response->error, SUPA_ERROR_NO_MEMORY, response->reply.outcome, "out of memory");
        about_query(operation, &response->error);
    }
    own_up(operation);
    operation->is_read = 1;
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
    read_answer(operation);
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
