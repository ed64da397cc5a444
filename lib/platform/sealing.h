/* SPDX-License-Identifier: MIT */
/* Credentials before they are sealed, and after. Plaintext is in the caller's memory or in guarded
 * memory, never on the heap. */
#ifndef PLATFORM_SEALING_H
#define PLATFORM_SEALING_H

#include <stddef.h>
#include <supa/manager.h>

#define HOST_SIZE 256
#define MARK_SIZE 160

/* What an envelope is made for. */
struct sealing {
    supa_manager *manager;
    const char *store_id; /* a UUID in lower case */
    const char *type;     /* database_type */
};

/* The credentials, which must be a JSON object, as an envelope for supa_text_free; NULL with @error
 * filled in. The host that they name goes to @host, "" when they name none. */
char *seal_credentials(
    const struct sealing *sealing, const char *json, size_t length, char host[HOST_SIZE],
    supa_error *error);
/* The same for an envelope's credentials with the members of @changes in place of theirs. */
char *seal_changes(
    const struct sealing *sealing, const char *envelope, const char *changes, size_t length,
    char host[HOST_SIZE], supa_error *error);
/* The envelope's credentials in an envelope of the manager's first key. */
char *seal_again(const struct sealing *sealing, const char *envelope, supa_error *error);
/* The beginning that all envelopes of the manager's first key have, "supa2.k1.". */
int seal_beginning(supa_manager *manager, char out[MARK_SIZE], supa_error *error);

/* A pattern for supa_like that this envelope alone matches: up to its nonce, which is never used twice.
 * So a row can be asked for by its envelope without showing it. */
void envelope_mark(const char *envelope, char out[MARK_SIZE]);
/* The version that the envelope's form says, 0 when it is none; its key's id goes to @key, or "". */
int envelope_version(const char *envelope, char *key, size_t size);

#endif
