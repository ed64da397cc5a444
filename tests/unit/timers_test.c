/* SPDX-License-Identifier: MIT */
/* The heap of timers, against a list that is searched. */
#include "multi/timers.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <string.h>

#define TIMERS 300

static struct timers timers;
static struct timer all[TIMERS];

/* The same sequence in each run. */
static uint32_t state;

static uint32_t random_number(void)
{
    state = state * 1664525U + 1013904223U;
    return state >> 8;
}

static int64_t earliest(void)
{
    int64_t at = 0;

    for (size_t i = 0; i < TIMERS; i++) {
        if (all[i].at_us != 0 && (at == 0 || all[i].at_us < at))
            at = all[i].at_us;
    }
    return at;
}

static size_t set_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < TIMERS; i++)
        count += all[i].at_us != 0;
    return count;
}

static void start(void)
{
    memset(all, 0, sizeof all);
    state = 7;
    for (size_t i = 1; i <= TIMERS; i++)
        CU_ASSERT_EQUAL(timers_reserve(&timers, i), 0);
}

static void the_earliest_is_first(void)
{
    start();
    CU_ASSERT_PTR_NULL(timers_first(&timers));
    for (int step = 0; step < 20000; step++) {
        struct timer *timer = &all[random_number() % TIMERS];
        const uint32_t choice = random_number() % 4;
        const struct timer *first;

        timers_set(&timers, timer, choice == 0 ? 0 : 1 + random_number() % 50);
        first = timers_first(&timers);
        CU_ASSERT_EQUAL(first != NULL ? first->at_us : 0, earliest());
        CU_ASSERT_EQUAL(timers.count, set_count());
        CU_ASSERT_EQUAL(timer->place != 0, timer->at_us != 0);
    }
    timers_free(&timers);
}

static void taken_one_by_one_they_are_in_order(void)
{
    int64_t last = 0;

    start();
    for (size_t i = 0; i < TIMERS; i++)
        timers_set(&timers, &all[i], 1 + random_number() % 1000);
    for (size_t i = 0; i < TIMERS; i++) {
        struct timer *first = timers_first(&timers);

        CU_ASSERT_PTR_NOT_NULL_FATAL(first);
        CU_ASSERT(first->at_us >= last);
        last = first->at_us;
        timers_set(&timers, first, 0);
        timers_set(&timers, first, 0);
    }
    CU_ASSERT_PTR_NULL(timers_first(&timers));
    timers_free(&timers);
}

static void what_is_reserved_needs_no_memory(void)
{
    start();
    world_fail_at(1);
    for (size_t i = 0; i < TIMERS; i++)
        timers_set(&timers, &all[i], (int64_t)(TIMERS - i));
    CU_ASSERT_EQUAL(world_failed(), 0);
    CU_ASSERT_PTR_EQUAL(timers_first(&timers), &all[TIMERS - 1]);
    timers_free(&timers);
}

static void a_lack_of_memory_is_told_and_changes_nothing(void)
{
    struct timer one = {0, 0};

    CU_ASSERT_EQUAL(timers_reserve(&timers, 1), 0);
    timers_set(&timers, &one, 5);
    world_fail_at(1);
    CU_ASSERT_EQUAL(timers_reserve(&timers, 5000), -1);
    CU_ASSERT_EQUAL(world_failed(), 1);
    CU_ASSERT_PTR_EQUAL(timers_first(&timers), &one);
    CU_ASSERT_EQUAL(timers_reserve(&timers, SIZE_MAX / 2), -1);
    timers_free(&timers);
}

extern CU_TestInfo timers_tests[];
CU_TestInfo timers_tests[] = {
    {"the earliest is first", the_earliest_is_first},
    {"taken one by one they are in order", taken_one_by_one_they_are_in_order},
    {"what is reserved needs no memory", what_is_reserved_needs_no_memory},
    {"a lack of memory is told and changes nothing", a_lack_of_memory_is_told_and_changes_nothing},
    CU_TEST_INFO_NULL,
};
