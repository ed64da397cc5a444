/* SPDX-License-Identifier: MIT */
/* A lane: one curl multi with its connections, parsed trust store and wake-up; used by one thread
 * at a time. */
#ifndef TRANSPORT_LANE_H
#define TRANSPORT_LANE_H

#include "transport/exchange.h"
#include "transport/sockets.h"
#include "transport/transport.h"

#include <curl/curl.h>

struct lane {
    struct lane *next; /* in the pool */
    CURLM *multi;
    struct exchange exchange; /* of blocking calls */
    uint64_t last_origin;     /* the server that was asked last */
    int64_t last_used_us;
    struct sockets sockets;
};

struct lane *lane_new(void); /* NULL when memory is gone */
void lane_free(struct lane *lane);

/* One call, blocking. The reply is filled in. */
void lane_perform(struct lane *lane, const struct call *call, struct reply *reply);

#endif
