/* SPDX-License-Identifier: MIT */
/* What every request to a store begins with, so it is built for speed: the store's client, if it is cached. */
#include "client_internal.h"
#include "manager/cache_internal.h"

#define TRIES 200 /* for a lock, before sleeping */

void cache_lock(struct shard *shard)
{
    for (int i = 0; i < TRIES; i++) {
        if (pthread_mutex_trylock(&shard->mutex) == 0)
            return;
    }
    pthread_mutex_lock(&shard->mutex);
}

uint64_t cache_expect(const struct cache *cache, struct uuid store)
{
    const uint64_t hash = uuid_hash(store, cache->seed);

    shelf_expect(&cache->shards[hash % SHARDS].shelf, hash);
    return hash;
}

supa_client *cache_fresh(struct entry *entry, int64_t now_us)
{
    if (entry == NULL || entry->client == NULL || now_us >= entry->expires_us)
        return NULL;
    entry->used = 1;
    target_ref(&entry->client->target);
    return entry->client;
}

supa_client *cache_hit_shard(struct shard *shard, struct uuid store, uint64_t hash, int64_t now_us)
{
    struct entry *entry = shelf_find(&shard->shelf, store, hash);
    supa_client *client = cache_fresh(entry, now_us);

    if (client != NULL) {
        entry->hits++;
        shard->hits++;
    }
    return client;
}

supa_client *cache_hit(struct cache *cache, struct uuid store, uint64_t hash, int64_t now_us)
{
    struct shard *shard = &cache->shards[hash % SHARDS];
    supa_client *client;

    cache_lock(shard);
    client = cache_hit_shard(shard, store, hash, now_us);
    cache_unlock(shard);
    return client;
}
