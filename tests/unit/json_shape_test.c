/* SPDX-License-Identifier: MIT */
/* What is remembered of objects changes no answer: random rows, well and broken, are read in all ways
 * that there are and must end alike. */
#include "base/json_shape.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "json_plain.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned state;

static unsigned dice(unsigned below)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % below;
}

static void put_value(struct buffer *out, unsigned depth);

/* 1: keys that are compared in one go, and strings of any length with what is usual in them, so that most objects
 * are read as a whole. */
static int usual;

/* Escapes and characters beyond ASCII, so often that they are at every place of a block of 64 bytes. */
static void put_string(struct buffer *out)
{
    static const char *const special[] = {
        "\\\"", "\xC3\xBC", "\\n",          "\xDF\xBF", "\xC2\x80", "\\\"", "\xC3\xA4\xC3\xA4",
        "\\\\", "\\u00e4",  "\xE2\x82\xAC", "\\t"};
    const unsigned often = 2 + dice(40), kinds = dice(4) == 0 ? 11 : 7;

    buffer_putc(out, '"');
    for (unsigned n = dice(160); n > 0; n--) {
        if (dice(often) == 0)
            buffer_puts(out, special[dice(kinds)]);
        else
            buffer_putc(out, (char)('a' + dice(26)));
    }
    buffer_putc(out, '"');
}

static void put_list(struct buffer *out, unsigned depth)
{
    buffer_putc(out, '[');
    for (unsigned i = dice(5); i > 0; i--) {
        put_value(out, depth + 1);
        if (i > 1)
            buffer_puts(out, dice(9) == 0 ? " , " : ", ");
    }
    buffer_putc(out, ']');
}

/* Mostly the same keys in the same order, written alike. */
static void put_object(struct buffer *out, unsigned depth)
{
    static const char *const keys[] = {
        "\"id\":",
        "\"a\":",
        "\"name\": ",
        "\"a_rather_long_name_of_a_column_that_needs_more_than_a_few_bytes_to_compare\":",
        "\"list\":",
        "\"\\u0061\":",
        "\"id\":",
        "\"\":",
        "\"\xC3\xA4\":",
        "\"n\\u0000\" :"};
    unsigned odd = dice(usual ? 30 : 6) == 0 ? dice(8) : 99;
    int first = 1;

    buffer_putc(out, '{');
    for (unsigned i = 0; i < 8; i++) {
        if (i == odd && dice(2) == 0)
            continue;
        if ((i == 5 && dice(40) != 0) || (i == 3 && usual))
            continue;
        buffer_puts(out, first ? "" : depth > 0 ? ", " : ",");
        buffer_puts(out, keys[i == odd ? dice(10) : i]);
        put_value(out, depth + 1);
        first = 0;
    }
    buffer_puts(out, dice(50) == 0 ? " }" : "}");
}

static void put_value(struct buffer *out, unsigned depth)
{
    static const char *const scalars[] = {
        "1",
        "-0",
        "17.25",
        "123456789012",
        "true",
        "false",
        "null",
        "\"\"",
        "\"text\"",
        "\"a longer text without anything else\"",
        "\"\\\"\"",
        "\"\\ud83d\\ude00\xC3\xBC\"",
        "1e5",
        "0.5",
        "-7",
        "\"\xE2\x82\xAC\"",
        "\"2024-01-01T00:00:00+00:00\""};
    /* As long as what is looked at in one go, or a byte longer or shorter. */
    static const char *const odd[] = {
        "123456789012345",
        "1234567890123456",
        "-1234567890123456",
        "12345678901234567",
        "12345678901234.5",
        "123456789012345.6",
        "1234567890123456.7",
        "0.12345678901234",
        "-0.1234567890123456789",
        "123456789012345e1",
        "1234567890.5E+2",
        "\"\\\"\\\"quoted\\\" \xC3\xBCn\xC3\xAF\\n of some length \\\\\""};

    if (dice(80) == 0) {
        buffer_puts(out, odd[dice(sizeof odd / sizeof odd[0])]);
        return;
    }
    if (usual && dice(3) == 0) {
        put_string(out);
        return;
    }
    switch (depth < 4 ? dice(usual ? 40 : 12) : 2) {
    case 0:
        put_object(out, depth);
        break;
    case 1:
        put_list(out, depth);
        break;
    default:
        buffer_puts(out, scalars[dice(sizeof scalars / sizeof scalars[0])]);
    }
}

static void put_rows(struct buffer *out)
{
    buffer_clear(out);
    buffer_putc(out, '[');
    for (unsigned i = 1 + dice(6); i > 0; i--) {
        put_object(out, 0);
        if (i > 1)
            buffer_puts(out, ", \n ");
    }
    buffer_putc(out, ']');
}

static void break_something(struct buffer *text)
{
    static const char bytes[] = "\"\\{}[]:, \n\t01.e-ntf\x80\xC3\x01x";
    size_t at = dice((unsigned)text->length);

    switch (dice(3)) {
    case 0:
        text->data[at] = bytes[dice(sizeof bytes)];
        break;
    case 1:
        memmove(text->data + at, text->data + at + 1, text->length - at - 1);
        text->length--;
        break;
    default:
        text->length = at;
    }
}

