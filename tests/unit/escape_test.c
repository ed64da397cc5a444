/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include "world.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ROUNDS       20000
#define TEXT_MAX     48

typedef void writer(struct buffer *url, const char *text, size_t length);

struct row {
    const char *text, *written;
};

static void check(writer *write, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buffer out = BUFFER_INIT;

        write(&out, rows[i].text, strlen(rows[i].text));
        CU_ASSERT(world_same(buffer_text(&out), rows[i].written));
        buffer_free(&out);
    }
}

static void a_plain_operand_is_never_quoted(void)
{
    static const struct row rows[] = {
        {"", ""},
        {"abc-XYZ_09.~", "abc-XYZ_09.~"},
        {"a*b(c),d:e!", "a*b(c),d:e!"},
        {"a b", "a%20b"},
        {"a+b", "a%2Bb"},
        {"a&b=c#d?e/f", "a%26b%3Dc%23d%3Fe%2Ff"},
        {"100%", "100%25"},
        {"\"q\"", "%22q%22"},
        {"\\", "%5C"},
        {"'[]{}<>|^`;@$", "%27%5B%5D%7B%7D%3C%3E%7C%5E%60%3B%40%24"},
        {"\t\r\n\x7F", "%09%0D%0A%7F"},
        {"\xC3\xA9\xF0\x9F\x98\x80", "%C3%A9%F0%9F%98%80"},
    };

    check(escape_plain, rows, COUNT(rows));
}

static void an_element_is_quoted_unless_it_is_a_word(void)
{
    static const struct row rows[] = {
        {"abc-XYZ_09", "abc-XYZ_09"},
        {"null", "null"},
        {"", "%22%22"},
        {" lead", "%22%20lead%22"},
        {"a,b", "%22a,b%22"},
        {"a)b", "%22a)b%22"},
        {"a.b", "%22a.b%22"},
        {"a\"b", "%22a%5C%22b%22"},
        {"a\\,b", "%22a%5C%5C,b%22"},
        {"\\", "%22%5C%5C%22"},
        {"\"", "%22%5C%22%22"},
        {"\\\"", "%22%5C%5C%5C%22%22"},
        {"*", "%22*%22"},
        {"\xC3\xA9", "%22%C3%A9%22"},
    };

    check(escape_element, rows, COUNT(rows));
}

static void an_array_element_is_always_quoted(void)
{
    static const struct row rows[] = {
        {"abc", "\"abc\""},     {"NULL", "\"NULL\""},     {"", "\"\""},
        {"x,y", "\"x,y\""},     {"{a}", "\"{a}\""},       {"a\"b", "\"a\\\"b\""},
        {"a\\b", "\"a\\\\b\""}, {"\\\"", "\"\\\\\\\"\""}, {"\xC3\xA9 &", "\"\xC3\xA9 &\""},
    };

    check(escape_array, rows, COUNT(rows));
}

static void a_segment_stays_one(void)
{
    static const struct row rows[] = {
        {"products", "products"}, {"my table", "my%20table"}, {"t?id=eq.1", "t%3Fid%3Deq.1"},
        {"t#x", "t%23x"},         {"a&b", "a%26b"},           {"a;b", "a%3Bb"},
        {"%2e%2e", "%252e%252e"}, {"a\\b", "a%5Cb"},          {"*(),:!", "%2A%28%29%2C%3A%21"},
        {"a/b", "a%2Fb"},         {"\xC3\xA9", "%C3%A9"},
    };

    check(escape_segment, rows, COUNT(rows));
}

