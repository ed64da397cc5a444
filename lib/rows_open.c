/* SPDX-License-Identifier: MIT */
/* The rows of one answer, read as they come. */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "operation.h"
#include "result/stream.h"
#include "rows_internal.h"
#include "transport/pool.h"

#include <pthread.h>

struct open_rows {
    supa_rows rows;      /* the first */
    unsigned generation; /* of the process that opened them */
    struct operation operation;
    enum operation_step step;
    struct stream stream;
    supa_response *response; /* once the answer has ended */
    struct lane *lane;       /* while it has not */
    struct exchange *exchange;
    supa_row first; /* was read by supa_rows_open */
    int has_first, has_ended;
    supa_error whom; /* whom an error is about, once the operation has ended */
};

static int give_none(supa_rows *rows, supa_row *row)
{
    (void)rows;
    (void)row;
    return 0;
}

static void free_none(supa_rows *rows)
{
    (void)rows;
}

static supa_rows none;

static void fill_none(void)
{
    none.next = give_none;
    none.free = free_none;
    error_no_memory(&none.error);
}

supa_rows *rows_no_memory(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, fill_none);
    return &none;
}

static void leave_lane(struct open_rows *open)
{
    if (open->lane == NULL)
        return;
    pool_give_back(open->lane);
    pool_leave(&open->operation.client->endpoint);
    open->lane = NULL;
    open->exchange = NULL;
}

static void about(const struct open_rows *open, supa_error *error)
{
    const supa_client *client = open->operation.client;

    if (client == NULL) /* a query that was never bound */
        return;
    error_about(error, client->target.side, client->target.store_id, open->operation.relation);
}

static void finish(struct open_rows *open)
{
    about(open, &open->whom);
    open->response = operation_end(&open->operation);
    open->operation.client = NULL;
}

/* A test's own transport gives the body as a whole. */
static void perform_whole(struct open_rows *open, struct transport *transport)
{
    const struct call *call = operation_call(&open->operation);
    struct reply *reply = operation_reply(&open->operation);

    transport->perform(transport, call, reply);
    if (call->sink != NULL && reply->code == SUPA_OK && reply->status >= 200 && reply->status < 300)
        splitter_feed(&open->stream.splitter, buffer_text(&reply->body), reply->body.length);
    open->step = operation_next(&open->operation);
}

static void begin_exchange(struct open_rows *open, const struct call *call)
{
    struct reply *reply = operation_reply(&open->operation);

    if (!pool_enter(call->endpoint, reply))
        return;
    open->lane = pool_borrow(call->endpoint->origin, reply);
    if (open->lane == NULL) {
        pool_leave(call->endpoint);
        return;
    }
    open->exchange = lane_start(open->lane, call, reply, open);
    if (open->exchange != NULL)
        return;
    reply_refuse(reply, SUPA_ERROR_NO_MEMORY, "out of memory");
    leave_lane(open);
}

static void send_now(struct open_rows *open)
{
    struct transport *transport = open->operation.client->transport;

    if (!transport_has_lanes(transport)) {
        perform_whole(open, transport);
        return;
    }
    begin_exchange(open, operation_call(&open->operation));
    if (open->exchange == NULL)
        open->step = operation_next(&open->operation);
}

static void wait_and_resend(struct open_rows *open)
{
    struct operation *operation = &open->operation;
    struct transport *transport = operation->client->transport;

    transport->wait(transport, operation->wait_until_us, operation->call.cancel);
    open->step = operation_is_over(operation) ? OPERATION_DONE : OPERATION_SEND;
}

static void answered(struct open_rows *open)
{
    leave_lane(open);
    open->step = operation_next(&open->operation);
}

static void stalled(struct open_rows *open)
{
    error_set(
        &open->stream.error, SUPA_ERROR_TIMEOUT, SUPA_ANSWERED,
        "no row came for %lld ms (stall_ms)", (long long)open->operation.client->endpoint.stall_ms);
    lane_give_up(open->lane, open->exchange, SUPA_ERROR_TIMEOUT);
    open->exchange = NULL;
    leave_lane(open);
}

