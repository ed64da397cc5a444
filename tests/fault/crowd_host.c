/* SPDX-License-Identifier: MIT */
#include "crowd_host.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TAKES_ALL_MS = 1000 };

static int open_socket(struct crowd_origin *origin, unsigned address)
{
    switch (origin->is.kind) {
    case CROWD_REFUSES:
        return peer_socket_bound(address, 0);
    case CROWD_SILENT:
        return peer_socket_listening(address, 0);
    case CROWD_ALIVE:
    case CROWD_MUTE:
        break;
    }
    return peer_socket_listening(address, SOMAXCONN);
}

int crowd_origin_open(struct crowd_origin *origin, const struct crowd_host *is, unsigned address)
{
    origin->is = *is;
    origin->fd = open_socket(origin, address);
    if (origin->fd < 0)
        return -1;
    origin->port = peer_socket_port(origin->fd);
    if (is->kind == CROWD_SILENT)
        origin->filler_count = peer_socket_fill(origin->fd, origin->fillers);
    snprintf(origin->url, sizeof origin->url, "http://127.0.0.%u:%d", address, origin->port);
    snprintf(
        origin->body, sizeof origin->body, "[{\"host\":\"127.0.0.%u:%d\"}]", address, origin->port);
    return 0;
}

void crowd_origin_close(struct crowd_origin *origin)
{
    for (size_t i = 0; i < origin->filler_count; i++)
        close(origin->fillers[i]);
    close(origin->fd);
}

struct crowd_connection *crowd_connection_new(struct crowd_origin *origin, int fd, long now)
{
    struct crowd_connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL) {
        close(fd);
        return NULL;
    }
    connection->origin = origin;
    connection->fd = fd;
    connection->moment = now;
    return connection;
}

void crowd_connection_free(struct crowd_connection *connection)
{
    close(connection->fd);
    peer_message_free(connection->message);
    free(connection);
}

int crowd_connection_waits(const struct crowd_connection *connection)
{
    return connection->message != NULL && connection->message->state == PEER_MESSAGE_WHOLE;
}

int crowd_connection_read(struct crowd_connection *connection, long now)
{
    char bytes[16384];
    ssize_t length = recv(connection->fd, bytes, sizeof bytes, 0);

    if (length <= 0)
        return -1;
    if (connection->message == NULL)
        connection->message = peer_message_new();
    if (connection->message == NULL ||
        peer_message_take(connection->message, bytes, (size_t)length, PEER_MESSAGE_WHOLE) == 0)
        return -1;
    connection->moment = now;
    return 0;
}

/* The request's target: what stands between the first two spaces. */
static const char *target(const struct peer_message *message, int *length)
{
    const char *begin = message->text + strcspn(message->text, " ");

    begin += *begin == ' ';
    *length = (int)strcspn(begin, " \r\n");
    return begin;
}

/* An answer that does not fit into the socket's buffer waits for the client, and all with it. */
static int send_all(int fd, const char *bytes, size_t length)
{
    while (length != 0) {
        struct pollfd writable = {fd, POLLOUT, 0};
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && poll(&writable, 1, TAKES_ALL_MS) <= 0)
            return -1;
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        }
    }
    return 0;
}

static void end_request(struct crowd_connection *connection, long now)
{
    peer_message_free(connection->message);
    connection->message = NULL;
    connection->moment = now;
}

int crowd_connection_answer(struct crowd_connection *connection, long now)
{
    struct peer_message *message = connection->message;
    const char *body = connection->origin->body;
    size_t size = message->length + 400;
    char *text = malloc(size);
    int length, result;
    const char *at = target(message, &length);

    if (text == NULL) {
        end_request(connection, now);
        return -1;
    }
    length = snprintf(
        text, size,
        "HTTP/1.1 200 OK\r\nServer: postgrest/12.0.2\r\nContent-Range: 0-0/*\r\n"
        "Content-Location: %.*s\r\nContent-Type: application/json; charset=utf-8\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        length, at, strlen(body), peer_message_is(message, "HEAD") ? "" : body);
    result = send_all(connection->fd, text, (size_t)length);
    free(text);
    end_request(connection, now);
    return result;
}
