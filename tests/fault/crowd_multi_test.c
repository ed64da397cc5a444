/* SPDX-License-Identifier: MIT */
/* Many hosts at once, some of them dead: the live ones do not notice, and the dead cost their own
 * callers only. */
#include "ask.h"
#include "crowd.h"
#include "peer_socket.h"
#include "peer_thread.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HOSTS = 50, EACH = 10, ALL = HOSTS * EACH, DELAY_MS = 30, DEAD_MS = 1000, THREADS = 40 };

/* One query of the crowd. */
struct asked {
    const char *expected; /* NULL: the host is dead */
    long *last_live_us;
    size_t *wrong, *done;
};

static void on_answer(void *user, supa_response *response)
{
    const struct asked *asked = user;
    size_t length;

    ++*asked->done;
    if (asked->expected != NULL) {
        const char *body = supa_response_body(response, &length);

        *asked->last_live_us = timing_now_us();
        *asked->wrong += !supa_response_ok(response) || strcmp(body, asked->expected) != 0;
    } else {
        *asked->wrong += supa_response_ok(response) != 0;
    }
    supa_response_free(response);
}

static const enum crowd_kind kinds[] = {
    CROWD_REFUSES, CROWD_SILENT, CROWD_MUTE, CROWD_SILENT, CROWD_MUTE};

/* Asks all hosts EACH times at once. How long the live ones took, in microseconds. */
static long ask_all(const char *what, size_t dead)
{
    struct crowd_host hosts[HOSTS];
    supa_client *clients[HOSTS];
    struct asked *asked = calloc(ALL, sizeof *asked);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    size_t wrong = 0, done = 0;
    long start, last = 0;
    struct crowd *crowd;

    for (size_t i = 0; i < HOSTS; i++)
        hosts[i] = (struct crowd_host){i < dead ? kinds[i] : CROWD_ALIVE, DELAY_MS};
    crowd = crowd_start(hosts, HOSTS, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(crowd);
    for (size_t i = 0; i < HOSTS; i++) {
        supa_client_options options = ask_options(crowd_url(crowd, i), NULL);

        options.timeout_ms = i < dead ? DEAD_MS : ASK_SOON_MS;
        clients[i] = ask_client(&options);
    }
    start = timing_now_us();
    for (size_t i = 0; i < ALL; i++) {
        size_t host = i % HOSTS;

        asked[i] =
            (struct asked){host < dead ? NULL : crowd_body(crowd, host), &last, &wrong, &done};
        CU_ASSERT(supa_multi_add(multi, ask_read(clients[host]), on_answer, &asked[i]) != 0);
    }
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    printf(
        "\n    %s: live ones after %ld ms, all after %ld ms, %zu waiting at once, %zu wrong", what,
        (last - start) / 1000, (timing_now_us() - start) / 1000,
        crowd_sum(crowd, CROWD_MOST_WAITING), wrong);
    CU_ASSERT_EQUAL(done, ALL);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_ALL_ANSWERED), (HOSTS - dead) * EACH);
    CU_ASSERT((timing_now_us() - start) / 1000 <= DEAD_MS + 4 * ASK_SLACK_MS);
    supa_multi_free(multi);
    for (size_t i = 0; i < HOSTS; i++)
        supa_client_unref(clients[i]);
    crowd_stop(crowd);
    free(asked);
    return last - start;
}

/* The machine may be busy: the best of some tries counts. */
static void live_hosts_do_not_notice_dead_ones(void)
{
    long alone = ask_all("50 alive        ", 0), among = 0;

    for (int i = 0; i < 3; i++) {
        among = ask_all("5 of 50 are dead", 5);
        if (among <= alone + ASK_SLACK_MS * 1000)
            break;
    }
    CU_ASSERT(among <= alone + ASK_SLACK_MS * 1000);
}

struct caller {
    supa_client *client;
    int code;
    long took_ms;
    pthread_t thread;
};

static void *call(void *argument)
{
    struct caller *caller = argument;
    long start = timing_now_ms();

    caller->code = supa_exec(ask_read(caller->client), NULL);
    caller->took_ms = timing_now_ms() - start;
    return NULL;
}

static void a_dead_host_holds_up_no_more_callers_than_its_bound(void)
{
    static const struct crowd_host hosts[] = {{.kind = CROWD_MUTE}, {.kind = CROWD_ALIVE}};
    struct crowd *crowd = crowd_start(hosts, 2, 0);
    supa_client_options options = ask_options(crowd_url(crowd, 0), NULL);
    struct caller callers[THREADS];
    supa_client *client, *live = NULL;
    size_t waited = 0, busy = 0;
    long slowest = 0;

    options.timeout_ms = DEAD_MS;
    client = ask_client(&options);
    for (int i = 0; i < THREADS; i++) {
        callers[i].client = client;
        pthread_create(&callers[i].thread, NULL, call, &callers[i]);
    }
    options = ask_options(crowd_url(crowd, 1), NULL);
    live = ask_client(&options);
    CU_ASSERT_EQUAL(supa_exec(ask_read(live), NULL), SUPA_OK);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        waited += callers[i].code == SUPA_ERROR_TIMEOUT;
        busy += callers[i].code == SUPA_ERROR_BUSY;
        if (callers[i].code == SUPA_ERROR_BUSY && callers[i].took_ms > slowest)
            slowest = callers[i].took_ms;
    }
    printf(
        "\n    of %d callers %zu waited, %zu were busy, after %ld ms at most", THREADS, waited,
        busy, slowest);
    CU_ASSERT_EQUAL(waited, 32);
    CU_ASSERT_EQUAL(busy, THREADS - 32);
    CU_ASSERT(slowest <= ASK_SLACK_MS);
    supa_client_unref(live);
    supa_client_unref(client);
    crowd_stop(crowd);
}

