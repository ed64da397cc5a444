/* SPDX-License-Identifier: MIT */
/* Envelopes: only what was sealed opens. The first byte chooses: an envelope as text; the published
 * one with some bytes changed; a plaintext to be sealed and opened. */
#include "fuzz.h"
#include "manager/envelope.h"

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

/* The one envelope that opens. */
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

static void open_text(const supa_keyring *keyring, const char *text)
{
    struct expected expected = {PLAIN, sizeof PLAIN - 1, 0};

    open_envelope(keyring, STORE, text, &expected, strcmp(text, published) == 0);
}

/* Pairs of bytes: where, and what is changed there. */
static void open_changed(const supa_keyring *keyring, struct fuzz_bytes *bytes)
{
    char text[sizeof published];

    memcpy(text, published, sizeof text);
    while (bytes->at < bytes->end) {
        size_t at = fuzz_byte(bytes) % (sizeof text - 1);

        text[at] = (char)(text[at] ^ (char)fuzz_byte(bytes));
    }
    open_text(keyring, text);
}

static void seal_and_open(const supa_keyring *keyring, const struct fuzz_bytes *bytes)
{
    struct expected expected = {bytes->at, (size_t)(bytes->end - bytes->at), 0};
    supa_error error;
    char *envelope;

    envelope =
        supa_envelope_seal(keyring, TYPE, STORE, expected.plaintext, expected.length, &error);
    FUZZ_REQUIRE((envelope != NULL) == (expected.length <= ENVELOPE_PLAINTEXT_MAX));
    if (envelope == NULL)
        return;
    open_envelope(keyring, STORE, envelope, &expected, 1);
    expected.calls = 0;
    open_envelope(keyring, NEXT, envelope, &expected, 0);
    supa_text_free(envelope);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static supa_keyring *keyring;
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    unsigned choice = fuzz_byte(&bytes);
    supa_error error;

    if (keyring == NULL)
        keyring = supa_keyring_from_text("k1:" KEY ",k2:" OTHER, &error);
    FUZZ_REQUIRE(keyring != NULL);
    if (choice % 4 == 1) {
        open_changed(keyring, &bytes);
    } else if (choice % 4 == 2) {
        seal_and_open(keyring, &bytes);
    } else {
        char *text = fuzz_text(bytes.at, (size_t)(bytes.end - bytes.at));

        open_text(keyring, text);
        free(text);
    }
    return 0;
}