static void says_why_a_text_is_no_segment(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {NULL, "NULL"},    {"", "empty"},    {"a\nb", "control"},        {"a\x7F", "control"},
        {"\xFF", "UTF-8"}, {"a/b", "slash"}, {"../../auth/v1", "slash"}, {"/", "slash"},
        {".", "dots"},     {"..", "dots"},
    };
    static const char *const good[] = {"a",   "...",      ".a",  "a.", "rpc",
                                       "a b", "\xC3\xA9", "%2F", "\\"};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT(world_holds(escape_segment_mistake(rows[i].text), rows[i].why));
    for (size_t i = 0; i < COUNT(good); i++)
        CU_ASSERT_PTR_NULL(escape_segment_mistake(good[i]));
}

static void a_name_is_quoted_when_it_needs_it(void)
{
    static const struct row rows[] = {
        {"id", "id"},
        {"_a1$", "_a1%24"},
        {"a b", "a%20b"},
        {"a-b", "a-b"},
        {"a-b-c", "a-b-c"},
        {"-a", "%22-a%22"},
        {"a--b", "%22a--b%22"},
        {"a -b", "%22a%20-b%22"},
        {"a- b", "%22a-%20b%22"},
        {" a", "%22%20a%22"},
        {"a ", "%22a%20%22"},
        {"a-", "%22a-%22"},
        {"a->b", "%22a-%3Eb%22"},
        {"a.b", "%22a.b%22"},
        {"sel\"ect", "%22sel%5C%22ect%22"},
        {"a\\b", "%22a%5C%5Cb%22"},
        {"a(b)", "%22a(b)%22"},
        {"a:b", "%22a:b%22"},
        {"a,b", "%22a,b%22"},
        {"\xC3\xA9", "%22%C3%A9%22"},
        {"", "%22%22"},
    };

    check(escape_name, rows, COUNT(rows));
}

static void write_key(struct buffer *url, const char *text, size_t length)
{
    escape_column(url, text, length, COLUMN_KEY);
}

static void write_order(struct buffer *url, const char *text, size_t length)
{
    escape_column(url, text, length, COLUMN_ORDER);
}

static void the_key_of_a_filter_leads_into_embeds_and_json(void)
{
    static const struct row rows[] = {
        {"id", "id"},
        {"customer.city", "customer.city"},
        {"a.b.c", "a.b.c"},
        {"data->>kind", "data-%3E%3Ekind"},
        {"data->a->0->>b", "data-%3Ea-%3E0-%3E%3Eb"},
        {"customer.data->>x", "customer.data-%3E%3Ex"},
        {"data->>a.b", "data-%3E%3E%22a.b%22"},
        {"data->>a-b", "data-%3E%3E%22a-b%22"},
        {"data->>'a'", "data-%3E%3E%27a%27"},
        {"data->>\"a.b\"", "data-%3E%3E%22a.b%22"},
        {"\"a.b\"", "%22a.b%22"},
        {"\"a.b\".c", "%22a.b%22.c"},
        {"\"a\\\"b\"->x", "%22a%5C%22b%22-%3Ex"},
        {"a\"b", "%22a%5C%22b%22"},
        {"\"a", "%22%5C%22a%22"},
        {"a(b)", "%22a(b)%22"},
        {"a=eq.1&b", "%22a%3Deq%22.%221%26b%22"},
        {"a-b", "a-b"},
        {"a>b", "%22a%3Eb%22"},
    };

    check(write_key, rows, COUNT(rows));
}

static void keywords_are_quoted_as_the_last_part_of_a_key(void)
{
    static const char *const words[] = {"select",      "order", "limit", "offset", "columns",
                                        "on_conflict", "and",   "or",    "not"};

    for (size_t i = 0; i < COUNT(words); i++) {
        char text[32], bare[32], quoted[40];

        snprintf(quoted, sizeof quoted, "%%22%s%%22", words[i]);
        check(write_key, &(struct row){words[i], quoted}, 1);
        snprintf(text, sizeof text, "a.%s", words[i]);
        snprintf(quoted, sizeof quoted, "a.%%22%s%%22", words[i]);
        check(write_key, &(struct row){text, quoted}, 1);
        snprintf(text, sizeof text, "%s.a", words[i]);
        check(write_key, &(struct row){text, text}, 1);
        snprintf(text, sizeof text, "a->%s", words[i]);
        snprintf(bare, sizeof bare, "a-%%3E%s", words[i]);
        check(write_key, &(struct row){text, bare}, 1);
        check(write_order, &(struct row){words[i], words[i]}, 1);
    }
}

