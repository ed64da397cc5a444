/* SPDX-License-Identifier: MIT */
/* A master that is gone, and comes back. */
#include "dial.h"
#include "field.h"
#include "main.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STORES = 1000, THREADS = 32, TIMEOUT_MS = 1000, QUEUE = 8 };
/* One time-out, and on a slow machine another one for a caller that comes after the pause. */
enum { MOST_MS = 4 * TIMEOUT_MS };

/* The master's PostgREST, by the stack's own pid file. Started again it keeps that file, so that the
 * stack goes on knowing it. */
static const char stop_it[] = "kill -KILL \"$(cat \"$STACK_DIR/run/master.pid\")\"";
static const char start_it[] =
    "cd \"$STACK_DIR/run\"; as=; "
    "[ \"$(id -u)\" != 0 ] || as='setpriv --reuid postgres --regid postgres --clear-groups'; "
    "rm -f \"$(sed -n 's/^server-unix-socket = \"\\(.*\\)\"/\\1/p' "
    "\"$STACK_DIR/conf/master.postgrest\")\"; "
    "$as env -i PATH=\"$PATH\" LANG=C.UTF-8 TZ=UTC \"$STACK_DIR/bin/postgrest\" "
    "\"$STACK_DIR/conf/master.postgrest\" </dev/null >/dev/null 2>&1 & "
    "echo $! >\"$STACK_DIR/run/master.pid\"";
static const char freeze_it[] = "kill -STOP \"$(cat \"$STACK_DIR/run/master.pid\")\"";
static const char thaw_it[] = "kill -CONT \"$(cat \"$STACK_DIR/run/master.pid\")\"";

static void run(const char *command)
{
    CU_ASSERT_EQUAL_FATAL(system(command), 0);
}

static void await_master(void)
{
    supa_client_options options = stack_options(
        stack_value("MASTER_SUPABASE_URL"), stack_value("MASTER_SUPABASE_SERVICE_KEY"));
    supa_client *client = supa_client_new(&options, NULL);
    int i;

    for (i = 0; i < 300 && supa_client_ping(client, NULL) != SUPA_OK; i++)
        field_sleep(100);
    CU_ASSERT(i < 300);
    supa_client_unref(client);
}

static int reads(supa_manager *manager, const char *store_id)
{
    supa_client *shop = supa_manager_lease(manager, store_id, NULL);
    int code = shop != NULL
                   ? supa_exec(supa_limit(supa_any_store(supa_from(shop, "products")), 1), NULL)
                   : -1;

    supa_client_unref(shop);
    return code;
}

static void cached_stores_serve_and_others_fail_closed(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;
    char id[40], other[40];
    int64_t start_us;

    field_put(0, STORES);
    options.refresh_ms = 100;
    manager = field_manager(options, 0);
    field_store(0, id);
    field_store(1, other);
    CU_ASSERT_EQUAL(reads(manager, id), SUPA_OK);
    run(stop_it);
    for (int i = 0; i < 30; i++) {
        CU_ASSERT_EQUAL(reads(manager, id), SUPA_OK);
        CU_ASSERT_NOT_EQUAL(field_lease_code(manager, other), SUPA_OK);
        field_sleep(20);
    }
    supa_manager_stats_get(manager, &stats);
    CU_ASSERT(stats.refresh_failures > 0);
    run(start_it);
    await_master();
    start_us = field_us();
    while (field_lease_code(manager, other) != SUPA_OK && field_us() - start_us < 5000000)
        field_sleep(10);
    printf(
        "\n    the master was killed and came back: another store was served %lld ms later",
        (long long)((field_us() - start_us) / 1000));
    CU_ASSERT(field_us() - start_us < 2000000);
    field_sleep(1000); /* the pause after its last failure */
    CU_ASSERT_EQUAL(supa_manager_refresh(manager, NULL), SUPA_OK);
    supa_manager_free(manager);
}

struct crowd {
    supa_manager *manager;
    atomic_size_t next, failed;
};

static void *lease_others(void *user)
{
    struct crowd *crowd = user;
    size_t number;

    while ((number = atomic_fetch_add(&crowd->next, 1)) < STORES) {
        char id[40];

        if (field_lease_code(crowd->manager, field_store(number, id)) != SUPA_OK)
            atomic_fetch_add(&crowd->failed, 1);
    }
    return NULL;
}

