/* SPDX-License-Identifier: MIT */
#include "tenants.h"

#include "side.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LOADERS 8

struct loading {
    supa_manager *manager;
    store_id *ids;
    long count;
    atomic_long next;
};

supa_manager *tenants_manager(long cache_max)
{
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT, tenant = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;
    supa_error error;

    master.url = side_setting("MASTER_SUPABASE_URL");
    master.key = side_setting("MASTER_SUPABASE_SERVICE_KEY");
    master.allow_plain_http = master.allow_private = 1;
    tenant.allow_plain_http = tenant.allow_private = 1;
    options.master = &master;
    options.tenant = &tenant;
    options.scope = SUPA_SCOPE_PLATFORM;
    options.cache_max = cache_max;
    options.keyring = supa_keyring_from_file(side_setting("SUPA_KEYRING_FILE"), &error);
    manager = options.keyring != NULL ? supa_manager_new(&options, &error) : NULL;
    if (manager == NULL)
        side_fail("no manager: %s", error.message);
    supa_keyring_free(options.keyring);
    return manager;
}

store_id *tenants_ids(long count)
{
    store_id *ids = calloc((size_t)count, sizeof *ids);

    if (ids == NULL || count > atol(side_setting("BENCH_STORES")))
        side_fail("there are no %ld stores", count);
    for (long i = 0; i < count; i++)
        store_id_of((uint64_t)i, ids[i]);
    return ids;
}

static void *load(void *user)
{
    struct loading *loading = user;
    long i;

    while ((i = atomic_fetch_add(&loading->next, 1)) < loading->count) {
        supa_error error;
        supa_client *client = supa_manager_lease(loading->manager, loading->ids[i], &error);

        if (client == NULL)
            side_fail("store %ld: %s", i, error.message);
        supa_client_unref(client);
    }
    return NULL;
}

void tenants_lease_all(supa_manager *manager, store_id *ids, long count)
{
    struct loading loading = {manager, ids, count, 0};
    pthread_t thread[LOADERS];

    for (int i = 0; i < LOADERS; i++) {
        if (pthread_create(&thread[i], NULL, load, &loading) != 0)
            side_fail("no thread");
    }
    for (int i = 0; i < LOADERS; i++)
        pthread_join(thread[i], NULL);
}