static void a_dot_is_part_of_a_name_in_order(void)
{
    static const struct row rows[] = {
        {"name", "name"},
        {"a.desc", "%22a.desc%22"},
        {"a,b", "%22a,b%22"},
        {"data->>k", "data-%3E%3Ek"},
        {"data->>k.desc", "data-%3E%3E%22k.desc%22"},
        {"a.b->c", "%22a.b%22-%3Ec"},
        {"customer(city)", "customer(city)"},
        {"my shop(the city)", "my%20shop(the%20city)"},
        {"shop.x(order)", "%22shop.x%22(%22order%22)"},
        {"my-shop(city)", "my-shop(city)"},
        {"data->k(city)", "data-%3E%22k(city)%22"},
        {"a(b)c", "%22a(b)c%22"},
        {"a()", "%22a()%22"},
        {"(a)", "%22(a)%22"},
        {"\"a\"", "%22a%22"},
    };

    check(write_order, rows, COUNT(rows));
}

static void says_why_a_text_is_no_column(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {NULL, "NULL"},
        {"", "empty"},
        {"a\n", "control"},
        {"a\xC3", "UTF-8"},
        {".a", "empty"},
        {"a.", "empty"},
        {"a..b", "empty"},
        {"->a", "empty"},
        {"a->", "empty"},
        {"a->>", "empty"},
        {"a->->b", "empty"},
        {"a.->b", "empty"},
        {"\"a\"b", "follows"},
        {"\"a\" ", "follows"},
        {"a->\"b\"c", "follows"},
        {"a->\"b\".c", "follows"},
        {"\"a\"=eq.1&\"b\"", "follows"},
    };
    static const char *const good[] = {"a", "a.b", "a->b", "a->>b", "\"a\"", "a b", "a-b", "a\"b"};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT(world_holds(escape_column_mistake(rows[i].text), rows[i].why));
    for (size_t i = 0; i < COUNT(good); i++)
        CU_ASSERT_PTR_NULL(escape_column_mistake(good[i]));
}

static void tells_embedded_columns(void)
{
    static const struct {
        const char *text;
        int is_embedded;
    } rows[] = {{"a", 0},    {"a.b", 1},     {"\"a.b\"", 0}, {"\"a\".b", 1},
                {"a->b", 0}, {"a->>b.c", 0}, {"a.b->c", 1},  {"a->\"b.c\"", 0}};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(
            escape_column_is_embedded(rows[i].text, strlen(rows[i].text)), rows[i].is_embedded);
}

/* From here on: a small model of how the server reads, and many texts that must survive it. */

struct text {
    char data[TEXT_MAX * 8];
    size_t length;
};

static uint32_t random_state = 2463534242U;

static uint32_t next_random(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % below;
}

