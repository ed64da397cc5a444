/* SPDX-License-Identifier: MIT */
/* The cache from within: cache.c keeps, hit.c finds, load.c fetches, lease.c waits. */
#ifndef MANAGER_CACHE_INTERNAL_H
#define MANAGER_CACHE_INTERNAL_H

#include "manager/cache.h"
#include "manager/refusals.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

#define SHARDS  64
#define RELOADS 8

/* A store that was loaded anew for its key's sake. */
struct reloaded {
    struct uuid store;
    int64_t until_us; /* not again before */
};

#define CACHE_LINE 64 /* bytes, on most processors */

struct shard {
    /* It, and what follows up to the shelf's mask, is what a hit needs: one line of memory. */
    alignas(CACHE_LINE) pthread_mutex_t mutex;
    uint64_t hits;
    struct shelf shelf;
    uint64_t misses, waits, refused;
    struct fetch *fetches;
    struct refusals refusals;
    struct reloaded reloaded[RELOADS];
    size_t next_reloaded;
};

struct cache {
    struct shard *shards; /* SHARDS of them, in a block */
    uint64_t seed;
    void *block;
    struct cache_options options;
    atomic_llong count;
    atomic_int cancelled;
};

struct shard *cache_shard(struct cache *cache, uint64_t hash);
/* Locks without sleeping when the lock is about to be free: hits hold it for some 50 ns. */
void cache_lock(struct shard *shard);
void cache_unlock(struct shard *shard);
int64_t cache_now(const struct cache *cache);

/* Something of the store has changed: a load for its key's sake is no repetition of an earlier one. */
void cache_expect_news(struct shard *shard, struct uuid store);
/* As cache_ask, for one whose client was refused: that one is no answer. */
enum cache_state cache_ask_again(
    struct cache *cache, struct uuid store, const supa_client *refused, struct cache_waiter *waiter,
    struct fetch **fetch);

/* A reference to the client of an entry (or NULL) that has not expired. */
supa_client *cache_fresh(struct entry *entry, int64_t now_us);
/* As cache_hit, with the lock held. */
supa_client *cache_hit_shard(struct shard *shard, struct uuid store, uint64_t hash, int64_t now_us);
/* Forgets an entry's client, which its leases are told by supa_client_stale. Returns it, to be given back
 * without the lock; or NULL. */
supa_client *cache_drop(struct entry *entry);
void cache_say_cancelled(supa_error *error, const char *store_id);
/* Brings the cache back to its bound, beginning behind @shard. */
void cache_shrink(struct cache *cache, const struct shard *shard);

#endif
