/* SPDX-License-Identifier: MIT */
/* The cache's other half: from a store that is not there to one that is. */
#include "base/clock.h"
#include "base/error.h"
#include "client_internal.h"
#include "manager/cache_internal.h"
#include "manager/credentials.h"

#include <string.h>

#define RELOAD_US    5000000
#define TTL_FRACTION 10

/* The client of an entry that has expired, within the grace. */
static supa_client *graced(const struct cache *cache, struct entry *entry)
{
    if (entry == NULL || entry->client == NULL ||
        cache_now(cache) - cache->options.grace_us >= entry->expires_us)
        return NULL;
    entry->used = 1;
    return supa_client_ref(entry->client);
}

static enum cache_state begin(
    struct cache *cache, struct shard *shard, struct cache_waiter *waiter, const char *id,
    struct fetch **fetch)
{
    if (atomic_load(&cache->cancelled)) {
        cache_say_cancelled(&waiter->error, id);
        return CACHE_READY;
    }
    *fetch = fetch_begin(&shard->fetches, id);
    if (*fetch == NULL) {
        error_no_memory(&waiter->error);
        return CACHE_READY;
    }
    fetch_join(*fetch, &waiter->base);
    return CACHE_RUNS;
}

/* The store is neither cached nor remembered as refused. */
static enum cache_state join_or_begin(
    struct cache *cache, struct shard *shard, struct cache_waiter *waiter, struct fetch **fetch)
{
    uint64_t hash = uuid_hash(waiter->store, cache->seed);
    char id[UUID_LENGTH + 1];
    struct fetch *running;

    uuid_write(waiter->store, id);
    running = fetch_find(shard->fetches, id);
    if (running != NULL && !waiter->is_alone) {
        shard->waits++;
        fetch_join(running, &waiter->base);
        return CACHE_WAITS;
    }
    shard->misses++;
    if (!outage_blocks(cache->options.outage, cache_now(cache), id, &waiter->error)) {
        enum cache_state state = begin(cache, shard, waiter, id, fetch);

        if (state == CACHE_READY)
            outage_release(cache->options.outage);
        return state;
    }
    waiter->client = graced(cache, shelf_find(&shard->shelf, waiter->store, hash));
    if (waiter->client != NULL)
        counters_add(&cache->options.counters->given, 1);
    return CACHE_READY;
}

static void start_waiter(struct cache_waiter *waiter, struct uuid store)
{
    waiter->store = store;
    waiter->client = NULL;
    waiter->base.fetch = NULL;
    waiter->base.overtaken = 0;
    waiter->error.code = SUPA_OK;
}

enum cache_state
cache_ask(struct cache *cache, struct uuid store, struct cache_waiter *waiter, struct fetch **fetch)
{
    uint64_t hash = uuid_hash(store, cache->seed);
    struct shard *shard = cache_shard(cache, hash);
    enum cache_state state = CACHE_READY;

    start_waiter(waiter, store);
    cache_lock(shard);
    waiter->client = cache_hit_shard(shard, store, hash, cache_now(cache));
    if (waiter->client == NULL) {
        if (refusals_find(&shard->refusals, store, cache_now(cache), &waiter->error))
            shard->refused++;
        else
            state = join_or_begin(cache, shard, waiter, fetch);
    }
    cache_unlock(shard);
    return state;
}

void cache_expect_news(struct shard *shard, struct uuid store)
{
    for (size_t i = 0; i < RELOADS; i++) {
        if (uuid_same(shard->reloaded[i].store, store))
            shard->reloaded[i].until_us = INT64_MIN;
    }
}

/* 1 when the store was loaded for its key's sake a moment ago, and nothing has changed since; else it is
 * noted that it is now. */
static int reloaded_lately(const struct cache *cache, struct shard *shard, struct uuid store)
{
    int64_t now_us = cache_now(cache);

    for (size_t i = 0; i < RELOADS; i++) {
        if (uuid_same(shard->reloaded[i].store, store) && now_us < shard->reloaded[i].until_us)
            return 1;
    }
    shard->reloaded[shard->next_reloaded++ % RELOADS] =
        (struct reloaded){store, now_us + RELOAD_US};
    return 0;
}

enum cache_state cache_ask_again(
    struct cache *cache, struct uuid store, const supa_client *refused, struct cache_waiter *waiter,
    struct fetch **fetch)
{
    uint64_t hash = uuid_hash(store, cache->seed);
    struct shard *shard = cache_shard(cache, hash);
    enum cache_state state = CACHE_READY;
    char id[UUID_LENGTH + 1];

