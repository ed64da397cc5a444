/* SPDX-License-Identifier: MIT */
#include "base64.h"

#include <string.h>

static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    if (c == '-' || c == '_')
        return c == '-' ? 62 : 63;
    return at != NULL ? (int)(at - digits) : -1;
}

size_t base64_read(const char *text, size_t length, unsigned char *out, size_t size)
{
    unsigned bits = 0;
    size_t n = 0, have = 0;

    while (length != 0 && text[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++) {
        const int value = digit(text[i]);

        if (value < 0)
            return 0;
        bits = (bits << 6) | (unsigned)value;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (n == size)
            return 0;
        out[n++] = (unsigned char)(bits >> have);
    }
    return n;
}