static int same_node(const struct json_node *a, const struct json_node *b)
{
    enum json_kind kind = json_kind_of(a);

    if (kind != json_kind_of(b) || a->start != b->start || a->end != b->end ||
        ((a->info ^ b->info) & JSON_ESCAPED) != 0)
        return 0;
    if (kind >= JSON_ARRAY)
        return a->next == b->next && json_count(a) == json_count(b);
    return kind != JSON_STRING || a->size == b->size;
}

static int same_tape(const struct json_tape *a, const struct json_tape *b)
{
    if (a->count != b->count || a->escaped != b->escaped)
        return 0;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!same_node(&a->nodes[i], &b->nodes[i]))
            return 0;
    }
    return 1;
}

/* The readers, the first of which remembers nothing. */
#define WAYS 4

struct ways {
    struct json_tape tapes[WAYS];
    struct json_shapes shapes[WAYS];
};

static int read_in(struct ways *ways, int way, const char *text, size_t n, struct json_error *error)
{
    switch (way) {
    case 0:
        return json_parse(&ways->tapes[0], text, n, error);
    case 1:
        return json_parse_rows(&ways->tapes[1], &ways->shapes[1], text, n, error);
    case 2:
        return plain_json_parse(&ways->tapes[2], text, n, error);
    default:
        return plain_json_parse_rows(&ways->tapes[3], &ways->shapes[3], text, n, error);
    }
}

/* Every object is asked for every key of the text in its order, and for some more at random. */
static void ask_members(struct ways *ways, const char *text)
{
    const struct json_tape *tape = &ways->tapes[1];

    for (uint32_t object = 0; object < tape->count; object++) {
        for (uint32_t key = 0; key < tape->count; key++) {
            const struct json_node *node = &tape->nodes[key];
            char name[64] = {0};

            if (json_kind_of(node) != JSON_STRING || node->size >= sizeof name || dice(3) == 0)
                continue;
            json_decode(text, node, name);
            if (strlen(name) != node->size || json_kind_of(&tape->nodes[object]) != JSON_OBJECT)
                continue;
            CU_ASSERT_EQUAL(
                json_shape_member(&ways->shapes[1], tape, text, object, name),
                json_member(tape, text, object, name, node->size));
        }
    }
}

static void ask_keys(struct ways *ways, const char *text)
{
    const struct json_tape *tape = &ways->tapes[1];

    for (uint32_t object = 0; object < tape->count; object++) {
        uint32_t key = object + 1;

        if (json_kind_of(&tape->nodes[object]) != JSON_OBJECT)
            continue;
        for (uint32_t i = 0; i < json_count(&tape->nodes[object]); i++) {
            CU_ASSERT_EQUAL(json_shape_key(&ways->shapes[1], tape, text, object, i), key);
            key = json_next(tape, key + 1);
        }
    }
}

static int check_all_ways(struct ways *ways, const struct buffer *text)
{
    char *copy = malloc(text->length > 0 ? text->length : 1);
    struct json_error wanted = {0, NULL};
    int status;

    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    memcpy(copy, text->data, text->length);
    status = read_in(ways, 0, copy, text->length, &wanted);
    for (int way = 1; way < WAYS; way++) {
        struct json_error error = {0, NULL};

        CU_ASSERT_EQUAL(read_in(ways, way, copy, text->length, &error), status);
        CU_ASSERT_EQUAL(error.offset, wanted.offset);
        CU_ASSERT(error.what == NULL || strcmp(error.what, wanted.what) == 0);
        CU_ASSERT(same_tape(&ways->tapes[0], &ways->tapes[way]));
    }
    if (status == JSON_OK) {
        ask_members(ways, copy);
        ask_keys(ways, copy);
    }
    free(copy);
    return status == JSON_OK;
}

static void check_at_random(void)
{
    struct ways ways = {0};
    struct buffer text = BUFFER_INIT;
    unsigned well = 0, refused = 0, shaped = 0;

    state = 11;
    for (unsigned i = 0; i < 2000; i++) {
        put_rows(&text);
        well += check_all_ways(&ways, &text) != 0;
        shaped += ways.shapes[1].count != 0;
        break_something(&text);
        refused += check_all_ways(&ways, &text) == 0;
    }
    CU_ASSERT_EQUAL(well, 2000);
    CU_ASSERT(refused > 1000);
    CU_ASSERT(shaped > 1000);
    for (int way = 0; way < WAYS; way++) {
        json_tape_free(&ways.tapes[way]);
        json_shapes_free(&ways.shapes[way]);
    }
    buffer_free(&text);
}

static void all_ways_of_reading_agree(void)
{
    check_at_random();
}

static void usual_objects_are_read_alike_as_a_whole(void)
{
    usual = 1;
    check_at_random();
    usual = 0;
}

