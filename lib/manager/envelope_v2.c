/* SPDX-License-Identifier: MIT */
#include "manager/envelope_v2.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PREFIX_LENGTH (sizeof ENVELOPE_V2_PREFIX - 1)
#define BASE64        sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define NONCE_BYTES   ENVELOPE_V2_NONCE_BYTES
#define OVERHEAD      (NONCE_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define DATA_MAX      (ENVELOPE_PLAINTEXT_MAX + OVERHEAD)

_Static_assert(SUPA_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the cipher's key");
_Static_assert(NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "the cipher's nonce");

/* The row as it is bound to the ciphertext. */
struct binding {
    unsigned char bytes[sizeof "supa2" + ENVELOPE_TYPE_MAX + 1 + UUID_LENGTH];
    size_t length;
};

/* An envelope taken apart. */
struct parts {
    const char *id;
    size_t id_length;
    unsigned char *data; /* nonce and ciphertext; the heap's */
    size_t length;
};

static struct binding bind_row(const struct envelope_row *row)
{
    struct binding binding;
    size_t length = strlen(row->type) + 1;
    unsigned char *at = binding.bytes;

    memcpy(at, "supa2", sizeof "supa2");
    at += sizeof "supa2";
    memcpy(at, row->type, length);
    at += length;
    memcpy(at, row->store_id, UUID_LENGTH);
    binding.length = sizeof "supa2" + length + UUID_LENGTH;
    return binding;
}

/* Nonce and ciphertext as a block of @length + OVERHEAD bytes, or NULL. */
static unsigned char *encrypt(
    struct keyring_key *key, const struct envelope_row *row, const void *plaintext, size_t length,
    const unsigned char *nonce)
{
    struct binding binding = bind_row(row);
    unsigned char *data = memory_get(length + OVERHEAD);
    const unsigned char *bytes;

    if (data == NULL)
        return NULL;
    bytes = keyring_key_open(key);
    if (bytes == NULL) {
        memory_free(data);
        return NULL;
    }
    memcpy(data, nonce, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        data + NONCE_BYTES, NULL, plaintext, length, binding.bytes, binding.length, NULL, nonce,
        bytes);
    keyring_key_close(key);
    return data;
}

/* The envelope's text around @data, or NULL. */
static char *write_envelope(const char *id, const unsigned char *data, size_t length)
{
    size_t head = PREFIX_LENGTH + strlen(id) + 1;
    size_t encoded = sodium_base64_encoded_len(length, BASE64); /* the NUL's included */
    char *text = memory_get(head + encoded);

    if (text == NULL)
        return NULL;
    snprintf(text, head + 1, ENVELOPE_V2_PREFIX "%s.", id);
    sodium_bin2base64(text + head, encoded, data, length, BASE64);
    return text;
}

static int check_key(const supa_keyring *keyring, supa_error *error)
{
    if (keyring_first(keyring) != NULL)
        return SUPA_OK;
    error_argument(
        error, "the keyring has no key to seal with%s",
        keyring_v1(keyring) != NULL ? ": that of version 1 never seals version 2" : "");
    error_hint(error, "give the keyring a key with an id (SUPA_KEYRING_FILE, supa_keyring_add)");
    return SUPA_ERROR_ARGUMENT;
}

char *envelope_v2_seal(
    const supa_keyring *keyring, const struct envelope_row *row, const void *plaintext,
    size_t length, const unsigned char nonce[ENVELOPE_V2_NONCE_BYTES], supa_error *error)
{
    struct keyring_key *key = keyring_first(keyring);
    unsigned char *data;
    char *envelope = NULL;

    if (check_key(keyring, error) != SUPA_OK)
        return NULL;
    data = encrypt(key, row, plaintext, length, nonce);
    if (data != NULL)
        envelope = write_envelope(key->id, data, length + OVERHEAD);
    if (envelope == NULL)
        error_no_memory(error);
    memory_free(data);
    return envelope;
}

const char *envelope_v2_key_id(const char *envelope, size_t *length)
{
    const char *id = envelope + PREFIX_LENGTH, *dot = strchr(id, '.');

    *length = dot != NULL ? (size_t)(dot - id) : 0;
    return keyring_id_valid(id, *length) ? id : NULL;
}

/* Fills in the data of @parts; 0, −1 when the text is not its one base64url, or NO_MEMORY. The
 * alphabet is checked here, because libsodium 1.0.18 takes bytes from 0x80 on for its last letter. */
static int decode_data(struct parts *parts, const char *text)
{
    size_t length = strspn(text, ENVELOPE_ALPHABET "-_");
    size_t room = length / 4 * 3 + 3;

    if (text[length] != '\0' || length >= sodium_base64_ENCODED_LEN(DATA_MAX, BASE64))
        return -1;
    parts->data = memory_get(room);
    if (parts->data == NULL)
        return SUPA_ERROR_NO_MEMORY;
    if (sodium_base642bin(parts->data, room, text, length, NULL, &parts->length, NULL, BASE64) != 0)
        return -1;
    return parts->length >= OVERHEAD ? 0 : -1;
}

static int take_apart(struct parts *parts, const char *envelope, supa_error *error)
{
    int decoded;

    parts->id = envelope_v2_key_id(envelope, &parts->id_length);
    if (parts->id == NULL)
        return envelope_malformed(error);
    decoded = decode_data(parts, parts->id + parts->id_length + 1);
    if (decoded == SUPA_ERROR_NO_MEMORY)
        return error_no_memory(error);
    return decoded == 0 ? SUPA_OK : envelope_malformed(error);
}

/* Into @plaintext, which gets a NUL behind it and is for reading then. */
static int decrypt(
    struct keyring_key *key, const struct envelope_row *row, const struct parts *parts,
    char *plaintext, supa_error *error)
{
    struct binding binding = bind_row(row);
    const unsigned char *bytes = keyring_key_open(key);
    int failed;

    if (bytes == NULL)
        return error_no_memory(error);
    failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        (unsigned char *)plaintext, NULL, NULL, parts->data + NONCE_BYTES,
        parts->length - NONCE_BYTES, binding.bytes, binding.length, parts->data, bytes);
    keyring_key_close(key);
    if (failed)
        return error_set(
            error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT,
            "the credentials do not open for this store: sealed for another store or type, with "
            "another key, or changed");
    plaintext[parts->length - OVERHEAD] = '\0';
    return secret_show(plaintext) == 0 ? SUPA_OK : error_no_memory(error);
}

static char *open_parts(
    const supa_keyring *keyring, const struct envelope_row *row, const struct parts *parts,
    supa_error *error)
{
    struct keyring_key *key = keyring_find(keyring, parts->id, parts->id_length);
    char *plaintext;

    if (key == NULL) {
        error_set(
            error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT,
            "the credentials are sealed with the key %.*s, which the keyring does not have",
            (int)parts->id_length, parts->id);
        return NULL;
    }
    plaintext = secret_get(parts->length - OVERHEAD + 1);
    if (plaintext == NULL) {
        error_no_memory(error);
        return NULL;
    }
    if (decrypt(key, row, parts, plaintext, error) != 0) {
        secret_free(plaintext);
        return NULL;
    }
    return plaintext;
}

char *envelope_v2_open(
    const supa_keyring *keyring, const struct envelope_row *row, const char *envelope,
    size_t *length, supa_error *error)
{
    struct parts parts = {.data = NULL};
    char *plaintext = NULL;

    if (take_apart(&parts, envelope, error) == 0)
        plaintext = open_parts(keyring, row, &parts, error);
    *length = plaintext != NULL ? parts.length - OVERHEAD : 0;
    memory_free(parts.data);
    return plaintext;
}
