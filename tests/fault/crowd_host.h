/* SPDX-License-Identifier: MIT */
/* A connection to a host of the crowd, and the host: everything here is the crowd's thread's, but
 * the counts, which have its lock. */
#ifndef FAULT_CROWD_HOST_H
#define FAULT_CROWD_HOST_H

#include "crowd.h"
#include "peer_message.h"
#include "peer_socket.h"

struct crowd_origin {
    struct crowd_host is;
    int fd; /* the listener, or what keeps the port of a host that refuses */
    int port;
    char url[40];
    char body[60];
    int fillers[PEER_SOCKET_FILLERS];
    size_t filler_count;
    size_t counts[CROWD_COUNTS];
};

/* 127.0.0.@address. 0, or −1 when the system has no socket. */
int crowd_origin_open(struct crowd_origin *origin, const struct crowd_host *is, unsigned address);
void crowd_origin_close(struct crowd_origin *origin);

struct crowd_connection {
    struct crowd_connection *next, *before; /* in the crowd's list */
    struct crowd_origin *origin;
    int fd;
    struct peer_message *message; /* under way, or whole and waiting for its answer */
    long moment;                  /* when it came, or the connection became idle */
};

/* The connection takes @fd over; NULL when memory is gone, then it is closed. */
struct crowd_connection *crowd_connection_new(struct crowd_origin *origin, int fd, long now);
void crowd_connection_free(struct crowd_connection *connection);

int crowd_connection_waits(const struct crowd_connection *connection); /* for its answer */
/* Reads what has come, up to the end of one request: 0, or −1 when the client is gone. */
int crowd_connection_read(struct crowd_connection *connection, long now);
/* Answers the request: 0, or −1 when the client is gone. */
int crowd_connection_answer(struct crowd_connection *connection, long now);

#endif
