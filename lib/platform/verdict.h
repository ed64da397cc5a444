/* SPDX-License-Identifier: MIT */
/* One request to a tenant, and what its answer says of the connection. */
#ifndef PLATFORM_VERDICT_H
#define PLATFORM_VERDICT_H

#include <stdint.h>
#include <supa/platform.h>

/* Asks the tenant. SUPA_OK with the report filled in but for `recorded`, or the code with @error filled
 * in when nothing can be said of the connection (memory, too many calls). */
int verdict_ask(
    supa_client *tenant, const char *store_id, int64_t timeout_ms, supa_store_report *report,
    supa_error *error);
/* What connection_status says of it. */
const char *verdict_status(const supa_store_report *report);
/* Whether the tenant takes the credentials. */
int verdict_takes_key(const supa_store_report *report);

#endif
