/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include "base/text.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MORE         "\xE2\x80\xA6" /* … */
#define BROKEN       "\xEF\xBF\xBD"

static void cuts_at_a_characters_border(void)
{
    static const struct {
        size_t size;
        const char *text, *kept;
    } rows[] = {
        {16, "", ""},
        {16, "123456789012345", "123456789012345"},
        {16, "1234567890123456", "123456789012" MORE},
        {16, "12345678901234567890", "123456789012" MORE},
        {16, "1234567890123\xC3\xA9", "1234567890123\xC3\xA9"},
        {16, "1234567890123\xC3\xA9.", "123456789012" MORE},
        {16, "12345678901\xC3\xA9...", "12345678901" MORE},
        {16, "1234567890\xE2\x82\xAC....", "1234567890" MORE},
        {16, "12345678\xF0\x9F\x98\x80....", "12345678\xF0\x9F\x98\x80" MORE},
        {16, "123456789\xF0\x9F\x98\x80....", "123456789" MORE},
        {5, "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {5, "\xF0\x9F\x98\x80.", MORE},
        {5, "abcde", "a" MORE},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[16];

        error_text(out, rows[i].size, rows[i].text, strlen(rows[i].text));
        CU_ASSERT_STRING_EQUAL(out, rows[i].kept);
    }
}

static void any_text_becomes_one_line_of_utf8(void)
{
    uint32_t random = 2463534242U;

    for (size_t round = 0; round < 20000; round++) {
        char text[24], out[16];
        size_t length = round % sizeof text;

        for (size_t i = 0; i < length; i++) {
            random = random * 1664525U + 1013904223U;
            text[i] = (char)(random >> 24);
        }
        memset(out, 'x', sizeof out);
        error_text(out, sizeof out, text, length);
        CU_ASSERT_PTR_NOT_NULL_FATAL(memchr(out, '\0', sizeof out));
        CU_ASSERT_TRUE(text_is_utf8(out, strlen(out)));
        CU_ASSERT_FALSE(text_has_control(out, strlen(out)));
    }
}

static void control_characters_become_blanks(void)
{
    supa_error error;

    error_set(&error, SUPA_ERROR_SERVER, SUPA_ANSWERED, "%s", "a\r\nb\tc\x7F\x1B[0m");
    CU_ASSERT_STRING_EQUAL(error.message, "a  b c  [0m");
    error_set(&error, SUPA_ERROR_SERVER, SUPA_ANSWERED, "%s", "a\xFF\xC3");
    CU_ASSERT_STRING_EQUAL(error.message, "a" BROKEN BROKEN);
    error_details(&error, "a\0b", 3);
    CU_ASSERT_STRING_EQUAL(error.details, "a b");
}

static void long_texts_fit_every_field(void)
{
    static char text[5000];
    supa_error error;

    memset(text, 'x', sizeof text - 1);
    error_set(&error, SUPA_ERROR_SERVER, SUPA_ANSWERED, "%s", text);
    error_hint(&error, "%s", text);
    error_details(&error, text, sizeof text - 1);
    error_about(&error, SUPA_SIDE_MASTER, text, text);
    CU_ASSERT_EQUAL(strlen(error.message), sizeof error.message - 1);
    CU_ASSERT_EQUAL(strlen(error.hint), sizeof error.hint - 1);
    CU_ASSERT_EQUAL(strlen(error.details), sizeof error.details - 1);
    CU_ASSERT_EQUAL(strlen(error.store_id), sizeof error.store_id - 1);
    CU_ASSERT_EQUAL(strlen(error.relation), sizeof error.relation - 1);
    CU_ASSERT_STRING_EQUAL(error.relation + sizeof error.relation - 4, MORE);
}

static void a_new_error_clears_the_old_one(void)
{
    supa_error error;

    memset(&error, 'x', sizeof error);
    CU_ASSERT_EQUAL(error_argument(&error, "number %d", 7), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(error.message, "number 7");
    CU_ASSERT_STRING_EQUAL(error.hint, "");
    CU_ASSERT_STRING_EQUAL(error.details, "");
    CU_ASSERT_STRING_EQUAL(error.server_code, "");
    CU_ASSERT_EQUAL(error.http_status, 0);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(error_no_memory(&error), SUPA_ERROR_NO_MEMORY);
    CU_ASSERT_STRING_EQUAL(error.message, "out of memory");
    error_clear(&error);
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
}

static void null_is_nobody_to_tell(void)
{
    error_clear(NULL);
    CU_ASSERT_EQUAL(error_set(NULL, SUPA_ERROR_TLS, SUPA_NOT_SENT, "x"), SUPA_ERROR_TLS);
    CU_ASSERT_EQUAL(error_argument(NULL, "x"), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(error_no_memory(NULL), SUPA_ERROR_NO_MEMORY);
    error_hint(NULL, "x");
    error_details(NULL, "x", 1);
    error_about(NULL, SUPA_SIDE_MASTER, "x", "y");
}

static void says_about_whom_it_is(void)
{
    supa_error error;

    error_argument(&error, "x");
    error_about(&error, SUPA_SIDE_TENANT, "s", "r");
    error_about(&error, SUPA_SIDE_MASTER, NULL, NULL);
    CU_ASSERT_EQUAL(error.side, SUPA_SIDE_MASTER);
    CU_ASSERT_STRING_EQUAL(error.store_id, "s");
    CU_ASSERT_STRING_EQUAL(error.relation, "r");
}

static void names_every_code(void)
{
    static const struct {
        supa_code code;
        const char *name;
    } rows[] = {
        {SUPA_OK, "ok"},
        {SUPA_ERROR_ARGUMENT, "argument"},
        {SUPA_ERROR_NO_MEMORY, "no_memory"},
        {SUPA_ERROR_SCOPE, "scope"},
        {SUPA_ERROR_UNFILTERED, "unfiltered"},
        {SUPA_ERROR_URL_TOO_LONG, "url_too_long"},
        {SUPA_ERROR_NETWORK, "network"},
        {SUPA_ERROR_TLS, "tls"},
        {SUPA_ERROR_TIMEOUT, "timeout"},
        {SUPA_ERROR_CANCELLED, "cancelled"},
        {SUPA_ERROR_BUSY, "busy"},
        {SUPA_ERROR_AUTH, "auth"},
        {SUPA_ERROR_DENIED, "denied"},
        {SUPA_ERROR_GATEWAY, "gateway"},
        {SUPA_ERROR_SERVER, "server"},
        {SUPA_ERROR_DATABASE, "database"},
        {SUPA_ERROR_NO_ROWS, "no_rows"},
        {SUPA_ERROR_MANY_ROWS, "many_rows"},
        {SUPA_ERROR_MALFORMED, "malformed"},
        {SUPA_ERROR_TOO_LARGE, "too_large"},
        {SUPA_ERROR_NOT_VERIFIED, "not_verified"},
        {SUPA_ERROR_STORE_NOT_FOUND, "store_not_found"},
        {SUPA_ERROR_STORE_INACTIVE, "store_inactive"},
        {SUPA_ERROR_STORE_SUSPENDED, "store_suspended"},
        {SUPA_ERROR_HOST_NOT_FOUND, "host_not_found"},
        {SUPA_ERROR_HOST_REFUSED, "host_refused"},
        {SUPA_ERROR_UNSUPPORTED, "unsupported"},
        {SUPA_ERROR_CREDENTIALS, "credentials"},
        {SUPA_ERROR_CONFLICT, "conflict"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_EQUAL(rows[i].code, i); /* values never change */
        CU_ASSERT_STRING_EQUAL(supa_code_name(rows[i].code), rows[i].name);
    }
    CU_ASSERT_STRING_EQUAL(supa_code_name((supa_code)COUNT(rows)), "unknown");
    CU_ASSERT_STRING_EQUAL(supa_code_name((supa_code)-1), "unknown");
    CU_ASSERT_STRING_EQUAL(supa_code_name((supa_code)INT32_MAX), "unknown");
}

static void names_every_outcome(void)
{
    CU_ASSERT_STRING_EQUAL(supa_outcome_name(SUPA_NOT_SENT), "not sent");
    CU_ASSERT_STRING_EQUAL(supa_outcome_name(SUPA_ANSWERED), "answered");
    CU_ASSERT_STRING_EQUAL(supa_outcome_name(SUPA_UNKNOWN), "unknown");
    CU_ASSERT_STRING_EQUAL(supa_outcome_name((supa_outcome)7), "unknown");
}

extern CU_TestInfo error_tests[];
CU_TestInfo error_tests[] = {
    {"cuts at a character's border", cuts_at_a_characters_border},
    {"any text becomes one line of UTF-8", any_text_becomes_one_line_of_utf8},
    {"control characters become blanks", control_characters_become_blanks},
    {"long texts fit every field", long_texts_fit_every_field},
    {"a new error clears the old one", a_new_error_clears_the_old_one},
    {"NULL is nobody to tell", null_is_nobody_to_tell},
    {"says about whom it is", says_about_whom_it_is},
    {"names every code", names_every_code},
    {"names every outcome", names_every_outcome},
    CU_TEST_INFO_NULL,
};
