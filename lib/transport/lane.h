/* SPDX-License-Identifier: MIT */
/* A lane: one curl multi with its connections, parsed trust store and wake-up; used by one thread
 * at a time. */
#ifndef TRANSPORT_LANE_H
#define TRANSPORT_LANE_H

#include "transport/exchange.h"
#include "transport/transport.h"

#include <curl/curl.h>

#define LANE_CONNECTIONS 64 /* kept open */

/* A connection that may be idle, by the server at its other end. */
struct idle_socket {
    uint64_t origin;
    curl_socket_t socket;
};

struct lane {
    struct lane *next; /* in the pool */
    CURLM *multi;
    struct exchange exchange; /* of blocking calls */
    uint64_t last_origin;     /* the server that was asked last */
    int64_t last_used_us;
    size_t idle_count;
    struct idle_socket idle[2 * LANE_CONNECTIONS];
};

struct lane *lane_new(void); /* NULL when memory is gone */
void lane_free(struct lane *lane);

/* One call, blocking. The reply is filled in. */
void lane_perform(struct lane *lane, const struct call *call, struct reply *reply);

/* libcurl's callback for the end of a connection. @lane is a struct lane. */
int lane_close_socket(void *lane, curl_socket_t socket);

/* 1 when libcurl was built with a file of trusted certificates. */
int lane_has_ca_file(void);

#endif
