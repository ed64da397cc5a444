/* SPDX-License-Identifier: MIT */
/* Hosts under a deadline and until a token fires, while others look the same name up. */
#include "base/clock.h"
#include "gateway_world.h"
#include "manager/hosts.h"
#include "manager/resolve.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define HOST "a.example"

static void start(struct gateway_world *world)
{
    gateway_world_start(world, 1);
    fake_put_host(
        &world->master, "store_hostnames", "40570000-0000-4000-8000-00000000000a", HOST, 0, "");
}

enum how { BLOCKS, RESOLVES, IN_MULTI, CALLS };

struct caller {
    struct gateway_world *world;
    enum how call;
    supa_cancel *cancel;
    int64_t ms; /* 0: no deadline */
    int told, code;
    pthread_t thread;
};

static void hear(void *user, supa_client *client, const supa_error *error)
{
    struct caller *caller = user;

    caller->told++;
    caller->code = client != NULL ? SUPA_OK : error->code;
    supa_client_unref(client);
}

static void ask_in_multi(struct caller *caller, supa_deadline deadline)
{
    supa_multi *multi = supa_multi_new(NULL, NULL);

    supa_multi_lease_host_by(
        multi, caller->world->manager, HOST, deadline, caller->cancel, hear, caller);
    supa_multi_run(multi);
    supa_multi_free(multi);
    CU_ASSERT_EQUAL(caller->told, 1);
}

static void *ask(void *user)
{
    struct caller *caller = user;
    supa_manager *manager = caller->world->manager;
    supa_deadline deadline = {0};
    supa_host host = SUPA_HOST_INIT;
    supa_error error;

    if (caller->ms != 0)
        deadline = supa_deadline_in(caller->ms);
    if (caller->call == IN_MULTI) {
        ask_in_multi(caller, deadline);
    } else if (caller->call == RESOLVES) {
        caller->code = supa_manager_resolve_host_by(manager, HOST, deadline, &host, NULL);
    } else {
        supa_client_unref(
            supa_manager_lease_host_by(manager, HOST, deadline, caller->cancel, &error));
        caller->code = error.code;
    }
    return NULL;
}

/* The caller waits for a lookup of another thread, which goes on. */
static void check_given_up(enum how call, int fires)
{
    struct gateway_world world;
    struct caller first = {.world = &world, .call = BLOCKS}, second = {.world = &world};
    int64_t start_us;

    start(&world);
    second.call = call;
    second.cancel = fires ? supa_cancel_new() : NULL;
    second.ms = fires ? 0 : 30;
    gateway_world_hold(&world);
    pthread_create(&first.thread, NULL, ask, &first);
    gateway_world_await(&world, 1);
    start_us = clock_us();
    pthread_create(&second.thread, NULL, ask, &second);
    usleep(30000);
    supa_cancel_fire(second.cancel);
    pthread_join(second.thread, NULL);
    CU_ASSERT(clock_us() - start_us < 4000000);
    CU_ASSERT_EQUAL(second.code, fires ? SUPA_ERROR_CANCELLED : SUPA_ERROR_TIMEOUT);
    gateway_world_open(&world);
    pthread_join(first.thread, NULL);
    CU_ASSERT_EQUAL(first.code, SUPA_OK);
    second.told = 0;
    second.ms = 60000;
    ask(&second); /* cached by now: the token that has fired is not asked for where one waits */
    CU_ASSERT_EQUAL(second.code, SUPA_OK);
    supa_cancel_unref(second.cancel);
    gateway_world_end(&world);
}

static void a_caller_who_waits_gives_up_in_time(void)
{
    for (int call = 0; call < CALLS; call++)
        check_given_up((enum how)call, 0);
    check_given_up(BLOCKS, 1);
}

static void a_lookup_of_its_own_ends_by_its_token(void)
{
    for (int call = 0; call < CALLS; call++) {
        struct gateway_world world;
        struct caller caller = {.world = &world, .call = (enum how)call};

        if (call == RESOLVES)
            continue;
        start(&world);
        caller.cancel = supa_cancel_new();
        supa_cancel_fire(caller.cancel);
        ask(&caller);
        CU_ASSERT_EQUAL(caller.code, SUPA_ERROR_CANCELLED);
        supa_cancel_unref(caller.cancel);
        caller.cancel = NULL;
        caller.told = 0;
        ask(&caller); /* nothing of it is kept */
        CU_ASSERT_EQUAL(caller.code, SUPA_OK);
        gateway_world_end(&world);
    }
}

