/* SPDX-License-Identifier: MIT */
/* A multi in event loops of a program's own: one over epoll, and libuv. */
#include "ask.h"
#include "crowd.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/adapters/uv.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { HOSTS = 10, DEAD = 2, ALL = 200, UV_ALL = 50, DELAY_MS = 20, LIMIT_MS = 300, FOREVER = -1 };

/* A small loop over epoll. */
struct loop {
    int epoll;
    long due_us; /* 0: none */
    size_t turns;
    supa_multi *multi;
};

static void on_socket(void *user, int fd, int events)
{
    struct loop *loop = user;
    struct epoll_event event = {.data = {.fd = fd}};

    event.events |= (events & SUPA_MULTI_READ) != 0 ? (uint32_t)EPOLLIN : 0;
    event.events |= (events & SUPA_MULTI_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0;
    if (events == SUPA_MULTI_NONE)
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    else if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0 && errno == EEXIST)
        epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event);
}

static void on_timer(void *user, int64_t ms)
{
    struct loop *loop = user;

    loop->due_us = ms < 0 ? 0 : timing_now_us() + (long)ms * 1000;
}

static void open_loop(struct loop *loop)
{
    *loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
    loop->multi = supa_multi_new(NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(loop->multi);
    CU_ASSERT_EQUAL_FATAL(supa_multi_hooks(loop->multi, on_socket, on_timer, loop), 0);
    CU_ASSERT_EQUAL(supa_multi_poll(loop->multi, 0), -1);
}

static void close_loop(struct loop *loop)
{
    supa_multi_free(loop->multi);
    CU_ASSERT_EQUAL(loop->due_us, 0);
    close(loop->epoll);
}

static int rest_ms(const struct loop *loop)
{
    const long left = loop->due_us - timing_now_us();

    return loop->due_us == 0 ? FOREVER : left <= 0 ? 0 : (int)((left + 999) / 1000);
}

static void turn(struct loop *loop)
{
    struct epoll_event events[16];
    int n = epoll_wait(loop->epoll, events, 16, rest_ms(loop));

    loop->turns++;
    for (int i = 0; i < n; i++) {
        int what = (events[i].events & EPOLLOUT) != 0 ? SUPA_MULTI_WRITE : 0;

        what |= (events[i].events & ~(uint32_t)EPOLLOUT) != 0 ? SUPA_MULTI_READ : 0;
        supa_multi_socket(loop->multi, events[i].data.fd, what);
    }
    if (loop->due_us != 0 && timing_now_us() >= loop->due_us) {
        loop->due_us = 0;
        supa_multi_timeout(loop->multi);
    }
}

static struct crowd *start_crowd(supa_client *clients[HOSTS])
{
    struct crowd_host hosts[HOSTS];
    struct crowd *crowd;

    for (size_t i = 0; i < HOSTS; i++)
        hosts[i] = (struct crowd_host){
            i == 0     ? CROWD_MUTE
            : i < DEAD ? CROWD_SILENT
                       : CROWD_ALIVE,
            DELAY_MS};
    crowd = crowd_start(hosts, HOSTS, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(crowd);
    for (size_t i = 0; i < HOSTS; i++) {
        supa_client_options options = ask_options(crowd_url(crowd, i), NULL);

        options.timeout_ms = i < DEAD ? LIMIT_MS : ASK_SOON_MS;
        clients[i] = ask_client(&options);
    }
    return crowd;
}

static void end_crowd(struct crowd *crowd, supa_client *clients[HOSTS])
{
    for (size_t i = 0; i < HOSTS; i++)
        supa_client_unref(clients[i]);
    crowd_stop(crowd);
}

/* What one query has to come to. */
struct wanted {
    const char *body; /* NULL: it fails */
    int code;
    struct tally {
        size_t done, wrong;
    } * tally;
};

static void on_answer(void *user, supa_response *response)
{
    const struct wanted *wanted = user;
    const supa_error *error = supa_response_error(response);
    size_t length;

    wanted->tally->done++;
    if (wanted->body != NULL)
        wanted->tally->wrong +=
            error != NULL || strcmp(supa_response_body(response, &length), wanted->body) != 0;
    else
        wanted->tally->wrong += error == NULL || (int)error->code != wanted->code;
    supa_response_free(response);
}

/* ALL queries, of which those to the dead hosts end by their time. */
static size_t add_queries(
    supa_multi *multi, struct crowd *crowd, supa_client *clients[HOSTS], struct wanted *wanted,
    size_t n, struct tally *tally)
{
    size_t added = 0;

    for (size_t i = 0; i < n; i++) {
        const size_t host = i % HOSTS;

        wanted[i] = (struct wanted){
            host < DEAD ? NULL : crowd_body(crowd, host), SUPA_ERROR_TIMEOUT, tally};
        added += supa_multi_add(multi, ask_read(clients[host]), on_answer, &wanted[i]) != 0;
    }
    return added;
}

static void an_epoll_loop_drives_200_queries(void)
{
    supa_client *clients[HOSTS];
    struct crowd *crowd = start_crowd(clients);
    struct wanted *wanted = calloc(ALL, sizeof *wanted);
    struct tally tally = {0, 0};
    struct loop loop;
    long start = timing_now_ms(), took;

    open_loop(&loop);
    CU_ASSERT_EQUAL(add_queries(loop.multi, crowd, clients, wanted, ALL, &tally), ALL);
    CU_ASSERT_EQUAL(tally.done, 0); /* nobody is called back from within */
    while (supa_multi_count(loop.multi) != 0)
        turn(&loop);
    took = timing_now_ms() - start;
    printf(
        "\n    %zu of %d answered in %ld ms (%d ms for the dead), %zu wrong, %zu turns", tally.done,
        ALL, took, LIMIT_MS, tally.wrong, loop.turns);
    CU_ASSERT_EQUAL(tally.done, ALL);
    CU_ASSERT_EQUAL(tally.wrong, 0);
    CU_ASSERT(took >= LIMIT_MS - 1 && took <= LIMIT_MS + 4 * ASK_SLACK_MS);
    CU_ASSERT(loop.turns < 20 * ALL);
    close_loop(&loop);
    free(wanted);
    end_crowd(crowd, clients);
}

static void fire(void *cancel)
{
    supa_cancel_fire(cancel);
}

static void a_token_cancels_in_a_loop(void)
{
    supa_client *clients[HOSTS];
    struct crowd *crowd = start_crowd(clients);
    supa_cancel *cancel = supa_cancel_new();
    struct tally tally = {0, 0};
    struct wanted wanted = {NULL, SUPA_ERROR_CANCELLED, &tally};
    struct timing_call call;
    struct loop loop;
    long late;

    open_loop(&loop);
    for (size_t i = 0; i < 10; i++) /* of both dead hosts, which share a token */
        CU_ASSERT(
            supa_multi_add(
                loop.multi, supa_cancel_with(ask_read(clients[i % DEAD]), cancel), on_answer,
                &wanted) != 0);
    timing_start(&call, 50000, fire, cancel);
    while (supa_multi_count(loop.multi) != 0)
        turn(&loop);
    late = timing_now_us();
    late -= timing_join(&call);
    printf("\n    10 queries ended %ld us after their token was fired", late);
    CU_ASSERT_EQUAL(tally.done, 10);
    CU_ASSERT_EQUAL(tally.wrong, 0);
    CU_ASSERT(late <= ASK_SLACK_MS * 1000);
    supa_cancel_unref(cancel);
    close_loop(&loop);
    end_crowd(crowd, clients);
}

struct message {
    atomic_int is_there;
    supa_multi *multi;
};

static void send_message(void *argument)
{
    struct message *message = argument;

    atomic_store(&message->is_there, 1);
    supa_multi_wakeup(message->multi);
}

/* Another thread has something to be asked: it wakes the loop, which has no other reason to. */
static void another_thread_wakes_a_loop(void)
{
    supa_client *clients[HOSTS];
    struct crowd *crowd = start_crowd(clients);
    struct tally tally = {0, 0};
    struct wanted wanted = {crowd_body(crowd, DEAD), 0, &tally};
    struct message message = {.is_there = 0};
    struct timing_call call;
    struct loop loop;
    long late;

    open_loop(&loop);
    message.multi = loop.multi;
    timing_start(&call, 50000, send_message, &message);
    while (!atomic_load(&message.is_there))
        turn(&loop);
    late = timing_now_us();
    late -= timing_join(&call);
    printf("\n    woken after %ld us, %zu turns", late, loop.turns);
    CU_ASSERT(late <= ASK_SLACK_MS * 1000);
    CU_ASSERT(supa_multi_add(loop.multi, ask_read(clients[DEAD]), on_answer, &wanted) != 0);
    while (supa_multi_count(loop.multi) != 0)
        turn(&loop);
    CU_ASSERT_EQUAL(tally.done, 1);
    CU_ASSERT_EQUAL(tally.wrong, 0);
    close_loop(&loop);
    end_crowd(crowd, clients);
}

struct stream {
    int n;
    uint64_t ticket;
    supa_response *end;
};

static int on_row(void *user, supa_row row)
{
    struct stream *stream = user;

    (void)row;
    return ++stream->n % 1000 == 1 ? SUPA_ROWS_PAUSE : SUPA_ROWS_GO_ON;
}

static void on_end(void *user, supa_response *response)
{
    struct stream *stream = user;

    stream->end = response;
}

/* Rows, paused every now and then, in the loop. */
static void a_stream_is_paused_and_resumed_in_a_loop(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_ANSWER_HEAD(200), PEER_SEND("["),
                        PEER_SEND_REPEATED("{\"id\":1},", 49999), PEER_SEND("{\"id\":2}]")));
    supa_client *client = ask_client_peer(peer);
    struct stream stream = {0};
    struct loop loop;
    int paused_at = 0;

    open_loop(&loop);
    stream.ticket = supa_multi_rows(loop.multi, ask_read(client), on_row, on_end, &stream);
    while (stream.end == NULL) {
        turn(&loop);
        if (stream.n % 1000 == 1 && stream.n != paused_at) {
            paused_at = stream.n;
            CU_ASSERT_EQUAL(supa_multi_resume(loop.multi, stream.ticket), 0);
        }
    }
    CU_ASSERT(supa_response_ok(stream.end));
    CU_ASSERT_EQUAL(stream.n, 50000);
    supa_response_free(stream.end);
    close_loop(&loop);
    supa_client_unref(client);
    peer_stop(peer);
}

