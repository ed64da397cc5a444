/* SPDX-License-Identifier: MIT */
/* Cancelling from another thread, at every point of a call. */
#include "ask.h"
#include "resolver.h"
#include "timing.h"
#include "transport/resolving.h"

#include <CUnit/CUnit.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HEAD         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

/* CALLS of each point, of THREADS threads. */
enum { CALLS = 100, THREADS = 5, EACH = CALLS / THREADS, LEAST_US = 8000, SPREAD_US = 10000 };

/* Calls of one point. */
struct run {
    const char *url, *ca_file;
    enum ask_way way;
    int retries, first;
    long late[EACH];
    int wrong; /* did not end as cancelled */
    pthread_t thread;
};

static void fire(void *cancel)
{
    supa_cancel_fire(cancel);
}

static supa_client *client_of(const struct run *run)
{
    supa_client_options options = ask_options(run->url, run->ca_file);

    options.timeout_ms = 20000;
    options.max_in_flight = -1;
    options.retries = run->retries;
    options.retry_base_ms = 10000;
    return supa_client_new(&options, NULL);
}

/* One call that is cancelled amid it; how long it lasted afterwards. */
static long cancel_one(struct run *run, int number)
{
    supa_client *client = client_of(run);
    supa_cancel *cancel = supa_cancel_new();
    struct timing_call call;
    supa_error error;
    long end;
    int code;

    timing_start(&call, LEAST_US + number * 7919 % SPREAD_US, fire, cancel);
    code = ask(run->way, supa_cancel_with(ask_read(client), cancel), &error);
    end = timing_now_us();
    run->wrong += code != SUPA_ERROR_CANCELLED;
    end -= timing_join(&call);
    supa_cancel_unref(cancel);
    supa_client_unref(client);
    return end;
}

static void *cancel_each(void *argument)
{
    struct run *run = argument;

    for (int i = 0; i < EACH; i++)
        run->late[i] = cancel_one(run, run->first + i);
    return NULL;
}

/* Prints CALLS calls that are cancelled; how late the last of them ended, in microseconds. */
static long
measure(const char *where, const char *url, const char *ca_file, int retries, enum ask_way way)
{
    struct run runs[THREADS];
    long late[CALLS];
    char what[60];
    int wrong = 0;

    for (int t = 0; t < THREADS; t++) {
        runs[t] = (struct run){
            .url = url, .ca_file = ca_file, .way = way, .retries = retries, .first = t * EACH};
        pthread_create(&runs[t].thread, NULL, cancel_each, &runs[t]);
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(runs[t].thread, NULL);
        memcpy(late + t * EACH, runs[t].late, sizeof runs[t].late);
        wrong += runs[t].wrong;
    }
    snprintf(what, sizeof what, "%s, %s", where, ask_names[way]);
    timing_print(what, late, CALLS);
    CU_ASSERT_EQUAL(wrong, 0);
    return timing_percentile(late, CALLS, 100);
}

/* A busy machine wakes nobody up in time: one round of four has to be good, and all of its calls. What
 * does not wake is late in all of them. */
static void check_point(const char *where, const char *url, const char *ca_file, int retries)
{
    for (int way = 0; way < ASK_WAYS; way++) {
        long worst = LONG_MAX;

        for (int round = 0; round < 4 && worst > ASK_SLACK_MS * 1000; round++)
            worst = measure(where, url, ca_file, retries, (enum ask_way)way);
        CU_ASSERT(worst <= ASK_SLACK_MS * 1000);
    }
}

static const struct point {
    const char *where;
    unsigned flags;
    struct peer_script script;
    int retries;
} points[] = {
    {"in TLS", PEER_TLS, PEER_SCRIPT(PEER_STALL_FOREVER), 0},
    {"before the headers", PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL_FOREVER), 0},
    {"amid the headers, TLS", PEER_TLS,
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(HEAD "X-"), PEER_STALL_FOREVER), 0},
    {"amid the body", PEER_PLAIN,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 90\r\n\r\n[{\"id\":1},"),
         PEER_STALL_FOREVER),
     0},
    {"amid a 503", PEER_PLAIN,
     PEER_SCRIPT(
         PEER_READ_REQUEST,
         PEER_SEND("HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 90\r\n\r\n["),
         PEER_STALL_FOREVER),
     2},
    {"in a back-off", PEER_PLAIN,
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(503, "{\"message\":\"later\"}"), PEER_LOOP), 2},
};

