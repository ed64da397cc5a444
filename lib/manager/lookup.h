/* SPDX-License-Identifier: MIT */
/* From a store's id to a client of its tenant: one query on the master, opened and checked. */
#ifndef MANAGER_LOOKUP_H
#define MANAGER_LOOKUP_H

#include "client_internal.h"
#include "manager/shelf.h"

#include <supa/manager.h>

struct lookup {
    supa_client *master;
    supa_keyring *keyring;
    const supa_client_options *tenant; /* what all tenants' clients have in common */
    struct scope *scope;               /* a reference; NULL: none */
    const char *const *statuses;       /* in which a store operates; NULL at the end */
    const char *const *host_suffixes;  /* NULL: any host */
    struct renewer *renewer;           /* of tenants' clients: the manager; or NULL */
    struct transport *transport;       /* to the tenants; NULL: the process's */
};

/* @store_id is a UUID in lower case. A client of the caller's and what it was made from, or NULL with
 * @error filled in. The deadline is on base/clock, 0 for none. */
supa_client *lookup_store(
    const struct lookup *lookup, const char *store_id, int64_t deadline_us, struct basis *basis,
    supa_error *error);

/* The same in parts: the query, and what its answer says of a store. */
supa_query *lookup_query(const struct lookup *lookup, const char *store_id);
supa_client *lookup_read(
    const struct lookup *lookup, const supa_response *response, const char *store_id,
    struct basis *basis, supa_error *error);
/* For many stores: the columns, and a row of the answer. */
extern const char lookup_columns[];
supa_client *lookup_row(
    const struct lookup *lookup, supa_row row, const char *store_id, struct basis *basis,
    supa_error *error);
void lookup_unknown(const char *store_id, supa_error *error);

/* A column that is a UUID: 1 with @out filled in, or 0. Takes no memory. */
int lookup_id(supa_row row, const char *column, struct uuid *out);

/* What of a row in store_databases, and in stores, a client is made from. */
uint64_t basis_of_database(supa_row row);
uint64_t basis_of_store(supa_row row);

/* The client's query ends at the deadline at the latest. */
void lookup_limit(const supa_client *client, supa_query *q, int64_t deadline_us);

/* A client of the envelope alone, whatever the store's status; as above. */
supa_client *lookup_open(
    const struct lookup *lookup, const char *store_id, const char *database_type,
    const char *envelope, supa_error *error);

#endif
