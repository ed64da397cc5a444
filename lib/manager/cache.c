/* SPDX-License-Identifier: MIT */
#include "manager/cache.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "client_internal.h"
#include "manager/cache_internal.h"

#include <stdlib.h>
#include <string.h>

struct shard *cache_shard(struct cache *cache, uint64_t hash)
{
    return &cache->shards[hash % SHARDS];
}

void cache_unlock(struct shard *shard)
{
    pthread_mutex_unlock(&shard->mutex);
}

int64_t cache_now(const struct cache *cache)
{
    return cache->options.clock(cache->options.clock_user);
}

static int start_shard(struct shard *shard, uint64_t seed)
{
    shelf_start(&shard->shelf, seed);
    return pthread_mutex_init(&shard->mutex, NULL);
}

/* A shelf that nobody else sees any more. */
static void free_shelf(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf_places(shelf); i++)
        supa_client_unref(shelf_place(shelf, i)->client);
    shelf_end(shelf);
}

static void stop_shard(struct shard *shard)
{
    free_shelf(&shard->shelf);
    refusals_clear(&shard->refusals);
    pthread_mutex_destroy(&shard->mutex);
}

/* Memory for the shards, at the beginning of a line. */
static int make_shards(struct cache *cache)
{
    cache->block = memory_zero(SHARDS * sizeof(struct shard) + CACHE_LINE);
    if (cache->block == NULL)
        return -1;
    cache->shards =
        (void *)((char *)cache->block + (CACHE_LINE - (uintptr_t)cache->block % CACHE_LINE));
    return 0;
}

static int start_shards(struct cache *cache)
{
    size_t started = 0;

    while (started < SHARDS && start_shard(&cache->shards[started], cache->seed) == 0)
        started++;
    if (started == SHARDS)
        return 0;
    while (started > 0)
        stop_shard(&cache->shards[--started]);
    return -1;
}

struct cache *cache_new(const struct cache_options *options)
{
    struct cache *cache = memory_zero(sizeof *cache);

    if (cache == NULL)
        return NULL;
    cache->options = *options;
    cache->seed = (uint64_t)clock_us() * 0x9E3779B97F4A7C15U ^ (uint64_t)(uintptr_t)cache;
    atomic_init(&cache->count, 0);
    atomic_init(&cache->cancelled, 0);
    if (make_shards(cache) == 0 && start_shards(cache) == 0)
        return cache;
    memory_free(cache->block);
    memory_free(cache);
    return NULL;
}

void cache_free(struct cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        stop_shard(&cache->shards[i]);
    memory_free(cache->block);
    memory_free(cache);
}

supa_client *cache_drop(struct entry *entry)
{
    supa_client *client = entry->client;

    if (client == NULL)
        return NULL;
    atomic_store_explicit(&client->stale, 1, memory_order_relaxed);
    entry->client = NULL;
    entry->used = 0;
    return client;
}

void cache_shrink(struct cache *cache, const struct shard *shard)
{
    size_t first = (size_t)(shard - cache->shards) + 1;
    int64_t max = cache->options.max;

    /* Two turns are enough, unless others use meanwhile what the first has passed. */
    for (size_t i = 0; i < 8 * SHARDS; i++) {
        struct shard *victim = &cache->shards[(first + i) % SHARDS];
        struct entry out = {.client = NULL};

        if (max < 0 || atomic_load(&cache->count) <= max)
            return;
        cache_lock(victim);
        if (shelf_evict(&victim->shelf, &out))
            atomic_fetch_sub(&cache->count, 1);
        cache_unlock(victim);
        if (out.client != NULL)
            counters_add(&cache->options.counters->evictions, 1);
        supa_client_unref(out.client);
    }
}

static void forget_one(struct cache *cache, struct uuid store)
{
    struct shard *shard = cache_shard(cache, uuid_hash(store, cache->seed));
    supa_client *dropped = NULL;
    char id[UUID_LENGTH + 1];
    struct fetch *fetch;
    struct entry *entry;

    uuid_write(store, id);
    cache_lock(shard);
    entry = shelf_find(&shard->shelf, store, uuid_hash(store, cache->seed));
    if (entry != NULL)
        dropped = cache_drop(entry);
    cache_expect_news(shard, store);
    refusals_remove(&shard->refusals, store);
    fetch = fetch_find(shard->fetches, id);
    if (fetch != NULL)
        fetch->overtaken = FETCH_OUTDATED;
    cache_unlock(shard);
    supa_client_unref(dropped);
}

static void forget_all(struct cache *cache, struct shard *shard)
{
    struct shelf all;

    cache_lock(shard);
    atomic_fetch_sub(&cache->count, (long long)shard->shelf.count);
    all = shelf_take(&shard->shelf);
    refusals_clear(&shard->refusals);
    memset(shard->reloaded, 0, sizeof shard->reloaded);
    fetch_overtake_all(shard->fetches);
    cache_unlock(shard);
    for (size_t i = 0; i < shelf_places(&all); i++)
        supa_client_unref(cache_drop(shelf_place(&all, i)));
    shelf_end(&all);
}

