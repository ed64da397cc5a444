/* SPDX-License-Identifier: MIT */
/* Envelopes of version 1. Built without libcrypto, every one of them is unsupported. */
#include "manager/envelope_v1.h"

#include "base/memory.h"
#include "base/secret.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/query.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define KEY          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define STORE        "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2"
#define NEXT         "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c3"
#define TYPE         "supabase"
#define IV           "ZGVmZ2hpamtsbW5vcHFycw=="
#define TAG          "Qeo/N9ya5IrrNvLUvnVVUg=="
#define CIPHERTEXT                                                                                 \
    "o5EzI4t+QrvGrN/"                                                                              \
    "lZe3ODS4FKLOmwM9qp+M6HeyHZqoasuviA6TB7SN8KndhGK9XizIokuqEPcEaNrU9nG3iQhp37OsAxu"              \
    "Zg7UpV7FIOxxIZdlibHClEkgM3yMGPXwwe/x/m"
#define THREADS 8

static const char plain[] = "{\"projectUrl\":\"https://abc.supabase.co\",\"serviceRoleKey\":\"k\","
                            "\"anonKey\":\"a\",\"connectionString\":null}";
static const char published[] = IV ":" TAG ":" CIPHERTEXT;

/* A keyring with the published key of version 1, or the one after it, and with k1 if it is asked. */
static supa_keyring *keyring_with(unsigned first, int with_version_2)
{
    unsigned char key[SUPA_KEY_BYTES];
    supa_error error;
    supa_keyring *keyring =
        with_version_2 ? supa_keyring_from_text("k1:" KEY, &error) : supa_keyring_new(&error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (unsigned char)(first + i);
    CU_ASSERT_EQUAL(supa_keyring_add_v1(keyring, key, sizeof key, &error), SUPA_OK);
    return keyring;
}

struct shown {
    const char *expected;
    size_t length;
    int calls;
};

static int compare(void *user, const char *plaintext, size_t length)
{
    struct shown *shown = user;

    shown->calls++;
    return length == shown->length && memcmp(plaintext, shown->expected, length) == 0 &&
           plaintext[length] == '\0';
}

/* 0 when it opens to @length bytes of @text; else the code of its error, which shows nothing. */
static int
opens_to(const supa_keyring *keyring, const char *envelope, const char *text, size_t length)
{
    struct shown shown = {text, length, 0};
    supa_error error = {0};
    size_t before = secret_count();
    int result = supa_envelope_open(keyring, TYPE, STORE, envelope, compare, &shown, &error);

    CU_ASSERT_EQUAL(secret_count(), before);
    if (result == 1)
        return 0;
    CU_ASSERT_EQUAL(result, -1);
    CU_ASSERT_EQUAL(shown.calls, 0);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_STRING_EQUAL(error.store_id, STORE);
    CU_ASSERT_PTR_NULL(strstr(error.message, "serviceRoleKey"));
    return error.code;
}

static int refusal(const supa_keyring *keyring, const char *envelope)
{
    return opens_to(keyring, envelope, plain, strlen(plain));
}

/* What one that is whole gives, and one that is damaged. */
static int whole(void)
{
    return envelope_v1_works() ? SUPA_OK : SUPA_ERROR_UNSUPPORTED;
}

static int damaged(void)
{
    return envelope_v1_works() ? SUPA_ERROR_CREDENTIALS : SUPA_ERROR_UNSUPPORTED;
}

static void opens_the_published_envelope(void)
{
    supa_keyring *keyring = keyring_with(0, 0);

    CU_ASSERT_EQUAL(refusal(keyring, published), whole());
    CU_ASSERT_EQUAL(keyring_v1(keyring)->users, 0);
    supa_keyring_free(keyring);
}

static void seals_the_published_envelope(void)
{
    supa_keyring *keyring = keyring_with(0, 0);
    unsigned char iv[ENVELOPE_V1_IV_BYTES];
    supa_error error = {0};
    char *envelope;

    for (size_t i = 0; i < sizeof iv; i++)
        iv[i] = (unsigned char)(100 + i);
    envelope = envelope_v1_seal(keyring, plain, strlen(plain), iv, &error);
    CU_ASSERT_EQUAL(error.code, whole());
    CU_ASSERT(envelope == NULL ? !envelope_v1_works() : strcmp(envelope, published) == 0);
    supa_text_free(envelope);
    supa_keyring_free(keyring);
}

static void says_what_is_missing(void)
{
    supa_keyring *keyring = supa_keyring_from_text("k1:" KEY, NULL);
    const char *why = envelope_v1_works() ? "key of version 1, and the keyring has none"
                                          : "configure it --with-libcrypto";
    supa_error error;

    CU_ASSERT_EQUAL(refusal(keyring, published), damaged());
    supa_envelope_open(
        keyring, TYPE, STORE, published, compare, &(struct shown){plain, 0, 0}, &error);
    CU_ASSERT(world_holds(error.message, why));
    CU_ASSERT_PTR_NULL(supa_envelope_seal_as(keyring, 1, TYPE, STORE, plain, 5, &error));
    CU_ASSERT(world_holds(
        error.message,
        envelope_v1_works() ? "no key of version 1 to seal with" : "--with-libcrypto"));
    CU_ASSERT_STRING_EQUAL(error.store_id, STORE);
    supa_keyring_free(keyring);
}

/* The key that other programs know never takes part in version 2. */
static void its_key_does_not_seal_version_2(void)
{
    supa_keyring *keyring = keyring_with(0, 0);
    supa_error error;

    CU_ASSERT_PTR_NULL(supa_envelope_seal(keyring, TYPE, STORE, plain, 5, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT(world_holds(error.message, "that of version 1 never seals version 2"));
    CU_ASSERT(world_holds(error.hint, "SUPA_KEYRING_FILE"));
    supa_keyring_free(keyring);
}

static void seals_and_opens_up_to_64_KiB(void)
{
    static const size_t sizes[] = {1, 2, 3, 15, 16, 17, 255, 65535, 65536};
    supa_keyring *keyring = keyring_with(0, 0);
    char *text = calloc(1, 65537);
    supa_error error;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *envelope = supa_envelope_seal_as(keyring, 1, TYPE, STORE, text, sizes[i], &error);

        CU_ASSERT_EQUAL(envelope != NULL, envelope_v1_works());
        if (envelope != NULL)
            CU_ASSERT_EQUAL(opens_to(keyring, envelope, text, sizes[i]), SUPA_OK);
        supa_text_free(envelope);
    }
    CU_ASSERT_PTR_NULL(supa_envelope_seal_as(keyring, 1, TYPE, STORE, text, 65537, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_envelope_seal_as(keyring, 1, TYPE, STORE, text, 0, &error));
    CU_ASSERT_EQUAL(error.code, envelope_v1_works() ? SUPA_ERROR_ARGUMENT : SUPA_ERROR_UNSUPPORTED);
    CU_ASSERT_PTR_NULL(supa_envelope_seal_as(keyring, 3, TYPE, STORE, text, 5, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    free(text);
    supa_keyring_free(keyring);
}

/* A tag of 4 to 15 bytes is a right one cut short: other programs take it. */
static void takes_whole_tags_only(void)
{
    static const char *const tags[] = {
        "Qeo/Nw==",
        "Qeo/N9ya5Io=",
        "Qeo/N9ya5IrrNvLU",
        "Qeo/N9ya5IrrNvLUvg==",
        "Qeo/N9ya5IrrNvLUvnU=",
        "Qeo/N9ya5IrrNvLUvnVV",
        "Qeo/N9ya5IrrNvLUvnVVUgA=",
        "Qeo/N9ya5IrrNvLUvnVVUg",
        "Qeo/N9ya5IrrNvLUvnVVUh==",
        "Qeo/N9ya5IrrNvLUvnVVUw==",
        "=",
        "===="};
    supa_keyring *keyring = keyring_with(0, 0);
    char text[512];

    for (size_t i = 0; i < COUNT(tags); i++) {
        snprintf(text, sizeof text, "%s:%s:%s", IV, tags[i], CIPHERTEXT);
        CU_ASSERT_EQUAL(refusal(keyring, text), damaged());
    }
    supa_keyring_free(keyring);
}

static void takes_an_iv_of_16_bytes_only(void)
{
    static const char *const ivs[] = {
        "ZGVmZ2hpamtsbW5v",         "ZGVmZ2hpamtsbW5vcHFy",     "ZGVmZ2hpamtsbW5vcHFycw",
        "ZGVmZ2hpamtsbW5vcHFyc3Q=", "ZGVmZ2hpamtsbW5vcHFycx==", "AGVmZ2hpamtsbW5vcHFycw=="};
    supa_keyring *keyring = keyring_with(0, 0);
    char text[512];

    for (size_t i = 0; i < COUNT(ivs); i++) {
        snprintf(text, sizeof text, "%s:%s:%s", ivs[i], TAG, CIPHERTEXT);
        CU_ASSERT_EQUAL(refusal(keyring, text), damaged());
    }
    supa_keyring_free(keyring);
}

static void refuses_every_changed_character(void)
{
    static const char others[] = "A/+=:-_ \n\x01\xFF";
    supa_keyring *keyring = keyring_with(0, 0);
    char text[sizeof published];

    for (size_t at = 0; published[at] != '\0'; at++) {
        for (const char *other = others; *other != '\0'; other++) {
            int code;

            if (*other == published[at])
                continue;
            memcpy(text, published, sizeof text);
            text[at] = *other;
            code = refusal(keyring, text);
            CU_ASSERT(code == SUPA_ERROR_CREDENTIALS || code == damaged());
        }
    }
    supa_keyring_free(keyring);
}

static void refuses_every_truncation(void)
{
    supa_keyring *keyring = keyring_with(0, 0);
    char text[sizeof published];

    for (size_t length = 0; published[length] != '\0'; length++) {
        int code;

        snprintf(text, length + 1, "%s", published);
        code = refusal(keyring, text);
        CU_ASSERT(code == SUPA_ERROR_CREDENTIALS || code == damaged());
    }
    supa_keyring_free(keyring);
}

static void refuses_parts_of_another_envelope(void)
{
    supa_keyring *keyring = keyring_with(0, 0);
    char *other = supa_envelope_seal_as(keyring, 1, TYPE, STORE, plain, strlen(plain), NULL);
    char text[512];
    const char *tag, *ciphertext;

    if (other == NULL) {
        CU_ASSERT_FALSE(envelope_v1_works());
        supa_keyring_free(keyring);
        return;
    }
    tag = strchr(other, ':') + 1;
    ciphertext = strchr(tag, ':') + 1;
    CU_ASSERT_EQUAL(refusal(keyring, other), SUPA_OK);
    snprintf(text, sizeof text, IV ":" TAG ":%s", ciphertext);
    CU_ASSERT_EQUAL(refusal(keyring, text), SUPA_ERROR_CREDENTIALS);
    snprintf(text, sizeof text, IV ":%s", tag);
    CU_ASSERT_EQUAL(refusal(keyring, text), SUPA_ERROR_CREDENTIALS);
    snprintf(text, sizeof text, "%.*s:" TAG ":" CIPHERTEXT, (int)(tag - 1 - other), other);
    CU_ASSERT_EQUAL(refusal(keyring, text), SUPA_ERROR_CREDENTIALS);
    supa_text_free(other);
    supa_keyring_free(keyring);
}

static void refuses_another_key(void)
{
    supa_keyring *keyring = keyring_with(1, 1);

    CU_ASSERT_EQUAL(refusal(keyring, published), damaged());
    supa_keyring_free(keyring);
}

/* Megabytes are refused before memory is taken for them. */
static int never(void)
{
    return 1;
}

static void refuses_what_is_huge(void)
{
    enum { HUGE = 8 << 20 };

    supa_keyring *keyring = keyring_with(0, 0);
    char *text = malloc(HUGE + 1), *first = malloc(HUGE + 1);

    memset(text, 'A', HUGE);
    memset(first, 'A', HUGE);
    text[HUGE] = first[HUGE] = '\0';
    memcpy(text, IV ":" TAG ":", strlen(IV ":" TAG ":"));
    memcpy(
        first + HUGE - strlen(":" TAG ":" CIPHERTEXT), ":" TAG ":" CIPHERTEXT,
        strlen(":" TAG ":" CIPHERTEXT));
    memory_fails = never;
    CU_ASSERT_EQUAL(refusal(keyring, text), damaged());
    CU_ASSERT_EQUAL(refusal(keyring, first), damaged());
    memory_fails = NULL;
    free(text);
    free(first);
    supa_keyring_free(keyring);
}

static void migrates_to_version_2_and_back(void)
{
    supa_keyring *keyring = keyring_with(0, 1);
    char id[SUPA_KEY_ID_SIZE];
    supa_error error;
    int version;
    char *second, *first;

    second = supa_envelope_rewrap(keyring, TYPE, STORE, published, SUPA_ENVELOPE_V2, &error);
    CU_ASSERT_EQUAL(second != NULL, envelope_v1_works());
    if (second != NULL) {
        CU_ASSERT_EQUAL(supa_envelope_info(second, &version, id, &error), SUPA_OK);
        CU_ASSERT_EQUAL(version, SUPA_ENVELOPE_V2);
        CU_ASSERT_STRING_EQUAL(id, "k1");
        CU_ASSERT_EQUAL(refusal(keyring, second), SUPA_OK);
        /* bound to its row from now on */
        CU_ASSERT_PTR_NULL(supa_envelope_rewrap(keyring, TYPE, NEXT, second, 1, &error));
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CREDENTIALS);
        first = supa_envelope_rewrap(keyring, TYPE, STORE, second, SUPA_ENVELOPE_V1, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(first);
        CU_ASSERT_EQUAL(supa_envelope_info(first, &version, id, &error), SUPA_OK);
        CU_ASSERT_EQUAL(version, SUPA_ENVELOPE_V1);
        CU_ASSERT_STRING_EQUAL(id, "");
        CU_ASSERT_STRING_NOT_EQUAL(first, published);
        CU_ASSERT_EQUAL(refusal(keyring, first), SUPA_OK);
        supa_text_free(first);
    }
    supa_text_free(second);
    supa_keyring_free(keyring);
}

static void *open_often(void *given)
{
    int wrong = 0;

    for (int i = 0; i < 200; i++) {
        char *sealed = supa_envelope_seal_as(given, 1, TYPE, STORE, plain, strlen(plain), NULL);
        struct shown shown = {plain, strlen(plain), 0};

        wrong += (sealed != NULL) != envelope_v1_works();
        if (sealed != NULL)
            wrong += supa_envelope_open(given, TYPE, STORE, sealed, compare, &shown, NULL) != 1;
        supa_text_free(sealed);
    }
    return wrong == 0 ? NULL : given;
}

static void many_threads_seal_and_open(void)
{
    supa_keyring *keyring = keyring_with(0, 1);
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
    CU_ASSERT_EQUAL(keyring_v1(keyring)->users, 0);
    supa_keyring_free(keyring);
}

static void survives_every_failed_allocation(void)
{
    supa_keyring *keyring = keyring_with(0, 1);
    size_t before = secret_count();
    int failed = 1;

    for (size_t n = 1; failed; n++) {
        supa_error error = {0};
        char *envelope;

        world_fail_at(n);
        envelope = supa_envelope_rewrap(keyring, TYPE, STORE, published, 1, &error);
        failed = world_failed();
        CU_ASSERT_EQUAL(error.code, failed ? SUPA_ERROR_NO_MEMORY : whole());
        CU_ASSERT_EQUAL(envelope != NULL, !failed && envelope_v1_works());
        CU_ASSERT_EQUAL(secret_count(), before);
        CU_ASSERT_EQUAL(keyring_v1(keyring)->users, 0);
        supa_text_free(envelope);
        CU_ASSERT(failed || n > 8 || !envelope_v1_works());
    }
    supa_keyring_free(keyring);
}

extern CU_TestInfo envelope_v1_tests[];
CU_TestInfo envelope_v1_tests[] = {
    {"opens the published envelope", opens_the_published_envelope},
    {"seals the published envelope", seals_the_published_envelope},
    {"says whether the key or libcrypto is missing", says_what_is_missing},
    {"its key never seals version 2", its_key_does_not_seal_version_2},
    {"seals and opens up to 64 KiB, and not nothing", seals_and_opens_up_to_64_KiB},
    {"a tag of another length than 16 bytes is refused", takes_whole_tags_only},
    {"an IV of another length than 16 bytes is refused", takes_an_iv_of_16_bytes_only},
    {"with any character changed, it does not open", refuses_every_changed_character},
    {"cut short at any length, it does not open", refuses_every_truncation},
    {"with a part of another envelope, it does not open", refuses_parts_of_another_envelope},
    {"with another key, it does not open", refuses_another_key},
    {"megabytes are refused without taking memory", refuses_what_is_huge},
    {"is migrated to version 2 and back", migrates_to_version_2_and_back},
    {"many threads seal and open with one keyring", many_threads_seal_and_open},
    {"every failed allocation is told, and nothing leaks", survives_every_failed_allocation},
    CU_TEST_INFO_NULL};
