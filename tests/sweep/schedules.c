/* SPDX-License-Identifier: MIT */
/* The manager's cache in every order in which a few threads can meet: leases, forgetting, what the delta tells,
 * rotations, refused keys, removals, evictions, deadlines, a master that fails, and the end.
 *
 *     schedules [SCENE]           all, or those whose name holds the text
 *     schedules --first           until one fails
 *     schedules SCENE TRACE       the one run again, choice by choice
 *
 * After each run: every lease ended; none that began behind a forget has what was loaded before; the master was
 * asked as often as flights began; no fetch, no reference and no waiter is left; the cache keeps its bound. */
#include "schedule.h"

#include "base/error.h"
#include "client_internal.h"
#include "manager/cache_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GENERATIONS = 4, COPIES = 12, STORES = 2, LEASES = 12 };
enum { NO_CODE = -1 };

/* A master whose store has one key at a time, and what its readers have seen. */
struct world {
    struct cache *cache;
    struct outage outage;
    struct counters counters;
    supa_client *clients[GENERATIONS][COPIES]; /* made once; each load hands out one of its own */
    size_t used[GENERATIONS];
    int generation[STORES];
    int is_removed[STORES];
    int fails;         /* with this code */
    int least[STORES]; /* a lease that begins now has at least this generation */
    int gone[STORES];  /* a lease that begins now fails */
    size_t loads[STORES];
    size_t most_loads; /* of one store, in this scene */
    size_t leases, got, failures;
    int64_t max;
    int ended; /* cancelled */
    int codes[LEASES];
    supa_client *held[LEASES]; /* given back at the end */
    supa_client *old;          /* whose key was refused */
};

static struct world world;

static struct uuid store(size_t number)
{
    return (struct uuid){0x0000000000004000, 0x8000000000000000 | number};
}

static size_t number_of(const char *id)
{
    struct uuid uuid;

    return uuid_read(id, &uuid) ? (size_t)(uuid.low & 0xFF) : 0;
}

static int generation_of(const supa_client *client)
{
    for (int g = 0; g < GENERATIONS; g++) {
        for (int i = 0; i < COPIES; i++) {
            if (world.clients[g][i] == client)
                return g;
        }
    }
    return NO_CODE;
}

static supa_client *client_of(int generation)
{
    if (world.used[generation] == COPIES) {
        schedule_fail("more loads than anybody asked for");
        return NULL;
    }
    return supa_client_ref(world.clients[generation][world.used[generation]++]);
}

/* What the master knows at the beginning is what it answers. */
static supa_client *
load(void *user, const char *store_id, int64_t deadline_us, struct basis *basis, supa_error *error)
{
    const size_t number = number_of(store_id);
    const int generation = world.generation[number], is_removed = world.is_removed[number];
    const int fails = world.fails;

    (void)user;
    world.loads[number]++;
    schedule_point();
    basis->part[BASIS_DATABASE] = (uint64_t)generation;
    basis->part[BASIS_STORE] = 1;
    if (deadline_us != 0 && schedule_times_out(deadline_us))
        error_set(error, SUPA_ERROR_TIMEOUT, SUPA_NOT_SENT, "too late");
    else if (is_removed)
        error_set(error, SUPA_ERROR_STORE_NOT_FOUND, SUPA_ANSWERED, "unknown");
    else if (fails != SUPA_OK)
        error_set(error, (supa_code)fails, SUPA_NOT_SENT, "it fails");
    else
        return client_of(generation);
    return NULL;
}

static int64_t now(void *user)
{
    (void)user;
    return schedule_now_us();
}

/* The same buckets in every run, whatever the cache's address is. */
static void settle_seed(struct cache *cache)
{
    cache->seed = 42;
    for (size_t i = 0; i < SHARDS; i++)
        cache->shards[i].shelf.seed = 42;
}

static void reset_clients(void)
{
    for (int g = 0; g < GENERATIONS; g++) {
        world.used[g] = 0;
        for (int i = 0; i < COPIES; i++)
            atomic_store(&world.clients[g][i]->stale, 0);
    }
}

static void start_with(int64_t max)
{
    struct cache_options options = {
        .max = max,
        .ttl_us = 3600000000,
        .unknown_us = 5000000,
        .load = load,
        .clock = now,
        .outage = &world.outage,
        .counters = &world.counters,
    };
    supa_client *clients[GENERATIONS][COPIES];

    memcpy(clients, world.clients, sizeof clients);
    memset(&world, 0, sizeof world);
    memcpy(world.clients, clients, sizeof clients);
    reset_clients();
    outage_start(&world.outage);
    world.outage.dice = 7;
    counters_start(&world.counters);
    world.max = max;
    world.most_loads = 1;
    world.cache = cache_new(&options);
    settle_seed(world.cache);
}

