/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "result/rows.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int read_text(struct document *document, const char *text, enum row_shape shape)
{
    struct json_error error;

    return document_read(document, text, strlen(text), shape, &error);
}

static supa_row first_row(struct document *document, const char *text, enum row_shape shape)
{
    CU_ASSERT_EQUAL_FATAL(read_text(document, text, shape), JSON_OK);
    return document_row(document, 0);
}

static void gives_exact_cents(void)
{
    static const char text[] = "[{\"a\":12.5,\"b\":-0.01,\"c\":12.505,\"d\":92233720368547758.07,"
                               "\"e\":1e400,\"n\":null,\"s\":\"12.50\",\"z\":0.00}]";
    static const struct {
        const char *column;
        int digits;
        supa_field field;
        int64_t number;
    } rows[] = {
        {"a", 2, SUPA_FIELD_VALUE, 1250},  {"a", 1, SUPA_FIELD_VALUE, 125},
        {"a", 0, SUPA_FIELD_RANGE, 0},     {"a", 18, SUPA_FIELD_RANGE, 0},
        {"a", -1, SUPA_FIELD_RANGE, 0},    {"a", 19, SUPA_FIELD_RANGE, 0},
        {"b", 2, SUPA_FIELD_VALUE, -1},    {"c", 2, SUPA_FIELD_RANGE, 0},
        {"c", 3, SUPA_FIELD_VALUE, 12505}, {"d", 2, SUPA_FIELD_VALUE, INT64_MAX},
        {"d", 3, SUPA_FIELD_RANGE, 0},     {"e", 2, SUPA_FIELD_RANGE, 0},
        {"z", 18, SUPA_FIELD_VALUE, 0},    {"z", -1, SUPA_FIELD_RANGE, 0},
        {"n", 2, SUPA_FIELD_NULL, 0},      {"n", 99, SUPA_FIELD_NULL, 0},
        {"s", 2, SUPA_FIELD_TYPE, 0},      {"x", 2, SUPA_FIELD_MISSING, 0},
        {NULL, 2, SUPA_FIELD_TYPE, 0},
    };
    struct document document = {0};
    supa_row row = first_row(&document, text, ROWS_LIST);

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t number = 42;

        CU_ASSERT_EQUAL(
            supa_row_scaled(row, rows[i].column, rows[i].digits, &number), rows[i].field);
        CU_ASSERT_EQUAL(number, rows[i].field == SUPA_FIELD_VALUE ? rows[i].number : 42);
    }
    document_free(&document);
}

static void gives_times(void)
{
    static const char text[] =
        "[{\"ts\":\"1970-01-01T00:00:01\",\"tz\":\"1970-01-01T05:30:01.5+05:30\",\"n\":null,"
        "\"d\":\"1970-01-02\",\"e\":\"1970\\u002d01-02\",\"inf\":\"infinity\",\"t\":\"00:42:00\","
        "\"i\":1704069720,\"z\":\"1970-01-01\\u0000\",\"o\":{},\"s\":\"\"}]";
    static const struct {
        const char *column;
        supa_field field;
        int64_t unix_us;
    } rows[] = {
        {"ts", SUPA_FIELD_VALUE, 1000000}, {"tz", SUPA_FIELD_VALUE, 1500000},
        {"n", SUPA_FIELD_NULL, 0},         {"d", SUPA_FIELD_VALUE, INT64_C(86400000000)},
        {"inf", SUPA_FIELD_RANGE, 0},      {"e", SUPA_FIELD_VALUE, INT64_C(86400000000)},
        {"t", SUPA_FIELD_TYPE, 0},         {"i", SUPA_FIELD_TYPE, 0},
        {"z", SUPA_FIELD_TYPE, 0},         {"o", SUPA_FIELD_TYPE, 0},
        {"s", SUPA_FIELD_TYPE, 0},         {"x", SUPA_FIELD_MISSING, 0},
    };
    struct document document = {0};
    supa_row row = first_row(&document, text, ROWS_LIST);

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t found = 42;

        CU_ASSERT_EQUAL(supa_row_time(row, rows[i].column, &found), rows[i].field);
        CU_ASSERT_EQUAL(found, rows[i].field == SUPA_FIELD_VALUE ? rows[i].unix_us : 42);
    }
    document_free(&document);
}

/* 1 when the row's value is this JSON; a row in which everything is missing is NULL. */
static int is_json(supa_row row, const char *column, const char *wanted)
{
    const char *json = NULL;
    size_t length = 0;

    if (supa_row_raw(row, column, &json, &length) == SUPA_FIELD_MISSING)
        return wanted == NULL;
    return wanted != NULL && length == strlen(wanted) && memcmp(json, wanted, length) == 0;
}

