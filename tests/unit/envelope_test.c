/* SPDX-License-Identifier: MIT */
#include "manager/envelope_v2.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"
#include "manager/keyring.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/query.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8

extern CU_TestInfo envelope_tests[];

#define KEY   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "//////////////////////////////////////////8="
#define STORE "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2"
#define TYPE  "supabase"

static const char plain[] = "{\"projectUrl\":\"https://abc.supabase.co\",\"serviceRoleKey\":\"k\","
                            "\"anonKey\":\"a\",\"connectionString\":null}";
/* The published envelope of all of the above, with the nonce 40…57. */
static const char published[] =
    "supa2.k1.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXrxt1Ar-KHHX7ofXSjaZH-ubO3bcpdnz7CFLTNnx0QvJ3imdANv2m"
    "PN3BkT58s7mUyQQRjSTgzb6M3mPWP5AtOjVFsxdtkX_q5CGc3b8W8oGTpHJCR1M3AyLKafPnX11QShnKkExAWX3FufUs8L"
    "k5MdLXVQ";

static int countdown;

static int nth_fails(void)
{
    return countdown > 0 && --countdown == 0;
}

static supa_keyring *keyring_of(const char *text)
{
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_text(text, &error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    return keyring;
}

/* What a reader was shown. */
struct shown {
    int calls;
    int result; /* for the reader to return */
    size_t length;
    char text[256];
};

static int show(void *user, const char *plaintext, size_t length)
{
    struct shown *shown = user;

    shown->calls++;
    shown->length = length;
    if (length < sizeof shown->text)
        memcpy(shown->text, plaintext, length + 1);
    return shown->result;
}

/* Whether six bytes in a row of @secret stand anywhere in @error. */
static int tells(const supa_error *error, const char *secret)
{
    const char *from = (const char *)error;

    for (size_t at = 0; at + 6 <= sizeof *error; at++) {
        const char *found = from[at] == '\0' ? NULL : strchr(secret, from[at]);

        for (; found != NULL && strlen(found) >= 6; found = strchr(found + 1, from[at])) {
            if (memcmp(found, from + at, 6) == 0)
                return 1;
        }
    }
    return 0;
}

static void check_no_secret(const supa_error *error)
{
    CU_ASSERT_FALSE(tells(error, plain));
    CU_ASSERT_FALSE(tells(error, KEY));
    CU_ASSERT_FALSE(tells(error, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20"));
}

/* The code with which an envelope does not open; 0 when it opens. */
static int
refusal(const supa_keyring *keyring, const char *type, const char *store, const char *text)
{
    struct shown shown = {.result = 42};
    supa_error error = {0};
    int result = supa_envelope_open(keyring, type, store, text, show, &shown, &error);

    if (result == 42 && shown.calls == 1)
        return 0;
    CU_ASSERT_EQUAL(result, -1);
    CU_ASSERT_EQUAL(shown.calls, 0);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    check_no_secret(&error);
    return error.code;
}

static void seals_the_published_envelope(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    unsigned char nonce[ENVELOPE_V2_NONCE_BYTES];
    struct envelope_row row;
    supa_error error;
    char *envelope;

    for (size_t i = 0; i < sizeof nonce; i++)
        nonce[i] = (unsigned char)(0x40 + i);
    CU_ASSERT_EQUAL(envelope_row_read(&row, TYPE, STORE, &error), SUPA_OK);
    envelope = envelope_v2_seal(keyring, &row, plain, strlen(plain), nonce, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
    CU_ASSERT_STRING_EQUAL(envelope, published);
    supa_text_free(envelope);
    supa_keyring_free(keyring);
}

static void opens_the_published_envelope(void)
{
    static const int results[] = {0, 7, -1, -5};
    supa_keyring *keyring = keyring_of("k1:" KEY);
    size_t before = secret_count();

    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct shown shown = {.result = results[i]};
        supa_error error = {.code = 99};

        CU_ASSERT_EQUAL(
            supa_envelope_open(keyring, TYPE, STORE, published, show, &shown, &error), results[i]);
        CU_ASSERT_EQUAL(shown.calls, 1);
        CU_ASSERT_EQUAL(shown.length, strlen(plain));
        CU_ASSERT_STRING_EQUAL(shown.text, plain);
        CU_ASSERT_EQUAL(error.code, 99);
        CU_ASSERT_EQUAL(secret_count(), before);
    }
    supa_keyring_free(keyring);
}

static void seals_differently_each_time(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    supa_error error;
    char *one = supa_envelope_seal(keyring, TYPE, STORE, plain, strlen(plain), &error);
    char *two = supa_envelope_seal(keyring, TYPE, STORE, plain, strlen(plain), &error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(one);
    CU_ASSERT_PTR_NOT_NULL_FATAL(two);
    CU_ASSERT_STRING_NOT_EQUAL(one, two);
    CU_ASSERT_EQUAL(strncmp(one, "supa2.k1.", 9), 0);
    CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, one), 0);
    CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, two), 0);
    supa_text_free(one);
    supa_text_free(two);
    supa_keyring_free(keyring);
}