/* Gets on, waiting until @until_us (0: as long as it takes) for the rows of an answer. */
static void get_on(struct open_rows *open, int64_t until_us)
{
    if (open->exchange != NULL) {
        if (open->exchange->is_paused)
            lane_resume(open->exchange);
        if (lane_step(open->lane, open->exchange, until_us))
            answered(open);
        return;
    }
    switch (open->step) {
    case OPERATION_SEND:
        send_now(open);
        return;
    case OPERATION_WAIT:
        wait_and_resend(open);
        return;
    case OPERATION_RENEW:
        open->step = operation_renew(&open->operation);
        return;
    case OPERATION_DONE:
        finish(open);
        return;
    }
}

/* How long this row may be waited for: the first one has the query's time. */
static int64_t stall_at(const struct open_rows *open)
{
    return open->stream.rows == 0 || open->response != NULL
               ? 0
               : clock_deadline(open->operation.client->endpoint.stall_ms);
}

/* Asked when no row is whole: bytes that do not make one, blanks for example, are none. */
static int has_stalled(const struct open_rows *open, int64_t until_us)
{
    return open->exchange != NULL && until_us != 0 && clock_us() >= until_us;
}

/* What the answer's rows were found to be, or what became of the answer. */
static void conclude(struct open_rows *open)
{
    open->has_ended = 1;
    if (open->response != NULL && !supa_response_ok(open->response)) {
        open->rows.error = *supa_response_error(open->response);
        return;
    }
    if (stream_finish(&open->stream) == SUPA_OK)
        return;
    open->rows.error = open->stream.error;
    if (open->operation.client != NULL)
        about(open, &open->whom);
    error_about(
        &open->rows.error, (supa_side)open->whom.side, open->whom.store_id, open->whom.relation);
}

/* The rows that came before an error are good ones. */
static int next(struct open_rows *open, supa_row *row)
{
    const int64_t until = stall_at(open);

    while (!open->has_ended) {
        switch (stream_next(&open->stream, row)) {
        case STREAM_ROW:
            return 1;
        case STREAM_BAD:
            conclude(open);
            break;
        case STREAM_MORE:
        case STREAM_END:
            if (open->response != NULL)
                conclude(open);
            else if (has_stalled(open, until))
                stalled(open);
            else
                get_on(open, until);
            break;
        }
    }
    return 0;
}

static int give_next(supa_rows *rows, supa_row *row)
{
    struct open_rows *open = (struct open_rows *)rows;

    if (!open->has_ended && process_check(open->generation, "the rows", &rows->error) != SUPA_OK)
        return 0;
    if (!open->has_first)
        return next(open, row);
    *row = open->first;
    open->has_first = 0;
    return 1;
}

static void free_open(supa_rows *rows)
{
    struct open_rows *open = (struct open_rows *)rows;

    if (open->generation != process_generation()) {
        open->lane = NULL; /* is the parent's, and what it is at */
        open->exchange = NULL;
    }
    if (open->exchange != NULL)
        lane_give_up(open->lane, open->exchange, SUPA_ERROR_CANCELLED);
    leave_lane(open);
    if (open->response == NULL)
        open->response = operation_end(&open->operation);
    supa_response_free(open->response);
    stream_free(&open->stream);
    memory_free(open);
}

supa_rows *supa_rows_open(supa_query *q)
{
    struct open_rows *open = memory_zero(sizeof *open);

    if (open == NULL) {
        supa_query_free(q);
        return rows_no_memory();
    }
    open->rows.next = give_next;
    open->rows.free = free_open;
    open->generation = process_generation();
    stream_init(&open->stream, -1);
    open->step = operation_begin_rows(&open->operation, q, &open->stream.sink);
    if (open->operation.client != NULL)
        stream_limit(&open->stream, open->operation.client->endpoint.max_response);
    open->has_first = next(open, &open->first);
    if (open->response == NULL && open->operation.q != NULL)
        open->operation.call.deadline_us = open->operation.q->deadline_us;
    return &open->rows;
}

int supa_rows_next(supa_rows *rows, supa_row *row)
{
    return rows != NULL && rows->next(rows, row);
}

const supa_error *supa_rows_error(const supa_rows *rows)
{
    return rows == NULL || rows->error.code == SUPA_OK ? NULL : &rows->error;
}

int supa_rows_close(supa_rows *rows, supa_error *error)
{
    const int code = rows != NULL ? (int)rows->error.code : SUPA_OK;

    error_clear(error);
    if (rows == NULL)
        return SUPA_OK;
    if (error != NULL && code != SUPA_OK)
        *error = rows->error;
    rows->free(rows);
    return code;
}
