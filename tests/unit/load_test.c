/* SPDX-License-Identifier: MIT */
/* What the cache does when a load is not simply a load: refusals, outages, deadlines, bad keys. */
#include "base/clock.h"
#include "base/error.h"
#include "client_internal.h"
#include "fake_master.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

enum { MANY = 32 };

static void refused_stores_are_remembered_for_five_seconds(void)
{
    static const int codes[] = {
        SUPA_ERROR_STORE_NOT_FOUND, SUPA_ERROR_STORE_INACTIVE, SUPA_ERROR_STORE_SUSPENDED,
        SUPA_ERROR_UNSUPPORTED};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct master master;
        struct cache *cache = new_cache(&master, 100, FOREVER_MS);

        master.failing = codes[i];
        for (int round = 0; round < 10; round++)
            CU_ASSERT_EQUAL(look_code(cache, 0), codes[i]);
        CU_ASSERT_EQUAL(master_loads(&master), 1);
        master_turn(&master, 4999);
        CU_ASSERT_EQUAL(look_code(cache, 0), codes[i]);
        master.failing = 0;
        master_turn(&master, 1);
        CU_ASSERT_EQUAL(look_code(cache, 0), SUPA_OK);
        CU_ASSERT_EQUAL(master_loads(&master), 2);
        end_cache(cache, &master);
    }
}

static void other_failures_are_not_remembered(void)
{
    static const int codes[] = {
        SUPA_ERROR_CREDENTIALS, SUPA_ERROR_HOST_REFUSED, SUPA_ERROR_AUTH, SUPA_ERROR_DATABASE,
        SUPA_ERROR_NO_MEMORY};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct master master;
        struct cache *cache = new_cache(&master, 100, FOREVER_MS);

        master.failing = codes[i];
        CU_ASSERT_EQUAL(look_code(cache, 0), codes[i]);
        CU_ASSERT_EQUAL(look_code(cache, 0), codes[i]);
        CU_ASSERT_EQUAL(master_loads(&master), 2);
        end_cache(cache, &master);
    }
}

static void the_memory_of_refusals_is_bounded_and_can_be_cleared(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);

    master.failing = SUPA_ERROR_STORE_NOT_FOUND;
    for (size_t i = 0; i < 20000; i++)
        look_code(cache, i);
    CU_ASSERT_EQUAL(master_loads(&master), 20000);
    look_code(cache, 0); /* the oldest was forgotten */
    CU_ASSERT_EQUAL(master_loads(&master), 20001);
    look_code(cache, 19999); /* the newest was not */
    CU_ASSERT_EQUAL(master_loads(&master), 20001);
    forget(cache, 19999);
    look_code(cache, 19999);
    CU_ASSERT_EQUAL(master_loads(&master), 20002);
    cache_forget(cache, NULL);
    look_code(cache, 19999);
    CU_ASSERT_EQUAL(master_loads(&master), 20003);
    end_cache(cache, &master);
}