static void seals_up_to_64_KiB(void)
{
    static const size_t sizes[] = {0, 1, 2, 3, 255, 65534, 65535, 65536};
    supa_keyring *keyring = keyring_of("k1:" KEY);
    char *text = calloc(1, 65537);
    supa_error error;

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *envelope = supa_envelope_seal(keyring, TYPE, STORE, text, sizes[i], &error);
        struct shown shown = {.result = 3};

        CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
        CU_ASSERT_EQUAL(
            supa_envelope_open(keyring, TYPE, STORE, envelope, show, &shown, &error), 3);
        CU_ASSERT_EQUAL(shown.length, sizes[i]);
        supa_text_free(envelope);
    }
    CU_ASSERT_PTR_NULL(supa_envelope_seal(keyring, TYPE, STORE, text, 65537, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(error.store_id, STORE);
    free(text);
    supa_keyring_free(keyring);
}

static void refuses_an_envelope_that_is_too_long(void)
{
    /* 87,435 characters hold a plaintext of 64 KiB; with a character more it is one of 64 KiB + 1. */
    static const size_t lengths[] = {87435, 87436, 87438, 200000};
    supa_keyring *keyring = keyring_of("k1:" KEY);
    char *text = malloc(9 + 200000 + 1);
    supa_error error;

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct shown shown = {.calls = 0};

        memcpy(text, "supa2.k1.", 9);
        memset(text + 9, 'A', lengths[i]);
        text[9 + lengths[i]] = '\0';
        CU_ASSERT_EQUAL(supa_envelope_open(keyring, TYPE, STORE, text, show, &shown, &error), -1);
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CREDENTIALS);
        CU_ASSERT_EQUAL(strstr(error.message, "malformed") == NULL, i == 0);
    }
    free(text);
    supa_keyring_free(keyring);
}

static void refuses_every_truncation(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    char text[sizeof published];

    for (size_t length = 0; length < strlen(published); length++) {
        memcpy(text, published, length);
        text[length] = '\0';
        CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, text), SUPA_ERROR_CREDENTIALS);
    }
    supa_keyring_free(keyring);
}

static void refuses_every_changed_character(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY ",k2:" OTHER);
    char text[sizeof published];

    memcpy(text, published, sizeof text);
    for (size_t at = 0; at < strlen(published); at++) {
        for (int change = 1; change < 256; change++) {
            int code;

            text[at] = (char)((unsigned char)published[at] ^ change);
            code = refusal(keyring, TYPE, STORE, text);
            if (code != SUPA_ERROR_CREDENTIALS)
                CU_ASSERT(code == SUPA_ERROR_UNSUPPORTED && at == 4);
        }
        text[at] = published[at];
    }
    CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, text), 0);
    supa_keyring_free(keyring);
}

static void refuses_every_addition(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    char text[sizeof published + 1] = "";

    memcpy(text, published, sizeof published);
    for (int c = 1; c < 256; c++) {
        text[strlen(published)] = (char)c;
        CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, text), SUPA_ERROR_CREDENTIALS);
    }
    memcpy(text + 1, published, sizeof published);
    for (int c = 1; c < 256; c++) {
        text[0] = (char)c;
        CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, text), SUPA_ERROR_CREDENTIALS);
    }
    supa_keyring_free(keyring);
}

