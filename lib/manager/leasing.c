/* SPDX-License-Identifier: MIT */
#include "manager/leasing.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "manager/cache_internal.h"
#include "manager/credentials.h"
#include "manager/manager_internal.h"
#include "transport/pool.h"

#include <stddef.h>
#include <string.h>

#define MAX_LOADS 4 /* for one lease whose loads are overtaken again and again */

static void ask(struct leasing *leasing);

static void tell(struct leasing *leasing)
{
    struct renewal *renewal = leasing->renewal;
    supa_client *client = leasing->waiter.client;

    if (client != NULL && leasing->old != NULL && credentials_same(client, leasing->old)) {
        supa_client_unref(client);
        client = NULL;
    }
    renewal->cancel = NULL;
    renewal->done(renewal, client); /* which may look at the waiter's error */
    supa_client_unref((supa_client *)(uintptr_t)leasing->old);
    manager_unref(leasing->manager);
    memory_free(leasing);
}

/* The load has ended. What it brought may be outdated already. */
static void take(struct post *post)
{
    struct leasing *leasing = (struct leasing *)((char *)post - offsetof(struct leasing, post));

    /* Other askers' deadlines say nothing to this one: it has a load of its own in the end. */
    leasing->waiter.is_alone =
        leasing->asked == MAX_LOADS && leasing->waiter.base.overtaken == FETCH_DROPPED;
    if (!leasing->waiter.base.overtaken || leasing->is_given_up ||
        (leasing->asked >= MAX_LOADS && !leasing->waiter.is_alone)) {
        tell(leasing);
        return;
    }
    supa_client_unref(leasing->waiter.client);
    ask(leasing);
}

/* On whichever thread ends the load. */
static void told(struct fetch_waiter *waiter)
{
    struct leasing *leasing = (struct leasing *)waiter;

    multi_post(leasing->multi, &leasing->post);
}

/* A failure for the asker's own reasons, of which the others know nothing. A master that lets its own
 * time pass is another matter. */
static int is_ours(const struct leasing *leasing, const supa_error *error)
{
    return error->code == SUPA_ERROR_CANCELLED ||
           (error->code == SUPA_ERROR_TIMEOUT &&
            (leasing->is_given_up ||
             (leasing->deadline_us != 0 && clock_us() >= leasing->deadline_us)));
}

/* The answer of the lookup that was ours to run: all who wait are told, we among them. */
static void looked_up(void *user, supa_response *response)
{
    struct leasing *leasing = user;
    struct supa_manager *manager = leasing->manager;
    struct fetch *fetch = leasing->fetch;
    const struct uuid store = leasing->waiter.store;
    struct basis basis = {{0, 0}};
    supa_error error = {0};
    supa_client *client;

    leasing->fetch = NULL;
    leasing->query = 0;
    client = lookup_read(&manager->lookup, response, fetch->key, &basis, &error);
    manager_ref(manager); /* whoever is told may be the last to need it */
    if (client == NULL && is_ours(leasing, &error))
        cache_drop_load(manager->cache, store, fetch, &error);
    else
        cache_finish(manager->cache, store, fetch, client, &basis, &error);
    manager_unref(manager);
    supa_response_free(response);
}

static void run_load(struct leasing *leasing, struct fetch *fetch)
{
    const struct lookup *lookup = &leasing->manager->lookup;
    supa_query *q = lookup_query(lookup, fetch->key);
    supa_error error;

    lookup_limit(lookup->master, q, leasing->deadline_us);
    leasing->fetch = fetch;
    leasing->query = supa_multi_add(leasing->multi, q, looked_up, leasing);
    if (leasing->query != 0)
        return;
    leasing->fetch = NULL;
    error_no_memory(&error);
    cache_drop_load(leasing->manager->cache, leasing->waiter.store, fetch, &error);
}

static void ask(struct leasing *leasing)
{
    struct cache *cache = leasing->manager->cache;
    struct fetch *fetch = NULL;
    enum cache_state state;

    leasing->waiter.base.done = told;
    leasing->asked++;
    if (leasing->old != NULL && leasing->asked == 1)
        state =
            cache_ask_again(cache, leasing->waiter.store, leasing->old, &leasing->waiter, &fetch);
    else
        state = cache_ask(cache, leasing->waiter.store, &leasing->waiter, &fetch);
    if (state == CACHE_READY)
        multi_post(leasing->multi, &leasing->post);
    else if (state == CACHE_RUNS)
        run_load(leasing, fetch);
}

