/* SPDX-License-Identifier: MIT */
/* Master, sealed credentials and tenants, on the real servers. */
#include "live/stack.h"
#include "main.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS 32

static int lease_code(supa_manager *manager, const char *store, supa_error *error)
{
    supa_client *client = supa_manager_lease(manager, store, error);

    supa_client_unref(client);
    return client != NULL ? SUPA_OK : error->code;
}

/* The lookups of a store in the gateway's log, which writes a line only after it has answered: what
 * came before @at_least is waited for, and what may come after it for a moment. */
static size_t lookups(const char *store, size_t at_least)
{
    const struct timespec moment = {0, 20000000};
    char text[128];

    snprintf(text, sizeof text, "store_id=eq.%s", store);
    for (int i = 0; i < 100 && stack_requests("master", text) < at_least; i++)
        nanosleep(&moment, NULL);
    nanosleep(&moment, NULL);
    return stack_requests("master", text);
}

static size_t rows_of(supa_query *q, int *code)
{
    supa_response *answer = supa_execute(q);
    const supa_error *error = supa_response_error(answer);
    size_t count = supa_response_row_count(answer);

    *code = error != NULL ? error->code : SUPA_OK;
    supa_response_free(answer);
    return count;
}

static void stores_reach_their_own_tenants(void)
{
    static const char *const prices[] = {"12.50", "249.00", "9.80"};
    supa_manager *manager = stack_manager();

    for (int n = 1; n <= 3; n++) {
        supa_client *tenant = supa_manager_lease(manager, stack_store(n), NULL);
        supa_query *q = supa_from(tenant, "products");
        supa_response *answer;

        supa_eq(q, "id", supa_text("9d0d0000-0000-4000-8000-000000000001"));
        answer = supa_execute(supa_single(q));
        CU_ASSERT_TRUE(stack_decimal_is(supa_response_first(answer), "price", prices[n - 1]));
        supa_response_free(answer);
        supa_client_unref(tenant);
    }
    supa_manager_free(manager);
}

static void stores_that_cannot_operate_are_told_apart(void)
{
    supa_manager *manager = stack_manager();
    supa_error error;

    CU_ASSERT_EQUAL(
        lease_code(manager, stack_value("STACK_STORE_INACTIVE"), &error),
        SUPA_ERROR_STORE_INACTIVE);
    CU_ASSERT_STRING_EQUAL(error.store_id, stack_value("STACK_STORE_INACTIVE"));
    CU_ASSERT_EQUAL(
        lease_code(manager, stack_value("STACK_STORE_SUSPENDED"), &error),
        SUPA_ERROR_STORE_SUSPENDED);
    CU_ASSERT_EQUAL(
        lease_code(manager, stack_value("STACK_STORE_UNSUPPORTED"), &error),
        SUPA_ERROR_UNSUPPORTED);
    CU_ASSERT_EQUAL(
        lease_code(manager, stack_value("STACK_STORE_UNKNOWN"), &error),
        SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(lease_code(manager, "nonsense", &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(lease_code(manager, NULL, &error), SUPA_ERROR_ARGUMENT);
    supa_manager_free(manager);
}

static void *lease_once(void *manager)
{
    return supa_manager_lease(manager, stack_store(1), NULL);
}

static void many_threads_load_a_store_once(void)
{
    supa_manager *manager = stack_manager();
    size_t before = lookups(stack_store(1), 0), after;
    pthread_t threads[THREADS];
    void *leases[THREADS];

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, lease_once, manager);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], &leases[i]);
    for (int i = 0; i < THREADS; i++) {
        CU_ASSERT_PTR_NOT_NULL(leases[i]);
        CU_ASSERT_PTR_EQUAL(leases[i], leases[0]);
        supa_client_unref(leases[i]);
    }
    after = lookups(stack_store(1), before + 1);
    printf("%d threads, %zu lookup ", THREADS, after - before);
    CU_ASSERT_EQUAL(after, before + 1);
    supa_manager_free(manager);
}

static void forgetting_asks_the_master_again(void)
{
    supa_manager *manager = stack_manager();
    size_t before = lookups(stack_store(2), 0);
    supa_error error;

    CU_ASSERT_EQUAL(lease_code(manager, stack_store(2), &error), SUPA_OK);
    CU_ASSERT_EQUAL(lease_code(manager, stack_store(2), &error), SUPA_OK);
    CU_ASSERT_EQUAL(lookups(stack_store(2), before + 1), before + 1);
    supa_manager_forget(manager, stack_store(2));
    CU_ASSERT_EQUAL(lease_code(manager, stack_store(2), &error), SUPA_OK);
    CU_ASSERT_EQUAL(lookups(stack_store(2), before + 2), before + 2);
    supa_manager_forget(manager, NULL);
    CU_ASSERT_EQUAL(lease_code(manager, stack_store(2), &error), SUPA_OK);
    CU_ASSERT_EQUAL(lookups(stack_store(2), before + 3), before + 3);
    supa_manager_free(manager);
}

static void leases_outlive_their_manager(void)
{
    supa_manager *manager = stack_manager();
    supa_client *tenant = supa_manager_lease(manager, stack_store(3), NULL);
    int code;

    supa_manager_forget(manager, stack_store(3));
    supa_manager_free(manager);
    CU_ASSERT_TRUE(rows_of(supa_from(tenant, "products"), &code) > 0);
    CU_ASSERT_EQUAL(code, SUPA_OK);
    supa_client_unref(tenant);
}