static void refuses_another_row(void)
{
    static const struct {
        const char *type, *store;
        int code;
    } rows[] = {
        {TYPE, STORE, 0},
        {TYPE, "6F1C2B3A-0D4E-4F5A-8B6C-7D8E9FA0B1C2", 0},
        {TYPE, "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c3", SUPA_ERROR_CREDENTIALS},
        {TYPE, "00000000-0000-0000-0000-000000000000", SUPA_ERROR_CREDENTIALS},
        {"Supabase", STORE, SUPA_ERROR_CREDENTIALS},
        {"supabase ", STORE, SUPA_ERROR_CREDENTIALS},
        {"postgresql", STORE, SUPA_ERROR_CREDENTIALS},
        {"s", STORE, SUPA_ERROR_CREDENTIALS},
    };
    supa_keyring *keyring = keyring_of("k1:" KEY);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(refusal(keyring, rows[i].type, rows[i].store, published), rows[i].code);
    supa_keyring_free(keyring);
}

static void refuses_another_key(void)
{
    supa_keyring *same_id = keyring_of("k1:" OTHER);
    supa_keyring *other_id = keyring_of("k2:" KEY);
    struct shown shown = {.calls = 0};
    supa_error error;

    CU_ASSERT_EQUAL(refusal(same_id, TYPE, STORE, published), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal(other_id, TYPE, STORE, published), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(supa_envelope_open(other_id, TYPE, STORE, published, show, &shown, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "key k1, which the keyring does not have"));
    CU_ASSERT_STRING_EQUAL(error.store_id, STORE);
    CU_ASSERT_EQUAL(error.side, SUPA_SIDE_TENANT);
    supa_keyring_free(same_id);
    supa_keyring_free(other_id);
}

static void rotation_opens_the_old_and_seals_with_the_new(void)
{
    supa_keyring *rotated = keyring_of("k2:" OTHER "\nk1:" KEY);
    supa_error error;
    char *envelope = supa_envelope_seal(rotated, TYPE, STORE, plain, strlen(plain), &error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
    CU_ASSERT_EQUAL(strncmp(envelope, "supa2.k2.", 9), 0);
    CU_ASSERT_EQUAL(refusal(rotated, TYPE, STORE, envelope), 0);
    CU_ASSERT_EQUAL(refusal(rotated, TYPE, STORE, published), 0);
    supa_text_free(envelope);
    supa_keyring_free(rotated);
}

static void ids_of_any_grammar_seal(void)
{
    static const char *const texts[] = {
        "a:" KEY,    "-:" KEY, "_:" KEY, "0:" KEY, "abcdefghijklmnopqrstuvwxyz012345:" KEY,
        "A-Z_9:" KEY};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        supa_keyring *keyring = keyring_of(texts[i]);
        supa_error error;
        char *envelope = supa_envelope_seal(keyring, TYPE, STORE, plain, strlen(plain), &error);

        CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
        CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, envelope), 0);
        supa_text_free(envelope);
        supa_keyring_free(keyring);
    }
}

static void tells_versions_from_nonsense(void)
{
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        {"supa1.k1.AAAA", SUPA_ERROR_UNSUPPORTED},
        {"supa3.k1.AAAA", SUPA_ERROR_UNSUPPORTED},
        {"supa3.", SUPA_ERROR_UNSUPPORTED},
        {"supa20.k1.AAAA", SUPA_ERROR_UNSUPPORTED},
        {"supa22.k1.AAAA", SUPA_ERROR_UNSUPPORTED},
        {"supa3", SUPA_ERROR_CREDENTIALS},
        {"supa02.k1.AAAA", SUPA_ERROR_CREDENTIALS},
        {"supa0.k1.AAAA", SUPA_ERROR_CREDENTIALS},
        {"supa.k1.AAAA", SUPA_ERROR_CREDENTIALS},
        {"supa12345678901234567890.k1.AAAA", SUPA_ERROR_CREDENTIALS},
        {"Supa2.k1.AAAA", SUPA_ERROR_CREDENTIALS},
        {"", SUPA_ERROR_CREDENTIALS},
        {"postgresql://user:password@host/db", SUPA_ERROR_CREDENTIALS},
        {"{\"projectUrl\":\"https://abc.supabase.co\"}", SUPA_ERROR_CREDENTIALS},
        {"a:b", SUPA_ERROR_CREDENTIALS},
        {"a:b:", SUPA_ERROR_CREDENTIALS},
        {":b:c", SUPA_ERROR_CREDENTIALS},
        {"a::c", SUPA_ERROR_CREDENTIALS},
        {"a:b:c:d", SUPA_ERROR_CREDENTIALS},
        {"a:b:c ", SUPA_ERROR_CREDENTIALS},
        {"supa2.", SUPA_ERROR_CREDENTIALS},
        {"supa2..", SUPA_ERROR_CREDENTIALS},
        {"supa2.k1", SUPA_ERROR_CREDENTIALS},
        {"supa2.k1.", SUPA_ERROR_CREDENTIALS},
        {"supa2.k1..", SUPA_ERROR_CREDENTIALS},
        {"supa2.k 1.AAAA", SUPA_ERROR_CREDENTIALS},
        {"supa2.abcdefghijklmnopqrstuvwxyz0123456.AAAA", SUPA_ERROR_CREDENTIALS},
    };
    supa_keyring *keyring = keyring_of("k1:" KEY);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, rows[i].text), rows[i].code);
    supa_keyring_free(keyring);
}

