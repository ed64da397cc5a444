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
/* A keyring of the test's own with the stack's keys. */
supa_keyring *field_keyring(void);
/* Credentials, sealed for a store; of the caller's for supa_text_free. @rest_path may be NULL. */
char *field_seal(const char *store_id, const char *url, const char *key, const char *rest_path);
/* Writes an envelope into a store's row. From one thread at a time. */
void field_write(const char *store_id, const char *envelope);
/* Seals tenant 1's URL with this key for a store, and writes it into the master. */
void field_rotate(const char *store_id, const char *key);
/* SQL in the master, formatted. */
void field_sql(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A manager of the stack's master with these options; its clients' are set here, but for the time-out
 * of the master's (0: the default). */
supa_manager *field_manager(supa_manager_options options, int64_t timeout_ms);
/* The same with these options of its clients. The keyring is the stack's where options have none. */
supa_manager *field_manager_of(
    supa_manager_options options, supa_client_options master, supa_client_options tenant);
/* How the master is reached. */
supa_client_options field_master(void);
int field_lease_code(supa_manager *manager, const char *store_id);

/* Lines of the gateway's log so far, after what is being written. */
size_t field_log_lines(void);
/* Lines behind @from for the master with @text in them. */
size_t field_asked(size_t from, const char *text);
/* The same of tenant @n. */
size_t field_asked_of(int n, size_t from, const char *text);
/* The port of a URL. */
int field_port(const char *url);

int64_t field_us(void);
void field_sleep(long ms);
/* Kilobytes of the process that are in memory. */
long field_rss(void);

#endif
