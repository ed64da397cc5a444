/* SPDX-License-Identifier: MIT */
/* Keys that the gateway refuses, and leases that do not block. */
#include "field.h"
#include "main.h"

#include <stdio.h>
#include <string.h>

enum { STORES = 1000 };

static const char refused_key[] = "a-key-that-the-gateway-does-not-know";

static supa_client *leased_with_refused_key(supa_manager *manager)
{
    supa_client *shop;

    field_rotate(stack_store(1), refused_key);
    shop = supa_manager_lease(manager, stack_store(1), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shop);
    field_rotate(stack_store(1), stack_tenant_value(1, "SERVICE_KEY"));
    return shop;
}

static supa_manager *still_manager(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    options.refresh_ms = options.sweep_ms = 0; /* only a refused key is a reason to look */
    return field_manager(options, 0);
}

static size_t rows_of(const char *email)
{
    supa_manager *manager = still_manager();
    supa_client *shop = supa_manager_lease(manager, stack_store(1), NULL);
    supa_response *answer = supa_execute(
        supa_eq(supa_select(supa_from(shop, "customers"), "id"), "email", supa_text(email)));
    size_t count = supa_response_row_count(answer);

    supa_response_free(answer);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return count;
}

static void a_refused_key_is_looked_up_anew(void)
{
    supa_manager *manager = still_manager();
    supa_client *shop = leased_with_refused_key(manager);
    supa_response *answer = supa_execute(supa_limit(supa_from(shop, "customers"), 1));

    CU_ASSERT(supa_response_ok(answer));
    CU_ASSERT(supa_client_stale(shop));
    supa_response_free(answer);
    supa_client_unref(shop);
    supa_manager_free(manager);
}

static void a_write_is_sent_once_more_and_done_once(void)
{
    supa_manager *manager = still_manager();
    supa_client *shop = leased_with_refused_key(manager);
    supa_error error;

    CU_ASSERT_EQUAL(
        supa_exec(
            supa_insert(supa_from(shop, "customers"), "{\"email\":\"once@field.example\"}"),
            &error),
        SUPA_OK);
    supa_client_unref(shop);
    supa_manager_free(manager);
    CU_ASSERT_EQUAL(rows_of("once@field.example"), 1);
}

static void a_users_own_token_is_the_users_affair(void)
{
    supa_manager *manager = still_manager();
    supa_client *shop = supa_manager_lease(manager, stack_store(1), NULL);
    size_t from = field_log_lines();
    supa_query *q = supa_token(supa_from(shop, "customers"), "no.valid.token");
    supa_error error;

    CU_ASSERT_EQUAL(supa_exec(supa_limit(q, 1), &error), SUPA_ERROR_AUTH);
    field_sleep(100);
    CU_ASSERT_EQUAL(field_asked(from, "store_databases"), 0);
    supa_client_unref(shop);
    supa_manager_free(manager);
}

static void keep(void *user, supa_response *response)
{
    *(supa_response **)user = response;
}

static void in_a_multi_too(void)
{
    supa_manager *manager = still_manager();
    supa_client *shop = leased_with_refused_key(manager);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    supa_response *answer = NULL;

    supa_multi_add(multi, supa_limit(supa_from(shop, "customers"), 1), keep, &answer);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT(supa_response_ok(answer));
    supa_response_free(answer);
    supa_multi_free(multi);
    supa_client_unref(shop);
    supa_manager_free(manager);
}

struct leases {
    size_t good, bad, stale_host;
    supa_code code;
};

static void count(void *user, supa_client *client, const supa_error *error)
{
    struct leases *leases = user;

    leases->good += client != NULL;
    leases->bad += client == NULL;
    if (error != NULL)
        leases->code = (supa_code)error->code;
    supa_client_unref(client);
}

