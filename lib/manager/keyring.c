/* SPDX-License-Identifier: MIT */
#include "manager/keyring.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"

#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

struct supa_keyring {
    atomic_uint references;
    struct keyring_key *first;
    struct keyring_key **end; /* where the next key goes */
    struct keyring_key *v1;   /* the key of version 1, or NULL */
};

supa_keyring *supa_keyring_new(supa_error *error)
{
    supa_keyring *keyring;

    if (secret_start(error) != 0)
        return NULL;
    keyring = memory_zero(sizeof *keyring);
    if (keyring == NULL) {
        error_no_memory(error);
        return NULL;
    }
    atomic_init(&keyring->references, 1);
    keyring->end = &keyring->first;
    return keyring;
}

supa_keyring *keyring_ref(supa_keyring *keyring)
{
    atomic_fetch_add_explicit(&keyring->references, 1, memory_order_relaxed);
    return keyring;
}

static void key_free(struct keyring_key *key)
{
    if (key == NULL)
        return;
    pthread_mutex_destroy(&key->lock);
    secret_free(key->bytes);
    memory_free(key);
}

void supa_keyring_free(supa_keyring *keyring)
{
    if (keyring == NULL)
        return;
    if (atomic_fetch_sub_explicit(&keyring->references, 1, memory_order_acq_rel) != 1)
        return;
    while (keyring->first != NULL) {
        struct keyring_key *key = keyring->first;

        keyring->first = key->next;
        key_free(key);
    }
    key_free(keyring->v1);
    memory_free(keyring);
}

static int id_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

int keyring_id_valid(const char *id, size_t length)
{
    if (length < 1 || length > KEYRING_ID_LENGTH)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (!id_character(id[i]))
            return 0;
    }
    return 1;
}

static int id_text_valid(const char *id)
{
    return id != NULL && keyring_id_valid(id, strnlen(id, KEYRING_ID_LENGTH + 1));
}

struct keyring_key *keyring_first(const supa_keyring *keyring)
{
    return keyring->first;
}

struct keyring_key *keyring_find(const supa_keyring *keyring, const char *id, size_t length)
{
    struct keyring_key *key = keyring->first;

    while (key != NULL && (strlen(key->id) != length || memcmp(key->id, id, length) != 0))
        key = key->next;
    return key;
}

struct keyring_key *keyring_v1(const supa_keyring *keyring)
{
    return keyring->v1;
}

const unsigned char *keyring_key_open(struct keyring_key *key)
{
    const unsigned char *bytes = NULL;

    pthread_mutex_lock(&key->lock);
    if (key->users > 0 || secret_show(key->bytes) == 0) {
        key->users++;
        bytes = key->bytes;
    }
    pthread_mutex_unlock(&key->lock);
    return bytes;
}

void keyring_key_close(struct keyring_key *key)
{
    pthread_mutex_lock(&key->lock);
    if (--key->users == 0)
        secret_hide(key->bytes);
    pthread_mutex_unlock(&key->lock);
}

/* A key whose bytes are still to be written. @id is valid. */
static struct keyring_key *key_new(const char *id, size_t length)
{
    struct keyring_key *key = memory_zero(sizeof *key);

    if (key == NULL)
        return NULL;
    key->bytes = secret_get(SUPA_KEY_BYTES);
    if (key->bytes == NULL || pthread_mutex_init(&key->lock, NULL) != 0) {
        secret_free(key->bytes);
        memory_free(key);
        return NULL;
    }
    memcpy(key->id, id, length);
    return key;
}

/* Hides the key's bytes and hands it to the keyring, which has none of its id. */
static int take_key(supa_keyring *keyring, struct keyring_key *key)
{
    if (secret_hide(key->bytes) != 0) {
        key_free(key);
        return SUPA_ERROR_NO_MEMORY;
    }
    if (key->id[0] == '\0') {
        keyring->v1 = key;
        return SUPA_OK;
    }
    *keyring->end = key;
    keyring->end = &key->next;
    return SUPA_OK;
}

