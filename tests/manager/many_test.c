/* SPDX-License-Identifier: MIT */
/* 100,000 stores in the master. */
#include "field.h"
#include "main.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STORES = 100000,
    CACHED = 8000,
    CHANGED = 10000,
    ROUNDS = 21,
    MOST_ROUNDS = 400,
    SWEEPS = 3,
    REMOVED = 10
};

/* Of a cached store; of one table's idle delta. */
#define MOST_BYTES 4096
#define MOST_US    5000

static atomic_llong now_us;

static int64_t turned(void *user)
{
    (void)user;
    return atomic_load(&now_us) + field_us();
}

static supa_manager *manager;

/* Past the time in which changes are read again. */
static void settle(void)
{
    for (int i = 0; i < 3; i++) {
        atomic_fetch_add(&now_us, 61000000);
        CU_ASSERT_EQUAL(supa_manager_refresh(manager, NULL), SUPA_OK);
    }
}

static supa_manager_stats numbers(void)
{
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;

    supa_manager_stats_get(manager, &stats);
    return stats;
}

static void cached_stores_take_little_memory(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    static char texts[CACHED][40];
    static const char *ids[CACHED];
    long before, after;

    field_put(100000, STORES);
    field_sql(
        "create index on store_databases (updated_at, id); create index on stores (updated_at, "
        "id); analyze;");
    options.refresh_ms = 0;
    options.clock = turned;
    manager = field_manager(options, 0);
    for (size_t i = 0; i < CACHED; i++)
        ids[i] = field_store(100000 + i * (STORES / CACHED), texts[i]);
    CU_ASSERT_EQUAL(supa_manager_warm(manager, ids, 100, NULL), SUPA_OK);
    before = field_rss();
    CU_ASSERT_EQUAL(supa_manager_warm(manager, ids, CACHED, NULL), SUPA_OK);
    after = field_rss();
    printf(
        "\n    %d of %d stores cached: %ld bytes of the process each", CACHED, STORES,
        (after - before) * 1024 / (CACHED - 100));
    CU_ASSERT((after - before) * 1024 / (CACHED - 100) < MOST_BYTES);
    CU_ASSERT_EQUAL(numbers().entries, CACHED);
    CU_ASSERT_EQUAL(supa_manager_refresh(manager, NULL), SUPA_OK);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void an_idle_delta_is_one_quick_request_a_table(void)
{
    int64_t best = INT64_MAX; /* the others are those in which the machine had other work */
    size_t from, asked, rounds;

    settle();
    from = field_log_lines();
    for (rounds = 0; rounds < ROUNDS || (best / 4 >= MOST_US && rounds < MOST_ROUNDS); rounds++) {
        int64_t start_us = field_us();

        CU_ASSERT_EQUAL(supa_manager_refresh(manager, NULL), SUPA_OK);
        best = smaller(best, field_us() - start_us);
    }
    asked = field_asked(from, "updated_at=gt.");
    printf(
        "\n    idle delta: %zu requests a table, %lld us each, %lld us in all, at best of %zu",
        asked / rounds / 4, (long long)best / 4, (long long)best, rounds);
    CU_ASSERT_EQUAL(asked, 4 * rounds);
    CU_ASSERT(best / 4 < MOST_US);
}

static void changes_come_in_few_pages(void)
{
    size_t from;
    size_t databases, stores;
    int64_t start_us;

    field_sql(
        "update store_databases set last_connection_test = now() where store_id in (select "
        "store_id "
        "from store_databases where store_id::text like 'f1e1d000%%' order by store_id offset 2000 "
        "limit %d);"
        "update stores set phone = '1' where id in (select id from stores where id::text like "
        "'f1e1d000%%' order by id offset 2000 limit %d);",
        CHANGED, CHANGED);
    from = field_log_lines();
    start_us = field_us();
    CU_ASSERT_EQUAL(supa_manager_refresh(manager, NULL), SUPA_OK);
    start_us = field_us() - start_us;
    databases = field_asked(from, "/store_databases?");
    stores = field_asked(from, "/stores?");
    printf(
        "\n    %d changes: %zu and %zu pages, %lld ms", CHANGED, databases, stores,
        (long long)start_us / 1000);
    CU_ASSERT(databases <= 11);
    CU_ASSERT(stores <= 11);
}

static void a_health_check_evicts_nothing(void)
{
    supa_manager_stats stats = numbers();
    size_t from = field_log_lines();
    char id[40];

    for (size_t i = 0; i < CACHED; i += 7)
        CU_ASSERT_EQUAL(
            field_lease_code(manager, field_store(100000 + i * (STORES / CACHED), id)), SUPA_OK);
    printf(
        "\n    %d rows touched: %lld stores forgotten, %zu lookups", 2 * CHANGED,
        (long long)stats.changes, field_asked(from, "store_id=eq."));
    CU_ASSERT_EQUAL(stats.changes, 0);
    CU_ASSERT_EQUAL(field_asked(from, "store_id=eq."), 0);
}

static int64_t refresh_us(void)
{
    int64_t start_us = field_us();

    CU_ASSERT_EQUAL(supa_manager_refresh(manager, NULL), SUPA_OK);
    return field_us() - start_us;
}

static void a_sweep_is_quick(void)
{
    supa_manager_stats stats;
    int64_t best = INT64_MAX;
    size_t from, asked;

    settle();
    for (size_t i = 0; i < REMOVED; i++) {
        char id[40];

        field_sql(
            "delete from stores where id = '%s';",
            field_store(100000 + i * 100 * (STORES / CACHED), id));
    }
    from = field_log_lines();
    for (size_t i = 0; i < SWEEPS; i++) {
        int64_t delta_us = refresh_us();

        atomic_fetch_add(&now_us, 900000000);
        best = smaller(best, refresh_us() - delta_us);
    }
    asked = field_asked(from, "select=store_id&");
    stats = numbers();
    printf(
        "\n    sweep of %d stores: %lld ms at best of %d, %zu requests each, %lld removed ones "
        "found",
        STORES, (long long)best / 1000, SWEEPS, asked / SWEEPS, (long long)stats.swept);
    CU_ASSERT_EQUAL(stats.sweeps, SWEEPS);
    CU_ASSERT_EQUAL(stats.swept, REMOVED);
    CU_ASSERT(best < 3000000);
    supa_manager_free(manager);
}

CU_TestInfo many_tests[] = {
    {"cached stores take little memory", cached_stores_take_little_memory},
    {"an idle delta is one quick request a table", an_idle_delta_is_one_quick_request_a_table},
    {"10,000 changes come in few pages", changes_come_in_few_pages},
    {"a health check evicts nothing", a_health_check_evicts_nothing},
    {"a sweep is quick", a_sweep_is_quick},
    CU_TEST_INFO_NULL,
};