static void start(void *user)
{
    (void)user;
    start_with(100);
}

/* A lease that is kept to the end. */
static void note(int begun_least, int begun_gone, supa_client *client, const supa_error *error)
{
    const size_t i = world.leases++;

    world.held[i] = client;
    world.codes[i] = client != NULL ? SUPA_OK : (int)error->code;
    if (client == NULL && error->code == SUPA_OK)
        schedule_fail("neither a client nor an error");
    if (client == NULL)
        world.failures++;
    else
        world.got++;
    if (client != NULL && generation_of(client) < begun_least)
        schedule_fail("a lease that began behind the forget has the old key");
    if (client != NULL && begun_gone)
        schedule_fail("a store that was removed is leased");
}

static void lease_by(size_t number, int64_t deadline_us)
{
    const int least = world.least[number], gone = world.gone[number];
    supa_error error = {0};
    supa_client *client = cache_lease(world.cache, store(number), deadline_us, &error);

    note(least, gone, client, &error);
}

static void lease(void *user)
{
    (void)user;
    lease_by(0, 0);
}

static void lease_twice(void *user)
{
    lease(user);
    lease(user);
}

static void lease_other(void *user)
{
    (void)user;
    lease_by(1, 0);
}

static void lease_both(void *user)
{
    lease(user);
    lease_other(user);
}

static void lease_in_time(void *user)
{
    (void)user;
    lease_by(0, schedule_now_us() + 1000000);
}

static void rotate_key(void)
{
    world.generation[0]++;
    schedule_point();
}

static void rotate_and_forget(void *user)
{
    struct uuid id = store(0);

    (void)user;
    rotate_key();
    cache_forget(world.cache, &id);
    world.least[0] = world.generation[0];
}

static void rotate_and_forget_all(void *user)
{
    (void)user;
    rotate_key();
    cache_forget(world.cache, NULL);
    world.least[0] = world.generation[0];
}

static void rotate_and_learn(void *user)
{
    (void)user;
    rotate_key();
    cache_learn(world.cache, store(0), BASIS_DATABASE, (uint64_t)world.generation[0]);
    world.least[0] = world.generation[0];
}

static void rotate_twice(void *user)
{
    rotate_and_forget(user);
    rotate_and_learn(user);
}

static void remove_store(void *user)
{
    struct uuid id = store(0);

    (void)user;
    world.is_removed[0] = 1;
    schedule_point();
    cache_forget(world.cache, &id);
    world.gone[0] = 1;
}

/* A store that was unknown comes to be, and who waits for that is served at once. */
static void create_store(void *user)
{
    struct uuid id = store(0);
    supa_error error = {0};
    supa_client *client;

    (void)user;
    world.is_removed[0] = 0;
    schedule_point();
    cache_forget(world.cache, &id);
    client = cache_lease(world.cache, store(0), 0, &error);
    note(0, 0, client, &error);
    if (client == NULL)
        schedule_fail("a store that was created is remembered as unknown");
}

static void cancel(void *user)
{
    (void)user;
    cache_cancel(world.cache);
    world.ended = 1;
}

static void reload_refused(void *user)
{
    supa_error error = {0};
    supa_client *client = cache_reload(world.cache, store(0), world.old, 0, &error);

    (void)user;
    if (client == NULL)
        return; /* the same key, or one that was loaded a moment ago */
    note(world.old != NULL ? 1 : 0, 0, client, &error);
}

/* One who asks without waiting, and leaves. */
static void told(struct fetch_waiter *waiter)
{
    struct cache_waiter *asker = (struct cache_waiter *)waiter;

    supa_client_unref(asker->client);
    asker->client = NULL;
    world.got++;
}

static void ask_and_leave(void *user)
{
    struct cache_waiter *asker = calloc(1, sizeof *asker); /* kept until it was told */
    struct fetch *fetch = NULL;
    enum cache_state state;
    size_t before;

    (void)user;
    asker->base.done = told;
    before = world.got;
    state = cache_ask(world.cache, store(0), asker, &fetch);
    if (state == CACHE_RUNS)
        cache_run(world.cache, store(0), fetch, 0);
    if (state == CACHE_READY)
        supa_client_unref(asker->client);
    else if (cache_leave(world.cache, asker) == 0)
        while (world.got == before && state == CACHE_RUNS)
            schedule_point();
    if (state != CACHE_WAITS)
        free(asker);
}

/* A load for nobody, as warming does. */
static void claim(void *user)
{
    struct fetch *fetch = NULL;
    struct basis basis;
    supa_error error = {0};
    supa_client *client;

    (void)user;
    if (cache_claim(world.cache, store(0), &fetch) != 1)
        return;
    client = load(NULL, fetch->key, 0, &basis, &error);
    cache_finish(world.cache, store(0), fetch, client, &basis, &error);
}

