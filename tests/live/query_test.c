/* SPDX-License-Identifier: MIT */
/* Queries on a real PostgREST, through the gateway. */
#include "live/stack.h"
#include "main.h"

#include <string.h>

#define PRODUCT(n) "9d0d0000-0000-4000-8000-00000000000" n

static supa_client *tenant;

static supa_response *answer;

/* Runs the query; the answer before is freed. */
static supa_row run(supa_query *q)
{
    supa_response_free(answer);
    answer = supa_execute(q);
    return supa_response_first(answer);
}

static size_t count(supa_query *q)
{
    run(q);
    CU_ASSERT_TRUE(supa_response_ok(answer));
    return supa_response_row_count(answer);
}

static int code(void)
{
    const supa_error *error = supa_response_error(answer);

    return error != NULL ? error->code : SUPA_OK;
}

static supa_query *products(void)
{
    return supa_from(tenant, "products");
}

static void begin(void)
{
    if (tenant == NULL)
        tenant = stack_tenant(1);
}

static void numbers_come_back_exact(void)
{
    supa_row row;
    int64_t number = 0;

    begin();
    row = run(supa_single(supa_eq(
        supa_select(products(), "price,external_id,weight"), "id", supa_text(PRODUCT("1")))));
    CU_ASSERT_TRUE(supa_response_ok(answer));
    CU_ASSERT_TRUE(stack_decimal_is(row, "price", "12.50"));
    CU_ASSERT_EQUAL(supa_row_int64(row, "external_id", &number), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(number, INT64_C(9007199254740993));
    row = run(supa_single(supa_eq(products(), "slug", supa_text("semper-augustus"))));
    CU_ASSERT_TRUE(stack_decimal_is(row, "price", "1234567890123456789.123456789"));
    row = run(supa_single(supa_eq(products(), "external_id", supa_int(INT64_MIN))));
    CU_ASSERT_TRUE(stack_text_is(row, "id", PRODUCT("3")));
}

static void decimals_compare_exactly(void)
{
    begin();
    CU_ASSERT_EQUAL(
        count(supa_eq(products(), "price", supa_decimal("1234567890123456789.123456789"))), 1);
    CU_ASSERT_EQUAL(
        count(supa_eq(products(), "price", supa_decimal("1234567890123456789.123456788"))), 0);
    CU_ASSERT_EQUAL(count(supa_eq(products(), "external_id", supa_uint(INT64_MAX))), 1);
    CU_ASSERT_EQUAL(count(supa_eq(products(), "weight", supa_real(0.125))), 1);
}

static void nulls_are_told_from_values(void)
{
    supa_row row;
    const char *text;
    size_t length;

    begin();
    row = run(supa_single(supa_eq(products(), "slug", supa_text("emoji-card"))));
    CU_ASSERT_EQUAL(supa_row_decimal(row, "price", &text, &length), SUPA_FIELD_NULL);
    CU_ASSERT_EQUAL(supa_row_text(row, "nothing", &text, &length), SUPA_FIELD_MISSING);
    CU_ASSERT_EQUAL(supa_row_decimal(row, "slug", &text, &length), SUPA_FIELD_TYPE);
    CU_ASSERT_EQUAL(count(supa_is(products(), "price", SUPA_IS_NULL)), 1);
    CU_ASSERT_EQUAL(count(supa_eq(products(), "price", supa_null())), 1);
    CU_ASSERT_EQUAL(
        count(supa_neq(supa_eq(products(), "slug", supa_text("emoji-card")), "price", supa_null())),
        0);
}

/* Texts with everything that means something to PostgREST. */
static void texts_find_exactly_themselves(void)
{
    static const char *const names[] = {"Tulip \"Queen of Night\"", "Gardener's Gloves",
                                        "Bulb Planter (new)",       "Watering Can, 5 L",
                                        "Potting Soil, 20% Peat",   "Tulip Card \xF0\x9F\x8C\xB7"};
    const size_t n = sizeof names / sizeof names[0];

    begin();
    for (size_t i = 0; i < n; i++) {
        supa_query *q = supa_from(tenant, "product_translations");

        CU_ASSERT_EQUAL(count(supa_eq(q, "name", supa_text(names[i]))), 1);
        CU_ASSERT_TRUE(stack_text_is(supa_response_first(answer), "name", names[i]));
        q = supa_from(tenant, "product_translations");
        CU_ASSERT_EQUAL(count(supa_in(q, "name", supa_texts(&names[i], 1))), 1);
    }
    CU_ASSERT_EQUAL(
        count(supa_in(supa_from(tenant, "product_translations"), "name", supa_texts(names, n))), n);
}

static void lists_mean_what_they_say(void)
{
    static const char *const empty[] = {""};
    static const int64_t ids[] = {INT64_C(9007199254740993), INT64_MAX, 5};

    begin();
    CU_ASSERT_EQUAL(count(supa_in(products(), "external_id", supa_ints(ids, 3))), 2);
    CU_ASSERT_EQUAL(count(supa_in(products(), "slug", supa_texts(NULL, 0))), 0);
    CU_ASSERT_EQUAL(count(supa_in(products(), "slug", supa_texts(empty, 1))), 0);
    CU_ASSERT_EQUAL(
        count(supa_in(
            supa_from(tenant, "product_translations"), "short_description", supa_texts(empty, 1))),
        2);
    CU_ASSERT_EQUAL(
        count(supa_not_in(
            supa_eq(products(), "slug", supa_text("gloves")), "slug", supa_texts(empty, 1))),
        1);
}

static void containment_is_for_json(void)
{
    begin();
    CU_ASSERT_EQUAL(count(supa_contains(products(), "tags", supa_json("[\"a,b\"]"))), 4);
    CU_ASSERT_EQUAL(count(supa_contains(products(), "attributes", supa_json("{\"rank\":2}"))), 1);
    run(supa_contains(products(), "tags", supa_texts((const char *const[]){"a,b"}, 1)));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_DATABASE);
    CU_ASSERT_STRING_EQUAL(supa_response_error(answer)->server_code, "22P02");
}

