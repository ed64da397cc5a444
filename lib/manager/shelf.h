/* SPDX-License-Identifier: MIT */
/* One part of the cache: stores and what is kept of them. Its owner's lock is around each call. */
#ifndef MANAGER_SHELF_H
#define MANAGER_SHELF_H

#include "base/uuid.h"

#include <supa/client.h>

/* What a client was made from: a hash of its row in each of the two tables. */
enum basis_part { BASIS_DATABASE, BASIS_STORE, BASIS_PARTS };
struct basis {
    uint64_t part[BASIS_PARTS];
};

struct entry {
    struct entry *next; /* in its bucket. What a hit needs comes first, close together */
    struct uuid store;
    supa_client *client; /* NULL: forgotten; its numbers stay until room is needed */
    int64_t expires_us;  /* INT64_MAX: never */
    uint64_t hits;
    int32_t used; /* since the hand passed last */
    uint32_t loads, reloads, failures;
    struct basis basis;
};

struct shelf {
    struct entry **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    size_t hand; /* the bucket where eviction looks next */
    uint64_t seed;
};

int shelf_start(struct shelf *shelf, uint64_t seed); /* 0, or −1 when memory is gone */
/* Takes all entries out, as a chain. */
struct entry *shelf_clear(struct shelf *shelf);
void shelf_end(struct shelf *shelf); /* of an empty one */

/* @hash is uuid_hash with the shelf's seed: whoever found the shelf by it has it already. */
struct entry *shelf_find(const struct shelf *shelf, struct uuid store, uint64_t hash);
/* A new entry for a store that has none; NULL when memory is gone. */
struct entry *shelf_add(struct shelf *shelf, struct uuid store);
/* Takes the store's entry out; NULL when there is none. */
struct entry *shelf_remove(struct shelf *shelf, struct uuid store);
/* One turn of the hand: takes out what was not used since it last passed. NULL: all were. */
struct entry *shelf_evict(struct shelf *shelf);

#endif
