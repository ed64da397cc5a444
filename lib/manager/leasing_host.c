/* SPDX-License-Identifier: MIT */
/* Leases by the name of a host, in a multi. */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "manager/host_name.h"
#include "manager/leasing.h"
#include "manager/manager_internal.h"
#include "manager/resolve.h"

#include <stddef.h>
#include <string.h>

#define MAX_LOOKS 4 /* when they are overtaken again and again */

struct host_leasing {
    struct host_waiter waiter; /* the first */
    struct post post;
    supa_manager *manager; /* counted */
    struct flight *flight;
    struct fetch *fetch; /* the lookup that is ours to run */
    int sources;         /* of it, not asked yet */
    int source;          /* that is asked now */
    uint64_t query;
    int64_t deadline_us;
    int asked;
    supa_code given_up; /* SUPA_OK while it is not */
    char name[HOST_NAME_SIZE];
};

static void ask(struct host_leasing *leasing);

static void end(struct host_leasing *leasing)
{
    supa_manager *manager = leasing->manager;
    struct flight *flight = leasing->flight;

    flight->renewal.cancel = NULL;
    if (leasing->given_up != SUPA_OK && leasing->waiter.error.code == SUPA_OK)
        hosts_given_up(&leasing->waiter, leasing->given_up);
    if (leasing->waiter.error.code == SUPA_OK)
        leasing_store(flight, manager, leasing->waiter.found.store, NULL, leasing->deadline_us);
    else
        leasing_end(flight, NULL, &leasing->waiter.error);
    manager_unref(manager);
    memory_free(leasing);
}

static void take(struct post *post)
{
    struct host_leasing *leasing =
        (struct host_leasing *)((char *)post - offsetof(struct host_leasing, post));

    /* Other askers' deadlines say nothing to this one: it looks by itself in the end. */
    leasing->waiter.is_alone =
        leasing->asked == MAX_LOOKS && leasing->waiter.base.overtaken == FETCH_DROPPED;
    if (leasing->waiter.base.overtaken && leasing->given_up == SUPA_OK &&
        (leasing->asked < MAX_LOOKS || leasing->waiter.is_alone))
        ask(leasing);
    else
        end(leasing);
}

static void told(struct fetch_waiter *waiter)
{
    struct host_leasing *leasing = (struct host_leasing *)waiter;

    multi_post(leasing->flight->multi, &leasing->post);
}

/* A failure for the asker's own reasons, as leasing.c has it. */
static int is_ours(const struct host_leasing *leasing, const supa_error *error)
{
    return error->code == SUPA_ERROR_CANCELLED ||
           (error->code == SUPA_ERROR_TIMEOUT &&
            (leasing->given_up != SUPA_OK ||
             (leasing->deadline_us != 0 && clock_us() >= leasing->deadline_us)));
}

static void
finish(struct host_leasing *leasing, const struct host_found *found, const supa_error *error)
{
    struct hosts *hosts = leasing->manager->hosts;
    const struct hosts_options *options = hosts_settings(hosts);
    struct fetch *fetch = leasing->fetch;

    leasing->fetch = NULL;
    if (is_ours(leasing, error)) {
        hosts_drop(hosts, fetch, error);
        return;
    }
    outage_note(
        options->outage, options->clock(options->clock_user),
        error->code != SUPA_OK ? error : NULL);
    hosts_finish(hosts, fetch, found, error);
}

static void ask_next(struct host_leasing *leasing);

static void looked_up(void *user, supa_response *response)
{
    struct host_leasing *leasing = user;
    struct host_found found = {0};
    supa_error error = {0};
    int knows = resolve_read(leasing->source, response, &found, &error);

    leasing->query = 0;
    supa_response_free(response);
    if (knows || error.code != SUPA_OK)
        finish(leasing, &found, &error);
    else
        ask_next(leasing);
}

/* The next of the tables; after the last one nobody knows the name. */
static void ask_next(struct host_leasing *leasing)
{
    struct host_found found = {0};
    supa_query *q;
    supa_error error;

    leasing->source = leasing->sources & -leasing->sources;
    leasing->sources &= ~leasing->source;
    if (leasing->source == 0) {
        hosts_unknown(&error, leasing->name);
        finish(leasing, &found, &error);
        return;
    }
    q = resolve_query(leasing->manager->lookup.master, leasing->source, leasing->name);
    lookup_limit(leasing->manager->lookup.master, q, leasing->deadline_us);
    leasing->query = supa_multi_add(leasing->flight->multi, q, looked_up, leasing);
    if (leasing->query != 0)
        return;
    error_no_memory(&error);
    finish(leasing, &found, &error);
}

static void ask(struct host_leasing *leasing)
{
    struct fetch *fetch = NULL;

    leasing->waiter.base.done = told;
    leasing->asked++;
    switch (hosts_ask(leasing->manager->hosts, leasing->name, &leasing->waiter, &fetch)) {
    case HOST_READY:
        multi_post(leasing->flight->multi, &leasing->post);
        return;
    case HOST_RUNS:
        leasing->fetch = fetch;
        leasing->sources = leasing->manager->options.host_sources;
        ask_next(leasing);
        return;
    case HOST_WAITS:
        return;
    }
}

static void cancel(struct renewal *renewal, supa_code code)
{
    struct host_leasing *leasing = renewal->of;
    struct flight *query = multi_find(leasing->flight->multi, leasing->query);

    leasing->given_up = code;
    if (query != NULL) {
        flight_give_up(query, code);
        return;
    }
    if (!hosts_leave(leasing->manager->hosts, &leasing->waiter))
        return; /* it is told already, and about to be taken */
    hosts_given_up(&leasing->waiter, code);
    end(leasing);
}

void leasing_host(
    struct flight *flight, supa_manager *manager, const char *name, int64_t deadline_us)
{
    struct host_leasing *leasing = memory_zero(sizeof *leasing);
    supa_error error;

    if (leasing == NULL) {
        error_no_memory(&error);
        leasing_end(flight, NULL, &error);
        return;
    }
    leasing->manager = manager_ref(manager);
    leasing->flight = flight;
    leasing->post.take = take;
    leasing->deadline_us = deadline_us;
    memcpy(leasing->name, name, sizeof leasing->name);
    flight->renewal = (struct renewal){.cancel = cancel, .of = leasing};
    ask(leasing);
}

uint64_t supa_multi_lease_host_by(
    supa_multi *multi, supa_manager *manager, const char *hostname, supa_deadline deadline,
    supa_cancel *cancel, supa_multi_leased leased, void *user)
{
    struct flight *flight = leasing_flight(multi, manager, leased, user);
    char name[HOST_NAME_SIZE];
    supa_error error;
    uint64_t ticket;

    if (flight == NULL)
        return 0;
    ticket = multi_ticket(flight);
    if (process_check(manager->generation, "the manager", &error) != SUPA_OK) {
        leasing_end(flight, NULL, &error);
    } else if (!host_name_read(hostname, name)) {
        error_argument(
            &error, "supa_multi_lease_host: the host is not a name of letters, digits, - and .");
        leasing_end(flight, NULL, &error);
    } else if (leasing_limit(flight, deadline.at_us, cancel)) {
        leasing_host(flight, manager, name, deadline.at_us);
    }
    multi_nudge(multi);
    return ticket;
}

uint64_t supa_multi_lease_host(
    supa_multi *multi, supa_manager *manager, const char *hostname, supa_multi_leased leased,
    void *user)
{
    return supa_multi_lease_host_by(
        multi, manager, hostname, (supa_deadline){0}, NULL, leased, user);
}
