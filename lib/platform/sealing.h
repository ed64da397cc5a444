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
    int version;          /* a supa_envelope_version */
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
/* The id of the key that seals version 2. */
int sealing_key(supa_manager *manager, char key[SUPA_KEY_ID_SIZE], supa_error *error);

/* A pattern for supa_like that this envelope alone matches: up to its nonce, which is never used twice.
 * So a row can be asked for by its envelope without showing it. */
void envelope_mark(const char *envelope, char out[MARK_SIZE]);

#endif
