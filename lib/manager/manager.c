/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/process.h"
#include "base/slab.h"
#include "manager/keyring.h"
#include "manager/leasing.h"
#include "manager/manager_internal.h"
#include "manager/resolve.h"
#include "manager/scope_options.h"

#include <string.h>

#define MAX_HOSTS   16384
#define HOST_TTL_US 300000000

static supa_client *load_store(
    void *user, const char *store_id, int64_t deadline_us, struct basis *basis, supa_error *error)
{
    return lookup_store(user, store_id, deadline_us, basis, error);
}

static int find_host(
    void *user, const char *name, int64_t deadline_us, struct host_found *found, supa_error *error)
{
    const supa_manager *manager = user;

    return resolve_host(
        manager->lookup.master, manager->options.host_sources, name, deadline_us, found, error);
}

static int make_caches(supa_manager *manager)
{
    const supa_manager_options *options = &manager->options;
    struct cache_options stores = {
        options->cache_max,
        clock_span_us(options->ttl_ms),
        clock_span_us(options->unknown_ms),
        clock_span_us(options->grace_ms),
        load_store,
        &manager->lookup,
        options->clock,
        options->clock_user,
        &manager->outage,
        &manager->counters,
    };
    struct hosts_options hosts = {
        MAX_HOSTS,
        HOST_TTL_US,
        clock_span_us(options->unknown_ms),
        clock_span_us(options->grace_ms),
        find_host,
        manager,
        options->clock,
        options->clock_user,
        &manager->outage,
        &manager->counters,
    };

    counters_start(&manager->counters);
    manager->has_outage = outage_start(&manager->outage) == 0;
    if (!manager->has_outage)
        return -1;
    manager->cache = cache_new(&stores);
    manager->hosts = hosts_new(&hosts);
    return manager->cache != NULL && manager->hosts != NULL ? 0 : -1;
}

static int make_refresh(supa_manager *manager)
{
    const supa_manager_options *options = &manager->options;
    struct refresh *refresh = &manager->refresh;

    refresh->delta.master = manager->lookup.master;
    refresh->delta.cache = manager->cache;
    refresh->delta.hosts = manager->hosts;
    refresh->delta.host_sources = options->host_sources;
    refresh->delta.clock = options->clock;
    refresh->delta.clock_user = options->clock_user;
    refresh->interval_us = clock_span_us(options->refresh_ms);
    refresh->sweep_us = clock_span_us(options->sweep_ms);
    refresh->in_background = options->background;
    refresh->outage = &manager->outage;
    refresh->counters = &manager->counters;
    manager->has_refresh = refresh_start(refresh) == 0;
    return manager->has_refresh ? 0 : -1;
}

static int make_lookup(supa_manager *manager, struct transport *transport, supa_error *error)
{
    struct lookup *lookup = &manager->lookup;
    struct client_identity identity = {SUPA_SIDE_MASTER, "", NULL, NULL};

    lookup->keyring = keyring_ref(manager->options.keyring);
    lookup->tenant = &manager->tenant;
    lookup->statuses = manager->options.statuses;
    lookup->host_suffixes = manager->options.host_suffixes;
    lookup->renewer = &manager->renewer;
    if (scope_of_options(&lookup->scope, &manager->options, error) != SUPA_OK)
        return -1;
    identity.scope = lookup->scope;
    lookup->master = client_new(manager->options.master, &identity, transport, error);
    if (lookup->master == NULL)
        return -1;
    lookup->master->endpoint.waits_for_place = 1; /* a crowd is no outage */
    return SUPA_OK;
}

static int fill(
    supa_manager *manager, const supa_manager_options *given, struct transport *transport,
    supa_error *error)
{
    int code = manager_keep_options(manager, given, error);

    if (code == SUPA_OK)
        code = make_lookup(manager, transport, error);
    if (code == SUPA_OK && (make_caches(manager) != 0 || make_refresh(manager) != 0))
        code = error_no_memory(error);
    if (code == SUPA_OK && manager->options.background)
        code = background_start(manager, error);
    return code;
}

supa_manager *
manager_new(const supa_manager_options *given, struct transport *transport, supa_error *error)
{
    supa_manager *manager = memory_zero(sizeof *manager);

    error_clear(error);
    if (manager == NULL) {
        error_no_memory(error);
        return NULL;
    }
    atomic_init(&manager->references, 1);
    manager->generation = process_generation();
    manager->renewer = manager_renewer;
    arena_init(&manager->arena, 256);
    if (fill(manager, given, transport, error) == SUPA_OK)
        return manager;
    manager_unref(manager);
    return NULL;
}

