/* SPDX-License-Identifier: MIT */
/* A manager as a whole, over a master without a network. */
#include "base/clock.h"
#include "client_internal.h"
#include "fake_tables.h"
#include "manager/manager_internal.h"
#include "touch.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static supa_manager *manager_over(struct fake_tables *fake, size_t stores)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    fake_start(fake);
    for (size_t i = 0; i < stores; i++)
        fake_put_store(fake, i, 1);
    options.refresh_ms = 0;
    return fake_manager(fake, options);
}

static void end(struct fake_tables *fake, supa_manager *manager)
{
    supa_manager_free(manager);
    fake_end(fake);
}

static int lease_code(supa_manager *manager, size_t number)
{
    char id[40];
    supa_error error;

    supa_client_unref(supa_manager_lease(manager, fake_store(number, id), &error));
    return error.code;
}

static void a_lease_is_stale_once_it_was_replaced(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 2);
    char id[40];
    supa_client *old = supa_manager_lease(manager, fake_store(0, id), NULL);
    supa_client *other = supa_manager_lease(manager, fake_store(1, id), NULL);

    CU_ASSERT_EQUAL(supa_client_stale(old), 0);
    fake_turn(&fake, 1000);
    fake_rotate(&fake, 0, 2);
    supa_manager_refresh(manager, NULL);
    CU_ASSERT_EQUAL(supa_client_stale(old), 1);
    CU_ASSERT_EQUAL(supa_client_stale(other), 0);
    CU_ASSERT_STRING_EQUAL(old->options.key, "key-1"); /* and is what it was */
    supa_manager_forget(manager, NULL);
    CU_ASSERT_EQUAL(supa_client_stale(other), 1);
    CU_ASSERT_EQUAL(supa_client_stale(supa_manager_master(manager)), 0);
    CU_ASSERT_EQUAL(supa_client_stale(NULL), 0);
    supa_client_unref(old);
    supa_client_unref(other);
    end(&fake, manager);
}

static void the_statuses_are_the_managers(void)
{
    static const char *const statuses[] = {"provisioned", NULL};
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    struct fake_tables fake;
    supa_manager *manager;

    fake_start(&fake);
    fake_put_store(&fake, 0, 1);
    fake_put_store(&fake, 1, 1);
    fake_set_status(&fake, 1, "provisioned");
    options.statuses = statuses;
    manager = fake_manager(&fake, options);
    CU_ASSERT_EQUAL(lease_code(manager, 0), SUPA_ERROR_STORE_SUSPENDED);
    CU_ASSERT_EQUAL(lease_code(manager, 1), SUPA_OK);
    end(&fake, manager);
}

static void replace_in(struct fake_row *row, const char *old, const char *other)
{
    char *place = strstr(row->rest, old);

    CU_ASSERT_PTR_NOT_NULL_FATAL(place);
    memcpy(place, other, strlen(old)); /* both of one length */
}

