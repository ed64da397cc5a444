/* SPDX-License-Identifier: MIT */
/* Leases of stores: what every request to one begins with. */
#include "base/error.h"
#include "base/inlining.h"
#include "base/process.h"
#include "manager/leasing.h"
#include "manager/manager_internal.h"

static APART supa_client *wait_for(
    supa_manager *manager, struct uuid store, int64_t deadline_us, supa_cancel *cancel,
    supa_error *error)
{
    supa_client *client;

    if (cancel != NULL)
        return leasing_wait(manager, store, NULL, deadline_us, cancel, error);
    manager_ref(manager); /* it may end while its credentials are on their way */
    client = cache_lease(manager->cache, store, deadline_us, error);
    manager_unref(manager);
    return client;
}

static APART void refresh(supa_manager *manager, int64_t now_us, int64_t deadline_us)
{
    manager_ref(manager);
    refresh_due(&manager->refresh, now_us, deadline_us);
    manager_unref(manager);
}

supa_client *manager_lease(
    supa_manager *manager, struct uuid store, int64_t deadline_us, supa_cancel *cancel,
    supa_error *error)
{
    const uint64_t hash = cache_expect(manager->cache, store);
    const int64_t now_us = manager_now(manager);
    supa_client *client;

    if (!process_is(manager->generation)) {
        process_check(manager->generation, "the manager", error);
        return NULL;
    }
    if (cancel == NULL && refresh_is_due(&manager->refresh, now_us))
        refresh(manager, now_us, deadline_us);
    client = cache_hit(manager->cache, store, hash, now_us);
    return client != NULL ? client : wait_for(manager, store, deadline_us, cancel, error);
}

supa_client *supa_manager_lease_by(
    supa_manager *manager, const char *store_id, supa_deadline deadline, supa_cancel *cancel,
    supa_error *error)
{
    struct uuid store;

    error_clear(error);
    if (manager == NULL) {
        error_argument(error, "supa_manager_lease: the manager is NULL");
        return NULL;
    }
    if (!uuid_read(store_id, &store)) {
        error_argument(error, "supa_manager_lease: the store's id is not a UUID of 36 characters");
        return NULL;
    }
    return manager_lease(manager, store, deadline.at_us, cancel, error);
}

supa_client *supa_manager_lease(supa_manager *manager, const char *store_id, supa_error *error)
{
    return supa_manager_lease_by(manager, store_id, (supa_deadline){0}, NULL, error);
}
