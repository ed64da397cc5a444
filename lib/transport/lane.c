/* SPDX-License-Identifier: MIT */
#include "transport/lane.h"

#include "base/clock.h"
#include "base/memory.h"

struct lane *lane_new(void)
{
    struct lane *lane = memory_zero(sizeof *lane);

    if (lane == NULL)
        return NULL;
    lane->multi = curl_multi_init();
    if (lane->multi == NULL || exchange_init(&lane->exchange, &lane->sockets) != 0) {
        lane_free(lane);
        return NULL;
    }
    curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, (long)SOCKETS_KEPT);
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
    sockets_note(&lane->sockets, easy, lane->exchange.call->endpoint->origin);
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
    sockets_bury_dead(&lane->sockets, call->endpoint->origin);
    attempt(lane, call, reply, 0);
    if (http_method_reads(call->method) && exchange_was_stopped(&lane->exchange))
        attempt(lane, call, reply, 1);
    lane->last_origin = call->endpoint->origin;
    lane->last_used_us = clock_us();
}