static void says_which_version_it_opens(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"supa1.k1.AAAA", "of the form supa1, which this libsupa does not know"},
        {"supa31.k1.AAAA", "of the form supa31, which this libsupa does not know; it opens supa2"},
    };
    supa_keyring *keyring = keyring_of("k1:" KEY);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shown shown = {.calls = 0};
        supa_error error;

        CU_ASSERT_EQUAL(
            supa_envelope_open(keyring, TYPE, STORE, rows[i].text, show, &shown, &error), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, rows[i].says));
        CU_ASSERT_STRING_EQUAL(error.store_id, STORE);
    }
    supa_keyring_free(keyring);
}

/* The published envelope with its last characters replaced. */
static int refusal_of_ending(const supa_keyring *keyring, size_t keep, const char *ending)
{
    char text[sizeof published + 16];

    snprintf(text, sizeof text, "%.*s%s", (int)(strlen(published) - keep), published, ending);
    return refusal(keyring, TYPE, STORE, text);
}

static void opens_canonical_base64_only(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);

    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 2, "VQ"), 0);
    /* V, Q and four bits that belong to no byte */
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 2, "VR"), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 2, "Vf"), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 0, "=="), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 0, "="), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 0, "\n"), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 0, " "), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 2, "V Q"), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 2, "V\nQ"), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 2, "V+"), SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(refusal_of_ending(keyring, 2, "V/"), SUPA_ERROR_CREDENTIALS);
    supa_keyring_free(keyring);
}

static void refuses_arguments_that_are_wrong(void)
{
    static const char fifty[] = "12345678901234567890123456789012345678901234567890";
    static const struct {
        const char *type, *store;
        int code;
    } rows[] = {
        {TYPE, NULL, SUPA_ERROR_ARGUMENT},
        {TYPE, "", SUPA_ERROR_ARGUMENT},
        {TYPE, "6f1c2b3a0d4e4f5a8b6c7d8e9fa0b1c2", SUPA_ERROR_ARGUMENT},
        {TYPE, STORE "0", SUPA_ERROR_ARGUMENT},
        {NULL, STORE, SUPA_ERROR_ARGUMENT},
        {"", STORE, SUPA_ERROR_ARGUMENT},
        {"123456789012345678901234567890123456789012345678901", STORE, SUPA_ERROR_ARGUMENT},
        {"supa\nbase", STORE, SUPA_ERROR_ARGUMENT},
        {"supabase\x7F", STORE, SUPA_ERROR_ARGUMENT},
    };
    supa_keyring *keyring = keyring_of("k1:" KEY);
    supa_error error;
    char *envelope;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(refusal(keyring, rows[i].type, rows[i].store, published), rows[i].code);
        CU_ASSERT_PTR_NULL(
            supa_envelope_seal(keyring, rows[i].type, rows[i].store, plain, 5, &error));
        CU_ASSERT_EQUAL(error.code, rows[i].code);
    }
    envelope = supa_envelope_seal(keyring, fifty, STORE, plain, strlen(plain), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
    CU_ASSERT_EQUAL(refusal(keyring, fifty, STORE, envelope), 0);
    supa_text_free(envelope);
    supa_keyring_free(keyring);
}

