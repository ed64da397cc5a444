/* SPDX-License-Identifier: MIT */
/* Stores are created, change their state, and lag behind. */
#include "platform/place.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS 20
#define OWN_ID "5f0e0000-0000-4000-8000-0000000000c1"

static supa_new_store named(const char *slug)
{
    supa_new_store store = SUPA_NEW_STORE_INIT;

    store.user_id = OWNER_1;
    store.slug = slug;
    return store;
}

static void a_store_is_created(void)
{
    supa_new_store store = named("rose");
    supa_response *row;
    int active = 1;

    store.id = OWN_ID;
    store.name = "Rose & Thorn";
    store.country = "NL";
    row = supa_store_create(place_manager(), &store);
    if (!supa_response_ok(row))
        fprintf(stderr, "\n    %s\n", supa_response_error(row)->message);
    CU_ASSERT(stack_text_is(supa_response_first(row), "id", OWN_ID));
    CU_ASSERT(stack_text_is(supa_response_first(row), "status", "pending_database"));
    CU_ASSERT(stack_text_is(supa_response_first(row), "name", "Rose & Thorn"));
    supa_row_bool(supa_response_first(row), "is_active", &active);
    CU_ASSERT_EQUAL(active, 0);
    supa_response_free(row);
}

static void what_is_taken(void)
{
    supa_new_store store = named("rose");
    supa_response *row = supa_store_create(place_manager(), &store);
    const supa_error *error = supa_response_error(row);

    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_EQUAL(error->code, SUPA_ERROR_CONFLICT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "slug \"rose\""));
    CU_ASSERT_STRING_EQUAL(error->server_code, "23505");
    supa_response_free(row);
    store = named("another");
    store.id = OWN_ID;
    row = supa_store_create(place_manager(), &store);
    error = supa_response_error(row);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_EQUAL(error->code, SUPA_ERROR_CONFLICT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "id \"" OWN_ID "\""));
    supa_response_free(row);
}

static void what_cannot_be_created(void)
{
    supa_new_store store = named("nobodys");

    store.user_id = NOBODY;
    CU_ASSERT(place_failed(supa_store_create(place_manager(), &store), SUPA_ERROR_DATABASE));
    store.user_id = NULL;
    CU_ASSERT(place_failed(supa_store_create(place_manager(), &store), SUPA_ERROR_ARGUMENT));
    store = named("");
    CU_ASSERT(place_failed(supa_store_create(place_manager(), &store), SUPA_ERROR_ARGUMENT));
    CU_ASSERT(place_failed(supa_store_create(place_manager(), NULL), SUPA_ERROR_ARGUMENT));
}

static pthread_barrier_t together;

static void *create(void *slug)
{
    const supa_new_store store = named(slug);

    place_master();
    pthread_barrier_wait(&together);
    return supa_store_create(place_manager(), &store);
}

/* Two at once: one of them has it, the other is told that it is taken. */
static void a_race_for_a_slug(void)
{
    int won = 0, lost = 0;

    place_manager();
    pthread_barrier_init(&together, NULL, 2);
    for (int i = 0; i < ROUNDS; i++) {
        char slug[32];
        pthread_t threads[2];
        void *rows[2];

        snprintf(slug, sizeof slug, "race-%d", i);
        for (int n = 0; n < 2; n++)
            pthread_create(&threads[n], NULL, create, slug);
        for (int n = 0; n < 2; n++) {
            pthread_join(threads[n], &rows[n]);
            won += supa_response_ok(rows[n]);
            lost += !supa_response_ok(rows[n]) &&
                    supa_response_error(rows[n])->code == SUPA_ERROR_CONFLICT;
            supa_response_free(rows[n]);
        }
    }
    pthread_barrier_destroy(&together);
    CU_ASSERT_EQUAL(won, ROUNDS);
    CU_ASSERT_EQUAL(lost, ROUNDS);
}