/* A load of others goes on without us; one of ours ends with its query, which is given up. */
static void cancel(struct renewal *renewal, supa_code code)
{
    struct leasing *leasing = renewal->of;
    struct flight *flight = multi_find(leasing->multi, leasing->query);
    char id[UUID_LENGTH + 1];

    leasing->is_given_up = 1;
    if (flight != NULL) {
        flight_give_up(flight, code);
        return;
    }
    if (!cache_leave(leasing->manager->cache, &leasing->waiter))
        return; /* it is told already, and about to be taken */
    leasing->waiter.client = NULL;
    error_set(
        &leasing->waiter.error, code, SUPA_NOT_SENT, "%s while the store's credentials were loaded",
        code == SUPA_ERROR_TIMEOUT ? "the deadline passed" : "cancelled");
    leasing->waiter.error.retryable = code == SUPA_ERROR_TIMEOUT;
    uuid_write(leasing->waiter.store, id);
    error_about(&leasing->waiter.error, SUPA_SIDE_MASTER, id, "store_databases");
    tell(leasing);
}

void leasing_begin(
    supa_manager *manager, struct uuid store, const supa_client *old, supa_multi *multi,
    int64_t deadline_us, struct renewal *renewal)
{
    struct leasing *leasing = memory_zero(sizeof *leasing);

    if (leasing == NULL) {
        renewal->done(renewal, NULL);
        return;
    }
    leasing->manager = manager_ref(manager);
    leasing->multi = multi;
    leasing->renewal = renewal;
    leasing->old = old != NULL ? supa_client_ref((supa_client *)(uintptr_t)old) : NULL;
    leasing->deadline_us = deadline_us;
    leasing->waiter.store = store;
    leasing->post.take = take;
    renewal->cancel = cancel;
    renewal->of = leasing;
    ask(leasing);
}

static struct renewer *ref(struct renewer *renewer)
{
    manager_ref((supa_manager *)renewer);
    return renewer;
}

static void unref(struct renewer *renewer)
{
    manager_unref((supa_manager *)renewer);
}

static int store_of(const supa_client *client, struct uuid *store)
{
    return uuid_read(client->target.store_id, store);
}

static supa_client *renew(
    struct renewer *renewer, const supa_client *old, int64_t deadline_us,
    struct supa_cancel *cancel)
{
    supa_manager *manager = (supa_manager *)renewer;
    struct uuid store;

    if (!store_of(old, &store))
        return NULL;
    if (cancel != NULL)
        return leasing_wait(manager, store, old, deadline_us, cancel, NULL);
    return cache_reload(manager->cache, store, old, deadline_us, NULL);
}

static void renew_in(
    struct renewer *renewer, const supa_client *old, struct supa_multi *multi,
    struct renewal *renewal)
{
    struct uuid store;

    if (store_of(old, &store))
        leasing_begin((supa_manager *)renewer, store, old, multi, 0, renewal);
    else
        renewal->done(renewal, NULL);
}

const struct renewer manager_renewer = {ref, unref, renew, renew_in};

/* What a flight of a lease ends in. */
struct leased {
    supa_multi_leased leased;
    void *user;
    supa_client *client;
    supa_error error;
};

static void finish(struct flight *flight)
{
    struct leased *leased = flight->user;

    leased->leased(leased->user, leased->client, leased->client == NULL ? &leased->error : NULL);
    memory_free(leased);
}

struct flight *
leasing_flight(supa_multi *multi, supa_manager *manager, supa_multi_leased done, void *user)
{
    struct leased *leased = manager != NULL && done != NULL ? memory_zero(sizeof *leased) : NULL;
    struct flight *flight = leased != NULL ? multi_flight_for(multi, finish, leased) : NULL;

    if (flight == NULL) {
        memory_free(leased);
        return NULL;
    }
    leased->leased = done;
    leased->user = user;
    return flight;
}

void leasing_end(struct flight *flight, supa_client *client, const supa_error *error)
{
    struct leased *leased = flight->user;

    leased->client = client;
    if (client == NULL)
        leased->error = *error;
    timers_set(&flight->multi->timers, &flight->timer, 0);
    multi_end(flight);
}

static void leased_store(struct renewal *renewal, supa_client *client)
{
    struct flight *flight = (struct flight *)((char *)renewal - offsetof(struct flight, renewal));
    const struct leasing *leasing = renewal->of;
    supa_error error;

    if (leasing == NULL)
        error_no_memory(&error);
    leasing_end(flight, client, leasing != NULL ? &leasing->waiter.error : &error);
}