/* Mostly the characters that mean something to somebody; never a NUL. */
static void random_text(struct text *text, size_t least)
{
    static const char special[] = "\"\\,(){}.:*-> &=+%#?/'[]!$_;@\n\tNULLaz09\xC3\xA9\xFF";

    text->length = least + next_random(TEXT_MAX - 1 - (uint32_t)least) % (next_random(12) + 1);
    for (size_t i = 0; i < text->length; i++)
        text->data[i] = next_random(4) != 0 ? special[next_random(sizeof special - 1)]
                                            : (char)(1 + next_random(255));
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What a URL's parameter says: a plus is a blank, and some characters must not stand there. */
static int decode(const struct buffer *url, struct text *out)
{
    out->length = 0;
    for (size_t i = 0; i < url->length; i++) {
        char c = url->data[i];

        if (c <= ' ' || c == 0x7F || strchr("&#+=?/\"\\<>{}|^`[]'", c) != NULL)
            return 0;
        if (c == '%') {
            if (i + 2 >= url->length || hex_digit(url->data[i + 1]) < 0 ||
                hex_digit(url->data[i + 2]) < 0)
                return 0;
            c = (char)(hex_digit(url->data[i + 1]) * 16 + hex_digit(url->data[i + 2]));
            i += 2;
        }
        out->data[out->length++] = c;
    }
    return 1;
}

struct reader {
    const char *at, *end;
};

static int is_at(const struct reader *reader, const char *set)
{
    return reader->at < reader->end && strchr(set, *reader->at) != NULL && *reader->at != '\0';
}

/* `"…"` with a backslash before any character. */
static int read_quoted(struct reader *reader, struct text *out)
{
    struct reader start = *reader;

    out->length = 0;
    for (reader->at++; reader->at < reader->end; reader->at++) {
        if (*reader->at == '"') {
            reader->at++;
            return 1;
        }
        if (*reader->at == '\\' && ++reader->at == reader->end)
            break;
        out->data[out->length++] = *reader->at;
    }
    *reader = start;
    return 0;
}

/* An element of `in.( )`: quoted when a comma or the end follows, else whatever comes up to one. */
static void read_element(struct reader *reader, struct text *out)
{
    struct reader start = *reader;

    if (is_at(reader, "\"") && read_quoted(reader, out) && is_at(reader, ",)"))
        return;
    *reader = start;
    out->length = 0;
    while (reader->at < reader->end && !is_at(reader, ",)"))
        out->data[out->length++] = *reader->at++;
}

static int same(const struct text *a, const struct text *b)
{
    return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static void lists_survive_the_server(void)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        struct text texts[3], whole, element;
        struct buffer url = BUFFER_INIT;
        struct reader reader;
        size_t wrong = 0;

        for (size_t i = 0; i < 3; i++) {
            random_text(&texts[i], 0);
            buffer_puts(&url, i == 0 ? "(" : ",");
            escape_element(&url, texts[i].data, texts[i].length);
        }
        buffer_putc(&url, ')');
        CU_ASSERT_FATAL(decode(&url, &whole));
        reader = (struct reader){whole.data + 1, whole.data + whole.length};
        while (is_at(&reader, " "))
            reader.at++;
        for (size_t i = 0; i < 3; i++) {
            read_element(&reader, &element);
            wrong += !same(&element, &texts[i]) || !is_at(&reader, i < 2 ? "," : ")");
            reader.at++;
        }
        CU_ASSERT(wrong == 0 && reader.at == reader.end);
        buffer_free(&url);
    }
}

/* PostgreSQL's: an element that is quoted may hold anything, and is never NULL. */
static void arrays_survive_the_database(void)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        struct text texts[3], whole, element;
        struct buffer array = BUFFER_INIT, url = BUFFER_INIT;
        struct reader reader;
        size_t wrong = 0;

        for (size_t i = 0; i < 3; i++) {
            random_text(&texts[i], 0);
            buffer_puts(&array, i == 0 ? "{" : ",");
            escape_array(&array, texts[i].data, texts[i].length);
        }
        buffer_puts(&array, "}");
        escape_plain(&url, buffer_text(&array), array.length);
        buffer_free(&array);
        CU_ASSERT_FATAL(decode(&url, &whole));
        reader = (struct reader){whole.data + 1, whole.data + whole.length};
        for (size_t i = 0; i < 3; i++) {
            wrong += !is_at(&reader, "\"") || !read_quoted(&reader, &element) ||
                     !same(&element, &texts[i]) || !is_at(&reader, i < 2 ? "," : "}");
            reader.at++;
        }
        CU_ASSERT(wrong == 0 && reader.at == reader.end);
        buffer_free(&url);
    }
}