static int add_bytes(supa_keyring *keyring, const char *id, const void *bytes, supa_error *error)
{
    struct keyring_key *key = key_new(id, strlen(id));

    if (key == NULL)
        return error_no_memory(error);
    memcpy(key->bytes, bytes, SUPA_KEY_BYTES);
    return take_key(keyring, key) == SUPA_OK ? SUPA_OK : error_no_memory(error);
}

int supa_keyring_add(
    supa_keyring *keyring, const char *id, const void *key, size_t length, supa_error *error)
{
    if (keyring == NULL || key == NULL)
        return error_argument(error, "a keyring and a key are required");
    if (!id_text_valid(id))
        return error_argument(error, "the id of a key is " KEYRING_ID_GRAMMAR);
    if (length != SUPA_KEY_BYTES)
        return error_argument(error, "a key has %d bytes, not %zu", SUPA_KEY_BYTES, length);
    if (keyring_find(keyring, id, strlen(id)) != NULL)
        return error_set(
            error, SUPA_ERROR_CONFLICT, SUPA_NOT_SENT, "the keyring already has a key %s", id);
    return add_bytes(keyring, id, key, error);
}

int supa_keyring_add_v1(supa_keyring *keyring, const void *key, size_t length, supa_error *error)
{
    if (keyring == NULL || key == NULL)
        return error_argument(error, "a keyring and a key are required");
    if (length != SUPA_KEY_BYTES)
        return error_argument(error, "a key has %d bytes, not %zu", SUPA_KEY_BYTES, length);
    if (keyring->v1 != NULL)
        return error_set(
            error, SUPA_ERROR_CONFLICT, SUPA_NOT_SENT,
            "the keyring already has a key of version 1");
    return add_bytes(keyring, "", key, error);
}

/* Standard base64, with its padding and nothing else around it, of a whole key. */
static int decode_key(unsigned char *bytes, const char *text, size_t length)
{
    size_t decoded;

    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0x80) /* libsodium 1.0.18 takes it for a '/' */
            return -1;
    }
    if (sodium_base642bin(
            bytes, SUPA_KEY_BYTES, text, length, NULL, &decoded, NULL,
            sodium_base64_VARIANT_ORIGINAL) != 0)
        return -1;
    return decoded == SUPA_KEY_BYTES ? 0 : -1;
}

int keyring_add_base64(
    supa_keyring *keyring, const char *id, size_t id_length, const char *text, size_t length)
{
    struct keyring_key *key = key_new(id, id_length);

    if (key == NULL)
        return SUPA_ERROR_NO_MEMORY;
    if (decode_key(key->bytes, text, length) != 0) {
        key_free(key);
        return SUPA_ERROR_ARGUMENT;
    }
    return take_key(keyring, key);
}

/* @key is for scratch. @size has been checked. */
static void write_entry(const char *id, unsigned char *key, char *out, size_t size)
{
    size_t length = strlen(id);

    randombytes_buf(key, SUPA_KEY_BYTES);
    memcpy(out, id, length);
    out[length] = ':';
    sodium_bin2base64(
        out + length + 1, size - length - 1, key, SUPA_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
}

int supa_key_generate(const char *id, char *out, size_t size, supa_error *error)
{
    size_t encoded = sodium_base64_ENCODED_LEN(SUPA_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
    unsigned char *key;

    if (!id_text_valid(id))
        return error_argument(error, "the id of a key is " KEYRING_ID_GRAMMAR);
    if (out == NULL || size < strlen(id) + 1 + encoded)
        return error_argument(error, "a keyring entry may need 80 bytes, not %zu", size);
    if (secret_start(error) != 0)
        return SUPA_ERROR_UNSUPPORTED;
    key = secret_get(SUPA_KEY_BYTES);
    if (key == NULL)
        return error_no_memory(error);
    write_entry(id, key, out, size);
    secret_free(key);
    return SUPA_OK;
}
