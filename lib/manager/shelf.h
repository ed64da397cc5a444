/* SPDX-License-Identifier: MIT */
/* One part of the cache: stores and what is kept of them, in a table without pointers, so that a hit
 * touches one line of memory of it. Its owner's lock is around each call but shelf_expect. */
#ifndef MANAGER_SHELF_H
#define MANAGER_SHELF_H

#include "base/uuid.h"

#include <stdatomic.h>
#include <stddef.h>
#include <supa/client.h>

/* What a client was made from: a hash of its row in each of the two tables. */
enum basis_part { BASIS_DATABASE, BASIS_STORE, BASIS_PARTS };
struct basis {
    uint64_t part[BASIS_PARTS];
};

struct entry {
    struct uuid store;
    supa_client
        *client; /* NULL: forgotten, its numbers stay until room is needed; or there is none */
    int64_t expires_us; /* INT64_MAX: never */
    uint64_t hits;
    struct basis basis;
    int32_t is_taken; /* 0: a place without an entry */
    int32_t used;     /* since the hand passed last */
};

/* What is counted of an entry beside its hits. */
struct entry_counts {
    uint32_t loads, reloads, failures;
};

struct shelf {
    struct entry *_Atomic entries; /* never NULL, aligned to lines of memory */
    atomic_size_t mask;            /* one less than there are places, a power of two */
    struct entry_counts *counts;   /* of each place */
    void *block;                   /* in which both lie */
    size_t count;
    size_t hand; /* the place where eviction looks next */
    uint64_t seed;
};

/* Entries move: a pointer to one is valid until the next call that adds one or takes one out. */

void shelf_start(struct shelf *shelf, uint64_t seed);
/* Takes everything out. */
struct shelf shelf_take(struct shelf *shelf);
void shelf_end(struct shelf *shelf);

/* How many places there are, and one of them. */
size_t shelf_places(const struct shelf *shelf);
struct entry *shelf_place(const struct shelf *shelf, size_t place);

/* @hash is uuid_hash with the shelf's seed: whoever found the shelf by it has it already. Its lower bits
 * have chosen the shelf. */
static inline struct entry *shelf_find(const struct shelf *shelf, struct uuid store, uint64_t hash)
{
    struct entry *entries = atomic_load_explicit(&shelf->entries, memory_order_relaxed);
    size_t mask = atomic_load_explicit(&shelf->mask, memory_order_relaxed);

    for (size_t i = (size_t)(hash >> 16);; i++) {
        struct entry *entry = &entries[i & mask];

        if (!entry->is_taken)
            return NULL;
        if (uuid_same(entry->store, store))
            return entry;
    }
}

/* Has the memory that shelf_find will look at first on its way. Needs no lock: at worst it is another. */
static inline void shelf_expect(const struct shelf *shelf, uint64_t hash)
{
#if defined(__GNUC__)
    struct entry *entries = atomic_load_explicit(&shelf->entries, memory_order_relaxed);
    size_t mask = atomic_load_explicit(&shelf->mask, memory_order_relaxed);

    __builtin_prefetch((void *)((uintptr_t)entries + ((hash >> 16) & mask) * sizeof *entries), 1);
#else
    (void)shelf;
    (void)hash;
#endif
}

struct entry_counts *shelf_counts(const struct shelf *shelf, const struct entry *entry);
/* A new entry for a store that has none; NULL when memory is gone. */
struct entry *shelf_add(struct shelf *shelf, struct uuid store);
/* One turn of the hand: takes out what was not used since it last passed. 1 with @out filled in; 0: all
 * were. */
int shelf_evict(struct shelf *shelf, struct entry *out);

#endif