static void refuses_arguments_that_are_missing(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    supa_error error;

    CU_ASSERT_EQUAL(refusal(NULL, TYPE, STORE, published), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, NULL), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_envelope_open(keyring, TYPE, STORE, published, NULL, NULL, &error), -1);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_envelope_open(keyring, TYPE, STORE, published, NULL, NULL, NULL), -1);
    CU_ASSERT_PTR_NULL(supa_envelope_seal(NULL, TYPE, STORE, plain, 5, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_envelope_seal(keyring, TYPE, STORE, NULL, 5, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    supa_keyring_free(keyring);
}

static void an_empty_keyring_neither_seals_nor_opens(void)
{
    supa_error error;
    supa_keyring *keyring = supa_keyring_new(&error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_PTR_NULL(supa_envelope_seal(keyring, TYPE, STORE, plain, 5, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "no key to seal with"));
    CU_ASSERT_EQUAL(refusal(keyring, TYPE, STORE, published), SUPA_ERROR_CREDENTIALS);
    supa_keyring_free(keyring);
}

/* The signal that a child dies of when it writes to the plaintext. */
static int signal_of_writing(void *user, const char *plaintext, size_t length)
{
    volatile char *byte = *(char **)user = (char *)(size_t)plaintext;
    int status = 0;
    pid_t child = fork();

    (void)length;
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGSEGV, SIG_DFL);
        *byte = 'x';
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status)
               ? WTERMSIG(status)
               : 0;
}

static void shows_the_plaintext_for_reading_only(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    char *where = NULL;
    supa_error error;

    CU_ASSERT_EQUAL(
        supa_envelope_open(keyring, TYPE, STORE, published, signal_of_writing, &where, &error),
        SIGSEGV);
    CU_ASSERT_PTR_NOT_NULL(where);
    supa_keyring_free(keyring);
}

/* The key is hidden again when the plaintext is shown: a reader may take its time, or use the same
 * keyring. */
static int open_again(void *user, const char *plaintext, size_t length)
{
    const supa_keyring *keyring = user;

    (void)plaintext;
    (void)length;
    CU_ASSERT_EQUAL(keyring_first(keyring)->users, 0);
    return refusal(keyring, TYPE, STORE, published);
}

static void a_reader_may_open_another(void)
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    supa_error error;

    CU_ASSERT_EQUAL(
        supa_envelope_open(keyring, TYPE, STORE, published, open_again, keyring, &error), 0);
    supa_keyring_free(keyring);
}

static int same_as_plain(void *user, const char *plaintext, size_t length)
{
    (void)user;
    return length == strlen(plain) && memcmp(plaintext, plain, length + 1) == 0;
}

static void *open_often(void *given)
{
    const supa_keyring *keyring = given;
    supa_error error;
    int wrong = 0;

    for (int i = 0; i < 300; i++) {
        char *sealed = supa_envelope_seal(keyring, TYPE, STORE, plain, strlen(plain), &error);

        wrong += sealed == NULL ||
                 supa_envelope_open(keyring, TYPE, STORE, sealed, same_as_plain, NULL, &error) != 1;
        wrong +=
            supa_envelope_open(keyring, TYPE, STORE, published, same_as_plain, NULL, &error) != 1;
        supa_text_free(sealed);
    }
    return wrong == 0 ? NULL : given;
}

static void many_threads_seal_and_open(void)
{
    supa_keyring *keyring = keyring_of("k2:" OTHER ",k1:" KEY);
    size_t before = secret_count();
    pthread_t threads[THREADS];
    void *wrong;

    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, open_often, keyring), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        CU_ASSERT_PTR_NULL(wrong);
    }
    CU_ASSERT_EQUAL(secret_count(), before);
    for (struct keyring_key *key = keyring_first(keyring); key != NULL; key = key->next)
        CU_ASSERT_EQUAL(key->users, 0);
    supa_keyring_free(keyring);
}

static int seal_once(const supa_keyring *keyring, supa_error *error)
{
    char *envelope = supa_envelope_seal(keyring, TYPE, STORE, plain, strlen(plain), error);

    supa_text_free(envelope);
    return envelope == NULL ? error->code : 0;
}

