/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/text.h"
#include "client_internal.h"
#include "manager/cache.h"
#include "manager/keyring.h"
#include "manager/lookup.h"
#include "manager/platform_scope.h"

#include <stdlib.h>
#include <string.h>
#include <supa/manager.h>

struct supa_manager {
    struct lookup lookup;
    supa_client_options tenant; /* its texts are the manager's own */
    struct arena arena;
    struct cache *cache;
};

static int check_tenant_options(const supa_client_options *tenant, supa_error *error)
{
    const supa_client_options defaults = SUPA_CLIENT_OPTIONS_INIT;

    if (tenant->url != NULL || tenant->key != NULL || tenant->token != NULL ||
        tenant->schema != NULL ||
        strcmp(tenant->rest_path ? tenant->rest_path : "", defaults.rest_path) != 0)
        return error_argument(
            error, "the tenants' url, key, token, schema and rest_path come from their credentials "
                   "and cannot be set");
    return SUPA_OK;
}

/* Options that no tenant's client could be made with are told now, not at each lease. */
static int try_tenant_options(const supa_client_options *tenant, supa_error *error)
{
    supa_client_options options = *tenant;
    supa_error found;
    supa_client *client;

    options.url = "https://tenant.invalid";
    client = supa_client_new(&options, &found);
    supa_client_unref(client);
    if (client != NULL)
        return SUPA_OK;
    return error_set(
        error, (supa_code)found.code, SUPA_NOT_SENT, "the tenants' options: %s", found.message);
}

static int copy_text(struct arena *arena, const char **text)
{
    if (*text == NULL)
        return 0;
    *text = arena_text(arena, *text, strlen(*text));
    return *text == NULL ? -1 : 0;
}

static int copy_headers(struct arena *arena, const char *const **headers)
{
    const char **copy;
    size_t count = 0;

    if (*headers == NULL)
        return 0;
    while ((*headers)[count] != NULL)
        count++;
    copy = arena_get(arena, (count + 1) * sizeof *copy);
    if (copy == NULL)
        return -1;
    memcpy(copy, *headers, (count + 1) * sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        if (copy_text(arena, &copy[i]) != 0)
            return -1;
    }
    *headers = copy;
    return 0;
}

static int
keep_tenant_options(supa_manager *manager, const supa_client_options *given, supa_error *error)
{
    supa_client_options defaults = SUPA_CLIENT_OPTIONS_INIT, *tenant = &manager->tenant;

    *tenant = defaults;
    if (given != NULL && options_read(tenant, sizeof *tenant, given) != 0)
        return error_argument(
            error, "the tenants' options do not begin with SUPA_CLIENT_OPTIONS_INIT");
    if (check_tenant_options(tenant, error) != SUPA_OK)
        return SUPA_ERROR_ARGUMENT;
    tenant->rest_path = defaults.rest_path;
    if (copy_text(&manager->arena, &tenant->ca_file) != 0 ||
        copy_headers(&manager->arena, &tenant->headers) != 0)
        return error_no_memory(error);
    return try_tenant_options(tenant, error);
}

static supa_client *load_store(void *user, const char *store_id, supa_error *error)
{
    return lookup_store(user, store_id, error);
}

static int check_options(const supa_manager_options *options, supa_error *error)
{
    if (options->master == NULL)
        return error_argument(error, "the manager's options have no master");
    if (options->keyring == NULL)
        return error_argument(error, "the manager's options have no keyring");
    if (options->scope != SUPA_SCOPE_NONE && options->scope != SUPA_SCOPE_PLATFORM)
        return error_argument(error, "the manager's scope is none of supa_scope_kind");
    if (options->cache_max < -1 || options->ttl_ms < -1)
        return error_argument(error, "a number of the manager's options is negative");
    return SUPA_OK;
}

static int fill(supa_manager *manager, const supa_manager_options *options, supa_error *error)
{
    struct lookup *lookup = &manager->lookup;
    struct client_identity identity = {SUPA_SIDE_MASTER, "", NULL};
    int code = keep_tenant_options(manager, options->tenant, error);

    if (code != SUPA_OK)
        return code;
    lookup->keyring = keyring_ref(options->keyring);
    lookup->tenant = &manager->tenant;
    lookup->scope = options->scope == SUPA_SCOPE_PLATFORM ? &platform_scope : NULL;
    identity.scope = lookup->scope;
    lookup->master = client_new(options->master, &identity, NULL, error);
    if (lookup->master == NULL)
        return -1;
    manager->cache = cache_new(options->cache_max, options->ttl_ms, load_store, lookup);
    return manager->cache != NULL ? SUPA_OK : error_no_memory(error);
}

supa_manager *supa_manager_new(const supa_manager_options *given, supa_error *error)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;

    error_clear(error);
    if (given == NULL || options_read(&options, sizeof options, given) != 0) {
        error_argument(
            error, "the manager's options do not begin with SUPA_MANAGER_OPTIONS_INIT, or set "
                   "something that this library does not know");
        return NULL;
    }
    if (check_options(&options, error) != SUPA_OK)
        return NULL;
    manager = memory_zero(sizeof *manager);
    if (manager == NULL) {
        error_no_memory(error);
        return NULL;
    }
    arena_init(&manager->arena, 256);
    if (fill(manager, &options, error) == SUPA_OK)
        return manager;
    supa_manager_free(manager);
    return NULL;
}

void supa_manager_free(supa_manager *manager)
{
    if (manager == NULL)
        return;
    cache_free(manager->cache);
    supa_client_unref(manager->lookup.master);
    supa_keyring_free(manager->lookup.keyring);
    arena_free(&manager->arena);
    memory_free(manager);
}

supa_client *supa_manager_master(supa_manager *manager)
{
    return manager != NULL ? manager->lookup.master : NULL;
}

supa_client *supa_manager_lease(supa_manager *manager, const char *store_id, supa_error *error)
{
    char id[UUID_LENGTH + 1];

    error_clear(error);
    if (manager == NULL) {
        error_argument(error, "supa_manager_lease: the manager is NULL");
        return NULL;
    }
    if (!text_uuid(store_id, id)) {
        error_argument(error, "supa_manager_lease: the store's id is not a UUID of 36 characters");
        return NULL;
    }
    return cache_lease(manager->cache, id, error);
}

supa_keyring *supa_manager_keyring(supa_manager *manager)
{
    return manager != NULL ? manager->lookup.keyring : NULL;
}

supa_client *supa_manager_open(
    supa_manager *manager, const char *store_id, const char *database_type, const char *envelope,
    supa_error *error)
{
    char id[UUID_LENGTH + 1];

    error_clear(error);
    if (manager == NULL || database_type == NULL || envelope == NULL) {
        error_argument(error, "supa_manager_open: an argument is NULL");
        return NULL;
    }
    if (!text_uuid(store_id, id)) {
        error_argument(error, "supa_manager_open: the store's id is not a UUID of 36 characters");
        return NULL;
    }
    return lookup_open(&manager->lookup, id, database_type, envelope, error);
}

void supa_manager_forget(supa_manager *manager, const char *store_id)
{
    char id[UUID_LENGTH + 1];

    if (manager == NULL)
        return;
    if (store_id == NULL)
        cache_forget(manager->cache, NULL);
    else if (text_uuid(store_id, id))
        cache_forget(manager->cache, id);
}