static void reads_what_functions_return(void)
{
    static const struct {
        const char *text;
        size_t count;
        const char *first, *second;
    } rows[] = {
        {"42", 1, "42", NULL},
        {" \"te\\nxt\" ", 1, "\"te\\nxt\"", NULL},
        {"null", 1, "null", NULL},
        {"true", 1, "true", NULL},
        {"[1,\"two\"]", 2, "1", "\"two\""},
        {"[[1,2],[3]]", 2, "[1,2]", "[3]"},
        {"[{\"a\":1},null]", 2, "{\"a\":1}", "null"},
        {"{\"a\":1}", 1, "{\"a\":1}", NULL},
        {"[]", 0, NULL, NULL},
    };
    struct document document = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_row row = first_row(&document, rows[i].text, ROWS_ANY);

        CU_ASSERT_EQUAL(document.row_count, rows[i].count);
        CU_ASSERT(is_json(row, NULL, rows[i].first));
        CU_ASSERT(is_json(supa_row_next(row), NULL, rows[i].second));
        CU_ASSERT(is_json(document_row(&document, 1), NULL, rows[i].second));
        CU_ASSERT(is_json(row, "b", NULL));
    }
    document_free(&document);
}

static void every_getter_reads_a_value_without_a_name(void)
{
    static const char text[] = "[-7,1.25,true,\"a\\u00e4\",null,\"1970-01-01T00:00:01\",[1],{}]";
    struct document document = {0};
    supa_row row = first_row(&document, text, ROWS_ANY), other;
    const char *part;
    uint64_t positive = 0;
    int64_t number = 0;
    double real = 0;
    size_t length;
    int truth = 0;

    CU_ASSERT(supa_row_int64(row, NULL, &number) == SUPA_FIELD_VALUE && number == -7);
    CU_ASSERT_EQUAL(supa_row_uint64(row, NULL, &positive), SUPA_FIELD_RANGE);
    CU_ASSERT_EQUAL(supa_row_int64(row, "a", &number), SUPA_FIELD_MISSING);
    row = supa_row_next(row);
    CU_ASSERT(supa_row_double(row, NULL, &real) == SUPA_FIELD_VALUE && real == 1.25);
    CU_ASSERT(supa_row_scaled(row, NULL, 2, &number) == SUPA_FIELD_VALUE && number == 125);
    CU_ASSERT(supa_row_decimal(row, NULL, &part, &length) == SUPA_FIELD_VALUE && length == 4);
    row = supa_row_next(row);
    CU_ASSERT(supa_row_bool(row, NULL, &truth) == SUPA_FIELD_VALUE && truth == 1);
    row = supa_row_next(row);
    CU_ASSERT(supa_row_text(row, NULL, &part, &length) == SUPA_FIELD_VALUE && length == 3);
    CU_ASSERT_STRING_EQUAL(supa_row_string(row, NULL, ""), "a\xC3\xA4");
    row = supa_row_next(row);
    CU_ASSERT_EQUAL(supa_row_int64(row, NULL, &number), SUPA_FIELD_NULL);
    CU_ASSERT_EQUAL(supa_row_row(row, NULL, &other), SUPA_FIELD_NULL);
    row = supa_row_next(row);
    CU_ASSERT(supa_row_time(row, NULL, &number) == SUPA_FIELD_VALUE && number == 1000000);
    row = supa_row_next(row);
    CU_ASSERT(supa_row_list(row, NULL, &other, &length) == SUPA_FIELD_VALUE && length == 1);
    CU_ASSERT(supa_row_int64(other, NULL, &number) == SUPA_FIELD_VALUE && number == 1);
    row = supa_row_next(row);
    CU_ASSERT_EQUAL(supa_row_row(row, NULL, &other), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(supa_row_text(row, NULL, &part, &length), SUPA_FIELD_TYPE);
    CU_ASSERT_EQUAL(supa_row_int64(supa_row_next(row), NULL, &number), SUPA_FIELD_MISSING);
    document_free(&document);
}

static void gives_embedded_lists(void)
{
    static const struct {
        const char *text; /* the column "a" is asked for */
        supa_field rows, list;
        size_t count;
    } rows[] = {
        {"[{\"a\":[{\"i\":0},{\"i\":1},{\"i\":2}]}]", SUPA_FIELD_VALUE, SUPA_FIELD_VALUE, 3},
        {"[{\"a\":[{\"i\":0,\"a\":[{\"i\":9}]}, {\"i\":1}],\"b\":1}]", SUPA_FIELD_VALUE,
         SUPA_FIELD_VALUE, 2},
        {"[{\"a\":[]},{\"i\":5}]", SUPA_FIELD_VALUE, SUPA_FIELD_VALUE, 0},
        {"[{\"a\":[{\"i\":0}]},{\"a\":[{\"i\":1}]}]", SUPA_FIELD_VALUE, SUPA_FIELD_VALUE, 1},
        {"[{\"a\":[{\"i\":0},null]}]", SUPA_FIELD_TYPE, SUPA_FIELD_VALUE, 2},
        {"[{\"a\":[1]}]", SUPA_FIELD_TYPE, SUPA_FIELD_VALUE, 1},
        {"[{\"a\":[[{\"i\":0}]]}]", SUPA_FIELD_TYPE, SUPA_FIELD_VALUE, 1},
        {"[{\"a\":{\"i\":0}}]", SUPA_FIELD_TYPE, SUPA_FIELD_TYPE, 0},
        {"[{\"a\":\"[]\"}]", SUPA_FIELD_TYPE, SUPA_FIELD_TYPE, 0},
        {"[{\"a\":null}]", SUPA_FIELD_NULL, SUPA_FIELD_NULL, 0},
        {"[{\"b\":[]}]", SUPA_FIELD_MISSING, SUPA_FIELD_MISSING, 0},
    };
    struct document document = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_row row = first_row(&document, rows[i].text, ROWS_LIST), item = row;
        size_t count = 42, listed = 42;

        CU_ASSERT_EQUAL(supa_row_list(row, "a", &item, &listed), rows[i].list);
        CU_ASSERT_EQUAL(listed, rows[i].list == SUPA_FIELD_VALUE ? rows[i].count : 42);
        CU_ASSERT_EQUAL(supa_row_rows(row, "a", &item, &count), rows[i].rows);
        CU_ASSERT_EQUAL(count, rows[i].rows == SUPA_FIELD_VALUE ? rows[i].count : 42);
        if (rows[i].rows != SUPA_FIELD_VALUE)
            continue;
        for (size_t n = 0; n < count; n++, item = supa_row_next(item)) {
            int64_t number = -1;

            CU_ASSERT_EQUAL(supa_row_int64(item, "i", &number), SUPA_FIELD_VALUE);
            CU_ASSERT_EQUAL(number, (int64_t)n);
        }
        CU_ASSERT(is_json(item, NULL, NULL));
        CU_ASSERT(is_json(supa_row_next(item), NULL, NULL));
    }
    document_free(&document);
}