static void a_call_ends_when_it_is_cancelled(void)
{
    struct peer *silent = peer_start_silent();

    check_point("in connect", peer_url(silent), NULL, 0);
    peer_stop(silent);
    for (size_t i = 0; i < COUNT(points); i++) {
        struct peer *peer = peer_start(&points[i].script, 1, points[i].flags);

        check_point(points[i].where, peer_url(peer), peer_ca_file(peer), points[i].retries);
        peer_stop(peer);
    }
}

/* Each of its own name, and with a place: the places of those that were cancelled before are given
 * back, as they would be after a while. */
static void a_call_ends_while_its_name_is_looked_up(void)
{
    for (int way = 0; way < ASK_WAYS; way++) {
        long late[CALLS];
        char what[60];
        int wrong = 0;

        for (int i = 0; i < CALLS; i++) {
            struct run run = {.way = (enum ask_way)way};
            char url[40];

            if (i % (RESOLVING_MOST / 2) == 0) {
                resolver_reset();
                resolving_forget_all();
                resolver_stall(RESOLVER_FOREVER);
            }
            snprintf(url, sizeof url, "http://name%d.test:19999", i);
            run.url = url;
            late[i] = cancel_one(&run, i);
            wrong += run.wrong;
        }
        snprintf(what, sizeof what, "in resolving, %s", ask_names[way]);
        timing_print(what, late, CALLS);
        CU_ASSERT_EQUAL(wrong, 0);
        CU_ASSERT(timing_percentile(late, CALLS, 95) <= ASK_SLACK_MS * 1000);
        CU_ASSERT(resolver_calls() > 0);
    }
    resolver_reset();
    resolving_forget_all();
}

