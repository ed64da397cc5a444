/* SPDX-License-Identifier: MIT */
#include "base/redact.h"

#include "base/memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const secrets[] = {"sk/secret+key.123", "eyJhbGci.eyJyb2xl.c2ln", "short", NULL};

static void hides_secrets_in_every_spelling(void)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"nothing to hide", "nothing to hide"},
        {"key sk/secret+key.123!", "key [hidden]!"},
        {"sk/secret+key.123", "[hidden]"},
        {"sk/secret+key.123sk/secret+key.123", "[hidden][hidden]"},
        {"eyJhbGci.eyJyb2xl.c2ln and sk/secret+key.123", "[hidden] and [hidden]"},
        {"sk/secret+key.124", "sk/secret+key.124"},
        {"sk/sk/secret+key.123", "sk/[hidden]"},
        {"a=sk%2Fsecret%2Bkey.123&b", "a=[hidden]&b"},
        {"a=sk%2fsecret%2bkey%2E123&b", "a=[hidden]&b"},
        {"%73%6b/secret+key.123", "[hidden]"},
        {"\"sk\\/secret+key.123\"", "\"[hidden]\""},
        {"\"sk\\u002fsecret\\u002Bkey.123\"", "\"[hidden]\""},
        /* In base64, digits that also depend on the bytes beside it stay. */
        {"x c2svc2VjcmV0K2tleS4xMjM= x", "x [hidden]M= x"},
        {"Basic dTpzay9zZWNyZXQra2V5LjEyMw==", "Basic dTp[hidden]w=="},
        {"Basic dXNlcjpzay9zZWNyZXQra2V5LjEyMw==", "Basic dXNlcjp[hidden]w=="},
        {"short is left alone", "short is left alone"},
        {"the end is cut off: sk/secret", "the end is cut off: [hidden]"},
        {"too little: sk/secr", "too little: sk/secr"},
        {"%", "%"},
        {"sk%2", "sk%2"},
        {"sk\\u00", "sk\\u00"},
        {"\\", "\\"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buffer out = BUFFER_INIT;
        const char *shown;

        redact_put(&out, rows[i][0], strlen(rows[i][0]), secrets);
        shown = buffer_text(&out);
        CU_ASSERT_STRING_EQUAL(shown, rows[i][1]);
        if (strcmp(shown, rows[i][1]) != 0)
            fprintf(stderr, "shown: %s\n", shown);
        buffer_free(&out);
    }
}

static void hides_base64_at_each_offset(void)
{
    static const char *const rows[] = {
        "c2VjcmV0LXNlY3JldC1zZWNyZXQ", "eHNlY3JldC1zZWNyZXQtc2VjcmV0",
        "eHhzZWNyZXQtc2VjcmV0LXNlY3JldA", "eHh4c2VjcmV0LXNlY3JldC1zZWNyZXQ"};
    static const char *const one[] = {"secret-secret-secret", NULL};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buffer out = BUFFER_INIT;

        redact_put(&out, rows[i], strlen(rows[i]), one);
        CU_ASSERT_PTR_NOT_NULL(strstr(buffer_text(&out), "[hidden]"));
        CU_ASSERT(out.length < 8 + 8);
        buffer_free(&out);
    }
}

static void reads_both_alphabets_of_base64(void)
{
    static const char *const one[] = {"\xFB\xEF\xBE\xFF\xFF\xFF\xFB\xEF\xBE", NULL};
    static const char *const rows[] = {"++++////++++", "----____----", "+-+-/_/_+-+-"};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buffer out = BUFFER_INIT;

        redact_put(&out, rows[i], strlen(rows[i]), one);
        CU_ASSERT_STRING_EQUAL(buffer_text(&out), "[hidden]");
        buffer_free(&out);
    }
}

static void keeps_everything_when_there_is_no_secret(void)
{
    static const char *const none[] = {NULL};
    struct buffer out = BUFFER_INIT;

    redact_put(&out, "a\0b", 3, NULL);
    redact_put(&out, "c", 1, none);
    redact_put(&out, "", 0, secrets);
    CU_ASSERT(out.length == 4 && memcmp(out.data, "a\0bc", 5) == 0);
    buffer_free(&out);
}

static int fails(void)
{
    return 1;
}

static void shows_nothing_when_memory_is_gone(void)
{
    struct buffer out = BUFFER_INIT;

    memory_fails = fails;
    redact_put(&out, "sk/secret+key.123", 17, secrets);
    memory_fails = NULL;
    CU_ASSERT(buffer_failed(&out));
    CU_ASSERT_STRING_EQUAL(buffer_text(&out), "");
    buffer_free(&out);
}

extern CU_TestInfo redact_tests[];
CU_TestInfo redact_tests[] = {
    {"hides secrets in every spelling", hides_secrets_in_every_spelling},
    {"hides base64 at each offset", hides_base64_at_each_offset},
    {"reads both alphabets of base64", reads_both_alphabets_of_base64},
    {"keeps everything when there is no secret", keeps_everything_when_there_is_no_secret},
    {"shows nothing when memory is gone", shows_nothing_when_memory_is_gone},
    CU_TEST_INFO_NULL,
};
