/* SPDX-License-Identifier: MIT */
/* From a store's id to a client of its tenant: one query on the master, opened and checked. */
#ifndef MANAGER_LOOKUP_H
#define MANAGER_LOOKUP_H

#include "client_internal.h"

#include <supa/manager.h>

struct lookup {
    supa_client *master;
    supa_keyring *keyring;
    const supa_client_options *tenant; /* what all tenants' clients have in common */
    const struct scope *scope;
};

/* @store_id is a UUID in lower case. A client of the caller's, or NULL with @error filled in. */
supa_client *lookup_store(const struct lookup *lookup, const char *store_id, supa_error *error);

/* A client of the envelope alone, whatever the store's status; as above. */
supa_client *lookup_open(
    const struct lookup *lookup, const char *store_id, const char *database_type,
    const char *envelope, supa_error *error);

#endif
