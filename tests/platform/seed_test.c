/* SPDX-License-Identifier: MIT */
/* The platform's own queries, as its migration to a master and tenants wrote them down, each beside its
 * form in C: three patterns, an operation on both sides, and three helpers. */
#include "platform/place.h"

#include <string.h>

/* Pattern 1:
 *     const tenantDb = await ConnectionManager.getStoreConnection(store_id);
 *     const { data: product } = await tenantDb
 *       .from('products').select('*').eq('id', productId).single(); */
static void a_row_by_its_key(void)
{
    supa_client *tenant = supa_manager_lease(place_manager(), stack_store(1), NULL);
    supa_response *product = supa_find(tenant, "products", PRODUCT_ID, "*");

    CU_ASSERT(supa_response_ok(product));
    CU_ASSERT(stack_text_is(supa_response_first(product), "slug", "red-tulips"));
    CU_ASSERT(stack_decimal_is(supa_response_first(product), "price", "12.50"));
    supa_response_free(product);
    CU_ASSERT(place_failed(supa_find(tenant, "products", NOBODY, NULL), SUPA_ERROR_NO_ROWS));
    supa_client_unref(tenant);
}

/* Pattern 2:
 *     const tenantDb = await ConnectionManager.getStoreConnection(storeId);
 *     const { data: products } = await tenantDb
 *       .from('products').select('*').eq('store_id', storeId); */
static void all_rows_of_a_store(void)
{
    const supa_condition filters[] = {{"store_id", "eq", supa_text(stack_store(2))}};
    supa_client *tenant = supa_manager_lease(place_manager(), stack_store(2), NULL);
    supa_response *products = supa_find_all(tenant, "products", "*", filters, 1);

    CU_ASSERT_EQUAL(supa_response_row_count(products), 12);
    for (size_t i = 0; i < supa_response_row_count(products); i++)
        CU_ASSERT(stack_text_is(supa_response_row(products, i), "store_id", stack_store(2)));
    supa_response_free(products);
    CU_ASSERT(place_rows(supa_find_all(tenant, "products", NULL, NULL, 0), 12));
    supa_client_unref(tenant);
}

/* Pattern 3:
 *     const { data: store } = await masterDbClient
 *       .from('stores').select('*').eq('id', store_id).single(); */
static void a_store_in_the_master(void)
{
    CU_ASSERT(
        place_text(supa_find(place_master(), "stores", stack_store(1), "*"), "slug", "tulip"));
}

/* Hybrid:
 *     const { data: store } = await masterDbClient
 *       .from('stores').select('*').eq('id', storeId).single();
 *     const tenantDb = await ConnectionManager.getStoreConnection(storeId);
 *     const { data: products } = await tenantDb
 *       .from('products').select('*').eq('store_id', storeId); */
static void both_sides(void)
{
    for (int n = 1; n <= 3; n++) {
        supa_query *store = supa_from(place_master(), "stores");
        supa_question questions[2] = {{.query = store}};
        supa_error error;

        supa_single(supa_eq(store, "id", supa_text(stack_store(n))));
        questions[1].query = supa_template("products");
        questions[1].store_id = stack_store(n);
        CU_ASSERT_EQUAL(
            supa_together(place_manager(), questions, 2, supa_deadline_in(5000), NULL, &error),
            SUPA_OK);
        CU_ASSERT_EQUAL(supa_response_row_count(questions[1].response), 12);
        CU_ASSERT(
            stack_text_is(supa_response_first(questions[1].response), "store_id", stack_store(n)));
        supa_response_free(questions[1].response);
        CU_ASSERT(place_text(questions[0].response, "id", stack_store(n)));
    }
}

/* The mistake that the migration was about: the store's row asked of its tenant. */
static void the_costliest_bug(void)
{
    supa_client *tenant = supa_manager_lease(place_manager(), stack_store(1), NULL);

    CU_ASSERT(place_failed(supa_find(tenant, "stores", stack_store(1), "*"), SUPA_ERROR_SCOPE));
    CU_ASSERT(place_failed(supa_find_all(tenant, "users", "*", NULL, 0), SUPA_ERROR_SCOPE));
    CU_ASSERT(
        place_failed(supa_find(place_master(), "products", PRODUCT_ID, "*"), SUPA_ERROR_SCOPE));
    supa_client_unref(tenant);
}

/* getMasterStore(storeId) and getMasterUser(userId): they throw `Store not found: ${error.message}` for
 * everything that goes wrong; here what went wrong is told. */
static void the_masters_helpers(void)
{
    supa_response *store = supa_master_store(place_manager(), stack_store(3)), *user;

    CU_ASSERT(stack_text_is(supa_response_first(store), "slug", "cafe"));
    user = supa_master_user(
        place_manager(), supa_row_string(supa_response_first(store), "user_id", NULL));
    CU_ASSERT(stack_text_is(supa_response_first(user), "id", OWNER_3));
    CU_ASSERT_PTR_NULL(strstr(supa_response_body(user, NULL), "password"));
    CU_ASSERT_PTR_NULL(strstr(supa_response_body(user, NULL), "token"));
    supa_response_free(user);
    supa_response_free(store);
    CU_ASSERT(place_failed(supa_master_store(place_manager(), NOBODY), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_failed(supa_master_user(place_manager(), NOBODY), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_failed(supa_master_user(place_manager(), "no id"), SUPA_ERROR_ARGUMENT));
}

/* getTenantProducts(storeId, { status, category_id }):
 *     let query = tenantDb.from('products').select('*').eq('store_id', storeId);
 *     if (filters.status) query = query.eq('status', filters.status);
 *     if (filters.category_id) query = query.contains('category_ids', [filters.category_id]); */
static void the_tenants_helper(void)
{
    static const struct {
        const char *status, *category_id;
        size_t count;
    } rows[] = {
        {NULL, NULL, 12},           {"active", NULL, 8},  {NULL, CATEGORY_ID, 4},
        {"active", CATEGORY_ID, 3}, {"nothing", NULL, 0}, {NULL, "nothing", 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;

        filter.status = rows[i].status;
        filter.category_id = rows[i].category_id;
        CU_ASSERT(place_rows(
            supa_tenant_products(place_manager(), stack_store(1), &filter), rows[i].count));
    }
}

extern CU_TestInfo seed_tests[];
CU_TestInfo seed_tests[] = {
    {"pattern 1: a row by its key", a_row_by_its_key},
    {"pattern 2: all rows of a store", all_rows_of_a_store},
    {"pattern 3: a store in the master", a_store_in_the_master},
    {"both sides take part in one operation", both_sides},
    {"a table of the other side is refused", the_costliest_bug},
    {"the helpers on the master", the_masters_helpers},
    {"the helper on a tenant", the_tenants_helper},
    CU_TEST_INFO_NULL,
};
