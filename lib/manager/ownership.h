/* SPDX-License-Identifier: MIT */
/* Ownership files: which tables and functions are whose, a line each.
 *
 *     # comment, also behind a line
 *     products             tenant  store_id
 *     product_translations tenant  -
 *     stores               both    -
 *     subscriptions        master  -
 *     ai_training_*        master  -
 *     rpc/execute_sql      tenant
 *
 * A side is master, tenant or both: the master's, of which a tenant has a copy. `store_id` says that
 * the tenant's table has that column. One `*` in a name stands for any text; where several names fit,
 * one without counts, else the longest. The master's tables that a manager itself reads need not be
 * listed, and cannot be a tenant's alone. */
#ifndef MANAGER_OWNERSHIP_H
#define MANAGER_OWNERSHIP_H

#include "query/scope.h"

#include <supa/error.h>

#define OWNERSHIP_MAX 1048576 /* bytes of a file */

/* A scope of the text's lists: a reference of the caller's. NULL with @error filled in: ARGUMENT, which
 * names the line, or NO_MEMORY. */
struct scope *ownership_read(const char *text, size_t length, supa_error *error);
/* The same of a file. */
struct scope *ownership_read_file(const char *path, supa_error *error);

#endif
