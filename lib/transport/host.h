/* SPDX-License-Identifier: MIT */
/* What the process knows of one server: how many blocking calls it has in flight, and whether it
 * lets itself be connected to. So a dead tenant costs its own callers only. */
#ifndef TRANSPORT_HOST_H
#define TRANSPORT_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>

struct host;

/* The server of this name ("https://host:port", or a socket's path), counted: all who name it share
 * one. NULL when memory is gone. Any thread. */
struct host *host_get(const char *name, size_t length);
struct host *host_ref(struct host *host);
void host_unref(struct host *host); /* NULL is allowed; in a child of fork too */

/* Takes one of @bound places (−1: no bound) for a blocking call: 0, or −1 when all are taken. */
int host_enter(struct host *host, int64_t bound);
void host_leave(struct host *host);

/* Whether its last connects failed: else it is not down, whatever the time. */
int host_has_failed(const struct host *host);
/* 0 when the server may be asked; else how many microseconds until it may be tried again: after
 * three failed connects in a row for a second or so, then by one call at a time until one works. */
int64_t host_down_us(struct host *host, int64_t now_us);
/* The same as 1 or 0, for who only asks: it does not take the turn to try. */
int host_is_down(const struct host *host, int64_t now_us);
/* What came of an attempt: a connection stood, or none came to be. */
void host_connected(struct host *host);
void host_failed(struct host *host, int64_t now_us);

/* A number for an endpoint that none had before it. */
uint64_t host_endpoint_id(void);

/* For fork: nobody else touches the table meanwhile; a child begins with an empty one. */
void host_lock(void);
void host_unlock(void);
void host_forget_all(void);

#endif
