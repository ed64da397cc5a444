/* SPDX-License-Identifier: MIT */
#include "result/rows.h"

#include "base/memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int read_text(struct document *document, const char *text, enum row_shape shape)
{
    struct json_error error;

    return document_read(document, text, strlen(text), shape, &error);
}

static void finds_the_rows(void)
{
    static const struct {
        const char *text;
        enum row_shape shape;
        size_t count;
    } rows[] = {
        {"[]", ROWS_LIST, 0},
        {"[{}]", ROWS_LIST, 1},
        {"[{\"a\":1}, \n {\"a\":2}]", ROWS_LIST, 2},
        {"[1,2]", ROWS_LIST, 0},
        {"[{},1]", ROWS_LIST, 0},
        {"[[{}]]", ROWS_LIST, 0},
        {"{}", ROWS_LIST, 0},
        {"{\"a\":1}", ROWS_ONE, 1},
        {"[{}]", ROWS_ONE, 0},
        {"{\"a\":1}", ROWS_ANY, 1},
        {"[{},{}]", ROWS_ANY, 2},
        {"null", ROWS_ANY, 1},
        {"7", ROWS_ANY, 1},
        {"\"x\"", ROWS_ANY, 1},
        {"[1,2,3]", ROWS_ANY, 3},
        {"[{},1,[{}],null]", ROWS_ANY, 4},
        {"[[],[]]", ROWS_ANY, 2},
        {"[]", ROWS_ANY, 0},
        {"7", ROWS_LIST, 0},
        {"7", ROWS_ONE, 0},
        {"null", ROWS_ONE, 0},
        {"[null]", ROWS_LIST, 0},
    };
    struct document document = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_EQUAL(read_text(&document, rows[i].text, rows[i].shape), JSON_OK);
        CU_ASSERT_EQUAL(document.row_count, rows[i].count);
    }
    CU_ASSERT_EQUAL(read_text(&document, "[{}", ROWS_LIST), JSON_MALFORMED);
    CU_ASSERT_EQUAL(document.row_count, 0);
    document_free(&document);
}

static const char all_kinds[] =
    "[{\"n\":null,\"t\":true,\"f\":false,\"i\":9007199254740993,\"neg\":-9223372036854775808,"
    "\"big\":18446744073709551616,\"half\":0.5,\"huge\":1e400,\"s\":\"plain\","
    "\"e\":\"a\\u0000\\\"\\ud83d\\ude00\",\"a\":[1, {\"i\":5}],\"o\":{\"i\":6},\"\":1.50}]";

/* The letters of supa_field's values: value, null, missing, type, range. */
static char letter(supa_field field)
{
    return "VNMTR"[field];
}

static void ask_all(supa_row row, const char *column, char found[8])
{
    const char *text;
    int64_t number;
    uint64_t positive;
    double real;
    int truth;
    size_t length;

    found[0] = letter(supa_row_int64(row, column, &number));
    found[1] = letter(supa_row_uint64(row, column, &positive));
    found[2] = letter(supa_row_double(row, column, &real));
    found[3] = letter(supa_row_bool(row, column, &truth));
    found[4] = letter(supa_row_text(row, column, &text, &length));
    found[5] = letter(supa_row_decimal(row, column, &text, &length));
    found[6] = letter(supa_row_raw(row, column, &text, &length));
    found[7] = '\0';
}

static void tells_what_it_finds(void)
{
    /* Of int64, uint64, double, bool, text, decimal, raw. */
    static const char *const rows[][2] = {
        {"n", "NNNNNNV"},   {"t", "TTTVTTV"},   {"f", "TTTVTTV"},    {"i", "VVVTTVV"},
        {"neg", "VRVTTVV"}, {"big", "RRVTTVV"}, {"half", "RRVTTVV"}, {"huge", "RRRTTVV"},
        {"s", "TTTTVTV"},   {"e", "TTTTVTV"},   {"a", "TTTTTTV"},    {"o", "TTTTTTV"},
        {"", "RRVTTVV"},    {"x", "MMMMMMM"},   {"I", "MMMMMMM"},    {NULL, "TTTTTTV"},
    };
    struct document document = {0};

    CU_ASSERT_EQUAL_FATAL(read_text(&document, all_kinds, ROWS_LIST), JSON_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char found[8];

        ask_all(document_row(&document, 0), rows[i][0], found);
        CU_ASSERT_STRING_EQUAL(found, rows[i][1]);
    }
    document_free(&document);
}

