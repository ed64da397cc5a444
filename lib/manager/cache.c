/* SPDX-License-Identifier: MIT */
#include "manager/cache.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define SHARDS      64
#define FIRST_SLOTS 16
#define MAX_RELOADS 3 /* of one lease whose load is overtaken again and again */

/* A store that is cached. Removed ones leave no gap: their chain is relinked. */
struct entry {
    struct entry *next; /* in its bucket */
    supa_client *client;
    int64_t expires_us; /* 0: never */
    int used;           /* since the hand passed last */
    char store_id[UUID_LENGTH + 1];
};

/* A load that is under way. Whoever waits for it holds it; the last one frees it. */
struct load {
    struct load *next; /* of the shard's, while it is to be joined */
    size_t holders;
    int done;
    int overtaken; /* forgotten while it ran: nothing of it may be kept */
    supa_client *client;
    supa_error error;
    char store_id[UUID_LENGTH + 1];
};

struct shard {
    pthread_mutex_t mutex;
    pthread_cond_t loaded;
    struct entry **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    size_t hand; /* the bucket where eviction looks next */
    struct load *loads;
    char padding[64]; /* keeps shards out of each other's cache lines */
};

struct cache {
    struct shard shards[SHARDS];
    atomic_llong count;
    int64_t max; /* −1: no limit */
    int64_t ttl_us;
    cache_load *load;
    void *user;
};

static uint64_t hash(const char *store_id)
{
    uint64_t value = 14695981039346656037U;

    for (size_t i = 0; i < UUID_LENGTH; i++)
        value = (value ^ (unsigned char)store_id[i]) * 1099511628211U;
    return value ^ value >> 29;
}

static struct shard *shard_of(struct cache *cache, const char *store_id)
{
    return &cache->shards[hash(store_id) % SHARDS];
}

static struct entry **bucket_of(struct shard *shard, const char *store_id)
{
    return &shard->buckets[(hash(store_id) / SHARDS) & (shard->bucket_count - 1)];
}

static int start_shard(struct shard *shard)
{
    if (pthread_mutex_init(&shard->mutex, NULL) != 0)
        return -1;
    if (pthread_cond_init(&shard->loaded, NULL) != 0) {
        pthread_mutex_destroy(&shard->mutex);
        return -1;
    }
    shard->buckets = memory_zero(FIRST_SLOTS * sizeof *shard->buckets);
    shard->bucket_count = FIRST_SLOTS;
    if (shard->buckets != NULL)
        return 0;
    pthread_cond_destroy(&shard->loaded);
    pthread_mutex_destroy(&shard->mutex);
    return -1;
}

static void free_entry(struct cache *cache, struct entry *entry)
{
    atomic_fetch_sub(&cache->count, 1);
    supa_client_unref(entry->client);
    memory_free(entry);
}

static void free_chain(struct cache *cache, struct entry *entry)
{
    while (entry != NULL) {
        struct entry *next = entry->next;

        free_entry(cache, entry);
        entry = next;
    }
}

static void stop_shard(struct cache *cache, struct shard *shard)
{
    for (size_t i = 0; i < shard->bucket_count; i++)
        free_chain(cache, shard->buckets[i]);
    memory_free(shard->buckets);
    pthread_cond_destroy(&shard->loaded);
    pthread_mutex_destroy(&shard->mutex);
}

struct cache *cache_new(int64_t max, int64_t ttl_ms, cache_load *load, void *user)
{
    struct cache *cache = memory_zero(sizeof *cache);
    size_t started = 0;

    if (cache == NULL)
        return NULL;
    atomic_init(&cache->count, 0);
    cache->max = max;
    cache->ttl_us = ttl_ms <= 0 || ttl_ms > INT64_MAX / 2000 ? 0 : ttl_ms * 1000;
    cache->load = load;
    cache->user = user;
    while (started < SHARDS && start_shard(&cache->shards[started]) == 0)
        started++;
    if (started == SHARDS)
        return cache;
    while (started > 0)
        stop_shard(cache, &cache->shards[--started]);
    memory_free(cache);
    return NULL;
}

void cache_free(struct cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        stop_shard(cache, &cache->shards[i]);
    memory_free(cache);
}

static struct entry *unlink_entry(struct shard *shard, struct entry **place)
{
    struct entry *entry = *place;