static void order_limit_and_range_page(void)
{
    supa_row row;

    begin();
    row = run(supa_limit(
        supa_order(supa_select(products(), "slug"), "price", SUPA_DESC | SUPA_NULLS_LAST), 2));
    CU_ASSERT_EQUAL(supa_response_row_count(answer), 2);
    CU_ASSERT_TRUE(stack_text_is(row, "slug", "semper-augustus"));
    row = run(supa_range(supa_order(supa_select(products(), "sku"), "sku", SUPA_DESC), 1, 3));
    CU_ASSERT_EQUAL(supa_response_row_count(answer), 3);
    CU_ASSERT_TRUE(stack_text_is(row, "sku", "T1-011"));
}

static void one_row_is_one_row(void)
{
    begin();
    run(supa_single(supa_eq(products(), "slug", supa_text("none"))));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_NO_ROWS);
    run(supa_single(products()));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_MANY_ROWS);
    CU_ASSERT_EQUAL(count(supa_maybe_single(supa_eq(products(), "slug", supa_text("none")))), 0);
    CU_ASSERT_EQUAL(count(supa_maybe_single(supa_eq(products(), "slug", supa_text("gloves")))), 1);
    run(supa_maybe_single(products()));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_MANY_ROWS);
}

static supa_query *customers(void)
{
    return supa_from(tenant, "customers");
}

#define NEW_CUSTOMER                                                                               \
    "{\"store_id\":\"5f0e0000-0000-4000-8000-000000000001\",\"email\":\"new, \\\"quoted\\\"@x\"}"

