/* SPDX-License-Identifier: MIT */
/* What has changed on the master, with both clocks in hand. */
#include "base/stash.h"
#include "manager/delta.h"

#include "base/error.h"
#include "fake_tables.h"
#include "manager/manager_internal.h"
#include "manager/sweep.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define DATABASES 0
#define STORES    1

static supa_manager *manager_over(struct fake_tables *fake, size_t stores)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    fake_start(fake);
    for (size_t i = 0; i < stores; i++)
        fake_put_store(fake, i, 1);
    fake->server_us += 3600 * INT64_C(1000000); /* what was put is old */
    options.refresh_ms = 0;
    return fake_manager(fake, options);
}

static void end(struct fake_tables *fake, supa_manager *manager)
{
    supa_manager_free(manager);
    fake_end(fake);
}

/* The key's number, or −code. */
static int key_of(supa_manager *manager, size_t number)
{
    char id[40];
    supa_error error;
    supa_client *client = supa_manager_lease(manager, fake_store(number, id), &error);
    int key = -error.code;

    if (client != NULL)
        sscanf(client->options.key, "key-%d", &key);
    supa_client_unref(client);
    return key;
}

static int refresh(supa_manager *manager)
{
    return supa_manager_refresh(manager, NULL);
}

static size_t asked(struct fake_tables *fake, size_t table)
{
    size_t count = fake->asked[table];

    fake->asked[table] = 0;
    return count;
}

/* Past the overlap, so that every mark is settled. */
static void settle(struct fake_tables *fake, supa_manager *manager)
{
    for (int i = 0; i < 3; i++) {
        fake_turn(fake, 61000);
        CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    }
    memset(fake->asked, 0, sizeof fake->asked);
    fake->calls = fake->given = 0;
}

static void a_rotated_key_is_noticed(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);

    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    CU_ASSERT_EQUAL(key_of(manager, 1), 1);
    for (int key = 2; key < 20; key++) {
        fake_turn(&fake, 7000);
        fake_rotate(&fake, 0, key);
        CU_ASSERT_EQUAL(key_of(manager, 0), key - 1);
        CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
        CU_ASSERT_EQUAL(key_of(manager, 0), key);
    }
    CU_ASSERT_EQUAL(fake.lookups, 2 + 18); /* the other store was never asked for again */
    end(&fake, manager);
}

static void a_change_in_the_first_interval_is_noticed(void)
{
    for (int no_date = 0; no_date < 2; no_date++) {
        struct fake_tables fake;
        supa_manager *manager = manager_over(&fake, 3);

        fake.no_date = no_date;
        CU_ASSERT_EQUAL(key_of(manager, 0), 1);
        fake_turn(&fake, 1);
        fake_rotate(&fake, 0, 2);
        fake_turn(&fake, 30000);
        CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
        CU_ASSERT_EQUAL(key_of(manager, 0), 2);
        end(&fake, manager);
    }
}

static void statuses_are_noticed_both_ways(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 2);

    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    fake_turn(&fake, 1000);
    fake_set_status(&fake, 0, "suspended");
    refresh(manager);
    CU_ASSERT_EQUAL(key_of(manager, 0), -SUPA_ERROR_STORE_SUSPENDED);
    fake_turn(&fake, 1000);
    fake_set_status(&fake, 0, "demo");
    refresh(manager); /* and what was refused is not remembered beyond */
    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    end(&fake, manager);
}

static void a_row_that_was_only_touched_evicts_nothing(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 50);
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;

    for (size_t i = 0; i < 50; i++)
        key_of(manager, i);
    fake_turn(&fake, 1000);
    for (size_t i = 0; i < 50; i++) {
        fake_touch(&fake, "store_databases", i);
        fake_touch(&fake, "stores", i);
    }
    CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    for (size_t i = 0; i < 50; i++)
        CU_ASSERT_EQUAL(key_of(manager, i), 1);
    CU_ASSERT_EQUAL(fake.lookups, 50);
    supa_manager_stats_get(manager, &stats);
    CU_ASSERT_EQUAL(stats.changes, 0);
    CU_ASSERT_EQUAL(stats.hits, 50);
    end(&fake, manager);
}