static int open_once(const supa_keyring *keyring, supa_error *error)
{
    int result = supa_envelope_open(keyring, TYPE, STORE, published, same_as_plain, NULL, error);

    return result == 1 ? 0 : error->code;
}

static int rewrap_once(const supa_keyring *keyring, supa_error *error)
{
    char *envelope = supa_envelope_rewrap(keyring, TYPE, STORE, published, 2, error);

    supa_text_free(envelope);
    return envelope == NULL ? error->code : 0;
}

/* Fails the first allocation, the second, … until none is left to fail; their number. */
static int sweep(int (*run)(const supa_keyring *keyring, supa_error *error))
{
    supa_keyring *keyring = keyring_of("k1:" KEY);
    size_t before = secret_count();
    int failed = 1, n = 0;

    while (failed) {
        supa_error error = {0};
        int code;

        countdown = ++n;
        memory_fails = nth_fails;
        code = run(keyring, &error);
        memory_fails = NULL;
        failed = countdown == 0;
        CU_ASSERT_EQUAL(code, failed ? SUPA_ERROR_NO_MEMORY : SUPA_OK);
        CU_ASSERT_STRING_EQUAL(error.store_id, failed ? STORE : "");
        CU_ASSERT_EQUAL(secret_count(), before);
        CU_ASSERT_EQUAL(keyring_first(keyring)->users, 0);
        check_no_secret(&error);
    }
    supa_keyring_free(keyring);
    return n - 1;
}

static void survives_every_failed_allocation(void)
{
    CU_ASSERT_EQUAL(sweep(seal_once), 3);
    CU_ASSERT_EQUAL(sweep(open_once), 4);
    CU_ASSERT_EQUAL(sweep(rewrap_once), 7);
}

