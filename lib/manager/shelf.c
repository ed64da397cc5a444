/* SPDX-License-Identifier: MIT */
#include "manager/shelf.h"

#include "base/memory.h"

#define FIRST_BUCKETS 16

int shelf_start(struct shelf *shelf, uint64_t seed)
{
    *shelf = (struct shelf){.seed = seed, .bucket_count = FIRST_BUCKETS};
    shelf->buckets = memory_zero(FIRST_BUCKETS * sizeof *shelf->buckets);
    return shelf->buckets != NULL ? 0 : -1;
}

void shelf_end(struct shelf *shelf)
{
    memory_free(shelf->buckets);
}

/* The lower bits of the hash have chosen the shelf. */
static struct entry **bucket_of(const struct shelf *shelf, uint64_t hash)
{
    return &shelf->buckets[(hash >> 16) & (shelf->bucket_count - 1)];
}

struct entry *shelf_find(const struct shelf *shelf, struct uuid store, uint64_t hash)
{
    struct entry *entry = *bucket_of(shelf, hash);

    while (entry != NULL && !uuid_same(entry->store, store))
        entry = entry->next;
    return entry;
}

/* More buckets when chains get long; without memory they stay long. */
static void grow(struct shelf *shelf)
{
    size_t old_count = shelf->bucket_count;
    struct entry **old = shelf->buckets;
    struct entry **buckets = memory_zero(2 * old_count * sizeof *buckets);

    if (buckets == NULL)
        return;
    shelf->buckets = buckets;
    shelf->bucket_count = 2 * old_count;
    for (size_t i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            struct entry *entry = old[i];
            struct entry **place = bucket_of(shelf, uuid_hash(entry->store, shelf->seed));

            old[i] = entry->next;
            entry->next = *place;
            *place = entry;
        }
    }
    memory_free(old);
}

struct entry *shelf_add(struct shelf *shelf, struct uuid store)
{
    struct entry *entry = memory_zero(sizeof *entry), **place;

    if (entry == NULL)
        return NULL;
    if (shelf->count >= shelf->bucket_count)
        grow(shelf);
    place = bucket_of(shelf, uuid_hash(store, shelf->seed));
    entry->store = store;
    entry->next = *place;
    *place = entry;
    shelf->count++;
    return entry;
}

static struct entry *take(struct shelf *shelf, struct entry **place)
{
    struct entry *entry = *place;

    *place = entry->next;
    entry->next = NULL;
    shelf->count--;
    return entry;
}

struct entry *shelf_remove(struct shelf *shelf, struct uuid store)
{
    struct entry **place = bucket_of(shelf, uuid_hash(store, shelf->seed));

    while (*place != NULL && !uuid_same((*place)->store, store))
        place = &(*place)->next;
    return *place != NULL ? take(shelf, place) : NULL;
}

struct entry *shelf_evict(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->bucket_count && shelf->count != 0; i++) {
        struct entry **place = &shelf->buckets[shelf->hand++ & (shelf->bucket_count - 1)];

        for (; *place != NULL; place = &(*place)->next) {
            if (!(*place)->used)
                return take(shelf, place);
            (*place)->used = 0;
        }
    }
    return NULL;
}

struct entry *shelf_clear(struct shelf *shelf)
{
    struct entry *all = NULL;

    for (size_t i = 0; i < shelf->bucket_count; i++) {
        while (shelf->buckets[i] != NULL) {
            struct entry *entry = take(shelf, &shelf->buckets[i]);

            entry->next = all;
            all = entry;
        }
    }
    return all;
}
