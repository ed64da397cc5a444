/* SPDX-License-Identifier: MIT */
#include "manager/cache.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "client_internal.h"
#include "fake_master.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 32, RACERS = 4, ROUNDS = 10000, STORES = 3 };

static void a_store_is_loaded_once_and_then_kept(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);

    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 50; i++)
            CU_ASSERT_EQUAL(look(cache, i), 1);
    }
    CU_ASSERT_EQUAL(master_loads(&master), 50);
    end_cache(cache, &master);
}

/* All ask for one store while its load is stopped. Nobody outside can see who waits: they get
 * @pause_ms after the last one arrived. */
static size_t ask_at_once(struct lessee *lessees, int failing, long pause_ms)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    atomic_int arrived = 0;
    size_t loads;

    master.gated = 1;
    master.failing = failing;
    for (size_t i = 0; i < THREADS; i++) {
        lessees[i] = (struct lessee){.cache = cache, .arrived = &arrived};
        start_lessee(&lessees[i]);
    }
    while (atomic_load(&arrived) < THREADS)
        sched_yield();
    sleep_ms(pause_ms);
    master_open(&master);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(lessees[i].thread, NULL);
    loads = master_loads(&master);
    end_cache(cache, &master);
    return loads;
}

static void however_many_ask_at_once_a_store_is_loaded_once(void)
{
    struct lessee lessees[THREADS];

    CU_ASSERT_EQUAL(ask_at_once(lessees, 0, 0), 1);
    for (size_t i = 0; i < THREADS; i++) {
        CU_ASSERT_PTR_NOT_NULL(lessees[i].client);
        CU_ASSERT_PTR_EQUAL(lessees[i].client, lessees[0].client);
        supa_client_unref(lessees[i].client);
    }
}

/* One who came too late for the load that failed begins the next: longer pauses until none does. */
static void a_failed_load_fails_for_all_who_wait_with_its_cause(void)
{
    struct lessee lessees[THREADS];
    size_t loads = 0;

    for (long pause_ms = 1; loads != 1 && pause_ms < 2000; pause_ms *= 4) {
        loads = ask_at_once(lessees, SUPA_ERROR_DATABASE, pause_ms);
        for (size_t i = 0; i < THREADS; i++) {
            CU_ASSERT_PTR_NULL(lessees[i].client);
            CU_ASSERT_EQUAL(lessees[i].error.code, SUPA_ERROR_DATABASE);
            CU_ASSERT_EQUAL(strncmp(lessees[i].error.message, "load ", 5), 0);
        }
    }
    CU_ASSERT_EQUAL(loads, 1);
    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_STRING_EQUAL(lessees[i].error.message, "load 1");
}

static void a_failure_is_not_remembered(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);

    master.failing = SUPA_ERROR_DATABASE;
    CU_ASSERT_EQUAL(look(cache, 0), -1);
    CU_ASSERT_EQUAL(look(cache, 0), -1);
    master.failing = 0;
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    CU_ASSERT_EQUAL(master_loads(&master), 3);
    end_cache(cache, &master);
}

static void different_stores_load_side_by_side(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee lessees[THREADS];

    CU_ASSERT_EQUAL(look(cache, THREADS), 1);
    master.gated = 1;
    for (size_t i = 0; i < THREADS; i++) {
        lessees[i] = (struct lessee){.cache = cache, .number = i};
        start_lessee(&lessees[i]);
    }
    master_await(&master, THREADS + 1);
    CU_ASSERT_EQUAL(look(cache, THREADS), 1); /* what is cached stays within reach */
    master_open(&master);
    for (size_t i = 0; i < THREADS; i++)
        end_lessee(&lessees[i]);
    CU_ASSERT_EQUAL(master.most, THREADS);
    CU_ASSERT_EQUAL(master_loads(&master), THREADS + 1);
    end_cache(cache, &master);
}

static void forgotten_stores_are_loaded_again(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 1000, FOREVER_MS);

    for (size_t i = 0; i < 200; i++)
        look(cache, i);
    atomic_store(&master.generation, 2);
    forget(cache, 7);
    forget(cache, 777);
    for (size_t i = 0; i < 200; i++)
        CU_ASSERT_EQUAL(look(cache, i), i == 7 ? 2 : 1);
    CU_ASSERT_EQUAL(master_loads(&master), 201);
    cache_forget(cache, NULL);
    for (size_t i = 0; i < 200; i++)
        CU_ASSERT_EQUAL(look(cache, i), 2);
    CU_ASSERT_EQUAL(master_loads(&master), 401);
    end_cache(cache, &master);
}

