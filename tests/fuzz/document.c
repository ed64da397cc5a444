/* SPDX-License-Identifier: MIT */
#include "document.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A document that is being written. */
struct writer {
    struct random *random;
    struct buffer *out;
    size_t budget; /* values that may still be begun */
    int spaced;    /* 1: with blanks between the tokens */
};

static void put_blanks(struct writer *writer)
{
    static const char blanks[] = {' ', ' ', '\n', '\t', '\r'};

    if (!writer->spaced)
        return;
    for (size_t n = random_below(writer->random, 4); n > 0; n--)
        buffer_putc(writer->out, blanks[random_below(writer->random, COUNT(blanks))]);
}

static void put_token(struct writer *writer, char token)
{
    put_blanks(writer);
    buffer_putc(writer->out, token);
    put_blanks(writer);
}

static void put_digits(struct writer *writer, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_putc(writer->out, (char)('0' + random_below(writer->random, 10)));
}

/* Digits without a zero before others. */
static void put_whole(struct writer *writer, size_t count)
{
    if (random_once(writer->random, 8)) {
        buffer_putc(writer->out, '0');
        return;
    }
    buffer_putc(writer->out, (char)('1' + random_below(writer->random, 9)));
    put_digits(writer, count - 1);
}

static void put_exponent(struct writer *writer)
{
    static const char *const signs[] = {"e", "E", "e+", "E-", "e-"};

    buffer_puts(writer->out, signs[random_below(writer->random, COUNT(signs))]);
    put_digits(writer, 1 + random_below(writer->random, random_once(writer->random, 16) ? 12 : 3));
}

/* A number of any form; once in a while with more digits than cJSON looks at. */
static void put_random_number(struct writer *writer)
{
    size_t longest = random_once(writer->random, 64) ? 90 : random_once(writer->random, 4) ? 22 : 6;

    if (random_once(writer->random, 3))
        buffer_putc(writer->out, '-');
    put_whole(writer, 1 + random_below(writer->random, longest));
    if (random_once(writer->random, 2)) {
        buffer_putc(writer->out, '.');
        put_digits(writer, 1 + random_below(writer->random, longest));
    }
    if (random_once(writer->random, 4))
        put_exponent(writer);
}

/* The edges of integers and doubles, and numbers between two of them. */
static void put_number(struct writer *writer)
{
    static const char *const edges[] = {
        "0",
        "-0",
        "-0.0",
        "0e5",
        "-0E-7",
        "7.0",
        "7e2",
        "70e-1",
        "1.50e1",
        "0.7e1",
        "2147483647",
        "-2147483648",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0000000000000000000000000001",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "9223372036854775807.0",
        "922337203685477580.7e1",
        "922337203685477580700e-2",
        "18446744073709551615",
        "18446744073709551616",
        "-18446744073709551615",
        "1844674407370955161500000e-5",
        "1e18",
        "1e19",
        "1e20",
        "123456789012345678901234567890",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "-1e309",
        "1e999999999999",
        "1e-999999999999",
        "0e999999999999",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e22",
        "1e23",
        "8.5e-22",
        "123456789012345e22",
        "999999999999999e-22",
        "0.1",
        "0.30000000000000004",
        "179769313486231580793728971405303415079934132710037826936173778980444968292764",
    };

    if (random_once(writer->random, 3))
        buffer_puts(writer->out, edges[random_below(writer->random, COUNT(edges))]);
    else
        put_random_number(writer);
}

/* Mostly from where UTF-8 changes its length, the surrogates and the ends are. */
static uint32_t random_character(struct random *random)
{
    static const uint32_t edges[] = {0x80,    0x7FF,   0x800,    0xFFF,    0x1000,  0xD7FF,
                                     0xE000,  0xFEFF,  0xFFFD,   0xFFFF,   0x10000, 0x3FFFF,
                                     0x40000, 0xFFFFF, 0x100000, 0x10FFFF, 0xE9,    0x1F600};
    uint32_t character;

    if (random_once(random, 2))
        return edges[random_below(random, COUNT(edges))];
    character = 0x80 + (uint32_t)random_below(random, random_once(random, 2) ? 0x1000 : 0x10FF80);
    return character >= 0xD800 && character <= 0xDFFF ? 0x20AC : character;
}

static void put_raw(struct buffer *out, uint32_t character)
{
    if (character < 0x800) {
        buffer_putc(out, (char)(0xC0 | character >> 6));
    } else if (character < 0x10000) {
        buffer_putc(out, (char)(0xE0 | character >> 12));
        buffer_putc(out, (char)(0x80 | (character >> 6 & 63)));
    } else {
        buffer_putc(out, (char)(0xF0 | character >> 18));
        buffer_putc(out, (char)(0x80 | (character >> 12 & 63)));
        buffer_putc(out, (char)(0x80 | (character >> 6 & 63)));
    }
    buffer_putc(out, (char)(0x80 | (character & 63)));
}

static void put_unit(struct writer *writer, uint32_t unit)
{
    const char *digits = random_once(writer->random, 2) ? "0123456789abcdef" : "0123456789ABCDEF";

    buffer_puts(writer->out, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4)
        buffer_putc(writer->out, digits[unit >> shift & 15]);
}

