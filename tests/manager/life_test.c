/* SPDX-License-Identifier: MIT */
/* What a lease outlives, and what a child of fork is left with. */
#include "field.h"
#include "main.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CACHED = 8, FIRST = 7200, STORES = 400, CHILDREN = 20 };

static supa_manager *small_manager(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    options.cache_max = CACHED;
    options.refresh_ms = options.sweep_ms = 0;
    return field_manager(options, 0);
}

static int answers(supa_client *shop)
{
    return supa_exec(supa_limit(supa_from(shop, "products"), 1), NULL) == SUPA_OK;
}

static supa_client *lease(supa_manager *manager, size_t number)
{
    char id[40];
    supa_client *shop = supa_manager_lease(manager, field_store(number, id), NULL);

    CU_ASSERT_PTR_NOT_NULL_FATAL(shop);
    return shop;
}

/* Pushes everything else out of the cache; how many had to make room. */
static long crowd_out(supa_manager *manager)
{
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;

    for (size_t i = 1; i < STORES; i++)
        supa_client_unref(lease(manager, FIRST + i));
    supa_manager_stats_get(manager, &stats);
    CU_ASSERT(stats.entries <= CACHED);
    return (long)stats.evictions;
}

static void a_lease_outlives_its_place_in_the_cache(void)
{
    supa_manager *manager;
    supa_client *kept, *again;
    long evictions;

    field_put(FIRST, STORES);
    manager = small_manager();
    kept = lease(manager, FIRST);
    evictions = crowd_out(manager);
    again = lease(manager, FIRST);
    printf(
        "\n    %ld evictions from a cache of %d: the lease answers: %d", evictions, CACHED,
        answers(kept));
    CU_ASSERT(evictions >= STORES - CACHED);
    CU_ASSERT_PTR_NOT_EQUAL(again, kept);
    CU_ASSERT_TRUE(answers(kept));
    CU_ASSERT_FALSE(supa_client_stale(kept));
    supa_client_unref(again);
    supa_client_unref(kept);
    supa_manager_free(manager);
}

/* The new credentials lead nowhere: whoever answers has the old ones. */
static void a_lease_outlives_a_rotation(void)
{
    supa_manager *manager = small_manager();
    char id[40], *nowhere;
    supa_client *kept = lease(manager, FIRST), *next;

    field_store(FIRST, id);
    nowhere = field_seal(id, "http://127.0.0.1:1", "a-key", NULL);
    field_write(id, nowhere);
    supa_manager_forget(manager, id);
    next = lease(manager, FIRST);
    printf(
        "\n    after a rotation the old lease answers: %d, the new one: %d", answers(kept),
        answers(next));
    CU_ASSERT_TRUE(answers(kept));
    CU_ASSERT_FALSE(answers(next));
    CU_ASSERT_TRUE(supa_client_stale(kept));
    CU_ASSERT_FALSE(supa_client_stale(next));
    field_rotate(id, stack_tenant_value(1, "SERVICE_KEY"));
    supa_text_free(nowhere);
    supa_client_unref(next);
    supa_client_unref(kept);
    supa_manager_free(manager);
}

static void a_lease_outlives_the_manager(void)
{
    supa_manager *manager = small_manager();
    supa_client *kept[CACHED * 2];
    size_t answered = 0;

    for (size_t i = 0; i < CACHED * 2; i++)
        kept[i] = lease(manager, FIRST + i);
    supa_manager_free(manager);
    for (size_t i = 0; i < CACHED * 2; i++) {
        answered += (size_t)answers(kept[i]);
        supa_client_unref(kept[i]);
    }
    printf("\n    after the end of the manager %zu of %d leases answer", answered, CACHED * 2);
    CU_ASSERT_EQUAL(answered, CACHED * 2);
}

/* In the child: what it was left with is refused and may be freed, its own works. 0 when so. */
static int be_child(supa_manager *parents, supa_client *kept)
{
    supa_manager *own;
    supa_client *shop;
    supa_error error;
    char id[40];
    int wrong = 0;

    shop = supa_manager_lease(parents, field_store(FIRST + 1, id), &error);
    wrong |= shop != NULL || error.code != SUPA_ERROR_ARGUMENT ? 1 : 0;
    wrong |=
        supa_exec(supa_limit(supa_from(kept, "products"), 1), NULL) != SUPA_ERROR_ARGUMENT ? 2 : 0;
    supa_client_unref(kept);
    supa_manager_free(parents);
    own = small_manager();
    shop = supa_manager_lease(own, field_store(FIRST, id), NULL);
    wrong |= shop == NULL || !answers(shop) ? 4 : 0;
    supa_client_unref(shop);
    supa_manager_free(own);
    return wrong;
}

static void a_child_of_fork_makes_its_own(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;
    supa_client *kept;
    int wrong = 0;

    options.background = 1;
    options.refresh_ms = 20;
    manager = field_manager(options, 0);
    kept = lease(manager, FIRST);
    fflush(stdout);
    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = fork();
        int status = -1;

        if (child == 0)
            _exit(be_child(manager, kept));
        CU_ASSERT_TRUE(answers(kept));
        CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
        wrong += status != 0;
    }
    printf("\n    %d children of fork: %d of them wrong", CHILDREN, wrong);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(answers(kept));
    supa_client_unref(kept);
    supa_manager_free(manager);
}

CU_TestInfo life_tests[] = {
    {"a lease outlives its place in the cache", a_lease_outlives_its_place_in_the_cache},
    {"a lease outlives a rotation", a_lease_outlives_a_rotation},
    {"a lease outlives the manager", a_lease_outlives_the_manager},
    {"a child of fork makes its own", a_child_of_fork_makes_its_own},
    CU_TEST_INFO_NULL,
};