/* The first lessee's load is stopped; then its store is forgotten, @all or alone; then a newcomer
 * comes, whose load is stopped too. */
static void check_overtaken(int all)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee first = {.cache = cache}, newcomer = {.cache = cache};

    master.gated = 1;
    start_lessee(&first);
    master_await(&master, 1);
    atomic_store(&master.generation, 2);
    if (all)
        cache_forget(cache, NULL);
    else
        forget(cache, 0);
    start_lessee(&newcomer);
    master_await(&master, 2); /* it does not join the first one's */
    master_open(&master);
    pthread_join(newcomer.thread, NULL);
    pthread_join(first.thread, NULL);
    CU_ASSERT_EQUAL(generation_of(newcomer.client), 2);
    CU_ASSERT_EQUAL(generation_of(first.client), 2);
    CU_ASSERT_EQUAL(look(cache, 0), 2);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    supa_client_unref(newcomer.client);
    supa_client_unref(first.client);
    end_cache(cache, &master);
}

static void what_a_forget_overtakes_is_never_kept(void)
{
    for (int round = 0; round < 40; round++)
        check_overtaken(round & 1);
}

/* Nobody else asks: the one who loads sees itself that its load was overtaken. */
static void a_lone_lease_that_is_overtaken_loads_again(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee first = {.cache = cache};

    master.gated = 1;
    start_lessee(&first);
    master_await(&master, 1);
    atomic_store(&master.generation, 2);
    forget(cache, 1); /* another store's: no matter */
    forget(cache, 0);
    master_open(&master);
    pthread_join(first.thread, NULL);
    CU_ASSERT_EQUAL(generation_of(first.client), 2);
    CU_ASSERT_EQUAL(look(cache, 0), 2);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    supa_client_unref(first.client);
    end_cache(cache, &master);
}

static void forgetting_one_store_leaves_the_loads_of_others(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee first = {.cache = cache};

    master.gated = 1;
    start_lessee(&first);
    master_await(&master, 1);
    for (size_t i = 1; i < 1000; i++)
        forget(cache, i);
    master_open(&master);
    end_lessee(&first);
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    CU_ASSERT_EQUAL(master_loads(&master), 1);
    end_cache(cache, &master);
}

static void a_lease_ends_even_if_every_load_is_overtaken(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    size_t loads;

    master.forgets_in = cache;
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    loads = master_loads(&master);
    CU_ASSERT(loads >= 2 && loads <= 10);
    CU_ASSERT_EQUAL(look(cache, 0), 1); /* nothing of it was kept */
    CU_ASSERT_EQUAL(master_loads(&master), 2 * loads);
    end_cache(cache, &master);
}

static void a_store_is_loaded_again_when_its_time_is_over(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, 20);

    look(cache, 0);
    master_turn(&master, 21);
    atomic_store(&master.generation, 2);
    CU_ASSERT_EQUAL(look(cache, 0), 2);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    end_cache(cache, &master);
}

static void times_that_never_end_do_not_overflow(void)
{
    static const int64_t times[] = {0, -1, INT64_MAX, INT64_MAX / 1000, INT64_MAX / 1000 - 1};

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct master master;
        struct cache *cache = new_cache(&master, 100, times[i]);

        CU_ASSERT_EQUAL(look(cache, 0), 1);
        CU_ASSERT_EQUAL(look(cache, 0), 1);
        CU_ASSERT_EQUAL(master_loads(&master), 1);
        end_cache(cache, &master);
    }
}

/* The references that somebody else than the lease holds tell whether the cache keeps the client. */
static size_t count_cached(supa_client *const *clients, size_t count)
{
    size_t cached = 0;

    for (size_t i = 0; i < count; i++)
        cached += atomic_load(&clients[i]->target.references) > 1;
    return cached;
}

static void no_more_stores_are_kept_than_the_limit(void)
{
    static const int64_t limits[] = {0, 1, 2, 63, 64, 65, 100, 299, 300, -1};
    enum { LEASES = 300 };

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        size_t limit = limits[i] < 0 || limits[i] > LEASES ? LEASES : (size_t)limits[i];
        supa_client *clients[LEASES];
        struct master master;
        struct cache *cache = new_cache(&master, limits[i], FOREVER_MS);

        for (size_t n = 0; n < LEASES; n++) {
            clients[n] = cache_lease(cache, store(n), 0, NULL);
            CU_ASSERT_PTR_NOT_NULL_FATAL(clients[n]);
            CU_ASSERT(count_cached(clients, n + 1) <= limit);
        }
        CU_ASSERT_EQUAL(count_cached(clients, LEASES), limit);
        for (size_t n = 0; n < LEASES; n++)
            supa_client_unref(clients[n]);
        end_cache(cache, &master);
    }
}