static void put_escaped(struct writer *writer, uint32_t character)
{
    if (character < 0x10000) {
        put_unit(writer, character);
        return;
    }
    character -= 0x10000;
    put_unit(writer, 0xD800 + (character >> 10));
    put_unit(writer, 0xDC00 + (character & 0x3FF));
}

static void put_plain(struct writer *writer)
{
    for (size_t n = random_below(writer->random, 40); n > 0; n--) {
        char c = (char)(0x20 + random_below(writer->random, 0x60));

        buffer_putc(writer->out, c == '"' || c == '\\' ? '_' : c);
    }
}

static void put_piece(struct writer *writer)
{
    static const char escapes[] = "\"\\/bfnrt";

    switch (random_below(writer->random, 6)) {
    case 0:
        buffer_putc(writer->out, '\\');
        buffer_putc(writer->out, escapes[random_below(writer->random, sizeof escapes - 1)]);
        break;
    case 1:
        put_escaped(writer, (uint32_t)random_below(writer->random, 0x80));
        break;
    case 2:
        put_escaped(writer, random_character(writer->random));
        break;
    case 3:
        put_raw(writer->out, random_character(writer->random));
        break;
    default:
        put_plain(writer);
    }
}

static void put_string(struct writer *writer)
{
    buffer_putc(writer->out, '"');
    for (size_t n = random_below(writer->random, 5); n > 0; n--)
        put_piece(writer);
    buffer_putc(writer->out, '"');
}

/* Few names, so that some come twice. */
static void put_key(struct writer *writer)
{
    static const char *const names[] = {"\"id\"", "\"name\"", "\"a\"", "\"\\u0061\"", "\"\""};

    if (random_once(writer->random, 4))
        put_string(writer);
    else
        buffer_puts(writer->out, names[random_below(writer->random, COUNT(names))]);
}

static void put_scalar(struct writer *writer)
{
    static const char *const words[] = {"null", "true", "false"};

    if (random_once(writer->random, 5))
        buffer_puts(writer->out, words[random_below(writer->random, COUNT(words))]);
    else if (random_once(writer->random, 2))
        put_number(writer);
    else
        put_string(writer);
}

static void put_value(struct writer *writer, size_t depth);

static void put_container(struct writer *writer, size_t depth)
{
    int object = random_once(writer->random, 2);
    size_t count = random_below(writer->random, 5);

    buffer_putc(writer->out, object ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_putc(writer->out, ',');
        put_blanks(writer);
        if (object) {
            put_key(writer);
            put_token(writer, ':');
        }
        put_value(writer, depth + 1);
        put_blanks(writer);
    }
    if (count == 0)
        put_blanks(writer);
    buffer_putc(writer->out, object ? '}' : ']');
}

static void put_value(struct writer *writer, size_t depth)
{
    if (writer->budget == 0 || depth > 12 || random_once(writer->random, depth == 0 ? 6 : 2)) {
        put_scalar(writer);
        return;
    }
    writer->budget--;
    put_container(writer, depth);
}

/* Containers inside each other, up to about where ours, and where cJSON, stops counting. */
static void put_deep(struct writer *writer)
{
    static const size_t depths[] = {20, 500, 990};
    size_t depth = depths[random_below(writer->random, COUNT(depths))];
    size_t objects = 2 + random_below(writer->random, 3);

    depth += random_below(writer->random, 25);
    for (size_t i = 0; i < depth; i++)
        buffer_puts(writer->out, i % objects == 0 ? "{\"a\":" : "[");
    put_scalar(writer);
    for (size_t i = depth; i-- > 0;)
        buffer_putc(writer->out, i % objects == 0 ? '}' : ']');
}

void document_valid(struct random *random, struct buffer *out)
{
    struct writer writer = {random, out, 1 + random_below(random, 24), random_once(random, 2)};

    buffer_clear(out);
    put_blanks(&writer);
    if (random_once(random, 128))
        put_deep(&writer);
    else
        put_value(&writer, 0);
    put_blanks(&writer);
}

/* Mostly the bytes that mean something to somebody. */
static char random_byte(struct random *random)
{
    static const char bytes[] = "\"\"\\\\{}[],:+-.eE0123456789 \t\n\r\0\1\x1F\x7F\x80\xBF\xC0\xC2"
                                "\xDF\xE0\xED\xEF\xF0\xF4\xF5\xFF/ubfnrtacdADx";

    if (random_once(random, 4))
        return (char)random_below(random, 256);
    return bytes[random_below(random, sizeof bytes - 1)];
}

void document_changed(struct random *random, const struct buffer *valid, struct buffer *out)
{
    size_t way = random_below(random, 25);
    size_t at = random_below(random, valid->length);
    size_t behind = way < 16 ? at + 1 : at; /* the first 16 of 25 replace it or take it away */
    const char *text = buffer_text(valid);

    buffer_clear(out);
    if (way == 24) {
        buffer_puts(out, "\xEF\xBB\xBF");
        buffer_put(out, text, valid->length);
        return;
    }
    buffer_put(out, text, at);
    if (way < 10 || (way >= 16 && way < 22))
        buffer_putc(out, random_byte(random));
    if (way < 22)
        buffer_put(out, text + behind, valid->length - behind);
}
