/* SPDX-License-Identifier: MIT */
/* Many at once: what overtakes a load, who waits for a place, and what a dead master costs. */
#include "base/clock.h"
#include "gateway_world.h"
#include "manager/manager_internal.h"
#include "transport/host.h"
#include "transport/pool.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 10000 };

/* A thread that leases the store over and over, each time at the main thread's word. */
struct reader {
    struct gateway_world world; /* the first */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int asked, answered; /* rounds */
    int key;             /* of the last lease; 0: there was none */
    pthread_t thread;
};

static int key_of(const supa_client *client)
{
    return client != NULL ? atoi(client->options.key + strlen("key-")) : 0;
}

static void *read_on(void *user)
{
    struct reader *reader = user;
    char id[40];

    fake_store(0, id);
    for (int round = 1; round <= ROUNDS; round++) {
        supa_client *client;

        pthread_mutex_lock(&reader->mutex);
        while (reader->asked < round)
            pthread_cond_wait(&reader->changed, &reader->mutex);
        pthread_mutex_unlock(&reader->mutex);
        client = supa_manager_lease(reader->world.manager, id, NULL);
        pthread_mutex_lock(&reader->mutex);
        reader->key = key_of(client);
        reader->answered = round;
        pthread_cond_broadcast(&reader->changed);
        pthread_mutex_unlock(&reader->mutex);
        supa_client_unref(client);
    }
    return NULL;
}

static void let_read(struct reader *reader, int round)
{
    pthread_mutex_lock(&reader->mutex);
    reader->asked = round;
    pthread_cond_broadcast(&reader->changed);
    pthread_mutex_unlock(&reader->mutex);
}

static int await_answer(struct reader *reader, int round)
{
    int key;

    pthread_mutex_lock(&reader->mutex);
    while (reader->answered < round)
        pthread_cond_wait(&reader->changed, &reader->mutex);
    key = reader->key;
    pthread_mutex_unlock(&reader->mutex);
    return key;
}

/* The ways in which a load that is under way becomes outdated: said so of the store, of all, or noticed
 * by the delta. */
static void overtake(struct reader *reader, int round)
{
    char id[40];

    switch (round % 3) {
    case 0:
        supa_manager_forget(reader->world.manager, fake_store(0, id));
        break;
    case 1:
        supa_manager_forget(reader->world.manager, NULL);
        break;
    default:
        fake_turn(&reader->world.master, 1);
        supa_manager_refresh(reader->world.manager, NULL);
        break;
    }
}

/* Each round a load holds the old key in its hands when that is replaced and told to be outdated. Who waits
 * for it, and whoever comes after, gets the new one. */
static void a_load_that_was_overtaken_never_leaves_the_old_key(void)
{
    struct reader reader;
    size_t old = 0;
    char id[40];

    gateway_world_start(&reader.world, 1);
    supa_manager_refresh(reader.world.manager, NULL); /* the delta knows where to begin */
    pthread_mutex_init(&reader.mutex, NULL);
    pthread_cond_init(&reader.changed, NULL);
    reader.asked = reader.answered = 0;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&reader.thread, NULL, read_on, &reader), 0);
    for (int round = 1; round <= ROUNDS; round++) {
        supa_client *later;

        supa_manager_forget(reader.world.manager, fake_store(0, id));
        gateway_world_hold(&reader.world);
        let_read(&reader, round);
        gateway_world_await(&reader.world, 1);
        gateway_world_rotate(&reader.world, 0, round + 1);
        overtake(&reader, round);
        gateway_world_open(&reader.world);
        old += await_answer(&reader, round) != round + 1;
        later = gateway_world_lease(&reader.world, 0);
        old += key_of(later) != round + 1;
        supa_client_unref(later);
    }
    pthread_join(reader.thread, NULL);
    CU_ASSERT_EQUAL(old, 0);
    CU_ASSERT_EQUAL(reader.world.master.lookups, 2 * ROUNDS); /* one in vain each time */
    pthread_cond_destroy(&reader.changed);
    pthread_mutex_destroy(&reader.mutex);
    gateway_world_end(&reader.world);
}

enum { CROWD = 64, PLACES = 4 };

struct one {
    struct gateway_world *world;
    size_t first, count; /* stores that it leases, one after the other */
    int wanted;          /* the code */
    size_t others;       /* leases that ended otherwise */
    pthread_t thread;
};

static void *lease_all(void *user)
{
    struct one *one = user;

    for (size_t i = 0; i < one->count; i++) {
        supa_error error;
        char id[40];

        supa_client_unref(
            supa_manager_lease(one->world->manager, fake_store(one->first + i, id), &error));
        one->others += error.code != one->wanted;
    }
    return NULL;
}