    *place = entry->next;
    entry->next = NULL;
    shard->count--;
    return entry;
}

static struct entry **find(struct shard *shard, const char *store_id)
{
    struct entry **place = bucket_of(shard, store_id);

    while (*place != NULL && memcmp((*place)->store_id, store_id, UUID_LENGTH) != 0)
        place = &(*place)->next;
    return place;
}

/* More buckets when chains get long; without memory they stay long. */
static void grow(struct shard *shard)
{
    size_t old_count = shard->bucket_count;
    struct entry **old = shard->buckets;
    struct entry **buckets = memory_zero(2 * old_count * sizeof *buckets);

    if (buckets == NULL)
        return;
    shard->buckets = buckets;
    shard->bucket_count = 2 * old_count;
    for (size_t i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            struct entry *entry = old[i], **place = bucket_of(shard, entry->store_id);

            old[i] = entry->next;
            entry->next = *place;
            *place = entry;
        }
    }
    memory_free(old);
}

/* Up to 10 % less than the limit, by store, so that stores loaded together do not expire together. */
static int64_t expiry(const struct cache *cache, const char *store_id)
{
    if (cache->ttl_us == 0)
        return 0;
    return clock_us() + cache->ttl_us -
           (int64_t)(hash(store_id) % (uint64_t)(cache->ttl_us / 10 + 1));
}

/* Keeps @client, taking a reference. Without memory it is simply not cached. */
static void
insert(struct cache *cache, struct shard *shard, const char *store_id, supa_client *client)
{
    struct entry *entry = memory_zero(sizeof *entry), **place;

    if (entry == NULL)
        return;
    if (shard->count >= 2 * shard->bucket_count)
        grow(shard);
    memcpy(entry->store_id, store_id, UUID_LENGTH + 1);
    entry->client = supa_client_ref(client);
    entry->expires_us = expiry(cache, store_id);
    entry->used = 1;
    place = find(shard, store_id);
    entry->next = *place;
    *place = entry;
    shard->count++;
    atomic_fetch_add(&cache->count, 1);
}

/* One turn of the hand over the shard: what was not used since it last passed goes. */
static struct entry *evict(struct shard *shard)
{
    for (size_t i = 0; i < shard->bucket_count && shard->count != 0; i++) {
        struct entry **place = &shard->buckets[shard->hand++ & (shard->bucket_count - 1)];

        for (; *place != NULL; place = &(*place)->next) {
            if (!(*place)->used)
                return unlink_entry(shard, place);
            (*place)->used = 0;
        }
    }
    return NULL;
}

/* Brings the cache back to its bound, beginning behind @shard. */
static void shrink(struct cache *cache, const struct shard *shard)
{
    size_t first = (size_t)(shard - cache->shards) + 1;

    for (size_t i = 0; i < 2 * SHARDS; i++) {
        struct shard *victim = &cache->shards[(first + i) % SHARDS];
        struct entry *entry;

        if (cache->max < 0 || atomic_load(&cache->count) <= cache->max)
            return;
        pthread_mutex_lock(&victim->mutex);
        entry = evict(victim);
        pthread_mutex_unlock(&victim->mutex);
        if (entry != NULL)
            free_entry(cache, entry);
    }
}

static supa_client *lookup(struct cache *cache, struct shard *shard, const char *store_id)
{
    struct entry **place = find(shard, store_id), *entry = *place;

    if (entry == NULL)
        return NULL;
    if (entry->expires_us != 0 && clock_us() >= entry->expires_us) {
        free_entry(cache, unlink_entry(shard, place));
        return NULL;
    }
    entry->used = 1;
    return supa_client_ref(entry->client);
}

static struct load *find_load(struct shard *shard, const char *store_id)
{
    struct load *load = shard->loads;

    while (load != NULL && memcmp(load->store_id, store_id, UUID_LENGTH) != 0)
        load = load->next;
    return load;
}

static void unlink_load(struct shard *shard, const struct load *load)
{
    for (struct load **place = &shard->loads; *place != NULL; place = &(*place)->next) {
        if (*place == load) {
            *place = load->next;
            return;
        }
    }
}

