/* SPDX-License-Identifier: MIT */
/* What the process knows of a host, and how many names are looked up at once. */
#include "transport/host.h"
#include "transport/resolving.h"
#include "world.h"

#include <CUnit/CUnit.h>

#define DOWN_US  1500000
#define TRIAL_US 3000000

static struct host *host;

static void start(void)
{
    host = host_get("https://a.example:443", 21);
    CU_ASSERT_PTR_NOT_NULL_FATAL(host);
}

static void fail(int times, int64_t now_us)
{
    for (int i = 0; i < times; i++)
        host_failed(host, now_us);
}

static void all_who_name_a_host_share_it(void)
{
    struct host *other;

    start();
    CU_ASSERT_PTR_EQUAL(host_get("https://a.example:443/rest", 21), host);
    other = host_get("https://a.example:44", 20);
    CU_ASSERT_PTR_NOT_EQUAL(other, host);
    CU_ASSERT_PTR_EQUAL(host_ref(host), host);
    host_unref(host);
    host_unref(host);
    host_unref(host);
    host_unref(other);
    host_unref(NULL);
    CU_ASSERT_PTR_NULL(host_ref(NULL));
    world_fail_at(1);
    CU_ASSERT_PTR_NULL(host_get("https://a.example:443", 21));
    CU_ASSERT_EQUAL(world_failed(), 1);
}

static void a_host_has_so_many_places(void)
{
    start();
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(host_enter(host, 3), 0);
    CU_ASSERT_EQUAL(host_enter(host, 3), -1);
    CU_ASSERT_EQUAL(host_enter(host, 4), 0);
    CU_ASSERT_EQUAL(host_enter(host, -1), 0);
    host_leave(host);
    host_leave(host);
    CU_ASSERT_EQUAL(host_enter(host, 3), -1);
    host_leave(host);
    CU_ASSERT_EQUAL(host_enter(host, 3), 0);
    for (int i = 0; i < 3; i++)
        host_leave(host);
    host_unref(host);
}

static void three_failures_in_a_row_are_a_host_that_is_down(void)
{
    int64_t us;

    start();
    fail(2, 1000);
    CU_ASSERT_EQUAL(host_down_us(host, 1000), 0);
    host_connected(host);
    fail(2, 1000);
    CU_ASSERT_EQUAL(host_down_us(host, 1000), 0);
    CU_ASSERT_FALSE(host_is_down(host, 1000));
    fail(1, 1000);
    us = host_down_us(host, 1000);
    CU_ASSERT(us >= DOWN_US / 2 && us <= DOWN_US);
    CU_ASSERT_TRUE(host_is_down(host, 1000));
    CU_ASSERT_EQUAL(host_down_us(host, 1000 + us - 1), 1);
    host_connected(host);
    CU_ASSERT_EQUAL(host_down_us(host, 1000), 0);
    CU_ASSERT_FALSE(host_is_down(host, 1000));
    host_unref(host);
}

static void one_call_at_a_time_tries_a_host_that_was_down(void)
{
    int64_t now = 1000 + DOWN_US;

    start();
    fail(3, 1000);
    CU_ASSERT_FALSE(host_is_down(host, now));
    CU_ASSERT_EQUAL(host_down_us(host, now), 0);
    CU_ASSERT_EQUAL(host_down_us(host, now), TRIAL_US);
    CU_ASSERT_EQUAL(host_down_us(host, now + 1000), TRIAL_US - 1000);
    /* The one that tried says nothing: another one tries. */
    now += TRIAL_US;
    CU_ASSERT_EQUAL(host_down_us(host, now), 0);
    CU_ASSERT_NOT_EQUAL(host_down_us(host, now), 0);
    fail(1, now);
    CU_ASSERT_TRUE(host_is_down(host, now));
    now += DOWN_US;
    CU_ASSERT_EQUAL(host_down_us(host, now), 0);
    host_connected(host);
    CU_ASSERT_EQUAL(host_down_us(host, now), 0);
    CU_ASSERT_EQUAL(host_down_us(host, now), 0);
    fail(2, now);
    CU_ASSERT_EQUAL(host_down_us(host, now), 0);
    host_connected(host);
    host_unref(host);
}

