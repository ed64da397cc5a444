/* SPDX-License-Identifier: MIT */
/* The sides of the scope, on the real servers: what is asked of the wrong one is not sent. */
#include "live/stack.h"
#include "main.h"
#include "manager/platform_scope.h"

#include <stdio.h>
#include <string.h>

#define BEEF "5f0e0000-0000-4000-8000-00000000beef"

static supa_manager *manager;
static supa_client *tenant;
static size_t refusals;

static void start(void)
{
    manager = stack_manager();
    tenant = supa_manager_lease(manager, stack_store(1), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tenant);
    refusals = 0;
}

static void end(void)
{
    supa_client_unref(tenant);
    supa_manager_free(manager);
}

static int code_of(supa_query *q)
{
    return supa_exec(q, NULL);
}

static int is_refused(supa_query *q)
{
    const int refused = code_of(q) == SUPA_ERROR_SCOPE;

    refusals += (size_t)refused;
    return refused;
}

static supa_query *insert_into(supa_client *client, const char *table)
{
    return supa_insert(supa_from(client, table), "{\"id\":\"" BEEF "\"}");
}

static supa_query *update_of(supa_client *client, const char *table)
{
    return supa_eq(
        supa_update(supa_from(client, table), "{\"id\":\"" BEEF "\"}"), "id", supa_text(BEEF));
}

static supa_query *delete_from(supa_client *client, const char *table)
{
    return supa_eq(supa_delete(supa_from(client, table)), "id", supa_text(BEEF));
}

static supa_query *embed_of(supa_client *client, const char *table)
{
    char columns[120];

    snprintf(columns, sizeof columns, "id,x:%s(*)", table);
    return supa_select(
        supa_from(client, client == tenant ? "products" : "store_databases"), columns);
}

#define REFUSED(query) CU_ASSERT_TRUE(is_refused(query))

static void refused_everywhere(supa_client *client, const char *table)
{
    REFUSED(supa_from(client, table));
    REFUSED(insert_into(client, table));
    REFUSED(update_of(client, table));
    REFUSED(delete_from(client, table));
    REFUSED(embed_of(client, table));
}

/* The rows' first member of this name; the answer is the database's that was asked. */
static int first_is(supa_query *q, const char *column, const char *want)
{
    supa_response *answer = supa_execute(supa_limit(q, 1));
    const int same = stack_text_is(supa_response_first(answer), column, want);

    supa_response_free(answer);
    return same;
}

/* The platform's costliest bug: a tenant's copy is taken for the master's table. Each is refused on the
 * tenant, reached there as its own copy, and reached on the master; which of the two answered is told by
 * what only it holds. */
static void
costliest_bug(const char *table, const char *column, const char *masters, const char *tenants)
{
    char path[80];
    size_t asked;

    start();
    snprintf(path, sizeof path, "\t/rest/v1/%s", table);
    asked = stack_requests("1", path);
    refused_everywhere(tenant, table);
    REFUSED(supa_any_store(supa_from(tenant, table)));
    CU_ASSERT_EQUAL(stack_requests("1", path), asked);
    printf(
        "\n    %s on a tenant: select, insert, update, delete, embed, any store: %zu of 6 refused, "
        "%zu requests",
        table, refusals, stack_requests("1", path) - asked);
    CU_ASSERT_TRUE(first_is(
        supa_eq(supa_own_copy(supa_from(tenant, table)), column, supa_text(tenants)), column,
        tenants));
    CU_ASSERT_FALSE(first_is(
        supa_eq(supa_own_copy(supa_from(tenant, table)), column, supa_text(masters)), column,
        masters));
    CU_ASSERT_TRUE(first_is(
        supa_eq(supa_from(supa_manager_master(manager), table), column, supa_text(masters)), column,
        masters));
    CU_ASSERT_FALSE(first_is(
        supa_eq(supa_from(supa_manager_master(manager), table), column, supa_text(tenants)), column,
        tenants));
    end();
}

static void stores_of_a_tenant_are_not_the_masters(void)
{
    costliest_bug("stores", "slug", "dormant", "neighbour");
}

