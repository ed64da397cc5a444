/* SPDX-License-Identifier: MIT */
/* What conditions say of the store's column. On a tenant's client every row that is read or changed is
 * one store's, so some conditions always hold there and some never. */
#ifndef QUERY_OWN_STORE_H
#define QUERY_OWN_STORE_H

#include <stddef.h>

struct filter;

#define STORE_COLUMN "store_id"

enum own_store {
    OWN_STORE_DEPENDS,    /* on other columns */
    OWN_STORE_HOLDS,      /* for every row of the store */
    OWN_STORE_CONTRADICTS /* it asks for another store, or for no row of this one */
};

/* Raw text that speaks of the store's column says that it is this store or not null, or it
 * contradicts. */
enum own_store own_store_says(const struct filter *filter, const char *store_id);

#endif