static void give_up_load(void *user)
{
    struct fetch *fetch = NULL;
    supa_error error = {0};

    (void)user;
    if (cache_claim(world.cache, store(0), &fetch) != 1)
        return;
    world.loads[0]++;
    schedule_point();
    error_set(&error, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT, "given up");
    cache_drop_load(world.cache, store(0), fetch, &error);
}

static void turn_time(void *user)
{
    (void)user;
    schedule_point();
    schedule_turn(7200000000); /* all is expired */
}

static void recover(void *user)
{
    (void)user;
    world.fails = SUPA_OK;
    schedule_point();
    schedule_turn(2000000); /* the pause of an outage is over */
    lease(user);
}

/* Before the threads: the store is cached, with its first key. */
static void start_cached(void *user)
{
    start(user);
    lease(user);
    world.most_loads = 2;
}

static void start_small(void *user)
{
    (void)user;
    start_with(1);
    world.most_loads = 4;
}

static void start_refused(void *user)
{
    start_cached(user);
    world.old = world.held[0];
    world.generation[0] = 1;
}

static void start_refused_twice(void *user)
{
    start_refused(user);
    world.most_loads = 4;
}

static void start_two(void *user)
{
    start(user);
    world.most_loads = 2;
}

static void start_three(void *user)
{
    start(user);
    world.most_loads = 3;
}

static void start_many(void *user)
{
    start(user);
    world.most_loads = 6;
}

static void start_unknown(void *user)
{
    start(user);
    world.is_removed[0] = 1;
    world.most_loads = 3;
}

static void start_failing(void *user)
{
    start(user);
    world.fails = SUPA_ERROR_NETWORK;
    world.most_loads = 3;
}

static void start_expired(void *user)
{
    start_cached(user);
    world.most_loads = 4;
}

static void look_at_shards(void)
{
    size_t count = 0, clients = 0;

    for (size_t i = 0; i < SHARDS; i++) {
        const struct shelf *shelf = &world.cache->shards[i].shelf;

        if (world.cache->shards[i].fetches != NULL)
            schedule_fail("a fetch is left");
        count += shelf->count;
        for (size_t place = 0; place < shelf_places(shelf); place++) {
            const struct entry *entry = shelf_place(shelf, place);

            clients += entry->is_taken && entry->client != NULL;
        }
    }
    if ((long long)count != atomic_load(&world.cache->count))
        schedule_fail("the cache does not know how many it has");
    if (world.max >= 0 && (int64_t)count > world.max)
        schedule_fail("the cache is above its bound");
    if (clients > STORES)
        schedule_fail("a store is there twice");
}

static void look_at_references(void)
{
    for (int g = 0; g < GENERATIONS; g++) {
        for (int i = 0; i < COPIES; i++) {
            if (atomic_load(&world.clients[g][i]->target.references) != 1)
                schedule_fail("a reference is left, or was given back twice");
        }
    }
}

/* What is cached in the end is the newest: whoever comes now has it. */
static void look_again(void)
{
    if (world.ended || world.fails != SUPA_OK)
        return;
    lease_by(0, 0);
}

/* A lease of an old key was one of the cache's when that was forgotten, and is told so. */
static void look_at_stale(void)
{
    for (size_t i = 0; i < world.leases && world.max > 1; i++) {
        supa_client *client = world.held[i];

        if (client != NULL && generation_of(client) < world.least[0] &&
            !atomic_load(&client->stale))
            schedule_fail("a lease of an old key is not told that it is stale");
    }
}

static void end(void *user)
{
    (void)user;
    for (size_t i = 0; i < STORES; i++) {
        if (world.loads[i] > world.most_loads)
            schedule_fail("the master is asked more often than flights began");
    }
    look_again();
    look_at_shards();
    look_at_stale();
    for (size_t i = 0; i < world.leases; i++)
        supa_client_unref(world.held[i]);
    cache_free(world.cache);
    outage_end(&world.outage);
    look_at_references();
}

/* All who asked got a client. */
static void end_well(void *user)
{
    if (world.failures != 0)
        schedule_fail("a lease failed though the master answers");
    end(user);
}

/* Failures are those of the master, of a deadline, or of the end. */
static void end_failing(void *user)
{
    for (size_t i = 0; i < world.leases; i++) {
        if (world.codes[i] != SUPA_OK && world.codes[i] != SUPA_ERROR_NETWORK &&
            world.codes[i] != SUPA_ERROR_TIMEOUT && world.codes[i] != SUPA_ERROR_CANCELLED &&
            world.codes[i] != SUPA_ERROR_STORE_NOT_FOUND)
            schedule_fail("a lease failed with a code that nobody gave");
    }
    end(user);
}

