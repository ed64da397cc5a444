/* SPDX-License-Identifier: MIT */
/* From the name of a host to its store: one query on the master for each of the two tables. */
#ifndef MANAGER_RESOLVE_H
#define MANAGER_RESOLVE_H

#include "manager/hosts.h"

#include <supa/manager.h>

/* @name is as host_name_read writes it. 0 with @found filled in, or the code with @error, which is
 * clear before and not NULL. */
int resolve_host(
    supa_client *master, int sources, const char *name, int64_t deadline_us,
    struct host_found *found, supa_error *error);

/* The same in parts, for one table: the query, and what its answer says: 1 with @found filled in; 0 when
 * the table does not know the name, or with @error filled in. */
supa_query *resolve_query(supa_client *master, int source, const char *name);
int resolve_read(
    int source, const supa_response *response, struct host_found *found, supa_error *error);

/* The columns that are needed of a table. */
const char *resolve_columns(int source);
/* Reads a row of it. The source is 0 when the row leads nowhere: it is not active, not verified. 0: it
 * has no id. */
int resolve_row(int source, supa_row row, struct host_row *out);

/* Through the cache: 0, or the code with @error filled in. Waits until the deadline at most. */
int hosts_resolve(
    struct hosts *hosts, const char *name, int64_t deadline_us, struct host_found *found,
    supa_error *error);

#endif