static void users_of_a_tenant_are_not_the_masters(void)
{
    costliest_bug("users", "email", "root@platform.example", "owner@tulip.example");
}

static void credit_usage_of_a_tenant_is_not_the_masters(void)
{
    costliest_bug("credit_usage", "usage_type", "ai_translation", "tenant_copy");
}

static void credit_transactions_of_a_tenant_are_not_the_masters(void)
{
    costliest_bug("credit_transactions", "transaction_type", "bonus", "tenant_copy");
}

static void own_copies_are_written_too(void)
{
    supa_query *q;

    start();
    q = supa_own_copy(supa_insert(
        supa_from(tenant, "credit_usage"), "{\"credits_used\":1,\"usage_type\":\"written\"}"));
    CU_ASSERT_EQUAL(code_of(q), SUPA_OK);
    q = supa_own_copy(supa_update(supa_from(tenant, "credit_usage"), "{\"credits_used\":2}"));
    CU_ASSERT_EQUAL(code_of(supa_eq(q, "usage_type", supa_text("written"))), SUPA_OK);
    CU_ASSERT_TRUE(first_is(
        supa_own_copy(supa_eq(supa_from(tenant, "credit_usage"), "credits_used", supa_int(2))),
        "store_id", stack_store(1)));
    q = supa_own_copy(supa_delete(supa_from(tenant, "credit_usage")));
    CU_ASSERT_EQUAL(code_of(supa_eq(q, "usage_type", supa_text("written"))), SUPA_OK);
    end();
}

/* Each table of the lists is in the stack's databases of its side, and refused on the other. */
static void every_table_is_refused_on_the_other_side(void)
{
    supa_client *master;
    size_t masters = 0, tenants = 0;
    const size_t queries = 5; /* select, insert, update, delete, embed */

    start();
    master = supa_manager_master(manager);
    for (size_t i = 0; i < platform_tables.count; i++) {
        const struct scope_listed *table = &platform_tables.entries[i];

        if (strchr(table->name, '*') != NULL)
            continue;
        if ((table->owner & OWNER_MASTER) != 0)
            CU_ASSERT_EQUAL(code_of(supa_limit(supa_from(master, table->name), 1)), SUPA_OK);
        if ((table->owner & OWNER_TENANT) != 0)
            CU_ASSERT_EQUAL(
                code_of(supa_own_copy(supa_limit(supa_from(tenant, table->name), 1))), SUPA_OK);
        if (table->owner == OWNER_MASTER)
            refused_everywhere(tenant, table->name);
        if (table->owner == OWNER_TENANT)
            refused_everywhere(master, table->name);
        masters += table->owner == OWNER_MASTER;
        tenants += table->owner == OWNER_TENANT;
    }
    printf(
        "\n    %zu tables of the master and %zu of the tenants, %zu queries each on the other "
        "side: "
        "%zu refused",
        masters, tenants, queries, refusals);
    CU_ASSERT_EQUAL(refusals, queries * (masters + tenants));
    CU_ASSERT(masters >= 37 && tenants >= 126);
    end();
}

static size_t rows_of(supa_query *q)
{
    supa_response *answer = supa_execute(q);
    const size_t count = supa_response_ok(answer) ? supa_response_row_count(answer) : 999;

    supa_response_free(answer);
    return count;
}

/* In every form that an embedded resource has, its rows are the store's only. */
static void embedded_rows_are_kept_to_the_store(void)
{
    static const char *const forms[] = {
        "slug,products!inner(id)",
        "slug,p:products!inner(id)",
        "slug,p:products!inner(id),q:products!inner(id)",
        "slug,\"p\":\"products\"!inner(id)",
        "slug,products!products_store_id_fkey!inner(id)",
        "slug,p:products!inner(id,product_translations(name))",
        "slug,c:coupons!inner(id),p:products!inner(id)",
        "slug,products:coupons!inner(id)",
    };

    start();
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        supa_query *stores = supa_own_copy(supa_select(supa_from(tenant, "stores"), forms[i]));
        supa_query *any = supa_any_store(supa_query_dup(stores));

        CU_ASSERT_EQUAL(rows_of(stores), 1);
        CU_ASSERT_EQUAL(rows_of(any), 2); /* the neighbour's, too */
    }
    /* the server would keep the first of these two only */
    REFUSED(supa_own_copy(
        supa_select(supa_from(tenant, "stores"), "slug,a:products!inner(id),products!inner(id)")));
    CU_ASSERT_EQUAL(
        rows_of(
            supa_select(supa_from(tenant, "product_translations"), "name,...products!inner(sku)")),
        24);
    end();
}

