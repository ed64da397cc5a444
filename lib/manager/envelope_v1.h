/* SPDX-License-Identifier: MIT */
/* Sealed credentials, version 1, as programs before this library wrote them:
 *
 *     <base64 of the IV>:<base64 of the tag>:<base64 of the ciphertext>
 *
 * AES-256-GCM with an IV of 16 bytes and no associated data: nothing ties an envelope to its row. A
 * tag of fewer than 16 bytes is not taken. libsodium has no such cipher, OpenSSL's libcrypto does;
 * a library that was built without it knows the form and opens nothing. */
#ifndef MANAGER_ENVELOPE_V1_H
#define MANAGER_ENVELOPE_V1_H

#include "manager/envelope.h"
#include "manager/keyring.h"

#define ENVELOPE_V1_IV_BYTES 16

/* 1 when this library was built with libcrypto. */
int envelope_v1_works(void);

/* 1 when the text has the form: three texts of base64's characters, parted by colons. */
int envelope_v1_is(const char *envelope);

/* The envelope as a block for memory_free, or NULL with @error filled in. An IV that seals twice
 * gives both plaintexts away. @length is 1 to ENVELOPE_PLAINTEXT_MAX. */
char *envelope_v1_seal(
    const supa_keyring *keyring, const void *plaintext, size_t length,
    const unsigned char iv[ENVELOPE_V1_IV_BYTES], supa_error *error);

/* The plaintext of a text of the form, for reading only and with a NUL behind it, as a block for
 * secret_free; NULL with @error filled in. */
char *envelope_v1_open(
    const supa_keyring *keyring, const char *envelope, size_t *length, supa_error *error);

#endif