static void a_store_that_is_not_served_says_why(void)
{
    static const struct {
        const char *table, *old, *other;
        int code;
        const char *why;
    } rows[] = {
        {"stores", "\"is_active\":true", "\"is_active\":null", SUPA_ERROR_STORE_SUSPENDED,
         "(stores.is_active is false)"},
        {"stores", "\"active\"", "\"closed\"", SUPA_ERROR_STORE_SUSPENDED, "its status is closed"},
        {"stores", "\"status\"", "\"statue\"", SUPA_ERROR_STORE_NOT_FOUND, "does not show its row"},
        {"store_databases", "\"is_active\":true", "\"is_active\":null", SUPA_ERROR_STORE_INACTIVE,
         "(store_databases.is_active is false)"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fake_tables fake;
        supa_manager *manager = manager_over(&fake, 1);
        supa_error error;
        char id[40];

        fake_store(0, id);
        replace_in(fake_find(&fake, rows[i].table, id), rows[i].old, rows[i].other);
        CU_ASSERT_PTR_NULL(supa_manager_lease(manager, id, &error));
        CU_ASSERT_EQUAL(error.code, rows[i].code);
        CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
        CU_ASSERT(world_holds(error.message, rows[i].why));
        CU_ASSERT(world_holds(error.message, id));
        CU_ASSERT_STRING_EQUAL(error.store_id, id);
        end(&fake, manager);
    }
}

static void tenants_are_kept_to_the_hosts_suffixes(void)
{
    static const struct {
        const char *suffix;
        int code;
    } rows[] = {
        {".example.test", SUPA_OK},
        {"example.test", SUPA_OK},
        {"t0.example.test", SUPA_OK},
        {"T0.Example.TEST", SUPA_OK},
        {".t0.example.test", SUPA_ERROR_HOST_REFUSED},
        {"ple.test", SUPA_ERROR_HOST_REFUSED},
        {".supabase.co", SUPA_ERROR_HOST_REFUSED},
        {"xt0.example.test", SUPA_ERROR_HOST_REFUSED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *suffixes[] = {"other.test", rows[i].suffix, NULL};
        supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
        struct fake_tables fake;
        supa_manager *manager;

        fake_start(&fake);
        fake_put_store(&fake, 0, 1);
        options.host_suffixes = suffixes;
        manager = fake_manager(&fake, options);
        CU_ASSERT_EQUAL(lease_code(manager, 0), rows[i].code);
        end(&fake, manager);
    }
}

/* @n stores in a list of texts, to be freed as one block. */
static const char **ids(size_t n)
{
    const char **list = malloc(n * (sizeof *list + 40));
    char *texts = (char *)(list + n);

    for (size_t i = 0; i < n; i++)
        list[i] = fake_store(i, texts + 40 * i);
    return list;
}

static void many_stores_load_with_few_requests(void)
{
    static const size_t limits[] = {0, 30};

    for (size_t l = 0; l < 2; l++) {
        struct fake_tables fake;
        supa_manager *manager = manager_over(&fake, 500);
        supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;
        const char **list = ids(510);
        supa_error error;

        fake.row_limit = limits[l];
        fake_set_status(&fake, 7, "suspended");
        CU_ASSERT_EQUAL(lease_code(manager, 3), SUPA_OK);
        CU_ASSERT_EQUAL(supa_manager_warm(manager, list, 510, &error), SUPA_OK);
        printf(" %zu requests", fake.calls - 1);
        CU_ASSERT(fake.calls - 1 <= (limits[l] == 0 ? 10 : 30));
        fake.calls = 0;
        for (size_t i = 0; i < 510; i++)
            CU_ASSERT_EQUAL(
                lease_code(manager, i), i >= 500 ? SUPA_ERROR_STORE_NOT_FOUND
                                        : i == 7 ? SUPA_ERROR_STORE_SUSPENDED
                                                 : SUPA_OK);
        CU_ASSERT_EQUAL(fake.calls, 0);
        supa_manager_stats_get(manager, &stats);
        CU_ASSERT_EQUAL(stats.loads, 510);
        CU_ASSERT_EQUAL(stats.entries, 499);
        CU_ASSERT_EQUAL(supa_manager_warm(manager, list, 510, NULL), SUPA_OK);
        CU_ASSERT_EQUAL(fake.calls, 0);
        free(list);
        end(&fake, manager);
    }
}

static void warming_fails_as_a_whole(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 300);
    const char *bad[] = {"5f0e0000-0000-4000-8000-000000000001", "nonsense"};
    const char **list = ids(300);
    supa_error error;

    CU_ASSERT_EQUAL(supa_manager_warm(manager, bad, 2, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_manager_warm(manager, NULL, 2, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_manager_warm(NULL, bad, 1, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_manager_warm(manager, NULL, 0, &error), SUPA_OK);
    CU_ASSERT_EQUAL(fake.calls, 0);
    fake.failing = SUPA_ERROR_NETWORK;
    CU_ASSERT_EQUAL(supa_manager_warm(manager, list, 300, &error), SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(supa_manager_warm(manager, list, 300, &error), SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(fake.calls, 1);
    fake.failing = SUPA_OK;
    fake_turn(&fake, 1001);
    CU_ASSERT_EQUAL(supa_manager_warm(manager, list, 300, &error), SUPA_OK);
    free(list);
    end(&fake, manager);
}

static void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static void a_thread_notices_what_has_changed(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    struct fake_tables fake;
    supa_manager *manager;
    supa_client *old;
    char id[40];

    fake_start(&fake);
    fake_put_store(&fake, 0, 1);
    options.background = 1;
    options.refresh_ms = 5;
    manager = fake_manager(&fake, options);
    old = supa_manager_lease(manager, fake_store(0, id), NULL);
    pthread_mutex_lock(&fake.mutex);
    fake_rotate(&fake, 0, 2);
    pthread_mutex_unlock(&fake.mutex);
    for (int i = 0; i < 1000 && !supa_client_stale(old); i++)
        sleep_ms(5);
    CU_ASSERT_EQUAL(supa_client_stale(old), 1);
    supa_client_unref(old);
    end(&fake, manager);
}

static void the_end_waits_for_the_thread_a_moment_at_most(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    static struct fake_tables fake; /* the thread may outlive the test by a moment */
    supa_manager *manager;
    int64_t start_us, took_us;

    fake_start(&fake);
    options.background = 1;
    options.refresh_ms = 1;
    manager = fake_manager(&fake, options);
    pthread_mutex_lock(&fake.mutex); /* the master does not answer */
    sleep_ms(30);
    start_us = clock_us();
    supa_manager_free(manager);
    took_us = clock_us() - start_us;
    CU_ASSERT(took_us >= 90000 && took_us < 1000000);
    pthread_mutex_unlock(&fake.mutex);
    sleep_ms(200);
    fake_end(&fake);
    fake_start(&fake);
    options.refresh_ms = 3600000;
    manager = fake_manager(&fake, options);
    start_us = clock_us();
    supa_manager_free(manager);
    CU_ASSERT(clock_us() - start_us < 90000);
    fake_end(&fake);
}

static void options_that_make_no_sense_are_refused(void)
{
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT;
    const supa_manager_options good = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager_options bad[7];
    supa_error error;
    supa_manager *manager;

    master.url = "https://master.example.test";
    for (size_t i = 0; i < 7; i++) {
        bad[i] = good;
        bad[i].master = &master;
        bad[i].keyring = supa_keyring_new(NULL);
    }
    bad[0].unknown_ms = -1;
    bad[1].grace_ms = -1;
    bad[2].refresh_ms = -1;
    bad[3].sweep_ms = -1;
    bad[4].host_sources = 4;
    bad[5].refresh_ms = 0;
    bad[5].background = 1;
    bad[6].cache_max = -2;
    for (size_t i = 0; i < 7; i++) {
        CU_ASSERT_PTR_NULL(supa_manager_new(&bad[i], &error));
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
        bad[i].unknown_ms = bad[i].grace_ms = bad[i].refresh_ms = bad[i].sweep_ms = INT64_MAX;
        bad[i].host_sources = bad[i].background = 0;
        bad[i].cache_max = 10;
        manager = supa_manager_new(&bad[i], &error);
        CU_ASSERT_PTR_NOT_NULL(manager);
        supa_manager_free(manager);
        supa_keyring_free(bad[i].keyring);
    }
}

/* Each line is a comment or a sample, and each sample's metric was described. */
static void the_numbers_are_in_prometheus_form(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    supa_manager_stats stats = {.size = 1};
    supa_store_stats one = SUPA_STORE_STATS_INIT;
    char *text, *line, *rest, id[40];
    size_t samples = 0;

    lease_code(manager, 0);
    lease_code(manager, 0);
    lease_code(manager, 9);
    text = supa_manager_stats_text(manager);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT(world_holds(text, "\nsupa_cache_hits_total 1\n"));
    CU_ASSERT(world_holds(text, "\nsupa_errors_total{code=\"store_not_found\"} 1\n"));
    CU_ASSERT(world_holds(text, "\n# TYPE supa_load_seconds histogram\n"));
    CU_ASSERT(world_holds(text, "supa_load_seconds_bucket{le=\"+Inf\"} 2\n"));
    CU_ASSERT(world_holds(text, "supa_load_seconds_bucket{le=\"0.005\"} "));
    CU_ASSERT(world_holds(text, "\nsupa_load_seconds_count 2\n"));
    CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');
    for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char name[80], kind[80];
        double value;

        if (sscanf(line, "# HELP %79s %79s", name, kind) == 2 ||
            sscanf(line, "# TYPE %79s %79s", name, kind) == 2)
            continue;
        CU_ASSERT_EQUAL(sscanf(line, "supa_%79s %lf", name, &value), 2);
        samples++;
    }
    CU_ASSERT_EQUAL(samples, 16 + 28 + 16);
    supa_text_free(text);
    CU_ASSERT_EQUAL(supa_manager_stats_get(manager, &stats), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_manager_store_stats(manager, fake_store(0, id), &one), SUPA_OK);
    CU_ASSERT_EQUAL(one.hits, 1);
    CU_ASSERT_EQUAL(
        supa_manager_store_stats(manager, fake_store(2, id), &one), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(supa_manager_store_stats(manager, "x", &one), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_manager_stats_text(NULL));
    end(&fake, manager);
}

/* The tenants' headers may carry secrets: the manager's copy, like each client's, is guarded. */
static void the_tenants_headers_are_kept_in_guarded_memory(void)
{
    char line[] = "X-Tenant: secret-of-all-tenants";
    const char *headers[] = {line, "X-Second: 2", NULL};
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options tenant = SUPA_CLIENT_OPTIONS_INIT;
    struct fake_tables fake;
    supa_manager *manager;
    supa_client *client;
    const char *const *kept;
    char id[40];

    fake_start(&fake);
    fake_put_store(&fake, 0, 1);
    tenant.headers = headers;
    options.tenant = &tenant;
    options.refresh_ms = 0;
    manager = fake_manager(&fake, options);
    line[0] = '!';
    headers[1] = NULL;
    kept = manager->tenant.headers;
    CU_ASSERT(mapping_has_flag(kept, " dd") && mapping_has_flag(kept[0], " dd"));
    CU_ASSERT_STRING_EQUAL(kept[0], "X-Tenant: secret-of-all-tenants");
    CU_ASSERT_STRING_EQUAL(kept[1], "X-Second: 2");
    CU_ASSERT_PTR_NULL(kept[2]);
    client = supa_manager_lease(manager, fake_store(0, id), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    CU_ASSERT_STRING_EQUAL(client->options.headers[0], kept[0]);
    supa_client_unref(client);
    end(&fake, manager);
}

/* Everything a manager does, with one allocation after the other failing. */
static int use(struct fake_tables *fake, supa_error *error)
{
    static const char *const statuses[] = {"active", NULL};
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    static const char *const headers[] = {"X-Tenant: 1", NULL};
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT, tenant = SUPA_CLIENT_OPTIONS_INIT;
    const char **list = ids(3);
    supa_host host = SUPA_HOST_INIT;
    supa_manager *manager;
    supa_client *client = NULL;
    int code;

    master.url = "https://master.example.test";
    options.master = &master;
    options.keyring = fake->keyring;
    options.statuses = options.host_suffixes = statuses;
    options.host_suffixes = NULL;
    tenant.headers = headers;
    options.tenant = &tenant;
    manager = manager_new(&options, &fake->transport, error);
    code = manager != NULL ? SUPA_OK : error->code;
    if (code == SUPA_OK)
        code = supa_manager_warm(manager, list, 3, error);
    if (code == SUPA_OK) {
        client = supa_manager_lease_host(manager, "a.example", error);
        code = client != NULL ? SUPA_OK : error->code;
    }
    if (code == SUPA_OK)
        code = supa_manager_resolve_host(manager, "a.example", &host, error);
    supa_client_unref(client);
    supa_manager_free(manager);
    free(list);
    return code;
}

static void when_memory_is_gone_it_is_told(void)
{
    int fails = 1;
    size_t nth = 1;

    for (; fails; nth++) {
        struct fake_tables fake;
        supa_error error;
        int code;

        fake_start(&fake);
        for (size_t i = 0; i < 3; i++)
            fake_put_store(&fake, i, 1);
        fake_put_host(
            &fake, "store_hostnames", "40570000-0000-4000-8000-00000000000a", "a.example", 1, "");
        world_fail_at(nth);
        code = use(&fake, &error);
        fails = world_failed();
        CU_ASSERT(code == SUPA_OK || code == SUPA_ERROR_NO_MEMORY);
        if (!fails)
            CU_ASSERT_EQUAL(code, SUPA_OK);
        fake_end(&fake);
    }
    printf(" %zu allocations", nth);
    CU_ASSERT(nth > 50);
}

CU_TestInfo manager_tests[] = {
    {"a lease is stale once it was replaced", a_lease_is_stale_once_it_was_replaced},
    {"the statuses are the manager's", the_statuses_are_the_managers},
    {"a store that is not served says why", a_store_that_is_not_served_says_why},
    {"tenants are kept to the host suffixes", tenants_are_kept_to_the_hosts_suffixes},
    {"many stores load with few requests", many_stores_load_with_few_requests},
    {"warming fails as a whole", warming_fails_as_a_whole},
    {"a thread notices what has changed", a_thread_notices_what_has_changed},
    {"the end waits for the thread, a moment at most",
     the_end_waits_for_the_thread_a_moment_at_most},
    {"options that make no sense are refused", options_that_make_no_sense_are_refused},
    {"the tenants' headers are kept in guarded memory",
     the_tenants_headers_are_kept_in_guarded_memory},
    {"the numbers are in Prometheus' form", the_numbers_are_in_prometheus_form},
    {"when memory is gone it is told", when_memory_is_gone_it_is_told},
    CU_TEST_INFO_NULL,
};
