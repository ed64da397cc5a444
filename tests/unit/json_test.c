/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A text with its length, so that it can hold NULs. */
#define T(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

struct text {
    const char *data;
    size_t length;
};

/* Reads a copy that ends where the text does, so that a byte read too many is found. */
static int parse_exactly(struct json_tape *tape, const char *text, size_t length)
{
    struct json_error error = {0, NULL};
    char *copy = malloc(length != 0 ? length : 1);
    int status;

    memcpy(copy, text, length);
    status = json_parse(tape, copy, length, &error);
    if (status == JSON_MALFORMED) {
        CU_ASSERT_PTR_NOT_NULL(error.what);
        CU_ASSERT(error.offset <= length);
        CU_ASSERT_EQUAL(tape->count, 0);
    }
    free(copy);
    return status;
}

static void check_all(const struct text *texts, size_t count, int wanted)
{
    struct json_tape tape = {0};

    for (size_t i = 0; i < count; i++) {
        if (parse_exactly(&tape, texts[i].data, texts[i].length) != wanted) {
            CU_FAIL("a text was judged wrongly");
            fprintf(stderr, "wrong about %zu: %s\n", i, texts[i].data);
        }
    }
    json_tape_free(&tape);
}

static void accepts_what_the_grammar_accepts(void)
{
    static const struct text texts[] = {
        T("null"),
        T("true"),
        T("false"),
        T("0"),
        T("-0"),
        T("-0.0"),
        T("1"),
        T("-1"),
        T("12345678901234567890123456789"),
        T("0.5"),
        T("1.25e10"),
        T("1E+2"),
        T("1e-2"),
        T("0e0"),
        T("0e+00001"),
        T("1e999999999999"),
        T("\"\""),
        T("\"a\""),
        T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
        T("\"\\u0000\""),
        T("\"\\u00e4\\u20AC\""),
        T("\"\\ud83d\\ude00\""),
        T("\"\\uDBFF\\uDFFF\""),
        T("\"\\uFFFF\""),
        T("\"\x7F\""),
        T("\"\xC2\x80\xDF\xBF\""),
        T("\"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\""),
        T("\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\""),
        T("\"0123456789012345678901234567890123456789\""),
        T("\"01234567\xC3\xA4\x35\x36\x37\x38\x39\x30\x31\x32\xC3\xA4\""),
        T("[]"),
        T("{}"),
        T("[[]]"),
        T("[{}]"),
        T("[[],[]]"),
        T("{\"\":0}"),
        T("{\"a\":{\"b\":[1,2,{\"c\":null}]}}"),
        T("{\"a\":1,\"a\":2}"),
        T(" \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n"),
        T(" { \"a\" : 1 , \"b\" : [ ] , \"c\" : { } } "),
        T("[1,\n -2,\n 3.5]"),
    };

    check_all(texts, COUNT(texts), JSON_OK);
}