static void gives_values_exactly(void)
{
    struct document document = {0};
    supa_row row;
    const char *text;
    size_t length;
    int64_t number;
    double real;
    int truth;

    CU_ASSERT_EQUAL_FATAL(read_text(&document, all_kinds, ROWS_LIST), JSON_OK);
    row = document_row(&document, 0);
    CU_ASSERT(
        supa_row_int64(row, "i", &number) == SUPA_FIELD_VALUE &&
        number == INT64_C(9007199254740993));
    CU_ASSERT(supa_row_int64(row, "neg", &number) == SUPA_FIELD_VALUE && number == INT64_MIN);
    CU_ASSERT(supa_row_double(row, "half", &real) == SUPA_FIELD_VALUE && real == 0.5);
    CU_ASSERT(supa_row_bool(row, "t", &truth) == SUPA_FIELD_VALUE && truth == 1);
    CU_ASSERT(supa_row_bool(row, "f", &truth) == SUPA_FIELD_VALUE && truth == 0);
    supa_row_decimal(row, "", &text, &length);
    CU_ASSERT(length == 4 && memcmp(text, "1.50", 4) == 0);
    document_free(&document);
}

static void gives_json_as_it_stands_there(void)
{
    static const char *const rows[][2] = {
        {"n", "null"},      {"t", "true"},
        {"s", "\"plain\""}, {"e", "\"a\\u0000\\\"\\ud83d\\ude00\""},
        {"", "1.50"},       {"a", "[1, {\"i\":5}]"},
        {"o", "{\"i\":6}"}};
    struct document document = {0};

    CU_ASSERT_EQUAL_FATAL(read_text(&document, all_kinds, ROWS_LIST), JSON_OK);
    /* The second time round texts have been decoded. */
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const char *const *wanted = rows[i % COUNT(rows)];
        supa_row row = document_row(&document, 0);
        const char *json = "", *text;
        size_t length = 0, ignored;

        CU_ASSERT_EQUAL(supa_row_raw(row, wanted[0], &json, &length), SUPA_FIELD_VALUE);
        CU_ASSERT_EQUAL(length, strlen(wanted[1]));
        CU_ASSERT_EQUAL(memcmp(json, wanted[1], length), 0);
        supa_row_text(row, wanted[0], &text, &ignored);
        supa_row_string(row, wanted[0], NULL);
    }
    document_free(&document);
}

static void gives_texts_in_place_or_decoded_once(void)
{
    struct document document = {0};
    const char *plain, *decoded, *again;
    size_t length;
    supa_row row;

    CU_ASSERT_EQUAL_FATAL(read_text(&document, all_kinds, ROWS_LIST), JSON_OK);
    row = document_row(&document, 0);
    supa_row_text(row, "s", &plain, &length);
    CU_ASSERT(plain == strstr(all_kinds, "plain") && length == 5);
    supa_row_text(row, "e", &decoded, &length);
    CU_ASSERT(length == 7 && memcmp(decoded, "a\0\"\xF0\x9F\x98\x80", 7) == 0);
    supa_row_text(row, "e", &again, &length);
    CU_ASSERT_PTR_EQUAL(decoded, again);
    CU_ASSERT_PTR_EQUAL(supa_row_string(row, "e", NULL), decoded);
    document_free(&document);
}

static void gives_strings_with_an_end(void)
{
    static const char text[] = "[{\"a\":\"one\",\"b\":\"t\\nwo\",\"c\":null,\"d\":3,\"e\":\"\"}]";
    static const char *const rows[][2] = {{"a", "one"}, {"b", "t\nwo"},     {"c", "otherwise"},
                                          {"e", ""},    {"d", "otherwise"}, {"x", "otherwise"}};
    struct document document = {0};

    CU_ASSERT_EQUAL_FATAL(read_text(&document, text, ROWS_LIST), JSON_OK);
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const char *const *wanted = rows[i % COUNT(rows)];
        supa_row row = document_row(&document, 0);

        CU_ASSERT_STRING_EQUAL(supa_row_string(row, wanted[0], "otherwise"), wanted[1]);
    }
    CU_ASSERT_PTR_NULL(supa_row_string(document_row(&document, 0), "x", NULL));
    document_free(&document);
}

