/* SPDX-License-Identifier: MIT */
/* Which tables belong to which side, as the query layer needs to know it: a read-only list that a
 * client's target points to. The manager says what is in it. */
#ifndef QUERY_SCOPE_H
#define QUERY_SCOPE_H

#include <stddef.h>

enum scope_owner {
    OWNER_MASTER = 1,
    OWNER_TENANT = 2,
    OWNER_BOTH = 3 /* the master's; a tenant has its own copy */
};

struct scope_table {
    const char *name;
    unsigned char owner;
    unsigned char has_store_id; /* in the tenant's database */
};

struct scope {
    const struct scope_table *tables; /* sorted by name, as strcmp does */
    size_t count;
};

/* The table of this name, or NULL. */
const struct scope_table *scope_find(const struct scope *scope, const char *name, size_t length);

#endif
