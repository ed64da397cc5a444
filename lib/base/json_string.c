/* SPDX-License-Identifier: MIT */
#include "base/json_string.h"

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"

#include <string.h>

static int hex_digit(char c)
{
    if (number_digit(c))
        return c - '0';
    c = text_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number of four hexadecimal digits, or −1. */
static int hex4(const char *at, const char *end)
{
    int number = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        number = number * 16 + digit;
    }
    return number;
}

static int is_high(int unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static int is_low(int unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* The character that the \u at @at stands for and, in @used, the bytes it takes there (6, or 12 for
 * a pair); −1 when it is not one. */
static int32_t unicode_escape(const char *at, const char *end, size_t *used)
{
    int high = hex4(at + 2, end);
    int low;

    *used = 6;
    if (!is_high(high))
        return is_low(high) ? -1 : high;
    if (end - at < 12 || at[6] != '\\' || at[7] != 'u')
        return -1;
    low = hex4(at + 8, end);
    if (!is_low(low))
        return -1;
    *used = 12;
    return 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00);
}

static size_t utf8_size(int32_t character)
{
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

static size_t utf8_put(int32_t character, char *out)
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = utf8_size(character);

    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    out[0] = (char)(marks[size] | character);
    return size;
}

size_t json_escape(const char *at, const char *end, size_t *decoded)
{
    size_t used;
    int32_t character;

    *decoded = 1;
    if (end - at < 2)
        return 0;
    if (at[1] != 'u')
        return memchr("\"\\/bfnrt", at[1], 8) != NULL ? 2 : 0;
    character = unicode_escape(at, end, &used);
    if (character < 0)
        return 0;
    *decoded = utf8_size(character);
    return used;
}

/* Decodes the escape at @at, which was checked before: up to 4 bytes in @out, their number returned;
 * *@used is what it takes in the text. */
static size_t decode_escape(const char *at, const char *end, char *out, size_t *used)
{
    static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    const char *letter;

    if (at[1] == 'u')
        return utf8_put(unicode_escape(at, end, used), out);
    letter = strchr(letters, at[1]);
    *out = letter != NULL ? bytes[letter - letters] : at[1];
    *used = 2;
    return 1;
}

void json_decode(const char *text, const struct json_node *string, char *out)
{
    const char *at = text + string->start, *end = text + string->end;

    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash != NULL ? backslash : end) - at);
        size_t used;

        memcpy(out, at, plain);
        out += plain;
        if (backslash == NULL)
            return;
        out += decode_escape(backslash, end, out, &used);
        at = backslash + used;
    }
}

int json_string_is(
    const char *text, const struct json_node *string, const char *bytes, size_t length)
{
    const char *at = text + string->start, *end = text + string->end;

    if (string->size != length)
        return 0;
    if ((string->info & JSON_ESCAPED) == 0)
        return length == 0 || memcmp(at, bytes, length) == 0;
    while (at < end) {
        char decoded[4] = {*at};
        size_t used = 1, n = 1;

        if (*at == '\\')
            n = decode_escape(at, end, decoded, &used);
        if (memcmp(decoded, bytes, n) != 0)
            return 0;
        bytes += n;
        at += used;
    }
    return 1;
}

uint32_t json_member(
    const struct json_tape *tape, const char *text, uint32_t object, const char *name,
    size_t length)
{
    uint32_t behind = tape->nodes[object].next;

    for (uint32_t key = object + 1; key < behind; key = json_next(tape, key + 1)) {
        if (json_string_is(text, &tape->nodes[key], name, length))
            return key + 1;
    }
    return JSON_NONE;
}