static void a_dead_master_is_asked_once_for_all(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    supa_error error;

    CU_ASSERT_EQUAL(look(cache, 5000), 1);
    master.failing = SUPA_ERROR_NETWORK;
    for (size_t i = 0; i < 1000; i++)
        CU_ASSERT_EQUAL(look_code(cache, i), SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    CU_ASSERT_EQUAL(look(cache, 5000), 1); /* what is cached is served */
    CU_ASSERT_PTR_NULL(cache_lease(cache, store(7), 0, &error));
    CU_ASSERT_STRING_EQUAL(error.store_id, "00000000-0000-4000-8000-000000000007");
    CU_ASSERT_STRING_EQUAL(error.message, "load 2"); /* the same cause */
    master_turn(&master, 249);
    look_code(cache, 0);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    master_turn(&master, 752);
    look_code(cache, 0);
    CU_ASSERT_EQUAL(master_loads(&master), 3); /* a second at most */
    master.failing = 0;
    master_turn(&master, 1001);
    for (size_t i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(look(cache, i), 1); /* once it answers, all is well */
    end_cache(cache, &master);
}

/* While one tries whether the master is back, the others do not. */
static void one_at_a_time_tries_a_dead_master(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee first = {.cache = cache};

    master.failing = SUPA_ERROR_TIMEOUT;
    look_code(cache, 1);
    master_turn(&master, 1001);
    master.gated = 1;
    start_lessee(&first);
    master_await(&master, 2);
    for (size_t i = 1; i < 100; i++)
        CU_ASSERT_EQUAL(look_code(cache, i), SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    master.failing = 0;
    master_open(&master);
    end_lessee(&first);
    CU_ASSERT_EQUAL(look(cache, 1), 1);
    end_cache(cache, &master);
}

static void which_failures_are_an_outage(void)
{
    static const struct {
        int code, status, is_outage;
    } rows[] = {
        {SUPA_ERROR_NETWORK, 0, 1},    {SUPA_ERROR_TLS, 0, 1},
        {SUPA_ERROR_TIMEOUT, 0, 1},    {SUPA_ERROR_BUSY, 0, 1},
        {SUPA_ERROR_GATEWAY, 502, 1},  {SUPA_ERROR_GATEWAY, 404, 0},
        {SUPA_ERROR_SERVER, 503, 1},   {SUPA_ERROR_SERVER, 500, 0},
        {SUPA_ERROR_DATABASE, 500, 0}, {SUPA_ERROR_DATABASE, 503, 1},
        {SUPA_ERROR_AUTH, 401, 0},     {SUPA_ERROR_CANCELLED, 0, 0},
        {SUPA_ERROR_NO_MEMORY, 0, 0},  {SUPA_ERROR_CREDENTIALS, 0, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_error error = {.code = rows[i].code, .http_status = rows[i].status};

        CU_ASSERT_EQUAL(outage_is(&error), rows[i].is_outage);
    }
}

static struct cache *graced_cache(struct master *master, int64_t grace_ms)
{
    struct cache_options options = master_options(master, 100, 1000);

    master_start(master);
    options.grace_us = grace_ms * 1000;
    return cache_new(&options);
}

static void an_expired_store_is_served_in_its_grace_while_the_master_is_down(void)
{
    struct master master;
    struct cache *cache = graced_cache(&master, 60000);

    look(cache, 0);
    atomic_store(&master.generation, 2);
    master_turn(&master, 1001);
    master.failing = SUPA_ERROR_NETWORK;
    CU_ASSERT_EQUAL(look(cache, 0), 1); /* it asked, and fell back */
    CU_ASSERT_EQUAL(look(cache, 0), 1); /* it did not ask again */
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    CU_ASSERT_EQUAL(look_code(cache, 1), SUPA_ERROR_NETWORK); /* there is no grace for others */
    master_turn(&master, 60001);
    CU_ASSERT_EQUAL(look_code(cache, 0), SUPA_ERROR_NETWORK);
    master.failing = 0;
    master_turn(&master, 1001);
    CU_ASSERT_EQUAL(look(cache, 0), 2);
    end_cache(cache, &master);
}

static void there_is_no_grace_when_the_master_answers(void)
{
    struct master master;
    struct cache *cache = graced_cache(&master, 60000);

    look(cache, 0);
    master_turn(&master, 1001);
    master.failing = SUPA_ERROR_CREDENTIALS;
    CU_ASSERT_EQUAL(look_code(cache, 0), SUPA_ERROR_CREDENTIALS);
    master.failing = SUPA_ERROR_NETWORK; /* and what it has spoiled stays so */
    CU_ASSERT_EQUAL(look_code(cache, 0), SUPA_ERROR_NETWORK);
    end_cache(cache, &master);
    cache = graced_cache(&master, 0);
    look(cache, 0);
    master_turn(&master, 1001);
    master.failing = SUPA_ERROR_NETWORK;
    CU_ASSERT_EQUAL(look_code(cache, 0), SUPA_ERROR_NETWORK);
    end_cache(cache, &master);
}

static void whoever_waits_gives_up_at_the_deadline(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee first = {.cache = cache};
    int64_t start_us = clock_us();
    supa_error error;

    master.gated = 1;
    start_lessee(&first);
    master_await(&master, 1);
    CU_ASSERT_PTR_NULL(cache_lease(cache, store(0), clock_us() + 30000, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT(clock_us() - start_us >= 30000);
    master_open(&master);
    end_lessee(&first);
    CU_ASSERT_EQUAL(look(cache, 0), 1); /* the load went on without */
    CU_ASSERT_EQUAL(master_loads(&master), 1);
    end_cache(cache, &master);
}

/* The first one's time is over amid its load: those who have joined begin another. */
static void a_deadline_is_its_askers_alone(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee hasty = {.cache = cache}, patient = {.cache = cache};

    hasty.deadline_us = clock_us() + 20000;
    master.gated = 1;
    master.failing = SUPA_ERROR_TIMEOUT;
    start_lessee(&hasty);
    master_await(&master, 1);
    CU_ASSERT_EQUAL(master.last_deadline_us, hasty.deadline_us);
    start_lessee(&patient);
    sleep_ms(40);
    master_open(&master);
    pthread_join(hasty.thread, NULL);
    CU_ASSERT_EQUAL(hasty.error.code, SUPA_ERROR_TIMEOUT);
    pthread_join(patient.thread, NULL);
    CU_ASSERT(master_loads(&master) >= 2);
    CU_ASSERT_EQUAL(patient.error.code, SUPA_ERROR_TIMEOUT);
    end_cache(cache, &master);
}

enum { SLOW_MS = 60, HASTY_MS = 15, HASTY = 6, PATIENT_ROUNDS = 8 };

/* Takes its time, and gives up at the asker's deadline. */
static supa_client *
load_slowly(void *user, const char *id, int64_t deadline_us, struct basis *basis, supa_error *error)
{
    (void)user, (void)id, (void)basis;
    if (deadline_us == 0) {
        sleep_ms(SLOW_MS);
        return new_client(1, error);
    }
    while (clock_us() < deadline_us)
        sleep_ms(1);
    error_set(error, SUPA_ERROR_TIMEOUT, SUPA_NOT_SENT, "no more time");
    return NULL;
}

struct haste {
    struct cache *cache;
    atomic_int stop;
};

static void *be_hasty(void *argument)
{
    struct haste *haste = argument;

    while (!atomic_load(&haste->stop)) {
        supa_client_unref(
            cache_lease(haste->cache, store(0), clock_us() + HASTY_MS * 1000, &(supa_error){0}));
        cache_forget(haste->cache, NULL);
    }
    return NULL;
}

/* However many have given up before: whoever has no deadline gets what the master has. */
static void those_without_a_deadline_do_not_fail_by_others(void)
{
    struct master master;
    struct haste haste = {.stop = 0};
    struct cache_options options;
    pthread_t threads[HASTY];
    supa_error error;

    master_start(&master);
    options = master_options(&master, 100, FOREVER_MS);
    options.load = load_slowly;
    haste.cache = cache_new(&options);
    for (int i = 0; i < HASTY; i++)
        pthread_create(&threads[i], NULL, be_hasty, &haste);
    for (int i = 0; i < PATIENT_ROUNDS; i++) {
        supa_client *client = cache_lease(haste.cache, store(0), 0, &error);

        if (client == NULL)
            CU_ASSERT_NOT_EQUAL(error.code, SUPA_ERROR_TIMEOUT);
        supa_client_unref(client);
    }
    atomic_store(&haste.stop, 1);
    for (int i = 0; i < HASTY; i++)
        pthread_join(threads[i], NULL);
    end_cache(haste.cache, &master);
}

struct asker {
    struct cache_waiter waiter; /* the first */
    int told;
};

static void tell(struct fetch_waiter *waiter)
{
    ((struct asker *)waiter)->told++;
}

static void one_who_does_not_wait_is_called(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct asker first = {.waiter.base.done = tell}, second = first, third = first;
    struct fetch *fetch = NULL, *none = NULL;

    CU_ASSERT_EQUAL(cache_ask(cache, store(0), &first.waiter, &fetch), CACHE_RUNS);
    CU_ASSERT_EQUAL(cache_ask(cache, store(0), &second.waiter, &none), CACHE_WAITS);
    CU_ASSERT_EQUAL(cache_ask(cache, store(0), &third.waiter, &none), CACHE_WAITS);
    CU_ASSERT_PTR_NULL(none);
    CU_ASSERT_EQUAL(cache_leave(cache, &third.waiter), 1);
    CU_ASSERT_EQUAL(first.told + second.told, 0);
    cache_run(cache, store(0), fetch, 0);
    CU_ASSERT_EQUAL(first.told, 1);
    CU_ASSERT_EQUAL(second.told, 1);
    CU_ASSERT_EQUAL(third.told, 0);
    CU_ASSERT_EQUAL(cache_leave(cache, &second.waiter), 0);
    CU_ASSERT_PTR_EQUAL(first.waiter.client, second.waiter.client);
    CU_ASSERT_EQUAL(cache_ask(cache, store(0), &third.waiter, &none), CACHE_READY);
    CU_ASSERT_PTR_EQUAL(first.waiter.client, third.waiter.client);
    supa_client_unref(first.waiter.client);
    supa_client_unref(second.waiter.client);
    supa_client_unref(third.waiter.client);
    end_cache(cache, &master);
}

static void a_load_that_is_run_elsewhere_ends_for_all(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct asker first = {.waiter.base.done = tell};
    struct fetch *fetch = NULL;
    struct basis basis = {{1, 2}};
    supa_error error = {0};

    CU_ASSERT_EQUAL(cache_ask(cache, store(0), &first.waiter, &fetch), CACHE_RUNS);
    error_set(&error, SUPA_ERROR_STORE_NOT_FOUND, SUPA_ANSWERED, "gone");
    cache_finish(cache, store(0), fetch, NULL, &basis, &error);
    CU_ASSERT_EQUAL(first.told, 1);
    CU_ASSERT_PTR_NULL(first.waiter.client);
    CU_ASSERT_EQUAL(first.waiter.error.code, SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(cache_ask(cache, store(1), &first.waiter, &fetch), CACHE_RUNS);
    cache_finish(cache, store(1), fetch, new_client(5, NULL), &basis, &error);
    CU_ASSERT_EQUAL(generation_of(first.waiter.client), 5);
    CU_ASSERT_EQUAL(look(cache, 1), 5);
    supa_client_unref(first.waiter.client);
    CU_ASSERT_EQUAL(master_loads(&master), 0);
    end_cache(cache, &master);
}

static void the_end_tells_whoever_waits(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    struct lessee lessees[MANY];
    supa_error error;

    master.gated = 1;
    lessees[0] = (struct lessee){.cache = cache};
    start_lessee(&lessees[0]);
    master_await(&master, 1);
    for (size_t i = 1; i < MANY; i++) {
        lessees[i] = (struct lessee){.cache = cache};
        start_lessee(&lessees[i]);
    }
    sleep_ms(20);
    forget(cache, 0); /* those of a load that was overtaken are reached, too */
    cache_cancel(cache);
    for (size_t i = 1; i < MANY; i++) {
        pthread_join(lessees[i].thread, NULL);
        CU_ASSERT_EQUAL(lessees[i].error.code, SUPA_ERROR_CANCELLED);
    }
    CU_ASSERT_PTR_NULL(cache_lease(cache, store(1), 0, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CANCELLED);
    master_open(&master);
    end_lessee(&lessees[0]);
    end_cache(cache, &master);
}

static void a_refused_key_is_loaded_anew(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    supa_client *old = cache_lease(cache, store(0), 0, NULL), *fresh, *again;

    atomic_store(&master.generation, 2);
    fresh = cache_reload(cache, store(0), old, 0, NULL);
    CU_ASSERT_EQUAL(generation_of(fresh), 2);
    CU_ASSERT_EQUAL(supa_client_stale(old), 1);
    CU_ASSERT_EQUAL(supa_client_stale(fresh), 0);
    again = cache_reload(cache, store(0), old, 0, NULL); /* another one with the old key */
    CU_ASSERT_PTR_EQUAL(again, fresh);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    supa_client_unref(old);
    supa_client_unref(fresh);
    supa_client_unref(again);
    end_cache(cache, &master);
}

static void the_same_key_is_loaded_once_in_five_seconds(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    supa_client *old = cache_lease(cache, store(0), 0, NULL);
    supa_error error = {0};

    for (int i = 0; i < 10; i++)
        CU_ASSERT_PTR_NULL(cache_reload(cache, store(0), old, 0, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    CU_ASSERT_EQUAL(supa_client_stale(old), 0);
    CU_ASSERT_EQUAL(look(cache, 0), 1);                                /* and it is still there */
    CU_ASSERT_PTR_NULL(cache_reload(cache, store(1), old, 0, &error)); /* another store's own */
    CU_ASSERT_EQUAL(master_loads(&master), 3);
    master_turn(&master, 5000);
    CU_ASSERT_PTR_NULL(cache_reload(cache, store(0), old, 0, &error));
    CU_ASSERT_EQUAL(master_loads(&master), 4);
    supa_client_unref(old);
    end_cache(cache, &master);
}

struct reloader {
    pthread_t thread;
    struct cache *cache;
    supa_client *old, *fresh;
};

static void *reload(void *user)
{
    struct reloader *reloader = user;

    reloader->fresh = cache_reload(reloader->cache, store(0), reloader->old, 0, NULL);
    return NULL;
}

static void however_many_find_the_key_bad_it_is_loaded_once(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    supa_client *old = cache_lease(cache, store(0), 0, NULL);
    struct reloader reloaders[MANY];

    atomic_store(&master.generation, 2);
    for (size_t i = 0; i < MANY; i++) {
        reloaders[i] = (struct reloader){.cache = cache, .old = old};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&reloaders[i].thread, NULL, reload, &reloaders[i]), 0);
    }
    for (size_t i = 0; i < MANY; i++) {
        pthread_join(reloaders[i].thread, NULL);
        CU_ASSERT_EQUAL(generation_of(reloaders[i].fresh), 2);
        supa_client_unref(reloaders[i].fresh);
    }
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    supa_client_unref(old);
    end_cache(cache, &master);
}

static void only_another_row_evicts(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    supa_client *old;

    master.basis = (struct basis){{11, 22}};
    old = cache_lease(cache, store(0), 0, NULL);
    CU_ASSERT_EQUAL(cache_learn(cache, store(0), BASIS_DATABASE, 11), 0);
    CU_ASSERT_EQUAL(cache_learn(cache, store(0), BASIS_STORE, 22), 0);
    CU_ASSERT_EQUAL(cache_learn(cache, store(1), BASIS_STORE, 5), 0);
    CU_ASSERT_EQUAL(look(cache, 0), 1);
    CU_ASSERT_EQUAL(master_loads(&master), 1);
    CU_ASSERT_EQUAL(supa_client_stale(old), 0);
    CU_ASSERT_EQUAL(cache_learn(cache, store(0), BASIS_STORE, 23), 1);
    CU_ASSERT_EQUAL(supa_client_stale(old), 1);
    look(cache, 0);
    CU_ASSERT_EQUAL(master_loads(&master), 2);
    supa_client_unref(old);
    end_cache(cache, &master);
}

/* A row is told of while the store is being loaded: what was loaded stays only if it is that row. */
static void a_load_is_judged_by_what_was_learnt_meanwhile(void)
{
    for (uint64_t told = 11; told <= 12; told++) {
        struct master master;
        struct cache *cache = new_cache(&master, 100, FOREVER_MS);
        struct lessee first = {.cache = cache};

        master.basis = (struct basis){{11, 22}};
        master.gated = 1;
        start_lessee(&first);
        master_await(&master, 1);
        cache_learn(cache, store(0), BASIS_DATABASE, told);
        master.basis.part[BASIS_DATABASE] = told; /* of the next one */
        master_open(&master);
        end_lessee(&first);
        CU_ASSERT_EQUAL(master_loads(&master), told == 11 ? 1 : 2);
        end_cache(cache, &master);
    }
}

static void the_numbers_add_up(void)
{
    struct master master;
    struct cache *cache = new_cache(&master, 100, FOREVER_MS);
    supa_manager_stats stats = SUPA_MANAGER_STATS_INIT;
    supa_store_stats one = SUPA_STORE_STATS_INIT;

    for (int i = 0; i < 5; i++)
        look(cache, 0);
    look(cache, 1);
    forget(cache, 0);
    look(cache, 0);
    master.failing = SUPA_ERROR_STORE_SUSPENDED;
    for (int i = 0; i < 3; i++)
        look_code(cache, 2);
    for (size_t i = 10; i < 200; i++)
        look_code(cache, i);
    cache_stats(cache, &stats);
    counters_read(&master.counters, &stats);
    CU_ASSERT_EQUAL(stats.hits, 4);
    CU_ASSERT_EQUAL(stats.misses, 3 + 1 + 190);
    CU_ASSERT_EQUAL(stats.refused, 2);
    CU_ASSERT_EQUAL(stats.loads, 3 + 1 + 190);
    CU_ASSERT_EQUAL(stats.reloads, 1);
    CU_ASSERT_EQUAL(stats.failures, 191);
    CU_ASSERT_EQUAL(stats.errors[SUPA_ERROR_STORE_SUSPENDED], 191);
    CU_ASSERT_EQUAL(stats.entries, 2);
    CU_ASSERT_EQUAL(stats.leases, 7);
    CU_ASSERT_EQUAL(cache_store_stats(cache, store(0), &one), 1);
    CU_ASSERT_EQUAL(one.hits, 4);
    CU_ASSERT_EQUAL(one.loads, 2);
    CU_ASSERT_EQUAL(one.reloads, 1);
    CU_ASSERT_EQUAL(one.is_cached, 1);
    CU_ASSERT_EQUAL(cache_store_stats(cache, store(2), &one), 0);
    end_cache(cache, &master);
}

CU_TestInfo load_tests[] = {
    {"refused stores are remembered for five seconds",
     refused_stores_are_remembered_for_five_seconds},
    {"other failures are not remembered", other_failures_are_not_remembered},
    {"the memory of refusals is bounded and can be cleared",
     the_memory_of_refusals_is_bounded_and_can_be_cleared},
    {"a dead master is asked once for all", a_dead_master_is_asked_once_for_all},
    {"one at a time tries a dead master", one_at_a_time_tries_a_dead_master},
    {"which failures are an outage", which_failures_are_an_outage},
    {"an expired store is served in its grace while the master is down",
     an_expired_store_is_served_in_its_grace_while_the_master_is_down},
    {"there is no grace when the master answers", there_is_no_grace_when_the_master_answers},
    {"whoever waits gives up at the deadline", whoever_waits_gives_up_at_the_deadline},
    {"a deadline is its asker's alone", a_deadline_is_its_askers_alone},
    {"those without a deadline do not fail by others'",
     those_without_a_deadline_do_not_fail_by_others},
    {"one who does not wait is called", one_who_does_not_wait_is_called},
    {"a load that is run elsewhere ends for all", a_load_that_is_run_elsewhere_ends_for_all},
    {"the end tells whoever waits", the_end_tells_whoever_waits},
    {"a refused key is loaded anew", a_refused_key_is_loaded_anew},
    {"the same key is loaded once in five seconds", the_same_key_is_loaded_once_in_five_seconds},
    {"however many find the key bad, it is loaded once",
     however_many_find_the_key_bad_it_is_loaded_once},
    {"only another row evicts", only_another_row_evicts},
    {"a load is judged by what was learnt meanwhile",
     a_load_is_judged_by_what_was_learnt_meanwhile},
    {"the numbers add up", the_numbers_add_up},
    CU_TEST_INFO_NULL,
};
