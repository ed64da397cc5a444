/* SPDX-License-Identifier: MIT */
/* The manager: its making, leases and hosts, what keeps it fresh, what it tells. */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

static int make(struct place *place, const char *scope, supa_error *error)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager *manager;

    master.url = server_url();
    master.key = "a-master-key";
    master.allow_plain_http = master.allow_private = 1;
    options.master = &master;
    options.keyring = place->keyring;
    options.scope = scope != NULL ? SUPA_SCOPE_FILE : SUPA_SCOPE_PLATFORM;
    options.scope_text = scope;
    manager = supa_manager_new(&options, error);
    supa_manager_free(manager);
    return manager != NULL ? SUPA_OK : error->code;
}

static int new_manager(struct place *place, supa_error *error)
{
    return make(place, NULL, error);
}

static int new_scoped(struct place *place, supa_error *error)
{
    return make(place, "stores master -\nproducts tenant -\norders tenant store_id\n", error);
}

static int from_environment(struct place *place, supa_error *error)
{
    supa_manager *manager;

    (void)place;
    setenv("MASTER_SUPABASE_URL", server_url(), 1);
    setenv("MASTER_SUPABASE_SERVICE_KEY", "a-master-key", 1);
    setenv("SUPA_KEYRING", SWEEP_KEY, 1);
    setenv("SUPA_ALLOW_PLAIN_HTTP", "1", 1);
    setenv("SUPA_ALLOW_PRIVATE", "1", 1);
    manager = supa_manager_from_env(error);
    supa_manager_free(manager);
    return manager != NULL ? SUPA_OK : error->code;
}

static int lease(struct place *place, supa_error *error)
{
    supa_client *client = supa_manager_lease(place->manager, SWEEP_STORE, error);

    supa_client_unref(client);
    return client != NULL ? SUPA_OK : error->code;
}

/* Again and again from the registry. */
static int lease_anew(struct place *place, supa_error *error)
{
    supa_manager_forget(place->manager, SWEEP_STORE);
    return lease(place, error);
}

static int lease_by(struct place *place, supa_error *error)
{
    supa_cancel *cancel = supa_cancel_new();
    supa_client *client;

    if (cancel == NULL)
        return SUPA_ERROR_NO_MEMORY;
    supa_manager_forget(place->manager, NULL);
    client =
        supa_manager_lease_by(place->manager, SWEEP_STORE, supa_deadline_in(20000), cancel, error);
    supa_client_unref(client);
    supa_cancel_unref(supa_cancel_ref(cancel));
    supa_cancel_unref(cancel);
    return client != NULL ? SUPA_OK : error->code;
}

/* A lease that is refused stays refused, remembered or not. */
static int lease_unknown(struct place *place, supa_error *error)
{
    supa_client *client = supa_manager_lease(place->manager, SWEEP_OTHER, error);

    supa_client_unref(client);
    supa_manager_forget(place->manager, SWEEP_OTHER);
    if (client != NULL)
        return SWEEP_WRONG;
    if (error->code != SUPA_ERROR_STORE_NOT_FOUND)
        return error->code;
    memset(error, 0, sizeof *error);
    return SUPA_OK;
}

static int lease_host(struct place *place, supa_error *error)
{
    supa_client *client;

    supa_manager_forget(place->manager, NULL);
    client = supa_manager_lease_host(place->manager, "shop.example.com", error);
    supa_client_unref(client);
    return client != NULL ? SUPA_OK : error->code;
}

static int resolve(struct place *place, supa_error *error)
{
    supa_host host = SUPA_HOST_INIT;
    int code;

    supa_manager_forget(place->manager, NULL);
    code = supa_manager_resolve_host(place->manager, "shop.example.com", &host, error);
    return code == SUPA_OK && strcmp(host.store_id, SWEEP_STORE) != 0 ? SWEEP_WRONG : code;
}

static int host_by(struct place *place, supa_error *error)
{
    supa_cancel *cancel = supa_cancel_new();
    supa_client *client = NULL;
    supa_host host = SUPA_HOST_INIT;
    int code;

    if (cancel == NULL)
        return SUPA_ERROR_NO_MEMORY;
    supa_manager_forget(place->manager, NULL);
    code = supa_manager_resolve_host_by(
        place->manager, "shop.example.com", supa_deadline_in(20000), &host, error);
    if (code == SUPA_OK) {
        supa_manager_forget(place->manager, NULL);
        client = supa_manager_lease_host_by(
            place->manager, "shop.example.com", supa_deadline_in(20000), cancel, error);
        code = client != NULL ? SUPA_OK : error->code;
    }
    supa_client_unref(client);
    supa_cancel_unref(cancel);
    return code;
}

static int open_envelope(struct place *place, supa_error *error)
{
    supa_client *client =
        supa_manager_open(place->manager, SWEEP_STORE, "supabase", place->envelope, error);

    supa_client_unref(client);
    return client != NULL ? SUPA_OK : error->code;
}

static int refresh(struct place *place, supa_error *error)
{
    return supa_manager_refresh(place->manager, error);
}

static int warm(struct place *place, supa_error *error)
{
    const char *const ids[] = {SWEEP_STORE};

    supa_manager_forget(place->manager, NULL);
    return supa_manager_warm(place->manager, ids, 1, error);
}

