/* SPDX-License-Identifier: MIT */
#include "manager/cache.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "client_internal.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 32, RACERS = 4, ROUNDS = 10000, STORES = 3, FOREVER_MS = 3600000, SOON_S = 5 };

/* A master that can be stopped amid its loads. Each client's URL tells the generation that was
 * current when its load began. */
struct master {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    atomic_long generation;
    size_t loads;   /* begun */
    size_t running; /* begun and not ended */
    size_t most;    /* that ever ran at once */
    int gated;      /* loads wait for open_gate */
    int failing;
    struct cache *forgets_in; /* forgotten in this cache amid each load */
    supa_client *ready;       /* handed out instead of a new one */
};

static void start_master(struct master *master)
{
    memset(master, 0, sizeof *master);
    pthread_mutex_init(&master->mutex, NULL);
    pthread_cond_init(&master->changed, NULL);
    atomic_init(&master->generation, 1);
}

static void end_master(struct master *master)
{
    pthread_cond_destroy(&master->changed);
    pthread_mutex_destroy(&master->mutex);
}

static size_t loads_of(struct master *master)
{
    size_t loads;

    pthread_mutex_lock(&master->mutex);
    loads = master->loads;
    pthread_mutex_unlock(&master->mutex);
    return loads;
}

/* Fails when they do not come. */
static void await_loads(struct master *master, size_t least)
{
    struct timespec limit;
    int result = 0;

    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += SOON_S;
    pthread_mutex_lock(&master->mutex);
    while (master->loads < least && result == 0)
        result = pthread_cond_timedwait(&master->changed, &master->mutex, &limit);
    pthread_mutex_unlock(&master->mutex);
    CU_ASSERT_EQUAL(result, 0);
}

static void open_gate(struct master *master)
{
    pthread_mutex_lock(&master->mutex);
    master->gated = 0;
    pthread_cond_broadcast(&master->changed);
    pthread_mutex_unlock(&master->mutex);
}

static supa_client *new_client(long generation, supa_error *error)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    char url[64];

    snprintf(url, sizeof url, "https://g%ld.example.test", generation);
    options.url = url;
    options.key = "a-key-for-tests";
    return supa_client_new(&options, error);
}

static long generation_of(const supa_client *client)
{
    return client != NULL ? strtol(client->options.url + strlen("https://g"), NULL, 10) : -1;
}

/* Returns the load's number. */
static size_t enter(struct master *master)
{
    size_t number;

    pthread_mutex_lock(&master->mutex);
    number = ++master->loads;
    if (++master->running > master->most)
        master->most = master->running;
    pthread_cond_broadcast(&master->changed);
    while (master->gated)
        pthread_cond_wait(&master->changed, &master->mutex);
    pthread_mutex_unlock(&master->mutex);
    return number;
}

static void leave(struct master *master)
{
    pthread_mutex_lock(&master->mutex);
    master->running--;
    pthread_mutex_unlock(&master->mutex);
}

static supa_client *load(void *user, const char *store_id, supa_error *error)
{
    struct master *master = user;
    long generation = atomic_load(&master->generation);
    size_t number = enter(master);
    supa_client *client = NULL;

    if (master->forgets_in != NULL)
        cache_forget(master->forgets_in, store_id);
    if (master->failing)
        error_set(error, SUPA_ERROR_NETWORK, SUPA_NOT_SENT, "load %zu", number);
    else if (master->ready != NULL)
        client = supa_client_ref(master->ready);
    else
        client = new_client(generation, error);
    leave(master);
    return client;
}

/* The store of a number, as a UUID. */
static const char *store(size_t number, char out[UUID_LENGTH + 1])
{
    snprintf(out, UUID_LENGTH + 1, "00000000-0000-4000-8000-%012zx", number % 0xFFFFFFFFFF);
    return out;
}

