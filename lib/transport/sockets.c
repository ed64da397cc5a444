/* SPDX-License-Identifier: MIT */
#include "transport/sockets.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_AT 64 /* idle connections to one server that are looked at together */

static void drop(struct sockets *sockets, size_t i)
{
    sockets->idle[i] = sockets->idle[--sockets->count];
}

static void forget(struct sockets *sockets, curl_socket_t socket)
{
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->idle[i].socket == socket)
            drop(sockets, i--);
    }
}

int sockets_close(void *sockets, curl_socket_t socket)
{
    forget(sockets, socket);
    return close(socket);
}

/* Whether the transfer went over a connection that is known and still open. To ask libcurl for the
 * socket takes longer: it looks through its connections. A port may stand for two of them, to two
 * addresses of the server. */
static int put_back(struct sockets *sockets, CURL *easy, uint64_t origin, int port)
{
    struct idle_socket *found = NULL;
    long connects = 1;
    size_t n = 0;

    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->idle[i].origin == origin && sockets->idle[i].port == port) {
            found = &sockets->idle[i];
            n++;
        }
    }
    if (port <= 0 || n != 1)
        return 0;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    if (connects == 0)
        found->is_used = 0;
    return connects == 0;
}

/* Sockets without a port are marked together. */
static void mark(struct sockets *sockets, uint64_t origin, int port, int is_used)
{
    for (size_t i = 0; i < sockets->count; i++) {
        struct idle_socket *idle = &sockets->idle[i];

        if (idle->origin == origin && idle->port == (port > 0 ? port : 0))
            idle->is_used = is_used;
    }
}

void sockets_note(struct sockets *sockets, CURL *easy, uint64_t origin, int used_port)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    long port = 0, version = 0;

    if (put_back(sockets, easy, origin, used_port))
        return;
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    if (used_port < 0) /* whichever it was: they are asked one after the other */
        mark(sockets, origin, 0, 0);
    if (socket == CURL_SOCKET_BAD)
        return;
    curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port);
    forget(sockets, socket);
    if (sockets->count < sizeof sockets->idle / sizeof sockets->idle[0])
        sockets->idle[sockets->count++] = (struct idle_socket){
            origin, socket, port > 0 ? (int)port : 0, version >= CURL_HTTP_VERSION_2, 0};
}

void sockets_use(struct sockets *sockets, uint64_t origin, int port)
{
    mark(sockets, origin, port, 1);
}

/* An idle connection with something to read was closed by the server, or breaks the protocol; with
 * HTTP/2 it may be well, which costs a new one. What
 * is pending (a TLS close among it) would make libcurl take it for alive: it is read away, so that
 * libcurl sees the end and connects anew. */
static void bury(curl_socket_t socket)
{
    char pending[4096];

    shutdown(socket, SHUT_RDWR);
    while (recv(socket, pending, sizeof pending, MSG_DONTWAIT) > 0)
        continue;
}

static void look_at(struct pollfd *looks, size_t n)
{
    if (n == 0 || poll(looks, (nfds_t)n, 0) <= 0)
        return;
    for (size_t i = 0; i < n; i++) {
        if (looks[i].revents != 0)
            bury(looks[i].fd);
    }
}

void sockets_bury_dead(struct sockets *sockets, uint64_t origin, int with_2)
{
    struct pollfd looks[LOOK_AT];
    size_t n = 0;

    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->idle[i].origin != origin || sockets->idle[i].is_used ||
            (sockets->idle[i].is_2 && !with_2))
            continue;
        looks[n++] = (struct pollfd){sockets->idle[i].socket, POLLIN, 0};
        if (n == LOOK_AT) {
            look_at(looks, n);
            n = 0;
        }
    }
    look_at(looks, n);
}