/* The tenant answers 401 once more: the store is loaded anew. */
static int refused_key(struct place *place, supa_error *error)
{
    supa_query *q = supa_select(supa_from(place->lease, "coupons"), "id");
    int code = supa_exec(q, error);

    supa_manager_forget(place->manager, SWEEP_STORE); /* or it is not renewed again for a while */
    if (code == SUPA_ERROR_AUTH) {
        memset(error, 0, sizeof *error);
        return SUPA_OK;
    }
    return code == SUPA_OK ? SWEEP_WRONG : code;
}

/* A query that is kept to its store. */
static int scoped(struct place *place, supa_error *error)
{
    supa_query *q = supa_from(place->lease, "products");

    return sweep_rows(supa_execute(supa_select(q, "id,sku")), 1, error);
}

static int stamped(struct place *place, supa_error *error)
{
    return supa_exec(supa_insert(supa_from(place->lease, "products"), "{\"sku\":\"a\"}"), error);
}

static int any_store(struct place *place, supa_error *error)
{
    supa_query *q = supa_any_store(supa_own_copy(supa_from(place->lease, "products")));

    return supa_exec(supa_select(q, "id"), error);
}

static int set_mode(struct place *place, supa_error *error)
{
    int code = supa_scope_set(place->manager, "products", SUPA_SCOPE_WARN, error);

    if (code == SUPA_OK && supa_scope_get(place->manager, "products") != SUPA_SCOPE_WARN)
        return SWEEP_WRONG;
    return code;
}

static int report(struct place *place, supa_error *error)
{
    char *text = supa_manager_scope_report(place->manager);

    (void)error;
    supa_text_free(text);
    return text != NULL ? SUPA_OK : SUPA_ERROR_NO_MEMORY;
}

static int numbers(struct place *place, supa_error *error)
{
    supa_store_stats store = SUPA_STORE_STATS_INIT;
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;
    char *text = supa_manager_stats_text(place->manager);

    (void)error;
    supa_manager_stats_get(place->manager, &stats);
    supa_manager_store_stats(place->manager, SWEEP_STORE, &store);
    supa_text_free(text);
    return text != NULL ? SUPA_OK : SUPA_ERROR_NO_MEMORY;
}

#define HOST                                                                                       \
    SWEEP_JSON(                                                                                    \
        "GET /rest/v1/store_hostnames", "[{\"id\":\"" SWEEP_OTHER "\",\"store_id\":\"" SWEEP_STORE \
                                        "\",\"hostname\":\"shop.example.com\"}]"),                 \
        SWEEP_JSON("GET /rest/v1/custom_domains_lookup", "[]")

static const struct server_answer hosts[] = {HOST, SWEEP_END};
static const struct server_answer unknown[] = {SWEEP_JSON(SWEEP_OTHER, "[]"), SWEEP_END};
static const struct server_answer quiet[] = {SWEEP_JSON("updated_at", "[]"), SWEEP_END};
static const struct server_answer keys[] = {
    {"/t/coupons", 401, NULL, "{\"message\":\"Invalid API key\"}"},
    SWEEP_END,
};

static const struct scenario all[] = {
    {"a manager", NEEDS_MANAGER, new_manager, NULL, 0, 0},
    {"a manager with a scope of its own", NEEDS_MANAGER, new_scoped, NULL, 0, 0},
    {"a manager of the environment", NEEDS_NOTHING, from_environment, NULL, 0, 0},
    {"a lease from the cache", NEEDS_LEASE, lease, NULL, 0, 0},
    {"a lease", NEEDS_MANAGER, lease_anew, NULL, 0, 0},
    {"a lease with a deadline", NEEDS_MANAGER, lease_by, NULL, 0, 0},
    {"a lease of an unknown store", NEEDS_MANAGER, lease_unknown, unknown, 0, 0},
    {"a lease by host", NEEDS_MANAGER, lease_host, hosts, 0, 0},
    {"a host", NEEDS_MANAGER, resolve, hosts, 0, 0},
    {"a host and a lease by it, with a deadline", NEEDS_MANAGER, host_by, hosts, 0, 0},
    {"an envelope's client", NEEDS_MANAGER, open_envelope, NULL, 0, 0},
    {"a refresh", NEEDS_LEASE, refresh, quiet, 0, 0},
    {"a warming", NEEDS_MANAGER, warm, NULL, 0, 0},
    {"a key that is refused", NEEDS_LEASE, refused_key, keys, 0, 0},
    {"a read that is kept to its store", NEEDS_LEASE, scoped, NULL, 0, 0},
    {"an insert that is stamped", NEEDS_LEASE, stamped, NULL, 1, 0},
    {"a read of any store", NEEDS_LEASE, any_store, NULL, 0, 0},
    {"a scope's mode", NEEDS_MANAGER, set_mode, NULL, 0, 0},
    {"a scope's report", NEEDS_MANAGER, report, NULL, 0, 0},
    {"the manager's numbers", NEEDS_LEASE, numbers, NULL, 0, 0},
};

const struct scenarios sweep_managers = SCENARIOS("managers", all);
