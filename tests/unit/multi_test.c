/* SPDX-License-Identifier: MIT */
/* A supa_multi over the fake transport, which answers at once. */
#include "base/clock.h"
#include "multi/multi_internal.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <supa/cancel.h>
#include <supa/multi.h>
#include <supa/response.h>
#include <time.h>

#define KEPT 256

static struct world world;
static supa_multi *multi;

/* What was called back, in order. */
static struct {
    size_t count;
    supa_error errors[KEPT];
    const void *users[KEPT];
    size_t rows[KEPT];
} got;

static void done(void *user, supa_response *response)
{
    const supa_error *error = supa_response_error(response);

    CU_ASSERT_PTR_NOT_NULL(response);
    if (got.count < KEPT) {
        got.users[got.count] = user;
        got.rows[got.count] = supa_response_row_count(response);
        got.errors[got.count] = error != NULL ? *error : (supa_error){.code = SUPA_OK};
    }
    got.count++;
    supa_response_free(response);
}

static int code_of(size_t i)
{
    return i < got.count ? got.errors[i].code : -1;
}

/* A retry waits for a millisecond. */
static void start(void)
{
    supa_client_options options = world_options();

    options.retry_base_ms = 1;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    memset(&got, 0, sizeof got);
    multi = supa_multi_new(NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(multi);
}

static void end(void)
{
    supa_multi_free(multi);
    multi = NULL;
    world_end(&world);
}

static supa_query *get(void)
{
    return supa_from(world.client, "t");
}

static supa_query *mistaken(void)
{
    return supa_timeout(get(), -1);
}

static uint64_t add(supa_query *q, const void *user)
{
    return supa_multi_add(multi, q, done, (void *)(uintptr_t)user);
}

static void each_query_is_called_back_once(void)
{
    static const char names[3] = "abc";

    start();
    for (int i = 0; i < 3; i++)
        CU_ASSERT_NOT_EQUAL(add(i == 1 ? mistaken() : get(), &names[i]), 0);
    CU_ASSERT_EQUAL(got.count, 0);
    CU_ASSERT_EQUAL(world.calls, 0);
    CU_ASSERT_EQUAL(supa_multi_count(multi), 3);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL_FATAL(got.count, 3);
    CU_ASSERT_EQUAL(supa_multi_count(multi), 0);
    for (size_t i = 0; i < 3; i++) {
        const int is_wrong = got.users[i] == &names[1];

        CU_ASSERT_EQUAL(code_of(i), is_wrong ? SUPA_ERROR_ARGUMENT : SUPA_OK);
    }
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 0);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, -1), 0);
    CU_ASSERT_EQUAL(got.count, 3);
    end();
}

static void a_poll_without_waiting_gets_on(void)
{
    start();
    add(get(), NULL);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 0);
    CU_ASSERT_EQUAL(got.count, 1);
    end();
}

