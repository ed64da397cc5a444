/* SPDX-License-Identifier: MIT */
#include "transport/lane.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/memory.h"

#include <stddef.h>
#include <supa/multi.h>

#define WAIT_MS 60000

struct lane *lane_new(int is_of_many, long connections)
{
    struct lane *lane = memory_zero(sizeof *lane);

    if (lane == NULL)
        return NULL;
    lane->is_of_many = is_of_many;
    lane->multi = curl_multi_init();
    if (lane->multi != NULL)
        lane->idle = exchange_new(&lane->sockets, is_of_many);
    if (lane->idle == NULL) {
        lane_free(lane);
        return NULL;
    }
    curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, connections);
    return lane;
}

void lane_free(struct lane *lane)
{
    if (lane == NULL)
        return;
    while (lane->idle != NULL) {
        struct exchange *next = lane->idle->next;

        exchange_free(lane->idle);
        lane->idle = next;
    }
    curl_multi_cleanup(lane->multi);
    memory_free(lane);
}

static struct exchange *take_exchange(struct lane *lane)
{
    struct exchange *exchange = lane->idle;

    if (exchange == NULL)
        return exchange_new(&lane->sockets, lane->is_of_many);
    lane->idle = exchange->next;
    return exchange;
}

static void keep_exchange(struct lane *lane, struct exchange *exchange)
{
    exchange->call = NULL;
    exchange->next = lane->idle;
    lane->idle = exchange;
}

static void link_exchange(struct lane *lane, struct exchange *exchange)
{
    exchange->next = lane->under_way;
    if (exchange->next != NULL)
        exchange->next->place = &exchange->next;
    exchange->place = &lane->under_way;
    exchange->is_new = 1;
    exchange->is_looked_for = 0;
    lane->under_way = exchange;
}

static void unlink_exchange(struct exchange *exchange)
{
    *exchange->place = exchange->next;
    if (exchange->next != NULL)
        exchange->next->place = exchange->place;
}

/* Connections without a port cannot be told apart: only one of them is kept and asked again, and who comes
 * while that may be in use has one of its own. */
static int must_be_apart(const struct lane *lane, const struct endpoint *endpoint)
{
    const struct exchange *other = endpoint->unix_socket != NULL ? lane->under_way : NULL;

    while (other != NULL && other->call->endpoint->origin != endpoint->origin)
        other = other->next;
    return other != NULL;
}

struct exchange *
lane_start(struct lane *lane, const struct call *call, struct reply *reply, void *owner)
{
    struct exchange *exchange = take_exchange(lane);

    if (exchange == NULL)
        return NULL;
    reply_clear(reply);
    exchange->owner = owner;
    exchange->is_apart = must_be_apart(lane, call->endpoint);
    lane->last_origin = call->endpoint->origin;
    if (exchange_start(exchange, call, reply) == 0 &&
        curl_multi_add_handle(lane->multi, exchange->easy) == CURLM_OK) {
        link_exchange(lane, exchange);
        return exchange;
    }
    keep_exchange(lane, exchange);
    return NULL;
}

/* Connections of HTTP/2 are shared: only when nobody asks the server are they idle. */
static int are_idle_of_2(const struct exchange *exchange, const struct endpoint *endpoint)
{
    if (endpoint->http_version == HTTP_1_1)
        return 0;
    while (exchange != NULL &&
           (exchange->is_new || exchange->call->endpoint->origin != endpoint->origin))
        exchange = exchange->next;
    return exchange == NULL;
}

/* Idle connections are looked at before: a write would end unknown on a dead one, and a read would
 * take what a server said on its own accord, "408" or another's rows, for its answer. One look does
 * for all that go to a server at once. Those that are new stand first. */
static void look_before(struct lane *lane)
{
    struct exchange *exchange = lane->under_way, *same;

    for (; exchange != NULL && exchange->is_new; exchange = exchange->next) {
        const struct endpoint *endpoint = exchange->call->endpoint;

        if (exchange->is_looked_for)
            continue;
        sockets_bury_dead(&lane->sockets, endpoint->origin, are_idle_of_2(exchange, endpoint));
        for (same = exchange->next; same != NULL && same->is_new; same = same->next)
            same->is_looked_for |= same->call->endpoint->origin == endpoint->origin;
    }
    for (exchange = lane->under_way; exchange != NULL && exchange->is_new;
         exchange = exchange->next)
        exchange->is_new = exchange->is_looked_for = 0;
}

/* While one exchange ended, libcurl may have given its connection to the next one already, and that one
 * may be done as well. */
static int is_used_by_another(const struct lane *lane, const struct exchange *exchange)
{
    const uint64_t origin = exchange->call->endpoint->origin;

    for (const struct exchange *other = lane->under_way; other != NULL; other = other->next) {
        if (other != exchange && other->sendings != 0 && other->call->endpoint->origin == origin &&
            (other->port == exchange->port || exchange->port <= 0) && !other->is_apart)
            return 1;
    }
    return 0;
}

static void leave_multi(struct lane *lane, struct exchange *exchange)
{
    if (!exchange->is_apart && !is_used_by_another(lane, exchange))
        sockets_note(
            &lane->sockets, exchange->easy, exchange->call->endpoint->origin, exchange->port);
    unlink_exchange(exchange);
    curl_multi_remove_handle(lane->multi, exchange->easy);
}

struct exchange *lane_done(struct lane *lane)
{
    struct exchange *exchange = NULL;
    CURLcode result;
    CURLMsg *message;
    int left;