static void walks_along_a_list_and_no_further(void)
{
    static const char text[] = "[{\"o\":{\"i\":1},\"i\":2,\"l\":[3, \"x\", [4], null]}, {\"i\":5}]";
    struct document document = {0};
    supa_row row = first_row(&document, text, ROWS_LIST), other;
    size_t count;

    CU_ASSERT(is_json(supa_row_next(row), "i", "5"));
    CU_ASSERT(is_json(supa_row_next(supa_row_next(row)), NULL, NULL));
    CU_ASSERT_EQUAL(supa_row_row(row, "o", &other), SUPA_FIELD_VALUE);
    CU_ASSERT(is_json(other, "i", "1"));
    CU_ASSERT(is_json(supa_row_next(other), NULL, NULL));
    CU_ASSERT_EQUAL(supa_row_list(row, "l", &other, &count), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(count, 4);
    for (size_t i = 0; i < 5; i++, other = supa_row_next(other)) {
        static const char *const wanted[] = {"3", "\"x\"", "[4]", "null", NULL};

        CU_ASSERT(is_json(other, NULL, wanted[i]));
    }
    document_free(&document);
}

static int column_is(supa_row row, size_t index, const char *name, const char *json)
{
    const char *found_name = "", *found_json = "";
    size_t name_length = 0, json_length = 0;

    if (supa_row_at(row, index, &found_name, &name_length, &found_json, &json_length) !=
        SUPA_FIELD_VALUE)
        return 0;
    return name_length == strlen(name) && memcmp(found_name, name, name_length) == 0 &&
           json_length == strlen(json) && memcmp(found_json, json, json_length) == 0;
}

static const char columns_text[] =
    "[{\"id\":1,\"s\":\"a\\nb\",\"l\":[{\"id\":7},{}],\"id\":2,\"\\u00e4\\\"\":null,\"\":{}},"
    "{\"id\":3,\"z\":true},{}]";

static void check_columns(const struct document *document)
{
    static const char *const wanted[][2] = {
        {"id", "1"}, {"s", "\"a\\nb\""},     {"id", "2"},        {"l", "[{\"id\":7},{}]"},
        {"", "{}"},  {"\xC3\xA4\"", "null"}, {"s", "\"a\\nb\""}, {"id", "1"}};
    static const size_t places[] = {0, 1, 3, 2, 5, 4, 1, 0};
    supa_row row = document_row(document, 0);

    for (size_t i = 0; i < COUNT(wanted); i++) {
        CU_ASSERT(column_is(row, places[i], wanted[i][0], wanted[i][1]));
        CU_ASSERT(is_json(supa_row_value_at(row, places[i]), NULL, wanted[i][1]));
        CU_ASSERT(is_json(supa_row_next(supa_row_value_at(row, places[i])), NULL, NULL));
        CU_ASSERT(
            column_is(document_row(document, 1), i % 2, i % 2 ? "z" : "id", i % 2 ? "true" : "3"));
    }
}

static void shows_columns_in_the_order_of_the_server(void)
{
    struct document document = {0};
    supa_row row = first_row(&document, columns_text, ROWS_LIST), value;
    const char *part = NULL;
    size_t length = 42;

    CU_ASSERT_EQUAL(supa_row_columns(row), 6);
    CU_ASSERT_EQUAL(supa_row_columns(document_row(&document, 1)), 2);
    CU_ASSERT_EQUAL(supa_row_columns(document_row(&document, 2)), 0);
    CU_ASSERT_EQUAL(supa_row_columns(document_row(&document, 3)), 0);
    CU_ASSERT_EQUAL(supa_row_columns(supa_row_value_at(row, 2)), 0);
    check_columns(&document);
    CU_ASSERT_EQUAL(supa_row_at(row, 6, &part, &length, &part, &length), SUPA_FIELD_MISSING);
    CU_ASSERT_EQUAL(supa_row_at(row, SIZE_MAX, &part, &length, &part, &length), SUPA_FIELD_MISSING);
    CU_ASSERT(part == NULL && length == 42);
    CU_ASSERT(is_json(supa_row_value_at(row, 6), NULL, NULL));
    CU_ASSERT(is_json(supa_row_value_at(document_row(&document, 2), 0), NULL, NULL));
    CU_ASSERT(is_json(supa_row_value_at(document_row(&document, 9), 0), NULL, NULL));
    value = supa_row_value_at(row, 1);
    CU_ASSERT_STRING_EQUAL(supa_row_string(value, NULL, ""), "a\nb");
    document_free(&document);
}

static int fails(void)
{
    return 1;
}

static void shows_columns_without_memory(void)
{
    struct document document = {0};

    CU_ASSERT_EQUAL_FATAL(read_text(&document, columns_text, ROWS_LIST), JSON_OK);
    memory_fails = fails;
    check_columns(&document);
    memory_fails = NULL;
    CU_ASSERT_PTR_NULL(document.shapes.lone);
    check_columns(&document);
    document_free(&document);
}

static int allocations_left;

static int fails_later(void)
{
    return allocations_left-- <= 0;
}

static int read_and_walk(struct document *document)
{
    static const char text[] = "[{\"a\":[{\"\\u0069\":1},{\"i\":2}],\"t\":\"1970\\u002d01-01\"},3]";
    supa_row row, item;
    size_t count = 0;
    int64_t found = -1;
    int status = read_text(document, text, ROWS_ANY);

    if (status != JSON_OK)
        return status;
    row = document_row(document, 0);
    CU_ASSERT_EQUAL(supa_row_rows(row, "a", &item, &count), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(count, 2);
    for (int64_t i = 1; i <= 2; i++, item = supa_row_next(item))
        CU_ASSERT(supa_row_int64(item, "i", &found) == SUPA_FIELD_VALUE && found == i);
    CU_ASSERT(supa_row_time(row, "t", &found) == SUPA_FIELD_VALUE && found == 0);
    CU_ASSERT(is_json(supa_row_value_at(row, 1), NULL, "\"1970\\u002d01-01\""));
    CU_ASSERT(supa_row_int64(supa_row_next(row), NULL, &found) == SUPA_FIELD_VALUE && found == 3);
    return status;
}

static void no_getter_fails_when_memory_is_gone(void)
{
    for (int n = 0; n < 8; n++) {
        struct document document = {0};

        allocations_left = n;
        memory_fails = fails_later;
        CU_ASSERT_EQUAL(read_and_walk(&document) == JSON_OK, n >= 3);
        memory_fails = NULL;
        document_free(&document);
    }
}

extern CU_TestInfo fields_tests[];
CU_TestInfo fields_tests[] = {
    {"gives exact cents", gives_exact_cents},
    {"gives times", gives_times},
    {"reads what functions return", reads_what_functions_return},
    {"every getter reads a value without a name", every_getter_reads_a_value_without_a_name},
    {"gives embedded lists", gives_embedded_lists},
    {"walks along a list and no further", walks_along_a_list_and_no_further},
    {"shows columns in the order of the server", shows_columns_in_the_order_of_the_server},
    {"shows columns without memory", shows_columns_without_memory},
    {"no getter fails when memory is gone", no_getter_fails_when_memory_is_gone},
    CU_TEST_INFO_NULL,
};
