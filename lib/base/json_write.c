/* SPDX-License-Identifier: MIT */
#include "base/json_write.h"

static void put_escaped(struct buffer *json, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    char code[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};

    switch (byte) {
    case '"':
        buffer_puts(json, "\\\"");
        break;
    case '\\':
        buffer_puts(json, "\\\\");
        break;
    case '\n':
        buffer_puts(json, "\\n");
        break;
    case '\t':
        buffer_puts(json, "\\t");
        break;
    default:
        buffer_put(json, code, sizeof code);
    }
}

void json_put_string(struct buffer *json, const char *text, size_t length)
{
    size_t start = 0;

    buffer_putc(json, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        buffer_put(json, text + start, i - start);
        put_escaped(json, byte);
        start = i + 1;
    }
    buffer_put(json, text + start, length - start);
    buffer_putc(json, '"');
}
