/* SPDX-License-Identifier: MIT */
/* A manager from within. */
#ifndef MANAGER_INTERNAL_H
#define MANAGER_INTERNAL_H

#include "base/arena.h"
#include "manager/cache.h"
#include "manager/hosts.h"
#include "manager/lookup.h"
#include "manager/refresh.h"

#include <supa/manager.h>

struct supa_manager {
    struct renewer renewer;   /* the first: tenants' clients know only this */
    unsigned generation;      /* of the process that made it */
    atomic_size_t references; /* its owner's, its thread's, and of calls that may take long */
    supa_manager_options
        options; /* its texts and lists are the manager's own; the clock is never NULL */
    supa_client_options tenant;
    const char **headers; /* the tenants', a slot of the slab; or NULL */
    struct arena arena;
    struct lookup lookup;
    struct outage outage;
    struct counters counters;
    struct cache *cache;
    struct hosts *hosts;
    struct refresh refresh;
    struct fetch_sleeper stop, stopped; /* of the thread */
    int has_outage, has_refresh, has_thread, has_sleepers;
};

supa_manager *manager_ref(supa_manager *manager);
void manager_unref(supa_manager *manager);
/* As supa_manager_new, over any transport (NULL: the process's) to the master. */
supa_manager *
manager_new(const supa_manager_options *options, struct transport *transport, supa_error *error);
int64_t manager_now(const supa_manager *manager);
/* As supa_manager_lease_by: with a deadline on base/clock (0: none) and a cancel, or NULL. */
supa_client *manager_lease(
    supa_manager *manager, struct uuid store, int64_t deadline_us, supa_cancel *cancel,
    supa_error *error);

/* Reads, checks and copies what was given. 0, or the code with @error filled in. */
int manager_keep_options(
    supa_manager *manager, const supa_manager_options *given, supa_error *error);

/* The thread that refreshes. 0, or the code with @error filled in. */
int background_start(supa_manager *manager, supa_error *error);
/* Tells it to end, and waits for that, for 100 ms at most. */
void background_stop(supa_manager *manager);

#endif