/* Takes the caller's share of a load that is done. Returns 0 when it was overtaken. */
static int
take_result(struct load *load, supa_client **client, supa_error *error, int even_overtaken)
{
    int usable = !load->overtaken || even_overtaken;

    *client = usable ? supa_client_ref(load->client) : NULL;
    if (usable && load->client == NULL && error != NULL)
        *error = load->error;
    if (--load->holders == 0) {
        supa_client_unref(load->client);
        memory_free(load);
    }
    return usable;
}

static struct load *begin_load(struct shard *shard, const char *store_id)
{
    struct load *load = memory_zero(sizeof *load);

    if (load == NULL)
        return NULL;
    memcpy(load->store_id, store_id, UUID_LENGTH + 1);
    load->holders = 1;
    load->next = shard->loads;
    shard->loads = load;
    return load;
}

/* Runs the load without the lock, and keeps what came of it unless it was overtaken. */
static void run_load(struct cache *cache, struct shard *shard, struct load *load)
{
    supa_error error = {0};
    supa_client *client;

    pthread_mutex_unlock(&shard->mutex);
    client = cache->load(cache->user, load->store_id, &error);
    pthread_mutex_lock(&shard->mutex);
    load->client = client;
    load->error = error;
    load->done = 1;
    if (!load->overtaken) {
        unlink_load(shard, load);
        if (client != NULL && cache->max != 0)
            insert(cache, shard, load->store_id, client);
    }
    pthread_cond_broadcast(&shard->loaded);
}

static struct load *join_or_load(struct cache *cache, struct shard *shard, const char *store_id)
{
    struct load *load = find_load(shard, store_id);

    if (load == NULL) {
        load = begin_load(shard, store_id);
        if (load != NULL)
            run_load(cache, shard, load);
        return load;
    }
    load->holders++;
    while (!load->done)
        pthread_cond_wait(&shard->loaded, &shard->mutex);
    return load;
}

supa_client *cache_lease(struct cache *cache, const char *store_id, supa_error *error)
{
    struct shard *shard = shard_of(cache, store_id);
    supa_client *client;
    int settled = 0, was_loaded = 0;

    pthread_mutex_lock(&shard->mutex);
    client = lookup(cache, shard, store_id);
    for (int i = 0; client == NULL && !settled; i++) {
        struct load *load = join_or_load(cache, shard, store_id);

        was_loaded = 1;
        if (load == NULL) {
            error_no_memory(error);
            break;
        }
        settled = take_result(load, &client, error, i == MAX_RELOADS);
        if (!settled)
            client = lookup(cache, shard, store_id);
    }
    pthread_mutex_unlock(&shard->mutex);
    if (was_loaded)
        shrink(cache, shard);
    return client;
}

static void forget_one(struct cache *cache, struct shard *shard, const char *store_id)
{
    struct entry **place, *entry = NULL;
    struct load *load;

    pthread_mutex_lock(&shard->mutex);
    place = find(shard, store_id);
    if (*place != NULL)
        entry = unlink_entry(shard, place);
    load = find_load(shard, store_id);
    if (load != NULL) {
        load->overtaken = 1;
        unlink_load(shard, load);
    }
    pthread_mutex_unlock(&shard->mutex);
    if (entry != NULL)
        free_entry(cache, entry);
}

static struct entry *unlink_all(struct shard *shard)
{
    struct entry *all = NULL;

    for (size_t i = 0; i < shard->bucket_count; i++) {
        while (shard->buckets[i] != NULL) {
            struct entry *entry = unlink_entry(shard, &shard->buckets[i]);

            entry->next = all;
            all = entry;
        }
    }
    return all;
}

static void forget_all(struct cache *cache, struct shard *shard)
{
    struct entry *all;

    pthread_mutex_lock(&shard->mutex);
    all = unlink_all(shard);
    for (struct load *load = shard->loads; load != NULL; load = load->next)
        load->overtaken = 1;
    shard->loads = NULL;
    pthread_mutex_unlock(&shard->mutex);
    free_chain(cache, all);
}

void cache_forget(struct cache *cache, const char *store_id)
{
    if (store_id != NULL) {
        forget_one(cache, shard_of(cache, store_id), store_id);
        return;
    }
    for (size_t i = 0; i < SHARDS; i++)
        forget_all(cache, &cache->shards[i]);
}