void cache_forget(struct cache *cache, const struct uuid *store)
{
    if (store != NULL) {
        forget_one(cache, *store);
        return;
    }
    for (size_t i = 0; i < SHARDS; i++)
        forget_all(cache, &cache->shards[i]);
}

/* A load that is under way is judged when it ends. */
static void expect(struct shard *shard, const char *id, enum basis_part part, uint64_t hash)
{
    struct fetch *fetch = fetch_find(shard->fetches, id);

    if (fetch == NULL)
        return;
    fetch->expected[part] = hash;
    fetch->expects |= 1U << part;
}

int cache_learn(struct cache *cache, struct uuid store, enum basis_part part, uint64_t hash)
{
    struct shard *shard = cache_shard(cache, uuid_hash(store, cache->seed));
    supa_client *dropped = NULL;
    char id[UUID_LENGTH + 1];
    struct entry *entry;

    uuid_write(store, id);
    cache_lock(shard);
    entry = shelf_find(&shard->shelf, store, uuid_hash(store, cache->seed));
    if (entry != NULL && entry->basis.part[part] != hash) {
        dropped = cache_drop(entry);
        cache_expect_news(shard, store);
    }
    refusals_remove(&shard->refusals, store);
    expect(shard, id, part, hash);
    cache_unlock(shard);
    if (dropped == NULL)
        return 0;
    supa_client_unref(dropped);
    counters_add(&cache->options.counters->changes, 1);
    return 1;
}

static void say_cancelled(struct cache_waiter *waiter)
{
    char id[UUID_LENGTH + 1];

    uuid_write(waiter->store, id);
    cache_say_cancelled(&waiter->error, id);
    waiter->client = NULL;
    waiter->base.overtaken = 0;
}

void cache_cancel(struct cache *cache)
{
    atomic_store(&cache->cancelled, 1);
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        struct fetch_waiter *waiters;

        cache_lock(shard);
        waiters = fetch_abandon_all(shard->fetches);
        for (struct fetch_waiter *one = waiters; one != NULL; one = one->next)
            say_cancelled((struct cache_waiter *)one);
        cache_unlock(shard);
        fetch_tell(waiters);
    }
}

void cache_say_cancelled(supa_error *error, const char *store_id)
{
    error_set(
        error, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT, "store %s: the manager has ended", store_id);
    error_about(error, SUPA_SIDE_MASTER, store_id, "store_databases");
}

static int by_uuid(const void *a, const void *b)
{
    return uuid_compare(*(const struct uuid *)a, *(const struct uuid *)b);
}

static size_t list_shard(struct shard *shard, struct uuid *out, size_t room)
{
    size_t count = 0;

    cache_lock(shard);
    for (size_t i = 0; i < shelf_places(&shard->shelf) && count < room; i++) {
        const struct entry *entry = shelf_place(&shard->shelf, i);

        if (entry->client != NULL)
            out[count++] = entry->store;
    }
    cache_unlock(shard);
    return count;
}

struct uuid *cache_list(struct cache *cache, size_t *count)
{
    size_t room = (size_t)atomic_load(&cache->count) + SHARDS;
    struct uuid *all = memory_array(room, sizeof *all);

    *count = 0;
    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < SHARDS; i++)
        *count += list_shard(&cache->shards[i], all + *count, room - *count);
    qsort(all, *count, sizeof *all, by_uuid);
    return all;
}

static void add_shard(struct shard *shard, supa_manager_stats *out)
{
    cache_lock(shard);
    out->hits += (int64_t)shard->hits;
    out->misses += (int64_t)shard->misses;
    out->waits += (int64_t)shard->waits;
    out->refused += (int64_t)shard->refused;
    for (size_t i = 0; i < shelf_places(&shard->shelf); i++)
        out->entries += shelf_place(&shard->shelf, i)->client != NULL;
    cache_unlock(shard);
}

void cache_stats(struct cache *cache, supa_manager_stats *out)
{
    for (size_t i = 0; i < SHARDS; i++)
        add_shard(&cache->shards[i], out);
}

int cache_store_stats(struct cache *cache, struct uuid store, supa_store_stats *out)
{
    struct shard *shard = cache_shard(cache, uuid_hash(store, cache->seed));
    struct entry *entry;

    cache_lock(shard);
    entry = shelf_find(&shard->shelf, store, uuid_hash(store, cache->seed));
    if (entry != NULL) {
        out->hits = (int64_t)entry->hits;
        out->loads = shelf_counts(&shard->shelf, entry)->loads;
        out->reloads = shelf_counts(&shard->shelf, entry)->reloads;
        out->failures = shelf_counts(&shard->shelf, entry)->failures;
        out->is_cached = entry->client != NULL;
    }
    cache_unlock(shard);
    return entry != NULL;
}
