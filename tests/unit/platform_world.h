/* SPDX-License-Identifier: MIT */
/* A manager whose master, and the tenant of WORLD_STORE, answer from a list. */
#ifndef UNIT_PLATFORM_WORLD_H
#define UNIT_PLATFORM_WORLD_H

#include "world.h"

#include <supa/platform.h>

struct platform_world {
    struct world world; /* its answers are the master's and the tenant's, in turn */
    supa_manager *manager;
    supa_client *tenant;        /* a lease */
    struct transport *given[2]; /* what the manager's clients had */
};

/* The store is cached already, so the tenants' functions ask nothing of the master. */
void platform_start(struct platform_world *place);
void platform_end(struct platform_world *place);
/* An envelope of WORLD_STORE's that the manager opens, for supa_text_free. */
char *platform_envelope(struct platform_world *place);

#endif