/* A tenth of the cache is asked for all the time, while a crowd comes and goes. A hot store may be
 * lost once, when the hand goes round for the first time and all look alike. */
static void check_hot(int64_t limit)
{
    size_t hot = (size_t)limit / 10, reloads = 0, loads;
    struct master master;
    struct cache *cache = new_cache(&master, limit, FOREVER_MS);

    for (size_t crowd = 0; crowd < 20 * (size_t)limit; crowd++) {
        loads = master_loads(&master);
        for (size_t i = 0; i < hot; i++)
            look(cache, i);
        reloads += master_loads(&master) - loads;
        look(cache, 1000000 + crowd);
    }
    printf(
        "\n    limit %ld: %zu hot stores loaded %zu times amid %zu others", (long)limit, hot,
        reloads, 20 * (size_t)limit);
    CU_ASSERT(reloads <= 2 * hot);
    end_cache(cache, &master);
}

static void what_is_used_stays_while_others_come_and_go(void)
{
    check_hot(10);
    check_hot(100);
    check_hot(300);
}

static void leases_outlive_eviction_forgetting_and_the_cache(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 1, FOREVER_MS);
    supa_client *evicted = cache_lease(cache, store(0), 0, NULL);
    supa_client *forgotten = cache_lease(cache, store(1), 0, NULL);
    supa_client *kept;

    forget(cache, 1);
    kept = cache_lease(cache, store(2), 0, NULL);
    end_cache(cache, &master);
    CU_ASSERT_EQUAL(generation_of(evicted), 1);
    CU_ASSERT_EQUAL(generation_of(forgotten), 1);
    CU_ASSERT_EQUAL(generation_of(kept), 1);
    CU_ASSERT_EQUAL(atomic_load(&evicted->target.references), 1);
    CU_ASSERT_EQUAL(atomic_load(&forgotten->target.references), 1);
    CU_ASSERT_EQUAL(atomic_load(&kept->target.references), 1);
    supa_client_unref(evicted);
    supa_client_unref(forgotten);
    supa_client_unref(kept);
    cache_free(NULL);
}

struct race {
    struct master master;
    struct cache *cache;
    atomic_size_t stale, failed;
};

/* Once a forget has returned, no lease gives what is older than it. */
static void *rotate(void *user)
{
    struct race *race = user;

    for (size_t i = 0; i < ROUNDS / RACERS; i++) {
        long newest = atomic_fetch_add(&race->master.generation, 1) + 1, seen;

        if (i % 16 == 0)
            cache_forget(race->cache, NULL);
        else
            forget(race->cache, i % STORES);
        seen = look(race->cache, i % 16 == 0 ? i % 5 % STORES : i % STORES);
        if (seen < 0)
            atomic_fetch_add(&race->failed, 1);
        else if (seen < newest)
            atomic_fetch_add(&race->stale, 1);
    }
    return NULL;
}

static void after_a_forget_nobody_gets_what_is_older(void)
{
    struct race race;
    pthread_t threads[RACERS];

    race.cache = new_cache(&race.master, 2, FOREVER_MS);
    atomic_init(&race.stale, 0);
    atomic_init(&race.failed, 0);
    for (size_t i = 0; i < RACERS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, rotate, &race), 0);
    for (size_t i = 0; i < RACERS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(atomic_load(&race.stale), 0);
    CU_ASSERT_EQUAL(atomic_load(&race.failed), 0);
    printf(
        "\n    %d rounds, %zu loads, %zu at once at most", ROUNDS, master_loads(&race.master),
        race.master.most);
    end_cache(race.cache, &race.master);
}

