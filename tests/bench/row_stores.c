/* SPDX-License-Identifier: MIT */
/* What each cached store weighs: 16,384 of all stores, each of which was leased once, none of them
 * connected, as a user with 8 MB of memory to lock. Reports bytes for each cached store. */
#include "side.h"
#include "tenants.h"

#include <grp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define CACHED     16384
#define LOCK_LIMIT (8 * 1024 * 1024)
#define NOBODY     65534

static supa_manager *manager;
static store_id *ids;
static long stores;

/* The keyring's file is root's, so the manager is made first. */
static void become_normal_user(void)
{
    const struct rlimit limit = {LOCK_LIMIT, LOCK_LIMIT};

    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        side_fail("RLIMIT_MEMLOCK cannot be set");
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        side_fail("root cannot be given up");
}

static void open_stores(long size)
{
    stores = size > 0 ? size : atol(side_setting("BENCH_STORES"));
    manager = tenants_manager(CACHED);
    ids = tenants_ids(stores);
    become_normal_user();
}

static void run_stores(long count)
{
    const long before = side_memory_kb();

    (void)count;
    tenants_lease_all(manager, ids, stores);
    side_report(
        (double)(side_memory_kb() - before) * 1024 / (double)(stores < CACHED ? stores : CACHED));
}

const struct side side_stores = {"stores", open_stores, run_stores};
