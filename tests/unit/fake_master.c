/* SPDX-License-Identifier: MIT */
#include "fake_master.h"

#include "base/clock.h"
#include "base/error.h"
#include "client_internal.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SOON_S 5

void master_start(struct master *master)
{
    memset(master, 0, sizeof *master);
    pthread_mutex_init(&master->mutex, NULL);
    pthread_cond_init(&master->changed, NULL);
    atomic_init(&master->generation, 1);
    atomic_init(&master->now_us, 1000000);
    outage_start(&master->outage);
    counters_start(&master->counters);
}

void master_end(struct master *master)
{
    outage_end(&master->outage);
    pthread_cond_destroy(&master->changed);
    pthread_mutex_destroy(&master->mutex);
}

size_t master_loads(struct master *master)
{
    size_t loads;

    pthread_mutex_lock(&master->mutex);
    loads = master->loads;
    pthread_mutex_unlock(&master->mutex);
    return loads;
}

void master_await(struct master *master, size_t least)
{
    struct timespec limit;
    int result = 0;

    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += SOON_S;
    pthread_mutex_lock(&master->mutex);
    while (master->loads < least && result == 0)
        result = pthread_cond_timedwait(&master->changed, &master->mutex, &limit);
    pthread_mutex_unlock(&master->mutex);
    CU_ASSERT_EQUAL(result, 0);
}

void master_open(struct master *master)
{
    pthread_mutex_lock(&master->mutex);
    master->gated = 0;
    pthread_cond_broadcast(&master->changed);
    pthread_mutex_unlock(&master->mutex);
}

void master_turn(struct master *master, int64_t ms)
{
    atomic_fetch_add(&master->now_us, ms * 1000);
}

static int64_t now(void *user)
{
    return atomic_load(&((struct master *)user)->now_us);
}

supa_client *new_client(long generation, supa_error *error)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    char url[64];

    snprintf(url, sizeof url, "https://g%ld.example.test", generation);
    options.url = url;
    options.key = "a-key-for-tests";
    return supa_client_new(&options, error);
}

long generation_of(const supa_client *client)
{
    return client != NULL ? strtol(client->options.url + strlen("https://g"), NULL, 10) : -1;
}

/* Returns the load's number. */
static size_t enter(struct master *master, int64_t deadline_us)
{
    size_t number;

    pthread_mutex_lock(&master->mutex);
    number = ++master->loads;
    master->last_deadline_us = deadline_us;
    if (++master->running > master->most)
        master->most = master->running;
    pthread_cond_broadcast(&master->changed);
    while (master->gated)
        pthread_cond_wait(&master->changed, &master->mutex);
    pthread_mutex_unlock(&master->mutex);
    return number;
}

static void leave(struct master *master)
{
    pthread_mutex_lock(&master->mutex);
    master->running--;
    pthread_mutex_unlock(&master->mutex);
}

static supa_client *
load(void *user, const char *store_id, int64_t deadline_us, struct basis *basis, supa_error *error)
{
    struct master *master = user;
    long generation = atomic_load(&master->generation);
    struct basis current = master->basis;
    size_t number = enter(master, deadline_us);
    supa_client *client = NULL;
    struct uuid store;

    *basis = current;
    if (master->forgets_in != NULL && uuid_read(store_id, &store))
        cache_forget(master->forgets_in, &store);
    if (master->failing != 0)
        error_set(error, (supa_code)master->failing, SUPA_NOT_SENT, "load %zu", number);
    else if (master->ready != NULL)
        client = supa_client_ref(master->ready);
    else
        client = new_client(generation, error);
    leave(master);
    return client;
}

struct cache_options master_options(struct master *master, int64_t max, int64_t ttl_ms)
{
    return (struct cache_options){
        .max = max,
        .ttl_us = clock_span_us(ttl_ms),
        .unknown_us = 5000000,
        .load = load,
        .user = master,
        .clock = now,
        .clock_user = master,
        .outage = &master->outage,
        .counters = &master->counters,
    };
}

struct cache *new_cache(struct master *master, int64_t max, int64_t ttl_ms)
{
    struct cache_options options = master_options(master, max, ttl_ms);
    struct cache *cache;

    master_start(master);
    cache = cache_new(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cache);
    return cache;
}

void end_cache(struct cache *cache, struct master *master)
{
    cache_free(cache);
    master_end(master);
}

struct uuid store(size_t number)
{
    return (struct uuid){0x0000000000004000, 0x8000000000000000 | (number & 0xFFFFFFFFFFFF)};
}

long look(struct cache *cache, size_t number)
{
    supa_client *client = cache_lease(cache, store(number), 0, NULL);
    long generation = generation_of(client);

    supa_client_unref(client);
    return generation;
}

int look_code(struct cache *cache, size_t number)
{
    supa_error error = {0};
    supa_client *client = cache_lease(cache, store(number), 0, &error);

    supa_client_unref(client);
    return error.code;
}

void forget(struct cache *cache, size_t number)
{
    struct uuid id = store(number);

    cache_forget(cache, &id);
}

static void *lease(void *user)
{
    struct lessee *lessee = user;

    if (lessee->arrived != NULL)
        atomic_fetch_add(lessee->arrived, 1);
    lessee->client =
        cache_lease(lessee->cache, store(lessee->number), lessee->deadline_us, &lessee->error);
    return NULL;
}

void start_lessee(struct lessee *lessee)
{
    CU_ASSERT_EQUAL_FATAL(pthread_create(&lessee->thread, NULL, lease, lessee), 0);
}

void end_lessee(struct lessee *lessee)
{
    pthread_join(lessee->thread, NULL);
    supa_client_unref(lessee->client);
}

void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}
