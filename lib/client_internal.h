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

struct supa_cancel;
struct supa_multi;

/* One who asks for a client's successor without waiting. */
struct renewal {
    /* Set by the renewer while it works: ends it early, with @done called. */
    void (*cancel)(struct renewal *renewal, supa_code code);
    void *of; /* the renewer's own */
    /* Called once, in the multi's thread: the successor, the asker's own; NULL when there is none. */
    void (*done)(struct renewal *renewal, supa_client *client);
};

/* Where a client whose key was refused gets its successor: its manager. Counted. */
struct renewer {
    struct renewer *(*ref)(struct renewer *renewer);
    void (*unref)(struct renewer *renewer);
    /* A client of the caller's with another key, or NULL when the key is still the same, was looked
     * up a moment ago, or cannot be had, or not before the deadline (0: none) or until @cancel (or
     * NULL) fires. */
    supa_client *(*renew)(
        struct renewer *renewer, const supa_client *old, int64_t deadline_us,
        struct supa_cancel *cancel);
    /* The same without waiting: @renewal is told, maybe from within. */
    void (*renew_in)(
        struct renewer *renewer, const supa_client *old, struct supa_multi *multi,
        struct renewal *renewal);
};

struct supa_client {
    struct target target; /* the first: a query knows only this */
    struct endpoint endpoint;
    struct transport *transport;
    supa_client_options options; /* its texts are the client's own */
    void *secrets;               /* a slot of the slab: the headers and the list of them */
    struct arena arena;
    unsigned generation;           /* of the process that made it */
    struct renewer *renewer;       /* or NULL */
    atomic_int rollback_confirmed; /* the server has said that it honours tx=rollback */
    atomic_int stale;              /* a manager has another client for the store, or none */
};

/* Whom a client speaks to, for a manager's clients. */
struct client_identity {
    supa_side side;
    const char *store_id;    /* or "" */
    struct scope *scope;     /* the client takes a reference; NULL: nothing is checked */
    struct renewer *renewer; /* the client takes a reference; or NULL */
};

/* What the client's renewer gives; NULL when there is none, or nothing. */
supa_client *
client_successor(const supa_client *client, int64_t deadline_us, struct supa_cancel *cancel);

/* A client over any transport (NULL: the process's). NULL with @error filled in on failure. */
supa_client *client_new(
    const supa_client_options *options, const struct client_identity *identity,
    struct transport *transport, supa_error *error);

#endif
