/* SPDX-License-Identifier: MIT */
/* The platform's own queries, as its migration to a master and tenants wrote them down: three patterns, an
 * operation on both sides, and three helpers, in C and on the real servers. */
#include "live/stack.h"
#include "main.h"

#include <stdio.h>
#include <string.h>
#include <supa/fluent.h>

#define PRODUCT_ID  "9d0d0000-0000-4000-8000-000000000001"
#define CATEGORY_ID "ca7e0000-0000-4000-8000-000000000001"
#define NOBODY      "5f0e0000-0000-4000-8000-00000000ffff"

static supa_manager *manager;

static supa_client *master(void)
{
    if (manager == NULL)
        manager = stack_manager();
    return supa_manager_master(manager);
}

/* The store's connection; a reference of the caller's. */
static supa_client *store_connection(const char *store_id)
{
    supa_error error;
    supa_client *tenant = (master(), supa_manager_lease(manager, store_id, &error));

    if (tenant == NULL)
        CU_FAIL("the store is not leased");
    return tenant;
}

/* Pattern 1: one row by its primary key, of a tenant. */
static void a_product_is_found_by_its_key(void)
{
    supa_client *tenant = store_connection(stack_store(1));
    supa_response *product =
        SUPA_RUN(tenant, from("products"), select("*"), eq("id", PRODUCT_ID), single());

    CU_ASSERT_TRUE(supa_response_ok(product));
    CU_ASSERT_TRUE(stack_text_is(supa_response_first(product), "slug", "red-tulips"));
    CU_ASSERT_TRUE(stack_decimal_is(supa_response_first(product), "price", "12.50"));
    supa_response_free(product);
    product = SUPA_RUN(tenant, from("products"), select("*"), eq("id", NOBODY), single());
    CU_ASSERT_EQUAL(supa_response_error(product)->code, SUPA_ERROR_NO_ROWS);
    CU_ASSERT_STRING_EQUAL(supa_response_error(product)->store_id, stack_store(1));
    supa_response_free(product);
    supa_client_unref(tenant);
}

/* Pattern 2: all rows of a store. */
static void products_are_found_by_their_store(void)
{
    supa_client *tenant = store_connection(stack_store(2));
    supa_response *products =
        SUPA_RUN(tenant, from("products"), select("*"), eq("store_id", stack_store(2)));

    CU_ASSERT_TRUE(supa_response_ok(products));
    CU_ASSERT_EQUAL(supa_response_row_count(products), 12);
    for (size_t i = 0; i < 12; i++)
        CU_ASSERT_TRUE(stack_text_is(supa_response_row(products, i), "store_id", stack_store(2)));
    supa_response_free(products);
    supa_client_unref(tenant);
}

/* Pattern 3: a store, of the master. */
static void a_store_is_found_in_the_master(void)
{
    supa_response *store =
        SUPA_RUN(master(), from("stores"), select("*"), eq("id", stack_store(1)), single());

    CU_ASSERT_TRUE(supa_response_ok(store));
    CU_ASSERT_TRUE(stack_text_is(supa_response_first(store), "slug", "tulip"));
    supa_response_free(store);
}

/* Both sides in one operation, which must not be mixed up. */
static void both_sides_take_part(void)
{
    for (int n = 1; n <= 3; n++) {
        supa_client *tenant = store_connection(stack_store(n));
        supa_response *store =
            SUPA_RUN(master(), from("stores"), select("*"), eq("id", stack_store(n)), single());
        supa_response *products =
            SUPA_RUN(tenant, from("products"), select("*"), eq("store_id", stack_store(n)));

        CU_ASSERT_TRUE(stack_text_is(supa_response_first(store), "id", stack_store(n)));
        CU_ASSERT_EQUAL(supa_response_row_count(products), 12);
        supa_response_free(products);
        /* the mistake that the migration was about: the store's row asked of the tenant */
        products = SUPA_RUN(tenant, from("stores"), select("*"), eq("id", stack_store(n)));
        CU_ASSERT_EQUAL(supa_response_error(products)->code, SUPA_ERROR_SCOPE);
        supa_response_free(products);
        supa_response_free(store);
        supa_client_unref(tenant);
    }
}

