/* SPDX-License-Identifier: MIT */
/* Envelopes: only what was sealed opens. The first byte chooses: an envelope as text; a published one
 * with some bytes changed, of version 2 or 1; a plaintext to be sealed, opened and sealed anew, in
 * either version; a text to be sealed anew. */
#include "fuzz.h"
#include "manager/envelope_v1.h"

#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <supa/query.h>

#define KEY   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "//////////////////////////////////////////8="
#define STORE "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2"
#define NEXT  "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c3"
#define TYPE  "supabase"
#define PLAIN                                                                                      \
    "{\"projectUrl\":\"https://abc.supabase.co\",\"serviceRoleKey\":\"k\",\"anonKey\":\"a\","      \
    "\"connectionString\":null}"

const char *const fuzz_name = "envelope";

/* The two envelopes that open. */
static const char published_v1[] =
    "ZGVmZ2hpamtsbW5vcHFycw==:Qeo/N9ya5IrrNvLUvnVVUg==:o5EzI4t+QrvGrN/lZe3ODS4FKLOmwM9qp+M6HeyHZqoa"
    "suviA6TB7SN8KndhGK9XizIokuqEPcEaNrU9nG3iQhp37OsAxuZg7UpV7FIOxxIZdlibHClEkgM3yMGPXwwe/x/m";
static const char published[] =
    "supa2.k1.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXrxt1Ar-KHHX7ofXSjaZH-ubO3bcpdnz7CFLTNnx0QvJ3imdANv2m"
    "PN3BkT58s7mUyQQRjSTgzb6M3mPWP5AtOjVFsxdtkX_q5CGc3b8W8oGTpHJCR1M3AyLKafPnX11QShnKkExAWX3FufUs8L"
    "k5MdLXVQ";
static const char *const secrets[] = {PLAIN, "\"serviceRoleKey\"", KEY, OTHER, NULL};

/* What the reader is to be shown. */
struct expected {
    const char *plaintext;
    size_t length;
    int calls;
};

static int compare(void *user, const char *plaintext, size_t length)
{
    struct expected *expected = user;

    expected->calls++;
    FUZZ_REQUIRE(length == expected->length && plaintext[length] == '\0');
    FUZZ_REQUIRE(memcmp(plaintext, expected->plaintext, length) == 0);
    return 42;
}

static void open_envelope(
    const supa_keyring *keyring, const char *store, const char *envelope, struct expected *expected,
    int opens)
{
    supa_error error = {.code = 99};
    size_t secret = secret_count();
    int result = supa_envelope_open(keyring, TYPE, store, envelope, compare, expected, &error);

    FUZZ_REQUIRE(secret_count() == secret);
    FUZZ_REQUIRE(result == (opens ? 42 : -1) && expected->calls == opens);
    if (opens) {
        FUZZ_REQUIRE(error.code == 99);
        return;
    }
    FUZZ_REQUIRE(error.code == SUPA_ERROR_CREDENTIALS || error.code == SUPA_ERROR_UNSUPPORTED);
    FUZZ_REQUIRE(error.outcome == SUPA_NOT_SENT);
    fuzz_check_error(&error, secrets);
}

static int opens(const char *text)
{
    return strcmp(text, published) == 0 || (envelope_v1_works() && strcmp(text, published_v1) == 0);
}

/* What the form tells agrees with what opening does. */
static void check_info(const char *text)
{
    char id[SUPA_KEY_ID_SIZE] = "";
    supa_error error = {0};
    int version = 9, code = supa_envelope_info(text, &version, id, &error);

    FUZZ_REQUIRE(code == error.code && (code == SUPA_OK) == (version != 0));
    FUZZ_REQUIRE((version == SUPA_ENVELOPE_V2) == (id[0] != '\0') && strlen(id) < sizeof id);
    FUZZ_REQUIRE(code == SUPA_OK || !opens(text));
    if (code != SUPA_OK)
        fuzz_check_error(&error, secrets);
}

static void open_text(const supa_keyring *keyring, const char *text)
{
    struct expected expected = {PLAIN, sizeof PLAIN - 1, 0};

    check_info(text);
    open_envelope(keyring, STORE, text, &expected, opens(text));
}