static void plain_operands_and_segments_survive_the_url(void)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        struct buffer operand = BUFFER_INIT, segment = BUFFER_INIT;
        struct text text, decoded;

        random_text(&text, 0);
        escape_plain(&operand, text.data, text.length);
        escape_segment(&segment, text.data, text.length);
        CU_ASSERT(decode(&operand, &decoded) && same(&decoded, &text));
        CU_ASSERT(decode(&segment, &decoded) && same(&decoded, &text));
        buffer_free(&operand);
        buffer_free(&segment);
    }
}

static int is_name_character(const struct reader *reader)
{
    char c = *reader->at;

    if (c == '-')
        return reader->at + 1 == reader->end || reader->at[1] != '>';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == ' ';
}

/* A field's name: quoted, or letters and their like without the blanks around them. */
static int read_name(struct reader *reader, struct text *out)
{
    if (is_at(reader, "\""))
        return read_quoted(reader, out);
    out->length = 0;
    while (is_at(reader, " "))
        reader->at++;
    while (reader->at < reader->end && is_name_character(reader))
        out->data[out->length++] = *reader->at++;
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->length--;
    return out->length != 0;
}

/* A key behind an arrow: quoted, or anything but what ends it; digits alone, also behind a hyphen, are an index. */
static int read_json_key(struct reader *reader, struct text *out)
{
    if (is_at(reader, "\""))
        return read_quoted(reader, out);
    out->length = 0;
    if (is_at(reader, "-")) { /* an index from the end */
        out->data[out->length++] = *reader->at++;
        while (reader->at < reader->end && is_at(reader, "0123456789"))
            out->data[out->length++] = *reader->at++;
        return out->length > 1;
    }
    while (reader->at < reader->end && !is_at(reader, "(-:.,>)"))
        out->data[out->length++] = *reader->at++;
    return out->length != 0;
}

static int read_arrow(struct reader *reader)
{
    if (reader->end - reader->at < 2 || memcmp(reader->at, "->", 2) != 0)
        return 0;
    reader->at += 2;
    reader->at += is_at(reader, ">");
    return 1;
}

static void names_survive_the_server(void)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        struct buffer url = BUFFER_INIT;
        struct text text, whole, name;
        struct reader reader;

        random_text(&text, 1);
        escape_name(&url, text.data, text.length);
        CU_ASSERT_FATAL(decode(&url, &whole));
        reader = (struct reader){whole.data, whole.data + whole.length};
        CU_ASSERT(read_name(&reader, &name) && same(&name, &text) && reader.at == reader.end);
        buffer_free(&url);
    }
}

/* Parts that are themselves whatever stands around them: without dots, arrows and quotes in front. */
static void random_part(struct text *part)
{
    random_text(part, 1);
    for (size_t i = 0; i < part->length; i++) {
        if (part->data[i] == '.' || part->data[i] == '>' || (i == 0 && part->data[i] == '"'))
            part->data[i] = ':';
    }
    if (part->data[part->length - 1] == '-') /* "a-" and "->b" are "a" and "-->b" */
        part->data[part->length - 1] = '\\';
}

static void append(struct text *out, const char *text, size_t length)
{
    memcpy(out->data + out->length, text, length);
    out->length += length;
}

/* The server takes a parameter for its own by what stands behind the last dot. */
static int is_parameter_of_the_servers(const struct text *key)
{
    static const char *const words[] = {"select", "order",       "limit", "offset",
                                        "and",    "on_conflict", "or",    "columns"};
    size_t last = key->length;

    while (last > 0 && key->data[last - 1] != '.')
        last--;
    for (size_t i = 0; i < COUNT(words); i++) {
        if (key->length - last == strlen(words[i]) &&
            memcmp(key->data + last, words[i], strlen(words[i])) == 0)
            return 1;
    }
    return 0;
}

