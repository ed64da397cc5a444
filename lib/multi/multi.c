/* SPDX-License-Identifier: MIT */
#include "multi/multi_internal.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/process.h"
#include "multi/split.h"
#include "transport/pool.h"

#include <string.h>

#define SPARE 64 /* flights that are kept to be used again */

static int64_t bound(int64_t option)
{
    return option <= 0 ? -1 : option;
}

static void begin(supa_multi *multi, int64_t in_flight, int64_t per_host)
{
    multi->generation = process_generation();
    multi->max_in_flight = bound(in_flight);
    multi->line.per_host = bound(per_host);
    multi->last_ended = &multi->ended;
    multi->inbox_last = &multi->inbox;
    pthread_mutex_init(&multi->inbox_mutex, NULL);
    multi->loop.reader = multi->loop.writer = -1;
}

supa_multi *multi_over(struct lane *lane, int64_t in_flight)
{
    supa_multi *multi = memory_zero(sizeof *multi);

    if (multi == NULL)
        return NULL;
    begin(multi, in_flight, -1);
    multi->lane = lane;
    multi->lane_is_lent = 1;
    return multi;
}

/* The multi's connections: its own, or those of a lane of the pool's. */
static int take_lane(supa_multi *multi, const supa_multi_options *options, supa_error *error)
{
    int64_t connections = bound(options->max_connections);
    struct reply reply;

    multi->lane_is_lent = options->is_brief != 0;
    if (connections < 0 || connections > SOCKETS_KEPT)
        connections = SOCKETS_KEPT;
    reply_init(&reply);
    multi->lane = multi->lane_is_lent ? pool_borrow(0, &reply) : lane_new(1, (long)connections);
    if (multi->lane != NULL)
        return SUPA_OK;
    if (multi->lane_is_lent)
        return error_set(error, reply.code, SUPA_NOT_SENT, "%s", reply.problem);
    return error_no_memory(error);
}

supa_multi *supa_multi_new(const supa_multi_options *given, supa_error *error)
{
    supa_multi_options options = SUPA_MULTI_OPTIONS_INIT;
    supa_multi *multi;

    error_clear(error);
    if (given != NULL && options_read(&options, sizeof options, given) != 0) {
        error_argument(
            error, "the multi's options do not begin with SUPA_MULTI_OPTIONS_INIT, or set "
                   "something that this library does not know");
        return NULL;
    }
    multi = memory_zero(sizeof *multi);
    if (multi == NULL) {
        error_no_memory(error);
        return NULL;
    }
    begin(multi, options.max_in_flight, options.max_per_host);
    multi->transport = transport_take(error);
    if (multi->transport == NULL) {
        memory_free(multi);
        return NULL;
    }
    if (take_lane(multi, &options, error) == SUPA_OK)
        return multi;
    transport_give_back(multi->transport);
    memory_free(multi);
    return NULL;
}

static struct flight *make(supa_multi *multi, void *user)
{
    struct flight *flight;

    if (multi == NULL || multi->is_closing || multi->generation != process_generation() ||
        tickets_reserve(multi) != 0)
        return NULL;
    flight = multi->spare;
    if (flight != NULL) {
        multi->spare = flight->next;
        multi->spares--;
    } else if ((flight = memory_get(sizeof *flight)) == NULL) {
        return NULL;
    }
    memset(flight, 0, offsetof(struct flight, operation));
    flight->multi = multi;
    flight->user = user;
    flight->state = FLIGHT_ENDED;
    flight->slot = tickets_take(multi, flight);
    multi->count++;
    return flight;
}

struct flight *multi_flight(supa_multi *multi, supa_multi_done done, void *user)
{
    struct flight *flight = done != NULL ? make(multi, user) : NULL;

    if (flight != NULL)
        flight->done = done;
    return flight;
}

struct flight *
multi_flight_for(supa_multi *multi, void (*finish)(struct flight *flight), void *user)
{
    struct flight *flight = make(multi, user);

    if (flight != NULL)
        flight->finish = finish;
    return flight;
}

/* Joins the flight to its host and has its token watched. */
static int admit(struct flight *flight)
{
    struct operation *operation = &flight->operation;

    if (operation->main.cancel != NULL) {
        if (watch_begin(flight->multi, operation->main.cancel) != 0)
            return -1;
        flight->watched = operation->main.cancel;
    }
    flight->host = line_join(&flight->multi->line, operation->client->endpoint.host);
    return flight->host != NULL ? 0 : -1;
}

