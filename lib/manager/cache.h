/* SPDX-License-Identifier: MIT */
/* Tenant clients by store: bounded in number and time, for many threads. However many ask for a
 * store that is not there, it is loaded once; and a load that was overtaken by cache_forget is
 * thrown away. */
#ifndef MANAGER_CACHE_H
#define MANAGER_CACHE_H

#include <stdint.h>
#include <supa/client.h>

struct cache;

/* Loads a store's client, for the caller to own; NULL with @error filled in on failure. Called
 * without a lock held. */
typedef supa_client *cache_load(void *user, const char *store_id, supa_error *error);

struct cache *cache_new(int64_t max, int64_t ttl_ms, cache_load *load, void *user);
/* Once nobody calls it any more. */
void cache_free(struct cache *cache);

/* A reference of the caller's to the store's client; NULL with @error filled in. @store_id is a UUID
 * in lower case. */
supa_client *cache_lease(struct cache *cache, const char *store_id, supa_error *error);

/* From now on no lease gives what was loaded, or began to be loaded, before. NULL is all stores. */
void cache_forget(struct cache *cache, const char *store_id);

#endif
