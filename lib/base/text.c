/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

static int continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t text_utf8_length(const char *text, size_t length)
{
    const unsigned char *s = (const unsigned char *)text;

    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        return length >= 2 && continues(s[1]) ? 2 : 0;
    if (s[0] >= 0xE0 && s[0] <= 0xEF) {
        if (length < 3 || !continues(s[1]) || !continues(s[2]))
            return 0;
        if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F))
            return 0;
        return 3;
    }
    if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        if (length < 4 || !continues(s[1]) || !continues(s[2]) || !continues(s[3]))
            return 0;
        if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
            return 0;
        return 4;
    }
    return 0;
}

/* A byte's highest bit is set where one of the eight bytes is a NUL or beyond ASCII. What is borrowed
 * from the next byte shows only where there is a NUL before it. */
static uint64_t odd_bytes(const char *text)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
    return (word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080);
}

int text_is_ascii(const char *text, size_t length)
{
    uint64_t odd = 0;

    if (length >= 8) {
        for (size_t at = 0; at < length - 8; at += 8)
            odd |= odd_bytes(text + at);
        return (odd | odd_bytes(text + length - 8)) == 0;
    }
    for (size_t i = 0; i < length; i++) {
        const unsigned byte = (unsigned char)text[i];

        odd |= byte | (byte - 1);
    }
    return (odd & ~UINT64_C(0x7F)) == 0;
}

int text_is_utf8(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t n = length - at >= 8 && odd_bytes(text + at) == 0
                       ? 8
                       : text_utf8_length(text + at, length - at);

        if (n == 0)
            return 0;
        at += n;
    }
    return 1;
}

int text_has_control(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return 1;
    }
    return 0;
}

char text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int text_same(const char *a, size_t a_length, const char *b, size_t b_length)
{
    if (a_length != b_length)
        return 0;
    for (size_t i = 0; i < a_length; i++) {
        if (a[i] != b[i] && text_lower(a[i]) != text_lower(b[i]))
            return 0;
    }
    return 1;
}

static int is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

int text_uuid(const char *text, char out[UUID_LENGTH + 1])
{
    if (text == NULL || strnlen(text, UUID_LENGTH + 1) != UUID_LENGTH)
        return 0;
    for (size_t i = 0; i < UUID_LENGTH; i++) {
        char c = text_lower(text[i]);

        if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-' : !is_hex(c))
            return 0;
        out[i] = c;
    }
    out[UUID_LENGTH] = '\0';
    return 1;
}