void leasing_store(
    struct flight *flight, supa_manager *manager, struct uuid store, const supa_client *old,
    int64_t deadline_us)
{
    flight->renewal = (struct renewal){.done = leased_store};
    leasing_begin(manager, store, old, flight->multi, deadline_us, &flight->renewal);
}

int leasing_limit(struct flight *flight, int64_t deadline_us, supa_cancel *cancel)
{
    supa_error error;

    if (cancel != NULL && watch_begin(flight->multi, cancel) != 0) {
        error_no_memory(&error);
        leasing_end(flight, NULL, &error);
        return 0;
    }
    flight->watched = cancel;
    timers_set(&flight->multi->timers, &flight->timer, deadline_us);
    return 1;
}

uint64_t supa_multi_lease_by(
    supa_multi *multi, supa_manager *manager, const char *store_id, supa_deadline deadline,
    supa_cancel *cancel, supa_multi_leased leased, void *user)
{
    struct flight *flight = leasing_flight(multi, manager, leased, user);
    struct uuid store;
    supa_error error;
    uint64_t ticket;

    if (flight == NULL)
        return 0;
    ticket = multi_ticket(flight);
    if (process_check(manager->generation, "the manager", &error) != SUPA_OK) {
        leasing_end(flight, NULL, &error);
    } else if (!uuid_read(store_id, &store)) {
        error_argument(&error, "supa_multi_lease: the store's id is not a UUID of 36 characters");
        leasing_end(flight, NULL, &error);
    } else if (leasing_limit(flight, deadline.at_us, cancel)) {
        leasing_store(flight, manager, store, NULL, deadline.at_us);
    }
    multi_nudge(multi);
    return ticket;
}

uint64_t supa_multi_lease(
    supa_multi *multi, supa_manager *manager, const char *store_id, supa_multi_leased leased,
    void *user)
{
    return supa_multi_lease_by(multi, manager, store_id, (supa_deadline){0}, NULL, leased, user);
}

/* What a lease that waits is told. */
struct waited {
    supa_client *client;
    supa_error *error;
};

static void keep(void *user, supa_client *client, const supa_error *error)
{
    struct waited *waited = user;

    waited->client = client;
    if (error != NULL && waited->error != NULL)
        *waited->error = *error;
}

/* Over a lane of the process's, which knows the master. */
static supa_multi *borrow_multi(supa_manager *manager, supa_error *error)
{
    struct lane *lane;
    supa_multi *multi;
    struct reply reply;

    reply_init(&reply);
    lane = pool_borrow(manager->lookup.master->endpoint.origin, &reply);
    if (lane == NULL) {
        error_set(error, reply.code, SUPA_NOT_SENT, "%s", reply.problem);
        return NULL;
    }
    multi = multi_over(lane, 1);
    if (multi != NULL)
        return multi;
    pool_give_back(lane);
    error_no_memory(error);
    return NULL;
}

/* What is waited for: a host's store, a store's client, or the successor of one. */
struct wanted {
    const char *name; /* the host's, or NULL */
    struct uuid store;
    const supa_client *old;
    int64_t deadline_us;
};

static void want(struct flight *flight, supa_manager *manager, const struct wanted *wanted)
{
    if (wanted->name != NULL)
        leasing_host(flight, manager, wanted->name, wanted->deadline_us);
    else
        leasing_store(flight, manager, wanted->store, wanted->old, wanted->deadline_us);
}

static supa_client *
wait_for(supa_manager *manager, const struct wanted *wanted, supa_cancel *cancel, supa_error *error)
{
    struct waited waited = {NULL, error};
    supa_multi *multi;
    struct flight *flight;

    if (supa_cancel_fired(cancel)) {
        error_set(error, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT, "cancelled before it was asked for");
        return NULL;
    }
    multi = borrow_multi(manager, error);
    if (multi == NULL)
        return NULL;
    flight = leasing_flight(multi, manager, keep, &waited);
    if (flight == NULL)
        error_no_memory(error);
    else if (leasing_limit(flight, wanted->deadline_us, cancel))
        want(flight, manager, wanted);
    supa_multi_run(multi);
    supa_multi_free(multi);
    return waited.client;
}

supa_client *leasing_wait(
    supa_manager *manager, struct uuid store, const supa_client *old, int64_t deadline_us,
    supa_cancel *cancel, supa_error *error)
{
    return wait_for(manager, &(struct wanted){NULL, store, old, deadline_us}, cancel, error);
}

supa_client *leasing_wait_host(
    supa_manager *manager, const char *name, int64_t deadline_us, supa_cancel *cancel,
    supa_error *error)
{
    return wait_for(
        manager, &(struct wanted){.name = name, .deadline_us = deadline_us}, cancel, error);
}