static void what_cannot_be_called_back_is_refused(void)
{
    struct {
        supa_multi_options known;
        size_t more;
    } options = {{sizeof options, 1, 1, 1, 0, 0}, 1};
    supa_error error;

    start();
    CU_ASSERT_EQUAL(supa_multi_add(NULL, get(), done, NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_add(multi, get(), NULL, NULL), 0);
    CU_ASSERT_NOT_EQUAL(add(NULL, NULL), 0);
    CU_ASSERT_NOT_EQUAL(add(supa_template("t"), NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(got.count, 2);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(code_of(1), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_multi_run(NULL), -1);
    CU_ASSERT_EQUAL(supa_multi_poll(NULL, 0), -1);
    CU_ASSERT_EQUAL(supa_multi_count(NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_cancel(NULL, 1), -1);
    CU_ASSERT_EQUAL(supa_multi_resume(NULL, 1), -1);
    supa_multi_wakeup(NULL);
    supa_multi_free(NULL);
    CU_ASSERT_PTR_NULL(supa_multi_new(&options.known, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    end();
}

static int left; /* to be added by add_more */

static void add_more(void *user, supa_response *response)
{
    const size_t before = got.count;

    done(user, response);
    if (left-- > 0) {
        CU_ASSERT_NOT_EQUAL(supa_multi_add(multi, get(), add_more, NULL), 0);
        CU_ASSERT_NOT_EQUAL(supa_multi_add(multi, mistaken(), done, NULL), 0);
    }
    CU_ASSERT_EQUAL(got.count, before + 1);
}

static void a_callback_may_add_more(void)
{
    start();
    left = 20;
    supa_multi_add(multi, get(), add_more, NULL);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(got.count, 41);
    end();
}

static void drive(void *user, supa_response *response)
{
    CU_ASSERT_EQUAL(supa_multi_run(multi), -1);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), -1);
    supa_multi_free(multi);
    CU_ASSERT_EQUAL(supa_exec(get(), NULL), SUPA_OK);
    done(user, response);
}

static void a_callback_may_not_drive_its_multi(void)
{
    start();
    supa_multi_add(multi, get(), drive, NULL);
    add(get(), NULL);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(got.count, 2);
    end();
}

static void add_while_closing(void *user, supa_response *response)
{
    CU_ASSERT_EQUAL(supa_multi_add(multi, get(), done, NULL), 0);
    done(user, response);
}

static void whoever_frees_cancels_all(void)
{
    start();
    for (int i = 0; i < 10; i++)
        supa_multi_add(multi, get(), add_while_closing, NULL);
    add(mistaken(), NULL);
    supa_multi_free(multi);
    multi = NULL;
    CU_ASSERT_EQUAL(world.calls, 0);
    CU_ASSERT_EQUAL_FATAL(got.count, 11);
    for (size_t i = 0, cancelled = 0; i < 11; i++) {
        cancelled += code_of(i) == SUPA_ERROR_CANCELLED;
        CU_ASSERT(i < 10 || cancelled == 10);
        CU_ASSERT_EQUAL(got.errors[i].outcome, SUPA_NOT_SENT);
    }
    end();
}

static void a_ticket_cancels_one_query(void)
{
    uint64_t tickets[3];

    start();
    for (int i = 0; i < 3; i++)
        tickets[i] = add(get(), &tickets[i]);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, tickets[1]), 0);
    CU_ASSERT_EQUAL(supa_multi_count(multi), 3);
    CU_ASSERT_EQUAL(got.count, 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL_FATAL(got.count, 3);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(code_of(i), got.users[i] == &tickets[1] ? SUPA_ERROR_CANCELLED : SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 2);
    end();
}

static void a_ticket_is_good_once(void)
{
    uint64_t first, second;

    start();
    first = add(get(), NULL);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, first), -1);
    second = add(get(), NULL);
    CU_ASSERT_NOT_EQUAL(second, first);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, first), -1);
    CU_ASSERT_EQUAL(supa_multi_resume(multi, first), -1);
    CU_ASSERT_EQUAL(supa_multi_resume(multi, second), -1); /* no stream */
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, 0), -1);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, UINT64_MAX), -1);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, second + 1), -1);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, second), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(code_of(1), SUPA_ERROR_CANCELLED);
    end();
}

static void places_are_used_again(void)
{
    static uint64_t tickets[200];

    start();
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < COUNT(tickets); i++) {
            const uint64_t ticket = add(get(), NULL);

            CU_ASSERT_NOT_EQUAL(ticket, tickets[i]);
            tickets[i] = ticket;
        }
        for (size_t i = 0; i < COUNT(tickets); i += 3)
            CU_ASSERT_EQUAL(supa_multi_cancel(multi, tickets[i]), 0);
        CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    }
    CU_ASSERT_EQUAL(got.count, 5 * COUNT(tickets));
    CU_ASSERT_EQUAL(multi->slot_count, COUNT(tickets));
    CU_ASSERT_EQUAL(multi->spares, 64);
    end();
}

static void a_token_cancels_all_that_carry_it(void)
{
    supa_cancel *token = supa_cancel_new(), *other = supa_cancel_new();

    start();
    for (int i = 0; i < 30; i++)
        add(i % 3 == 2 ? get() : supa_cancel_with(get(), i % 3 == 0 ? token : other),
            i % 3 == 0 ? token : other);
    supa_cancel_fire(token);
    add(supa_cancel_with(get(), token), token);
    supa_cancel_unref(token);
    supa_cancel_unref(other);
    CU_ASSERT_EQUAL(multi->watch_count, 2);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(got.count, 31);
    for (size_t i = 0; i < got.count; i++)
        CU_ASSERT_EQUAL(code_of(i), got.users[i] == token ? SUPA_ERROR_CANCELLED : SUPA_OK);
    CU_ASSERT_EQUAL(multi->watch_count, 0);
    CU_ASSERT_EQUAL(world.calls, 20);
    end();
}