static void idle_it_is_one_empty_answer_a_table(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3000);

    key_of(manager, 0);
    fake_turn(&fake, 30000);
    fake.calls = fake.given = 0;
    CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    CU_ASSERT_EQUAL(fake.calls, 4); /* the first time, too */
    CU_ASSERT_EQUAL(fake.given, 2);
    settle(&fake, manager);
    for (int i = 0; i < 5; i++) {
        fake_turn(&fake, 30000);
        refresh(manager);
    }
    CU_ASSERT_EQUAL(fake.calls, 20);
    CU_ASSERT_EQUAL(fake.given, 0);
    end(&fake, manager);
}

/* A statement that changes many rows gives all of them one time. */
static void many_changes_of_one_time_are_read_page_by_page(void)
{
    static const size_t limits[] = {0, 1000, 300};

    for (size_t i = 0; i < 3; i++) {
        struct fake_tables fake;
        supa_manager *manager = manager_over(&fake, 3000);

        fake.row_limit = limits[i];
        for (size_t n = 0; n < 3000; n += 7)
            key_of(manager, n);
        refresh(manager);
        settle(&fake, manager);
        for (size_t n = 0; n < 3000; n++)
            fake_set_status(&fake, n, "suspended");
        CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
        CU_ASSERT_EQUAL(asked(&fake, STORES), limits[i] == 300 ? 11 : 4);
        CU_ASSERT_EQUAL(asked(&fake, DATABASES), 1);
        for (size_t n = 0; n < 3000; n += 7)
            CU_ASSERT_EQUAL(key_of(manager, n), -SUPA_ERROR_STORE_SUSPENDED);
        settle(&fake, manager);
        refresh(manager);
        CU_ASSERT_EQUAL(asked(&fake, STORES), 1); /* and not read for ever */
        end(&fake, manager);
    }
}

/* now() is the start of a transaction: one that takes long commits what is older than what was seen. */
static void a_transaction_that_commits_late_is_noticed(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    char id[40];

    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    refresh(manager);
    settle(&fake, manager);
    for (int late_s = 1; late_s < 60; late_s += 7) {
        CU_ASSERT_EQUAL(key_of(manager, 0), late_s == 1 ? 1 : late_s - 7);
        fake_turn(&fake, 20000);
        fake_touch(&fake, "store_databases", 1);
        refresh(manager);
        fake_turn(&fake, late_s * 1000);
        refresh(manager);
        fake_rotate(&fake, 0, late_s);
        fake_stamp(
            &fake, fake_find(&fake, "store_databases", fake_store(0, id)), -late_s * 1000 - 10);
        refresh(manager);
        CU_ASSERT_EQUAL(key_of(manager, 0), late_s);
    }
    end(&fake, manager);
}

/* Somebody's clock is an hour ahead and wrote updated_at itself: what the others write is still seen. */
static void a_row_from_the_future_hides_nothing(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    char id[40];

    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    CU_ASSERT_EQUAL(key_of(manager, 1), 1);
    refresh(manager);
    settle(&fake, manager);
    fake_rotate(&fake, 1, 2);
    fake_stamp(&fake, fake_find(&fake, "store_databases", fake_store(1, id)), 3600000);
    refresh(manager);
    CU_ASSERT_EQUAL(key_of(manager, 1), 2); /* it is seen at once */
    for (int key = 2; key < 12; key++) {
        fake_turn(&fake, 61000);
        fake_rotate(&fake, 0, key);
        refresh(manager);
        CU_ASSERT_EQUAL(key_of(manager, 0), key);
    }
    fake_turn(&fake, 4000000);
    settle(&fake, manager);
    refresh(manager);
    CU_ASSERT_EQUAL(fake.given, 0); /* once that time has come, it is not read again */
    end(&fake, manager);
}

static void rows_without_a_time_are_passed_over(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 5);
    char id[40];

    for (size_t i = 0; i < 5; i++)
        fake_find(&fake, "stores", fake_store(i, id))->updated[0] = '\0';
    key_of(manager, 0);
    CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    fake_turn(&fake, 61000);
    fake_set_status(&fake, 0, "inactive");
    CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    CU_ASSERT_EQUAL(key_of(manager, 0), -SUPA_ERROR_STORE_SUSPENDED);
    end(&fake, manager);
}

