/* SPDX-License-Identifier: MIT */
#include "manager/envelope_v1.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"

#include <sodium.h>
#include <string.h>

#define BASE64    sodium_base64_VARIANT_ORIGINAL
#define IV_BYTES  ENVELOPE_V1_IV_BYTES
#define TAG_BYTES 16

/* An envelope taken apart. */
struct parts {
    unsigned char iv[IV_BYTES];
    unsigned char tag[TAG_BYTES];
    unsigned char *ciphertext; /* the heap's */
    size_t length;
};

#ifdef HAVE_LIBCRYPTO

#include <openssl/err.h>
#include <openssl/evp.h>

int envelope_v1_works(void)
{
    return 1;
}

static int fails(void)
{
    return memory_fails != NULL && memory_fails();
}

static int start(EVP_CIPHER_CTX *context, int sealing, const unsigned char *key, const void *iv)
{
    return EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, NULL, NULL, sealing) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, IV_BYTES, NULL) == 1 &&
           EVP_CipherInit_ex(context, NULL, NULL, key, iv, sealing) == 1;
}

/* @in to @out, both of the parts' length. Sealing writes the tag, opening checks it. */
static int
run(EVP_CIPHER_CTX *context, int sealing, struct parts *parts, const unsigned char *in,
    unsigned char *out)
{
    int n, rest;

    if (!sealing && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, parts->tag) != 1)
        return SUPA_ERROR_CREDENTIALS;
    if (EVP_CipherUpdate(context, out, &n, in, (int)parts->length) != 1 ||
        EVP_CipherFinal_ex(context, out + n, &rest) != 1)
        return sealing ? SUPA_ERROR_UNSUPPORTED : SUPA_ERROR_CREDENTIALS;
    if (sealing && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, parts->tag) != 1)
        return SUPA_ERROR_UNSUPPORTED;
    return SUPA_OK;
}

/* OpenSSL wipes the context when it is freed. Its queue of errors is the host's. */
static int cipher(
    struct keyring_key *key, int sealing, struct parts *parts, const unsigned char *in,
    unsigned char *out)
{
    EVP_CIPHER_CTX *context = fails() ? NULL : EVP_CIPHER_CTX_new();
    const unsigned char *bytes = context != NULL ? keyring_key_open(key) : NULL;
    int code = SUPA_ERROR_NO_MEMORY;

    ERR_set_mark();
    if (bytes != NULL) {
        code = start(context, sealing, bytes, parts->iv) ? run(context, sealing, parts, in, out)
                                                         : SUPA_ERROR_UNSUPPORTED;
        keyring_key_close(key);
    }
    EVP_CIPHER_CTX_free(context);
    ERR_pop_to_mark();
    return code;
}

static int without_libcrypto(supa_error *error)
{
    return error_set(
        error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT,
        "libcrypto does not offer AES-256-GCM with an IV of 16 bytes, which envelopes of version 1 "
        "need");
}

#else

int envelope_v1_works(void)
{
    return 0;
}

static int cipher(
    struct keyring_key *key, int sealing, struct parts *parts, const unsigned char *in,
    unsigned char *out)
{
    (void)key, (void)sealing, (void)parts, (void)in, (void)out;
    return SUPA_ERROR_UNSUPPORTED;
}

static int without_libcrypto(supa_error *error)
{
    return error_set(
        error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT,
        "envelopes of version 1 need OpenSSL's libcrypto, which this libsupa was built without: "
        "configure it --with-libcrypto");
}

#endif

int envelope_v1_is(const char *envelope)
{
    for (int part = 0; part < 3; part++) {
        size_t length = strspn(envelope, ENVELOPE_ALPHABET "+/=");

        if (length == 0 || envelope[length] != (part < 2 ? ':' : '\0'))
            return 0;
        envelope += length + 1;
    }
    return 1;
}

static int cipher_error(int code, supa_error *error)
{
    if (code == SUPA_ERROR_NO_MEMORY)
        return error_no_memory(error);
    if (code == SUPA_ERROR_UNSUPPORTED)
        return without_libcrypto(error);
    return error_set(
        error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT,
        "the credentials do not open with the key of version 1: sealed with another one, or "
        "changed");
}

static char *encode(char *at, const unsigned char *bytes, size_t length, char end)
{
    size_t size = sodium_base64_encoded_len(length, BASE64);

    sodium_bin2base64(at, size, bytes, length, BASE64);
    at[size - 1] = end;
    return at + size;
}

/* The envelope's text, or NULL. */
static char *write_envelope(const struct parts *parts)
{
    size_t size = sodium_base64_encoded_len(IV_BYTES, BASE64) +
                  sodium_base64_encoded_len(TAG_BYTES, BASE64) +
                  sodium_base64_encoded_len(parts->length, BASE64);
    char *text = memory_get(size), *at = text;

    if (text == NULL)
        return NULL;
    at = encode(at, parts->iv, IV_BYTES, ':');
    at = encode(at, parts->tag, TAG_BYTES, ':');
    encode(at, parts->ciphertext, parts->length, '\0');
    return text;
}