static void what_is_no_host_is_refused(void)
{
    struct gateway_world world;
    supa_host host = SUPA_HOST_INIT;
    supa_error error;
    const supa_deadline soon = supa_deadline_in(1000);

    start(&world);
    CU_ASSERT_PTR_NULL(supa_manager_lease_host_by(NULL, HOST, soon, NULL, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_manager_lease_host_by(world.manager, "no host", soon, NULL, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(
        supa_manager_resolve_host_by(world.manager, HOST, soon, NULL, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(
        supa_manager_resolve_host_by(world.manager, "b.example", soon, &host, &error),
        SUPA_ERROR_HOST_NOT_FOUND);
    CU_ASSERT_EQUAL(supa_multi_lease_host_by(NULL, world.manager, HOST, soon, NULL, hear, NULL), 0);
    gateway_world_end(&world);
}

enum { SLOW_MS = 40, HASTY_MS = 10, HASTY = 6, PATIENT_ROUNDS = 8 };

/* Takes its time, and gives up at the asker's deadline. */
static int find_slowly(
    void *user, const char *name, int64_t deadline_us, struct host_found *found, supa_error *error)
{
    (void)user, (void)name;
    if (deadline_us != 0) {
        while (clock_us() < deadline_us)
            usleep(1000);
        error->code = SUPA_ERROR_TIMEOUT;
        return SUPA_ERROR_TIMEOUT;
    }
    usleep(SLOW_MS * 1000);
    found->source = SUPA_HOSTS_STORE_HOSTNAMES;
    return SUPA_OK;
}

static int64_t now(void *user)
{
    (void)user;
    return clock_us();
}

struct haste {
    struct hosts *hosts;
    atomic_int stop;
};

static void *be_hasty(void *argument)
{
    struct haste *haste = argument;
    struct host_found found;

    while (!atomic_load(&haste->stop)) {
        hosts_resolve(haste->hosts, HOST, clock_us() + HASTY_MS * 1000, &found, NULL);
        hosts_forget(haste->hosts, NULL);
    }
    return NULL;
}

/* However many have given up before: who has no deadline learns what the master knows. What is
 * forgotten four times while it is looked up is another matter. */
static void those_without_a_deadline_do_not_fail_by_others(void)
{
    struct outage outage;
    struct counters counters;
    struct haste haste = {.stop = 0};
    const struct hosts_options options = {100,  1,   1,    0,       find_slowly,
                                          NULL, now, NULL, &outage, &counters};
    pthread_t threads[HASTY];

    CU_ASSERT_EQUAL_FATAL(outage_start(&outage), 0);
    counters_start(&counters);
    haste.hosts = hosts_new(&options);
    for (int i = 0; i < HASTY; i++)
        pthread_create(&threads[i], NULL, be_hasty, &haste);
    for (int i = 0; i < PATIENT_ROUNDS; i++) {
        struct host_found found = {0};
        supa_error error = {0};

        CU_ASSERT_EQUAL(hosts_resolve(haste.hosts, HOST, 0, &found, &error), SUPA_OK);
        CU_ASSERT_EQUAL(found.source, SUPA_HOSTS_STORE_HOSTNAMES);
    }
    atomic_store(&haste.stop, 1);
    for (int i = 0; i < HASTY; i++)
        pthread_join(threads[i], NULL);
    hosts_free(haste.hosts);
    outage_end(&outage);
}

CU_TestInfo host_lease_tests[] = {
    {"a caller who waits gives up in time", a_caller_who_waits_gives_up_in_time},
    {"a lookup of its own ends by its token", a_lookup_of_its_own_ends_by_its_token},
    {"what is no host is refused", what_is_no_host_is_refused},
    {"those without a deadline do not fail by others",
     those_without_a_deadline_do_not_fail_by_others},
    CU_TEST_INFO_NULL,
};