uint64_t multi_start(struct flight *flight, enum operation_step step)
{
    const uint64_t ticket = multi_ticket(flight);

    if (step != OPERATION_DONE && admit(flight) != 0) {
        operation_give_up(&flight->operation, SUPA_ERROR_NO_MEMORY, "out of memory");
        step = OPERATION_DONE;
    }
    flight_go(flight, step, 0);
    multi_nudge(flight->multi);
    return ticket;
}

uint64_t supa_multi_add(supa_multi *multi, supa_query *q, supa_multi_done done, void *user)
{
    struct flight *flight = multi_flight(multi, done, user);

    if (flight == NULL) {
        supa_query_free(q);
        return 0;
    }
    if (q != NULL && q->split)
        return split_start(flight, q);
    return multi_start(flight, operation_begin(&flight->operation, q, NULL));
}

void multi_end(struct flight *flight)
{
    supa_multi *multi = flight->multi;

    watch_end(multi, flight);
    if (flight->host != NULL)
        line_leave(&multi->line, flight->host);
    flight->host = NULL;
    flight->next = NULL;
    *multi->last_ended = flight;
    multi->last_ended = &flight->next;
}

static void forget_stream(supa_multi *multi, struct flight *flight)
{
    struct flight **place = &multi->streams;

    if (flight->stream == NULL)
        return;
    while (*place != flight)
        place = &(*place)->next_stream;
    *place = flight->next_stream;
    stream_free(flight->stream);
    memory_free(flight->stream);
}

static void keep_flight(supa_multi *multi, struct flight *flight)
{
    if (multi->spares == SPARE) {
        memory_free(flight);
        return;
    }
    multi->spares++;
    flight->next = multi->spare;
    multi->spare = flight;
}

static void call_back(supa_multi *multi, struct flight *flight)
{
    const supa_multi_done done = flight->done;
    void *user = flight->user;
    supa_response *response = flight->response;

    if (flight->finish != NULL)
        flight->finish(flight);
    forget_stream(multi, flight);
    split_free(flight);
    tickets_leave(multi, flight->slot);
    multi->count -= flight->part_of == NULL;
    keep_flight(multi, flight);
    if (done != NULL)
        done(user, response);
}

/* What ends during the callbacks is called back the next time. */
void multi_dispatch(supa_multi *multi)
{
    struct flight *ended;

    multi->in_callback = 1;
    for (struct flight *flight = multi->streams, *next; flight != NULL; flight = next) {
        next = flight->next_stream;
        flight_deliver(flight);
    }
    ended = multi->ended;
    multi->ended = NULL;
    multi->last_ended = &multi->ended;
    while (ended != NULL) {
        struct flight *flight = ended;

        ended = ended->next;
        call_back(multi, flight);
    }
    multi->in_callback = 0;
}

static void take_done(supa_multi *multi)
{
    struct exchange *exchange;

    while (multi->lane != NULL && (exchange = lane_done(multi->lane)) != NULL) {
        struct flight *flight = exchange->owner;

        lane_end(multi->lane, exchange);
        flight->exchange = NULL;
        multi->sent--;
        flight_answered(flight);
    }
}

static void take_timers(supa_multi *multi)
{
    struct timer *first = timers_first(&multi->timers);
    const int64_t now = first != NULL ? clock_us() : 0;

    while (first != NULL && first->at_us <= now) {
        flight_timer((struct flight *)first);
        first = timers_first(&multi->timers);
    }
}

int multi_may_send(const supa_multi *multi)
{
    return multi->line.ring != NULL &&
           (multi->max_in_flight < 0 || multi->sent < multi->max_in_flight);
}

static void send_waiting(supa_multi *multi)
{
    while (multi_may_send(multi))
        flight_send(line_next(&multi->line));
}

void multi_post(supa_multi *multi, struct post *post)
{
    post->next = NULL;
    pthread_mutex_lock(&multi->inbox_mutex);
    *multi->inbox_last = post;
    multi->inbox_last = &post->next;
    supa_multi_wakeup(multi); /* under the lock: once the post is taken, the multi may end */
    pthread_mutex_unlock(&multi->inbox_mutex);
}

static void take_posts(supa_multi *multi)
{
    struct post *post, *next;

    pthread_mutex_lock(&multi->inbox_mutex);
    post = multi->inbox;
    multi->inbox = NULL;
    multi->inbox_last = &multi->inbox;
    pthread_mutex_unlock(&multi->inbox_mutex);
    for (; post != NULL; post = next) {
        next = post->next;
        post->take(post);
    }
}