static void refuses_what_the_grammar_refuses(void)
{
    static const struct text texts[] = {
        T(""),
        T(" "),
        T("\0"),
        T("nul"),
        T("nulll"),
        T("True"),
        T("NaN"),
        T("Infinity"),
        T("-Infinity"),
        T("undefined"),
        T("00"),
        T("01"),
        T("-01"),
        T("-"),
        T("+1"),
        T(".5"),
        T("-.5"),
        T("1."),
        T("1.e1"),
        T("1e"),
        T("1e+"),
        T("1e+-1"),
        T("1e1.5"),
        T("0x10"),
        T("1_000"),
        T("1 2"),
        T("- 1"),
        T("'a'"),
        T("\""),
        T("\"a"),
        T("\"\\\""),
        T("\"\\"),
        T("\"\\x41\""),
        T("\"\\'\""),
        T("\"\\a\""),
        T("\"\\\0\""),
        T("\"\\u\""),
        T("\"\\u12\""),
        T("\"\\u12G4\""),
        T("\"\\u 123\""),
        T("\"\\ud800\""),
        T("\"\\ud800a\""),
        T("\"\\ud800\\n\""),
        T("\"\\ud800\\u0041\""),
        T("\"\\ud800\\ud800\""),
        T("\"\\udc00\""),
        T("\"\\ud83d\\ude0\""),
        T("\"\\ud83d\\u\""),
        T("\"a\nb\""),
        T("\"a\tb\""),
        T("\"\0\""),
        T("\"\x1F\""),
        T("\"0123456789\x1F\""),
        T("\"01234567890123456789\n\""),
        T("\"\x80\""),
        T("\"\xC0\x80\""),
        T("\"\xC1\xBF\""),
        T("\"\xC3\""),
        T("\"\xE0\x9F\xBF\""),
        T("\"\xED\xA0\x80\""),
        T("\"\xF0\x8F\xBF\xBF\""),
        T("\"\xF4\x90\x80\x80\""),
        T("\"\xF5\x80\x80\x80\""),
        T("\"\xFF\""),
        T("\xEF\xBB\xBF[]"),
        T("\xC2\xA0"),
        T("["),
        T("]"),
        T("{"),
        T("}"),
        T("[1"),
        T("[1,"),
        T("[1,]"),
        T("[,1]"),
        T("[,]"),
        T("[1 2]"),
        T("[1,,2]"),
        T("[1}"),
        T("{\"a\":1]"),
        T("{\"a\"}"),
        T("{\"a\":}"),
        T("{\"a\" 1}"),
        T("{\"a\":1,}"),
        T("{,}"),
        T("{,\"a\":1}"),
        T("{\"a\":1 \"b\":2}"),
        T("{a:1}"),
        T("{'a':1}"),
        T("{1:1}"),
        T("{null:1}"),
        T("{[]:1}"),
        T("{\"a\"::1}"),
        T("[]]"),
        T("{}}"),
        T("[][]"),
        T("1,"),
        T("\"a\"\"b\""),
        T("[1]\0"),
        T("[1] x"),
        T("[1\v]"),
        T("[1\f]"),
        T("/* */ 1"),
        T("1 // one"),
        T("[\"a\",\n4\n,1,"),
        T("\"\\u00"),
        T("tru"),
        T("-e1"),
    };

    check_all(texts, COUNT(texts), JSON_MALFORMED);
}

static void bounds_the_depth(void)
{
    char text[2 * (JSON_DEPTH + 1)];
    struct json_tape tape = {0};

    memset(text, '[', JSON_DEPTH + 1);
    memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
    CU_ASSERT_EQUAL(parse_exactly(&tape, text + 1, 2 * JSON_DEPTH), JSON_OK);
    CU_ASSERT_EQUAL(tape.count, JSON_DEPTH);
    CU_ASSERT_EQUAL(parse_exactly(&tape, text, sizeof text), JSON_MALFORMED);
    json_tape_free(&tape);
}

static const char sample[] =
    "{\"id\":9007199254740993,\"name\":\"caf\xC3\xA9 \\ud83d\\ude00 \\\"x\\\"\","
    "\"list\":[1, -2.5e+3, true, null, \"0123456789abcdef\", {}],"
    "\"o\":{\"a\":[[]],\"b\":false}}";

static void never_accepts_the_beginning_of_a_document(void)
{
    struct json_tape tape = {0};

    for (size_t length = 0; length < sizeof sample - 1; length++)
        CU_ASSERT_EQUAL(parse_exactly(&tape, sample, length), JSON_MALFORMED);
    CU_ASSERT_EQUAL(parse_exactly(&tape, sample, sizeof sample - 1), JSON_OK);
    json_tape_free(&tape);
}

static void says_where_the_mistake_is(void)
{
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {{"[1,x]", 3},      {"[1", 2},        {"{\"a\" 1}", 5},
                {"\"ab\ncd\"", 3}, {"[\"\\q\"]", 2}, {"[\"a\xFF\"]", 3},
                {"1 2", 2},        {"[trux]", 4},    {"\xEF\xBB\xBF[]", 0}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json_tape tape = {0};
        struct json_error error = {99, NULL};

        CU_ASSERT_EQUAL(
            json_parse(&tape, rows[i].text, strlen(rows[i].text), &error), JSON_MALFORMED);
        CU_ASSERT_EQUAL(error.offset, rows[i].offset);
        json_tape_free(&tape);
    }
}

