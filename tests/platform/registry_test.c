/* SPDX-License-Identifier: MIT */
/* The registry: putting, switching, rotating, listing, removing; and that the cache is right at once. */
#include "platform/place.h"

#include <stdio.h>
#include <string.h>

#define NEW_STORE "5f0e0000-0000-4000-8000-0000000000b1"

static supa_store_database database(const char *json)
{
    supa_store_database it = SUPA_STORE_DATABASE_INIT;

    it.credentials = json;
    it.length = strlen(json);
    return it;
}

static int put(const char *store_id, const char *json, supa_error *error)
{
    const supa_store_database it = database(json);

    return supa_store_put(place_manager(), store_id, &it, error);
}

static int lease_code(const char *store_id)
{
    supa_error error;
    supa_client *client = supa_manager_lease(place_manager(), store_id, &error);

    supa_client_unref(client);
    return client != NULL ? SUPA_OK : error.code;
}

/* The price of the product that every tenant has under the same id, by a lease of the store. */
static int price_is(const char *store_id, const char *price)
{
    supa_response *product = supa_tenant_product(place_manager(), store_id, PRODUCT_ID);
    int right = stack_decimal_is(supa_response_first(product), "price", price);

    supa_response_free(product);
    return right;
}

static const char *value(const char *store_id, const char *column)
{
    return place_value("store_databases", "store_id", store_id, column);
}

static void make_store(void)
{
    stack_sql(
        "master",
        "insert into stores (id, user_id, name, slug, status, is_active) values ('" NEW_STORE
        "', '" OWNER_1 "', 'New', 'new', 'active', true);");
}

static void a_database_is_put(void)
{
    supa_error error;

    make_store();
    CU_ASSERT_EQUAL(lease_code(NEW_STORE), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(put(NEW_STORE, place_good_credentials(1), &error), SUPA_OK);
    CU_ASSERT_EQUAL(lease_code(NEW_STORE), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "host"), "127.0.0.1");
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "connection_status"), "pending");
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "database_type"), "supabase");
    CU_ASSERT_EQUAL(strncmp(value(NEW_STORE, "connection_string_encrypted"), "supa2.k1.", 9), 0);
}

/* Put again: other credentials, the same row; and what is cached is replaced at once. */
static void a_row_keeps_its_id(void)
{
    char id[64], created[64];
    supa_error error;

    CU_ASSERT_EQUAL(put(stack_store(2), place_good_credentials(2), &error), SUPA_OK);
    CU_ASSERT(price_is(stack_store(2), "249.00"));
    stack_sql(
        "master",
        "update store_databases set schema_version = 7 where store_id::text like '%0002'");
    snprintf(id, sizeof id, "%s", value(stack_store(2), "id"));
    snprintf(created, sizeof created, "%s", value(stack_store(2), "created_at"));
    CU_ASSERT_EQUAL(put(stack_store(2), place_good_credentials(3), &error), SUPA_OK);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(2), NULL), 0));
    CU_ASSERT_STRING_EQUAL(value(stack_store(2), "id"), id);
    CU_ASSERT_STRING_EQUAL(value(stack_store(2), "created_at"), created);
    CU_ASSERT_STRING_EQUAL(value(stack_store(2), "schema_version"), "7");
    CU_ASSERT_EQUAL(put(stack_store(2), place_good_credentials(2), &error), SUPA_OK);
    CU_ASSERT(price_is(stack_store(2), "249.00"));
    stack_sql(
        "master",
        "update store_databases set schema_version = 1 where store_id::text like '%0002'");
}

static void further_columns_are_an_option(void)
{
    supa_store_database it = database(place_good_credentials(1));
    supa_error error;

    it.extra = "{\"is_primary\":true}";
    CU_ASSERT_EQUAL(supa_store_put(place_manager(), NEW_STORE, &it, &error), SUPA_ERROR_SERVER);
    CU_ASSERT_STRING_EQUAL(error.server_code, "PGRST204");
    it.extra = "{\"port\":5432,\"database_name\":\"a \\\"b\\\"\"}";
    CU_ASSERT_EQUAL(supa_store_put(place_manager(), NEW_STORE, &it, &error), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "port"), "5432");
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "database_name"), "a \"b\"");
    it.extra = "{\"host\":\"other\"}";
    CU_ASSERT_EQUAL(supa_store_put(place_manager(), NEW_STORE, &it, &error), SUPA_ERROR_ARGUMENT);
    it.extra = "[]";
    CU_ASSERT_EQUAL(supa_store_put(place_manager(), NEW_STORE, &it, &error), SUPA_ERROR_ARGUMENT);
}