static void what_is_known_goes_with_the_last_who_names_it(void)
{
    start();
    fail(3, 1000);
    host_unref(host);
    start();
    CU_ASSERT_EQUAL(host_down_us(host, 1000), 0);
    host_unref(host);
}

static void a_name_has_four_lookups_at_once(void)
{
    int places[RESOLVING_PER_NAME];

    for (int i = 0; i < RESOLVING_PER_NAME; i++) {
        places[i] = resolving_enter(7, 1000);
        CU_ASSERT(places[i] >= 0);
        for (int k = 0; k < i; k++)
            CU_ASSERT_NOT_EQUAL(places[k], places[i]);
    }
    CU_ASSERT_EQUAL(resolving_enter(7, 1000), -1);
    resolving_leave(places[0]);
    places[0] = resolving_enter(7, 1000);
    CU_ASSERT(places[0] >= 0);
    for (int i = 0; i < RESOLVING_PER_NAME; i++)
        resolving_leave(places[i]);
    resolving_leave(-1);
    resolving_abandon(-1, 1000);
}

static void there_are_so_many_lookups_at_once(void)
{
    int places[RESOLVING_MOST];

    for (int i = 0; i < RESOLVING_MOST; i++) {
        places[i] = resolving_enter((uint64_t)i, 1000);
        CU_ASSERT(places[i] >= 0);
    }
    CU_ASSERT_EQUAL(resolving_enter(1000, 1000), -1);
    resolving_leave(places[5]);
    places[5] = resolving_enter(1000, 1000);
    CU_ASSERT(places[5] >= 0);
    for (int i = 0; i < RESOLVING_MOST; i++)
        resolving_leave(places[i]);
}

static void a_lookup_that_was_given_up_counts_for_ten_seconds(void)
{
    int places[RESOLVING_PER_NAME];

    for (int i = 0; i < RESOLVING_PER_NAME; i++) {
        places[i] = resolving_enter(9, 1000);
        resolving_abandon(places[i], 1000 + i);
    }
    CU_ASSERT_EQUAL(resolving_enter(9, 1000), -1);
    CU_ASSERT_EQUAL(resolving_enter(9, 10000999), -1);
    places[0] = resolving_enter(9, 10001000);
    CU_ASSERT(places[0] >= 0);
    CU_ASSERT_EQUAL(resolving_enter(9, 10001000), -1);
    resolving_leave(places[0]);
    resolving_leave(resolving_enter(9, 20000000));
    for (int i = 0; i < RESOLVING_PER_NAME; i++)
        CU_ASSERT((places[i] = resolving_enter(9, 20000000)) >= 0);
    for (int i = 0; i < RESOLVING_PER_NAME; i++)
        resolving_leave(places[i]);
}

extern CU_TestInfo host_tests[];
CU_TestInfo host_tests[] = {
    {"all who name a host share it", all_who_name_a_host_share_it},
    {"a host has so many places", a_host_has_so_many_places},
    {"three failures in a row are a host that is down",
     three_failures_in_a_row_are_a_host_that_is_down},
    {"one call at a time tries a host that was down",
     one_call_at_a_time_tries_a_host_that_was_down},
    {"what is known goes with the last who names it",
     what_is_known_goes_with_the_last_who_names_it},
    {"a name has four lookups at once", a_name_has_four_lookups_at_once},
    {"there are so many lookups at once", there_are_so_many_lookups_at_once},
    {"a lookup that was given up counts for ten seconds",
     a_lookup_that_was_given_up_counts_for_ten_seconds},
    CU_TEST_INFO_NULL,
};