/* Leases the store and gives it back; its generation, or −1. */
static long look(struct cache *cache, size_t number)
{
    char id[UUID_LENGTH + 1];
    supa_client *client = cache_lease(cache, store(number, id), NULL);
    long generation = generation_of(client);

    supa_client_unref(client);
    return generation;
}

static void forget(struct cache *cache, size_t number)
{
    char id[UUID_LENGTH + 1];

    cache_forget(cache, store(number, id));
}

static struct cache *new_cache(struct master *master, int64_t max, int64_t ttl_ms)
{
    struct cache *cache;

    start_master(master);
    cache = cache_new(max, ttl_ms, load, master);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cache);
    return cache;
}

static void end_cache(struct cache *cache, struct master *master)
{
    cache_free(cache);
    end_master(master);
}

/* A thread that leases one store. */
struct lessee {
    pthread_t thread;
    struct cache *cache;
    size_t number;
    atomic_int *arrived;
    supa_client *client;
    supa_error error;
};

static void *lease(void *user)
{
    struct lessee *lessee = user;
    char id[UUID_LENGTH + 1];

    if (lessee->arrived != NULL)
        atomic_fetch_add(lessee->arrived, 1);
    lessee->client = cache_lease(lessee->cache, store(lessee->number, id), &lessee->error);
    return NULL;
}

static void start_lessee(struct lessee *lessee)
{
    CU_ASSERT_EQUAL_FATAL(pthread_create(&lessee->thread, NULL, lease, lessee), 0);
}

static void end_lessee(struct lessee *lessee)
{
    pthread_join(lessee->thread, NULL);
    supa_client_unref(lessee->client);
}

static void a_store_is_loaded_once_and_then_kept(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);

    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 50; i++)
            CU_ASSERT_EQUAL(look(cache, i), 1);
    }
    CU_ASSERT_EQUAL(loads_of(&master), 50);
    end_cache(cache, &master);
}

static void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
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
    open_gate(&master);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(lessees[i].thread, NULL);
    loads = loads_of(&master);
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
        loads = ask_at_once(lessees, 1, pause_ms);
        for (size_t i = 0; i < THREADS; i++) {
            CU_ASSERT_PTR_NULL(lessees[i].client);
            CU_ASSERT_EQUAL(lessees[i].error.code, SUPA_ERROR_NETWORK);
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

    master.failing = 1;
    CU_ASSERT_EQUAL(look(cache, 0), -1);
    CU_ASSERT_EQUAL(look(cache, 0), -1);
    master.failing = 0;
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    CU_ASSERT_EQUAL(loads_of(&master), 3);
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
    await_loads(&master, THREADS + 1);
    CU_ASSERT_EQUAL(look(cache, THREADS), 1); /* what is cached stays within reach */
    open_gate(&master);
    for (size_t i = 0; i < THREADS; i++)
        end_lessee(&lessees[i]);
    CU_ASSERT_EQUAL(master.most, THREADS);
    CU_ASSERT_EQUAL(loads_of(&master), THREADS + 1);
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
    CU_ASSERT_EQUAL(loads_of(&master), 201);
    cache_forget(cache, NULL);
    for (size_t i = 0; i < 200; i++)
        CU_ASSERT_EQUAL(look(cache, i), 2);
    CU_ASSERT_EQUAL(loads_of(&master), 401);
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
    await_loads(&master, 1);
    atomic_store(&master.generation, 2);
    if (all)
        cache_forget(cache, NULL);
    else
        forget(cache, 0);
    start_lessee(&newcomer);
    await_loads(&master, 2); /* it does not join the first one's */
    open_gate(&master);
    pthread_join(newcomer.thread, NULL);
    pthread_join(first.thread, NULL);
    CU_ASSERT_EQUAL(generation_of(newcomer.client), 2);
    CU_ASSERT_EQUAL(generation_of(first.client), 2);
    CU_ASSERT_EQUAL(look(cache, 0), 2);
    CU_ASSERT_EQUAL(loads_of(&master), 2);
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
    await_loads(&master, 1);
    atomic_store(&master.generation, 2);
    forget(cache, 1); /* another store's: no matter */
    forget(cache, 0);
    open_gate(&master);
    pthread_join(first.thread, NULL);
    CU_ASSERT_EQUAL(generation_of(first.client), 2);
    CU_ASSERT_EQUAL(look(cache, 0), 2);
    CU_ASSERT_EQUAL(loads_of(&master), 2);
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
    await_loads(&master, 1);
    for (size_t i = 1; i < 1000; i++)
        forget(cache, i);
    open_gate(&master);
    end_lessee(&first);
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    CU_ASSERT_EQUAL(loads_of(&master), 1);
    end_cache(cache, &master);
}

