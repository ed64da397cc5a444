/* SPDX-License-Identifier: MIT */
/* The rows of a flight that are called back one by one. */
#include "base/error.h"
#include "base/memory.h"
#include "multi/flight.h"
#include "multi/multi_internal.h"

/* The response says how it ended: by the answer's own error, or by what the rows were found to be. */
static void finish(struct flight *flight)
{
    struct operation *operation = &flight->operation;
    struct stream *stream = flight->stream;

    if (stream->error.code == SUPA_OK && supa_response_ok(operation->response))
        stream_finish(stream);
    if (stream->error.code != SUPA_OK)
        operation_fail(operation, &stream->error);
    flight->response = operation_end(operation);
    multi_end(flight);
}

/* From the first row on its own time does not count any more. */
static void note_progress(struct flight *flight, int64_t rows_before)
{
    struct operation *operation = &flight->operation;

    if (flight->state != FLIGHT_SENT || flight->stream->rows == rows_before)
        return;
    if (rows_before == 0) {
        flight->overall_us = operation->q->deadline_us;
        operation->call.deadline_us = 0;
    }
    flight_arm(flight);
}

/* One row is called back; 0 when no further one is wanted now. */
static int give_row(struct flight *flight, supa_row row)
{
    switch (flight->on_row(flight->user, row)) {
    case SUPA_ROWS_GO_ON:
        return 1;
    case SUPA_ROWS_PAUSE:
        flight->is_held = 1;
        return 0;
    default:
        error_set(
            &flight->stream->error, SUPA_ERROR_CANCELLED, SUPA_ANSWERED,
            "no further row was wanted");
        return 0;
    }
}

/* 1 when there may be more rows now. */
static int next_row(struct flight *flight)
{
    supa_row row = {NULL, 0};

    switch (stream_next(flight->stream, &row)) {
    case STREAM_ROW:
        return give_row(flight, row);
    case STREAM_MORE:
    case STREAM_END:
        if (flight->state != FLIGHT_SENT || !flight->exchange->is_paused)
            return 0;
        lane_resume(flight->exchange);
        return !flight->exchange->is_paused;
    case STREAM_BAD:
        break;
    }
    return 0;
}

void flight_deliver(struct flight *flight)
{
    const int64_t before = flight->stream->rows;

    if (flight->state == FLIGHT_WAITING || flight->state == FLIGHT_RESTING ||
        flight->state == FLIGHT_RENEWING)
        return;
    while (!flight->is_held && next_row(flight))
        continue;
    if (flight->stream->error.code != SUPA_OK && flight->state == FLIGHT_SENT)
        flight_give_up(flight, SUPA_ERROR_CANCELLED);
    note_progress(flight, before);
    if (flight->state == FLIGHT_ENDED &&
        (!flight->is_held || flight->stream->error.code != SUPA_OK))
        finish(flight);
}

uint64_t supa_multi_rows(
    supa_multi *multi, supa_query *q, supa_multi_row on_row, supa_multi_done on_end, void *user)
{
    struct flight *flight = on_row != NULL ? multi_flight(multi, on_end, user) : NULL;
    enum operation_step step;
    struct stream *stream;

    if (flight == NULL) {
        supa_query_free(q);
        return 0;
    }
    stream = memory_get(sizeof *stream);
    if (stream == NULL) {
        operation_begin(&flight->operation, NULL, NULL);
        supa_query_free(q);
        operation_give_up(&flight->operation, SUPA_ERROR_NO_MEMORY, "out of memory");
        return multi_start(flight, OPERATION_DONE);
    }
    stream_init(stream, -1);
    flight->on_row = on_row;
    flight->stream = stream;
    flight->next_stream = multi->streams;
    multi->streams = flight;
    step = operation_begin_rows(&flight->operation, q, &stream->sink);
    if (flight->operation.client != NULL)
        stream_limit(stream, flight->operation.client->endpoint.max_response);
    return multi_start(flight, step);
}

int supa_multi_resume(supa_multi *multi, uint64_t ticket)
{
    struct flight *flight = multi_find(multi, ticket);

    if (flight == NULL || flight->stream == NULL)
        return -1;
    if (!flight->is_held)
        return 0;
    flight->is_held = 0;
    if (flight->state == FLIGHT_SENT)
        flight_arm(flight);
    multi_nudge(multi);
    return 0;
}