/* Pairs of bytes: where, and what is changed there. */
static void open_changed(const supa_keyring *keyring, const char *whole, struct fuzz_bytes *bytes)
{
    char text[sizeof published + sizeof published_v1];
    size_t length = strlen(whole);

    memcpy(text, whole, length + 1);
    while (bytes->at < bytes->end) {
        size_t at = fuzz_byte(bytes) % length;

        text[at] = (char)(text[at] ^ (char)fuzz_byte(bytes));
    }
    open_text(keyring, text);
}

/* In the other version, if it can hold it, the envelope opens to the same; an envelope that does not
 * open is not sealed anew. */
static void
rewrap(const supa_keyring *keyring, const char *envelope, int version, struct expected *expected)
{
    size_t secret = secret_count();
    supa_error error;
    char *other = supa_envelope_rewrap(keyring, TYPE, STORE, envelope, version, &error);

    FUZZ_REQUIRE(secret_count() == secret);
    if (other == NULL) {
        fuzz_check_error(&error, secrets);
        return;
    }
    FUZZ_REQUIRE(expected != NULL);
    expected->calls = 0;
    open_envelope(keyring, STORE, other, expected, 1);
    supa_text_free(other);
}

static void rewrap_text(const supa_keyring *keyring, const char *text)
{
    struct expected expected = {PLAIN, sizeof PLAIN - 1, 0};

    rewrap(keyring, text, SUPA_ENVELOPE_V1, opens(text) ? &expected : NULL);
    rewrap(keyring, text, SUPA_ENVELOPE_V2, opens(text) ? &expected : NULL);
}

static int can_seal(int version, size_t length)
{
    return length <= ENVELOPE_PLAINTEXT_MAX &&
           (version == SUPA_ENVELOPE_V2 || (envelope_v1_works() && length > 0));
}

static void seal_and_open(const supa_keyring *keyring, int version, const struct fuzz_bytes *bytes)
{
    struct expected expected = {bytes->at, (size_t)(bytes->end - bytes->at), 0};
    supa_error error;
    char *envelope;

    envelope = supa_envelope_seal_as(
        keyring, version, TYPE, STORE, expected.plaintext, expected.length, &error);
    FUZZ_REQUIRE((envelope != NULL) == can_seal(version, expected.length));
    if (envelope == NULL)
        return;
    check_info(envelope);
    open_envelope(keyring, STORE, envelope, &expected, 1);
    expected.calls = 0;
    open_envelope(keyring, NEXT, envelope, &expected, version == SUPA_ENVELOPE_V1);
    rewrap(keyring, envelope, 3 - version, &expected);
    supa_text_free(envelope);
}

static supa_keyring *keyring_of_all(void)
{
    unsigned char key[SUPA_KEY_BYTES];
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_text("k1:" KEY ",k2:" OTHER, &error);

    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (unsigned char)i;
    FUZZ_REQUIRE(keyring != NULL);
    FUZZ_REQUIRE(supa_keyring_add_v1(keyring, key, sizeof key, &error) == SUPA_OK);
    return keyring;
}

static void with_text(
    const supa_keyring *keyring, const struct fuzz_bytes *bytes,
    void (*use)(const supa_keyring *keyring, const char *text))
{
    char *text = fuzz_text(bytes->at, (size_t)(bytes->end - bytes->at));

    use(keyring, text);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static supa_keyring *keyring;
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);

    if (keyring == NULL)
        keyring = keyring_of_all();
    switch (fuzz_byte(&bytes) % 8) {
    case 1:
        open_changed(keyring, published, &bytes);
        break;
    case 2:
        seal_and_open(keyring, SUPA_ENVELOPE_V2, &bytes);
        break;
    case 3:
        with_text(keyring, &bytes, rewrap_text);
        break;
    case 4:
        open_changed(keyring, published_v1, &bytes);
        break;
    case 5:
        seal_and_open(keyring, SUPA_ENVELOPE_V1, &bytes);
        break;
    default:
        with_text(keyring, &bytes, open_text);
    }
    return 0;
}