static void libuv_drives_50_queries(void)
{
    supa_client *clients[HOSTS];
    struct crowd *crowd = start_crowd(clients);
    struct wanted wanted[UV_ALL];
    struct tally tally = {0, 0};
    supa_multi *multi = supa_multi_new(NULL, NULL);
    long start = timing_now_ms(), took;
    uv_loop_t loop;
    struct supa_uv *uv;

    CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
    uv = supa_uv_attach(multi, &loop);
    CU_ASSERT_PTR_NOT_NULL_FATAL(uv);
    CU_ASSERT_EQUAL(uv_run(&loop, UV_RUN_DEFAULT), 0); /* nothing keeps it alive */
    CU_ASSERT_EQUAL(add_queries(multi, crowd, clients, wanted, UV_ALL, &tally), UV_ALL);
    uv_run(&loop, UV_RUN_DEFAULT);
    took = timing_now_ms() - start;
    printf(
        "\n    %zu of %d answered in %ld ms (%d ms for the dead), %zu wrong", tally.done, UV_ALL,
        took, LIMIT_MS, tally.wrong);
    CU_ASSERT_EQUAL(tally.done, UV_ALL);
    CU_ASSERT_EQUAL(tally.wrong, 0);
    CU_ASSERT_EQUAL(supa_multi_count(multi), 0);
    CU_ASSERT(took <= LIMIT_MS + 4 * ASK_SLACK_MS);
    supa_multi_free(multi);
    supa_uv_detach(uv);
    uv_run(&loop, UV_RUN_DEFAULT);
    CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
    end_crowd(crowd, clients);
}

CU_TestInfo loop_tests[] = {
    {"an epoll loop drives 200 queries", an_epoll_loop_drives_200_queries},
    {"a token of another thread cancels in a loop", a_token_cancels_in_a_loop},
    {"another thread wakes a loop", another_thread_wakes_a_loop},
    {"a stream is paused and resumed in a loop", a_stream_is_paused_and_resumed_in_a_loop},
    {"libuv drives 50 queries", libuv_drives_50_queries},
    CU_TEST_INFO_NULL,
};
