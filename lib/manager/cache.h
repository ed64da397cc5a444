/* SPDX-License-Identifier: MIT */
/* Tenant clients by store: bounded in number and time, for many threads. However many ask for a
 * store that is not there, it is loaded once; a load that was overtaken by cache_forget, or by what
 * cache_learn has told, is thrown away. Times are microseconds on the cache's clock, deadlines on
 * base/clock (0: none). */
#ifndef MANAGER_CACHE_H
#define MANAGER_CACHE_H

#include "base/uuid.h"
#include "manager/fetch.h"
#include "manager/outage.h"
#include "manager/shelf.h"
#include "manager/stats.h"

#include <stdint.h>
#include <supa/client.h>

struct cache;

/* Loads a store's client, for the caller to own, and says what it was made from; NULL with @error
 * filled in on failure. Called without a lock held. */
typedef supa_client *cache_load(
    void *user, const char *store_id, int64_t deadline_us, struct basis *basis, supa_error *error);

struct cache_options {
    int64_t max;        /* stores; −1: no limit */
    int64_t ttl_us;     /* 0: for ever */
    int64_t unknown_us; /* how long a refused store is remembered */
    int64_t grace_us;   /* how long an expired one is served while the master is down */
    cache_load *load;
    void *user;
    int64_t (*clock)(void *user);
    void *clock_user;
    struct outage *outage;
    struct counters *counters;
};

struct cache *cache_new(const struct cache_options *options);
/* Once nobody calls it any more and no load is under way. */
void cache_free(struct cache *cache);
/* Whoever waits is told that it is over (CANCELLED), and nothing is loaded any more. */
void cache_cancel(struct cache *cache);

/* A reference of the caller's to the store's client; NULL with @error filled in. */
supa_client *
cache_lease(struct cache *cache, struct uuid store, int64_t deadline_us, supa_error *error);

/* Has the memory that cache_hit will look at on its way. Returns the store's hash. */
uint64_t cache_expect(const struct cache *cache, struct uuid store);
/* The same if it is cached, else NULL. @hash is what cache_expect has returned, @now_us what the cache's
 * clock says. */
supa_client *cache_hit(struct cache *cache, struct uuid store, uint64_t hash, int64_t now_us);

/* One who asks without waiting; or who waits. */
struct cache_waiter {
    struct fetch_waiter base; /* the first. base.done is the asker's to set */
    struct uuid store;
    int is_alone;        /* joins nobody's load: begins one of its own */
    supa_client *client; /* the asker's, once it was told; NULL: error tells why */
    supa_error error;
};

enum cache_state {
    CACHE_READY, /* the waiter holds the outcome already, and is not told */
    CACHE_WAITS, /* base.done will be called, by whichever thread ends the load */
    CACHE_RUNS   /* the same, and the asker is to run the load *fetch: cache_run or cache_finish */
};
/* When it was told and base.overtaken is set, the outcome is outdated: ask again. */
enum cache_state cache_ask(
    struct cache *cache, struct uuid store, struct cache_waiter *waiter, struct fetch **fetch);
/* 1: the waiter is not told any more. 0: it was told, or is about to be. */
int cache_leave(struct cache *cache, struct cache_waiter *waiter);
/* Runs the load and ends it. */
void cache_run(struct cache *cache, struct uuid store, struct fetch *fetch, int64_t deadline_us);
/* Ends a load that was run elsewhere. Takes @client over; NULL: @error tells why. */
void cache_finish(
    struct cache *cache, struct uuid store, struct fetch *fetch, supa_client *client,
    const struct basis *basis, const supa_error *error);

/* Ends a load that was given up for its asker's own reasons: who joined it asks again. */
void cache_drop_load(
    struct cache *cache, struct uuid store, struct fetch *fetch, const supa_error *error);

/* Begins a load for nobody: 1, and the caller is to end it by cache_finish; 0: the store is cached,
 * refused or being loaded already; −1: memory is gone. */
int cache_claim(struct cache *cache, struct uuid store, struct fetch **fetch);

/* The client after @old was refused for its key: loads the store anew, once for all who ask and at
 * most once in 5 s. NULL when the key is the same, or was loaded a moment ago; or with @error filled
 * in. */
supa_client *cache_reload(
    struct cache *cache, struct uuid store, const supa_client *old, int64_t deadline_us,
    supa_error *error);

/* From now on no lease gives what was loaded, or began to be loaded, before. NULL is all stores. */
void cache_forget(struct cache *cache, const struct uuid *store);
/* The store's row in one of the two tables, as the master has it now: forgets what was made from
 * another one. 1 when something was. */
int cache_learn(struct cache *cache, struct uuid store, enum basis_part part, uint64_t hash);

/* The stores that are cached now, sorted, in a block for memory_free; NULL when memory is gone. */
struct uuid *cache_list(struct cache *cache, size_t *count);

/* Hits, misses, waits and the like, added up. */
void cache_stats(struct cache *cache, supa_manager_stats *out);
/* 1 with @out filled in when there is something of the store. */
int cache_store_stats(struct cache *cache, struct uuid store, supa_store_stats *out);

#endif
