/* SPDX-License-Identifier: MIT */
#include "transport/sockets.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static void forget(struct sockets *sockets, curl_socket_t socket)
{
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->idle[i].socket == socket)
            sockets->idle[i--] = sockets->idle[--sockets->count];
    }
}

int sockets_close(void *sockets, curl_socket_t socket)
{
    forget(sockets, socket);
    return close(socket);
}

void sockets_note(struct sockets *sockets, CURL *easy, uint64_t origin)
{
    curl_socket_t socket = CURL_SOCKET_BAD;

    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
    if (socket == CURL_SOCKET_BAD)
        return;
    forget(sockets, socket);
    if (sockets->count < sizeof sockets->idle / sizeof sockets->idle[0])
        sockets->idle[sockets->count++] = (struct idle_socket){origin, socket};
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

void sockets_bury_dead(struct sockets *sockets, uint64_t origin)
{
    for (size_t i = 0; i < sockets->count; i++) {
        struct pollfd look = {sockets->idle[i].socket, POLLIN, 0};

        if (sockets->idle[i].origin == origin && poll(&look, 1, 0) > 0)
            bury(sockets->idle[i].socket);
    }
}