    uuid_write(store, id);
    start_waiter(waiter, store);
    cache_lock(shard);
    waiter->client = cache_fresh(shelf_find(&shard->shelf, store, hash), cache_now(cache));
    if (waiter->client == NULL || waiter->client == refused) {
        supa_client_unref(waiter->client);
        waiter->client = NULL;
        if (!refusals_find(&shard->refusals, store, cache_now(cache), &waiter->error) &&
            (fetch_find(shard->fetches, id) != NULL || !reloaded_lately(cache, shard, store)))
            state = join_or_begin(cache, shard, waiter, fetch);
    }
    cache_unlock(shard);
    return state;
}

int cache_claim(struct cache *cache, struct uuid store, struct fetch **fetch)
{
    uint64_t hash = uuid_hash(store, cache->seed);
    struct shard *shard = cache_shard(cache, hash);
    char id[UUID_LENGTH + 1];
    supa_client *client;
    int claims;

    uuid_write(store, id);
    cache_lock(shard);
    client = cache_fresh(shelf_find(&shard->shelf, store, hash), cache_now(cache));
    claims = client == NULL && !atomic_load(&cache->cancelled) &&
             !refusals_find(&shard->refusals, store, cache_now(cache), NULL) &&
             fetch_find(shard->fetches, id) == NULL;
    *fetch = claims ? fetch_begin(&shard->fetches, id) : NULL;
    cache_unlock(shard);
    supa_client_unref(client);
    return claims && *fetch == NULL ? -1 : claims;
}

int cache_leave(struct cache *cache, struct cache_waiter *waiter)
{
    struct shard *shard = cache_shard(cache, uuid_hash(waiter->store, cache->seed));
    int left;

    cache_lock(shard);
    left = fetch_leave(&waiter->base);
    cache_unlock(shard);
    return left;
}

/* Up to 10 % less than the limit, by store, so that stores loaded together do not expire together. */
static int64_t expiry(const struct cache *cache, struct uuid store)
{
    int64_t ttl_us = cache->options.ttl_us;

    if (ttl_us == 0)
        return INT64_MAX;
    return cache_now(cache) + ttl_us -
           (int64_t)(uuid_hash(store, ~cache->seed) % (uint64_t)(ttl_us / TTL_FRACTION + 1));
}

/* How a load ended, on its way through the lock. */
struct landing {
    struct uuid store;
    supa_client *client;
    const struct basis *basis;
    const supa_error *error;
    struct counters *counters;
    supa_client *served;  /* the old one, within its grace */
    supa_client *dropped; /* what was in the entry, or might have been */
};

/* A client that speaks to the same server with the same key is not put in the old one's place. */
static void keep(struct cache *cache, struct shard *shard, struct landing *landing)
{
    uint64_t hash = uuid_hash(landing->store, cache->seed);
    struct entry *entry = shelf_find(&shard->shelf, landing->store, hash);
    struct entry_counts *counts;

    if (entry == NULL) {
        entry = shelf_add(&shard->shelf, landing->store);
        if (entry == NULL)
            return; /* simply not cached */
        atomic_fetch_add(&cache->count, 1);
    }
    counts = shelf_counts(&shard->shelf, entry);
    counts->reloads += counts->loads != 0;
    counts->loads++;
    if (counts->loads > 1)
        counters_add(&cache->options.counters->reloads, 1);
    if (entry->client != NULL && credentials_same(entry->client, landing->client)) {
        landing->dropped = landing->client;
        landing->client = supa_client_ref(entry->client);
    } else {
        landing->dropped = cache_drop(entry);
        entry->client = supa_client_ref(landing->client);
        cache_expect_news(shard, landing->store);
    }
    entry->basis = *landing->basis;
    entry->expires_us = expiry(cache, landing->store);
    entry->used = 1;
}

static void fail(struct cache *cache, struct shard *shard, struct landing *landing, int is_outdated)
{
    struct entry *entry =
        shelf_find(&shard->shelf, landing->store, uuid_hash(landing->store, cache->seed));
    int is_outage = outage_is(landing->error);

    if (entry != NULL)
        shelf_counts(&shard->shelf, entry)->failures++;
    if (refusals_keeps(landing->error->code)) {
        if (!is_outdated && cache->options.unknown_us > 0)
            refusals_add(
                &shard->refusals, landing->store, landing->error,
                cache_now(cache) + cache->options.unknown_us);
        if (entry != NULL)
            landing->dropped = cache_drop(entry);
    } else if (is_outage && !is_outdated) {
        landing->served = cache_fresh(entry, cache_now(cache));
        if (landing->served == NULL)
            landing->served = graced(cache, entry);
    } else if (entry != NULL && cache_now(cache) >= entry->expires_us) {
        landing->dropped = cache_drop(entry); /* the master answers: there is no grace */
    }
}