static void rows_are_inserted_and_deleted(void)
{
    supa_row row;
    supa_error error;

    begin();
    row = run(supa_single(supa_select(supa_insert(customers(), NEW_CUSTOMER), "email")));
    CU_ASSERT_TRUE(stack_text_is(row, "email", "new, \"quoted\"@x"));
    CU_ASSERT_EQUAL(supa_response_status(answer), 201);
    CU_ASSERT_EQUAL(supa_exec(supa_insert(customers(), NEW_CUSTOMER), &error), SUPA_ERROR_DATABASE);
    CU_ASSERT_STRING_EQUAL(error.server_code, "23505");
    CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_eq(supa_delete(customers()), "email", supa_text("new, \"quoted\"@x")), &error),
        SUPA_OK);
    CU_ASSERT_EQUAL(count(supa_eq(customers(), "email", supa_text("new, \"quoted\"@x"))), 0);
}

static void a_delete_of_several_as_one_is_rolled_back(void)
{
    size_t before;

    begin();
    before = count(customers());
    run(supa_single(supa_gt(supa_delete(customers()), "total_orders", supa_int(-1))));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_MANY_ROWS);
    run(supa_maybe_single(supa_gt(supa_delete(customers()), "total_orders", supa_int(-1))));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_MANY_ROWS);
    CU_ASSERT_EQUAL(count(customers()), before);
    CU_ASSERT_EQUAL(
        count(supa_maybe_single(supa_eq(supa_delete(customers()), "email", supa_text("nobody")))),
        0);
}

static void refusals_say_who_refused(void)
{
    supa_client_options options =
        stack_options(stack_tenant_value(1, "URL"), stack_tenant_value(1, "ANON_KEY"));
    supa_client *anon = supa_client_new(&options, NULL), *stranger;

    begin();
    run(supa_from(anon, "customers"));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_DENIED);
    CU_ASSERT_STRING_EQUAL(supa_response_error(answer)->server_code, "42501");
    options.key = stack_tenant_value(2, "SERVICE_KEY");
    stranger = supa_client_new(&options, NULL);
    run(supa_from(stranger, "products"));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(supa_client_ping(stranger, NULL), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(supa_client_ping(tenant, NULL), SUPA_OK);
    run(supa_from(tenant, "orders"));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_DATABASE);
    CU_ASSERT_STRING_EQUAL(supa_response_error(answer)->server_code, "42P01");
    CU_ASSERT_STRING_EQUAL(supa_response_error(answer)->relation, "orders");
    supa_client_unref(anon);
    supa_client_unref(stranger);
}

/* Relations of any name ask for a table below /rest/v1/, or are refused before the network. */
static void names_stay_in_their_place(void)
{
    static const char *const names[] = {"a?id=eq.1", "a#b", "%2e%2e",  "a b",
                                        "\"",        "a&b", "..%2f..", "rpc"};
    static const char *const refused[] = {"",        ".",    "..",        "a/b",
                                          "../auth", "a\nb", "a\r\nX: y", "\xFF"};

    begin();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        run(supa_from(tenant, names[i]));
        CU_ASSERT_EQUAL(supa_response_status(answer), 404);
        CU_ASSERT_NOT_EQUAL(code(), SUPA_ERROR_GATEWAY);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        run(supa_from(tenant, refused[i]));
        CU_ASSERT_EQUAL(code(), SUPA_ERROR_ARGUMENT);
        CU_ASSERT_EQUAL(supa_response_error(answer)->outcome, SUPA_NOT_SENT);
    }
    CU_ASSERT_EQUAL(stack_requests("1", "auth"), 0);
}

/* A column that is not there; with a dot, a resource that is not embedded. */
static int is_unknown(const char *column)
{
    const char *want = strchr(column, '.') != NULL ? "PGRST108" : "42703";

    return strcmp(supa_response_error(answer)->server_code, want) == 0;
}

static void columns_stay_in_their_place(void)
{
    static const char *const names[] = {"id),or(id", "a=b&x", "a\"b", "select", "a,b.desc", "a\\"};

    begin();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        run(supa_eq(products(), names[i], supa_text("x")));
        CU_ASSERT_TRUE(is_unknown(names[i]));
        run(supa_order(products(), names[i], SUPA_DESC));
        CU_ASSERT_STRING_EQUAL(supa_response_error(answer)->server_code, "42703");
    }
}

