/* SPDX-License-Identifier: MIT */
/* The process's transport: a few lanes, lent to one blocking call at a time. There come to be as
 * many as calls that really ran at once; those that stay idle are closed. */
#include "transport/pool.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/process.h"
#include "transport/host.h"
#include "transport/resolving.h"

#include <pthread.h>
#include <stdio.h>

#define IDLE_US     (60 * 1000000LL) /* a lane's connections are dead by then */
#define LANES       512              /* at most */
#define CONNECTIONS 64               /* that a lane keeps open */

static pthread_once_t started = PTHREAD_ONCE_INIT;
static CURLcode start_result;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct lane *idle_lanes; /* the most recently used first */
static size_t lanes;            /* idle or lent */
static size_t users;

static void before_fork(void)
{
    pthread_mutex_lock(&mutex);
    host_lock();
    resolving_lock();
}

static void after_fork(void)
{
    resolving_unlock();
    host_unlock();
    pthread_mutex_unlock(&mutex);
}

/* The lanes' connections are the parent's: to close them here would be to speak on them. */
static void in_child(void)
{
    idle_lanes = NULL;
    lanes = users = 0;
    host_forget_all();
    resolving_forget_all();
    after_fork();
}

static void start(void)
{
    start_result = curl_global_init(CURL_GLOBAL_DEFAULT);
    process_generation();
    pthread_atfork(before_fork, after_fork, in_child);
}

static struct lane *unlink_lane(struct lane **place)
{
    struct lane *lane = *place;

    if (lane != NULL)
        *place = lane->next;
    return lane;
}

/* An idle lane, or leave to make one: @may_make is 0 when there are too many. */
static struct lane *find_idle(uint64_t origin, int *may_make)
{
    struct lane *lane, **place;

    pthread_mutex_lock(&mutex);
    place = &idle_lanes;
    while (*place != NULL && (*place)->last_origin != origin)
        place = &(*place)->next;
    lane = unlink_lane(*place != NULL ? place : &idle_lanes);
    *may_make = lane == NULL && lanes < LANES;
    lanes += (size_t)*may_make;
    pthread_mutex_unlock(&mutex);
    return lane;
}

static void count_less(size_t n)
{
    pthread_mutex_lock(&mutex);
    lanes -= n < lanes ? n : lanes;
    pthread_mutex_unlock(&mutex);
}

struct lane *pool_borrow(uint64_t origin, struct reply *reply)
{
    int may_make;
    struct lane *lane = find_idle(origin, &may_make);

    if (lane != NULL)
        return lane;
    if (may_make && (lane = lane_new(0, CONNECTIONS)) != NULL)
        return lane;
    if (may_make) {
        count_less(1);
        reply_refuse(reply, SUPA_ERROR_NO_MEMORY, "out of memory");
    } else {
        reply_refuse(reply, SUPA_ERROR_BUSY, "all connections of the process are in use");
        reply->no_place = 1;
    }
    return NULL;
}

static void free_lanes(struct lane *lane)
{
    while (lane != NULL) {
        struct lane *next = lane->next;

        lane_free(lane);
        lane = next;
    }
}

/* Cuts off the lanes behind the first that have been idle for too long: they are in order of use. */
static struct lane *cut_stale(int64_t now)
{
    struct lane **place = &idle_lanes, *stale;

    while (*place != NULL && now - (*place)->last_used_us < IDLE_US)
        place = &(*place)->next;
    stale = *place;
    *place = NULL;
    for (const struct lane *lane = stale; lane != NULL; lane = lane->next)
        lanes--;
    return stale;
}

void pool_give_back(struct lane *lane)
{
    struct lane *stale;

    lane->last_used_us = clock_coarse_us();
    pthread_mutex_lock(&mutex);
    lane->next = idle_lanes;
    idle_lanes = lane;
    stale = cut_stale(lane->last_used_us);
    pthread_mutex_unlock(&mutex);
    free_lanes(stale);
}

int pool_is_down(const struct endpoint *endpoint, struct reply *reply)
{
    int64_t us = host_has_failed(endpoint->host) ? host_down_us(endpoint->host, clock_us()) : 0;
    char problem[160];

    if (us == 0)
        return 0;
    snprintf(
        problem, sizeof problem,
        "the host is down: its last connects failed; it is tried again in %d ms",
        (int)(us / 1000 + 1));
    reply_refuse(reply, SUPA_ERROR_BUSY, problem);
    return 1;
}

int pool_enter(const struct endpoint *endpoint, struct reply *reply)
{
    if (pool_is_down(endpoint, reply))
        return 0;
    if (host_enter(endpoint->host, endpoint->max_in_flight) == 0)
        return 1;
    reply_refuse(
        reply, SUPA_ERROR_BUSY, "as many calls to this host are in flight as max_in_flight allows");
    reply->no_place = endpoint->waits_for_place;
    return 0;
}

void pool_leave(const struct endpoint *endpoint)
{
    host_leave(endpoint->host);
}

static void perform(struct transport *transport, const struct call *call, struct reply *reply)
{
    struct lane *lane;

    (void)transport;
    if (!pool_enter(call->endpoint, reply))
        return;
    lane = pool_borrow(call->endpoint->origin, reply);
    if (lane != NULL) {
        lane_perform(lane, call, reply);
        pool_give_back(lane);
    }
    pool_leave(call->endpoint);
}

static int wait_until(struct transport *transport, int64_t until_us, struct supa_cancel *cancel)
{
    (void)transport;
    return cancel_sleep(cancel, until_us);
}

static struct transport curl_transport = {perform, wait_until};

int transport_has_lanes(const struct transport *transport)
{
    return transport == &curl_transport;
}

static int check_libcurl(supa_error *error)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    if (start_result != CURLE_OK)
        return error_set(
            error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT, "libcurl does not start: %s",
            curl_easy_strerror(start_result));
    if (info->version_num < 0x075700)
        return error_set(
            error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT,
            "libcurl %s is too old: 7.87 or later is needed", info->version);
    if ((info->features & CURL_VERSION_ASYNCHDNS) == 0 || (info->features & CURL_VERSION_SSL) == 0)
        return error_set(
            error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT,
            "libcurl %s was built without TLS or without an asynchronous resolver", info->version);
    return SUPA_OK;
}

struct transport *transport_take(supa_error *error)
{
    pthread_once(&started, start);
    if (check_libcurl(error) != SUPA_OK)
        return NULL;
    pthread_mutex_lock(&mutex);
    users++;
    pthread_mutex_unlock(&mutex);
    return &curl_transport;
}

struct transport *transport_again(struct transport *transport)
{
    return transport == &curl_transport ? transport_take(NULL) : transport;
}

void transport_give_back(struct transport *transport)
{
    struct lane *unused = NULL;

    if (transport != &curl_transport)
        return;
    pthread_mutex_lock(&mutex);
    if (users != 0 && --users == 0) {
        unused = idle_lanes;
        idle_lanes = NULL;
        for (const struct lane *lane = unused; lane != NULL; lane = lane->next)
            lanes--;
    }
    pthread_mutex_unlock(&mutex);
    free_lanes(unused);
}
