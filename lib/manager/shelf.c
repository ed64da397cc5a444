/* SPDX-License-Identifier: MIT */
#include "manager/shelf.h"

#include "base/memory.h"

#define FIRST_PLACES 16
#define LINE         64 /* of memory, as processors have it; an entry is one */

/* Where an empty shelf looks: nothing is ever written to it. */
static struct entry nowhere;

void shelf_start(struct shelf *shelf, uint64_t seed)
{
    atomic_store(&shelf->entries, &nowhere); /* while others expect something of it */
    atomic_store(&shelf->mask, 0);
    shelf->counts = NULL;
    shelf->block = NULL;
    shelf->count = shelf->hand = 0;
    shelf->seed = seed;
}

struct shelf shelf_take(struct shelf *shelf)
{
    struct shelf all = *shelf;

    shelf_start(shelf, all.seed);
    return all;
}

void shelf_end(struct shelf *shelf)
{
    memory_free(shelf->block);
}

size_t shelf_places(const struct shelf *shelf)
{
    return shelf->mask + 1;
}

struct entry *shelf_place(const struct shelf *shelf, size_t place)
{
    return shelf->entries + (place & shelf->mask);
}

struct entry_counts *shelf_counts(const struct shelf *shelf, const struct entry *entry)
{
    return &shelf->counts[entry - shelf->entries];
}

static size_t home_of(const struct shelf *shelf, struct uuid store)
{
    return (size_t)(uuid_hash(store, shelf->seed) >> 16) & shelf->mask;
}

/* The free place for a store that has no entry. */
static struct entry *place_for(const struct shelf *shelf, struct uuid store)
{
    size_t place = home_of(shelf, store);

    while (shelf_place(shelf, place)->is_taken)
        place++;
    return shelf_place(shelf, place);
}

static void move(
    const struct shelf *from, const struct entry *source, const struct shelf *to,
    struct entry *target)
{
    *target = *source;
    *shelf_counts(to, target) = *shelf_counts(from, source);
}

/* A table of @places, or −1 when memory is gone: then the shelf has the table that it had. */
static int make(struct shelf *shelf, size_t places)
{
    void *block;
    size_t size;

    if (size_multiply(places, sizeof *shelf->entries + sizeof *shelf->counts, &size) != 0 ||
        size_add(size, LINE, &size) != 0)
        return -1;
    block = memory_zero(size);
    if (block == NULL)
        return -1;
    shelf->block = block;
    shelf->entries = (struct entry *)(void *)((char *)block + (LINE - (uintptr_t)block % LINE));
    shelf->counts = (struct entry_counts *)(shelf->entries + places);
    shelf->mask = places - 1;
    return 0;
}

/* Without memory it gets full. */
static void grow(struct shelf *shelf)
{
    struct shelf old = *shelf;

    if (make(shelf, old.mask != 0 ? 2 * shelf_places(&old) : FIRST_PLACES) != 0)
        return;
    for (size_t i = 0; i <= old.mask; i++) {
        const struct entry *entry = shelf_place(&old, i);

        if (entry->is_taken)
            move(&old, entry, shelf, place_for(shelf, entry->store));
    }
    memory_free(old.block);
}

/* One place is always free: there a search ends. */
struct entry *shelf_add(struct shelf *shelf, struct uuid store)
{
    struct entry *entry;

    if (4 * (shelf->count + 1) > 3 * shelf_places(shelf))
        grow(shelf);
    if (shelf->count + 1 >= shelf_places(shelf))
        return NULL;
    entry = place_for(shelf, store);
    *entry = (struct entry){.store = store, .is_taken = 1};
    *shelf_counts(shelf, entry) = (struct entry_counts){0, 0, 0};
    shelf->count++;
    return entry;
}

/* What lies behind a hole moves into it, unless it would stand before the place where it is looked for. */
static void close_hole(struct shelf *shelf, size_t hole)
{
    for (size_t next = hole + 1; shelf_place(shelf, next)->is_taken; next++) {
        const struct entry *entry = shelf_place(shelf, next);
        size_t distance = (next - home_of(shelf, entry->store)) & shelf->mask;

        if (distance < next - hole)
            continue;
        move(shelf, entry, shelf, shelf_place(shelf, hole));
        hole = next;
    }
    shelf_place(shelf, hole)->is_taken = 0;
    shelf_place(shelf, hole)->client = NULL;
}

int shelf_evict(struct shelf *shelf, struct entry *out)
{
    for (size_t i = 0; i <= shelf->mask && shelf->count != 0; i++, shelf->hand++) {
        struct entry *entry = shelf_place(shelf, shelf->hand);

        if (!entry->is_taken || entry->used) {
            entry->used = 0;
            continue;
        }
        *out = *entry;
        close_hole(shelf, shelf->hand & shelf->mask);
        shelf->count--;
        return 1;
    }
    return 0;
}