/* It takes connections and does not answer. */
static void a_dead_master_costs_one_time_out(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    struct crowd crowd = {.manager = NULL};
    pthread_t threads[THREADS];
    int64_t start_us, took_ms;

    options.refresh_ms = 0;
    crowd.manager = field_manager(options, TIMEOUT_MS);
    run(freeze_it);
    start_us = field_us();
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, lease_others, &crowd);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    took_ms = (field_us() - start_us) / 1000;
    run(thaw_it);
    await_master();
    printf(
        "\n    a dead master, %d stores asked for by %d threads, time-out %d ms: "
        "all failed after %lld ms",
        STORES, THREADS, TIMEOUT_MS, (long long)took_ms);
    CU_ASSERT_EQUAL(atomic_load(&crowd.failed), STORES);
    CU_ASSERT(took_ms < MOST_MS);
    supa_manager_free(crowd.manager);
}

/* A port that takes no more connections, and does not say so, as a host that is gone: its queue is full
 * of @fds, the first of which listens. */
static int start_gone(int fds[QUEUE + 1])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(fds[0], (struct sockaddr *)&address, length), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fds[0], 0), 0);
    getsockname(fds[0], (struct sockaddr *)&address, &length);
    for (size_t i = 1; i <= QUEUE; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(fds[i], (struct sockaddr *)&address, length);
    }
    field_sleep(50);
    dial_reset();
    return ntohs(address.sin_port);
}

static void end_gone(int fds[QUEUE + 1])
{
    for (size_t i = 0; i <= QUEUE; i++)
        close(fds[i]);
}

/* Its host is gone: not even a connection is refused. */
static void a_master_out_of_reach_costs_one_connect_time_out(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options master = field_master(), tenant = SUPA_CLIENT_OPTIONS_INIT;
    struct crowd crowd = {.manager = NULL};
    pthread_t threads[THREADS];
    int fds[QUEUE + 1], port = start_gone(fds);
    int64_t start_us, took_ms;
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    master.url = url;
    master.connect_timeout_ms = TIMEOUT_MS;
    options.refresh_ms = options.sweep_ms = 0;
    crowd.manager = field_manager_of(options, master, tenant);
    start_us = field_us();
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, lease_others, &crowd);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    took_ms = (field_us() - start_us) / 1000;
    printf(
        "\n    a master out of reach, %d stores asked for by %d threads, connect time-out %d ms: "
        "all failed after %lld ms, %zu connections begun",
        STORES, THREADS, TIMEOUT_MS, (long long)took_ms, dial_count(NULL, port));
    CU_ASSERT_EQUAL(atomic_load(&crowd.failed), STORES);
    CU_ASSERT(took_ms >= TIMEOUT_MS - 50); /* or else it was refused */
    CU_ASSERT(took_ms < MOST_MS);
    CU_ASSERT(dial_count(NULL, port) <= 2 * THREADS);
    supa_manager_free(crowd.manager);
    end_gone(fds);
}

static void *lease_one(void *manager)
{
    char id[40];

    return (void *)(intptr_t)field_lease_code(manager, field_store(3, id));
}

static void the_end_does_not_wait_for_a_dead_master(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;
    pthread_t first, second;
    void *one, *two;
    int64_t start_us, took_ms;
    char id[40];
    supa_client *kept;

    options.refresh_ms = 50;
    options.background = 1;
    manager = field_manager(options, TIMEOUT_MS);
    kept = supa_manager_lease(manager, field_store(2, id), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(kept);
    run(freeze_it);
    pthread_create(&first, NULL, lease_one, manager);
    field_sleep(50);
    pthread_create(&second, NULL, lease_one, manager);
    field_sleep(100);
    start_us = field_us();
    supa_manager_free(manager);
    took_ms = (field_us() - start_us) / 1000;
    pthread_join(second, &two);
    pthread_join(first, &one);
    run(thaw_it);
    await_master();
    printf("\n    the end of a manager whose master hangs: %lld ms", (long long)took_ms);
    CU_ASSERT(took_ms <= 200);
    CU_ASSERT((intptr_t)one == SUPA_ERROR_CANCELLED || (intptr_t)one == SUPA_ERROR_TIMEOUT);
    CU_ASSERT((intptr_t)two == SUPA_ERROR_CANCELLED || (intptr_t)two == SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(
        supa_exec(supa_limit(supa_any_store(supa_from(kept, "products")), 1), NULL), SUPA_OK);
    supa_client_unref(kept);
}

CU_TestInfo outage_tests[] = {
    {"cached stores serve, others fail closed, and it recovers",
     cached_stores_serve_and_others_fail_closed},
    {"a dead master costs one time-out", a_dead_master_costs_one_time_out},
    {"a master out of reach costs one connect time-out",
     a_master_out_of_reach_costs_one_connect_time_out},
    {"the end does not wait for a dead master", the_end_does_not_wait_for_a_dead_master},
    CU_TEST_INFO_NULL,
};
