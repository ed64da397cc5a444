/* SPDX-License-Identifier: MIT */
/* Eight threads and one manager whose time jumps, whose stores are rotated, forgotten, removed, made again and
 * evicted, and whose leases are cancelled: for ThreadSanitizer, and for what has to hold all the same. It lasts
 * $SUPA_STRESS_MS, 2,000 when it is not set. */
#include "base/clock.h"
#include "base/secret.h"
#include "main.h"
#include "manager/cache_internal.h"
#include "manager/manager_internal.h"
#include "unit/gateway_world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>

enum { STORES = 24, CACHED = 12, LEASERS = 4 };

static struct gateway_world world;
static atomic_int is_over;
static atomic_int
    floor_of[STORES]; /* a lease that begins now has this key or a later one; 0: it is gone */
static atomic_long leased, failed, old, odd, cancelled, rotated, invalidated, jumps;

static uint64_t roll(uint64_t *dice)
{
    *dice = *dice * 6364136223846793005U + 1442695040888963407U;
    return *dice >> 33;
}

static int key_of(const supa_client *client)
{
    return atoi(client->options.key + strlen("key-"));
}

/* What may come of a lease, beside a client. */
static int is_usual(int code)
{
    return code == SUPA_ERROR_STORE_NOT_FOUND || code == SUPA_ERROR_TIMEOUT ||
           code == SUPA_ERROR_CANCELLED || code == SUPA_ERROR_BUSY;
}

static void judge(supa_client *client, const supa_error *error, int least)
{
    if (client == NULL) {
        atomic_fetch_add(&failed, 1);
        atomic_fetch_add(&odd, !is_usual(error->code));
        return;
    }
    atomic_fetch_add(&leased, 1);
    atomic_fetch_add(&old, key_of(client) < least);
}

static void lease_one(size_t store, int64_t ms, supa_cancel *cancel)
{
    const int least = atomic_load(&floor_of[store]);
    supa_error error = {0};
    supa_client *client;
    char id[40];

    fake_store(store, id);
    client = ms == 0 && cancel == NULL
                 ? supa_manager_lease(world.manager, id, &error)
                 : supa_manager_lease_by(world.manager, id, supa_deadline_in(ms), cancel, &error);
    judge(client, &error, least);
    if (client != NULL)
        atomic_fetch_add(&odd, supa_client_stale(client) < 0);
    supa_client_unref(client);
}

static void *lease_on(void *user)
{
    uint64_t dice = (uint64_t)(uintptr_t)user;

    while (!atomic_load(&is_over))
        lease_one(roll(&dice) % STORES, 0, NULL);
    return NULL;
}

struct token {
    supa_cancel *cancel;
    pthread_t thread;
};

static void *fire(void *user)
{
    supa_cancel_fire(user);
    supa_cancel_unref(user);
    return NULL;
}

/* Leases with little time, and whose token fires meanwhile. */
static void *give_up(void *user)
{
    uint64_t dice = 77;

    (void)user;
    while (!atomic_load(&is_over)) {
        struct token token = {supa_cancel_new(), 0};

        if (token.cancel == NULL ||
            pthread_create(&token.thread, NULL, fire, supa_cancel_ref(token.cancel)) != 0)
            abort();
        lease_one(roll(&dice) % STORES, (int64_t)(roll(&dice) % 3), token.cancel);
        pthread_join(token.thread, NULL);
        supa_cancel_unref(token.cancel);
        atomic_fetch_add(&cancelled, 1);
    }
    return NULL;
}

static void told(void *user, supa_client *client, const supa_error *error)
{
    judge(client, error, *(const int *)user);
    supa_client_unref(client);
}

static void *lease_by_multi(void *user)
{
    supa_multi *multi = supa_multi_new(NULL, NULL);
    uint64_t dice = 99;

    (void)user;
    while (!atomic_load(&is_over)) {
        int least[4];
        char id[40];

        for (size_t i = 0; i < 4; i++) {
            const size_t store = roll(&dice) % STORES;
            uint64_t ticket;

            least[i] = atomic_load(&floor_of[store]);
            ticket = supa_multi_lease(multi, world.manager, fake_store(store, id), told, &least[i]);
            if (roll(&dice) % 4 == 0 && ticket != 0)
                supa_multi_cancel(multi, ticket);
        }
        supa_multi_run(multi);
        supa_text_free(supa_manager_stats_text(world.manager));
    }
    supa_multi_free(multi);
    return NULL;
}