static void many_tokens_may_fire(void)
{
    supa_cancel *tokens[40];

    start();
    for (size_t i = 0; i < COUNT(tokens); i++) {
        tokens[i] = supa_cancel_new();
        add(supa_cancel_with(get(), tokens[i]), NULL);
    }
    for (size_t i = 0; i < COUNT(tokens); i++) {
        if (i % 4 != 1)
            supa_cancel_fire(tokens[i]);
        supa_cancel_unref(tokens[i]);
    }
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(got.count, COUNT(tokens));
    CU_ASSERT_EQUAL(world.calls, COUNT(tokens) / 4);
    end();
}

static const struct script down[] = {
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {200, NULL, "[{\"id\":1}]", SUPA_OK, SUPA_ANSWERED}};

static void retries_are_waited_for_among_others(void)
{
    start();
    world_answer(&world, down, 3);
    add(supa_retry(get(), 2), &down);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    add(get(), NULL);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(got.count, 2);
    CU_ASSERT_EQUAL(code_of(0) == SUPA_OK, code_of(1) != SUPA_OK);
    end();
}

/* A query that waits for a minute until it is tried again. */
static uint64_t add_resting(supa_query *q)
{
    uint64_t ticket;

    world.client->options.retry_base_ms = 60000;
    world_answer(&world, down, 2);
    ticket = add(supa_timeout(supa_retry(q, 2), 0), NULL);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    return ticket;
}

static void who_rests_can_be_cancelled(void)
{
    supa_cancel *token = supa_cancel_new();
    uint64_t ticket;

    start();
    ticket = add_resting(get());
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_CANCELLED);
    add_resting(supa_cancel_with(get(), token));
    supa_cancel_fire(token);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(code_of(1), SUPA_ERROR_CANCELLED);
    add_resting(get());
    supa_multi_free(multi);
    multi = NULL;
    CU_ASSERT_EQUAL(code_of(2), SUPA_ERROR_CANCELLED);
    supa_cancel_unref(token);
    end();
}

static void *wake(void *user)
{
    const struct timespec moment = {0, 20000000};

    nanosleep(&moment, NULL);
    supa_multi_wakeup(user);
    return NULL;
}

static void *fire(void *user)
{
    const struct timespec moment = {0, 20000000};

    nanosleep(&moment, NULL);
    supa_cancel_fire(user);
    return NULL;
}

static void a_wait_can_be_ended_from_another_thread(void)
{
    supa_cancel *token = supa_cancel_new();
    pthread_t thread;
    int64_t began;

    start();
    add_resting(supa_cancel_with(get(), token));
    began = clock_us();
    supa_multi_wakeup(multi); /* the next poll */
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 30000), 1);
    CU_ASSERT_EQUAL(pthread_create(&thread, NULL, wake, multi), 0);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 30000), 1);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(pthread_create(&thread, NULL, fire, token), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    pthread_join(thread, NULL);
    CU_ASSERT(clock_us() - began < 20000000);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_CANCELLED);
    supa_cancel_unref(token);
    end();
}

