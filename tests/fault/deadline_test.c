/* SPDX-License-Identifier: MIT */
/* Whatever stalls, and however it was asked for: a call ends when its time is over. */
#include "ask.h"
#include "resolver.h"
#include "timing.h"
#include "transport/resolving.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { LIMIT_MS = 100, TRIES = 4, STALL_MS = 150, ROWS = 3 };

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static const struct stall {
    const char *where;
    unsigned flags;
    struct peer_script script;
    int outcome;
} stalls[] = {
    {"in the handshake", PEER_TLS, PEER_SCRIPT(PEER_STALL_FOREVER), SUPA_NOT_SENT},
    {"before the headers", PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL_FOREVER),
     SUPA_UNKNOWN},
    {"amid the headers", PEER_TLS,
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\nConte"), PEER_STALL_FOREVER),
     SUPA_ANSWERED},
    {"amid the body", PEER_PLAIN,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 90\r\n\r\n["), PEER_STALL_FOREVER),
     SUPA_ANSWERED},
    {"amid the body, TLS", PEER_TLS,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 90\r\n\r\n[{\"id\""),
         PEER_STALL_FOREVER),
     SUPA_ANSWERED},
    {"while dripping", PEER_PLAIN,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 90\r\n\r\n["),
         PEER_DRIP("{\"id\":12345678901234567890123456789012345678901234567890", 15)),
     SUPA_ANSWERED},
};

