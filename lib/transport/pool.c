/* SPDX-License-Identifier: MIT */
/* The process's transport: a few lanes, lent to one blocking call at a time. There come to be as
 * many as calls that really ran at once; those that stay idle are closed. */
#include "base/clock.h"
#include "base/error.h"
#include "transport/lane.h"
#include "transport/transport.h"

#include <pthread.h>
#include <stdio.h>

#define IDLE_US (60 * 1000000LL) /* a lane's connections are dead by then */

static pthread_once_t started = PTHREAD_ONCE_INIT;
static CURLcode start_result;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct lane *idle_lanes; /* the most recently used first */
static size_t users;

static void start(void)
{
    start_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static struct lane *unlink_lane(struct lane **place)
{
    struct lane *lane = *place;

    if (lane != NULL)
        *place = lane->next;
    return lane;
}

static struct lane *borrow(uint64_t origin)
{
    struct lane *lane, **place;

    pthread_mutex_lock(&mutex);
    place = &idle_lanes;
    while (*place != NULL && (*place)->last_origin != origin)
        place = &(*place)->next;
    lane = unlink_lane(*place != NULL ? place : &idle_lanes);
    pthread_mutex_unlock(&mutex);
    return lane != NULL ? lane : lane_new();
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
    return stale;
}

static void give_back(struct lane *lane)
{
    struct lane *stale;

    pthread_mutex_lock(&mutex);
    lane->next = idle_lanes;
    idle_lanes = lane;
    stale = cut_stale(lane->last_used_us);
    pthread_mutex_unlock(&mutex);
    free_lanes(stale);
}

static void perform(struct transport *transport, const struct call *call, struct reply *reply)
{
    struct lane *lane = borrow(call->endpoint->origin);

    (void)transport;
    if (lane == NULL) {
        reply_clear(reply);
        reply->code = SUPA_ERROR_NO_MEMORY;
        reply->outcome = SUPA_NOT_SENT;
        snprintf(reply->problem, sizeof reply->problem, "out of memory");
        return;
    }
    lane_perform(lane, call, reply);
    give_back(lane);
}

static struct transport curl_transport = {perform};

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
    if (--users == 0) {
        unused = idle_lanes;
        idle_lanes = NULL;
    }
    pthread_mutex_unlock(&mutex);
    free_lanes(unused);
}