static void what_cannot_be_put(void)
{
    static const struct {
        const char *json;
        supa_code code;
    } rows[] = {
        {"{}", SUPA_ERROR_CREDENTIALS},
        {"[]", SUPA_ERROR_CREDENTIALS},
        {"nonsense", SUPA_ERROR_CREDENTIALS},
        {"{\"projectUrl\":\"https://a.example\"}", SUPA_ERROR_CREDENTIALS},
        {"{\"projectUrl\":\"ftp://a.example\",\"serviceRoleKey\":\"SECRET\"}",
         SUPA_ERROR_CREDENTIALS},
        {"{\"projectUrl\":\"https://u:SECRET@a.example\",\"serviceRoleKey\":\"k\"}",
         SUPA_ERROR_CREDENTIALS},
    };
    char before[2048];
    supa_error error;

    snprintf(before, sizeof before, "%s", value(NEW_STORE, "connection_string_encrypted"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(put(NEW_STORE, rows[i].json, &error), (int)rows[i].code);
        CU_ASSERT_PTR_NULL(strstr(error.message, "SECRET"));
    }
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "connection_string_encrypted"), before);
    CU_ASSERT_EQUAL(put(NOBODY, place_good_credentials(1), &error), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(error.store_id, NOBODY);
    CU_ASSERT_EQUAL(put("no id", place_good_credentials(1), &error), SUPA_ERROR_ARGUMENT);
}

static void switches(void)
{
    supa_error error;

    CU_ASSERT_EQUAL(lease_code(stack_store(3)), SUPA_OK);
    CU_ASSERT_EQUAL(supa_store_deactivate(place_manager(), stack_store(3), &error), SUPA_OK);
    CU_ASSERT_EQUAL(lease_code(stack_store(3)), SUPA_ERROR_STORE_INACTIVE);
    CU_ASSERT_EQUAL(supa_store_activate(place_manager(), stack_store(3), &error), SUPA_OK);
    CU_ASSERT_EQUAL(lease_code(stack_store(3)), SUPA_OK);
    CU_ASSERT_EQUAL(
        supa_store_activate(place_manager(), NOBODY, &error), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(
        supa_store_deactivate(place_manager(), NOBODY, NULL), SUPA_ERROR_STORE_NOT_FOUND);
}

/* A rotation changes what it names and keeps the rest; what does not work is not written. */
static void credentials_are_rotated(void)
{
    supa_rotate_options tested = SUPA_ROTATE_OPTIONS_INIT;
    char changes[1024], before[2048];
    supa_manager *m = place_manager();
    supa_error error;

    tested.test_ms = 5000;
    snprintf(before, sizeof before, "%s", value(NEW_STORE, "connection_string_encrypted"));
    snprintf(changes, sizeof changes, "{\"serviceRoleKey\":\"wrong\"}");
    CU_ASSERT_EQUAL(
        supa_store_rotate(m, NEW_STORE, changes, strlen(changes), &tested, &error),
        SUPA_ERROR_AUTH);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.hint, "old ones were kept"));
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "connection_string_encrypted"), before);
    snprintf(
        changes, sizeof changes, "{\"serviceRoleKey\":\"%s\",\"extra\":null}",
        stack_tenant_value(1, "SERVICE_KEY"));
    CU_ASSERT_EQUAL(
        supa_store_rotate(m, NEW_STORE, changes, strlen(changes), &tested, &error), SUPA_OK);
    CU_ASSERT_STRING_NOT_EQUAL(value(NEW_STORE, "connection_string_encrypted"), before);
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "connection_status"), "connected");
    CU_ASSERT_EQUAL(lease_code(NEW_STORE), SUPA_OK);
    CU_ASSERT_EQUAL(
        supa_store_rotate(m, NOBODY, changes, strlen(changes), NULL, &error),
        SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(supa_store_rotate(m, NEW_STORE, "[]", 2, NULL, &error), SUPA_ERROR_CREDENTIALS);
}

/* Untested, wrong credentials are written when that is asked; and the lease that follows has them. */
static void a_rotation_is_seen_at_once(void)
{
    char changes[1024];
    supa_error error;

    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), NEW_STORE, NULL), 0));
    CU_ASSERT_EQUAL(
        supa_store_rotate(
            place_manager(), NEW_STORE, "{\"serviceRoleKey\":\"wrong\"}", 26, NULL, &error),
        SUPA_OK);
    CU_ASSERT(
        place_failed(supa_tenant_products(place_manager(), NEW_STORE, NULL), SUPA_ERROR_AUTH));
    CU_ASSERT_STRING_EQUAL(value(NEW_STORE, "connection_status"), "pending");
    snprintf(
        changes, sizeof changes, "{\"serviceRoleKey\":\"%s\"}",
        stack_tenant_value(1, "SERVICE_KEY"));
    CU_ASSERT_EQUAL(
        supa_store_rotate(place_manager(), NEW_STORE, changes, strlen(changes), NULL, &error),
        SUPA_OK);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), NEW_STORE, NULL), 0));
}

