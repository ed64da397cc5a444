/* SPDX-License-Identifier: MIT */
/* Tenants: a manager leases the client of each store, which speaks to that store's database, with
 * its key, about its rows. Queries by <supa/fluent.h> read from left to right.
 *
 *     ./11-tenants STORE… */
#include <stdio.h>
#include <supa/fluent.h>
#include <supa/supa.h>

#define PRODUCT "9d0d0000-0000-4000-8000-000000000001" /* every store has one of this id */

/* The master knows who the stores are; its tables are asked of its own client. */
static void print_name(supa_manager *manager, const char *store)
{
    supa_response *answer = SUPA_RUN(
        supa_manager_master(manager), from("stores"), select("name"), eq("id", store), single());

    if (supa_response_ok(answer))
        printf("%s\n", supa_row_string(supa_response_first(answer), "name", "?"));
    else
        printf("%s\n", supa_response_error(answer)->message);
    supa_response_free(answer);
}

static void print_product(supa_client *shop)
{
    supa_response *answer =
        SUPA_RUN(shop, from("products"), select("sku,slug"), eq("id", PRODUCT), single());
    supa_row row = supa_response_first(answer);

    if (supa_response_ok(answer))
        printf(
            "  sells %s, %s\n", supa_row_string(row, "sku", "?"),
            supa_row_string(row, "slug", "?"));
    else
        printf("  %s\n", supa_response_error(answer)->message);
    supa_response_free(answer);
}

/* The same database holds rows of another store: a lease's queries are kept to its own. */
static void print_reach(supa_client *shop)
{
    supa_response *own = SUPA_RUN(shop, from("products"), select("id"));
    supa_response *all = SUPA_RUN(shop, from("products"), select("id"), any_store());

    if (supa_response_ok(own) && supa_response_ok(all))
        printf(
            "  sees %zu of its database's %zu products\n", supa_response_row_count(own),
            supa_response_row_count(all));
    else
        printf("  %s\n", supa_response_error(supa_response_ok(own) ? all : own)->message);
    supa_response_free(own);
    supa_response_free(all);
}

/* A table of the master's, asked of a tenant, is refused before anything is sent. */
static void ask_the_wrong_side(supa_client *shop)
{
    supa_error error;

    if (supa_exec(SUPA_QUERY(shop, from("subscriptions"), select("plan_name")), &error) != SUPA_OK)
        printf("  %s: %s\n", supa_outcome_name((supa_outcome)error.outcome), error.message);
}

static void visit(supa_manager *manager, const char *store)
{
    supa_error error;
    supa_client *shop = supa_manager_lease(manager, store, &error);

    if (shop == NULL) { /* unknown, suspended, switched off, sealed with another key, … */
        printf("%s: %s\n", supa_code_name((supa_code)error.code), error.message);
        return;
    }
    print_name(manager, store);
    print_product(shop);
    print_reach(shop);
    ask_the_wrong_side(shop);
    supa_client_unref(shop); /* the manager keeps it in its cache for the next request */
}

int main(int argc, char **argv)
{
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;
    supa_error error = {.message = "wanted: STORE…"};
    supa_manager *manager = argc > 1 ? supa_manager_from_env(&error) : NULL;

    if (manager == NULL) {
        fprintf(stderr, "11-tenants: %s\n", error.message);
        return 1;
    }
    for (int i = 1; i < argc; i++)
        visit(manager, argv[i]);
    if (supa_manager_stats_get(manager, &stats) == SUPA_OK)
        printf("from the cache: %d, looked up: %d\n", (int)stats.hits, (int)stats.loads);
    supa_manager_free(manager);
    return 0;
}
