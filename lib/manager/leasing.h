/* SPDX-License-Identifier: MIT */
/* Leases that do not block, in a multi; and successors of clients whose key was refused. */
#ifndef MANAGER_LEASING_H
#define MANAGER_LEASING_H

#include "client_internal.h"
#include "manager/cache.h"
#include "multi/multi_internal.h"

#include <supa/manager.h>

/* What a manager is to its tenants' clients. */
extern const struct renewer manager_renewer;

/* One lease under way. */
struct leasing {
    struct cache_waiter waiter; /* the first */
    struct post post;
    supa_manager *manager; /* counted */
    supa_multi *multi;
    struct renewal *renewal; /* who is told */
    const supa_client *old;  /* counted; whose successor is wanted; NULL: any client of the store */
    struct fetch *fetch;     /* the load that is ours to run */
    uint64_t query;          /* the ticket of its query; 0: none */
    int64_t deadline_us;
    int asked;
    int is_given_up;
};

/* Has @renewal told of the store's client, by way of the multi. While done is called, renewal->of is the
 * struct leasing, whose waiter says why there is no client; NULL when memory is gone. */
void leasing_begin(
    supa_manager *manager, struct uuid store, const supa_client *old, supa_multi *multi,
    int64_t deadline_us, struct renewal *renewal);

/* A flight that ends in @leased. NULL when memory is gone. */
struct flight *
leasing_flight(supa_multi *multi, supa_manager *manager, supa_multi_leased leased, void *user);
/* The flight's client, or why there is none. */
void leasing_end(struct flight *flight, supa_client *client, const supa_error *error);
/* What a lease of the store comes to (or of @old's successor) is what the flight ends in. */
void leasing_store(
    struct flight *flight, supa_manager *manager, struct uuid store, const supa_client *old,
    int64_t deadline_us);

/* The same of the store that a host leads to; @name as host_name_read writes it. */
void leasing_host(
    struct flight *flight, supa_manager *manager, const char *name, int64_t deadline_us);
/* Has the flight given up at a deadline (0: none), or when @cancel (or NULL) fires. 0: it has ended, for
 * want of memory. */
int leasing_limit(struct flight *flight, int64_t deadline_us, supa_cancel *cancel);

/* A lease that waits (or for @old's successor), and can be given up. */
supa_client *leasing_wait(
    supa_manager *manager, struct uuid store, const supa_client *old, int64_t deadline_us,
    supa_cancel *cancel, supa_error *error);
/* The same by the name of a host. */
supa_client *leasing_wait_host(
    supa_manager *manager, const char *name, int64_t deadline_us, supa_cancel *cancel,
    supa_error *error);

#endif