static void tls_is_verified(void)
{
    supa_client_options options =
        stack_options(stack_tenant_value(1, "TLS_URL"), stack_tenant_value(1, "SERVICE_KEY"));
    supa_client *stranger = supa_client_new(&options, NULL), *known;

    run(supa_from(stranger, "products"));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_TLS);
    CU_ASSERT_EQUAL(supa_response_error(answer)->outcome, SUPA_NOT_SENT);
    options.ca_file = stack_value("STACK_CA_FILE");
    known = supa_client_new(&options, NULL);
    CU_ASSERT_TRUE(count(supa_from(known, "products")) > 0);
    supa_client_unref(stranger);
    supa_client_unref(known);
}

static void a_bare_postgrest_needs_no_path(void)
{
    supa_client_options options =
        stack_options(stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"));
    supa_client *bare;

    options.rest_path = "/bare";
    bare = supa_client_new(&options, NULL);
    CU_ASSERT_TRUE(count(supa_from(bare, "products")) > 0);
    supa_client_unref(bare);
}

static void schemas_and_tokens_are_sent(void)
{
    supa_client *other, *user;

    begin();
    other = supa_client_with_schema(tenant, "nowhere", NULL);
    run(supa_from(other, "products"));
    CU_ASSERT_STRING_EQUAL(supa_response_error(answer)->server_code, "PGRST106");
    user = supa_client_with_token(tenant, stack_tenant_value(1, "ANON_KEY"), NULL);
    run(supa_from(user, "customers"));
    CU_ASSERT_EQUAL(code(), SUPA_ERROR_DENIED);
    supa_client_unref(other);
    supa_client_unref(user);
}

static void embedded_rows_are_rows(void)
{
    supa_row row, customer = {NULL, 0};

    begin();
    row = run(supa_single(supa_eq(
        supa_select(supa_from(tenant, "sales_orders"), "order_number,customers(email)"),
        "order_number", supa_text("T1-1001"))));
    CU_ASSERT_EQUAL(supa_row_row(row, "customers", &customer), SUPA_FIELD_VALUE);
    CU_ASSERT_TRUE(stack_text_is(customer, "email", "first@tulip.example"));
    CU_ASSERT_TRUE(stack_text_is(row, "order_number", "T1-1001"));
}

static void everything_is_given_back(void)
{
    supa_response_free(answer);
    answer = NULL;
    supa_client_unref(tenant);
    tenant = NULL;
}

CU_TestInfo query_tests[] = {
    {"numbers come back exact, beyond what a double holds", numbers_come_back_exact},
    {"decimals, unsigned numbers and doubles compare exactly", decimals_compare_exactly},
    {"null, missing and another type are told from values", nulls_are_told_from_values},
    {"texts with quotes, commas, percent and emoji find themselves", texts_find_exactly_themselves},
    {"a list finds its elements; empty, nothing; an empty text, itself", lists_mean_what_they_say},
    {"containment takes JSON on jsonb columns", containment_is_for_json},
    {"order, limit and range page through rows", order_limit_and_range_page},
    {"single and maybe_single tell none, one and many apart", one_row_is_one_row},
    {"rows are inserted and deleted, and a duplicate is told", rows_are_inserted_and_deleted},
    {"a delete of several rows as one is rolled back", a_delete_of_several_as_one_is_rolled_back},
    {"refusals tell a bad key, a missing right and a missing table apart",
     refusals_say_who_refused},
    {"no relation's name leaves its place in the path", names_stay_in_their_place},
    {"no column's name leaves its place in the query", columns_stay_in_their_place},
    {"TLS is verified, with the given authority", tls_is_verified},
    {"a bare PostgREST is reached by its own path", a_bare_postgrest_needs_no_path},
    {"the schema and a user's token are sent", schemas_and_tokens_are_sent},
    {"an embedded row is a row", embedded_rows_are_rows},
    {"all is given back", everything_is_given_back},
    CU_TEST_INFO_NULL,
};