/* Answers one request on the listener, whatever it is. */
static void *answer_one(void *argument)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 2\r\nConnection: close\r\n\r\n[]";
    char bytes[4096];
    int fd = accept(*(int *)argument, NULL, NULL);

    if (fd >= 0 && recv(fd, bytes, sizeof bytes, 0) > 0)
        send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void a_host_that_cannot_be_reached_fails_at_once_and_recovers(void)
{
    int port = peer_unused_port(), listener, code, tries = 0;
    char url[40];
    supa_client_options options = ask_options(url, NULL);
    supa_client *client;
    pthread_t thread;
    supa_error error;
    long start;

    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    client = ask_client(&options);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(supa_exec(ask_read(client), NULL), SUPA_ERROR_NETWORK);
    listener = peer_socket_bound(1, port);
    CU_ASSERT_EQUAL(listen(listener, 16), 0);
    CU_ASSERT_EQUAL(peer_thread_start(&thread, answer_one, &listener), 0);
    start = timing_now_ms();
    CU_ASSERT_EQUAL(supa_exec(ask_write(client), &error), SUPA_ERROR_BUSY);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(ask(ASK_MULTI, ask_read(client), NULL), SUPA_ERROR_BUSY);
    CU_ASSERT_EQUAL(ask(ASK_ROWS, ask_read(client), NULL), SUPA_ERROR_BUSY);
    CU_ASSERT(timing_now_ms() - start <= ASK_SLACK_MS);
    do {
        nanosleep(&(struct timespec){0, 20000000}, NULL);
        code = supa_exec(ask_read(client), NULL);
        tries++;
    } while (code == SUPA_ERROR_BUSY && timing_now_ms() - start < ASK_SOON_MS);
    printf("\n    asked again after %ld ms, %d refusals", timing_now_ms() - start, tries - 1);
    CU_ASSERT_EQUAL(code, SUPA_OK);
    CU_ASSERT(timing_now_ms() - start > 500 && timing_now_ms() - start < 2000);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    supa_client_unref(client);
}

/* What a write of many came to. */
struct written {
    size_t good, more_than_one, reused;
};

static void on_written(void *user, supa_response *response)
{
    struct written *written = user;
    supa_timings timings;

    supa_response_timings(response, &timings);
    written->good += supa_response_ok(response) != 0;
    written->more_than_one += timings.attempts != 1;
    written->reused += timings.reused != 0;
    supa_response_free(response);
}

/* Amid one turn, libcurl may give a connection that one request has left to the next one: then it is not
 * idle, and the answer that comes on it is no sign of its end. */
static void connections_that_change_hands_are_not_taken_for_idle(void)
{
    enum { WRITES = 3000, AT_ONCE = 8 };
    struct crowd_host host = {.kind = CROWD_ALIVE};
    struct crowd *crowd = crowd_start(&host, 1, 0);
    supa_client_options options = ask_options(crowd_url(crowd, 0), NULL);
    supa_client *client = ask_client(&options);
    supa_multi_options bounds = SUPA_MULTI_OPTIONS_INIT;
    struct written written = {0, 0, 0};
    supa_multi *multi;

    bounds.max_per_host = AT_ONCE;
    multi = supa_multi_new(&bounds, NULL);
    for (size_t i = 0; i < WRITES; i++)
        CU_ASSERT(
            supa_multi_add(
                multi, supa_insert(supa_from(client, "products"), "{}"), on_written, &written) !=
            0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    printf(
        "\n    %d writes over %zu connections: %zu good, %zu with a second attempt, %zu answered",
        WRITES, crowd_count(crowd, 0, CROWD_ACCEPTED), written.good, written.more_than_one,
        crowd_count(crowd, 0, CROWD_ANSWERED));
    CU_ASSERT_EQUAL(written.good, WRITES);
    CU_ASSERT_EQUAL(written.more_than_one, 0);
    CU_ASSERT_EQUAL(crowd_count(crowd, 0, CROWD_ANSWERED), WRITES);
    CU_ASSERT(crowd_count(crowd, 0, CROWD_ACCEPTED) <= AT_ONCE);
    supa_multi_free(multi);
    supa_client_unref(client);
    crowd_stop(crowd);
}

CU_TestInfo crowd_multi_tests[] = {
    {"connections that change hands are not taken for idle",
     connections_that_change_hands_are_not_taken_for_idle},
    {"500 queries over 50 hosts: live ones do not notice dead ones",
     live_hosts_do_not_notice_dead_ones},
    {"a dead host holds up no more callers than its bound",
     a_dead_host_holds_up_no_more_callers_than_its_bound},
    {"a host that cannot be reached fails at once, and recovers",
     a_host_that_cannot_be_reached_fails_at_once_and_recovers},
    CU_TEST_INFO_NULL,
};
