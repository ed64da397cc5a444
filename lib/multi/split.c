/* SPDX-License-Identifier: MIT */
#include "multi/split.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "multi/multi_internal.h"
#include "query/parts.h"
#include "transport/pool.h"

#define AT_ONCE 16 /* parts that are under way at once */

struct splitting {
    struct flight *flight; /* that is called back in the end */
    supa_query *q;
    struct parts parts;
    supa_response **answers; /* by part */
    int64_t deadline_us;
    size_t next, under_way;
    supa_error error; /* of the first part that failed */
};

/* One part under way. */
struct part {
    struct splitting *split;
    size_t number;
};

static void fail(struct splitting *split, const supa_error *error)
{
    if (split->error.code == SUPA_OK)
        split->error = *error;
}

/* One part that was cut cuts the whole, and it is whole only if all are. */
static supa_truncation truncation(const struct splitting *split)
{
    supa_truncation whole = SUPA_TRUNCATED_NO;

    for (size_t i = 0; i < split->parts.part_count; i++) {
        const supa_truncation part = supa_response_truncated(split->answers[i]);

        if (part == SUPA_TRUNCATED_YES || whole == SUPA_TRUNCATED_NO)
            whole = part;
        if (whole == SUPA_TRUNCATED_YES)
            break;
    }
    return whole;
}

/* The rows of all parts, in the order of the list. */
static supa_response *joined(struct splitting *split)
{
    struct buffer rows = BUFFER_INIT;
    supa_response *first = split->answers[0];
    supa_error error;

    buffer_putc(&rows, '[');
    for (size_t i = 0; i < split->parts.part_count; i++)
        response_join_rows(&rows, split->answers[i]);
    buffer_putc(&rows, ']');
    first->truncated = truncation(split);
    split->answers[0] = NULL;
    if (buffer_failed(&rows)) {
        error_no_memory(&error);
        error.outcome = SUPA_ANSWERED;
        response_fail(first, &error);
    } else {
        response_set_rows(first, &rows);
    }
    buffer_free(&rows);
    return first;
}

static void finish(struct splitting *split)
{
    struct flight *flight = split->flight;

    if (split->error.code == SUPA_OK) {
        flight->response = joined(split);
    } else {
        flight->response = response_new();
        response_fail(flight->response, &split->error);
    }
    multi_end(flight);
}

static void start_parts(struct splitting *split);

static void part_done(void *user, supa_response *response)
{
    struct part *part = user;
    struct splitting *split = part->split;

    split->under_way--;
    split->answers[part->number] = response;
    memory_free(part);
    if (!supa_response_ok(response) && split->error.code == SUPA_OK) {
        fail(split, supa_response_error(response));
        split_cancel(split->flight); /* the others are of no use any more */
    }
    start_parts(split);
}

/* 0, or −1 when memory is gone. */
static int start_part(struct splitting *split, size_t number)
{
    struct part *part = memory_get(sizeof *part);
    struct flight *flight =
        part != NULL ? multi_flight(split->flight->multi, part_done, part) : NULL;
    supa_query *q;

    if (flight == NULL) {
        memory_free(part);
        return -1;
    }
    *part = (struct part){split, number};
    flight->part_of = split->flight;
    flight->multi->count--; /* the whole is counted */
    q = parts_query(&split->parts, number);
    q->timeout_ms = 0;
    q->deadline_us = split->deadline_us;
    multi_start(flight, operation_begin(&flight->operation, q, NULL));
    return 0;
}

static void start_parts(struct splitting *split)
{
    supa_error error;

    while (split->error.code == SUPA_OK && split->next < split->parts.part_count &&
           split->under_way < AT_ONCE) {
        split->under_way++;
        if (start_part(split, split->next++) != 0) {
            split->under_way--;
            error_no_memory(&error);
            fail(split, &error);
        }
    }
    if (split->under_way == 0)
        finish(split);
}

