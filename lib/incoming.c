/* SPDX-License-Identifier: MIT */
#include "incoming.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "transport/pool.h"

#include <string.h>

static void leave_lane(struct incoming *incoming)
{
    if (incoming->lane == NULL)
        return;
    pool_give_back(incoming->lane);
    pool_leave(&incoming->operation.client->endpoint);
    incoming->lane = NULL;
    incoming->exchange = NULL;
}

static void about(const struct incoming *incoming, supa_error *error)
{
    const supa_client *client = incoming->operation.client;

    if (client == NULL) /* a query that was never bound */
        return;
    error_about(error, client->target.side, client->target.store_id, incoming->operation.relation);
}

static void finish(struct incoming *incoming)
{
    const struct reply *reply = response_reply(incoming->operation.response);

    about(incoming, &incoming->whom);
    incoming->has_an_end = reply == NULL || reply_has_an_end(reply);
    incoming->response = operation_end(&incoming->operation);
    incoming->operation.client = NULL;
}

/* A test's own transport gives the body as a whole. */
static void perform_whole(struct incoming *incoming, struct transport *transport)
{
    const struct call *call = operation_call(&incoming->operation);
    struct reply *reply = operation_reply(&incoming->operation);

    transport->perform(transport, call, reply);
    if (call->sink != NULL && reply->code == SUPA_OK && reply->status >= 200 && reply->status < 300)
        stream_feed(&incoming->stream, buffer_text(&reply->body), reply->body.length);
    incoming->step = operation_next(&incoming->operation);
}

static void begin_exchange(struct incoming *incoming, const struct call *call)
{
    struct reply *reply = operation_reply(&incoming->operation);

    if (!pool_enter(call->endpoint, reply))
        return;
    incoming->lane = pool_borrow(call->endpoint->origin, reply);
    if (incoming->lane == NULL) {
        pool_leave(call->endpoint);
        return;
    }
    incoming->exchange = lane_start(incoming->lane, call, reply, incoming);
    if (incoming->exchange != NULL)
        return;
    reply_refuse(reply, SUPA_ERROR_NO_MEMORY, "out of memory");
    leave_lane(incoming);
}

static void send_now(struct incoming *incoming)
{
    struct transport *transport = incoming->operation.client->transport;

    if (!transport_has_lanes(transport)) {
        perform_whole(incoming, transport);
        return;
    }
    begin_exchange(incoming, operation_call(&incoming->operation));
    if (incoming->exchange == NULL)
        incoming->step = operation_next(&incoming->operation);
}

static void wait_and_resend(struct incoming *incoming)
{
    struct operation *operation = &incoming->operation;
    struct transport *transport = operation->client->transport;

    transport->wait(transport, operation->wait_until_us, operation->call.cancel);
    incoming->step = operation_is_over(operation) ? OPERATION_DONE : OPERATION_SEND;
}

static void answered(struct incoming *incoming)
{
    leave_lane(incoming);
    incoming->step = operation_next(&incoming->operation);
}

static void stalled(struct incoming *incoming)
{
    error_set(
        &incoming->stream.error, SUPA_ERROR_TIMEOUT, SUPA_ANSWERED,
        "no row came for %lld ms (stall_ms)",
        (long long)incoming->operation.client->endpoint.stall_ms);
    lane_give_up(incoming->lane, incoming->exchange, SUPA_ERROR_TIMEOUT);
    incoming->exchange = NULL;
    leave_lane(incoming);
}

/* What libcurl kept while the call was paused comes first: more than that would have it pause again, and each
 * time it copies what it has in hand. */
static void go_on(struct incoming *incoming, int64_t until_us)
{
    struct exchange *exchange = incoming->exchange;

    if (exchange->is_paused) {
        exchange->has_given = 0;
        lane_resume(exchange);
        if (exchange->has_given || exchange->stopped)
            return;
    }
    if (lane_step(incoming->lane, exchange, until_us))
        answered(incoming);
}

/* Gets on, waiting until @until_us (0: as long as it takes) for the rows of an answer. */
static void get_on(struct incoming *incoming, int64_t until_us)
{
    if (incoming->exchange != NULL) {
        go_on(incoming, until_us);
        return;
    }
    switch (incoming->step) {
    case OPERATION_SEND:
        send_now(incoming);
        return;
    case OPERATION_WAIT:
        wait_and_resend(incoming);
        return;
    case OPERATION_RENEW:
        incoming->step = operation_renew(&incoming->operation);
        return;
    case OPERATION_DONE:
        finish(incoming);
        return;
    }
}

/* How long this row may be waited for, from now on: the first one has the query's time. */
static int64_t stall_at(const struct incoming *incoming)
{
    return incoming->stream.rows == 0 || incoming->response != NULL
               ? 0
               : clock_deadline(incoming->operation.client->endpoint.stall_ms);
}

