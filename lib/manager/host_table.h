/* SPDX-License-Identifier: MIT */
/* One part of the cache of host names. Its owner's lock is around each call. */
#ifndef MANAGER_HOST_TABLE_H
#define MANAGER_HOST_TABLE_H

#include "base/uuid.h"

#include <stddef.h>
#include <stdint.h>

/* What a row of one of the two tables says. */
struct host_found {
    int source; /* a supa_host_source */
    struct uuid row;
    struct uuid store;
    int is_redirect;
    char redirect_to[256];
};

/* A name that is known, or known to be unknown: then the source is 0. */
struct host_entry {
    struct host_entry *next;
    int64_t expires_us;
    int used; /* since the hand passed last */
    struct host_found found;
    char name[];
};

#define HOST_BUCKETS 256

struct host_table {
    struct host_entry *buckets[HOST_BUCKETS];
    size_t count;
    size_t hand;
};

/* Where the name's entry is linked, or would be. @hash is one of the name. */
struct host_entry **host_table_find(struct host_table *table, const char *name, uint64_t hash);
void host_table_remove(struct host_table *table, struct host_entry **place);
/* A new entry for a name that has none, after others have made room if there are @most; NULL when
 * memory is gone. */
struct host_entry *
host_table_add(struct host_table *table, const char *name, uint64_t hash, size_t most);

#endif
