/* SPDX-License-Identifier: MIT */
#include "manager/envelope.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/text.h"
#include "manager/keyring.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PREFIX        "supa2."
#define PREFIX_LENGTH (sizeof PREFIX - 1)
#define BASE64        sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define ALPHABET      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define TAG_BYTES     crypto_aead_xchacha20poly1305_ietf_ABYTES
#define OVERHEAD      (ENVELOPE_NONCE_BYTES + TAG_BYTES)
#define DATA_MAX      (ENVELOPE_PLAINTEXT_MAX + OVERHEAD)

_Static_assert(SUPA_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the cipher's key");
_Static_assert(
    ENVELOPE_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "the cipher's nonce");

/* The row an envelope belongs to, as it is bound to the ciphertext. */
struct binding {
    char store_id[UUID_LENGTH + 1]; /* lower case; "" until it is known to be a UUID */
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

static int bind_row(
    struct binding *binding, const char *database_type, const char *store_id, supa_error *error)
{
    size_t length = database_type == NULL ? 0 : strnlen(database_type, ENVELOPE_TYPE_MAX + 1);
    unsigned char *at = binding->bytes;

    if (!text_uuid(store_id, binding->store_id)) {
        binding->store_id[0] = '\0';
        return error_argument(error, "the store id is not a UUID");
    }
    if (length < 1 || length > ENVELOPE_TYPE_MAX || text_has_control(database_type, length))
        return error_argument(
            error, "a database type is 1 to %d bytes without control characters",
            ENVELOPE_TYPE_MAX);
    memcpy(at, "supa2", sizeof "supa2");
    at += sizeof "supa2";
    memcpy(at, database_type, length + 1);
    at += length + 1;
    memcpy(at, binding->store_id, UUID_LENGTH);
    binding->length = sizeof "supa2" + length + 1 + UUID_LENGTH;
    return SUPA_OK;
}

/* Says whom the error is about, once its code and text are there. */
static void about(const struct binding *binding, supa_error *error)
{
    if (binding->store_id[0] != '\0')
        error_about(error, SUPA_SIDE_TENANT, binding->store_id, NULL);
}

/* Nonce and ciphertext as a block of @length + OVERHEAD bytes, or NULL. */
static unsigned char *encrypt(
    struct keyring_key *key, const struct binding *binding, const void *plaintext, size_t length,
    const unsigned char *nonce)
{
    unsigned char *data = memory_get(length + OVERHEAD);
    const unsigned char *bytes;

    if (data == NULL)
        return NULL;
    bytes = keyring_key_open(key);
    if (bytes == NULL) {
        memory_free(data);
        return NULL;
    }
    memcpy(data, nonce, ENVELOPE_NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        data + ENVELOPE_NONCE_BYTES, NULL, plaintext, length, binding->bytes, binding->length, NULL,
        nonce, bytes);
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
    snprintf(text, head + 1, PREFIX "%s.", id);
    sodium_bin2base64(text + head, encoded, data, length, BASE64);
    return text;
}

static int check_plaintext(
    const supa_keyring *keyring, const void *plaintext, size_t length, supa_error *error)
{
    if (keyring == NULL || (plaintext == NULL && length != 0))
        return error_argument(error, "a keyring and a plaintext are required");
    if (keyring_first(keyring) == NULL)
        return error_argument(error, "the keyring has no key to seal with");
    if (length > ENVELOPE_PLAINTEXT_MAX)
        return error_argument(
            error, "credentials have at most %d bytes, not %zu", ENVELOPE_PLAINTEXT_MAX, length);
    return SUPA_OK;
}

char *envelope_seal_with_nonce(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, const unsigned char nonce[ENVELOPE_NONCE_BYTES],
    supa_error *error)
{
    struct binding binding;
    unsigned char *data = NULL;
    char *envelope = NULL;

    if (bind_row(&binding, database_type, store_id, error) != 0)
        goto done;
    if (check_plaintext(keyring, plaintext, length, error) != 0)
        goto done;
    data = encrypt(keyring_first(keyring), &binding, plaintext, length, nonce);
    if (data != NULL)
        envelope = write_envelope(keyring_first(keyring)->id, data, length + OVERHEAD);
    if (envelope == NULL)
        error_no_memory(error);

done:
    memory_free(data);
    if (envelope == NULL)
        about(&binding, error);
    return envelope;
}

char *supa_envelope_seal(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, supa_error *error)
{
    unsigned char nonce[ENVELOPE_NONCE_BYTES];

    if (secret_start(error) != 0)
        return NULL;
    randombytes_buf(nonce, sizeof nonce);
    return envelope_seal_with_nonce(
        keyring, database_type, store_id, plaintext, length, nonce, error);
}

static int malformed(supa_error *error)
{
    return error_set(
        error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT,
        "the credentials are not an envelope (supa2.<key id>.<base64url>): malformed or cut short");
}

/* Version 1 is three texts of base64, parted by colons. */
static int is_version_1(const char *text)
{
    for (int part = 0; part < 3; part++) {
        size_t length = strspn(text, ALPHABET "+/=");

        if (length == 0 || text[length] != (part < 2 ? ':' : '\0'))
            return 0;
        text += length + 1;
    }
    return 1;
}

/* The number of a version in "supa<number>.", as its length; 0 when there is none. */
static size_t version_length(const char *text)
{
    size_t length;

    if (strncmp(text, "supa", 4) != 0 || text[4] == '0')
        return 0;
    length = strspn(text + 4, "0123456789");
    return length <= 9 && text[4 + length] == '.' ? length : 0;
}

static int check_version(const char *envelope, supa_error *error)
{
    int other = (int)version_length(envelope);

    if (strncmp(envelope, PREFIX, PREFIX_LENGTH) == 0)
        return SUPA_OK;
    if (other == 0 && !is_version_1(envelope))
        return malformed(error);
    return error_set(
        error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT,
        "the credentials are an envelope of version %.*s; this build opens envelopes of version 2 "
        "only",
        other == 0 ? 1 : other, other == 0 ? "1" : envelope + 4);
}

/* Fills in the data of @parts; 0, −1 when the text is not its one base64url, or NO_MEMORY. The
 * alphabet is checked here, because libsodium 1.0.18 takes bytes from 0x80 on for its last letter. */
static int decode_data(struct parts *parts, const char *text)
{
    size_t length = strspn(text, ALPHABET "-_");
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
    const char *dot;
    int decoded;

    if (check_version(envelope, error) != 0)
        return -1;
    parts->id = envelope + PREFIX_LENGTH;
    dot = strchr(parts->id, '.');
    if (dot == NULL || !keyring_id_valid(parts->id, (size_t)(dot - parts->id)))
        return malformed(error);
    parts->id_length = (size_t)(dot - parts->id);
    decoded = decode_data(parts, dot + 1);
    if (decoded == SUPA_ERROR_NO_MEMORY)
        return error_no_memory(error);
    return decoded == 0 ? SUPA_OK : malformed(error);
}

/* Into @plaintext, which gets a NUL behind it and is for reading then. */
static int decrypt(
    struct keyring_key *key, const struct binding *binding, const struct parts *parts,
    char *plaintext, supa_error *error)
{
    const unsigned char *bytes = keyring_key_open(key);
    int failed;

    if (bytes == NULL)
        return error_no_memory(error);
    failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        (unsigned char *)plaintext, NULL, NULL, parts->data + ENVELOPE_NONCE_BYTES,
        parts->length - ENVELOPE_NONCE_BYTES, binding->bytes, binding->length, parts->data, bytes);
    keyring_key_close(key);
    if (failed)
        return error_set(
            error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT,
            "the credentials do not open for this store: sealed for another store or type, with "
            "another key, or changed");
    plaintext[parts->length - OVERHEAD] = '\0';
    return secret_show(plaintext) == 0 ? SUPA_OK : error_no_memory(error);
}

/* The plaintext as a block for secret_free, or NULL with @error filled in. */
static char *open_parts(
    const supa_keyring *keyring, const struct binding *binding, const struct parts *parts,
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
    if (decrypt(key, binding, parts, plaintext, error) != 0) {
        secret_free(plaintext);
        return NULL;
    }
    return plaintext;
}

int supa_envelope_open(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const char *envelope, int (*read)(void *user, const char *plaintext, size_t length), void *user,
    supa_error *error)
{
    struct binding binding = {.length = 0};
    struct parts parts = {.data = NULL};
    char *plaintext = NULL;
    int result;

    if (keyring == NULL || envelope == NULL || read == NULL)
        error_argument(error, "a keyring, an envelope and a reader are required");
    else if (
        bind_row(&binding, database_type, store_id, error) == 0 &&
        take_apart(&parts, envelope, error) == 0)
        plaintext = open_parts(keyring, &binding, &parts, error);
    memory_free(parts.data);
    if (plaintext == NULL) {
        about(&binding, error);
        return -1;
    }
    result = read(user, plaintext, parts.length - OVERHEAD);
    secret_free(plaintext);
    return result;
}
