/* SPDX-License-Identifier: MIT */
/* Many threads, many stores, and how often the master is asked. */
#include "field.h"
#include "main.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 32, STORES = 1000 };

struct crowd {
    supa_manager *manager;
    int same_order;
    atomic_int next, failed;
};

static void *lease_all(void *user)
{
    struct crowd *crowd = user;
    size_t thread = (size_t)atomic_fetch_add(&crowd->next, 1);
    size_t step = crowd->same_order ? 1 : 7 + 2 * thread; /* 1000 has no such factor but 5 */

    if (step % 5 == 0)
        step += 2;
    for (size_t i = 0; i < STORES; i++) {
        char id[40];
        size_t number = crowd->same_order ? i : (thread * 31 + i * step) % STORES;

        if (field_lease_code(crowd->manager, field_store(number, id)) != SUPA_OK)
            atomic_fetch_add(&crowd->failed, 1);
    }
    return NULL;
}

static void check_cold(int same_order)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    struct crowd crowd = {.same_order = same_order};
    pthread_t threads[THREADS];
    size_t from = field_log_lines(), asked, twice = 0;
    int64_t start_us = field_us(), took_us;

    crowd.manager = field_manager(options, 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, lease_all, &crowd);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    took_us = field_us() - start_us;
    field_sleep(200);
    asked = field_asked(from, "store_id=eq.f1e1d000");
    for (size_t i = 0; i < STORES; i += 97) {
        char id[40];

        twice += field_asked(from, field_store(i, id)) != 1;
    }
    printf(
        "\n    %d threads, %d cold stores, %s: %zu lookups on the master, %lld ms", THREADS, STORES,
        same_order ? "all in one order" : "each in its own order", asked,
        (long long)(took_us / 1000));
    CU_ASSERT_EQUAL(asked, STORES);
    CU_ASSERT_EQUAL(twice, 0);
    CU_ASSERT_EQUAL(atomic_load(&crowd.failed), 0);
    supa_manager_free(crowd.manager);
}

static void each_store_is_asked_for_once_in_any_order(void)
{
    field_put(0, STORES);
    check_cold(0);
}

static void each_store_is_asked_for_once_all_at_once(void)
{
    check_cold(1);
}

static void warming_takes_few_requests(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager = field_manager(options, 0);
    static char texts[STORES][40];
    const char *ids[STORES];
    size_t from = field_log_lines(), asked;

    for (size_t i = 0; i < STORES; i++)
        ids[i] = field_store(i, texts[i]);
    CU_ASSERT_EQUAL(supa_manager_warm(manager, ids, STORES, NULL), SUPA_OK);
    for (size_t i = 0; i < STORES; i++)
        CU_ASSERT_EQUAL(field_lease_code(manager, ids[i]), SUPA_OK);
    asked = field_asked(from, "\t");
    printf("\n    warming %d stores: %zu requests", STORES, asked);
    CU_ASSERT(asked <= 13);
    supa_manager_free(manager);
}

CU_TestInfo cold_tests[] = {
    {"each store is asked for once, in any order", each_store_is_asked_for_once_in_any_order},
    {"each store is asked for once, all at once", each_store_is_asked_for_once_all_at_once},
    {"warming takes few requests", warming_takes_few_requests},
    CU_TEST_INFO_NULL,
};
