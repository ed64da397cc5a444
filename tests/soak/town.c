/* SPDX-License-Identifier: MIT */
#include "soak/town.h"

#include "live/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWNER "05e70000-0000-4000-8000-000000000001"
#define ID    "('50a40000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid"

/* The platform's lists do not know the table of entries. */
static const char ownership[] = "products tenant store_id\n"
                                "soak_entries tenant store_id\n"
                                "stores master -\n"
                                "store_databases master -\n";

const char *town_store(int number, char out[40])
{
    snprintf(out, 40, "50a40000-0000-4000-8000-%012d", number & 0xFFFF);
    return out;
}

const char *town_slug(int number, char out[40])
{
    snprintf(out, 40, "soak-%d", number & 0xFFFF);
    return out;
}

int town_tenant(int number)
{
    return 1 + number % TOWN_TENANTS;
}

int town_put(supa_manager *manager, int number, supa_error *error)
{
    supa_store_database database = SUPA_STORE_DATABASE_INIT;
    const int tenant = town_tenant(number);
    char credentials[2048], id[40];

    snprintf(
        credentials, sizeof credentials, "{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"%s\"}",
        stack_tenant_value(tenant, "URL"), stack_tenant_value(tenant, "SERVICE_KEY"));
    database.credentials = credentials;
    database.length = strlen(credentials);
    return supa_store_put(manager, town_store(number, id), &database, error);
}

/* A crash of PostgreSQL loses nothing that it said was written. */
static void build_master(void)
{
    char sql[1024];

    stack_sql("master", "alter system set synchronous_commit = on");
    stack_sql("master", "select pg_reload_conf()");
    snprintf(
        sql, sizeof sql,
        "insert into stores (id, user_id, slug, status, is_active) select " ID ", '" OWNER
        "', 'soak-' || n, 'active', true from generate_series(0, %d) n",
        TOWN_STORES - 1);
    stack_sql("master", sql);
}

/* Nothing is unique in the entries: what is written twice is there twice. */
static void build_tenant(int tenant)
{
    char sql[2048], name[16];

    snprintf(
        sql, sizeof sql,
        "create table soak_entries (store_id uuid not null, worker integer, number bigint); "
        "insert into stores (id, name, slug) select " ID
        ", 'soak', 'soak-' || n from generate_series(0, %d) n; "
        "insert into products (store_id, slug, sku) select " ID
        ", 'soak-' || n, 'soak-' || n from generate_series(0, %d) n; "
        "grant all on soak_entries to service_role; notify pgrst, 'reload schema'",
        TOWN_STORES - 1, TOWN_STORES - 1);
    snprintf(name, sizeof name, "tenant_%d", tenant);
    stack_sql(name, sql);
}

void town_build(supa_manager *manager)
{
    supa_error error;

    build_master();
    for (int i = 1; i <= TOWN_TENANTS; i++)
        build_tenant(i);
    for (int i = 0; i < TOWN_STORES; i++) {
        if (town_put(manager, i, &error) != SUPA_OK) {
            fprintf(stderr, "store %d is not put: %s\n", i, error.message);
            exit(1);
        }
    }
}

supa_manager *town_manager(void)
{
    supa_client_options master = stack_options(
        stack_value("MASTER_SUPABASE_URL"), stack_value("MASTER_SUPABASE_SERVICE_KEY"));
    supa_client_options tenant = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_keyring *keyring = supa_keyring_from_file(stack_value("SUPA_KEYRING_FILE"), NULL);
    supa_manager *manager;
    supa_error error;

    master.timeout_ms = tenant.timeout_ms = 3000;
    tenant.allow_plain_http = tenant.allow_private = 1;
    options.master = &master;
    options.tenant = &tenant;
    options.keyring = keyring;
    options.scope = SUPA_SCOPE_FILE;
    options.scope_text = ownership;
    options.refresh_ms = 1000;
    options.sweep_ms = 1000;
    options.unknown_ms = 200;
    options.background = 1;
    manager = supa_manager_new(&options, &error);
    supa_keyring_free(keyring);
    if (manager == NULL) {
        fprintf(stderr, "no manager: %s\n", error.message);
        exit(1);
    }
    return manager;
}