/* Values where a row of the same shape has well ones, so that they are looked at quickly. */
static void a_broken_value_is_refused_in_all_ways(void)
{
    static const char *const broken[] = {
        "123456789012345.",
        "1234567890123456.",
        "-",
        "00",
        "01.5",
        "1.",
        ".5",
        "1.2.3",
        "1-2",
        "\"sixteen bytes..\xC3\xBC and \xC3(\"",
        "\"\\u00e4\\t\xE2\x82\xAC\\x\"",
        "\"\\\"\n\"",
        "\"\xC0\x80\"",
        "\"\xC1\xBF\"",
        "\"\xC3\"",
        "\"\xC3\\n\"",
        "\"\xBC\xC3\"",
        "\"\xC3\xBC\xBC\"",
        "\"\xE2\x82\"",
        "\"\\\"\x01\"",
        "\"\\n\\q\"",
        "\"\\\xC3\xBC\""};

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const char *of[] = {"12.5", "\"text\"", broken[i], "7"};
        struct buffer text = BUFFER_INIT;
        struct json_shapes shapes = {0}, plain = {0};
        struct json_tape tape = {0};
        struct json_error error;

        for (size_t row = 0; row < sizeof of / sizeof of[0]; row++) {
            buffer_puts(&text, row == 0 ? "[{\"a\":" : ", \n {\"a\":");
            buffer_puts(&text, of[row]);
            buffer_puts(&text, ",\"b\":\"of a length that leaves room behind it\"}");
        }
        buffer_putc(&text, ']');
        CU_ASSERT_EQUAL(json_parse(&tape, text.data, text.length, &error), JSON_MALFORMED);
        CU_ASSERT_EQUAL(
            json_parse_rows(&tape, &shapes, text.data, text.length, &error), JSON_MALFORMED);
        CU_ASSERT_EQUAL(
            plain_json_parse_rows(&tape, &plain, text.data, text.length, &error), JSON_MALFORMED);
        json_tape_free(&tape);
        json_shapes_free(&shapes);
        json_shapes_free(&plain);
        buffer_free(&text);
    }
}

/* A stream of rows whose shape keeps changing is as bounded as one whose shape does not. */
static void a_stream_remembers_no_more_than_it_may(void)
{
    struct json_shapes shapes = {0};
    struct json_tape tape = {0};
    struct json_error error;
    size_t most = 0;

    for (unsigned i = 0; i < 20000; i++) {
        char row[64];
        int length = snprintf(row, sizeof row, "{\"k%u\":{\"x%u\":1},\"b\":2}", i % 7000, i);
        uint32_t found;

        CU_ASSERT_EQUAL(json_parse_element(&tape, &shapes, row, (size_t)length, &error), JSON_OK);
        found = json_shape_member(&shapes, &tape, row, 0, "b");
        CU_ASSERT_EQUAL(tape.nodes[found].start, (uint32_t)length - 2);
        most = shapes.learned > most ? shapes.learned : most;
    }
    CU_ASSERT(most < 65536);
    CU_ASSERT(shapes.count <= JSON_SHAPES);
    json_tape_free(&tape);
    json_shapes_free(&shapes);
}

static void reads_the_front_of_a_stream(void)
{
    static const struct {
        const char *text;
        size_t length; /* 0: it is left to others */
    } rows[] = {
        {"{}", 2},      {"{},{}", 2},     {"{\"a\":1}]x", 7}, {"{\"a\":1", 0},
        {"{\"a\":", 0}, {"{\"a\"", 0},    {"{", 0},           {"[1,2],3", 5},
        {"\"a\",", 3},  {"{\"a\":x}", 0}, {"{\"\xC3", 0},     {"{\"a\":\"\\u00", 0},
    };
    struct json_shapes shapes = {0};
    struct json_tape tape = {0};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t found = json_parse_front(&tape, &shapes, rows[i].text, strlen(rows[i].text));

        CU_ASSERT_EQUAL(found, rows[i].length);
        CU_ASSERT_EQUAL(tape.count == 0, found == 0);
    }
    json_tape_free(&tape);
    json_shapes_free(&shapes);
}

static void a_list_of_small_values_takes_no_more_nodes_than_it_has(void)
{
    static char text[2001];
    struct json_tape tape = {0};
    struct json_error error;

    memset(text, ',', sizeof text);
    for (size_t i = 1; i < sizeof text; i += 2)
        text[i] = '0';
    text[0] = '[';
    text[sizeof text - 1] = ']';
    CU_ASSERT_EQUAL(json_parse(&tape, text, sizeof text, &error), JSON_OK);
    CU_ASSERT_EQUAL(tape.count, 1001);
    CU_ASSERT(tape.capacity <= 1001 + 8);
    json_tape_free(&tape);
}

extern CU_TestInfo json_shape_tests[];
CU_TestInfo json_shape_tests[] = {
    {"all ways of reading agree", all_ways_of_reading_agree},
    {"usual objects are read alike as a whole", usual_objects_are_read_alike_as_a_whole},
    {"a broken value is refused in all ways", a_broken_value_is_refused_in_all_ways},
    {"a stream remembers no more than it may", a_stream_remembers_no_more_than_it_may},
    {"reads the front of a stream", reads_the_front_of_a_stream},
    {"a list of small values takes no more nodes than it has",
     a_list_of_small_values_takes_no_more_nodes_than_it_has},
    CU_TEST_INFO_NULL,
};
