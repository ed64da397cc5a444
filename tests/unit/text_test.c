/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/word.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <supa/value.h>
#include <supa/version.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A text with its length, so that it can hold NULs. */
#define T(literal) literal, sizeof(literal) - 1

/* Asks for a copy that ends where the text does, so that a byte read too many is found. */
static size_t character(const char *text, size_t length)
{
    char *copy = malloc(length);
    size_t n;

    memcpy(copy, text, length);
    n = text_utf8_length(copy, length);
    free(copy);
    return n;
}

static void knows_the_characters_of_utf8(void)
{
    static const struct {
        const char *text;
        size_t length, character;
    } rows[] = {
        {T("a"), 1},
        {T("\0"), 1},
        {T("\x7F"), 1},
        {T("\x80"), 0},
        {T("\xBF"), 0},
        {T("\xC0\x80"), 0},
        {T("\xC1\xBF"), 0},
        {T("\xC2\x80"), 2},
        {T("\xC2"), 0},
        {T("\xC2x"), 0},
        {T("\xDF\xBF"), 2},
        {T("\xE0\x80\x80"), 0},
        {T("\xE0\x9F\xBF"), 0},
        {T("\xE0\xA0\x80"), 3},
        {T("\xE2\x82\xAC"), 3},
        {T("\xE2\x82"), 0},
        {T("\xE2"), 0},
        {T("\xED\x9F\xBF"), 3},
        {T("\xED\xA0\x80"), 0},
        {T("\xED\xBF\xBF"), 0},
        {T("\xEF\xBF\xBF"), 3},
        {T("\xF0\x80\x80\x80"), 0},
        {T("\xF0\x8F\xBF\xBF"), 0},
        {T("\xF0\x90\x80\x80"), 4},
        {T("\xF0\x9F\x98\x80"), 4},
        {T("\xF0\x9F\x98"), 0},
        {T("\xF4\x8F\xBF\xBF"), 4},
        {T("\xF4\x90\x80\x80"), 0},
        {T("\xF5\x80\x80\x80"), 0},
        {T("\xFF"), 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(character(rows[i].text, rows[i].length), rows[i].character);
}

/* Writes a code point in UTF-8, surrogates too; the length. */
static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 63));
        out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 63));
    out[2] = (char)(0x80 | (c >> 6 & 63));
    out[3] = (char)(0x80 | (c & 63));
    return 4;
}

