/* SPDX-License-Identifier: MIT */
#include "transport/lane.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int lane_has_ca_file(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    return info->age >= CURLVERSION_SEVENTH && info->cainfo != NULL;
}

struct lane *lane_new(void)
{
    struct lane *lane = memory_zero(sizeof *lane);

    if (lane == NULL)
        return NULL;
    lane->multi = curl_multi_init();
    if (lane->multi == NULL || exchange_init(&lane->exchange, lane) != 0) {
        lane_free(lane);
        return NULL;
    }
    curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, (long)LANE_CONNECTIONS);
    return lane;
}

void lane_free(struct lane *lane)
{
    if (lane == NULL)
        return;
    exchange_free(&lane->exchange);
    curl_multi_cleanup(lane->multi);
    memory_free(lane);
}

static void forget_socket(struct lane *lane, curl_socket_t socket)
{
    for (size_t i = 0; i < lane->idle_count; i++) {
        if (lane->idle[i].socket == socket)
            lane->idle[i--] = lane->idle[--lane->idle_count];
    }
}

int lane_close_socket(void *user, curl_socket_t socket)
{
    forget_socket(user, socket);
    return close(socket);
}

/* While libcurl still knows which connection it was: before the handle leaves the multi. */
static void remember_socket(struct lane *lane, uint64_t origin)
{
    curl_socket_t socket = CURL_SOCKET_BAD;

    curl_easy_getinfo(lane->exchange.easy, CURLINFO_ACTIVESOCKET, &socket);
    if (socket == CURL_SOCKET_BAD)
        return;
    forget_socket(lane, socket);
    if (lane->idle_count < sizeof lane->idle / sizeof lane->idle[0])
        lane->idle[lane->idle_count++] = (struct idle_socket){origin, socket};
}

/* An idle connection with something to read was closed by the server, or breaks the protocol. What
 * is pending (a TLS close among it) would make libcurl take it for alive: it is read away, so that
 * libcurl sees the end and connects anew. */
static void bury(curl_socket_t socket)
{
    char pending[4096];

    shutdown(socket, SHUT_RDWR);
    while (recv(socket, pending, sizeof pending, MSG_DONTWAIT) > 0)
        continue;
}

static void bury_dead_sockets(struct lane *lane, uint64_t origin)
{
    for (size_t i = 0; i < lane->idle_count; i++) {
        struct pollfd look = {lane->idle[i].socket, POLLIN, 0};

        if (lane->idle[i].origin == origin && poll(&look, 1, 0) > 0)
            bury(lane->idle[i].socket);
    }
}

static CURLcode take_result(CURLM *multi)
{
    int left;
    CURLMsg *message = curl_multi_info_read(multi, &left);

    return message != NULL && message->msg == CURLMSG_DONE ? message->data.result
                                                           : CURLE_FAILED_INIT;
}

static CURLcode drive(struct lane *lane)
{
    CURL *easy = lane->exchange.easy;
    CURLMcode problem = curl_multi_add_handle(lane->multi, easy);
    CURLcode result;
    int running = 1;

    if (problem != CURLM_OK)
        return CURLE_OUT_OF_MEMORY;
    while (problem == CURLM_OK) {
        problem = curl_multi_perform(lane->multi, &running);
        if (problem != CURLM_OK || running == 0)
            break;
        problem = curl_multi_poll(lane->multi, NULL, 0, 1000, NULL);
    }
    if (problem == CURLM_OK)
        result = take_result(lane->multi);
    else
        result = problem == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT;
    remember_socket(lane, lane->exchange.call->endpoint->origin);
    curl_multi_remove_handle(lane->multi, easy);
    return result;
}

static void attempt(struct lane *lane, const struct call *call, struct reply *reply, int fresh)
{
    CURLcode result = CURLE_OUT_OF_MEMORY;

    reply_clear(reply);
    if (exchange_start(&lane->exchange, call, reply, fresh) == 0)
        result = drive(lane);
    exchange_finish(&lane->exchange, result);
}

/* Idle connections are looked at before: a write would end unknown on a dead one, and a read would
 * take what a server said on its own accord, "408" or another's rows, for its answer. A read whose
 * reused connection dies all the same is asked once more, on a new one: nobody can tell the
 * difference. For a write it is never safe. */
void lane_perform(struct lane *lane, const struct call *call, struct reply *reply)
{
    bury_dead_sockets(lane, call->endpoint->origin);
    attempt(lane, call, reply, 0);
    if (http_method_reads(call->method) && exchange_was_stopped(&lane->exchange))
        attempt(lane, call, reply, 1);
    lane->last_origin = call->endpoint->origin;
    lane->last_used_us = clock_us();
}
