/* SPDX-License-Identifier: MIT */
/* Rows that are gone leave no trace that a delta could find: now and then the master is asked for the
 * ids of all stores, page by page, and what is cached of others is forgotten. */
#ifndef MANAGER_SWEEP_H
#define MANAGER_SWEEP_H

#include "manager/cache.h"

#define SWEEP_PAGE 5000

/* 0 with the number of stores that were forgotten, or the code with @error filled in, not NULL. */
int sweep_run(
    supa_client *master, struct cache *cache, supa_deadline deadline, int64_t *removed,
    supa_error *error);

#endif