static void takes_every_code_point_but_surrogates(void)
{
    size_t wrong = 0;
    char text[4];

    for (uint32_t c = 0; c < 0x110000; c++) {
        size_t n = encode(c, text);
        int is_surrogate = c >= 0xD800 && c < 0xE000;

        wrong += text_utf8_length(text, n) != (is_surrogate ? 0 : n);
        wrong += text_is_utf8(text, n) == is_surrogate;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void finds_broken_utf8_anywhere(void)
{
    CU_ASSERT_TRUE(text_is_utf8(T("")));
    CU_ASSERT_TRUE(text_is_utf8(T("a\0\xC3\xA9z")));
    CU_ASSERT_FALSE(text_is_utf8(T("abc\xC3")));
    CU_ASSERT_FALSE(text_is_utf8(T("abc\xFFxyz")));
    CU_ASSERT_FALSE(text_is_utf8(T("\x80")));
}

static void finds_control_characters(void)
{
    for (int c = 0; c < 256; c++) {
        char text[3] = {'a', (char)c, 'b'};

        CU_ASSERT_EQUAL(text_has_control(text, 3), c < 0x20 || c == 0x7F);
    }
    CU_ASSERT_FALSE(text_has_control("", 0));
}

static void compares_without_the_case_of_ascii(void)
{
    CU_ASSERT_TRUE(text_same(T("aBz"), T("AbZ")));
    CU_ASSERT_TRUE(text_same(T(""), T("")));
    CU_ASSERT_FALSE(text_same(T("a"), T("ab")));
    CU_ASSERT_FALSE(text_same(T("["), T("{")));
    CU_ASSERT_FALSE(text_same(T("@"), T("`")));
    CU_ASSERT_FALSE(text_same(T("\xC3\x89"), T("\xC3\xA9")));
    CU_ASSERT_EQUAL(text_lower('Z'), 'z');
    CU_ASSERT_EQUAL(text_lower('['), '[');
}

static void reads_uuids_of_36_characters(void)
{
    static const struct {
        const char *text;
        int is_uuid;
    } rows[] = {
        {"6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2", 1},
        {"6F1C2B3A-0D4E-4F5A-8B6C-7D8E9FA0B1C2", 1},
        {"00000000-0000-0000-0000-000000000000", 1},
        {"6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c", 0},
        {"6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c23", 0},
        {"6f1c2b3a00d4e-4f5a-8b6c-7d8e9fa0b1c2", 0},
        {"6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1g2", 0},
        {"6f1c2b3-a0d4e-4f5a-8b6c-7d8e9fa0b1c2", 0},
        {"{6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1}", 0},
        {"6f1c2b3a0d4e4f5a8b6c7d8e9fa0b1c2", 0},
        {" 6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c", 0},
        {"6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c\n", 0},
        {"", 0},
        {NULL, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[UUID_LENGTH + 1];

        CU_ASSERT_EQUAL(text_uuid(rows[i].text, out), rows[i].is_uuid);
        if (i < 2)
            CU_ASSERT_STRING_EQUAL(out, rows[0].text);
    }
}

/* Every byte at every place of texts of every length around the steps in which they are read. */
static void each_place_of_a_text_is_looked_at(void)
{
    for (size_t length = 0; length <= 40; length++) {
        char *text = malloc(length + (length == 0)); /* so that a byte read too many is found */

        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        memset(text, 'm', length);
        CU_ASSERT_EQUAL(word_all(text, length, WORD_SAFE), length != 0);
        CU_ASSERT_TRUE(text_is_ascii(text, length));
        for (size_t i = 0; i < length * 256; i++) {
            const int byte = (int)(i % 256);

            text[i / 256] = (char)byte;
            if (word_all(text, length, WORD_SAFE) != word_all_plain(text, length, WORD_SAFE) ||
                word_all(text, length, WORD_BARE) != word_all_plain(text, length, WORD_BARE) ||
                text_is_ascii(text, length) != (byte != 0 && byte < 0x80) ||
                text_is_utf8(text, length) != (byte < 0x80))
                CU_FAIL("a byte was told otherwise");
            text[i / 256] = 'm';
        }
        free(text);
    }
}

static void words_stand_everywhere(void)
{
    static const char *const words[] = {"a", "id", "orders", "store_id", "ons_conflict", "A_9"};
    static const char *const others[] = {"",      "or",     "and",    "not",        "order",
                                         "limit", "select", "offset", "columns",    "on_conflict",
                                         "a-b",   "a b",    "$a",     "caf\xC3\xA9"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        CU_ASSERT_TRUE(word_is_word(words[i], strlen(words[i])));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        CU_ASSERT_FALSE(word_is_word(others[i], strlen(others[i])));
    CU_ASSERT_TRUE(word_is_bare("6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2", 36));
    CU_ASSERT_FALSE(word_is_bare("1.5", 3));
    CU_ASSERT_FALSE(word_is_bare("", 0));
}

extern CU_TestInfo text_tests[];
static void the_version_is_the_headers(void)
{
    CU_ASSERT_STRING_EQUAL(supa_version(), SUPA_VERSION_STRING);
    CU_ASSERT_EQUAL(supa_same(supa_int(7)).as.integer, 7);
}

CU_TestInfo text_tests[] = {
    {"knows the characters of UTF-8", knows_the_characters_of_utf8},
    {"takes every code point but surrogates", takes_every_code_point_but_surrogates},
    {"finds broken UTF-8 anywhere", finds_broken_utf8_anywhere},
    {"finds control characters", finds_control_characters},
    {"compares without the case of ASCII", compares_without_the_case_of_ascii},
    {"reads UUIDs of 36 characters", reads_uuids_of_36_characters},
    {"the library's version is the headers'", the_version_is_the_headers},
    {"each place of a text is looked at", each_place_of_a_text_is_looked_at},
    {"words stand everywhere", words_stand_everywhere},
    CU_TEST_INFO_NULL,
};
