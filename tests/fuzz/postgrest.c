/* SPDX-License-Identifier: MIT */
#include "postgrest.h"

#include <string.h>

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

int model_decode(const struct buffer *url, struct buffer *out)
{
    for (size_t i = 0; i < url->length; i++) {
        char c = url->data[i];

        if (c <= ' ' || c == 0x7F || strchr("&;#+=?/\"\\<>{}|^`", c) != NULL)
            return -1;
        if (c == '%') {
            if (url->length - i < 3 || hex_digit(url->data[i + 1]) < 0 ||
                hex_digit(url->data[i + 2]) < 0)
                return -1;
            c = (char)(hex_digit(url->data[i + 1]) * 16 + hex_digit(url->data[i + 2]));
            i += 2;
        }
        buffer_putc(out, c);
    }
    return 0;
}

int model_take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return 0;
    reader->at++;
    return 1;
}

static int is_at(const struct reader *reader, const char *set)
{
    return reader->at < reader->end && *reader->at != '\0' && strchr(set, *reader->at) != NULL;
}

static int is_done(const struct reader *reader)
{
    return reader->at == reader->end || is_at(reader, ",)");
}

int model_quoted(struct reader *reader, struct buffer *out)
{
    if (!model_take(reader, '"'))
        return -1;
    while (reader->at < reader->end) {
        if (model_take(reader, '"'))
            return 0;
        if (model_take(reader, '\\') && reader->at == reader->end)
            return -1;
        buffer_putc(out, *reader->at++);
    }
    return -1;
}

/* Quoted when a comma or the end follows. */
static int quoted_alone(struct reader *reader, struct buffer *out)
{
    struct reader start = *reader;

    if (model_quoted(reader, out) == 0 && is_done(reader))
        return 0;
    *reader = start;
    buffer_clear(out);
    return -1;
}

static int bare_value(struct reader *reader, struct buffer *out)
{
    while (!is_done(reader))
        buffer_putc(out, *reader->at++);
    return 0;
}

int model_element(struct reader *reader, struct buffer *out)
{
    return quoted_alone(reader, out) == 0 ? 0 : bare_value(reader, out);
}

/* `{…}` without braces in it, whatever follows. */
static int braces(struct reader *reader, struct buffer *out)
{
    struct reader start = *reader;

    if (model_take(reader, '{')) {
        buffer_putc(out, '{');
        while (reader->at < reader->end && !is_at(reader, "{}"))
            buffer_putc(out, *reader->at++);
        if (model_take(reader, '}')) {
            buffer_putc(out, '}');
            return 0;
        }
    }
    *reader = start;
    buffer_clear(out);
    return -1;
}

int model_operand(struct reader *reader, struct buffer *out)
{
    if (quoted_alone(reader, out) != 0 && braces(reader, out) != 0)
        bare_value(reader, out);
    return is_done(reader) ? 0 : -1;
}

int model_array_element(struct reader *reader, struct buffer *out)
{
    return model_quoted(reader, out) == 0 && is_at(reader, ",}") ? 0 : -1;
}

/* The bytes of the blank at @at, as Haskell's isSpace has it; 0 when it is none. */
static size_t blank_length(const char *at, const char *end)
{
    static const char *const blanks[] = {
        " ",
        "\t",
        "\n",
        "\v",
        "\f",
        "\r",
        "\xC2\xA0",
        "\xE1\x9A\x80",
        "\xE2\x80\x80",
        "\xE2\x80\x81",
        "\xE2\x80\x82",
        "\xE2\x80\x83",
        "\xE2\x80\x84",
        "\xE2\x80\x85",
        "\xE2\x80\x86",
        "\xE2\x80\x87",
        "\xE2\x80\x88",
        "\xE2\x80\x89",
        "\xE2\x80\x8A",
        "\xE2\x80\xAF",
        "\xE2\x81\x9F",
        "\xE3\x80\x80"};

    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        size_t length = strlen(blanks[i]);

        if ((size_t)(end - at) >= length && memcmp(at, blanks[i], length) == 0)
            return length;
    }
    return 0;
}

/* Without the blanks at both ends. */
static void put_stripped(struct buffer *out, const char *at, const char *end)
{
    const char *last = at;

    while (at < end && blank_length(at, end) > 0)
        at += blank_length(at, end);
    for (const char *c = at; c < end;) {
        size_t blank = blank_length(c, end);

        c += blank > 0 ? blank : 1;
        if (blank == 0)
            last = c;
    }
    if (last > at)
        buffer_put(out, at, (size_t)(last - at));
}

static int is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ' ' || c == '$';
}

static int is_key_character(char c)
{
    return c == '\0' || strchr("(-:.,>)", c) == NULL;
}

