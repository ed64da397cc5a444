/* SPDX-License-Identifier: MIT */
/* Sockets on 127.0.0.1 to 127.0.0.254, each of which is a host of its own. None is inherited by a
 * program that the process starts. */
#ifndef FAULT_PEER_SOCKET_H
#define FAULT_PEER_SOCKET_H

#include <netinet/in.h>
#include <stddef.h>

struct sockaddr_in peer_socket_address(unsigned host, int port);

/* Bound to @port of 127.0.0.@host or, for 0, any free one; −1 when it is taken. Until it listens, a
 * connect to it is refused. */
int peer_socket_bound(unsigned host, int port);
/* Listening on any free port, not blocking; −1 when the system has none. */
int peer_socket_listening(unsigned host, int backlog);
int peer_socket_port(int fd);
/* The same on a socket of the file system. */
int peer_socket_on_file(const char *path);

enum { PEER_SOCKET_FILLERS = 8 };

/* Clients that nobody accepts, until the backlog of @listener is full and a connect to it stalls.
 * Returns how many there are in @fillers, to be closed by the caller. */
size_t peer_socket_fill(int listener, int fillers[PEER_SOCKET_FILLERS]);

#endif