/* How long after its time a call ends, in microseconds. */
static long lateness(const supa_client_options *options, enum ask_way way, int outcome)
{
    supa_client *client = ask_client(options);
    supa_error error;
    long start = timing_now_us(), took;
    int code = ask(way, ask_read(client), &error);

    took = timing_now_us() - start;
    CU_ASSERT_EQUAL(code, SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(error.outcome, outcome);
    CU_ASSERT(took >= (LIMIT_MS - 1) * 1000);
    supa_client_unref(client);
    return took - LIMIT_MS * 1000;
}

/* The machine may be busy: the best of some tries counts. */
static long best_lateness(const supa_client_options *options, enum ask_way way, int outcome)
{
    long best = lateness(options, way, outcome);

    for (int i = 1; i < TRIES && best > ASK_SLACK_MS * 1000; i++) {
        long late = lateness(options, way, outcome);

        best = late < best ? late : best;
    }
    return best;
}

static void check_stall(const char *where, supa_client_options options, int outcome)
{
    long worst = 0;

    options.timeout_ms = LIMIT_MS;
    for (int way = 0; way < ASK_WAYS; way++) {
        long late = best_lateness(&options, (enum ask_way)way, outcome);

        worst = late > worst ? late : worst;
    }
    printf("\n    stalls %-20s at most %5ld us after the deadline", where, worst);
    CU_ASSERT(worst <= ASK_SLACK_MS * 1000);
}

static void each_stall_ends_with_the_deadline(void)
{
    struct peer *silent = peer_start_silent();

    resolving_forget_all();
    resolver_stall(RESOLVER_FOREVER);
    check_stall("in resolving", ask_options("http://stalls.test", NULL), SUPA_NOT_SENT);
    resolver_reset();
    resolving_forget_all();
    check_stall("in connect", ask_options_peer(silent), SUPA_NOT_SENT);
    peer_stop(silent);
    for (size_t i = 0; i < COUNT(stalls); i++) {
        struct peer *peer = peer_start(&stalls[i].script, 1, stalls[i].flags);

        check_stall(stalls[i].where, ask_options_peer(peer), stalls[i].outcome);
        peer_stop(peer);
    }
}

/* Each answer is late, but in time. */
static void one_deadline_holds_over_all_retries(void)
{
    for (int way = 0; way < ASK_WAYS; way++) {
        struct peer *peer = PEER_START(
            PEER_PLAIN, PEER_SCRIPT(
                            PEER_READ_REQUEST, PEER_STALL(LIMIT_MS * 2 / 3),
                            PEER_ANSWER(503, "{\"message\":\"later\"}"), PEER_LOOP));
        supa_client_options options = ask_options_peer(peer);
        supa_client *client;
        supa_error error;
        long start, took;

        options.timeout_ms = LIMIT_MS;
        options.retries = SUPA_MAX_RETRIES;
        options.retry_base_ms = 1;
        client = ask_client(&options);
        start = timing_now_ms();
        CU_ASSERT_EQUAL(ask((enum ask_way)way, ask_read(client), &error), SUPA_ERROR_TIMEOUT);
        took = timing_now_ms() - start;
        printf(
            "\n    %-8s ended after %ld ms of %d, %zu requests", ask_names[way], took, LIMIT_MS,
            peer_requests(peer));
        CU_ASSERT(took >= LIMIT_MS - 1 && took <= LIMIT_MS + 4 * ASK_SLACK_MS);
        CU_ASSERT_EQUAL(peer_requests(peer), 2);
        supa_client_unref(client);
        peer_stop(peer);
    }
}

/* The second of two queries gets what the first one left. */
static void one_moment_holds_for_several_queries(void)
{
    for (int way = 0; way < ASK_WAYS; way++) {
        struct peer *peer = PEER_START(
            PEER_PLAIN, PEER_SCRIPT(
                            PEER_READ_REQUEST, PEER_STALL(LIMIT_MS * 2 / 3), PEER_ANSWER(200, "[]"),
                            PEER_LOOP));
        supa_client *client = ask_client_peer(peer);
        supa_deadline deadline = supa_deadline_in(LIMIT_MS);
        long start = timing_now_ms(), took;

        CU_ASSERT_EQUAL(
            ask((enum ask_way)way, supa_deadline_by(ask_read(client), deadline), NULL), SUPA_OK);
        CU_ASSERT_EQUAL(
            ask((enum ask_way)way, supa_deadline_by(ask_read(client), deadline), NULL),
            SUPA_ERROR_TIMEOUT);
        took = timing_now_ms() - start;
        CU_ASSERT_EQUAL(
            ask((enum ask_way)way, supa_deadline_by(ask_read(client), deadline), NULL),
            SUPA_ERROR_TIMEOUT);
        printf("\n    %-8s two queries ended after %ld ms of %d", ask_names[way], took, LIMIT_MS);
        CU_ASSERT(took >= LIMIT_MS - 1 && took <= LIMIT_MS + 4 * ASK_SLACK_MS);
        CU_ASSERT_EQUAL(peer_requests(peer), 2); /* the third has not left */
        supa_client_unref(client);
        peer_stop(peer);
    }
}

/* Rows of a stream, then none. */
static struct peer *stalling_stream(void)
{
    return PEER_START(
        PEER_PLAIN,
        PEER_SCRIPT(
            PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 900\r\n\r\n[{\"id\":1},"),
            PEER_STALL(LIMIT_MS), PEER_SEND("{\"id\":2},{\"id\":3},"), PEER_STALL_FOREVER));
}

static supa_client *stream_client(const struct peer *peer)
{
    supa_client_options options = ask_options_peer(peer);

    options.timeout_ms = LIMIT_MS; /* to the first row */
    options.stall_ms = STALL_MS;
    return ask_client(&options);
}

static void rest(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void a_stream_that_stands_still_ends_after_its_stall_limit(void)
{
    struct peer *peer = stalling_stream();
    supa_client *client = stream_client(peer);
    supa_rows *rows = supa_rows_open(ask_read(client));
    supa_row row;
    supa_error error;
    long start = 0, took;
    int n = 0;

    while (supa_rows_next(rows, &row)) {
        n++;
        rest(2 * STALL_MS); /* the caller's own time */
        start = timing_now_ms();
    }
    took = timing_now_ms() - start;
    CU_ASSERT_EQUAL(n, ROWS);
    CU_ASSERT_EQUAL(supa_rows_close(rows, &error), SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
    printf("\n    rows: ended %ld ms after the last row, stall_ms %d", took, STALL_MS);
    CU_ASSERT(took >= STALL_MS - 1 && took <= STALL_MS + 4 * ASK_SLACK_MS);
    supa_client_unref(client);
    peer_stop(peer);
}

struct stream {
    int n;
    int wish; /* after each row */
    int64_t rest_ms;
    long last_ms;
    supa_response *end;
};

static int on_row(void *user, supa_row row)
{
    struct stream *stream = user;

    (void)row;
    stream->n++;
    if (stream->rest_ms != 0)
        rest(stream->rest_ms);
    stream->last_ms = timing_now_ms();
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

static void a_stream_of_a_multi_ends_after_its_stall_limit(void)
{
    struct peer *peer = stalling_stream();
    supa_client *client = stream_client(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct stream stream = {.rest_ms = 2 * STALL_MS};
    long took;

    CU_ASSERT(supa_multi_rows(multi, ask_read(client), on_row, on_end, &stream) != 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    took = timing_now_ms() - stream.last_ms;
    CU_ASSERT_EQUAL(stream.n, ROWS);
    CU_ASSERT_EQUAL(code_of(stream.end), SUPA_ERROR_TIMEOUT);
    printf("\n    multi: ended %ld ms after the last row, stall_ms %d", took, STALL_MS);
    CU_ASSERT(took >= STALL_MS - 2 && took <= STALL_MS + 4 * ASK_SLACK_MS);
    supa_response_free(stream.end);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

/* A stream that is paused by its user has no time that could be over. */
static void a_paused_stream_does_not_stall(void)
{
    struct peer *peer = stalling_stream();
    supa_client *client = stream_client(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct stream stream = {.wish = SUPA_ROWS_PAUSE};
    uint64_t ticket = supa_multi_rows(multi, ask_read(client), on_row, on_end, &stream);
    long end = timing_now_ms() + 4 * STALL_MS;

    while (timing_now_ms() < end)
        supa_multi_poll(multi, 10);
    CU_ASSERT_EQUAL(stream.n, 1);
    CU_ASSERT_PTR_NULL(stream.end);
    while (stream.end == NULL && supa_multi_resume(multi, ticket) == 0)
        supa_multi_poll(multi, 10);
    CU_ASSERT_EQUAL(stream.n, ROWS);
    CU_ASSERT_EQUAL(code_of(stream.end), SUPA_ERROR_TIMEOUT);
    supa_response_free(stream.end);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

/* While its caller does something else, an answer comes, and its time passes. */
static void what_has_come_in_time_counts(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\":1}]"), PEER_LOOP));
    supa_client_options options = ask_options_peer(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    supa_response *response = NULL;
    supa_client *client;

    options.timeout_ms = LIMIT_MS;
    client = ask_client(&options);
    CU_ASSERT(supa_multi_add(multi, ask_read(client), ask_keep, &response) != 0);
    while (peer_requests(peer) == 0 && supa_multi_count(multi) != 0)
        supa_multi_poll(multi, 0);
    rest(2 * LIMIT_MS);
    while (supa_multi_poll(multi, 10) > 0)
        continue;
    CU_ASSERT(supa_response_ok(response));
    supa_response_free(response);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

CU_TestInfo deadline_tests[] = {
    {"each stall ends with the deadline", each_stall_ends_with_the_deadline},
    {"one deadline holds over all retries", one_deadline_holds_over_all_retries},
    {"one moment holds for several queries", one_moment_holds_for_several_queries},
    {"a stream that stands still ends after its stall limit",
     a_stream_that_stands_still_ends_after_its_stall_limit},
    {"a stream of a multi ends after its stall limit",
     a_stream_of_a_multi_ends_after_its_stall_limit},
    {"a paused stream does not stall", a_paused_stream_does_not_stall},
    {"what has come in time counts, whenever it is looked at", what_has_come_in_time_counts},
    CU_TEST_INFO_NULL,
};