static int contradicted(const struct fetch *fetch, const struct basis *basis)
{
    for (unsigned i = 0; i < BASIS_PARTS; i++) {
        if ((fetch->expects & 1U << i) != 0 && basis->part[i] != fetch->expected[i])
            return 1;
    }
    return 0;
}

static void
land(struct cache *cache, struct shard *shard, struct fetch *fetch, struct landing *landing)
{
    if (landing->client == NULL) {
        fail(cache, shard, landing, fetch->overtaken || fetch->expects != 0);
        return;
    }
    if (contradicted(fetch, landing->basis))
        fetch->overtaken = FETCH_OUTDATED;
    if (fetch->overtaken) /* whoever gets it all the same, for want of time, is told so */
        atomic_store_explicit(&landing->client->stale, 1, memory_order_relaxed);
    /* What a cache that has ended would keep, nobody would give back. */
    if (!fetch->overtaken && cache->options.max != 0 && !atomic_load(&cache->cancelled))
        keep(cache, shard, landing);
}

static void share(struct fetch_waiter *waiters, const struct landing *landing)
{
    supa_client *client = landing->client != NULL ? landing->client : landing->served;

    for (; waiters != NULL; waiters = waiters->next) {
        struct cache_waiter *waiter = (struct cache_waiter *)waiters;

        waiter->client = supa_client_ref(client);
        if (client == NULL)
            waiter->error = *landing->error;
        else if (!waiter->base.overtaken)
            counters_add(&landing->counters->given, 1);
    }
}

static void finish(struct cache *cache, struct fetch *fetch, struct landing *landing)
{
    struct shard *shard = cache_shard(cache, uuid_hash(landing->store, cache->seed));
    struct fetch_waiter *waiters;

    counters_load(
        landing->counters, clock_us() - fetch->started_us,
        landing->client != NULL ? NULL : landing->error);
    cache_lock(shard);
    land(cache, shard, fetch, landing);
    waiters = fetch_end(&shard->fetches, fetch);
    share(waiters, landing);
    cache_unlock(shard);
    supa_client_unref(landing->client);
    supa_client_unref(landing->served);
    supa_client_unref(landing->dropped);
    cache_shrink(cache, shard);
    fetch_tell(waiters);
}

void cache_finish(
    struct cache *cache, struct uuid store, struct fetch *fetch, supa_client *client,
    const struct basis *basis, const supa_error *error)
{
    struct landing landing = {store, client, basis, error, cache->options.counters, NULL, NULL};

    outage_note(cache->options.outage, cache_now(cache), client != NULL ? NULL : error);
    finish(cache, fetch, &landing);
}

/* A load that only ran out of its own asker's time says nothing about the master, and nothing to those
 * who have joined it: they ask again. */
static int ran_out(const supa_client *client, const supa_error *error, int64_t deadline_us)
{
    return client == NULL && error->code == SUPA_ERROR_TIMEOUT && deadline_us != 0 &&
           clock_us() >= deadline_us;
}

static void set_overtaken(struct cache *cache, struct uuid store, struct fetch *fetch)
{
    struct shard *shard = cache_shard(cache, uuid_hash(store, cache->seed));

    cache_lock(shard);
    fetch->overtaken = FETCH_DROPPED;
    cache_unlock(shard);
}

void cache_drop_load(
    struct cache *cache, struct uuid store, struct fetch *fetch, const supa_error *error)
{
    struct basis basis = {{0, 0}};
    struct landing landing = {store, NULL, &basis, error, cache->options.counters, NULL, NULL};

    set_overtaken(cache, store, fetch);
    outage_release(cache->options.outage);
    finish(cache, fetch, &landing);
}

void cache_run(struct cache *cache, struct uuid store, struct fetch *fetch, int64_t deadline_us)
{
    supa_error error = {0};
    struct basis basis = {{0, 0}};
    supa_client *client =
        cache->options.load(cache->options.user, fetch->key, deadline_us, &basis, &error);

    if (ran_out(client, &error, deadline_us))
        cache_drop_load(cache, store, fetch, &error);
    else
        cache_finish(cache, store, fetch, client, &basis, &error);
}