/* `p0.p1->p2->>p3`, and in `order` `p0->p2->>p3`. */
static void check_column(enum column_place place)
{
    static const char *const between[] = {"", ".", "->", "->>"};
    struct text parts[4], text = {{0}, 0}, whole, part;
    struct buffer url = BUFFER_INIT;
    struct reader reader;
    size_t wrong = 0;

    for (size_t i = 0; i < 4; i++) {
        random_part(&parts[i]);
        if (i == 1 && place == COLUMN_ORDER)
            continue;
        append(&text, between[i], strlen(between[i]));
        append(&text, parts[i].data, parts[i].length);
    }
    if (place == COLUMN_ORDER && text.data[text.length - 1] == ')')
        text.data[text.length - 1] = parts[3].data[parts[3].length - 1] =
            '('; /* no `resource(column)` */
    escape_column(&url, text.data, text.length, place);
    CU_ASSERT_FATAL(decode(&url, &whole));
    CU_ASSERT_FALSE(place == COLUMN_KEY && is_parameter_of_the_servers(&whole));
    reader = (struct reader){whole.data, whole.data + whole.length};
    for (size_t i = 0; i < 4; i++) {
        if (i == 1 && place == COLUMN_ORDER)
            continue;
        if (i == 1)
            wrong += !is_at(&reader, ".") || reader.at++ == NULL;
        else if (i > 1)
            wrong += !read_arrow(&reader);
        wrong += !(i > 1 ? read_json_key(&reader, &part) : read_name(&reader, &part));
        wrong += !same(&part, &parts[i]);
    }
    CU_ASSERT(wrong == 0 && reader.at == reader.end);
    buffer_free(&url);
}

static void columns_survive_the_server(void)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        check_column(COLUMN_KEY);
        check_column(COLUMN_ORDER);
    }
}

/* Any text at all that is accepted as a column stays within its parameter's name. */
static void no_column_leaves_its_place(void)
{
    size_t accepted = 0;

    for (size_t round = 0; round < ROUNDS; round++) {
        struct buffer url = BUFFER_INIT;
        struct text text, whole;

        random_text(&text, 0);
        text.data[text.length] = '\0';
        if (escape_column_mistake(text.data) != NULL)
            continue;
        accepted++;
        escape_column(&url, text.data, text.length, COLUMN_KEY);
        CU_ASSERT(decode(&url, &whole) && !is_parameter_of_the_servers(&whole));
        buffer_free(&url);
    }
    CU_ASSERT(accepted > 100);
}

extern CU_TestInfo escape_tests[];
CU_TestInfo escape_tests[] = {
    {"a plain operand is never quoted", a_plain_operand_is_never_quoted},
    {"an element is quoted unless it is a word", an_element_is_quoted_unless_it_is_a_word},
    {"an array element is always quoted", an_array_element_is_always_quoted},
    {"a segment stays one", a_segment_stays_one},
    {"says why a text is no segment", says_why_a_text_is_no_segment},
    {"a name is quoted when it needs it", a_name_is_quoted_when_it_needs_it},
    {"the key of a filter leads into embeds and JSON",
     the_key_of_a_filter_leads_into_embeds_and_json},
    {"keywords are quoted as the last part of a key",
     keywords_are_quoted_as_the_last_part_of_a_key},
    {"a dot is part of a name in order", a_dot_is_part_of_a_name_in_order},
    {"says why a text is no column", says_why_a_text_is_no_column},
    {"tells embedded columns", tells_embedded_columns},
    {"lists survive the server", lists_survive_the_server},
    {"arrays survive the database", arrays_survive_the_database},
    {"plain operands and segments survive the URL", plain_operands_and_segments_survive_the_url},
    {"names survive the server", names_survive_the_server},
    {"columns survive the server", columns_survive_the_server},
    {"no column leaves its place", no_column_leaves_its_place},
    CU_TEST_INFO_NULL,
};