/* What the refusal above rests on: a filter by a name goes to one of two resources that have it. */
static void the_server_filters_one_of_two_namesakes(void)
{
    supa_client *all = stack_tenant(1);
    supa_query *q =
        supa_select(supa_from(all, "stores"), "slug,a:products(store_id),products(store_id)");
    supa_response *answer;
    size_t length;

    supa_eq(
        supa_eq(q, "slug", supa_text("neighbour")), "products.store_id", supa_text(stack_store(1)));
    answer = supa_execute(q);
    CU_ASSERT_TRUE(supa_response_ok(answer));
    CU_ASSERT_PTR_NOT_NULL(strstr(supa_response_body(answer, &length), BEEF));
    supa_response_free(answer);
    supa_client_unref(all);
}

static void modes_change_what_is_sent(void)
{
    char *report;

    start();
    CU_ASSERT_EQUAL(rows_of(supa_from(tenant, "products")), 12);
    CU_ASSERT_EQUAL(supa_scope_set(manager, "products", SUPA_SCOPE_OFF, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(rows_of(supa_from(tenant, "products")), 15);
    CU_ASSERT_EQUAL(supa_scope_set(manager, NULL, SUPA_SCOPE_WARN, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(supa_scope_set(manager, "products", SUPA_SCOPE_INHERIT, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(rows_of(supa_from(tenant, "products")), 12);
    CU_ASSERT_EQUAL(rows_of(supa_from(tenant, "stores")), 2);
    CU_ASSERT_EQUAL(code_of(supa_from(tenant, "nowhere")), SUPA_ERROR_DATABASE);
    report = supa_manager_scope_report(manager);
    CU_ASSERT_STRING_EQUAL(
        report, "scope=platform mode=warn unlisted-tables=warn unlisted-functions=off\n"
                "stores copy refused=0 passed=1\n"
                "nowhere unlisted refused=0 passed=1\n");
    supa_text_free(report);
    end();
}

static void functions_have_a_side(void)
{
    start();
    REFUSED(supa_args(supa_rpc(supa_manager_master(manager), "execute_sql"), "{\"sql\":\"\"}"));
    REFUSED(supa_args(supa_rpc(tenant, "exec_sql"), "{\"sql\":\"\"}"));
    CU_ASSERT_EQUAL(code_of(supa_arg(supa_rpc(tenant, "echo"), "say", supa_text("x"))), SUPA_OK);
    supa_scope_set(manager, "rpc/*", SUPA_SCOPE_ENFORCE, NULL);
    REFUSED(supa_arg(supa_rpc(tenant, "echo"), "say", supa_text("x")));
    end();
}

extern CU_TestInfo scope_tests[];
CU_TestInfo scope_tests[] = {
    {"costliest bug: stores of a tenant are not the master's",
     stores_of_a_tenant_are_not_the_masters},
    {"costliest bug: users of a tenant are not the master's",
     users_of_a_tenant_are_not_the_masters},
    {"costliest bug: credit_usage of a tenant is not the master's",
     credit_usage_of_a_tenant_is_not_the_masters},
    {"costliest bug: credit_transactions of a tenant are not the master's",
     credit_transactions_of_a_tenant_are_not_the_masters},
    {"own copies are written too", own_copies_are_written_too},
    {"every table is refused on the other side", every_table_is_refused_on_the_other_side},
    {"embedded rows are kept to the store", embedded_rows_are_kept_to_the_store},
    {"the server filters one of two namesakes", the_server_filters_one_of_two_namesakes},
    {"modes change what is sent", modes_change_what_is_sent},
    {"functions have a side", functions_have_a_side},
    CU_TEST_INFO_NULL,
};
