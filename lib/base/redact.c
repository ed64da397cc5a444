/* SPDX-License-Identifier: MIT */
#include "base/redact.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The number of @count hexadecimal digits, or −1. */
static int hex(const char *at, const char *end, int count)
{
    int number = 0;

    if (end - at < count)
        return -1;
    for (int i = 0; i < count; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        number = number * 16 + digit;
    }
    return number;
}

/* The bytes that @byte takes at @at, in whichever way it is spelled there; 0 when it is another. */
static size_t spelled(const char *at, const char *end, char byte)
{
    if (*at == byte)
        return 1;
    if (*at == '%')
        return hex(at + 1, end, 2) == (unsigned char)byte ? 3 : 0;
    if (*at != '\\' || end - at < 2)
        return 0;
    if (at[1] == 'u')
        return hex(at + 2, end, 4) == (unsigned char)byte ? 6 : 0;
    return at[1] == byte ? 2 : 0;
}

static size_t match_bytes(const char *at, const char *end, const char *secret, size_t length)
{
    const char *start = at;
    size_t matched = 0;

    while (matched < length && at < end) {
        size_t n = spelled(at, end, secret[matched]);

        if (n == 0)
            return 0;
        at += n;
        matched++;
    }
    return matched >= REDACT_MINIMUM ? (size_t)(at - start) : 0;
}

/* What a base64 digit of either alphabet stands for, or −1. */
static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* The base64 digit @index of the secret when @before other bytes precede it. */
static int base64_digit(const char *secret, size_t length, size_t before, size_t index)
{
    size_t bit = index * 6, byte = bit / 8;
    unsigned pair = 0;

    for (size_t i = byte; i < byte + 2; i++) {
        unsigned value = i >= before && i - before < length ? (unsigned char)secret[i - before] : 0;

        pair = pair << 8 | value;
    }
    return (int)(pair >> (10 - bit % 8) & 63);
}

/* Only the digits count that depend on nothing but the secret. */
static size_t
match_base64(const char *at, const char *end, const char *secret, size_t length, size_t before)
{
    static const size_t first[] = {0, 2, 3};
    size_t behind = (before + length) * 8 / 6;
    size_t matched = 0;

    for (size_t i = first[before]; i < behind && at + matched < end; i++) {
        if (base64_value(at[matched]) != base64_digit(secret, length, before, i))
            return 0;
        matched++;
    }
    return matched >= REDACT_MINIMUM ? matched : 0;
}

/* The bytes at @at that show the secret, or 0. */
static size_t match(const char *at, const char *end, const char *secret)
{
    size_t length = strlen(secret);
    size_t n;

    if (length < REDACT_MINIMUM)
        return 0;
    n = match_bytes(at, end, secret, length);
    for (size_t before = 0; before < 3 && n == 0; before++)
        n = match_base64(at, end, secret, length, before);
    return n;
}

static size_t match_any(const char *at, const char *end, const char *const *secrets)
{
    size_t longest = 0;

    for (; *secrets != NULL; secrets++) {
        size_t n = match(at, end, *secrets);

        if (n > longest)
            longest = n;
    }
    return longest;
}

void redact_put(struct buffer *out, const char *text, size_t length, const char *const *secrets)
{
    const char *at = text, *shown = text, *end = text + length;

    while (secrets != NULL && at < end) {
        size_t n = match_any(at, end, secrets);

        if (n == 0) {
            at++;
            continue;
        }
        buffer_put(out, shown, (size_t)(at - shown));
        buffer_puts(out, "[hidden]");
        at += n;
        shown = at;
    }
    buffer_put(out, shown, (size_t)(end - shown));
}
