/* SPDX-License-Identifier: MIT */
/* Which stores of the registry a list, or a fan-out, is of. */
#ifndef PLATFORM_STORES_H
#define PLATFORM_STORES_H

#include <supa/platform.h>

/* Columns that tell the stores alone, and let conditions on `stores` be put. */
#define STORES_IDS "store_id,stores!inner(id)"

int stores_is_choice(supa_stores which);
/* A query on store_databases for those stores; the columns embed `stores`. It has neither order nor
 * limit. */
supa_query *stores_query(
    supa_manager *manager, supa_stores which, const char *columns, const supa_condition *filters,
    size_t n);

#endif