static void a_store_sees_its_own_rows_only(void)
{
    supa_manager *manager = stack_manager();
    supa_client *tenant = supa_manager_lease(manager, stack_store(1), NULL);
    int code;

    CU_ASSERT_EQUAL(rows_of(supa_from(tenant, "products"), &code), 12);
    CU_ASSERT_EQUAL(rows_of(supa_any_store(supa_from(tenant, "products")), &code), 15);
    rows_of(
        supa_eq(
            supa_from(tenant, "products"), "store_id",
            supa_text("5f0e0000-0000-4000-8000-00000000beef")),
        &code);
    CU_ASSERT_EQUAL(code, SUPA_ERROR_SCOPE);
    supa_client_unref(tenant);
    supa_manager_free(manager);
}

static void a_store_touches_its_own_rows_only(void)
{
    supa_manager *manager = stack_manager();
    supa_client *tenant = supa_manager_lease(manager, stack_store(1), NULL);
    supa_response *answer;
    int code;

    answer = supa_execute(supa_single(supa_select(
        supa_insert(supa_from(tenant, "customers"), "{\"email\":\"stamped@x\"}"), "store_id")));
    CU_ASSERT_TRUE(stack_text_is(supa_response_first(answer), "store_id", stack_store(1)));
    supa_response_free(answer);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_insert(
                supa_from(tenant, "customers"),
                "[{\"email\":\"x\"},{\"store_id\":\"5f0e0000-0000-4000-8000-00000000beef\"}]"),
            NULL),
        SUPA_ERROR_SCOPE);
    CU_ASSERT_EQUAL(
        rows_of(
            supa_select(
                supa_eq(
                    supa_delete(supa_from(tenant, "customers")), "email", supa_text("stamped@x")),
                "email"),
            &code),
        1);
    CU_ASSERT_EQUAL(
        rows_of(
            supa_select(
                supa_eq(supa_delete(supa_from(tenant, "products")), "sku", supa_text("BEEF-1")),
                "sku"),
            &code),
        0);
    CU_ASSERT_EQUAL(code, SUPA_OK);
    supa_client_unref(tenant);
    supa_manager_free(manager);
}

static void both_side_tables_need_their_own_copy(void)
{
    supa_manager *manager = stack_manager();
    supa_client *tenant = supa_manager_lease(manager, stack_store(1), NULL);
    supa_client *master = supa_manager_master(manager);
    static const char *const tables[] = {"stores", "users", "credit_usage", "credit_transactions"};
    int code;

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        rows_of(supa_from(tenant, tables[i]), &code);
        CU_ASSERT_EQUAL(code, SUPA_ERROR_SCOPE);
        rows_of(supa_own_copy(supa_from(tenant, tables[i])), &code);
        CU_ASSERT_EQUAL(code, SUPA_OK);
        rows_of(supa_from(master, tables[i]), &code);
        CU_ASSERT_EQUAL(code, SUPA_OK);
    }
    rows_of(supa_from(master, "products"), &code);
    CU_ASSERT_EQUAL(code, SUPA_ERROR_SCOPE);
    CU_ASSERT_EQUAL(stack_requests("master", "/products"), 0);
    supa_client_unref(tenant);
    supa_manager_free(manager);
}

static void another_keyring_opens_nothing(void)
{
    char *file = strdup(stack_value("SUPA_KEYRING_FILE"));
    char entry[80];
    supa_manager *manager;
    supa_error error;

    supa_key_generate("k1", entry, sizeof entry, NULL);
    unsetenv("SUPA_KEYRING_FILE");
    setenv("SUPA_KEYRING", entry, 1);
    manager = stack_manager();
    CU_ASSERT_EQUAL(lease_code(manager, stack_store(1), &error), SUPA_ERROR_CREDENTIALS);
    supa_manager_free(manager);
    unsetenv("SUPA_KEYRING");
    setenv("SUPA_KEYRING_FILE", file, 1);
    free(file);
}

/* An envelope that was copied to another store's row does not open there. */
static void a_swapped_envelope_does_not_open(void)
{
    static const char swap[] =
        "update store_databases a set connection_string_encrypted = b.connection_string_encrypted "
        "from store_databases b where a.store_id::text like '%0001' and b.store_id::text like "
        "'%0002' or a.store_id::text like '%0002' and b.store_id::text like '%0001';";
    supa_manager *manager = stack_manager();
    supa_error error;

    stack_sql("master", swap);
    CU_ASSERT_EQUAL(lease_code(manager, stack_store(1), &error), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(lease_code(manager, stack_store(2), &error), SUPA_ERROR_CREDENTIALS);
    stack_sql("master", swap);
    CU_ASSERT_EQUAL(lease_code(manager, stack_store(1), &error), SUPA_OK);
    supa_manager_free(manager);
}

CU_TestInfo manager_tests[] = {
    {"each store reaches its own tenant", stores_reach_their_own_tenants},
    {"inactive, suspended, unsupported, unknown and no id are told apart",
     stores_that_cannot_operate_are_told_apart},
    {"32 threads that ask for one cold store cause one lookup", many_threads_load_a_store_once},
    {"a forgotten store is asked of the master again", forgetting_asks_the_master_again},
    {"leases outlive their manager", leases_outlive_their_manager},
    {"a store sees its own rows only", a_store_sees_its_own_rows_only},
    {"a store touches its own rows only", a_store_touches_its_own_rows_only},
    {"the four tables of both sides need supa_own_copy", both_side_tables_need_their_own_copy},
    {"another keyring opens nothing", another_keyring_opens_nothing},
    {"an envelope swapped between stores does not open", a_swapped_envelope_does_not_open},
    CU_TEST_INFO_NULL,
};
