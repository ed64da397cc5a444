/* SPDX-License-Identifier: MIT */
/* Threads that ask the cache and wait for what it says. */
#include "base/clock.h"
#include "base/error.h"
#include "manager/cache_internal.h"
#include "manager/credentials.h"

#include <string.h>

#define MAX_LOADS 4 /* for one lease whose loads are overtaken again and again */

/* A thread that asks and waits. */
struct sleeping_waiter {
    struct cache_waiter waiter; /* the first */
    struct fetch_sleeper sleeper;
};

static void wake(struct fetch_waiter *waiter)
{
    sleeper_wake(&((struct sleeping_waiter *)waiter)->sleeper);
}

static void give_up(struct cache_waiter *waiter)
{
    char id[UUID_LENGTH + 1];

    uuid_write(waiter->store, id);
    error_set(
        &waiter->error, SUPA_ERROR_TIMEOUT, SUPA_NOT_SENT,
        "store %s: the deadline passed while its credentials were being loaded", id);
    error_about(&waiter->error, SUPA_SIDE_MASTER, id, "store_databases");
    waiter->error.retryable = 1;
}

/* Until the waiter was told, or has left for want of time. 1 when it was told. */
static int await(struct cache *cache, struct sleeping_waiter *asker, int64_t deadline_us)
{
    if (sleeper_wait(&asker->sleeper, deadline_us))
        return 1;
    if (!cache_leave(cache, &asker->waiter))
        return sleeper_wait(&asker->sleeper, 0);
    give_up(&asker->waiter);
    return 0;
}

static int passed(int64_t deadline_us)
{
    return deadline_us != 0 && clock_us() >= deadline_us;
}

static void ask_until_settled(
    struct cache *cache, struct uuid store, struct sleeping_waiter *asker, int64_t deadline_us)
{
    for (int i = 1;; i++) {
        struct fetch *fetch = NULL;
        enum cache_state state;

        asker->sleeper.done = 0;
        state = cache_ask(cache, store, &asker->waiter, &fetch);
        if (state == CACHE_READY)
            return;
        if (state == CACHE_RUNS)
            cache_run(cache, store, fetch, deadline_us);
        if (!await(cache, asker, deadline_us) || !asker->waiter.base.overtaken ||
            passed(deadline_us))
            return;
        /* Other askers' deadlines say nothing to this one: it has a load of its own in the end. */
        asker->waiter.is_alone = i == MAX_LOADS && asker->waiter.base.overtaken == FETCH_DROPPED;
        if (i >= MAX_LOADS && !asker->waiter.is_alone)
            return;
        supa_client_unref(asker->waiter.client);
    }
}

static supa_client *settle(struct sleeping_waiter *asker, supa_error *error)
{
    if (asker->waiter.client == NULL && error != NULL)
        *error = asker->waiter.error;
    sleeper_end(&asker->sleeper);
    return asker->waiter.client;
}

static int start_asker(struct sleeping_waiter *asker, supa_error *error)
{
    memset(&asker->waiter, 0, sizeof asker->waiter);
    asker->waiter.base.done = wake;
    if (sleeper_start(&asker->sleeper) == 0)
        return SUPA_OK;
    return error_no_memory(error);
}

static supa_client *
lease_slowly(struct cache *cache, struct uuid store, int64_t deadline_us, supa_error *error)
{
    struct sleeping_waiter asker;

    if (start_asker(&asker, error) != SUPA_OK)
        return NULL;
    ask_until_settled(cache, store, &asker, deadline_us);
    return settle(&asker, error);
}

supa_client *cache_reload(
    struct cache *cache, struct uuid store, const supa_client *old, int64_t deadline_us,
    supa_error *error)
{
    struct sleeping_waiter asker;
    struct fetch *fetch = NULL;
    enum cache_state state;
    supa_client *client;

    if (start_asker(&asker, error) != SUPA_OK)
        return NULL;
    state = cache_ask_again(cache, store, old, &asker.waiter, &fetch);
    if (state == CACHE_RUNS)
        cache_run(cache, store, fetch, deadline_us);
    if (state != CACHE_READY)
        await(cache, &asker, deadline_us);
    client = settle(&asker, error);
    if (client == NULL || !credentials_same(client, old))
        return client;
    supa_client_unref(client);
    return NULL;
}

supa_client *
cache_lease(struct cache *cache, struct uuid store, int64_t deadline_us, supa_error *error)
{
    supa_client *client = cache_hit(cache, store, cache_expect(cache, store), cache_now(cache));

    return client != NULL ? client : lease_slowly(cache, store, deadline_us, error);
}