supa_manager *supa_manager_new(const supa_manager_options *options, supa_error *error)
{
    return manager_new(options, NULL, error);
}

static void destroy(supa_manager *manager)
{
    cache_free(manager->cache);
    hosts_free(manager->hosts);
    if (manager->has_outage)
        outage_end(&manager->outage);
    if (manager->has_refresh)
        refresh_end(&manager->refresh);
    if (manager->has_sleepers) {
        sleeper_end(&manager->stop);
        sleeper_end(&manager->stopped);
    }
    supa_client_unref(manager->lookup.master);
    supa_keyring_free(manager->lookup.keyring);
    scope_unref(manager->lookup.scope);
    slab_free(manager->headers);
    arena_free(&manager->arena);
    memory_free(manager);
}

supa_manager *manager_ref(supa_manager *manager)
{
    atomic_fetch_add(&manager->references, 1);
    return manager;
}

void manager_unref(supa_manager *manager)
{
    if (atomic_fetch_sub(&manager->references, 1) == 1)
        destroy(manager);
}

static int is_ours(const supa_manager *manager)
{
    return manager->generation == process_generation();
}

/* In a child of fork the locks may be held by threads that are not there, and what they were changing
 * is as they left it. */
void supa_manager_free(supa_manager *manager)
{
    if (manager == NULL || !is_ours(manager))
        return;
    cache_cancel(manager->cache);
    hosts_cancel(manager->hosts);
    background_stop(manager);
    cache_forget(manager->cache, NULL); /* cached clients hold the manager, for their successors */
    manager_unref(manager);
}

int64_t manager_now(const supa_manager *manager)
{
    return manager->options.clock(manager->options.clock_user);
}

supa_client *supa_manager_master(supa_manager *manager)
{
    return manager != NULL ? manager->lookup.master : NULL;
}

/* Whether the manager can be asked for the host, whose name is written to @name. */
static int check_host(
    const supa_manager *manager, const char *hostname, const char *call, char *name,
    supa_error *error)
{
    error_clear(error);
    if (manager == NULL)
        return error_argument(error, "%s: the manager is NULL", call);
    if (!host_name_read(hostname, name))
        return error_argument(
            error, "%s: the host is not a name of letters, digits, - and .", call);
    return process_check(manager->generation, "the manager", error);
}

static int resolve(
    supa_manager *manager, const char *name, int64_t deadline_us, struct host_found *found,
    supa_error *error)
{
    const int64_t now_us = manager_now(manager);
    int code;

    manager_ref(manager);
    if (refresh_is_due(&manager->refresh, now_us))
        refresh_due(&manager->refresh, now_us, deadline_us);
    code = hosts_resolve(manager->hosts, name, deadline_us, found, error);
    manager_unref(manager);
    return code;
}

#define MAX_STRUCT 4096

/* 1 when a struct of the caller's begins with a size that makes sense: an older or a newer one's. */
static int has_size(const void *out)
{
    size_t size;

    if (out == NULL)
        return 0;
    memcpy(&size, out, sizeof size);
    return size > sizeof size && size <= MAX_STRUCT;
}

/* Fills in as much of it as both sides know. Both begin with their size. */
static void give(void *out, const void *known, size_t known_size)
{
    size_t size;

    memcpy(&size, out, sizeof size);
    memcpy(out, known, size < known_size ? size : known_size);
    memcpy(out, &size, sizeof size);
}

int supa_manager_resolve_host_by(
    supa_manager *manager, const char *hostname, supa_deadline deadline, supa_host *host,
    supa_error *error)
{
    supa_host out = SUPA_HOST_INIT;
    struct host_found found;
    char name[HOST_NAME_SIZE];
    int code;

    if (!has_size(host))
        return error_argument(
            error, "supa_manager_resolve_host: the host does not begin with SUPA_HOST_INIT");
    code = check_host(manager, hostname, "supa_manager_resolve_host", name, error);
    if (code == SUPA_OK)
        code = resolve(manager, name, deadline.at_us, &found, error);
    if (code != SUPA_OK)
        return code;
    out.source = found.source;
    out.is_redirect = found.is_redirect;
    uuid_write(found.store, out.store_id);
    memcpy(out.redirect_to, found.redirect_to, sizeof out.redirect_to);
    give(host, &out, sizeof out);
    return SUPA_OK;
}