/* Said of the store, of all, or noticed by the delta: then the master has stamped it later than before. */
static void invalidate(size_t store, uint64_t how)
{
    char id[40];

    switch (how % 3) {
    case 0:
        supa_manager_forget(world.manager, fake_store(store, id));
        break;
    case 1:
        supa_manager_forget(world.manager, NULL);
        break;
    default:
        fake_turn(&world.master, 1);
        supa_manager_refresh(world.manager, NULL);
        supa_manager_forget(
            world.manager, fake_store(store, id)); /* another's refresh may be under way */
        break;
    }
    atomic_fetch_add(&invalidated, 1);
}

/* The only one who changes the master. */
static void *rotate(void *user)
{
    uint64_t dice = 55;
    int key = 1;

    (void)user;
    while (!atomic_load(&is_over)) {
        const size_t store = roll(&dice) % STORES;
        const int is_removed = roll(&dice) % 8 == 0;

        key++;
        pthread_mutex_lock(&world.master.mutex);
        if (is_removed)
            fake_remove(&world.master, store);
        else
            fake_put_store(&world.master, store, key);
        pthread_mutex_unlock(&world.master.mutex);
        invalidate(store, roll(&dice));
        atomic_store(&floor_of[store], key);
        atomic_fetch_add(&rotated, 1);
    }
    return NULL;
}

static void *jump(void *user)
{
    const struct timespec moment = {0, 200000};
    uint64_t dice = 33;

    (void)user;
    while (!atomic_load(&is_over)) {
        fake_turn(&world.master, (int64_t)(roll(&dice) % 16 == 0 ? 4000000 : roll(&dice) % 7000));
        atomic_fetch_add(&jumps, 1);
        nanosleep(&moment, NULL);
    }
    return NULL;
}

static void run_all(int64_t ms)
{
    void *(*const works[])(void *) = {lease_on, lease_on, lease_on, lease_on,
                                      give_up,  rotate,   jump,     lease_by_multi};
    pthread_t threads[8];
    const struct timespec moment = {0, 10000000};
    const int64_t until_us = clock_us() + ms * 1000;

    for (size_t i = 0; i < 8; i++)
        CU_ASSERT_EQUAL_FATAL(
            pthread_create(&threads[i], NULL, works[i], (void *)(uintptr_t)(i + 1)), 0);
    while (clock_us() < until_us)
        nanosleep(&moment, NULL);
    atomic_store(&is_over, 1);
    for (size_t i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
}

static void nothing_old_is_leased_and_nothing_is_left(void)
{
    const char *ms = getenv("SUPA_STRESS_MS");
    const size_t secrets = secret_count();

    gateway_world_start(&world, STORES);
    world.manager->cache->options.max = CACHED;
    for (size_t i = 0; i < STORES; i++)
        atomic_store(&floor_of[i], 1);
    supa_manager_refresh(world.manager, NULL); /* the delta knows where to begin */
    run_all(ms != NULL ? atol(ms) : 2000);
    printf(
        "\n    %ld leases, %ld without a client, %ld given up, %ld rotations and removals, %ld "
        "invalidations, "
        "%ld jumps in time\n",
        leased, failed, cancelled, rotated, invalidated, jumps);
    CU_ASSERT_EQUAL(old, 0);
    CU_ASSERT_EQUAL(odd, 0);
    CU_ASSERT(leased > 100 && cancelled > 10 && rotated > 10 && jumps > 10);
    CU_ASSERT(atomic_load(&world.manager->cache->count) <= CACHED);
    gateway_world_end(&world);
    CU_ASSERT_EQUAL(secret_count(), secrets);
}

static CU_TestInfo tests[] = {
    {"nothing old is leased, and nothing is left", nothing_old_is_leased_and_nothing_is_left},
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo test_suites[] = {
    {"stress", NULL, NULL, NULL, NULL, tests},
    CU_SUITE_INFO_NULL,
};