static void misses_every_column_of_no_row(void)
{
    struct document document = {0};
    supa_row none = {NULL, 0};
    int64_t number;

    CU_ASSERT_EQUAL_FATAL(read_text(&document, "[{\"a\":1}]", ROWS_LIST), JSON_OK);
    CU_ASSERT_EQUAL(supa_row_int64(none, "a", &number), SUPA_FIELD_MISSING);
    CU_ASSERT_EQUAL(supa_row_int64(document_row(&document, 1), "a", &number), SUPA_FIELD_MISSING);
    CU_ASSERT_EQUAL(
        supa_row_int64(document_row(&document, SIZE_MAX), "a", &number), SUPA_FIELD_MISSING);
    CU_ASSERT_STRING_EQUAL(supa_row_string(none, "a", "none"), "none");
    document_free(&document);
}

static int64_t number_of(const struct document *document, size_t row, const char *column)
{
    int64_t number = -1;

    supa_row_int64(document_row(document, row), column, &number);
    return number;
}

static void takes_the_first_of_two_columns_of_one_name(void)
{
    static const char text[] =
        "[{\"id\":1,\"x\":2,\"id\":3,\"y\":4},{\"id\":5,\"x\":6,\"id\":7,\"y\":8},"
        "{\"y\":1,\"\\u0079\":2,\"id\":3,\"id\":4}]";
    struct document document = {0};

    CU_ASSERT_EQUAL_FATAL(read_text(&document, text, ROWS_LIST), JSON_OK);
    for (int round = 0; round < 3; round++) {
        for (size_t row = 0; row < 2; row++) {
            CU_ASSERT_EQUAL(number_of(&document, row, "x"), (int64_t)row * 4 + 2);
            CU_ASSERT_EQUAL(number_of(&document, row, "id"), (int64_t)row * 4 + 1);
            CU_ASSERT_EQUAL(number_of(&document, row, "y"), (int64_t)row * 4 + 4);
        }
        CU_ASSERT_EQUAL(number_of(&document, 2, "id"), 3);
        CU_ASSERT_EQUAL(number_of(&document, 2, "y"), 1);
        CU_ASSERT_EQUAL(number_of(&document, 2, "x"), -1);
    }
    document_free(&document);
}

/* Appends the form with the row's number in place of each '#'. */
static size_t put_row(char *out, size_t size, const char *form, size_t number)
{
    size_t used = 0;

    for (; *form != '\0'; form++) {
        if (*form == '#')
            used += (size_t)snprintf(out + used, size - used, "%zu", number);
        else
            out[used++] = *form;
    }
    return used;
}

/* Rows whose columns differ in number, order and nesting, read in many orders: what is remembered
 * of one row never shows in another. */
static void finds_fields_in_any_order_in_rows_of_any_form(void)
{
    static const char *const names[] = {"a", "b", "c", "\"", "dd", "none"};
    static const char *const forms[] = {
        "{\"a\":#0,\"b\":#1,\"c\":#2}",
        "{\"c\":#2,\"b\":#1,\"a\":#0}",
        "{\"a\":#0,\"n\":[{\"a\":99},[1]],\"b\":#1,\"\\u0063\":#2}",
        "{\"n\":{\"a\":99},\"a\":#0,\"b\":#1,\"dd\":null,\"c\":#2}",
        "{\"a\":#0,\"b\":#1,\"c\":#2,\"a\":99,\"b\":99,\"c\":99}",
    };
    static const int wanted[] = {0, 1, 2, -1, -1, -1};
    char text[16384] = "[";
    size_t used = 1, rows = 60;
    struct document document = {0};
    uint32_t state = 7;

    for (size_t i = 0; i < rows; i++) {
        if (i > 0)
            text[used++] = ',';
        used += put_row(text + used, sizeof text - used, forms[i / 7 % COUNT(forms)], i + 1);
    }
    snprintf(text + used, sizeof text - used, "]");
    CU_ASSERT_EQUAL_FATAL(read_text(&document, text, ROWS_LIST), JSON_OK);
    CU_ASSERT_EQUAL_FATAL(document.row_count, rows);
    for (int i = 0; i < 20000; i++) {
        size_t row = i < 2000 ? (size_t)i / 6 % rows : (state >> 8) % rows;
        size_t name = i < 2000 ? (size_t)i % 6 : (state >> 20) % 6;
        int64_t number = wanted[name] < 0 ? -1 : ((int64_t)row + 1) * 10 + wanted[name];

        state = state * 1664525u + 1013904223u;
        if (number_of(&document, row, names[name]) != number)
            CU_FAIL("a field of another column or row");
    }
    document_free(&document);
}