static void lays_nodes_out_in_document_order(void)
{
    static const struct {
        enum json_kind kind;
        uint32_t next, count;
        const char *text;
    } nodes[] = {
        {JSON_OBJECT, 9, 3, "{\"a\":[1,{}],\"b\":\"x\",\"c\":{}}"},
        {JSON_STRING, 2, 0, "a"},
        {JSON_ARRAY, 5, 2, "[1,{}]"},
        {JSON_NUMBER, 4, 0, "1"},
        {JSON_OBJECT, 5, 0, "{}"},
        {JSON_STRING, 6, 0, "b"},
        {JSON_STRING, 7, 0, "x"},
        {JSON_STRING, 8, 0, "c"},
        {JSON_OBJECT, 9, 0, "{}"},
    };
    const char *text = nodes[0].text;
    struct json_tape tape = {0};
    struct json_error error;

    CU_ASSERT_EQUAL_FATAL(json_parse(&tape, text, strlen(text), &error), JSON_OK);
    CU_ASSERT_EQUAL_FATAL(tape.count, COUNT(nodes));
    for (uint32_t i = 0; i < tape.count; i++) {
        const struct json_node *node = &tape.nodes[i];

        CU_ASSERT_EQUAL(json_kind_of(node), nodes[i].kind);
        CU_ASSERT_EQUAL(json_next(&tape, i), nodes[i].next);
        CU_ASSERT_EQUAL(node->end - node->start, strlen(nodes[i].text));
        CU_ASSERT_EQUAL(memcmp(text + node->start, nodes[i].text, strlen(nodes[i].text)), 0);
        if (nodes[i].kind >= JSON_ARRAY)
            CU_ASSERT_EQUAL(json_count(node), nodes[i].count);
    }
    json_tape_free(&tape);
}

static void finds_the_first_of_two_members_by_its_decoded_name(void)
{
    static const struct {
        const char *name;
        size_t length;
        const char *value; /* NULL: missing */
    } rows[] = {{"id", 2, "1"}, {"a\"b", 3, "3"}, {"\xC3\xA4", 2, "4"},  {"z\0y", 3, "5"},
                {"", 0, "6"},   {"idx", 3, NULL}, {"i", 1, NULL},        {"\\u00e4", 6, NULL},
                {"z", 1, NULL}, {"in", 2, NULL},  {"o", 1, "{\"in\":7}"}};
    const char *text = "{\"id\":1,\"id\":2,\"a\\\"b\":3,\"\\u00e4\":4,\"z\\u0000y\":5,\"\":6,"
                       "\"o\":{\"in\":7}}";
    struct json_tape tape = {0};
    struct json_error error;

    CU_ASSERT_EQUAL_FATAL(json_parse(&tape, text, strlen(text), &error), JSON_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t node = json_member(&tape, text, 0, rows[i].name, rows[i].length);

        CU_ASSERT_EQUAL(node == JSON_NONE, rows[i].value == NULL);
        if (node != JSON_NONE && rows[i].value != NULL)
            CU_ASSERT_EQUAL(
                strncmp(text + tape.nodes[node].start, rows[i].value, strlen(rows[i].value)), 0);
    }
    json_tape_free(&tape);
}

static void decodes_strings(void)
{
    static const struct {
        const char *text;
        struct text decoded;
    } rows[] = {
        {"\"plain\"", T("plain")},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", T("\"\\/\b\f\n\r\t")},
        {"\"a\\u0000b\"", T("a\0b")},
        {"\"\\u0041\\u00e4\\u20aC\"", T("A\xC3\xA4\xE2\x82\xAC")},
        {"\"\\ud83d\\ude00!\"", T("\xF0\x9F\x98\x80!")},
        {"\"\\uDBFF\\uDFFF\"", T("\xF4\x8F\xBF\xBF")},
        {"\"caf\xC3\xA9 \\n \xE2\x82\xAC\"", T("caf\xC3\xA9 \n \xE2\x82\xAC")},
        {"\"\\\\\"", T("\\")},
        {"\"\"", T("")},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json_tape tape = {0};
        struct json_error error;
        char out[64] = "";

        CU_ASSERT_EQUAL_FATAL(
            json_parse(&tape, rows[i].text, strlen(rows[i].text), &error), JSON_OK);
        CU_ASSERT_EQUAL(tape.nodes[0].size, rows[i].decoded.length);
        json_decode(rows[i].text, &tape.nodes[0], out);
        CU_ASSERT_EQUAL(memcmp(out, rows[i].decoded.data, rows[i].decoded.length), 0);
        CU_ASSERT_EQUAL(out[rows[i].decoded.length], '\0');
        CU_ASSERT(json_string_is(
            rows[i].text, &tape.nodes[0], rows[i].decoded.data, rows[i].decoded.length));
        json_tape_free(&tape);
    }
}