/* Entries move when others go: none may be lost on the way, or be there twice. */
static void what_is_listed_is_found(void)
{
    enum { KEPT = 700, ALL = 9000 };
    struct master master;
    struct cache *cache = new_cache(&master, KEPT, FOREVER_MS);
    supa_manager_stats stats = {0};
    struct uuid *all;
    size_t count, found = 0, twice = 0;

    for (size_t i = 0; i < ALL; i++)
        look(cache, i);
    all = cache_list(cache, &count);
    CU_ASSERT_PTR_NOT_NULL_FATAL(all);
    for (size_t i = 0; i < count; i++) {
        supa_client *client = cache_hit(cache, all[i], cache_expect(cache, all[i]), 0);

        found += client != NULL;
        twice += i > 0 && uuid_same(all[i], all[i - 1]);
        supa_client_unref(client);
    }
    cache_stats(cache, &stats);
    CU_ASSERT_EQUAL(count, KEPT);
    CU_ASSERT_EQUAL(found, count);
    CU_ASSERT_EQUAL(twice, 0);
    CU_ASSERT_EQUAL(stats.entries, KEPT);
    memory_free(all);
    end_cache(cache, &master);
}

static long allocations_left; /* until one fails; −1: none does */

static int fail_one(void)
{
    if (allocations_left < 0)
        return 0;
    return allocations_left-- == 0;
}

/* Enough stores that the tables grow. Each lease either works or says that memory is gone. */
static int use_all(supa_client *client, int *untold)
{
    enum { MANY = 3000 };
    struct master master;
    struct cache_options options;
    struct cache *cache;
    int lost = 0;

    master_start(&master);
    master.ready = client;
    options = master_options(&master, MANY, FOREVER_MS);
    cache = cache_new(&options);
    for (size_t i = 0; cache != NULL && i < MANY; i++) {
        supa_error error = {0};
        supa_client *leased = cache_lease(cache, store(i), 0, &error);

        lost |= leased == NULL;
        *untold += error.code != (leased != NULL ? SUPA_OK : SUPA_ERROR_NO_MEMORY);
        supa_client_unref(leased);
    }
    lost |= cache == NULL;
    end_cache(cache, &master);
    return lost;
}

/* An entry that is not kept, and tables that do not grow, go unseen: only a load must be told. */
static void when_memory_is_gone_it_is_told_and_nothing_leaks(void)
{
    supa_client *client = new_client(1, NULL);
    int lost = 0, untold = 0, reached = 1;
    long n;

    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    memory_fails = fail_one;
    for (n = 0; reached; n += n < 200 ? 1 : 97) {
        allocations_left = n;
        lost += use_all(client, &untold);
        reached = allocations_left < 0;
        CU_ASSERT_EQUAL(atomic_load(&client->target.references), 1);
    }
    memory_fails = NULL;
    allocations_left = -1;
    CU_ASSERT(n > 3000); /* a load for each lease at least */
    CU_ASSERT(lost > 100);
    CU_ASSERT_EQUAL(untold, 0);
    printf("\n    of some %ld allocations, each tried one took a lease or nothing away", n);
    supa_client_unref(client);
}

CU_TestInfo cache_tests[] = {
    {"a store is loaded once and then kept", a_store_is_loaded_once_and_then_kept},
    {"however many ask at once, a store is loaded once",
     however_many_ask_at_once_a_store_is_loaded_once},
    {"a failed load fails for all who wait, with its cause",
     a_failed_load_fails_for_all_who_wait_with_its_cause},
    {"a failure is not remembered", a_failure_is_not_remembered},
    {"different stores load side by side", different_stores_load_side_by_side},
    {"forgotten stores are loaded again", forgotten_stores_are_loaded_again},
    {"what a forget overtakes is never kept", what_a_forget_overtakes_is_never_kept},
    {"a lone lease that is overtaken loads again", a_lone_lease_that_is_overtaken_loads_again},
    {"forgetting one store leaves the loads of others",
     forgetting_one_store_leaves_the_loads_of_others},
    {"a lease ends even if every load is overtaken", a_lease_ends_even_if_every_load_is_overtaken},
    {"a store is loaded again when its time is over",
     a_store_is_loaded_again_when_its_time_is_over},
    {"times that never end do not overflow", times_that_never_end_do_not_overflow},
    {"no more stores are kept than the limit", no_more_stores_are_kept_than_the_limit},
    {"what is used stays while others come and go", what_is_used_stays_while_others_come_and_go},
    {"what is listed is found", what_is_listed_is_found},
    {"leases outlive eviction, forgetting and the cache",
     leases_outlive_eviction_forgetting_and_the_cache},
    {"after a forget nobody gets what is older", after_a_forget_nobody_gets_what_is_older},
    {"when memory is gone it is told and nothing leaks",
     when_memory_is_gone_it_is_told_and_nothing_leaks},
    CU_TEST_INFO_NULL,
};