static void states_change_by_comparison(void)
{
    supa_manager *m = place_manager();
    supa_error error;

    CU_ASSERT_EQUAL(
        supa_store_set_status(m, OWN_ID, "pending_database", "provisioning", -1, &error), SUPA_OK);
    CU_ASSERT_EQUAL(
        supa_store_set_status(m, OWN_ID, "pending_database", "active", 1, &error),
        SUPA_ERROR_CONFLICT);
    CU_ASSERT_STRING_EQUAL(error.details, "provisioning");
    CU_ASSERT_STRING_EQUAL(error.store_id, OWN_ID);
    CU_ASSERT_EQUAL(supa_store_set_status(m, OWN_ID, "provisioning", "active", 1, &error), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(place_value("stores", "id", OWN_ID, "is_active"), "true");
    CU_ASSERT_EQUAL(
        supa_store_set_status(m, NOBODY, "active", "demo", -1, &error), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(
        supa_store_set_status(m, OWN_ID, "active", "nonsense", -1, &error), SUPA_ERROR_DATABASE);
    CU_ASSERT_EQUAL(
        supa_store_set_status(m, OWN_ID, "active", NULL, -1, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(
        supa_store_set_status(m, OWN_ID, "active", "demo", 2, &error), SUPA_ERROR_ARGUMENT);
}

/* A suspended store is not leased any more, at once. */
static void the_cache_follows(void)
{
    supa_manager *m = place_manager();
    supa_client *tenant = supa_manager_lease(m, stack_store(2), NULL);
    supa_error error;

    CU_ASSERT_PTR_NOT_NULL(tenant);
    supa_client_unref(tenant);
    CU_ASSERT_EQUAL(
        supa_store_set_status(m, stack_store(2), "active", "suspended", -1, &error), SUPA_OK);
    CU_ASSERT_PTR_NULL(supa_manager_lease(m, stack_store(2), &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_STORE_SUSPENDED);
    CU_ASSERT_EQUAL(
        supa_store_set_status(m, stack_store(2), "suspended", "active", -1, &error), SUPA_OK);
    tenant = supa_manager_lease(m, stack_store(2), NULL);
    CU_ASSERT_PTR_NOT_NULL(tenant);
    supa_client_unref(tenant);
}

static void provisioning(void)
{
    supa_manager *m = place_manager();
    supa_error error;

    CU_ASSERT_EQUAL(
        supa_store_set_provisioning(
            m, OWN_ID, "pending", "tables_creating", "{\"step\":\"tables\",\"current\":1}", &error),
        SUPA_OK);
    CU_ASSERT_STRING_EQUAL(
        place_value("stores", "id", OWN_ID, "provisioning_completed_at"), "null");
    CU_ASSERT_EQUAL(
        supa_store_set_provisioning(m, OWN_ID, "pending", "completed", NULL, &error),
        SUPA_ERROR_CONFLICT);
    CU_ASSERT_STRING_EQUAL(error.details, "tables_creating");
    CU_ASSERT_EQUAL(
        supa_store_set_provisioning(m, OWN_ID, "tables_creating", "completed", NULL, &error),
        SUPA_OK);
    CU_ASSERT_STRING_NOT_EQUAL(
        place_value("stores", "id", OWN_ID, "provisioning_completed_at"), "null");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(place_value("stores", "id", OWN_ID, "provisioning_progress"), "tables"));
}

static void who_lags_behind(void)
{
    int64_t newest = -1;

    CU_ASSERT(place_rows(supa_store_pending(place_manager(), SUPA_STORES_OPERATING, &newest), 0));
    CU_ASSERT_EQUAL(newest, 1);
    stack_sql(
        "master",
        "insert into migrations (version, name, sql_up) values (10, 'ten', ''), (9, 'nine', '');"
        "update store_databases set schema_version = 10 where store_id::text like '%0001';"
        "update store_databases set schema_version = 9 where store_id::text like '%0002';"
        "update store_databases set schema_version = null where store_id::text like '%0003';"
        "update store_databases set schema_version = 11 where store_id::text like '%00a3';");
    CU_ASSERT(place_rows(supa_store_pending(place_manager(), SUPA_STORES_OPERATING, &newest), 2));
    CU_ASSERT_EQUAL(newest, 10);
    CU_ASSERT(place_rows(supa_store_pending(place_manager(), SUPA_STORES_ALL, NULL), 4));
    stack_sql("master", "delete from migrations");
    CU_ASSERT(place_rows(supa_store_pending(place_manager(), SUPA_STORES_ALL, &newest), 0));
    CU_ASSERT_EQUAL(newest, 0);
    CU_ASSERT(place_failed(
        supa_store_pending(place_manager(), (supa_stores)5, NULL), SUPA_ERROR_ARGUMENT));
    stack_sql("master", "delete from stores where id = '" OWN_ID "' or slug like 'race-%'");
}

extern CU_TestInfo lifecycle_tests[];
CU_TestInfo lifecycle_tests[] = {
    {"a store is created", a_store_is_created},
    {"a slug or an id that is taken", what_is_taken},
    {"what cannot be created", what_cannot_be_created},
    {"of two who want a slug at once, one has it", a_race_for_a_slug},
    {"a status changes only from the one believed", states_change_by_comparison},
    {"a suspended store is not leased any more", the_cache_follows},
    {"so does the state of provisioning", provisioning},
    {"stores that lag behind the newest migration", who_lags_behind},
    CU_TEST_INFO_NULL,
};