static void rewraps_for_a_rotation_of_keys(void)
{
    supa_keyring *old = keyring_of("k1:" KEY), *both = keyring_of("k2:" OTHER ",k1:" KEY);
    struct shown shown = {.result = 1};
    supa_error error;
    char *text = supa_envelope_rewrap(both, TYPE, STORE, published, SUPA_ENVELOPE_V2, &error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL(strncmp(text, "supa2.k2.", 9), 0);
    CU_ASSERT_EQUAL(supa_envelope_open(both, TYPE, STORE, text, show, &shown, &error), 1);
    CU_ASSERT_STRING_EQUAL(shown.text, plain);
    CU_ASSERT_PTR_NULL(supa_envelope_rewrap(old, TYPE, STORE, text, SUPA_ENVELOPE_V2, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CREDENTIALS);
    supa_text_free(text);
    supa_keyring_free(old);
    supa_keyring_free(both);
}

static void rewraps_only_what_opens(void)
{
    static const char other[] = "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c3";
    static const struct {
        const char *store, *envelope;
        int version, code;
    } rows[] = {
        {other, published, SUPA_ENVELOPE_V2, SUPA_ERROR_CREDENTIALS},
        {STORE, "supa2.k1.AAAA", SUPA_ENVELOPE_V2, SUPA_ERROR_CREDENTIALS},
        {STORE, "nonsense", SUPA_ENVELOPE_V2, SUPA_ERROR_CREDENTIALS},
        {STORE, "supa3.k1.AAAA", SUPA_ENVELOPE_V2, SUPA_ERROR_UNSUPPORTED},
        {STORE, published, 0, SUPA_ERROR_ARGUMENT},
        {STORE, published, 3, SUPA_ERROR_ARGUMENT},
        {STORE, NULL, SUPA_ENVELOPE_V2, SUPA_ERROR_ARGUMENT},
        {"x", published, SUPA_ENVELOPE_V2, SUPA_ERROR_ARGUMENT},
    };
    supa_keyring *keyring = keyring_of("k1:" KEY);
    size_t before = secret_count();

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_error error;

        CU_ASSERT_PTR_NULL(supa_envelope_rewrap(
            keyring, TYPE, rows[i].store, rows[i].envelope, rows[i].version, &error));
        CU_ASSERT_EQUAL(error.code, rows[i].code);
        check_no_secret(&error);
    }
    CU_ASSERT_PTR_NULL(supa_envelope_rewrap(NULL, TYPE, STORE, published, 2, NULL));
    CU_ASSERT_EQUAL(secret_count(), before);
    supa_keyring_free(keyring);
}

static void tells_what_an_envelope_says_of_itself(void)
{
    static const struct {
        const char *envelope;
        int code, version;
        const char *id;
    } rows[] = {
        {published, SUPA_OK, SUPA_ENVELOPE_V2, "k1"},
        {"supa2.abcdefghijklmnopqrstuvwxyz012345.AAAA", SUPA_OK, SUPA_ENVELOPE_V2,
         "abcdefghijklmnopqrstuvwxyz012345"},
        {"a:b:c", SUPA_OK, SUPA_ENVELOPE_V1, ""},
        {"supa2.k 1.AAAA", SUPA_ERROR_CREDENTIALS, 0, "?"},
        {"supa2.k1", SUPA_ERROR_CREDENTIALS, 0, "?"},
        {"supa2.abcdefghijklmnopqrstuvwxyz0123456.AAAA", SUPA_ERROR_CREDENTIALS, 0, "?"},
        {"supa3.k1.AAAA", SUPA_ERROR_UNSUPPORTED, 0, "?"},
        {"a:b", SUPA_ERROR_CREDENTIALS, 0, "?"},
        {"", SUPA_ERROR_CREDENTIALS, 0, "?"},
        {NULL, SUPA_ERROR_ARGUMENT, 9, "?"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char id[SUPA_KEY_ID_SIZE] = "?";
        supa_error error = {0};
        int version = 9;

        CU_ASSERT_EQUAL(supa_envelope_info(rows[i].envelope, &version, id, &error), rows[i].code);
        CU_ASSERT_EQUAL(error.code, rows[i].code);
        CU_ASSERT_EQUAL(version, rows[i].version);
        CU_ASSERT_STRING_EQUAL(id, rows[i].id);
        CU_ASSERT_EQUAL(supa_envelope_info(rows[i].envelope, &version, NULL, NULL), rows[i].code);
    }
    CU_ASSERT_EQUAL(supa_envelope_info(published, NULL, NULL, NULL), SUPA_ERROR_ARGUMENT);
}

CU_TestInfo envelope_tests[] = {
    {"seals the published envelope", seals_the_published_envelope},
    {"opens the published envelope and returns what its reader does", opens_the_published_envelope},
    {"seals differently each time", seals_differently_each_time},
    {"seals from nothing up to 64 KiB", seals_up_to_64_KiB},
    {"an envelope that is too long is refused", refuses_an_envelope_that_is_too_long},
    {"cut short at any length, it does not open", refuses_every_truncation},
    {"with any character changed, it does not open", refuses_every_changed_character},
    {"with a character more at either end, it does not open", refuses_every_addition},
    {"for another store or type, it does not open", refuses_another_row},
    {"with another key, it does not open, and a missing one is named", refuses_another_key},
    {"after a rotation the old opens and the new seals",
     rotation_opens_the_old_and_seals_with_the_new},
    {"ids of the whole grammar seal and open", ids_of_any_grammar_seal},
    {"other versions are unsupported, nonsense is malformed", tells_versions_from_nonsense},
    {"says which version it is and which it opens", says_which_version_it_opens},
    {"base64 opens in its one form only", opens_canonical_base64_only},
    {"stores that are no UUID and odd types are refused", refuses_arguments_that_are_wrong},
    {"arguments that are missing are refused", refuses_arguments_that_are_missing},
    {"an empty keyring neither seals nor opens", an_empty_keyring_neither_seals_nor_opens},
    {"the plaintext is for reading only", shows_the_plaintext_for_reading_only},
    {"a reader may open another envelope", a_reader_may_open_another},
    {"many threads seal and open with one keyring", many_threads_seal_and_open},
    {"seals anew for a rotation of keys", rewraps_for_a_rotation_of_keys},
    {"seals anew only what opens, in a version there is", rewraps_only_what_opens},
    {"tells an envelope's version and key by its form", tells_what_an_envelope_says_of_itself},
    {"every failed allocation is told, and nothing leaks", survives_every_failed_allocation},
    CU_TEST_INFO_NULL};
