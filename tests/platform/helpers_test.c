/* SPDX-License-Identifier: MIT */
/* What every request asks first: is there such a store, may it operate, whose is it, what does it have. */
#include "platform/place.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int check(const char *store_id)
{
    return supa_store_check(place_manager(), store_id, NULL);
}

static void stores_are_checked_as_leases_are(void)
{
    const struct timespec moment = {0, 200000000}; /* until the gateway has written its log */
    supa_error error;
    size_t before;

    nanosleep(&moment, NULL);
    before = stack_requests("1\tGET", "");
    CU_ASSERT_EQUAL(check(stack_store(1)), SUPA_OK);
    CU_ASSERT_EQUAL(check(stack_value("STACK_STORE_INACTIVE")), SUPA_ERROR_STORE_INACTIVE);
    CU_ASSERT_EQUAL(check(stack_value("STACK_STORE_SUSPENDED")), SUPA_ERROR_STORE_SUSPENDED);
    CU_ASSERT_EQUAL(check(stack_value("STACK_STORE_UNSUPPORTED")), SUPA_ERROR_UNSUPPORTED);
    CU_ASSERT_EQUAL(check(NOBODY), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(check("no id"), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_store_check(place_manager(), NOBODY, &error), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(error.store_id, NOBODY);
    nanosleep(&moment, NULL);
    CU_ASSERT_EQUAL(stack_requests("1\tGET", ""), before);
}

static void subscriptions(void)
{
    supa_manager *m = place_manager();

    CU_ASSERT(place_text(supa_master_subscription(m, stack_store(1)), "status", "active"));
    CU_ASSERT(place_text(supa_master_subscription(m, stack_store(2)), "status", "trial"));
    CU_ASSERT(place_failed(supa_master_subscription(m, stack_store(3)), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_failed(supa_master_subscription(m, NOBODY), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_failed(supa_master_subscription(m, "no id"), SUPA_ERROR_ARGUMENT));
}

static void credits(void)
{
    supa_credit credit;
    supa_error error;

    CU_ASSERT_EQUAL(supa_master_credit(place_manager(), stack_store(1), &credit, &error), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(credit.balance, "1250.50");
    CU_ASSERT_EQUAL(credit.cents, 125050);
    CU_ASSERT_STRING_EQUAL(credit.user_id, OWNER_1);
    CU_ASSERT_EQUAL(supa_master_credit(place_manager(), stack_store(3), &credit, &error), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(credit.balance, "99999999.99");
    CU_ASSERT_EQUAL(credit.cents, 9999999999);
    CU_ASSERT_EQUAL(
        supa_master_credit(place_manager(), NOBODY, &credit, &error), SUPA_ERROR_STORE_NOT_FOUND);
}

/* The team of store 1: user 2 is an active editor, user 3 an admin who has not accepted yet. */
static void access_to_stores(void)
{
    static const char *const editors[] = {"admin", "editor"}, *const admins[] = {"admin"};
    static const struct {
        int store;
        const char *user, *const *roles;
        size_t role_count;
        supa_access access;
        const char *role;
    } rows[] = {
        {1, OWNER_1, NULL, 0, SUPA_ACCESS_ROLE, "owner"},
        {1, OWNER_1, admins, 1, SUPA_ACCESS_ROLE, "owner"},
        {1, OWNER_2, NULL, 0, SUPA_ACCESS_ROLE, "editor"},
        {1, OWNER_2, editors, 2, SUPA_ACCESS_ROLE, "editor"},
        {1, OWNER_2, admins, 1, SUPA_ACCESS_NONE, ""},
        {1, OWNER_2, admins, 0, SUPA_ACCESS_NONE, ""}, /* no role suffices */
        {1, OWNER_3, NULL, 0, SUPA_ACCESS_NONE, ""},   /* pending */
        {2, OWNER_3, NULL, 0, SUPA_ACCESS_NONE, ""},   /* removed */
        {2, OWNER_1, NULL, 0, SUPA_ACCESS_NONE, ""},
        {3, OWNER_1, NULL, 0, SUPA_ACCESS_ROLE, "admin"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_access_policy policy = SUPA_ACCESS_POLICY_INIT;
        char role[SUPA_ROLE_SIZE] = "left over";
        supa_error error;

        policy.roles = rows[i].roles;
        policy.role_count = rows[i].role_count;
        CU_ASSERT_EQUAL(
            supa_store_access(
                place_manager(), stack_store(rows[i].store), rows[i].user, &policy, role, &error),
            rows[i].access);
        CU_ASSERT_STRING_EQUAL(role, rows[i].role);
        CU_ASSERT_EQUAL(error.code, SUPA_OK);
    }
}

static void no_access(void)
{
    const char *suspended = stack_value("STACK_STORE_SUSPENDED");
    supa_access_policy policy = SUPA_ACCESS_POLICY_INIT;
    supa_manager *m = place_manager();
    supa_error error;

    CU_ASSERT_EQUAL(supa_store_access(m, NOBODY, OWNER_1, NULL, NULL, NULL), SUPA_ACCESS_NONE);
    CU_ASSERT_EQUAL(supa_store_access(m, suspended, OWNER_2, NULL, NULL, NULL), SUPA_ACCESS_ROLE);
    policy.need_active = 1;
    CU_ASSERT_EQUAL(
        supa_store_access(m, suspended, OWNER_2, &policy, NULL, NULL), SUPA_ACCESS_NONE);
    CU_ASSERT_EQUAL(
        supa_store_access(m, stack_store(1), "no id", NULL, NULL, &error), SUPA_ACCESS_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    stack_sql("master", "alter table store_teams rename to hidden; notify pgrst, 'reload schema'");
    CU_ASSERT_EQUAL(
        supa_store_access(m, stack_store(1), OWNER_2, NULL, NULL, &error), SUPA_ACCESS_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_DATABASE);
    stack_sql("master", "alter table hidden rename to store_teams; notify pgrst, 'reload schema'");
}

static supa_response *search(const char *text, const char *language)
{
    supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;

    filter.search = text;
    filter.language = language;
    filter.columns = "slug,sku";
    return supa_tenant_products(place_manager(), stack_store(1), &filter);
}

static void products_are_searched_in_their_translations(void)
{
    supa_response *rows;

    CU_ASSERT(place_rows(search("tulip", NULL), 3));
    CU_ASSERT(place_rows(search("TULIPE", "fr"), 3));
    CU_ASSERT(place_rows(search("tulipe", "en"), 0));
    CU_ASSERT(place_text(search("\"Queen of Night\"", NULL), "slug", "queen-of-night"));
    CU_ASSERT(place_text(search("20%", NULL), "slug", "potting-soil"));
    CU_ASSERT(place_text(search("(new), ", NULL), "slug", "x") == 0);
    CU_ASSERT(place_text(search("(new)", NULL), "slug", "bulb-planter"));
    CU_ASSERT(place_rows(search("_", NULL), 0));
    CU_ASSERT(place_rows(search("*", NULL), 0));
    CU_ASSERT(place_rows(search("Tulip*", NULL), 0));
    CU_ASSERT(place_rows(search("The neighbour", NULL), 0));
    CU_ASSERT(place_rows(search("", NULL), 12));
    rows = search("Watering", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(supa_response_body(rows, NULL), "Watering Can, 5 L"));
    supa_response_free(rows);
}

static void a_star_is_found_as_a_star(void)
{
    stack_sql(
        "tenant_1", "update product_translations set name = 'Star*Bulb (x)' where language_code ="
                    " 'en' and product_id = '" PRODUCT_ID "'");
    CU_ASSERT(place_text(search("r*bulb (", NULL), "slug", "red-tulips"));
    stack_sql(
        "tenant_1",
        "update product_translations set name = 'Red Tulips, Bunch of 10' where language_code"
        " = 'en' and product_id = '" PRODUCT_ID "'");
}

static void products_come_in_pages(void)
{
    supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;
    char seen[32][64];
    size_t count = 0;

    filter.limit = 5;
    filter.counted = 1;
    for (filter.offset = 0; filter.offset < 12; filter.offset += 5) {
        supa_response *rows = supa_tenant_products(place_manager(), stack_store(1), &filter);

        CU_ASSERT_EQUAL(supa_response_count(rows), 12);
        for (size_t i = 0; i < supa_response_row_count(rows); i++) {
            snprintf(
                seen[count], sizeof seen[count], "%s",
                supa_row_string(supa_response_row(rows, i), "slug", ""));
            for (size_t n = 0; n < count; n++)
                CU_ASSERT_STRING_NOT_EQUAL(seen[n], seen[count]);
            count++;
        }
        supa_response_free(rows);
    }
    CU_ASSERT_EQUAL(count, 12);
    CU_ASSERT_STRING_EQUAL(seen[0], "emoji-card"); /* the newest */
    filter.limit = 0;
    filter.offset = 10;
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(1), &filter), 2));
    filter.limit = -1;
    CU_ASSERT(place_failed(
        supa_tenant_products(place_manager(), stack_store(1), &filter), SUPA_ERROR_ARGUMENT));
}

static void one_of_each(void)
{
    supa_manager *m = place_manager();
    const char *one = stack_store(1);
    const char *neighbours = "beef0000-0000-4000-8000-000000000001";

    CU_ASSERT(place_text(supa_tenant_product(m, one, PRODUCT_ID), "slug", "red-tulips"));
    CU_ASSERT(place_failed(supa_tenant_product(m, one, NOBODY), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_failed(supa_tenant_product(m, one, neighbours), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_failed(supa_tenant_product(m, one, "x"), SUPA_ERROR_ARGUMENT));
    CU_ASSERT(place_failed(supa_tenant_product(m, NOBODY, PRODUCT_ID), SUPA_ERROR_STORE_NOT_FOUND));
    CU_ASSERT(
        place_text(supa_tenant_customer(m, one, CUSTOMER_ID), "email", "first@tulip.example"));
    CU_ASSERT(place_failed(supa_tenant_customer(m, one, neighbours), SUPA_ERROR_NO_ROWS));
    CU_ASSERT(place_text(
        supa_tenant_order(m, one, "04de0000-0000-4000-8000-000000010001"), "status", "delivered"));
    CU_ASSERT(place_failed(supa_tenant_order(m, one, NOBODY), SUPA_ERROR_NO_ROWS));
}

static void orders(void)
{
    supa_order_filter filter = SUPA_ORDER_FILTER_INIT;
    supa_manager *m = place_manager();

    CU_ASSERT(place_rows(supa_tenant_orders(m, stack_store(1), NULL), 4));
    filter.customer_id = CUSTOMER_ID;
    CU_ASSERT(place_rows(supa_tenant_orders(m, stack_store(1), &filter), 2));
    filter.status = "pending";
    CU_ASSERT(place_rows(supa_tenant_orders(m, stack_store(1), &filter), 1));
    filter.status = "refunded";
    CU_ASSERT(place_rows(supa_tenant_orders(m, stack_store(1), &filter), 0));
    filter.status = "nonsense";
    CU_ASSERT(place_failed(supa_tenant_orders(m, stack_store(1), &filter), SUPA_ERROR_DATABASE));
    CU_ASSERT(place_failed(supa_tenant_orders(m, NOBODY, NULL), SUPA_ERROR_STORE_NOT_FOUND));
}

static void customers(void)
{
    supa_customer_filter filter = SUPA_CUSTOMER_FILTER_INIT;
    supa_manager *m = place_manager();

    CU_ASSERT(place_rows(supa_tenant_customers(m, stack_store(1), NULL), 3));
    filter.email = "TULIP.example";
    CU_ASSERT(place_rows(supa_tenant_customers(m, stack_store(1), &filter), 2));
    filter.email = "o'brien+tulip@";
    CU_ASSERT(place_rows(supa_tenant_customers(m, stack_store(1), &filter), 1));
    filter.email = "%";
    CU_ASSERT(place_rows(supa_tenant_customers(m, stack_store(1), &filter), 0));
    filter.email = "neighbour";
    CU_ASSERT(place_rows(supa_tenant_customers(m, stack_store(1), &filter), 0));
}

/* A manager that checks no tables still keeps these to their store. */
static void without_a_scope(void)
{
    supa_client_options master = stack_options(
        stack_value("MASTER_SUPABASE_URL"), stack_value("MASTER_SUPABASE_SERVICE_KEY"));
    supa_client_options tenant = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_keyring *keyring = supa_keyring_from_file(stack_value("SUPA_KEYRING_FILE"), NULL);
    supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;
    supa_manager *m;

    tenant.allow_private = tenant.allow_plain_http = 1;
    options.master = &master;
    options.tenant = &tenant;
    options.keyring = keyring;
    m = supa_manager_new(&options, NULL);
    supa_keyring_free(keyring);
    filter.search = "bulb";
    CU_ASSERT(place_rows(supa_tenant_products(m, stack_store(1), NULL), 12));
    CU_ASSERT(place_rows(supa_tenant_products(m, stack_store(1), &filter), 2));
    CU_ASSERT(place_rows(supa_tenant_customers(m, stack_store(1), NULL), 3));
    CU_ASSERT_EQUAL(supa_store_check(m, stack_store(1), NULL), SUPA_OK);
    supa_manager_free(m);
}

/* Made by hand, they are as if a server had sent them. */
static void responses_of_ones_own(void)
{
    supa_response *rows = supa_response_of_rows("[{\"a\":1},{\"a\":2}]", 17);
    supa_error error = {.code = SUPA_ERROR_CONFLICT, .message = "taken"};
    int64_t a = 0;

    CU_ASSERT_EQUAL(supa_response_row_count(rows), 2);
    CU_ASSERT_EQUAL(supa_response_status(rows), 200);
    CU_ASSERT_EQUAL(supa_response_truncated(rows), SUPA_TRUNCATED_NO);
    supa_row_int64(supa_response_row(rows, 1), "a", &a);
    CU_ASSERT_EQUAL(a, 2);
    supa_response_free(rows);
    CU_ASSERT(place_failed(supa_response_of_rows("{}", 2), SUPA_ERROR_MALFORMED));
    CU_ASSERT(place_failed(supa_response_of_rows(NULL, 9), SUPA_ERROR_MALFORMED));
    CU_ASSERT(place_failed(supa_response_of_error(&error), SUPA_ERROR_CONFLICT));
    CU_ASSERT(place_failed(supa_response_of_error(NULL), SUPA_ERROR_ARGUMENT));
}

extern CU_TestInfo helpers_tests[];
CU_TestInfo helpers_tests[] = {
    {"stores are checked as leases are, without their tenant", stores_are_checked_as_leases_are},
    {"subscriptions that are active or on trial", subscriptions},
    {"credits, exactly", credits},
    {"access by ownership, by an active team row, by role", access_to_stores},
    {"no access and a failed question are two things", no_access},
    {"products are searched in their translations", products_are_searched_in_their_translations},
    {"a star in a search is a star", a_star_is_found_as_a_star},
    {"products come in pages that do not overlap", products_come_in_pages},
    {"one product, one customer, one order", one_of_each},
    {"orders", orders},
    {"customers", customers},
    {"a manager without a scope keeps to the store as well", without_a_scope},
    {"responses of one's own", responses_of_ones_own},
    CU_TEST_INFO_NULL,
};
