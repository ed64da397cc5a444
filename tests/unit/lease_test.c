/* SPDX-License-Identifier: MIT */
/* Leases in a multi, by a deadline and until a token fires; and in a child of fork. */
#include "base/clock.h"
#include "gateway_world.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct heard {
    size_t told;
    int code;
};

static void hear(void *user, supa_client *client, const supa_error *error)
{
    struct heard *heard = user;

    heard->told++;
    heard->code = client != NULL ? SUPA_OK : error->code;
    supa_client_unref(client);
}

static void put_host(struct gateway_world *world)
{
    fake_put_host(
        &world->master, "store_hostnames", "40570000-0000-4000-8000-00000000000a", "a.example", 0,
        "");
}

static void a_thousand_cold_stores_take_a_thousand_lookups(void)
{
    enum { STORES = 1000 };
    struct gateway_world world;
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct heard heard = {0, 0};
    char id[40];

    gateway_world_start(&world, STORES);
    for (size_t i = 0; i < 2 * STORES; i++)
        CU_ASSERT(
            supa_multi_lease(multi, world.manager, fake_store(i % STORES, id), hear, &heard) != 0);
    CU_ASSERT_EQUAL(heard.told, 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(heard.told, 2 * STORES);
    CU_ASSERT_EQUAL(heard.code, SUPA_OK);
    CU_ASSERT_EQUAL(world.master.lookups, STORES);
    supa_multi_free(multi);
    gateway_world_end(&world);
}

static void hosts_and_refusals_come_the_same_way(void)
{
    struct gateway_world world;
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct heard heard = {0, 0};
    char id[40];

    gateway_world_start(&world, 1);
    put_host(&world);
    CU_ASSERT(supa_multi_lease_host(multi, world.manager, "A.example:80", hear, &heard) != 0);
    supa_multi_run(multi);
    CU_ASSERT_EQUAL(heard.code, SUPA_OK);
    supa_multi_lease_host(multi, world.manager, "b.example", hear, &heard);
    supa_multi_run(multi);
    CU_ASSERT_EQUAL(heard.code, SUPA_ERROR_HOST_NOT_FOUND);
    supa_multi_lease(multi, world.manager, fake_store(7, id), hear, &heard);
    supa_multi_run(multi);
    CU_ASSERT_EQUAL(heard.code, SUPA_ERROR_STORE_NOT_FOUND);
    supa_multi_lease(multi, world.manager, "no id", hear, &heard);
    supa_multi_run(multi);
    CU_ASSERT_EQUAL(heard.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(heard.told, 4);
    CU_ASSERT_EQUAL(supa_multi_lease(multi, NULL, id, hear, &heard), 0);
    supa_multi_free(multi);
    gateway_world_end(&world);
}

/* It lets its time pass: that is an outage, which one of all finds out. */
static void a_master_that_does_not_answer_costs_one_lookup(void)
{
    struct gateway_world world;
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct heard heard = {0, 0};
    char id[40];

    gateway_world_start(&world, 100);
    world.master.failing = SUPA_ERROR_TIMEOUT;
    for (size_t i = 0; i < 100; i++) {
        supa_multi_lease(multi, world.manager, fake_store(i, id), hear, &heard);
        supa_multi_run(multi);
        CU_ASSERT_EQUAL(heard.code, SUPA_ERROR_TIMEOUT);
    }
    CU_ASSERT_EQUAL(heard.told, 100);
    CU_ASSERT_EQUAL(world.master.calls, 1);
    supa_multi_free(multi);
    gateway_world_end(&world);
}

struct lessee {
    struct gateway_world *world;
    supa_cancel *cancel;
    int64_t ms;
    int code;
    pthread_t thread;
};

static void *lease(void *user)
{
    struct lessee *lessee = user;
    supa_error error;
    char id[40];

    supa_client_unref(supa_manager_lease_by(
        lessee->world->manager, fake_store(0, id), supa_deadline_in(lessee->ms), lessee->cancel,
        &error));
    lessee->code = error.code;
    return NULL;
}

enum ending { BY_CANCEL, BY_MULTI, BY_MANAGER, BY_FORGET, BY_LOAD, ENDINGS };

/* A lease in a multi waits for the load of another thread. */
static void check_waiting_lease(enum ending how)
{
    struct gateway_world world;
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct lessee other = {.world = &world};
    struct heard heard = {0, 0};
    uint64_t ticket;
    char id[40];

    gateway_world_start(&world, 1);
    gateway_world_hold(&world);
    pthread_create(&other.thread, NULL, lease, &other);
    gateway_world_await(&world, 1);
    ticket = supa_multi_lease(multi, world.manager, fake_store(0, id), hear, &heard);
    supa_multi_poll(multi, 0);
    CU_ASSERT_EQUAL(heard.told, 0);
    if (how == BY_CANCEL)
        supa_multi_cancel(multi, ticket);
    if (how == BY_MULTI) {
        supa_multi_free(multi);
        multi = NULL;
    }
    if (how == BY_MANAGER) {
        supa_manager_free(world.manager);
        world.manager = NULL;
    }
    if (how == BY_FORGET)
        supa_manager_forget(world.manager, id);
    if (how == BY_FORGET || how == BY_LOAD)
        gateway_world_open(&world);
    if (multi != NULL)
        supa_multi_run(multi);
    CU_ASSERT_EQUAL(heard.told, 1);
    CU_ASSERT_EQUAL(
        heard.code, how == BY_FORGET || how == BY_LOAD ? SUPA_OK : SUPA_ERROR_CANCELLED);
    gateway_world_open(&world);
    pthread_join(other.thread, NULL);
    CU_ASSERT_EQUAL(other.code, how == BY_MANAGER ? SUPA_ERROR_CANCELLED : SUPA_OK);
    supa_multi_free(multi);
    gateway_world_end(&world);
}

static void a_lease_that_waits_for_another_thread_can_end_in_any_way(void)
{
    for (int how = 0; how < ENDINGS; how++)
        check_waiting_lease((enum ending)how);
}

static void one_that_blocks_ends_by_its_deadline_or_token(void)
{
    for (int fires = 0; fires < 2; fires++) {
        struct gateway_world world;
        struct lessee first = {.world = &world}, second = {.world = &world};
        int64_t start_us;

        gateway_world_start(&world, 1);
        second.cancel = supa_cancel_new();
        second.ms = fires ? 0 : 50;
        gateway_world_hold(&world);
        pthread_create(&first.thread, NULL, lease, &first);
        gateway_world_await(&world, 1);
        start_us = clock_us();
        pthread_create(&second.thread, NULL, lease, &second);
        usleep(30000);
        if (fires)
            supa_cancel_fire(second.cancel);
        pthread_join(second.thread, NULL);
        CU_ASSERT(clock_us() - start_us < 4000000);
        CU_ASSERT_EQUAL(second.code, fires ? SUPA_ERROR_CANCELLED : SUPA_ERROR_TIMEOUT);
        gateway_world_open(&world);
        pthread_join(first.thread, NULL);
        CU_ASSERT_EQUAL(first.code, SUPA_OK);
        second.ms = 0; /* cached: nobody asks for the token */
        lease(&second);
        CU_ASSERT_EQUAL(second.code, SUPA_OK);
        supa_cancel_unref(second.cancel);
        gateway_world_end(&world);
    }
}

static void when_memory_is_gone_it_is_told(void)
{
    int fails = 1;
    size_t nth = 1;

    for (; fails; nth++) {
        struct gateway_world world;
        supa_multi *multi = supa_multi_new(NULL, NULL);
        supa_cancel *cancel = supa_cancel_new();
        struct heard heard = {0, 0};
        supa_client *client;
        supa_error error;
        char id[40];
        size_t begun;

        gateway_world_start(&world, 2);
        put_host(&world);
        world_fail_at(nth);
        begun = supa_multi_lease_host(multi, world.manager, "a.example", hear, &heard) != 0;
        supa_multi_run(multi);
        CU_ASSERT(heard.code == SUPA_OK || heard.code == SUPA_ERROR_NO_MEMORY);
        client = supa_manager_lease_by(
            world.manager, fake_store(1, id), supa_deadline_in(0), cancel, &error);
        fails = world_failed();
        CU_ASSERT(client != NULL || error.code == SUPA_ERROR_NO_MEMORY);
        CU_ASSERT_EQUAL(heard.told, begun);
        supa_client_unref(client);
        supa_cancel_unref(cancel);
        supa_multi_free(multi);
        gateway_world_end(&world);
    }
    printf(" %zu allocations", nth);
    CU_ASSERT(nth > 20);
}

/* 0, or which of them went wrong. */
static int use_in_child(struct gateway_world *world, supa_client *lease_of_parent)
{
    supa_host host = SUPA_HOST_INIT;
    supa_error error;
    char id[40];

    if (supa_manager_lease(world->manager, fake_store(0, id), &error) != NULL ||
        error.code != SUPA_ERROR_ARGUMENT)
        return 1;
    if (supa_manager_resolve_host(world->manager, "a.example", &host, NULL) != SUPA_ERROR_ARGUMENT)
        return 2;
    if (supa_manager_refresh(world->manager, NULL) != SUPA_ERROR_ARGUMENT)
        return 3;
    supa_manager_forget(world->manager, NULL);
    supa_manager_free(world->manager);
    supa_client_unref(lease_of_parent);
    return 0;
}

static void a_child_of_fork_is_refused_and_may_free(void)
{
    struct gateway_world world;
    supa_client *shop;
    int status = -1;
    pid_t child;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        alarm(10);
        _exit(use_in_child(&world, shop));
    }
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    supa_client_unref(shop);
    gateway_world_end(&world);
}

CU_TestInfo lease_tests[] = {
    {"1,000 cold stores on one thread take 1,000 lookups",
     a_thousand_cold_stores_take_a_thousand_lookups},
    {"hosts and refusals come the same way", hosts_and_refusals_come_the_same_way},
    {"a master that does not answer costs one lookup",
     a_master_that_does_not_answer_costs_one_lookup},
    {"a lease that waits for another thread can end in any way",
     a_lease_that_waits_for_another_thread_can_end_in_any_way},
    {"one that blocks ends by its deadline or token",
     one_that_blocks_ends_by_its_deadline_or_token},
    {"when memory is gone it is told", when_memory_is_gone_it_is_told},
    {"a child of fork is refused, and may free", a_child_of_fork_is_refused_and_may_free},
    CU_TEST_INFO_NULL,
};
