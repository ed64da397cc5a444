/* SPDX-License-Identifier: MIT */
/* Bulk writing when the network fails: the account says of each row whether it is there, is not there,
 * or may be there; and no batch is sent twice. */
#include "ask.h"
#include "peer_thread.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DONE    PEER_READ_REQUEST, PEER_ANSWER(201, "")
#define REFUSED PEER_READ_REQUEST, PEER_ANSWER(409, "{\"code\":\"23505\",\"message\":\"taken\"}")
#define GOOD    PEER_SCRIPT(DONE, PEER_LOOP)

enum { BATCH = 2, ROWS = 8, LIMIT_MS = 600, TIMES = 1 + 4 * ASK_SLOW };

static supa_writer_report report;

static const char *account(void)
{
    static const char *const fates[] = {"written", "refused", "unknown", "unsent"};
    static char text[1024];
    size_t used = 0;
    int64_t next = 0;

    text[0] = '\0';
    for (size_t i = 0; i < report.range_count; i++) {
        const supa_writer_range *range = &report.ranges[i];

        CU_ASSERT_EQUAL(range->first, next);
        next += range->count;
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%lld+%lld %s", i == 0 ? "" : ", ",
            (long long)range->first, (long long)range->count, fates[range->fate]);
    }
    CU_ASSERT_EQUAL(next, report.rows);
    return text;
}

static int account_is(const char *want)
{
    printf("\n    %s", account());
    return strcmp(account(), want) == 0;
}

static supa_query *insert(supa_client *client)
{
    return supa_insert(supa_from(client, "products"), NULL);
}

static void put_rows(supa_writer *writer, int n)
{
    for (int i = 0; i < n; i++) {
        supa_writer_row(writer);
        supa_writer_set(writer, "id", supa_int(i));
    }
}

static int write_all(supa_query *q, int64_t in_flight, int64_t max_failures)
{
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    supa_writer *writer;

    options.batch_rows = BATCH;
    options.in_flight = in_flight;
    options.max_failures = max_failures;
    writer = supa_writer_open(q, &options);
    put_rows(writer, ROWS);
    supa_writer_report_clear(&report);
    return supa_writer_close(writer, &report);
}

/* Each goes wrong in the second of four batches. */
static const struct fault {
    const char *how;
    struct peer_script script;
    int64_t max_failures;
    int code;
    const char *account;
    size_t posts; /* that came whole */
} faults[] = {
    {"the connection dies behind the request", PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_CLOSE), -1,
     SUPA_ERROR_NETWORK, "0+2 written, 2+2 unknown, 4+4 written", 4},
    {"the same, and that is the end", PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_CLOSE), 0,
     SUPA_ERROR_NETWORK, "0+2 written, 2+2 unknown, 4+4 unsent", 2},
    {"the connection is reset behind the request",
     PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_STALL(20), PEER_RESET), -1, SUPA_ERROR_NETWORK,
     "0+2 written, 2+2 unknown, 4+4 written", 4},
    {"the server refuses", PEER_SCRIPT(DONE, REFUSED, PEER_LOOP), 0, SUPA_ERROR_DATABASE,
     "0+2 written, 2+2 refused, 4+4 unsent", 2},
    {"the server refuses, and again", PEER_SCRIPT(DONE, REFUSED, PEER_LOOP), -1,
     SUPA_ERROR_DATABASE, "0+2 written, 2+2 refused, 4+2 written, 6+2 refused", 4},
    {"the gateway gives up on the server",
     PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_ANSWER(504, "<html>"), DONE, DONE), -1,
     SUPA_ERROR_GATEWAY, "0+2 written, 2+2 unknown, 4+4 written", 4},
    {"nothing is answered", PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_STALL_FOREVER), -1,
     SUPA_ERROR_TIMEOUT, "0+2 written, 2+2 unknown, 4+4 written", 4},
    {"the answer breaks off behind its status",
     PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_HALF_ANSWER(201, "[{\"id\":1}]"), PEER_CLOSE), 0,
     SUPA_OK, "0+8 written", 4},
};

static void the_account_tells_what_is_there(void)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const struct fault *fault = &faults[i];
        const struct peer_script scripts[] = {fault->script, GOOD};
        struct peer *peer = peer_start(scripts, 2, PEER_PLAIN);
        supa_client_options options = ask_options_peer(peer);
        supa_client *client;

        if (fault->code == SUPA_ERROR_TIMEOUT)
            options.timeout_ms = LIMIT_MS * TIMES;
        options.retries = 2;
        options.retry_base_ms = 1;
        client = ask_client(&options);
        printf("\n    %s:", fault->how);
        CU_ASSERT_EQUAL(write_all(insert(client), 1, fault->max_failures), fault->code);
        CU_ASSERT(account_is(fault->account));
        CU_ASSERT_EQUAL(report.error.code, fault->code);
        CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), fault->posts);
        supa_client_unref(client);
        peer_stop(peer);
    }
}

static void let_all_go(void *peer)
{
    peer_wait(peer, PEER_PAUSES, 4, ASK_SOON_MS);
    for (int i = 0; i < 4; i++)
        peer_go(peer);
}

/* Four connections, none of which is answered before all have their batch, and the first one dies. */
static void several_are_in_flight(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_WAIT_GO, PEER_CLOSE),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_WAIT_GO, PEER_ANSWER(201, ""), PEER_LOOP));
    supa_client *client = ask_client_peer(peer);
    struct timing_call call;

    CU_ASSERT_EQUAL_FATAL(timing_start(&call, 0, let_all_go, peer), 0);
    CU_ASSERT_EQUAL(write_all(insert(client), 4, -1), SUPA_ERROR_NETWORK);
    timing_join(&call);
    printf("\n    %s; %zu connections", account(), peer_connections(peer));
    CU_ASSERT_EQUAL(peer_connections(peer), 4);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 4);
    CU_ASSERT_EQUAL(report.unknown, BATCH);
    CU_ASSERT_EQUAL(report.written, ROWS - BATCH);
    supa_client_unref(client);
    peer_stop(peer);
}

