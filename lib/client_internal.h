/* SPDX-License-Identifier: MIT */
/* A client from within: where its requests go, how the server may be reached, and by what. */
#ifndef CLIENT_INTERNAL_H
#define CLIENT_INTERNAL_H

#include "base/arena.h"
#include "query/scope.h"
#include "query/target.h"
#include "transport/transport.h"

#include <supa/client.h>
#include <supa/response.h>

struct supa_client {
    struct target target; /* the first: a query knows only this */
    struct endpoint endpoint;
    struct transport *transport;
    supa_client_options options; /* its texts are the client's own */
    char *secrets;               /* guarded memory: the headers that carry keys */
    struct arena arena;
    atomic_int rollback_confirmed; /* the server has said that it honours tx=rollback */
    atomic_int stale;              /* a manager has another client for the store, or none */
};

/* Whom a client speaks to, for a manager's clients. */
struct client_identity {
    supa_side side;
    const char *store_id;      /* or "" */
    const struct scope *scope; /* lives as long as the process; NULL: nothing is checked */
};

/* A client over any transport (NULL: the process's). NULL with @error filled in on failure. */
supa_client *client_new(
    const supa_client_options *options, const struct client_identity *identity,
    struct transport *transport, supa_error *error);

#endif