int supa_manager_resolve_host(
    supa_manager *manager, const char *hostname, supa_host *host, supa_error *error)
{
    return supa_manager_resolve_host_by(manager, hostname, (supa_deadline){0}, host, error);
}

supa_client *supa_manager_lease_host_by(
    supa_manager *manager, const char *hostname, supa_deadline deadline, supa_cancel *cancel,
    supa_error *error)
{
    struct host_found found;
    char name[HOST_NAME_SIZE];

    if (check_host(manager, hostname, "supa_manager_lease_host", name, error) != SUPA_OK)
        return NULL;
    if (cancel != NULL && !hosts_hit(manager->hosts, name, &found))
        return leasing_wait_host(manager, name, deadline.at_us, cancel, error);
    if (cancel == NULL && resolve(manager, name, deadline.at_us, &found, error) != SUPA_OK)
        return NULL;
    return manager_lease(manager, found.store, deadline.at_us, cancel, error);
}

supa_client *supa_manager_lease_host(supa_manager *manager, const char *hostname, supa_error *error)
{
    return supa_manager_lease_host_by(manager, hostname, (supa_deadline){0}, NULL, error);
}

int supa_client_stale(supa_client *client)
{
    return client != NULL && atomic_load_explicit(&client->stale, memory_order_relaxed);
}

supa_keyring *supa_manager_keyring(supa_manager *manager)
{
    return manager != NULL ? manager->lookup.keyring : NULL;
}

const char *const *supa_manager_statuses(supa_manager *manager)
{
    return manager != NULL ? manager->lookup.statuses : NULL;
}

supa_client *supa_manager_open(
    supa_manager *manager, const char *store_id, const char *database_type, const char *envelope,
    supa_error *error)
{
    struct lookup lookup;
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
    lookup = manager->lookup;
    lookup.renewer = NULL; /* these credentials are meant, and no others */
    return lookup_open(&lookup, id, database_type, envelope, error);
}

void supa_manager_forget(supa_manager *manager, const char *store_id)
{
    struct uuid store;

    if (manager == NULL || !is_ours(manager) || (store_id != NULL && !uuid_read(store_id, &store)))
        return;
    cache_forget(manager->cache, store_id != NULL ? &store : NULL);
    hosts_forget(manager->hosts, store_id != NULL ? &store : NULL);
}

int supa_manager_refresh(supa_manager *manager, supa_error *error)
{
    supa_error found;
    int code;

    error_clear(error);
    if (manager == NULL)
        return error_argument(error, "supa_manager_refresh: the manager is NULL");
    code = process_check(manager->generation, "the manager", error);
    if (code != SUPA_OK)
        return code;
    error_clear(&found);
    manager_ref(manager);
    code = refresh_now(&manager->refresh, &found);
    manager_unref(manager);
    if (code != SUPA_OK && error != NULL)
        *error = found;
    return code;
}

int supa_manager_stats_get(supa_manager *manager, supa_manager_stats *stats)
{
    supa_manager_stats out = SUPA_MANAGER_STATS_INIT;

    if (manager == NULL || !has_size(stats))
        return SUPA_ERROR_ARGUMENT;
    cache_stats(manager->cache, &out);
    hosts_stats(manager->hosts, &out);
    counters_read(&manager->counters, &out);
    give(stats, &out, sizeof out);
    return SUPA_OK;
}

int supa_manager_store_stats(supa_manager *manager, const char *store_id, supa_store_stats *stats)
{
    supa_store_stats out = SUPA_STORE_STATS_INIT;
    struct uuid store;

    if (manager == NULL || !uuid_read(store_id, &store) || !has_size(stats))
        return SUPA_ERROR_ARGUMENT;
    if (!cache_store_stats(manager->cache, store, &out))
        return SUPA_ERROR_STORE_NOT_FOUND;
    give(stats, &out, sizeof out);
    return SUPA_OK;
}

char *supa_manager_stats_text(supa_manager *manager)
{
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;

    if (supa_manager_stats_get(manager, &stats) != SUPA_OK)
        return NULL;
    return stats_text(&stats);
}