static int64_t deadline_of(const supa_query *q)
{
    const int64_t ms =
        q->timeout_ms >= 0 || q->target == NULL ? q->timeout_ms : q->target->timeout_ms;
    const int64_t own = clock_deadline(ms);

    return q->deadline_us == 0 || (own != 0 && own < q->deadline_us) ? own : q->deadline_us;
}

static void plan(struct splitting *split)
{
    supa_error error;

    if (parts_plan(&split->parts, split->q) != SUPA_OK) {
        fail(split, &split->q->mistake);
        return;
    }
    split->answers = memory_zero(split->parts.part_count * sizeof *split->answers);
    if (split->answers == NULL) {
        error_no_memory(&error);
        fail(split, &error);
    }
}

uint64_t split_start(struct flight *flight, supa_query *q)
{
    struct splitting *split = memory_zero(sizeof *split);
    supa_error error;

    if (split == NULL) {
        supa_query_free(q);
        error_no_memory(&error);
        flight->response = response_new();
        response_fail(flight->response, &error);
        multi_end(flight);
        return multi_ticket(flight);
    }
    split->flight = flight;
    split->q = q;
    split->deadline_us = deadline_of(q);
    flight->split = split;
    plan(split);
    start_parts(split);
    return multi_ticket(flight);
}

void split_cancel(struct flight *flight)
{
    supa_multi *multi = flight->multi;
    supa_error error;

    error_set(&error, SUPA_ERROR_CANCELLED, SUPA_ANSWERED, "cancelled amid its parts");
    fail(flight->split, &error);
    for (size_t i = 0; i < multi->slot_count; i++) {
        struct flight *part = multi->slots[i].flight;

        if (part != NULL && part->part_of == flight)
            flight_give_up(part, SUPA_ERROR_CANCELLED);
    }
}

void split_free(struct flight *flight)
{
    struct splitting *split = flight->split;

    if (split == NULL)
        return;
    for (size_t i = 0; split->answers != NULL && i < split->parts.part_count; i++)
        supa_response_free(split->answers[i]);
    memory_free(split->answers);
    parts_free(&split->parts);
    supa_query_free(split->q);
    memory_free(split);
    flight->split = NULL;
}

static void keep(void *user, supa_response *response)
{
    supa_response **place = user;

    *place = response;
}

static supa_response *failed(struct reply *reply, const struct target *target)
{
    supa_response *response = response_new();
    supa_error error;

    error_set(&error, reply->code, SUPA_NOT_SENT, "%s", reply->problem);
    error.retryable = reply->code == SUPA_ERROR_BUSY;
    error_about(&error, target->side, target->store_id, "");
    response_fail(response, &error);
    return response;
}

/* Runs the parts over a lane of the process's, which knows the host. */
static supa_response *run(supa_query *q, struct lane *lane)
{
    supa_multi *multi = multi_over(lane, AT_ONCE);
    struct flight *flight = multi_flight(multi, keep, NULL);
    supa_response *response = NULL;

    if (flight == NULL) {
        if (multi == NULL && lane != NULL)
            pool_give_back(lane);
        supa_multi_free(multi);
        query_no_memory(q);
        response = response_new();
        response_fail(response, &q->mistake);
        supa_query_free(q);
        return response;
    }
    flight->user = &response;
    split_start(flight, q);
    supa_multi_run(multi);
    supa_multi_free(multi);
    return response;
}

supa_response *split_execute(supa_query *q)
{
    const struct target *target = q->target;
    struct reply reply;
    supa_response *response;
    struct lane *lane = NULL;

    reply_init(&reply);
    if (target != NULL && transport_has_lanes(((supa_client *)q->target)->transport)) {
        lane = pool_borrow(((supa_client *)q->target)->endpoint.origin, &reply);
        if (lane == NULL) {
            response = failed(&reply, target);
            supa_query_free(q);
            return response;
        }
    }
    return run(q, lane);
}