/* Who needs no lookup does not wait for one. */
static void check_address_passes(void)
{
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client *client = ask_client_peer(peer);

    for (int way = 0; way < ASK_WAYS; way++)
        CU_ASSERT_EQUAL(ask((enum ask_way)way, ask_read(client), NULL), SUPA_OK);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_call_ends_while_it_waits_for_a_lookup(void)
{
    resolver_stall(RESOLVER_FOREVER);
    for (int i = 0; i < RESOLVING_MOST; i++) {
        struct run run = {.way = (enum ask_way)(i % ASK_WAYS)};
        char url[40];

        snprintf(url, sizeof url, "http://other%d.test:19999", i);
        run.url = url;
        cancel_one(&run, i);
        CU_ASSERT_EQUAL(run.wrong, 0);
    }
    CU_ASSERT_EQUAL(resolver_now(), RESOLVING_MOST);
    check_address_passes();
    check_point("waiting for a lookup", "http://late.test:19999", NULL, 0);
    CU_ASSERT_EQUAL(resolver_calls(), RESOLVING_MOST); /* not one more has begun */
    resolver_reset();
    resolving_forget_all();
}

struct stream {
    int n, wish;
    supa_response *end;
};

static int on_row(void *user, supa_row row)
{
    struct stream *stream = user;

    (void)row;
    stream->n++;
    return stream->wish;
}

static void on_end(void *user, supa_response *response)
{
    struct stream *stream = user;

    stream->end = response;
}

static int code_of(const supa_response *response)
{
    const supa_error *error = supa_response_error(response);

    return error != NULL ? (int)error->code : SUPA_OK;
}

/* Runs until the stream is paused behind its first row. */
static uint64_t pause_one(supa_multi *multi, supa_query *q, struct stream *stream)
{
    uint64_t ticket = supa_multi_rows(multi, q, on_row, on_end, stream);

    stream->wish = SUPA_ROWS_PAUSE;
    while (stream->n == 0 && stream->end == NULL)
        supa_multi_poll(multi, 10);
    return ticket;
}

static void a_paused_stream_ends_when_it_is_cancelled(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST,
                        PEER_SEND(HEAD "Content-Length: 9000\r\n\r\n[{\"id\":1},{\"id\":2},"),
                        PEER_STALL_FOREVER));
    supa_client *client = ask_client_peer(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    long late[CALLS];

    for (int i = 0; i < CALLS; i++) {
        supa_cancel *cancel = supa_cancel_new();
        struct stream stream = {0};
        struct timing_call call;

        CU_ASSERT(pause_one(multi, supa_cancel_with(ask_read(client), cancel), &stream) != 0);
        timing_start(&call, LEAST_US / 2, fire, cancel);
        CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
        late[i] = timing_now_us();
        late[i] -= timing_join(&call);
        CU_ASSERT_EQUAL(stream.n, 1);
        CU_ASSERT_EQUAL(code_of(stream.end), SUPA_ERROR_CANCELLED);
        supa_response_free(stream.end);
        supa_cancel_unref(cancel);
    }
    timing_print("a paused stream", late, CALLS);
    CU_ASSERT(timing_percentile(late, CALLS, 95) <= ASK_SLACK_MS * 1000);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

/* A ticket's cancel is told at once, too. */
static void a_ticket_cancels_a_paused_stream_and_a_back_off(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN,
        PEER_SCRIPT(
            PEER_READ_REQUEST,
            PEER_SEND(HEAD "Content-Length: 9000\r\n\r\n[{\"id\":1},{\"id\":2},"),
            PEER_STALL_FOREVER),
        PEER_SCRIPT(
            PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 503 Busy\r\nContent-Length: 90\r\n\r\n["),
            PEER_STALL_FOREVER));
    supa_client_options options = ask_options_peer(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct stream stream = {0};
    supa_response *response = NULL;
    supa_client *client;
    uint64_t ticket;
    long start;

    options.retries = 2;
    client = ask_client(&options);
    ticket = pause_one(multi, ask_read(client), &stream);
    start = timing_now_ms();
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT(timing_now_ms() - start <= ASK_SLACK_MS);
    CU_ASSERT_EQUAL(code_of(stream.end), SUPA_ERROR_CANCELLED);
    supa_response_free(stream.end);
    ticket = supa_multi_add(multi, ask_read(client), ask_keep, &response);
    while (peer_requests(peer) < 2)
        supa_multi_poll(multi, 5);
    supa_multi_poll(multi, 20);
    start = timing_now_ms();
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT(timing_now_ms() - start <= ASK_SLACK_MS);
    CU_ASSERT_EQUAL(code_of(response), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(peer_requests(peer), 2);
    supa_response_free(response);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

enum { STREAMS = 20 };

/* All over one connection: what is cancelled ends alone. */
static void a_stream_of_http2_is_cancelled_alone(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_WAIT_GO, PEER_ANSWER(200, "[]")));
    supa_client_options options = ask_options_peer(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    supa_cancel *cancel = supa_cancel_new();
    supa_response *responses[STREAMS] = {NULL};
    supa_client *client;
    int wrong = 0;

    options.http2 = SUPA_HTTP2_AUTO;
    client = ask_client(&options);
    supa_multi_add(multi, ask_read(client), ask_keep, &responses[0]);
    supa_multi_run(multi);
    supa_response_free(responses[0]);
    for (int i = 0; i < STREAMS; i++) {
        supa_query *q = ask_read(client);

        if (i % 2 == 0)
            supa_cancel_with(q, cancel);
        CU_ASSERT(supa_multi_add(multi, q, ask_keep, &responses[i]) != 0);
    }
    while (peer_count(peer, PEER_PAUSES) < STREAMS && supa_multi_poll(multi, 5) > 0)
        continue;
    supa_cancel_fire(cancel);
    while (supa_multi_poll(multi, 5) > STREAMS / 2)
        continue;
    for (int i = 0; i < STREAMS; i++)
        peer_go(peer);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    for (int i = 0; i < STREAMS; i++) {
        wrong += code_of(responses[i]) != (i % 2 == 0 ? SUPA_ERROR_CANCELLED : SUPA_OK);
        supa_response_free(responses[i]);
    }
    printf(
        "\n    %d streams, half of them cancelled: %d wrong, %zu connection, %zu reset", STREAMS,
        wrong, peer_connections(peer), peer_count(peer, PEER_CANCELS));
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    supa_cancel_unref(cancel);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

static supa_cancel *_Atomic at_signal;

static void on_signal(int number)
{
    (void)number;
    supa_cancel_fire(atomic_load(&at_signal));
}

static void raise_it(void *thread)
{
    pthread_kill(*(pthread_t *)thread, SIGUSR1);
}

static void a_signal_handler_cancels(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL_FOREVER));
    supa_client *client = ask_client_peer(peer);
    struct sigaction action = {.sa_handler = on_signal}, before;
    pthread_t self = pthread_self();

    sigaction(SIGUSR1, &action, &before);
    for (int way = 0; way < ASK_WAYS; way++) {
        supa_cancel *cancel = supa_cancel_new();
        struct timing_call call;
        long late;

        atomic_store(&at_signal, cancel);
        timing_start(&call, LEAST_US, raise_it, &self);
        CU_ASSERT_EQUAL(
            ask((enum ask_way)way, supa_cancel_with(ask_read(client), cancel), NULL),
            SUPA_ERROR_CANCELLED);
        late = timing_now_us();
        late -= timing_join(&call);
        CU_ASSERT(late <= ASK_SLACK_MS * 1000);
        CU_ASSERT(supa_cancel_fired(cancel));
        CU_ASSERT_EQUAL(
            ask((enum ask_way)way, supa_cancel_with(ask_read(client), cancel), NULL),
            SUPA_ERROR_CANCELLED);
        supa_cancel_unref(cancel);
    }
    sigaction(SIGUSR1, &before, NULL);
    CU_ASSERT_EQUAL(peer_requests(peer), ASK_WAYS); /* what carries a fired token does not leave */
    supa_client_unref(client);
    peer_stop(peer);
}

/* What was cancelled was alone on the connection, which the server closes some time later. */
static void what_follows_a_cancelled_stream_is_not_on_its_dead_connection(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL(300), PEER_CLOSE),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, "[]")));
    supa_client_options options = ask_options_peer(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    supa_response *responses[3] = {NULL, NULL, NULL};
    supa_client *client;
    uint64_t ticket;

    options.http2 = SUPA_HTTP2_AUTO;
    client = ask_client(&options);
    CU_ASSERT(supa_multi_add(multi, ask_read(client), ask_keep, &responses[0]) != 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    ticket = supa_multi_add(multi, ask_read(client), ask_keep, &responses[1]);
    while (peer_requests(peer) < 2)
        supa_multi_poll(multi, 10);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, ASK_SOON_MS));
    CU_ASSERT(supa_multi_add(multi, ask_write(client), ask_keep, &responses[2]) != 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT(supa_response_ok(responses[0]));
    CU_ASSERT_EQUAL(supa_response_error(responses[1])->code, SUPA_ERROR_CANCELLED);
    CU_ASSERT(supa_response_ok(responses[2]));
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 1);
    for (size_t i = 0; i < 3; i++)
        supa_response_free(responses[i]);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

CU_TestInfo cancel_tests[] = {
    {"a call ends when it is cancelled", a_call_ends_when_it_is_cancelled},
    {"a call ends while its name is looked up", a_call_ends_while_its_name_is_looked_up},
    {"a call ends while it waits for a lookup", a_call_ends_while_it_waits_for_a_lookup},
    {"a paused stream ends when it is cancelled", a_paused_stream_ends_when_it_is_cancelled},
    {"a ticket cancels a paused stream and a back-off",
     a_ticket_cancels_a_paused_stream_and_a_back_off},
    {"a stream of HTTP/2 is cancelled alone", a_stream_of_http2_is_cancelled_alone},
    {"what follows a cancelled stream is not on its dead connection",
     what_follows_a_cancelled_stream_is_not_on_its_dead_connection},
    {"a signal handler cancels", a_signal_handler_cancels},
    CU_TEST_INFO_NULL,
};