static void reads_the_next_text_into_the_same_memory(void)
{
    struct document document = {0};

    CU_ASSERT_EQUAL(read_text(&document, "[{\"a\":1,\"b\":2}]", ROWS_LIST), JSON_OK);
    CU_ASSERT_EQUAL(number_of(&document, 0, "b"), 2);
    CU_ASSERT_EQUAL(read_text(&document, "[{\"b\":3,\"a\":4}]", ROWS_LIST), JSON_OK);
    CU_ASSERT_EQUAL(number_of(&document, 0, "b"), 3);
    document_clear(&document);
    CU_ASSERT_EQUAL(document.row_count, 0);
    document_free(&document);
}

static int allocations_left;

static int fails_later(void)
{
    return allocations_left-- <= 0;
}

static int read_and_get(struct document *document)
{
    const char *text = NULL;
    size_t length;
    int status = read_text(document, "[{\"a\":\"\\n\",\"b\":\"x\"},{\"a\":\"y\"}]", ROWS_LIST);
    supa_row row = document_row(document, 0);

    if (status != JSON_OK) {
        CU_ASSERT_EQUAL(status, JSON_NO_MEMORY);
        CU_ASSERT_EQUAL(document->row_count, 0);
        return status;
    }
    CU_ASSERT_EQUAL(supa_row_text(row, "a", &text, &length), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(*text, '\n');
    CU_ASSERT_STRING_EQUAL(supa_row_string(row, "b", ""), "x");
    CU_ASSERT_EQUAL(supa_row_text(row, "c", &text, &length), SUPA_FIELD_MISSING);
    return status;
}

static void getters_of_texts_do_not_fail_when_memory_is_gone(void)
{
    for (int n = 0; n < 8; n++) {
        struct document document = {0};

        allocations_left = n;
        memory_fails = fails_later;
        CU_ASSERT_EQUAL(read_and_get(&document) == JSON_OK, n >= 4);
        memory_fails = NULL;
        document_free(&document);
    }
}

static void a_string_that_cannot_be_copied_is_replaced(void)
{
    struct document document = {0};
    supa_row row;

    CU_ASSERT_EQUAL(read_text(&document, "[{\"a\":\"x\"}]", ROWS_LIST), JSON_OK);
    row = document_row(&document, 0);
    allocations_left = 0;
    memory_fails = fails_later;
    /* An object that is asked often is learned, which cannot be either. */
    for (int i = 0; i < 8; i++)
        CU_ASSERT_STRING_EQUAL(supa_row_string(row, "a", "otherwise"), "otherwise");
    memory_fails = NULL;
    CU_ASSERT_STRING_EQUAL(supa_row_string(row, "a", "otherwise"), "x");
    document_free(&document);
}

extern CU_TestInfo rows_tests[];
CU_TestInfo rows_tests[] = {
    {"finds the rows", finds_the_rows},
    {"tells what it finds", tells_what_it_finds},
    {"gives values exactly", gives_values_exactly},
    {"gives JSON as it stands there", gives_json_as_it_stands_there},
    {"gives texts in place or decoded once", gives_texts_in_place_or_decoded_once},
    {"gives strings with an end", gives_strings_with_an_end},
    {"misses every column of no row", misses_every_column_of_no_row},
    {"takes the first of two columns of one name", takes_the_first_of_two_columns_of_one_name},
    {"finds fields in any order in rows of any form",
     finds_fields_in_any_order_in_rows_of_any_form},
    {"reads the next text into the same memory", reads_the_next_text_into_the_same_memory},
    {"getters of texts do not fail when memory is gone",
     getters_of_texts_do_not_fail_when_memory_is_gone},
    {"a string that cannot be copied is replaced", a_string_that_cannot_be_copied_is_replaced},
    CU_TEST_INFO_NULL,
};