static void let_go(void *peer)
{
    peer_go(peer);
}

/* What is not answered is held back at the caller, not in memory. */
static void a_row_waits_while_enough_is_in_flight(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_WAIT_GO, PEER_ANSWER(201, ""), DONE));
    supa_client *client = ask_client_peer(peer);
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    struct timing_call call;
    supa_writer *writer;
    long called;

    options.batch_rows = options.in_flight = 1;
    writer = supa_writer_open(insert(client), &options);
    CU_ASSERT_EQUAL(supa_writer_json(writer, "{\"id\":1}", 8), SUPA_OK);
    CU_ASSERT_EQUAL_FATAL(timing_start(&call, 150000, let_go, peer), 0);
    CU_ASSERT_EQUAL(supa_writer_json(writer, "{\"id\":2}", 8), SUPA_OK);
    called = timing_now_us();
    CU_ASSERT(called >= timing_join(&call));
    supa_writer_report_clear(&report);
    CU_ASSERT_EQUAL(supa_writer_close(writer, &report), SUPA_OK);
    CU_ASSERT(account_is("0+2 written"));
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    supa_client_unref(client);
    peer_stop(peer);
}

static void where_nobody_listens_nothing_is_sent(void)
{
    char url[64] = "";
    supa_client_options options = ask_options(url, NULL);
    supa_client *client;

    snprintf(url, sizeof url, "http://127.0.0.1:%d", peer_unused_port());
    client = ask_client(&options);
    CU_ASSERT_EQUAL(write_all(insert(client), 2, 0), SUPA_ERROR_NETWORK);
    CU_ASSERT(account_is("0+8 unsent"));
    supa_client_unref(client);
}

/* One moment for all: what is under way is unknown, nothing else goes out. */
static void a_deadline_ends_all_of_it(void)
{
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_STALL_FOREVER));
    supa_client *client = ask_client_peer(peer);
    supa_query *q = supa_deadline_by(insert(client), supa_deadline_in(LIMIT_MS * TIMES));

    CU_ASSERT_EQUAL(write_all(q, 1, -1), SUPA_ERROR_TIMEOUT);
    CU_ASSERT(account_is("0+2 written, 2+2 unknown, 4+4 unsent"));
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 2);
    supa_client_unref(client);
    peer_stop(peer);
}

struct firing {
    struct peer *peer;
    supa_cancel *cancel;
};

static void *fire(void *argument)
{
    struct firing *firing = argument;

    peer_wait(firing->peer, PEER_DELIVERIES, 2, ASK_SOON_MS);
    supa_cancel_fire(firing->cancel);
    return NULL;
}

static void a_token_ends_all_of_it(void)
{
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(DONE, PEER_READ_REQUEST, PEER_STALL_FOREVER));
    supa_client *client = ask_client_peer(peer);
    struct firing firing = {peer, supa_cancel_new()};
    pthread_t thread;

    CU_ASSERT_EQUAL_FATAL(peer_thread_start(&thread, fire, &firing), 0);
    CU_ASSERT_EQUAL(
        write_all(supa_cancel_with(insert(client), firing.cancel), 1, -1), SUPA_ERROR_CANCELLED);
    pthread_join(thread, NULL);
    CU_ASSERT(account_is("0+2 written, 2+2 unknown, 4+4 unsent"));
    supa_cancel_unref(firing.cancel);
    supa_client_unref(client);
    peer_stop(peer);
}

/* The child's copy knows what it does not know. */
static int child_account(supa_writer *writer)
{
    supa_writer_report of_child;

    if (supa_writer_row(writer) != SUPA_ERROR_ARGUMENT ||
        supa_writer_close(writer, &of_child) != SUPA_ERROR_ARGUMENT)
        return 1;
    return of_child.rows != 4 || of_child.unknown != 2 || of_child.unsent != 2;
}

static void a_child_of_fork_leaves_it_alone(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, GOOD);
    supa_client *client = ask_client_peer(peer);
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    supa_writer *writer;
    int status = -1;
    pid_t pid;

    options.batch_rows = 2;
    writer = supa_writer_open(insert(client), &options);
    for (int i = 0; i < 3; i++)
        supa_writer_json(writer, "{\"id\":1}", 8);
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        _exit(child_account(writer));
    CU_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    supa_writer_report_clear(&report);
    CU_ASSERT_EQUAL(supa_writer_close(writer, &report), SUPA_OK);
    CU_ASSERT(account_is("0+3 written"));
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 2);
    supa_writer_report_clear(&report);
    supa_client_unref(client);
    peer_stop(peer);
}

CU_TestInfo writer_tests[] = {
    {"the account tells what is there", the_account_tells_what_is_there},
    {"several are in flight", several_are_in_flight},
    {"a row waits while enough is in flight", a_row_waits_while_enough_is_in_flight},
    {"where nobody listens nothing is sent", where_nobody_listens_nothing_is_sent},
    {"a deadline ends all of it", a_deadline_ends_all_of_it},
    {"a token ends all of it", a_token_ends_all_of_it},
    {"a child of fork leaves it alone", a_child_of_fork_leaves_it_alone},
    CU_TEST_INFO_NULL,
};
