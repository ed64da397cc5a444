/* SPDX-License-Identifier: MIT */
/* The benchmark's stores in the stack's master database, as with_stores.sh put them there. */
#ifndef BENCH_TENANTS_H
#define BENCH_TENANTS_H

#include "store_ids.h"

#include <supa/supa.h>

/* A manager of the stack's master that caches at most @cache_max stores. */
supa_manager *tenants_manager(long cache_max);
/* The ids of the first @count stores. */
store_id *tenants_ids(long count);
/* Leases each store once and gives it back, by eight threads. */
void tenants_lease_all(supa_manager *manager, store_id *ids, long count);

#endif