void multi_work(supa_multi *multi)
{
    take_posts(multi);
    take_done(multi);
    take_timers(multi);
    watch_fired(multi);
    send_waiting(multi);
}

int64_t multi_next_us(const supa_multi *multi)
{
    const struct timer *first = timers_first(&multi->timers);

    return first != NULL ? first->at_us : 0;
}

int multi_has_news(const supa_multi *multi)
{
    if (multi->ended != NULL)
        return 1;
    for (const struct flight *flight = multi->streams; flight != NULL;
         flight = flight->next_stream) {
        const int may_go_on = !flight->is_held || flight->stream->error.code != SUPA_OK;

        if (may_go_on && (flight->state == FLIGHT_ENDED || flight->stream->rows_ready))
            return 1;
    }
    return 0;
}

/* Only a test's own transport goes without a lane. */
static void move(supa_multi *multi)
{
    if (multi->lane != NULL)
        lane_work(multi->lane);
    multi_work(multi);
}

static int may_drive(const supa_multi *multi)
{
    return multi != NULL && !multi->in_callback && multi->loop.on_socket == NULL &&
           multi->generation == process_generation();
}

static void wait_for_news(supa_multi *multi, int64_t ms)
{
    const int64_t due = multi_next_us(multi);
    int64_t until = due == 0 ? INT64_MAX : (due - clock_us() + 999) / 1000;

    if (ms >= 0 && ms < until)
        until = ms;
    if (multi->lane == NULL) {
        cancel_sleep(NULL, due);
        return;
    }
    lane_wait(multi->lane, multi->looks, (unsigned)multi->watch_count, until);
}

int supa_multi_poll(supa_multi *multi, int64_t ms)
{
    if (!may_drive(multi))
        return -1;
    send_waiting(multi);
    move(multi); /* what has come meanwhile counts before whose time is over */
    if (!multi_has_news(multi) && ms != 0 && multi->count != 0) {
        wait_for_news(multi, ms);
        move(multi);
    }
    multi_dispatch(multi);
    return (int)multi->count;
}

int supa_multi_run(supa_multi *multi)
{
    int left = 0;

    if (!may_drive(multi))
        return -1;
    while (multi->count != 0 && left >= 0)
        left = supa_multi_poll(multi, -1);
    return left < 0 ? -1 : 0;
}

size_t supa_multi_count(const supa_multi *multi)
{
    return multi != NULL ? multi->count : 0;
}

int supa_multi_cancel(supa_multi *multi, uint64_t ticket)
{
    struct flight *flight = multi_find(multi, ticket);

    if (flight == NULL)
        return -1;
    if (flight->split != NULL)
        split_cancel(flight);
    else
        flight_give_up(flight, SUPA_ERROR_CANCELLED);
    multi_nudge(multi);
    return 0;
}

void supa_multi_wakeup(supa_multi *multi)
{
    if (multi == NULL)
        return;
    if (multi->loop.on_socket != NULL)
        loop_wake(multi);
    else
        lane_wake(multi->lane);
}

void multi_nudge(supa_multi *multi)
{
    if (multi->loop.on_socket != NULL)
        loop_settle(multi);
}

static void cancel_all(supa_multi *multi)
{
    for (size_t i = 0; i < multi->slot_count; i++) {
        struct flight *flight = multi->slots[i].flight;

        if (flight != NULL && flight->split != NULL)
            split_cancel(flight);
        else if (flight != NULL)
            flight_give_up(flight, SUPA_ERROR_CANCELLED);
    }
}

static void free_memory(supa_multi *multi)
{
    pthread_mutex_destroy(&multi->inbox_mutex);
    while (multi->spare != NULL) {
        struct flight *next = multi->spare->next;

        memory_free(multi->spare);
        multi->spare = next;
    }
    timers_free(&multi->timers);
    memory_free(multi->slots);
    memory_free(multi->watches);
    memory_free(multi->looks);
    memory_free(multi);
}

/* In a child of fork the lane and what is in flight are the parent's: to end them would be to speak
 * on its connections. */
void supa_multi_free(supa_multi *multi)
{
    const int is_ours = multi != NULL && multi->generation == process_generation();

    if (multi == NULL || multi->in_callback)
        return;
    if (is_ours) {
        multi->is_closing = 1;
        while (multi->count != 0) {
            cancel_all(multi);
            multi_work(multi);
            multi_dispatch(multi);
        }
        loop_end(multi);
        if (!multi->lane_is_lent)
            lane_free(multi->lane);
        else if (multi->lane != NULL)
            pool_give_back(multi->lane);
        transport_give_back(multi->transport);
    }
    free_memory(multi);
}
