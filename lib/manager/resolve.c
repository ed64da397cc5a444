/* SPDX-License-Identifier: MIT */
#include "manager/resolve.h"

#include "base/clock.h"
#include "base/error.h"
#include "manager/lookup.h"

#include <string.h>

#define MAX_LOOKS 4 /* for one who asks, when they are overtaken again and again */

/* What is needed of a row in one of the two tables. */
struct table {
    int source;
    const char *name, *column, *columns;
};

static const struct table tables[] = {
    {SUPA_HOSTS_STORE_HOSTNAMES, "store_hostnames", "hostname", "id,hostname,store_id"},
    {SUPA_HOSTS_CUSTOM_DOMAINS, "custom_domains_lookup", "domain",
     "id,domain,store_id,is_verified,is_active,is_redirect,redirect_to"},
};

static const struct table *table_of(int source)
{
    return &tables[source == SUPA_HOSTS_CUSTOM_DOMAINS];
}

const char *resolve_columns(int source)
{
    return table_of(source)->columns;
}

static int is_true(supa_row row, const char *column)
{
    int value = 0;

    return supa_row_bool(row, column, &value) == SUPA_FIELD_VALUE && value;
}

/* A text that fits, with a NUL; else "". */
static void read_text(supa_row row, const char *column, char *out, size_t size)
{
    const char *text;
    size_t length;

    *out = '\0';
    if (supa_row_text(row, column, &text, &length) != SUPA_FIELD_VALUE || length >= size)
        return;
    memcpy(out, text, length);
    out[length] = '\0';
}

int resolve_row(int source, supa_row row, struct host_row *out)
{
    char name[HOST_NAME_SIZE];

    memset(out, 0, sizeof *out);
    out->found.source = source;
    if (!lookup_id(row, "id", &out->found.row))
        return 0;
    if (!lookup_id(row, "store_id", &out->found.store) ||
        (source == SUPA_HOSTS_CUSTOM_DOMAINS &&
         (!is_true(row, "is_verified") || !is_true(row, "is_active"))))
        out->found.source = 0;
    read_text(row, table_of(source)->column, name, sizeof name);
    if (!host_name_read(name, out->name))
        out->name[0] = '\0';
    out->found.is_redirect = is_true(row, "is_redirect");
    read_text(row, "redirect_to", out->found.redirect_to, sizeof out->found.redirect_to);
    return 1;
}

supa_query *resolve_query(supa_client *master, int source, const char *name)
{
    const struct table *table = table_of(source);
    supa_query *q = supa_from(master, table->name);

    supa_select(q, table->columns);
    supa_eq(q, table->column, supa_text(name));
    return supa_limit(q, 1);
}

int resolve_read(
    int source, const supa_response *response, struct host_found *found, supa_error *error)
{
    struct host_row row;

    if (!supa_response_ok(response)) {
        *error = *supa_response_error(response);
        return 0;
    }
    if (supa_response_row_count(response) == 0 ||
        !resolve_row(source, supa_response_first(response), &row) || row.found.source == 0)
        return 0;
    *found = row.found;
    return 1;
}

/* 1 when the table knows the name; 0 when it does not; or the master cannot say, with @error. */
static int
ask(supa_client *master, const struct table *table, const char *name, int64_t deadline_us,
    struct host_found *found, supa_error *error)
{
    supa_query *q = resolve_query(master, table->source, name);
    supa_response *response;
    int knows;

    lookup_limit(master, q, deadline_us);
    response = supa_execute(q);
    knows = resolve_read(table->source, response, found, error);
    supa_response_free(response);
    return knows;
}

int resolve_host(
    supa_client *master, int sources, const char *name, int64_t deadline_us,
    struct host_found *found, supa_error *error)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if ((sources & tables[i].source) == 0)
            continue;
        if (ask(master, &tables[i], name, deadline_us, found, error))
            return SUPA_OK;
        if (error->code != SUPA_OK)
            return error->code;
    }
    return hosts_unknown(error, name);
}

static int passed(int64_t deadline_us)
{
    return deadline_us != 0 && clock_us() >= deadline_us;
}

/* As for a store: a lookup that ran out of its asker's time tells nothing to others. */
static void run(struct hosts *hosts, struct fetch *fetch, int64_t deadline_us)
{
    struct host_found found = {0};
    supa_error error = {0};
    const struct hosts_options *options = hosts_settings(hosts);

    options->find(options->user, fetch->key, deadline_us, &found, &error);
    if (error.code != SUPA_OK)
        counters_error(options->counters, &error);
    if (error.code == SUPA_ERROR_TIMEOUT && passed(deadline_us)) {
        hosts_drop(hosts, fetch, &error);
        return;
    }
    outage_note(
        options->outage, options->clock(options->clock_user),
        error.code != SUPA_OK ? &error : NULL);
    hosts_finish(hosts, fetch, &found, &error);
}

struct sleeping_waiter {
    struct host_waiter waiter; /* the first */
    struct fetch_sleeper sleeper;
};

static void wake(struct fetch_waiter *waiter)
{
    sleeper_wake(&((struct sleeping_waiter *)waiter)->sleeper);
}

static int await(struct hosts *hosts, struct sleeping_waiter *asker, int64_t deadline_us)
{
    if (sleeper_wait(&asker->sleeper, deadline_us))
        return 1;
    if (!hosts_leave(hosts, &asker->waiter))
        return sleeper_wait(&asker->sleeper, 0);
    hosts_given_up(&asker->waiter, SUPA_ERROR_TIMEOUT);
    return 0;
}

static void ask_until_settled(
    struct hosts *hosts, const char *name, struct sleeping_waiter *asker, int64_t deadline_us)
{
    for (int i = 1;; i++) {
        struct fetch *fetch = NULL;
        enum host_state state;

        asker->sleeper.done = 0;
        state = hosts_ask(hosts, name, &asker->waiter, &fetch);
        if (state == HOST_RUNS)
            run(hosts, fetch, deadline_us);
        if (state == HOST_READY || !await(hosts, asker, deadline_us) ||
            !asker->waiter.base.overtaken || passed(deadline_us))
            return;
        /* Other askers' deadlines say nothing to this one: it looks by itself in the end. */
        asker->waiter.is_alone = i == MAX_LOOKS && asker->waiter.base.overtaken == FETCH_DROPPED;
        if (i >= MAX_LOOKS && !asker->waiter.is_alone)
            return;
    }
}

int hosts_resolve(
    struct hosts *hosts, const char *name, int64_t deadline_us, struct host_found *found,
    supa_error *error)
{
    struct sleeping_waiter asker;

    memset(&asker.waiter, 0, sizeof asker.waiter);
    asker.waiter.base.done = wake;
    if (sleeper_start(&asker.sleeper) != 0)
        return error_no_memory(error);
    ask_until_settled(hosts, name, &asker, deadline_us);
    sleeper_end(&asker.sleeper);
    if (asker.waiter.error.code == SUPA_OK)
        *found = asker.waiter.found;
    else if (error != NULL)
        *error = asker.waiter.error;
    return asker.waiter.error.code;
}