static void a_deadline_ends_what_waits(void)
{
    start();
    multi->max_in_flight = 1;
    multi->sent = 1; /* as if one were on its way */
    add(supa_timeout(get(), 20), NULL);
    add(supa_deadline_by(get(), supa_deadline_in(20)), NULL);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(world.calls, 0);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(code_of(1), SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(got.errors[0].outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(got.errors[0].retryable, 1);
    multi->sent = 0;
    end();
}

static void what_is_in_flight_is_bounded(void)
{
    start();
    multi->max_in_flight = 2;
    multi->sent = 2;
    add(get(), NULL);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    CU_ASSERT_EQUAL(world.calls, 0);
    multi->sent = 1;
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 0);
    CU_ASSERT_EQUAL(world.calls, 1);
    multi->sent = 0;
    end();
}

static void options_of_nothing_are_no_bounds(void)
{
    static const struct {
        int64_t given, bound;
    } rows[] = {{0, -1}, {-1, -1}, {1, 1}, {32, 32}, {100000, 100000}};
    supa_multi_options options = SUPA_MULTI_OPTIONS_INIT;

    for (size_t i = 0; i < COUNT(rows); i++) {
        options.max_in_flight = options.max_per_host = options.max_connections = rows[i].given;
        multi = supa_multi_new(&options, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(multi);
        CU_ASSERT_EQUAL(multi->max_in_flight, rows[i].bound);
        CU_ASSERT_EQUAL(multi->line.per_host, rows[i].bound);
        supa_multi_free(multi);
    }
    multi = NULL;
}

static void (*perform_fake)(
    struct transport *transport, const struct call *call, struct reply *reply);

/* The fake gives bodies as a whole; a stream's go to its sink. */
static void
perform_into_sink(struct transport *transport, const struct call *call, struct reply *reply)
{
    perform_fake(transport, call, reply);
    if (call->sink == NULL || reply->status != 200)
        return;
    if (buffer_failed(&reply->body) ||
        call->sink->take(call->sink, buffer_text(&reply->body), reply->body.length) != 0)
        reply->code = SUPA_ERROR_NO_MEMORY;
    reply->streamed = 1;
    buffer_clear(&reply->body);
}

/* What each row is answered with, by row; GO_ON behind that. */
static int wishes[8];
static int rows_seen;
static uint64_t own_ticket;

static int on_row(void *user, supa_row row)
{
    int64_t id = 0;

    (void)user;
    CU_ASSERT_EQUAL(supa_row_int64(row, "id", &id), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(id, ++rows_seen);
    return rows_seen <= 8 ? wishes[rows_seen - 1] : SUPA_ROWS_GO_ON;
}

static uint64_t start_rows(const char *body)
{
    static struct script answer;

    answer = (struct script){200, NULL, body, SUPA_OK, SUPA_ANSWERED};
    start();
    perform_fake = world.transport.perform;
    world.transport.perform = perform_into_sink;
    world_answer(&world, &answer, 1);
    memset(wishes, 0, sizeof wishes);
    rows_seen = 0;
    own_ticket = supa_multi_rows(multi, get(), on_row, done, NULL);
    CU_ASSERT_NOT_EQUAL(own_ticket, 0);
    CU_ASSERT_EQUAL(rows_seen, 0);
    return own_ticket;
}

#define FOUR "[{\"id\":1},{\"id\":2},{\"id\":3},{\"id\":4}]"

static void rows_are_called_back_one_by_one(void)
{
    static const struct {
        const char *body;
        int rows;
        supa_code code;
    } rows[] = {
        {FOUR, 4, SUPA_OK},
        {"[]", 0, SUPA_OK},
        {"[{\"id\":1},{\"id\":2},{\"i", 2, SUPA_ERROR_MALFORMED},
        {"[{\"id\":1},{\"id\":x}]", 1, SUPA_ERROR_MALFORMED},
        {"{}", 0, SUPA_ERROR_MALFORMED},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        start_rows(rows[i].body);
        CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
        CU_ASSERT_EQUAL(rows_seen, rows[i].rows);
        CU_ASSERT_EQUAL(got.count, 1);
        CU_ASSERT_EQUAL(code_of(0), (int)rows[i].code);
        CU_ASSERT_EQUAL(got.rows[0], 0);
        CU_ASSERT(world_same(got.errors[0].relation, rows[i].code != SUPA_OK ? "t" : ""));
        end();
    }
}

static void rows_can_be_paused_and_stopped(void)
{
    const uint64_t ticket = start_rows(FOUR);

    wishes[1] = wishes[3] = SUPA_ROWS_PAUSE;
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    CU_ASSERT_EQUAL(rows_seen, 2);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    CU_ASSERT_EQUAL(rows_seen, 2);
    CU_ASSERT_EQUAL(supa_multi_resume(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, -1), 1);
    CU_ASSERT_EQUAL(rows_seen, 4);
    CU_ASSERT_EQUAL(got.count, 0);
    CU_ASSERT_EQUAL(supa_multi_resume(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(code_of(0), SUPA_OK);
    CU_ASSERT_EQUAL(supa_multi_resume(multi, ticket), -1);
    end();
    start_rows(FOUR);
    wishes[2] = SUPA_ROWS_STOP;
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(rows_seen, 3);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_CANCELLED);
    end();
}

/* Neither the ticket nor a token waits for a row to be wanted. */
static void what_is_paused_can_be_cancelled(void)
{
    supa_cancel *token = supa_cancel_new();
    uint64_t ticket = start_rows(FOUR);
    int64_t began = clock_us();

    wishes[0] = SUPA_ROWS_PAUSE;
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 20000), 0);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(rows_seen, 1);
    world_answer(&world, world.answers, 1);
    rows_seen = 0;
    supa_multi_rows(multi, supa_cancel_with(get(), token), on_row, done, NULL);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    supa_cancel_fire(token);
    for (int i = 0; i < 5 && supa_multi_count(multi) != 0; i++)
        supa_multi_poll(multi, 1000);
    CU_ASSERT_EQUAL(supa_multi_count(multi), 0);
    CU_ASSERT_EQUAL(code_of(1), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(rows_seen, 1);
    CU_ASSERT(clock_us() - began < 10000000);
    supa_cancel_unref(token);
    end();
}

static int cancel_within(void *user, supa_row row)
{
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, own_ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), -1);
    CU_ASSERT_NOT_EQUAL(add(get(), NULL), 0);
    return on_row(user, row);
}

static void a_row_s_callback_may_cancel(void)
{
    start_rows(FOUR);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, own_ticket), 0);
    rows_seen = 0;
    own_ticket = supa_multi_rows(multi, get(), cancel_within, done, NULL);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(rows_seen, 1);
    CU_ASSERT_EQUAL(got.count, 3);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(got.errors[0].outcome, SUPA_ANSWERED);
    CU_ASSERT_EQUAL(code_of(1), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(got.errors[1].outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(code_of(2), SUPA_OK);
    end();
}

static void rows_that_cannot_be_read_are_refused(void)
{
    uint64_t ticket;

    start();
    CU_ASSERT_EQUAL(supa_multi_rows(multi, get(), NULL, done, NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_rows(multi, get(), on_row, NULL, NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_rows(NULL, get(), on_row, done, NULL), 0);
    ticket = supa_multi_rows(multi, supa_csv(get()), on_row, done, NULL);
    CU_ASSERT_NOT_EQUAL(ticket, 0);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_NOT_EQUAL(supa_multi_rows(multi, supa_split(get()), on_row, done, NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(got.count, 2);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(code_of(1), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(world.calls, 0);
    end();
}

static void streams_that_are_paused_end_with_their_multi(void)
{
    start_rows(FOUR);
    wishes[0] = SUPA_ROWS_PAUSE;
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    end();
    CU_ASSERT_EQUAL(got.count, 1);
    CU_ASSERT_EQUAL(code_of(0), SUPA_ERROR_CANCELLED);
}

/* A program's loop: what it was told. */
static struct {
    int fd, events;
    int64_t ms;
    int times;
} told;

static void on_socket(void *user, int fd, int events)
{
    CU_ASSERT_PTR_EQUAL(user, &told);
    told.fd = fd;
    told.events = events;
}

static void on_timer(void *user, int64_t ms)
{
    CU_ASSERT_PTR_EQUAL(user, &told);
    told.ms = ms;
    told.times++;
}

/* A brief multi's connections are lent: no loop may hold on to them. */
static void a_brief_multi_takes_no_hooks(void)
{
    supa_multi_options options = SUPA_MULTI_OPTIONS_INIT;
    supa_multi *brief;

    start();
    options.is_brief = 1;
    brief = supa_multi_new(&options, NULL);
    CU_ASSERT_EQUAL(supa_multi_hooks(brief, on_socket, on_timer, &told), -1);
    CU_ASSERT_NOT_EQUAL(supa_multi_add(brief, get(), done, NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_run(brief), 0);
    CU_ASSERT_EQUAL(got.count, 1);
    supa_multi_free(brief);
    end();
}

static void a_program_s_loop_drives_a_multi(void)
{
    struct pollfd look;

    start();
    add(mistaken(), NULL);
    CU_ASSERT_EQUAL(supa_multi_hooks(multi, on_socket, on_timer, &told), -1);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(supa_multi_hooks(multi, NULL, on_timer, &told), -1);
    CU_ASSERT_EQUAL(supa_multi_hooks(multi, on_socket, on_timer, &told), 0);
    CU_ASSERT_EQUAL(supa_multi_hooks(multi, on_socket, on_timer, &told), -1);
    CU_ASSERT_EQUAL(told.events, SUPA_MULTI_READ);
    look = (struct pollfd){told.fd, POLLIN, 0};
    add(get(), NULL);
    CU_ASSERT_EQUAL(told.ms, 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), -1);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), -1);
    CU_ASSERT_EQUAL(got.count, 1);
    while (told.ms >= 0) {
        told.ms = -1; /* it comes once */
        supa_multi_timeout(multi);
    }
    CU_ASSERT_EQUAL(got.count, 2);
    CU_ASSERT_EQUAL(poll(&look, 1, 0), 0);
    supa_multi_wakeup(multi);
    CU_ASSERT_EQUAL(poll(&look, 1, 0), 1);
    supa_multi_socket(multi, look.fd, SUPA_MULTI_READ);
    CU_ASSERT_EQUAL(poll(&look, 1, 0), 0);
    end();
    CU_ASSERT_EQUAL(told.events, SUPA_MULTI_NONE);
}

/* All that was added is called back, or got no ticket. */
static size_t sweep_once(size_t n, supa_cancel *token)
{
    supa_query *(*const queries[])(void) = {get, mistaken};
    size_t tickets = 0;

    memset(&got, 0, sizeof got);
    world_answer(&world, down, 3);
    world_fail_at(n);
    multi = supa_multi_new(NULL, NULL);
    if (multi == NULL)
        return 0;
    for (size_t i = 0; i < 4; i++)
        tickets += add(supa_retry(queries[i / 3](), 2), NULL) != 0;
    tickets += add(supa_cancel_with(get(), token), NULL) != 0;
    tickets += supa_multi_rows(multi, get(), on_row, done, NULL) != 0;
    CU_ASSERT_EQUAL(supa_multi_count(multi), tickets);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(multi->watch_count, 0);
    supa_multi_free(multi);
    CU_ASSERT_EQUAL(got.count, tickets);
    return tickets;
}

static void each_failed_allocation_is_called_back_or_told(void)
{
    supa_cancel *token = supa_cancel_new();
    size_t least = 6;
    int failed = 1;

    start();
    perform_fake = world.transport.perform;
    world.transport.perform = perform_into_sink;
    supa_multi_free(multi);
    for (size_t n = 1; failed; n++) {
        size_t tickets;

        rows_seen = 0;
        tickets = sweep_once(n, token);
        failed = world_failed();
        least = tickets < least ? tickets : least;
        CU_ASSERT(failed || tickets == 6);
        for (size_t i = 0; i < got.count; i++)
            CU_ASSERT(
                code_of(i) == SUPA_OK || code_of(i) == SUPA_ERROR_ARGUMENT ||
                code_of(i) == SUPA_ERROR_GATEWAY || (failed && code_of(i) == SUPA_ERROR_NO_MEMORY));
        CU_ASSERT_FATAL(n < 1000);
    }
    CU_ASSERT(least < 6);
    multi = NULL;
    supa_cancel_unref(token);
    end();
}

extern CU_TestInfo multi_tests[];
CU_TestInfo multi_tests[] = {
    {"each query is called back once", each_query_is_called_back_once},
    {"a poll without waiting gets on", a_poll_without_waiting_gets_on},
    {"what cannot be called back is refused", what_cannot_be_called_back_is_refused},
    {"a callback may add more", a_callback_may_add_more},
    {"a callback may not drive its multi", a_callback_may_not_drive_its_multi},
    {"whoever frees cancels all", whoever_frees_cancels_all},
    {"a ticket cancels one query", a_ticket_cancels_one_query},
    {"a ticket is good once", a_ticket_is_good_once},
    {"places are used again", places_are_used_again},
    {"a token cancels all that carry it", a_token_cancels_all_that_carry_it},
    {"many tokens may fire", many_tokens_may_fire},
    {"retries are waited for among others", retries_are_waited_for_among_others},
    {"who rests can be cancelled", who_rests_can_be_cancelled},
    {"a wait can be ended from another thread", a_wait_can_be_ended_from_another_thread},
    {"a deadline ends what waits", a_deadline_ends_what_waits},
    {"what is in flight is bounded", what_is_in_flight_is_bounded},
    {"options of nothing are no bounds", options_of_nothing_are_no_bounds},
    {"rows are called back one by one", rows_are_called_back_one_by_one},
    {"rows can be paused and stopped", rows_can_be_paused_and_stopped},
    {"what is paused can be cancelled", what_is_paused_can_be_cancelled},
    {"a row's callback may cancel", a_row_s_callback_may_cancel},
    {"rows that cannot be read are refused", rows_that_cannot_be_read_are_refused},
    {"streams that are paused end with their multi", streams_that_are_paused_end_with_their_multi},
    {"a brief multi takes no hooks", a_brief_multi_takes_no_hooks},
    {"a program's loop drives a multi", a_program_s_loop_drives_a_multi},
    {"each failed allocation is called back or told",
     each_failed_allocation_is_called_back_or_told},
    CU_TEST_INFO_NULL,
};