static void lists(void)
{
    const supa_condition by_slug[] = {{"stores.slug", "eq", supa_text("maple")}};
    supa_response *rows;

    CU_ASSERT(place_rows(supa_store_list(place_manager(), SUPA_STORES_ALL, NULL, 0), 7));
    rows = supa_store_list(place_manager(), SUPA_STORES_OPERATING, NULL, 0);
    CU_ASSERT_EQUAL(supa_response_row_count(rows), 4);
    CU_ASSERT_PTR_NULL(strstr(supa_response_body(rows, NULL), "supa2."));
    CU_ASSERT(stack_text_is(supa_response_first(rows), "store_id", stack_store(1)));
    supa_response_free(rows);
    CU_ASSERT(place_text(
        supa_store_list(place_manager(), SUPA_STORES_ALL, by_slug, 1), "store_id", stack_store(2)));
    CU_ASSERT(place_failed(
        supa_store_list(place_manager(), (supa_stores)9, NULL, 0), SUPA_ERROR_ARGUMENT));
}

static void infos(void)
{
    supa_response *row = supa_store_info(place_manager(), stack_store(1));
    supa_row store;
    int64_t version = 0;

    CU_ASSERT(stack_text_is(supa_response_first(row), "envelope_key", "k1"));
    supa_row_int64(supa_response_first(row), "envelope_version", &version);
    CU_ASSERT_EQUAL(version, 2);
    CU_ASSERT_EQUAL(supa_row_row(supa_response_first(row), "stores", &store), SUPA_FIELD_VALUE);
    CU_ASSERT(stack_text_is(store, "slug", "tulip"));
    CU_ASSERT_PTR_NULL(strstr(supa_response_body(row, NULL), "supa2."));
    CU_ASSERT_PTR_NULL(strstr(supa_response_body(row, NULL), "connection_string"));
    supa_response_free(row);
    CU_ASSERT(place_failed(supa_store_info(place_manager(), NOBODY), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_failed(supa_store_info(place_manager(), "no id"), SUPA_ERROR_ARGUMENT));
}

static void a_database_is_removed(void)
{
    supa_store_left left;
    supa_error error;

    stack_sql(
        "master", "insert into store_hostnames (store_id, hostname, slug) values ('" NEW_STORE
                  "', 'new.example', 'new'), ('" NEW_STORE "', 'new2.example', 'new')");
    CU_ASSERT_EQUAL(lease_code(NEW_STORE), SUPA_OK);
    CU_ASSERT_EQUAL(supa_store_remove(place_manager(), NEW_STORE, &left, &error), SUPA_OK);
    CU_ASSERT_EQUAL(lease_code(NEW_STORE), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(left.stores, 1);
    CU_ASSERT_EQUAL(left.hostnames, 2);
    CU_ASSERT_EQUAL(left.domains, 0);
    CU_ASSERT_EQUAL(left.team, 0);
    CU_ASSERT_EQUAL(left.subscriptions, 0);
    CU_ASSERT_STRING_EQUAL(left.status, "active");
    CU_ASSERT_STRING_EQUAL(left.database_type, "supabase");
    CU_ASSERT_STRING_EQUAL(left.host, "127.0.0.1");
    CU_ASSERT_EQUAL(
        supa_store_remove(place_manager(), NEW_STORE, &left, &error), SUPA_ERROR_STORE_NOT_FOUND);
    stack_sql("master", "delete from stores where id = '" NEW_STORE "'");
}

extern CU_TestInfo registry_tests[];
CU_TestInfo registry_tests[] = {
    {"a database is put into the registry", a_database_is_put},
    {"put again, a row keeps its id, and the cache is right", a_row_keeps_its_id},
    {"columns beyond the schema are an option", further_columns_are_an_option},
    {"what no client can be made of is not put", what_cannot_be_put},
    {"stores are switched off and on", switches},
    {"credentials are rotated when they work", credentials_are_rotated},
    {"a rotation is seen at once", a_rotation_is_seen_at_once},
    {"lists show no credentials", lists},
    {"one row, with its envelope's key", infos},
    {"removing says what it left", a_database_is_removed},
    CU_TEST_INFO_NULL,
};