static void what_changed_during_an_outage_is_noticed_after_it(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;
    supa_error error;

    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    refresh(manager);
    settle(&fake, manager);
    fake.failing = SUPA_ERROR_NETWORK;
    fake_rotate(&fake, 0, 2);
    for (int i = 0; i < 10; i++) {
        CU_ASSERT_EQUAL(supa_manager_refresh(manager, &error), SUPA_ERROR_NETWORK);
        CU_ASSERT_EQUAL(key_of(manager, 0), 1);
        CU_ASSERT_EQUAL(key_of(manager, 1), -SUPA_ERROR_NETWORK);
        fake_turn(&fake, 61000);
    }
    CU_ASSERT_EQUAL(fake.calls, 10); /* one a time, not one for each table and store */
    fake.failing = SUPA_OK;
    CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    CU_ASSERT_EQUAL(key_of(manager, 0), 2);
    CU_ASSERT_EQUAL(key_of(manager, 1), 1);
    supa_manager_stats_get(manager, &stats);
    CU_ASSERT_EQUAL(stats.refresh_failures, 10);
    CU_ASSERT(stats.errors[SUPA_ERROR_NETWORK] >= 10);
    end(&fake, manager);
}

static void a_table_that_is_not_there_stops_no_other(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    supa_error error;

    fake.failing_table = "store_databases";
    refresh(manager);
    fake.failing_table = "custom_domains_lookup";
    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    fake_turn(&fake, 1000);
    fake_set_status(&fake, 0, "inactive");
    CU_ASSERT_EQUAL(supa_manager_refresh(manager, &error), SUPA_ERROR_SERVER);
    CU_ASSERT_STRING_EQUAL(error.server_code, "PGRST205");
    CU_ASSERT_STRING_EQUAL(error.relation, "custom_domains_lookup");
    CU_ASSERT_EQUAL(key_of(manager, 0), -SUPA_ERROR_STORE_SUSPENDED);
    end(&fake, manager);
}

static void a_lease_that_finds_the_time_come_asks(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    struct fake_tables fake;
    supa_manager *manager;

    fake_start(&fake);
    fake_put_store(&fake, 0, 1);
    options.refresh_ms = 30000;
    manager = fake_manager(&fake, options);
    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    fake_turn(&fake, 1000);
    fake_rotate(&fake, 0, 2);
    fake_turn(&fake, 28999);
    CU_ASSERT_EQUAL(key_of(manager, 0), 1);
    CU_ASSERT_EQUAL(asked(&fake, DATABASES), 0);
    fake_turn(&fake, 1);
    CU_ASSERT_EQUAL(key_of(manager, 0), 2);
    CU_ASSERT(asked(&fake, DATABASES) > 0);
    CU_ASSERT_EQUAL(key_of(manager, 0), 2);
    CU_ASSERT_EQUAL(asked(&fake, DATABASES), 0);
    end(&fake, manager);
}

static void removed_stores_are_swept(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;
    struct fake_tables fake;
    supa_manager *manager;

    fake_start(&fake);
    fake.row_limit = 7;
    for (size_t i = 0; i < 40; i++)
        fake_put_store(&fake, i, 1);
    manager = fake_manager(&fake, options);
    for (size_t i = 0; i < 40; i += 2)
        CU_ASSERT_EQUAL(key_of(manager, i), 1);
    fake_remove(&fake, 0);
    fake_remove(&fake, 20);
    fake_remove(&fake, 38);
    fake_remove(&fake, 39);
    fake_turn(&fake, 899999);
    CU_ASSERT_EQUAL(key_of(manager, 20), 1);
    fake_turn(&fake, 30001);
    for (size_t i = 0; i < 40; i += 2)
        CU_ASSERT_EQUAL(
            key_of(manager, i), i == 0 || i == 20 || i == 38 ? -SUPA_ERROR_STORE_NOT_FOUND : 1);
    supa_manager_stats_get(manager, &stats);
    CU_ASSERT_EQUAL(stats.swept, 3);
    CU_ASSERT_EQUAL(stats.sweeps, 1);
    CU_ASSERT_EQUAL(fake.lookups, 20 + 3);
    end(&fake, manager);
}

