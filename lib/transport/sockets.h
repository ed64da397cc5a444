/* SPDX-License-Identifier: MIT */
/* The connections of a lane that are idle, by the server at their other end. */
#ifndef TRANSPORT_SOCKETS_H
#define TRANSPORT_SOCKETS_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#define SOCKETS_KEPT 256 /* connections that a lane keeps open */

struct idle_socket {
    uint64_t origin;
    curl_socket_t socket;
    int port;    /* ours; 0 without one */
    int is_2;    /* HTTP/2: other requests may be on it */
    int is_used; /* 1: not idle, a request is on it */
};

struct sockets {
    size_t count;
    struct idle_socket idle[2 * SOCKETS_KEPT];
};

/* Notes the connection that a transfer used, while libcurl still knows which one it was: before the
 * handle leaves its multi. @used_port is what sockets_use was told; 0 when no request went out. */
void sockets_note(struct sockets *sockets, CURL *easy, uint64_t origin, int used_port);

/* A request goes out on the connection to @origin with this port of ours: it is not idle. Without a port
 * (below 0) any of them may be the one: only one request at a time is told. */
void sockets_use(struct sockets *sockets, uint64_t origin, int port);

/* Has libcurl see the end of idle connections to @origin that the server closed; of HTTP/2 only
 * @with_2, which is for when no request to the server is under way. */
void sockets_bury_dead(struct sockets *sockets, uint64_t origin, int with_2);

/* libcurl's callback for the end of a connection. @sockets is a struct sockets. */
int sockets_close(void *sockets, curl_socket_t socket);

#endif