static void start_crowd(struct one *crowd, struct gateway_world *world, size_t each, int wanted)
{
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = (struct one){world, i * each, each, wanted, 0, 0};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&crowd[i].thread, NULL, lease_all, &crowd[i]), 0);
    }
}

static size_t end_crowd(struct one *crowd)
{
    size_t others = 0;

    for (size_t i = 0; i < CROWD; i++) {
        pthread_join(crowd[i].thread, NULL);
        others += crowd[i].others;
    }
    return others;
}

static void (*answer)(struct transport *transport, const struct call *call, struct reply *reply);

/* With the process's own bound of calls to a host. */
static void bounded(struct transport *transport, const struct call *call, struct reply *reply)
{
    reply_clear(reply);
    if (!pool_enter(call->endpoint, reply))
        return;
    answer(transport, call, reply);
    pool_leave(call->endpoint);
}

static int sleep_until(struct transport *transport, int64_t until_us, struct supa_cancel *cancel)
{
    const int64_t now_us = clock_us();

    (void)transport;
    (void)cancel;
    if (until_us > now_us)
        usleep((useconds_t)(until_us - now_us));
    return 0;
}

static void start_bounded(struct gateway_world *world, size_t stores)
{
    gateway_world_start(world, stores);
    answer = world->master.transport.perform;
    world->master.transport.perform = bounded;
    world->master.transport.wait = sleep_until;
    world->manager->lookup.master->endpoint.max_in_flight = PLACES;
}

/* Sixteen times as many as there are places. */
static void a_crowd_waits_for_its_turn(void)
{
    static struct one crowd[CROWD];
    struct gateway_world world;

    start_bounded(&world, 2 * CROWD);
    gateway_world_hold(&world);
    start_crowd(crowd, &world, 2, SUPA_OK);
    gateway_world_await(&world, PLACES);
    usleep(20000);
    pthread_mutex_lock(&world.mutex);
    CU_ASSERT_EQUAL(world.at_gate, PLACES); /* and no more come through */
    pthread_mutex_unlock(&world.mutex);
    gateway_world_open(&world);
    CU_ASSERT_EQUAL(end_crowd(crowd), 0);
    CU_ASSERT_EQUAL(world.master.lookups, 2 * CROWD);
    gateway_world_end(&world);
}

/* Nobody waits longer than asked for; and that says nothing of the master. */
static void who_waits_for_a_place_waits_until_the_deadline(void)
{
    struct gateway_world world;
    supa_error error;
    supa_client *derived;
    char id[40];

    start_bounded(&world, 2);
    for (int i = 0; i < PLACES; i++)
        CU_ASSERT_EQUAL(host_enter(world.manager->lookup.master->endpoint.host, PLACES), 0);
    CU_ASSERT_PTR_NULL(supa_manager_lease_by(
        world.manager, fake_store(0, id), supa_deadline_in(30), NULL, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(atomic_load(&world.manager->outage.down), 0);
    derived = supa_client_with_schema(supa_manager_master(world.manager), "other", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(derived);
    CU_ASSERT_EQUAL(derived->endpoint.waits_for_place, 1);
    supa_client_unref(derived);
    for (int i = 0; i < PLACES; i++)
        host_leave(world.manager->lookup.master->endpoint.host);
    supa_client_unref(gateway_world_lease(&world, 0));
    gateway_world_end(&world);
}

/* Those who ask at once find out together, in the time of one; all who come later are told at once. */
static void a_dead_master_costs_a_crowd_one_time_out(void)
{
    static struct one crowd[CROWD];
    struct gateway_world world;

    gateway_world_start(&world, 0);
    world.master.failing = SUPA_ERROR_NETWORK;
    gateway_world_hold(&world);
    start_crowd(crowd, &world, 1000 / CROWD + 1, SUPA_ERROR_NETWORK);
    gateway_world_await(&world, CROWD);
    gateway_world_open(&world);
    CU_ASSERT_EQUAL(end_crowd(crowd), 0);
    CU_ASSERT(world.master.calls >= CROWD && world.master.calls <= 2 * CROWD); /* of 1,024 */
    gateway_world_end(&world);
}

extern CU_TestInfo race_tests[];
CU_TestInfo race_tests[] = {
    {"a load that was overtaken never leaves the old key",
     a_load_that_was_overtaken_never_leaves_the_old_key},
    {"a crowd waits for its turn", a_crowd_waits_for_its_turn},
    {"who waits for a place waits until the deadline",
     who_waits_for_a_place_waits_until_the_deadline},
    {"a dead master costs a crowd one time-out", a_dead_master_costs_a_crowd_one_time_out},
    CU_TEST_INFO_NULL,
};
