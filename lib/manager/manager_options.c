/* SPDX-License-Identifier: MIT */
/* What a manager is told when it is made. */
#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/slab.h"
#include "manager/manager_internal.h"

#include <string.h>

static const char *const default_statuses[] = {"active", "demo", NULL};

static int64_t system_clock(void *user)
{
    (void)user;
    return clock_coarse_us();
}

static int check_tenant_options(const supa_client_options *tenant, supa_error *error)
{
    const supa_client_options defaults = SUPA_CLIENT_OPTIONS_INIT;

    if (tenant->url != NULL || tenant->key != NULL || tenant->token != NULL ||
        tenant->schema != NULL || tenant->unix_socket != NULL || tenant->host_suffixes != NULL ||
        strcmp(tenant->rest_path ? tenant->rest_path : "", defaults.rest_path) != 0)
        return error_argument(
            error, "the tenants' url, key, token, schema and rest_path come from their credentials "
                   "and cannot be set, nor can a socket; host_suffixes are the manager's own");
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

static int copy_list(struct arena *arena, const char *const **list)
{
    const char **copy;
    size_t count = 0;

    if (*list == NULL)
        return 0;
    while ((*list)[count] != NULL)
        count++;
    copy = arena_get(arena, (count + 1) * sizeof *copy);
    if (copy == NULL)
        return -1;
    memcpy(copy, *list, (count + 1) * sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        if (copy_text(arena, &copy[i]) != 0)
            return -1;
    }
    *list = copy;
    return 0;
}

/* Into guarded memory, texts and list: they may carry secrets. */
static int keep_headers(supa_manager *manager, const char *const **headers)
{
    size_t count = 0, size = 0;
    const char **list;
    char *at;

    if (*headers == NULL)
        return 0;
    for (; (*headers)[count] != NULL; count++)
        size += strlen((*headers)[count]) + 1;
    list = manager->headers = slab_get((count + 1) * sizeof *list + size);
    if (list == NULL)
        return -1;
    at = (char *)(list + count + 1);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen((*headers)[i]) + 1;

        list[i] = memcpy(at, (*headers)[i], length);
        at += length;
    }
    list[count] = NULL;
    *headers = list;
    return slab_close(list);
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
    tenant->allow_private |= manager->options.allow_private;
    if (copy_text(&manager->arena, &tenant->ca_file) != 0 ||
        copy_text(&manager->arena, &tenant->proxy) != 0 ||
        keep_headers(manager, &tenant->headers) != 0)
        return error_no_memory(error);
    return try_tenant_options(tenant, error);
}

static int check_numbers(const supa_manager_options *options, supa_error *error)
{
    const int32_t sources = SUPA_HOSTS_STORE_HOSTNAMES | SUPA_HOSTS_CUSTOM_DOMAINS;

    if (options->cache_max < -1 || options->ttl_ms < -1)
        return error_argument(error, "a number of the manager's options is negative");
    if (options->unknown_ms < 0 || options->grace_ms < 0 || options->refresh_ms < 0 ||
        options->sweep_ms < 0)
        return error_argument(error, "a time of the manager's options is negative");
    if ((options->host_sources & ~sources) != 0)
        return error_argument(error, "the manager's host_sources are none of supa_host_source");
    return SUPA_OK;
}

static int check_options(const supa_manager_options *options, supa_error *error)
{
    if (options->master == NULL)
        return error_argument(error, "the manager's options have no master");
    if (options->keyring == NULL)
        return error_argument(error, "the manager's options have no keyring");
    if (options->background && options->refresh_ms == 0)
        return error_argument(error, "the manager's thread has nothing to do: refresh_ms is 0");
    return check_numbers(options, error);
}

int manager_keep_options(
    supa_manager *manager, const supa_manager_options *given, supa_error *error)
{
    const supa_manager_options defaults = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager_options *options = &manager->options;
    const supa_client_options *tenant;

    *options = defaults;
    if (given == NULL || options_read(options, sizeof *options, given) != 0)
        return error_argument(
            error, "the manager's options do not begin with SUPA_MANAGER_OPTIONS_INIT, or set "
                   "something that this library does not know");
    if (check_options(options, error) != SUPA_OK)
        return SUPA_ERROR_ARGUMENT;
    tenant = options->tenant;
    if (options->statuses == NULL)
        options->statuses = default_statuses;
    if (options->clock == NULL)
        options->clock = system_clock;
    if (copy_list(&manager->arena, &options->statuses) != 0 ||
        copy_list(&manager->arena, &options->host_suffixes) != 0)
        return error_no_memory(error);
    return keep_tenant_options(manager, tenant, error);
}
