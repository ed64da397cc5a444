/* SPDX-License-Identifier: MIT */
#include "manager/host_table.h"

#include "base/memory.h"

#include <string.h>

struct host_entry **host_table_find(struct host_table *table, const char *name, uint64_t hash)
{
    struct host_entry **place = &table->buckets[hash % HOST_BUCKETS];

    while (*place != NULL && strcmp((*place)->name, name) != 0)
        place = &(*place)->next;
    return place;
}

void host_table_remove(struct host_table *table, struct host_entry **place)
{
    struct host_entry *entry = *place;

    *place = entry->next;
    table->count--;
    memory_free(entry);
}

/* One bucket: those go that nobody has asked for since the hand passed last. */
static void pass(struct host_table *table, struct host_entry **place, size_t most)
{
    while (*place != NULL && table->count >= most) {
        if ((*place)->used) {
            (*place)->used = 0;
            place = &(*place)->next;
        } else {
            host_table_remove(table, place);
        }
    }
}

struct host_entry *
host_table_add(struct host_table *table, const char *name, uint64_t hash, size_t most)
{
    size_t length = strlen(name) + 1;
    struct host_entry *entry = memory_zero(sizeof *entry + length), **place;

    if (entry == NULL)
        return NULL;
    for (size_t i = 0; i < 2 * HOST_BUCKETS && table->count >= most; i++)
        pass(table, &table->buckets[table->hand++ % HOST_BUCKETS], most);
    memcpy(entry->name, name, length);
    place = &table->buckets[hash % HOST_BUCKETS];
    entry->next = *place;
    *place = entry;
    table->count++;
    return entry;
}