static int check_sealing(const supa_keyring *keyring, size_t length, supa_error *error)
{
    if (!envelope_v1_works())
        return without_libcrypto(error);
    if (length == 0)
        return error_argument(error, "an envelope of version 1 cannot hold an empty plaintext");
    if (keyring_v1(keyring) != NULL)
        return SUPA_OK;
    error_argument(error, "the keyring has no key of version 1 to seal with");
    error_hint(error, "set ENCRYPTION_KEY, or call supa_keyring_add_v1");
    return SUPA_ERROR_ARGUMENT;
}

char *envelope_v1_seal(
    const supa_keyring *keyring, const void *plaintext, size_t length,
    const unsigned char iv[ENVELOPE_V1_IV_BYTES], supa_error *error)
{
    struct parts parts = {.length = length};
    char *envelope = NULL;
    int code;

    if (check_sealing(keyring, length, error) != SUPA_OK)
        return NULL;
    memcpy(parts.iv, iv, IV_BYTES);
    parts.ciphertext = memory_get(length);
    code = parts.ciphertext != NULL
               ? cipher(keyring_v1(keyring), 1, &parts, plaintext, parts.ciphertext)
               : SUPA_ERROR_NO_MEMORY;
    if (code == SUPA_OK) {
        envelope = write_envelope(&parts);
        code = envelope != NULL ? SUPA_OK : SUPA_ERROR_NO_MEMORY;
    }
    if (code != SUPA_OK)
        cipher_error(code, error);
    memory_free(parts.ciphertext);
    return envelope;
}

/* The base64 up to @end, which is to be of exactly @size bytes. The text behind it, or NULL. */
static const char *decode_exactly(unsigned char *out, size_t size, const char *text, char end)
{
    size_t length = (size_t)(strchr(text, end) - text), decoded;

    if (sodium_base642bin(out, size, text, length, NULL, &decoded, NULL, BASE64) != 0)
        return NULL;
    return decoded == size ? text + length + 1 : NULL;
}

/* 0, −1 when the text is not the one base64 of its bytes, or NO_MEMORY. */
static int decode_ciphertext(struct parts *parts, const char *text)
{
    size_t length = strlen(text), room = length / 4 * 3 + 3;

    if (length >= sodium_base64_ENCODED_LEN(ENVELOPE_PLAINTEXT_MAX, BASE64))
        return -1;
    parts->ciphertext = memory_get(room);
    if (parts->ciphertext == NULL)
        return SUPA_ERROR_NO_MEMORY;
    if (sodium_base642bin(
            parts->ciphertext, room, text, length, NULL, &parts->length, NULL, BASE64) != 0)
        return -1;
    return parts->length > 0 ? 0 : -1;
}

static int take_apart(struct parts *parts, const char *envelope, supa_error *error)
{
    const char *at = decode_exactly(parts->iv, IV_BYTES, envelope, ':');
    int decoded;

    if (at != NULL)
        at = decode_exactly(parts->tag, TAG_BYTES, at, ':');
    if (at == NULL)
        return envelope_malformed(error);
    decoded = decode_ciphertext(parts, at);
    if (decoded == SUPA_ERROR_NO_MEMORY)
        return error_no_memory(error);
    return decoded == 0 ? SUPA_OK : envelope_malformed(error);
}

/* A plaintext whose tag is wrong has been written by then: it is wiped with the block. */
static char *open_parts(struct keyring_key *key, struct parts *parts, supa_error *error)
{
    char *plaintext = secret_get(parts->length + 1);
    int code = SUPA_ERROR_NO_MEMORY;

    if (plaintext != NULL) {
        code = cipher(key, 0, parts, parts->ciphertext, (unsigned char *)plaintext);
        plaintext[parts->length] = '\0';
    }
    if (code == SUPA_OK && secret_show(plaintext) != 0)
        code = SUPA_ERROR_NO_MEMORY;
    if (code == SUPA_OK)
        return plaintext;
    cipher_error(code, error);
    secret_free(plaintext);
    return NULL;
}

char *envelope_v1_open(
    const supa_keyring *keyring, const char *envelope, size_t *length, supa_error *error)
{
    struct keyring_key *key = keyring_v1(keyring);
    struct parts parts = {.ciphertext = NULL};
    char *plaintext = NULL;

    if (!envelope_v1_works()) {
        without_libcrypto(error);
    } else if (key == NULL) {
        error_set(
            error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT,
            "the credentials are sealed with a key of version 1, and the keyring has none");
        error_hint(error, "set ENCRYPTION_KEY, or call supa_keyring_add_v1");
    } else if (take_apart(&parts, envelope, error) == SUPA_OK) {
        plaintext = open_parts(key, &parts, error);
    }
    *length = plaintext != NULL ? parts.length : 0;
    memory_free(parts.ciphertext);
    return plaintext;
}
