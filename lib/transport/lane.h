/* SPDX-License-Identifier: MIT */
/* A lane: one curl multi with its exchanges, connections, parsed trust store and wake-up; used by one
 * thread at a time. */
#ifndef TRANSPORT_LANE_H
#define TRANSPORT_LANE_H

#include "transport/exchange.h"
#include "transport/sockets.h"
#include "transport/transport.h"

#include <curl/curl.h>

/* A further descriptor to wait for. Laid out as libcurl's struct curl_waitfd. */
struct lane_look {
    curl_socket_t fd;
    short events, revents;
};
#define LANE_READABLE CURL_WAIT_POLLIN

/* An event loop that drives the lane. Events are those of supa_multi_events. */
struct lane_hooks {
    void (*on_socket)(void *user, int fd, int events);
    void (*on_timer)(void *user, int64_t ms); /* −1: none */
    void *user;
};

struct lane {
    struct lane *next; /* in the pool */
    CURLM *multi;
    struct exchange *idle; /* exchanges to be used again */
    struct exchange *under_way;
    int is_of_many;       /* 1: a supa_multi's */
    uint64_t last_origin; /* the server that was asked last */
    int64_t last_used_us;
    struct sockets sockets;
    struct lane_hooks hooks;
};

/* NULL when memory is gone. @connections is how many are kept open. */
struct lane *lane_new(int is_of_many, long connections);
void lane_free(struct lane *lane);

/* Starts a call; both are borrowed until it ends. NULL when memory is gone. */
struct exchange *
lane_start(struct lane *lane, const struct call *call, struct reply *reply, void *owner);
/* A call that is done, with its reply filled in; NULL when there is none. lane_end follows. */
struct exchange *lane_done(struct lane *lane);
/* Gives up a call that is not done: its reply is filled in, and it has ended. */
void lane_give_up(struct lane *lane, struct exchange *exchange, supa_code code);
/* Ends a call that is done. */
void lane_end(struct lane *lane, struct exchange *exchange);
/* A call whose sink had it wait goes on. Bytes may be given to the sink from within. */
void lane_resume(struct exchange *exchange);

/* Sends and receives what can be without waiting. 0, or −1 when libcurl cannot go on. */
int lane_work(struct lane *lane);
/* Waits for at most @ms until there is something to do, or until one of @n further descriptors is
 * ready, or somebody calls lane_wake. */
void lane_wait(struct lane *lane, struct lane_look *further, unsigned n, int64_t ms);
void lane_wake(struct lane *lane); /* any thread */

/* Has an event loop wait in place of lane_wait, and what it tells: something happened on a descriptor
 * of the lane's, or its time has come. */
void lane_hook(struct lane *lane, const struct lane_hooks *hooks);
void lane_socket(struct lane *lane, int fd, int events);
void lane_timeout(struct lane *lane);

/* One call, blocking, up to its deadline. The reply is filled in. */
void lane_perform(struct lane *lane, const struct call *call, struct reply *reply);

/* Waits until @until_us (0: as long as it takes) or until something of the call comes; 1 when the call has ended and
 * its reply is filled in. @exchange came from lane_start, with no other call in the lane. */
int lane_step(struct lane *lane, struct exchange *exchange, int64_t until_us);

#endif
