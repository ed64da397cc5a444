/* SPDX-License-Identifier: MIT */
/* Sealed credentials, version 2:
 *
 *     supa2.<key id>.<base64url of nonce and ciphertext, without padding>
 *
 * XChaCha20-Poly1305 with the associated data "supa2" 00 <database type> 00 <store id, lower case>,
 * which is what ties an envelope to its row. One plaintext under one nonce has one envelope: what is
 * not canonical does not open. */
#ifndef MANAGER_ENVELOPE_V2_H
#define MANAGER_ENVELOPE_V2_H

#include "manager/envelope.h"
#include "manager/keyring.h"

#define ENVELOPE_V2_PREFIX      "supa2."
#define ENVELOPE_V2_NONCE_BYTES 24

/* The envelope as a block for memory_free, or NULL with @error filled in. A nonce that seals twice
 * gives both plaintexts away. @length is at most ENVELOPE_PLAINTEXT_MAX. */
char *envelope_v2_seal(
    const supa_keyring *keyring, const struct envelope_row *row, const void *plaintext,
    size_t length, const unsigned char nonce[ENVELOPE_V2_NONCE_BYTES], supa_error *error);

/* The plaintext of a text that begins with the prefix, for reading only and with a NUL behind it, as
 * a block for secret_free; NULL with @error filled in. */
char *envelope_v2_open(
    const supa_keyring *keyring, const struct envelope_row *row, const char *envelope,
    size_t *length, supa_error *error);

/* The id of the key that it was sealed with: the place where it stands in the envelope, or NULL. */
const char *envelope_v2_key_id(const char *envelope, size_t *length);

#endif
