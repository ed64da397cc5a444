/* SPDX-License-Identifier: MIT */
/* Host names and the stores they lead to: bounded in number and time, for many threads; however many
 * ask for a name, it is looked up once. */
#ifndef MANAGER_HOSTS_H
#define MANAGER_HOSTS_H

#include "base/uuid.h"
#include "manager/fetch.h"
#include "manager/host_name.h"
#include "manager/host_table.h"
#include "manager/outage.h"
#include "manager/stats.h"

struct hosts;

/* Looks a name up: 0 with @found filled in, or the code. Without a lock held. */
typedef int host_find(
    void *user, const char *name, int64_t deadline_us, struct host_found *found, supa_error *error);

struct hosts_options {
    int64_t max;
    int64_t ttl_us;
    int64_t unknown_us;
    int64_t grace_us; /* as the cache's */
    host_find *find;
    void *user;
    int64_t (*clock)(void *user);
    void *clock_user;
    struct outage *outage;
    struct counters *counters;
};

struct hosts *hosts_new(const struct hosts_options *options);
/* Once nobody calls it any more. */
void hosts_free(struct hosts *hosts);
/* Whoever waits is told that it is over. */
void hosts_cancel(struct hosts *hosts);

/* One who asks without waiting; as cache_waiter. */
struct host_waiter {
    struct fetch_waiter base; /* the first */
    char name[HOST_NAME_SIZE];
    struct host_found found;
    supa_error error; /* its code is SUPA_OK when the host was found */
    int is_alone;     /* as a cache_waiter's */
};

/* 1 with @found filled in when the name is cached as one that leads somewhere. */
int hosts_hit(struct hosts *hosts, const char *name, struct host_found *found);

enum host_state { HOST_READY, HOST_WAITS, HOST_RUNS };
enum host_state
hosts_ask(struct hosts *hosts, const char *name, struct host_waiter *waiter, struct fetch **fetch);
int hosts_leave(struct hosts *hosts, struct host_waiter *waiter);
/* Ends a lookup that was run elsewhere: @error's code is SUPA_OK when it found something. */
void hosts_finish(
    struct hosts *hosts, struct fetch *fetch, const struct host_found *found,
    const supa_error *error);

/* Ends one that whoever ran it had no more time for: who waits asks again. */
void hosts_drop(struct hosts *hosts, struct fetch *fetch, const supa_error *error);
const struct hosts_options *hosts_settings(const struct hosts *hosts);
/* The error of one who has left: CANCELLED, or TIMEOUT. */
void hosts_given_up(struct host_waiter *waiter, supa_code code);
/* The error for a name that nobody knows; its code. */
int hosts_unknown(supa_error *error, const char *name);

/* A row as it is now; the source is 0 when it leads nowhere any more. */
struct host_row {
    struct host_found found;
    char name[HOST_NAME_SIZE];
};
/* Forgets what @rows contradict; they become sorted. */
void hosts_learn(struct hosts *hosts, struct host_row *rows, size_t count);
/* Forgets the names of a store; NULL: all names. */
void hosts_forget(struct hosts *hosts, const struct uuid *store);

void hosts_stats(struct hosts *hosts, supa_manager_stats *out);

#endif