/* Nobody's deadline is another one's: who had no deadline got a client. */
static void end_in_time(void *user)
{
    size_t late = 0;

    for (size_t i = 0; i < world.leases; i++)
        late += world.codes[i] == SUPA_ERROR_TIMEOUT;
    if (world.failures != late || late > 1)
        schedule_fail("a lease without a deadline failed by another one's");
    end(user);
}

static const struct schedule_scene scenes[] = {
    {"two leases of a cold store", start, end_well, {lease, lease}, 4},
    {"three leases of a cold store", start, end_well, {lease, lease, lease}, 3},
    {"leases of two stores", start, end_well, {lease_both, lease_both}, 3},
    {"a forget meets a load", start_two, end_well, {lease_twice, rotate_and_forget}, 4},
    {"a forget meets two leases", start_three, end_well, {lease, lease, rotate_and_forget}, 3},
    {"a forget meets hits", start_cached, end_well, {lease_twice, lease, rotate_and_forget}, 3},
    {"a forget of all meets leases",
     start_three,
     end_well,
     {lease, lease, rotate_and_forget_all},
     2},
    {"the delta meets a load", start_two, end_well, {lease_twice, rotate_and_learn}, 4},
    {"the delta meets hits", start_cached, end_well, {lease_twice, lease, rotate_and_learn}, 3},
    {"two rotations meet leases", start_many, end_well, {lease_twice, lease, rotate_twice}, 2},
    {"a removal meets leases", start_three, end_failing, {lease_twice, lease, remove_store}, 3},
    {"a creation meets leases", start_unknown, end_failing, {lease, lease, create_store}, 2},
    {"evictions", start_small, end_well, {lease_both, lease_other, lease}, 2},
    {"evictions meet a forget",
     start_small,
     end_well,
     {lease_both, lease_other, rotate_and_forget},
     2},
    {"refused keys", start_refused, end_well, {reload_refused, reload_refused, lease}, 3},
    {"refused keys meet a forget",
     start_refused_twice,
     end,
     {reload_refused, reload_refused, rotate_and_forget},
     3},
    {"a deadline of the one who loads, or waits",
     start_many,
     end_in_time,
     {lease_in_time, lease, lease},
     3},
    {"a deadline meets a forget",
     start_many,
     end_in_time,
     {lease_in_time, lease, rotate_and_forget},
     3},
    {"one who asks and leaves", start_three, end, {ask_and_leave, lease, rotate_and_forget}, 3},
    {"a load for nobody", start_two, end_well, {claim, lease, lease}, 3},
    {"a load that is given up", start_many, end_well, {give_up_load, lease, lease}, 3},
    {"a load that is given up meets a forget",
     start_many,
     end_well,
     {give_up_load, lease, rotate_and_forget_all},
     2},
    {"the end meets leases", start, end_failing, {lease, lease, cancel}, 2},
    {"a master that fails", start_failing, end_failing, {lease, lease, lease}, 3},
    {"a master that comes back", start_failing, end_failing, {lease, recover, lease}, 3},
    {"time meets leases", start_expired, end_well, {lease_twice, turn_time, lease}, 3},
};

static void make_clients(void)
{
    for (int g = 0; g < GENERATIONS; g++) {
        for (int i = 0; i < COPIES; i++) {
            supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
            char key[16];

            snprintf(key, sizeof key, "key-%d", g);
            options.url = "https://tenant.example.test";
            options.key = key;
            world.clients[g][i] = supa_client_new(&options, NULL);
        }
    }
}

static size_t runs;

static int explore(const struct schedule_scene *scene, const char *trace)
{
    enum { MOST = 200000 };
    struct schedule_result result;

    if (trace != NULL)
        schedule_replay(scene, NULL, trace, &result);
    else
        schedule_explore(scene, NULL, MOST, &result);
    runs += result.runs;
    printf(
        "%-46s %7zu schedules%s, at most %zu points, %d stops\n", scene->name, result.runs,
        result.is_cut ? " (cut off)" : "", result.points, scene->bound);
    if (result.wrong[0] == '\0')
        return 1;
    printf("  WRONG: %s\n  again: schedules '%s' '%s'\n", result.wrong, scene->name, result.trace);
    return 0;
}

int main(int argc, char **argv)
{
    const int is_first = argc > 1 && strcmp(argv[1], "--first") == 0;
    const char *wanted = argc > 1 && !is_first ? argv[1] : "";
    size_t passed = 0, failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    make_clients();
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        if (strstr(scenes[i].name, wanted) == NULL || (is_first && failed > 0))
            continue;
        if (explore(&scenes[i], argc > 2 ? argv[2] : NULL))
            passed++;
        else
            failed++;
    }
    printf("%zu schedules\n%zu passed, %zu failed\n", runs, passed, failed);
    return failed != 0 || passed == 0;
}