/* The same texts at every place relative to the words that are read at once, once near the end of
 * the input, where bytes are read one at a time, and once far from it. */
static void reads_strings_alike_by_words_and_by_bytes(void)
{
    static const char *const ends[] = {"\"", "\\n\"", "\xC3\xA9\"", "\x01\"", "\xC3\"", "\x7F\""};
    char near[64], far[160];
    struct json_tape tape = {0};

    for (size_t n = 0; n < 40; n++) {
        for (size_t i = 0; i < COUNT(ends); i++) {
            size_t length = (size_t)snprintf(
                near, sizeof near, "\"%.*s%s", (int)n, "0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
                ends[i]);
            size_t padded = (size_t)snprintf(far, sizeof far, "%-*s", (int)length + 40, near);

            CU_ASSERT_EQUAL(parse_exactly(&tape, near, length), parse_exactly(&tape, far, padded));
        }
    }
    json_tape_free(&tape);
}

static int allocations_left;

static int fails_later(void)
{
    return allocations_left-- <= 0;
}

static void reports_each_failed_allocation(void)
{
    char text[4096];
    struct json_error error;
    int status = JSON_NO_MEMORY;

    memset(text, ',', sizeof text);
    text[0] = '[';
    text[sizeof text - 1] = ']';
    for (size_t i = 1; i < sizeof text - 1; i += 2)
        text[i] = '1';
    text[sizeof text - 2] = ' ';
    text[sizeof text - 3] = '1';
    for (int n = 0; status == JSON_NO_MEMORY; n++) {
        struct json_tape tape = {0};

        allocations_left = n;
        memory_fails = fails_later;
        status = json_parse(&tape, text, sizeof text, &error);
        memory_fails = NULL;
        CU_ASSERT_EQUAL(tape.count == 0, status != JSON_OK);
        CU_ASSERT(n > 2 || status == JSON_NO_MEMORY);
        json_tape_free(&tape);
    }
    CU_ASSERT_EQUAL(status, JSON_OK);
}

static int refuses_all(void)
{
    return 1;
}

static void reads_the_next_document_into_the_same_memory(void)
{
    struct json_tape tape = {0};
    struct json_error error;

    CU_ASSERT_EQUAL(json_parse(&tape, sample, sizeof sample - 1, &error), JSON_OK);
    memory_fails = refuses_all;
    CU_ASSERT_EQUAL(json_parse(&tape, "[1", 2, &error), JSON_MALFORMED);
    CU_ASSERT_EQUAL(json_parse(&tape, sample, sizeof sample - 1, &error), JSON_OK);
    memory_fails = NULL;
    json_tape_free(&tape);
}

extern CU_TestInfo json_tests[];
CU_TestInfo json_tests[] = {
    {"accepts what the grammar accepts", accepts_what_the_grammar_accepts},
    {"refuses what the grammar refuses", refuses_what_the_grammar_refuses},
    {"bounds the depth", bounds_the_depth},
    {"never accepts the beginning of a document", never_accepts_the_beginning_of_a_document},
    {"says where the mistake is", says_where_the_mistake_is},
    {"lays nodes out in document order", lays_nodes_out_in_document_order},
    {"finds the first of two members by its decoded name",
     finds_the_first_of_two_members_by_its_decoded_name},
    {"decodes strings", decodes_strings},
    {"reads strings alike by words and by bytes", reads_strings_alike_by_words_and_by_bytes},
    {"reports each failed allocation", reports_each_failed_allocation},
    {"reads the next document into the same memory", reads_the_next_document_into_the_same_memory},
    CU_TEST_INFO_NULL,
};
