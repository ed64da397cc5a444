/* SPDX-License-Identifier: MIT */
#include "multi/flight.h"

#include "base/clock.h"
#include "base/error.h"
#include "multi/multi_internal.h"
#include "transport/pool.h"

#include <stddef.h>

/* Up to the first row the query's time counts, then how long the rows stand still. */
void flight_arm(struct flight *flight)
{
    const struct operation *operation = &flight->operation;
    int64_t at = operation->call.deadline_us;

    if (flight->stream != NULL && flight->stream->rows != 0) {
        at = flight->is_held ? 0 : clock_deadline(operation->client->endpoint.stall_ms);
        if (flight->overall_us != 0 && (at == 0 || flight->overall_us < at))
            at = flight->overall_us;
    }
    timers_set(&flight->multi->timers, &flight->timer, at);
}

void flight_restart_time(struct flight *flight)
{
    operation_restart_time(&flight->operation);
    if (flight->state != FLIGHT_RESTING)
        flight_arm(flight);
}

/* The rows of a stream are called back first. */
static void end(struct flight *flight)
{
    timers_set(&flight->multi->timers, &flight->timer, 0);
    flight->state = FLIGHT_ENDED;
    if (flight->stream != NULL)
        return;
    flight->response = operation_end(&flight->operation);
    multi_end(flight);
}

/* The successor may be at another host. */
static void renewed(struct renewal *renewal, supa_client *client)
{
    struct flight *flight = (struct flight *)((char *)renewal - offsetof(struct flight, renewal));
    struct line *line = &flight->multi->line;
    enum operation_step step = operation_renewed(&flight->operation, client);
    struct lane_host *host = NULL;

    if (step != OPERATION_DONE) {
        host = line_join(line, flight->operation.client->endpoint.host);
        if (host == NULL) {
            operation_give_up(&flight->operation, SUPA_ERROR_NO_MEMORY, "out of memory");
            step = OPERATION_DONE;
        } else {
            line_leave(line, flight->host);
            flight->host = host;
        }
    }
    flight_go(flight, step, 1);
}

static void renew(struct flight *flight)
{
    supa_client *client = flight->operation.client;

    flight->state = FLIGHT_RENEWING;
    flight->renewal = (struct renewal){.done = renewed};
    timers_set(&flight->multi->timers, &flight->timer, flight->operation.main.deadline_us);
    client->renewer->renew_in(client->renewer, client, flight->multi, &flight->renewal);
}

void flight_go(struct flight *flight, enum operation_step step, int first)
{
    supa_multi *multi = flight->multi;

    switch (step) {
    case OPERATION_SEND:
        flight->state = FLIGHT_WAITING;
        flight_arm(flight);
        line_push(&multi->line, flight, first);
        return;
    case OPERATION_WAIT:
        flight->state = FLIGHT_RESTING;
        timers_set(&multi->timers, &flight->timer, flight->operation.wait_until_us);
        return;
    case OPERATION_RENEW:
        renew(flight);
        return;
    case OPERATION_DONE:
        end(flight);
        return;
    }
}

void flight_answered(struct flight *flight)
{
    line_back(&flight->multi->line, flight->host);
    flight_go(flight, operation_next(&flight->operation), 1);
}

void flight_send(struct flight *flight)
{
    supa_multi *multi = flight->multi;
    struct operation *operation = &flight->operation;
    const struct call *call;

    if (operation_is_over(operation)) {
        line_back(&multi->line, flight->host);
        end(flight);
        return;
    }
    call = operation_call(operation);
    if (!transport_has_lanes(operation->client->transport)) { /* a test's own */
        operation->client->transport->perform(
            operation->client->transport, call, operation_reply(operation));
    } else if (!pool_is_down(call->endpoint, operation_reply(operation))) {
        flight->exchange = lane_start(multi->lane, call, operation_reply(operation), flight);
        if (flight->exchange != NULL) {
            flight->state = FLIGHT_SENT;
            multi->sent++;
            return;
        }
        reply_refuse(operation_reply(operation), SUPA_ERROR_NO_MEMORY, "out of memory");
    }
    flight_answered(flight);
}

static void give_up_sent(struct flight *flight, supa_code code)
{
    lane_give_up(flight->multi->lane, flight->exchange, code);
    flight->exchange = NULL;
    flight->multi->sent--;
    flight_answered(flight);
}

/* What ended otherwise, or has not begun to be called back, has its own error. */
static int is_amid_rows(const struct flight *flight)
{
    if (flight->stream == NULL || flight->stream->error.code != SUPA_OK)
        return 0;
    return flight->state == FLIGHT_ENDED ? supa_response_ok(flight->operation.response)
                                         : flight->stream->rows != 0;
}

/* Rows that were not called back yet are not wanted any more, or did not come. */
static void drop_rows(struct flight *flight, supa_code code)
{
    supa_error *error = flight->stream != NULL ? &flight->stream->error : NULL;

    if (!is_amid_rows(flight))
        return;
    if (code == SUPA_ERROR_TIMEOUT)
        error_set(
            error, code, SUPA_ANSWERED, "no row came for too long (stall_ms, or the deadline)");
    else
        error_set(error, code, SUPA_ANSWERED, "cancelled amid the rows");
}

void flight_give_up(struct flight *flight, supa_code code)
{
    const char *problem = code == SUPA_ERROR_TIMEOUT ? "the deadline passed before it was sent"
                                                     : "cancelled before it was sent";

    drop_rows(flight, code);
    flight->is_held = 0;
    switch (flight->state) {
    case FLIGHT_WAITING:
        line_remove(&flight->multi->line, flight);
        operation_give_up(&flight->operation, code, problem);
        end(flight);
        return;
    case FLIGHT_SENT:
        give_up_sent(flight, code);
        return;
    case FLIGHT_RESTING:
        operation_give_up(&flight->operation, code, problem);
        end(flight);
        return;
    case FLIGHT_RENEWING:
    case FLIGHT_ENDED:
        if (flight->renewal.cancel != NULL)
            flight->renewal.cancel(&flight->renewal, code);
        return;
    }
}

void flight_timer(struct flight *flight)
{
    timers_set(&flight->multi->timers, &flight->timer, 0);
    if (flight->state == FLIGHT_RESTING)
        flight_go(
            flight, operation_is_over(&flight->operation) ? OPERATION_DONE : OPERATION_SEND, 1);
    else
        flight_give_up(flight, SUPA_ERROR_TIMEOUT);
}