/* Asked when no row is whole: bytes that do not make one, blanks for example, are none. */
static int has_stalled(const struct incoming *incoming, int64_t until_us)
{
    return incoming->exchange != NULL && until_us != 0 && clock_us() >= until_us;
}

/* What the answer's rows were found to be, or what became of the answer. */
static void conclude(struct incoming *incoming)
{
    incoming->has_ended = 1;
    if (incoming->response != NULL && !supa_response_ok(incoming->response)) {
        incoming->error = *supa_response_error(incoming->response);
        return;
    }
    if (stream_finish(&incoming->stream) == SUPA_OK)
        return;
    incoming->error = incoming->stream.error;
    if (incoming->operation.client != NULL)
        about(incoming, &incoming->whom);
    error_about(
        &incoming->error, (supa_side)incoming->whom.side, incoming->whom.store_id,
        incoming->whom.relation);
}

/* Lines of text would be taken from a page in place of an answer, too. */
static int is_no_csv(struct incoming *incoming)
{
    static const char csv[] = "text/csv";
    const struct reply *reply = operation_reply(&incoming->operation);
    size_t length = 0;
    const char *type;

    if (!stream_awaits_header(&incoming->stream) || reply == NULL)
        return 0;
    type = reply_header(reply, "Content-Type", &length);
    if (type == NULL || text_same(type, strcspn(type, "; \n"), csv, sizeof csv - 1))
        return 0;
    error_set(
        &incoming->stream.error, SUPA_ERROR_GATEWAY, SUPA_ANSWERED,
        "the answer is no CSV: its Content-Type is another than text/csv");
    return 1;
}

static enum stream_step step(struct incoming *incoming, supa_row *row)
{
    if (incoming->stream.form == STREAM_LINES && is_no_csv(incoming))
        return STREAM_BAD;
    return stream_next(&incoming->stream, row);
}

/* When all bytes are there: 1 when that makes a further line. */
static int end_lines(struct incoming *incoming)
{
    if (incoming->stream.form != STREAM_LINES || incoming->stream.has_ended ||
        !supa_response_ok(incoming->response))
        return 0;
    if (!incoming->has_an_end)
        error_set(
            &incoming->stream.error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
            "the answer says nothing of its length, so it may have been cut");
    stream_end(&incoming->stream);
    return 1;
}

/* The rows that came before an error are good ones. */
static int next(struct incoming *incoming, supa_row *row)
{
    int64_t until = -1; /* not asked for: of most rows nobody waits for */

    while (!incoming->has_ended) {
        switch (step(incoming, row)) {
        case STREAM_ROW:
            return 1;
        case STREAM_BAD:
            conclude(incoming);
            break;
        case STREAM_MORE:
        case STREAM_END:
            if (until < 0)
                until = stall_at(incoming);
            if (has_stalled(incoming, until))
                stalled(incoming);
            else if (incoming->response == NULL)
                get_on(incoming, until);
            else if (!end_lines(incoming))
                conclude(incoming);
            break;
        }
    }
    return 0;
}

int incoming_next(struct incoming *incoming, supa_row *row)
{
    if (!incoming->has_ended && !process_is(incoming->generation) &&
        process_check(incoming->generation, "the rows", &incoming->error) != SUPA_OK)
        return 0;
    if (!incoming->has_first)
        return next(incoming, row);
    *row = incoming->first;
    incoming->has_first = 0;
    return 1;
}

void incoming_open(struct incoming *incoming, supa_query *q, enum stream_form form)
{
    memset(incoming, 0, sizeof *incoming);
    incoming->generation = process_generation();
    stream_init(&incoming->stream, -1);
    incoming->stream.form = form;
    incoming->step = form == STREAM_LINES
                         ? operation_begin(&incoming->operation, q, &incoming->stream.sink)
                         : operation_begin_rows(&incoming->operation, q, &incoming->stream.sink);
    if (incoming->operation.client != NULL)
        stream_limit(&incoming->stream, incoming->operation.client->endpoint.max_response);
    incoming->has_first = next(incoming, &incoming->first);
    if (incoming->response == NULL && incoming->operation.q != NULL)
        incoming->operation.call.deadline_us = incoming->operation.q->deadline_us;
}

void incoming_close(struct incoming *incoming)
{
    if (incoming->generation != process_generation()) {
        incoming->lane = NULL; /* is the parent's, and what it is at */
        incoming->exchange = NULL;
    }
    if (incoming->exchange != NULL)
        lane_give_up(incoming->lane, incoming->exchange, SUPA_ERROR_CANCELLED);
    leave_lane(incoming);
    if (incoming->response == NULL)
        incoming->response = operation_end(&incoming->operation);
    supa_response_free(incoming->response);
    stream_free(&incoming->stream);
}