/* Helper getMasterStore: a failure has the server's words. */
static supa_response *get_master_store(const char *store_id)
{
    return SUPA_RUN(master(), from("stores"), select("*"), eq("id", store_id), single());
}

/* Helper getMasterUser. */
static supa_response *get_master_user(const char *user_id)
{
    return SUPA_RUN(master(), from("users"), select("*"), eq("id", user_id), single());
}

struct product_filters {
    const char *status, *category_id;
};

/* Helper getTenantProducts. category_ids is jsonb, so what it contains is said in JSON. */
static supa_response *get_tenant_products(
    supa_client *tenant, const char *store_id, const struct product_filters *filters)
{
    supa_query *q = SUPA_QUERY(tenant, from("products"), select("*"), eq("store_id", store_id));
    char list[64];

    if (filters != NULL && filters->status != NULL)
        supa_eq(q, "status", supa_text(filters->status));
    if (filters != NULL && filters->category_id != NULL) {
        snprintf(list, sizeof list, "[\"%.40s\"]", filters->category_id);
        supa_contains(q, "category_ids", supa_json(list));
    }
    return supa_execute(q);
}

static void the_masters_helpers_work(void)
{
    supa_response *store = get_master_store(stack_store(3)), *user;

    CU_ASSERT_TRUE(stack_text_is(supa_response_first(store), "slug", "cafe"));
    user = get_master_user(supa_row_string(supa_response_first(store), "user_id", ""));
    CU_ASSERT_TRUE(supa_response_ok(user));
    CU_ASSERT_TRUE(stack_text_is(
        supa_response_first(user), "id",
        supa_row_string(supa_response_first(store), "user_id", "")));
    supa_response_free(user);
    supa_response_free(store);
    store = get_master_store(NOBODY);
    CU_ASSERT_EQUAL(supa_response_error(store)->code, SUPA_ERROR_NO_ROWS);
    CU_ASSERT_STRING_EQUAL(supa_response_error(store)->server_code, "PGRST116");
    supa_response_free(store);
    user = get_master_user("no uuid");
    CU_ASSERT_EQUAL(supa_response_error(user)->code, SUPA_ERROR_DATABASE);
    supa_response_free(user);
}

static void the_tenants_helper_works(void)
{
    static const struct {
        struct product_filters filters;
        size_t count;
    } cases[] = {
        {{NULL, NULL}, 12},           {{"active", NULL}, 8},  {{NULL, CATEGORY_ID}, 4},
        {{"active", CATEGORY_ID}, 3}, {{"nothing", NULL}, 0}, {{NULL, "nothing"}, 0},
    };
    supa_client *tenant = store_connection(stack_store(1));

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        supa_response *products = get_tenant_products(tenant, stack_store(1), &cases[i].filters);

        CU_ASSERT_TRUE(supa_response_ok(products));
        CU_ASSERT_EQUAL(supa_response_row_count(products), cases[i].count);
        supa_response_free(products);
    }
    supa_client_unref(tenant);
}

static void everything_is_given_back(void)
{
    supa_manager_free(manager);
    manager = NULL;
}

CU_TestInfo seed_tests[] = {
    {"a product is found by its key", a_product_is_found_by_its_key},
    {"products are found by their store", products_are_found_by_their_store},
    {"a store is found in the master", a_store_is_found_in_the_master},
    {"both sides take part in one operation", both_sides_take_part},
    {"the helpers on the master", the_masters_helpers_work},
    {"the helper on a tenant", the_tenants_helper_works},
    {"all is given back", everything_is_given_back},
    CU_TEST_INFO_NULL,
};