static int is_dash(const struct reader *reader)
{
    return is_at(reader, "-") && (reader->end - reader->at < 2 || reader->at[1] != '>');
}

/* Pieces of one character or more with hyphens between them, each without its outer blanks. */
static int by_dashes(struct reader *reader, struct buffer *out, int (*belongs)(char c))
{
    for (;;) {
        const char *start = reader->at;

        while (reader->at < reader->end && belongs(*reader->at))
            reader->at++;
        if (reader->at == start)
            return -1;
        put_stripped(out, start, reader->at);
        if (!is_dash(reader))
            return 0;
        buffer_putc(out, *reader->at++);
    }
}

int model_name(struct reader *reader, struct buffer *out)
{
    return is_at(reader, "\"") ? model_quoted(reader, out)
                               : by_dashes(reader, out, is_name_character);
}

void model_part(struct buffer *out, char kind, const char *text, size_t length)
{
    buffer_putc(out, kind);
    buffer_put_uint(out, length);
    buffer_putc(out, ' ');
    buffer_put(out, text, length);
}

/* Digits with a hyphen before them or not, when the end or an arrow follows. */
static int read_index(struct reader *reader, struct buffer *out)
{
    struct reader start = *reader;

    if (model_take(reader, '-'))
        buffer_putc(out, '-');
    while (is_at(reader, "0123456789"))
        buffer_putc(out, *reader->at++);
    if (out->length > 0 && out->data[out->length - 1] != '-' &&
        (reader->at == reader->end || is_at(reader, ".,") ||
         (reader->end - reader->at > 1 && memcmp(reader->at, "->", 2) == 0)))
        return 0;
    *reader = start;
    buffer_clear(out);
    return -1;
}

static int read_json_path(struct reader *reader, struct buffer *out)
{
    struct buffer text = BUFFER_INIT;
    int failed = 0;

    while (!failed && reader->end - reader->at > 1 && memcmp(reader->at, "->", 2) == 0) {
        int two, index;

        reader->at += 2;
        two = model_take(reader, '>');
        buffer_clear(&text);
        index = read_index(reader, &text) == 0;
        if (!index)
            failed = is_at(reader, "\"") ? model_quoted(reader, &text)
                                         : by_dashes(reader, &text, is_key_character);
        model_part(
            out, index ? (two ? '3' : '#') : (two ? '2' : '>'), buffer_text(&text), text.length);
    }
    buffer_free(&text);
    return failed;
}

static int read_part(struct reader *reader, struct buffer *out, char kind)
{
    struct buffer text = BUFFER_INIT;
    int failed = model_name(reader, &text);

    model_part(out, kind, buffer_text(&text), text.length);
    buffer_free(&text);
    return failed;
}

/* What is no filter, by the last word behind a dot, wherever that stands. */
static int is_reserved(const struct reader *key)
{
    static const char *const words[] = {"order", "limit",  "offset",  "and",
                                        "or",    "select", "columns", "on_conflict"};
    const char *last = key->at;
    int dots = 0;

    for (const char *c = key->at; c < key->end; c++) {
        if (*c == '.') {
            last = c + 1;
            dots++;
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((size_t)(key->end - last) == strlen(words[i]) &&
            memcmp(last, words[i], strlen(words[i])) == 0)
            return i < 5 || dots == 0;
    }
    return 0;
}

int model_key(struct reader *reader, struct buffer *out)
{
    if (is_reserved(reader))
        return -1;
    do {
        if (read_part(reader, out, '.') != 0)
            return -1;
    } while (model_take(reader, '.'));
    return read_json_path(reader, out) == 0 && reader->at == reader->end ? 0 : -1;
}

int model_field(struct reader *reader, struct buffer *out)
{
    return read_part(reader, out, '.') == 0 ? read_json_path(reader, out) : -1;
}

/* The end of a term of `order`. */
static int read_direction(struct reader *reader)
{
    static const char *const directions[] = {".asc", ".desc"};

    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        size_t length = strlen(directions[i]);

        if ((size_t)(reader->end - reader->at) == length &&
            memcmp(reader->at, directions[i], length) == 0) {
            reader->at = reader->end;
            return 0;
        }
    }
    return -1;
}

int model_order(struct reader *reader, struct buffer *out)
{
    struct reader start = *reader;

    if (read_part(reader, out, '(') == 0 && model_take(reader, '(')) {
        while (model_take(reader, ' ') || model_take(reader, '\t'))
            ;
        if (read_part(reader, out, '.') == 0 && read_json_path(reader, out) == 0 &&
            model_take(reader, ')') && read_direction(reader) == 0)
            return 0;
    }
    *reader = start;
    buffer_clear(out);
    if (read_part(reader, out, '.') != 0 || read_json_path(reader, out) != 0)
        return -1;
    return read_direction(reader);
}
