/* SPDX-License-Identifier: MIT */
#include "manager/envelope.h"

#include "base/error.h"
#include "base/secret.h"
#include "manager/envelope_v1.h"
#include "manager/envelope_v2.h"

#include <sodium.h>
#include <string.h>

#define PREFIX_LENGTH (sizeof ENVELOPE_V2_PREFIX - 1)

int envelope_row_read(
    struct envelope_row *row, const char *database_type, const char *store_id, supa_error *error)
{
    size_t length = database_type == NULL ? 0 : strnlen(database_type, ENVELOPE_TYPE_MAX + 1);

    row->type = database_type;
    if (!text_uuid(store_id, row->store_id)) {
        row->store_id[0] = '\0';
        return error_argument(error, "the store id is not a UUID");
    }
    if (length < 1 || length > ENVELOPE_TYPE_MAX || text_has_control(database_type, length))
        return error_argument(
            error, "a database type is 1 to %d bytes without control characters",
            ENVELOPE_TYPE_MAX);
    return SUPA_OK;
}

/* Says whom the error is about, once its code and text are there. */
static void about(const struct envelope_row *row, supa_error *error)
{
    if (row->store_id[0] != '\0')
        error_about(error, SUPA_SIDE_TENANT, row->store_id, NULL);
}

int envelope_malformed(supa_error *error)
{
    return error_set(
        error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT,
        "the credentials are not an envelope (supa2.<key id>.<base64url>, or three texts of base64 "
        "with colons between them): malformed or cut short");
}

static int check_version(int version, supa_error *error)
{
    if (version == SUPA_ENVELOPE_V1 || version == SUPA_ENVELOPE_V2)
        return SUPA_OK;
    return error_argument(error, "envelopes are written in version 1 or 2, not %d", version);
}

static int check_plaintext(
    const supa_keyring *keyring, const void *plaintext, size_t length, supa_error *error)
{
    if (keyring == NULL || (plaintext == NULL && length != 0))
        return error_argument(error, "a keyring and a plaintext are required");
    if (length > ENVELOPE_PLAINTEXT_MAX)
        return error_argument(
            error, "credentials have at most %d bytes, not %zu", ENVELOPE_PLAINTEXT_MAX, length);
    return secret_start(error);
}

static char *seal(
    const supa_keyring *keyring, int version, const struct envelope_row *row, const void *plaintext,
    size_t length, supa_error *error)
{
    unsigned char nonce[ENVELOPE_V2_NONCE_BYTES];

    randombytes_buf(nonce, sizeof nonce);
    return version == SUPA_ENVELOPE_V1
               ? envelope_v1_seal(keyring, plaintext, length, nonce, error)
               : envelope_v2_seal(keyring, row, plaintext, length, nonce, error);
}

char *supa_envelope_seal_as(
    const supa_keyring *keyring, int version, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, supa_error *error)
{
    struct envelope_row row = {.store_id = ""};
    char *envelope = NULL;

    if (check_version(version, error) == SUPA_OK &&
        envelope_row_read(&row, database_type, store_id, error) == SUPA_OK &&
        check_plaintext(keyring, plaintext, length, error) == SUPA_OK)
        envelope = seal(keyring, version, &row, plaintext, length, error);
    if (envelope == NULL)
        about(&row, error);
    return envelope;
}

char *supa_envelope_seal(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, supa_error *error)
{
    return supa_envelope_seal_as(
        keyring, SUPA_ENVELOPE_V2, database_type, store_id, plaintext, length, error);
}

/* The number in "supa<number>.", as its length; 0 when there is none. */
static size_t number_length(const char *text)
{
    size_t length;

    if (strncmp(text, "supa", 4) != 0 || text[4] == '0')
        return 0;
    length = strspn(text + 4, "0123456789");
    return length <= 9 && text[4 + length] == '.' ? length : 0;
}

/* SUPA_ENVELOPE_V1 or _V2, or 0 with @error filled in. */
static int version_of(const char *envelope, supa_error *error)
{
    int other = (int)number_length(envelope);

    if (strncmp(envelope, ENVELOPE_V2_PREFIX, PREFIX_LENGTH) == 0)
        return SUPA_ENVELOPE_V2;
    if (envelope_v1_is(envelope))
        return SUPA_ENVELOPE_V1;
    if (other == 0)
        envelope_malformed(error);
    else
        error_set(
            error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT,
            "the credentials are an envelope of the form supa%.*s, which this libsupa does not "
            "know; it opens supa2 and version 1",
            other, envelope + 4);
    return 0;
}

int supa_envelope_info(const char *envelope, int *version, char *key_id, supa_error *error)
{
    const char *id = "";
    size_t length = 0;
    int found;

    if (envelope == NULL || version == NULL)
        return error_argument(error, "an envelope and a place for its version are required");
    *version = 0;
    found = version_of(envelope, error);
    if (found == SUPA_ENVELOPE_V2)
        id = envelope_v2_key_id(envelope, &length);
    if (id == NULL)
        return envelope_malformed(error);
    if (found == 0)
        return number_length(envelope) != 0 ? SUPA_ERROR_UNSUPPORTED : SUPA_ERROR_CREDENTIALS;
    *version = found;
    if (key_id != NULL) {
        memcpy(key_id, id, length);
        key_id[length] = '\0';
    }
    return SUPA_OK;
}

/* The plaintext as a block for secret_free, or NULL with @error filled in. */
static char *open_envelope(
    const supa_keyring *keyring, const struct envelope_row *row, const char *envelope,
    size_t *length, supa_error *error)
{
    switch (version_of(envelope, error)) {
    case SUPA_ENVELOPE_V1:
        return envelope_v1_open(keyring, envelope, length, error);
    case SUPA_ENVELOPE_V2:
        return envelope_v2_open(keyring, row, envelope, length, error);
    default:
        return NULL;
    }
}

int supa_envelope_open(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const char *envelope, int (*read)(void *user, const char *plaintext, size_t length), void *user,
    supa_error *error)
{
    struct envelope_row row = {.store_id = ""};
    char *plaintext = NULL;
    size_t length = 0;
    int result;

    if (keyring == NULL || envelope == NULL || read == NULL)
        error_argument(error, "a keyring, an envelope and a reader are required");
    else if (envelope_row_read(&row, database_type, store_id, error) == SUPA_OK)
        plaintext = open_envelope(keyring, &row, envelope, &length, error);
    if (plaintext == NULL) {
        about(&row, error);
        return -1;
    }
    result = read(user, plaintext, length);
    secret_free(plaintext);
    return result;
}

char *supa_envelope_rewrap(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const char *envelope, int version, supa_error *error)
{
    struct envelope_row row = {.store_id = ""};
    char *plaintext = NULL, *sealed = NULL;
    size_t length = 0;

    if (keyring == NULL || envelope == NULL)
        error_argument(error, "a keyring and an envelope are required");
    else if (
        check_version(version, error) == SUPA_OK &&
        envelope_row_read(&row, database_type, store_id, error) == SUPA_OK)
        plaintext = open_envelope(keyring, &row, envelope, &length, error);
    if (plaintext != NULL)
        sealed = seal(keyring, version, &row, plaintext, length, error);
    secret_free(plaintext);
    if (sealed == NULL)
        about(&row, error);
    return sealed;
}
