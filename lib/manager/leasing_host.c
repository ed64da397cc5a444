/* SPDX-License-Identifier: MIT */
/* Leases by the name of a host, in a multi. */
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
    int asked;
    int is_given_up;
    char name[HOST_NAME_SIZE];
};

static void ask(struct host_leasing *leasing);

static void say_cancelled(struct host_leasing *leasing)
{
    error_set(
        &leasing->waiter.error, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT,
        "host %s: cancelled while it was looked up", leasing->name);
}

static void end(struct host_leasing *leasing)
{
    supa_manager *manager = leasing->manager;
    struct flight *flight = leasing->flight;

    flight->renewal.cancel = NULL;
    if (leasing->is_given_up && leasing->waiter.error.code == SUPA_OK)
        say_cancelled(leasing);
    if (leasing->waiter.error.code == SUPA_OK)
        leasing_store(flight, manager, leasing->waiter.found.store, NULL, 0);
    else
        leasing_end(flight, NULL, &leasing->waiter.error);
    manager_unref(manager);
    memory_free(leasing);
}

static void take(struct post *post)
{
    struct host_leasing *leasing =
        (struct host_leasing *)((char *)post - offsetof(struct host_leasing, post));

    if (leasing->waiter.base.overtaken && !leasing->is_given_up && leasing->asked < MAX_LOOKS)
        ask(leasing);
    else
        end(leasing);
}

static void told(struct fetch_waiter *waiter)
{
    struct host_leasing *leasing = (struct host_leasing *)waiter;

    multi_post(leasing->flight->multi, &leasing->post);
}

static void
finish(struct host_leasing *leasing, const struct host_found *found, const supa_error *error)
{
    struct hosts *hosts = leasing->manager->hosts;
    const struct hosts_options *options = hosts_settings(hosts);
    struct fetch *fetch = leasing->fetch;

    leasing->fetch = NULL;
    if (error->code == SUPA_ERROR_CANCELLED) {
        outage_release(options->outage);
        hosts_overtake(hosts, fetch);
    } else {
        outage_note(
            options->outage, options->clock(options->clock_user),
            error->code != SUPA_OK ? error : NULL);
    }
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
    supa_error error;

    leasing->source = leasing->sources & -leasing->sources;
    leasing->sources &= ~leasing->source;
    if (leasing->source == 0) {
        hosts_unknown(&error, leasing->name);
        finish(leasing, &found, &error);
        return;
    }
    leasing->query = supa_multi_add(
        leasing->flight->multi,
        resolve_query(leasing->manager->lookup.master, leasing->source, leasing->name), looked_up,
        leasing);
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

    leasing->is_given_up = 1;
    if (query != NULL) {
        flight_give_up(query, code);
        return;
    }
    if (!hosts_leave(leasing->manager->hosts, &leasing->waiter))
        return; /* it is told already, and about to be taken */
    say_cancelled(leasing);
    end(leasing);
}

static void begin(struct flight *flight, supa_manager *manager, const char *name)
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
    memcpy(leasing->name, name, sizeof leasing->name);
    flight->renewal = (struct renewal){.cancel = cancel, .of = leasing};
    ask(leasing);
}

uint64_t supa_multi_lease_host(
    supa_multi *multi, supa_manager *manager, const char *hostname, supa_multi_leased leased,
    void *user)
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
    } else {
        begin(flight, manager, name);
    }
    multi_nudge(multi);
    return ticket;
}