static void a_lease_ends_even_if_every_load_is_overtaken(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    size_t loads;

    master.forgets_in = cache;
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    loads = loads_of(&master);
    CU_ASSERT(loads >= 2 && loads <= 10);
    CU_ASSERT_EQUAL(look(cache, 0), 1); /* nothing of it was kept */
    CU_ASSERT_EQUAL(loads_of(&master), 2 * loads);
    end_cache(cache, &master);
}

static void a_store_is_loaded_again_when_its_time_is_over(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, 20);

    look(cache, 0);
    sleep_ms(21);
    atomic_store(&master.generation, 2);
    CU_ASSERT_EQUAL(look(cache, 0), 2);
    CU_ASSERT_EQUAL(loads_of(&master), 2);
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
        CU_ASSERT_EQUAL(loads_of(&master), 1);
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
            char id[UUID_LENGTH + 1];

            clients[n] = cache_lease(cache, store(n, id), NULL);
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
        loads = loads_of(&master);
        for (size_t i = 0; i < hot; i++)
            look(cache, i);
        reloads += loads_of(&master) - loads;
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
    char id[UUID_LENGTH + 1];
    supa_client *evicted = cache_lease(cache, store(0, id), NULL);
    supa_client *forgotten = cache_lease(cache, store(1, id), NULL);
    supa_client *kept;

    cache_forget(cache, id);
    kept = cache_lease(cache, store(2, id), NULL);
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
        "\n    %d rounds, %zu loads, %zu at once at most", ROUNDS, loads_of(&race.master),
        race.master.most);
    end_cache(race.cache, &race.master);
}

static long allocations_left; /* until one fails; −1: none does */

static int fail_one(void)
{
    if (allocations_left < 0)
        return 0;
    return allocations_left-- == 0;
}

/* Enough stores that the buckets grow. Each lease either works or says that memory is gone. */
static int use_all(supa_client *client, int *untold)
{
    enum { MANY = 3000 };
    struct master master;
    struct cache *cache;
    int lost = 0;

    start_master(&master);
    master.ready = client;
    cache = cache_new(MANY, FOREVER_MS, load, &master);
    for (size_t i = 0; cache != NULL && i < MANY; i++) {
        char id[UUID_LENGTH + 1];
        supa_error error = {0};
        supa_client *leased = cache_lease(cache, store(i, id), &error);

        lost |= leased == NULL;
        *untold += error.code != (leased != NULL ? SUPA_OK : SUPA_ERROR_NO_MEMORY);
        supa_client_unref(leased);
    }
    lost |= cache == NULL;
    end_cache(cache, &master);
    return lost;
}

/* An entry that is not kept, and buckets that do not grow, go unseen: only a load must be told. */
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
    CU_ASSERT(n > 6000); /* a load and an entry for each lease at least */
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
    {"leases outlive eviction, forgetting and the cache",
     leases_outlive_eviction_forgetting_and_the_cache},
    {"after a forget nobody gets what is older", after_a_forget_nobody_gets_what_is_older},
    {"when memory is gone it is told and nothing leaks",
     when_memory_is_gone_it_is_told_and_nothing_leaks},
    CU_TEST_INFO_NULL,
};