/* A sweep that fails half way has learnt nothing. */
static void a_sweep_that_fails_removes_nothing(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 10);
    supa_error error = {0};
    int64_t removed = 7;

    for (size_t i = 0; i < 10; i++)
        key_of(manager, i);
    fake.failing = SUPA_ERROR_NETWORK;
    CU_ASSERT_EQUAL(
        sweep_run(
            supa_manager_master(manager), manager->cache, (supa_deadline){0}, &removed, &error),
        SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(removed, 0);
    for (size_t i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(key_of(manager, i), 1);
    end(&fake, manager);
}

/* A cache or proxy that drops what it is asked: reading on would have no end. */
static void a_master_that_does_not_listen_is_malformed(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 10);
    char id[40];
    const char *stranger = fake_store(77, id);
    supa_error error = {0};
    int64_t removed = 7;

    for (size_t i = 0; i < 10; i++)
        key_of(manager, i);
    CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    fake.is_deaf = 1;
    fake.calls = 0;
    CU_ASSERT_EQUAL(supa_manager_refresh(manager, &error), SUPA_ERROR_MALFORMED);
    CU_ASSERT_EQUAL(
        sweep_run(
            supa_manager_master(manager), manager->cache, (supa_deadline){0}, &removed, &error),
        SUPA_ERROR_MALFORMED);
    CU_ASSERT_EQUAL(removed, 0);
    CU_ASSERT_EQUAL(supa_manager_warm(manager, &stranger, 1, &error), SUPA_ERROR_MALFORMED);
    CU_ASSERT(fake.calls < 20);
    fake.is_deaf = 0;
    CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
    end(&fake, manager);
}

static void when_memory_is_gone_it_is_told_and_asked_again(void)
{
    int fails = 1, told = 0;

    stash_off = 1; /* so that each query takes memory */
    for (size_t nth = 1; fails; nth++) {
        struct fake_tables fake;
        supa_manager *manager = manager_over(&fake, 3);
        supa_error error;
        int code;

        CU_ASSERT_EQUAL(key_of(manager, 0), 1);
        fake_turn(&fake, 1000);
        fake_rotate(&fake, 0, 2);
        fake_put_host(
            &fake, "store_hostnames", "40570000-0000-4000-8000-000000000001", "a.example", 0, "");
        world_fail_at(nth);
        code = supa_manager_refresh(manager, &error);
        fails = world_failed();
        told += code == SUPA_ERROR_NO_MEMORY; /* the Date of an answer can be done without */
        CU_ASSERT(code == SUPA_OK || (fails && code == SUPA_ERROR_NO_MEMORY));
        CU_ASSERT_EQUAL(error.code, code);
        CU_ASSERT_EQUAL(refresh(manager), SUPA_OK);
        CU_ASSERT_EQUAL(key_of(manager, 0), 2);
        end(&fake, manager);
    }
    stash_off = 0;
    CU_ASSERT(told > 40);
}

CU_TestInfo delta_tests[] = {
    {"a rotated key is noticed", a_rotated_key_is_noticed},
    {"a change in the first interval is noticed", a_change_in_the_first_interval_is_noticed},
    {"statuses are noticed both ways", statuses_are_noticed_both_ways},
    {"a row that was only touched evicts nothing", a_row_that_was_only_touched_evicts_nothing},
    {"idle, it is one empty answer a table", idle_it_is_one_empty_answer_a_table},
    {"many changes of one time are read page by page",
     many_changes_of_one_time_are_read_page_by_page},
    {"a transaction that commits late is noticed", a_transaction_that_commits_late_is_noticed},
    {"a row from the future hides nothing", a_row_from_the_future_hides_nothing},
    {"rows without a time are passed over", rows_without_a_time_are_passed_over},
    {"what changed during an outage is noticed after it",
     what_changed_during_an_outage_is_noticed_after_it},
    {"a table that is not there stops no other", a_table_that_is_not_there_stops_no_other},
    {"a lease that finds the time come asks", a_lease_that_finds_the_time_come_asks},
    {"removed stores are swept", removed_stores_are_swept},
    {"a sweep that fails removes nothing", a_sweep_that_fails_removes_nothing},
    {"a master that does not listen is malformed", a_master_that_does_not_listen_is_malformed},
    {"when memory is gone it is told and asked again",
     when_memory_is_gone_it_is_told_and_asked_again},
    CU_TEST_INFO_NULL,
};
