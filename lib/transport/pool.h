/* SPDX-License-Identifier: MIT */
/* The process's lanes: lent to one blocking call, or to a stream, at a time. */
#ifndef TRANSPORT_POOL_H
#define TRANSPORT_POOL_H

#include "transport/lane.h"

/* A lane, best one that knows @origin. NULL with @reply refused when there is none to have: then
 * reply->no_place tells that it is worth while to wait. */
struct lane *pool_borrow(uint64_t origin, struct reply *reply);
void pool_give_back(struct lane *lane);

/* Whether a blocking call to the endpoint may begin; pool_leave follows when it may. Else 0, with
 * @reply refused. */
int pool_enter(const struct endpoint *endpoint, struct reply *reply);
void pool_leave(const struct endpoint *endpoint);

/* 1 when the server counts as down, with @reply refused. */
int pool_is_down(const struct endpoint *endpoint, struct reply *reply);

/* Whether this is the transport over libcurl, whose calls a lane can make. */
int transport_has_lanes(const struct transport *transport);

#endif