    do {
        message = curl_multi_info_read(lane->multi, &left);
        if (message == NULL)
            return NULL;
    } while (message->msg != CURLMSG_DONE);
    result = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    leave_multi(lane, exchange);
    exchange_finish(exchange, result);
    return exchange;
}

void lane_end(struct lane *lane, struct exchange *exchange)
{
    keep_exchange(lane, exchange);
}

/* The connection of a call that is given up amid it is closed by libcurl: that of HTTP/2, too, unless others are
 * on it. It is not known whether it lives, and it would be idle without being looked at. */
void lane_give_up(struct lane *lane, struct exchange *exchange, supa_code code)
{
    exchange_give_up(exchange, code);
    unlink_exchange(exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, 1L);
    curl_multi_remove_handle(lane->multi, exchange->easy);
    exchange_finish(exchange, CURLE_ABORTED_BY_CALLBACK);
    keep_exchange(lane, exchange);
}

void lane_resume(struct exchange *exchange)
{
    exchange->is_paused = 0;
    curl_easy_pause(exchange->easy, CURLPAUSE_CONT);
}

int lane_work(struct lane *lane)
{
    int running;

    look_before(lane);
    return curl_multi_perform(lane->multi, &running) == CURLM_OK ? 0 : -1;
}

_Static_assert(
    sizeof(struct lane_look) == sizeof(struct curl_waitfd) &&
        offsetof(struct lane_look, fd) == offsetof(struct curl_waitfd, fd) &&
        offsetof(struct lane_look, events) == offsetof(struct curl_waitfd, events),
    "lane_look is laid out as curl_waitfd");

void lane_wait(struct lane *lane, struct lane_look *further, unsigned n, int64_t ms)
{
    const int wait = ms < 0 ? 0 : ms > WAIT_MS ? WAIT_MS : (int)ms;

    curl_multi_poll(lane->multi, (struct curl_waitfd *)further, n, wait, NULL);
}

void lane_wake(struct lane *lane)
{
    curl_multi_wakeup(lane->multi);
}

static int tell_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *unused)
{
    const struct lane_hooks *hooks = user;
    int events = SUPA_MULTI_NONE;

    (void)easy;
    (void)unused;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        events |= SUPA_MULTI_READ;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        events |= SUPA_MULTI_WRITE;
    hooks->on_socket(hooks->user, (int)socket, events);
    return 0;
}

static int tell_timer(CURLM *multi, long ms, void *user)
{
    const struct lane_hooks *hooks = user;

    (void)multi;
    hooks->on_timer(hooks->user, ms);
    return 0;
}

void lane_hook(struct lane *lane, const struct lane_hooks *hooks)
{
    lane->hooks = *hooks;
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, tell_socket);
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, &lane->hooks);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, tell_timer);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, &lane->hooks);
}

void lane_socket(struct lane *lane, int fd, int events)
{
    int running, what = 0;

    what |= (events & SUPA_MULTI_READ) != 0 ? CURL_CSELECT_IN : 0;
    what |= (events & SUPA_MULTI_WRITE) != 0 ? CURL_CSELECT_OUT : 0;
    look_before(lane);
    curl_multi_socket_action(lane->multi, fd, what, &running);
}

void lane_timeout(struct lane *lane)
{
    int running;

    look_before(lane);
    curl_multi_socket_action(lane->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

/* Rounded up, so that nobody wakes a moment too early and turns round for nothing. */
static int64_t ms_until(int64_t until_us, int64_t now_us)
{
    return until_us == 0 ? WAIT_MS : (until_us - now_us + 999) / 1000;
}

/* Why the call has to be given up now; SUPA_OK when it goes on. */
static supa_code over(const struct call *call, int64_t now_us)
{
    if (supa_cancel_fired(call->cancel))
        return SUPA_ERROR_CANCELLED;
    return call->deadline_us != 0 && now_us >= call->deadline_us ? SUPA_ERROR_TIMEOUT : SUPA_OK;
}

/* What has come counts before whose time is over; what was not sent is not sent too late. */
int lane_step(struct lane *lane, struct exchange *exchange, int64_t until_us)
{
    const struct call *call = exchange->call;
    supa_code code = exchange->sendings == 0 ? over(call, clock_us()) : SUPA_OK;
    struct lane_look token = {-1, LANE_READABLE, 0};
    struct exchange *done;
    int64_t now;
    int broken;

    if (code == SUPA_OK) {
        exchange->has_given = 0;
        broken = lane_work(lane);
        done = lane_done(lane);
        if (done != NULL) {
            lane_end(lane, done);
            return 1;
        }
        now = clock_us();
        code = broken ? SUPA_ERROR_NO_MEMORY : over(call, now);
    }
    if (code != SUPA_OK) {
        lane_give_up(lane, exchange, code);
        return 1;
    }
    if (exchange->is_paused || exchange->has_given)
        return 0;
    if (call->deadline_us != 0 && (until_us == 0 || call->deadline_us < until_us))
        until_us = call->deadline_us;
    token.fd = cancel_descriptor(call->cancel);
    lane_wait(lane, &token, call->cancel != NULL, ms_until(until_us, now));
    return 0;
}

void lane_perform(struct lane *lane, const struct call *call, struct reply *reply)
{
    struct exchange *exchange = lane_start(lane, call, reply, NULL);

    if (exchange == NULL) {
        reply_refuse(reply, SUPA_ERROR_NO_MEMORY, "out of memory");
        return;
    }
    while (!lane_step(lane, exchange, 0))
        continue;
}
