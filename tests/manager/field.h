/* SPDX-License-Identifier: MIT */
/* What the manager's live tests do to the master and see in the gateway's log. */
#ifndef MANAGER_FIELD_H
#define MANAGER_FIELD_H

#include "live/stack.h"

#include <stddef.h>
#include <stdint.h>

/* The id of a store of the test's own, by its number. 37 bytes. */
const char *field_store(size_t number, char out[40]);
/* Puts stores @first to @first + @count − 1 into the master, all of them with tenant 1's database. */
void field_put(size_t first, size_t count);
/* Seals tenant 1's URL with this key for a store, and writes it into the master. */
void field_rotate(const char *store_id, const char *key);
/* SQL in the master, formatted. */
void field_sql(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A manager from the environment but for these: the interval, whether in the background, the time-outs
 * of the master's client (0: the default). */
supa_manager *field_manager(supa_manager_options options, int64_t timeout_ms);
int field_lease_code(supa_manager *manager, const char *store_id);

/* Lines of the gateway's log so far, after what is being written. */
size_t field_log_lines(void);
/* Lines behind @from for the master with @text in them. */
size_t field_asked(size_t from, const char *text);

int64_t field_us(void);
void field_sleep(long ms);
/* Kilobytes of the process that are in memory. */
long field_rss(void);

#endif
