/* SPDX-License-Identifier: MIT */
/* Sealed credentials, version 2:
 *
 *     supa2.<key id>.<base64url of nonce and ciphertext, without padding>
 *
 * XChaCha20-Poly1305 with the associated data "supa2" 00 <database type> 00 <store id, lower case>,
 * which is what ties an envelope to its row. One plaintext under one nonce has one envelope: what is
 * not canonical does not open. */
#ifndef MANAGER_ENVELOPE_H
#define MANAGER_ENVELOPE_H

#include <stddef.h>
#include <supa/manager.h>

#define ENVELOPE_PLAINTEXT_MAX 65536
#define ENVELOPE_TYPE_MAX      50 /* bytes of a database type */
#define ENVELOPE_NONCE_BYTES   24

/* supa_envelope_seal with a nonce that is given: for tests, which compare with published envelopes.
 * A nonce that seals twice gives both plaintexts away. */
char *envelope_seal_with_nonce(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, const unsigned char nonce[ENVELOPE_NONCE_BYTES],
    supa_error *error);

#endif