static void a_thousand_stores_on_one_thread(void)
{
    supa_manager *manager;
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct leases leases = {0, 0, 0, SUPA_OK};
    size_t from, asked;
    int64_t start_us;
    char id[40];

    field_put(0, STORES);
    manager = still_manager();
    from = field_log_lines();
    start_us = field_us();
    for (size_t i = 0; i < STORES; i++)
        CU_ASSERT_NOT_EQUAL(
            supa_multi_lease(multi, manager, field_store(i, id), count, &leases), 0);
    CU_ASSERT_EQUAL(leases.good, 0); /* nobody is called back from within */
    for (size_t i = 0; i < STORES; i++)
        supa_multi_lease(multi, manager, field_store(i, id), count, &leases);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    field_sleep(200);
    asked = field_asked(from, "store_id=eq.f1e1d000");
    printf(
        "\n    2 leases of each of %d cold stores on one thread: %zu lookups, %lld ms", STORES,
        asked, (long long)(field_us() - start_us) / 1000 - 200);
    CU_ASSERT_EQUAL(asked, STORES);
    CU_ASSERT_EQUAL(leases.good, (size_t)2 * STORES);
    supa_multi_free(multi);
    supa_manager_free(manager);
}

static void what_cannot_be_leased_is_called_back(void)
{
    supa_manager *manager = still_manager();
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct leases leases = {0, 0, 0, SUPA_OK};

    CU_ASSERT_NOT_EQUAL(supa_multi_lease(multi, manager, "no-uuid", count, &leases), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(leases.code, SUPA_ERROR_ARGUMENT);
    supa_multi_lease_host(multi, manager, "nobody.example", count, &leases);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(leases.code, SUPA_ERROR_HOST_NOT_FOUND);
    supa_multi_lease(multi, manager, "5f0e0000-0000-4000-8000-00000000ffff", count, &leases);
    supa_multi_lease(multi, manager, "5f0e0000-0000-4000-8000-00000000fffe", count, &leases);
    supa_multi_free(multi); /* amid the lookups */
    CU_ASSERT_EQUAL(leases.bad, 4);
    CU_ASSERT_EQUAL(leases.code, SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(supa_multi_lease(NULL, manager, stack_store(1), count, &leases), 0);
    supa_manager_free(manager);
}

static void hosts_lead_to_stores(void)
{
    supa_manager *manager = still_manager();
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct leases leases = {0, 0, 0, SUPA_OK};

    field_sql(
        "insert into store_hostnames (hostname, slug, store_id) values ('lease.field.example', "
        "'lease-field', '%s') on "
        "conflict do nothing",
        stack_store(1));
    for (int i = 0; i < 3; i++) {
        supa_multi_lease_host(multi, manager, "LEASE.field.example.", count, &leases);
        CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    }
    CU_ASSERT_EQUAL(leases.good, 3);
    supa_multi_free(multi);
    supa_manager_free(manager);
}

static void a_lease_can_be_given_up(void)
{
    supa_manager *manager = still_manager();
    supa_cancel *cancel = supa_cancel_new();
    supa_client *shop =
        supa_manager_lease_by(manager, stack_store(2), supa_deadline_in(5000), cancel, NULL);
    supa_error error;

    CU_ASSERT_PTR_NOT_NULL(shop);
    supa_client_unref(shop);
    supa_cancel_fire(cancel);
    CU_ASSERT_PTR_NULL(
        supa_manager_lease_by(manager, stack_store(3), supa_deadline_in(5000), cancel, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CANCELLED);
    supa_cancel_unref(cancel);
    supa_manager_free(manager);
}

CU_TestInfo lease_tests[] = {
    {"a refused key is looked up anew, and the read succeeds", a_refused_key_is_looked_up_anew},
    {"a write is sent once more, and done once", a_write_is_sent_once_more_and_done_once},
    {"a user's own token is the user's affair", a_users_own_token_is_the_users_affair},
    {"so it is in a multi", in_a_multi_too},
    {"a thousand stores are leased on one thread", a_thousand_stores_on_one_thread},
    {"what cannot be leased is called back", what_cannot_be_leased_is_called_back},
    {"hosts lead to stores", hosts_lead_to_stores},
    {"a lease can be given up", a_lease_can_be_given_up},
    CU_TEST_INFO_NULL,
};
