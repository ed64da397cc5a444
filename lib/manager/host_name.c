/* SPDX-License-Identifier: MIT */
#include "manager/host_name.h"

#include "base/text.h"

#include <string.h>

#define MAX_NAME  253
#define MAX_LABEL 63
#define MAX_PORT  5

static int is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits <= MAX_PORT && text[digits] == '\0';
}

static int fits(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static int is_label(const char *text, size_t length)
{
    if (length == 0 || length > MAX_LABEL || text[0] == '-' || text[length - 1] == '-')
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (!fits(text[i]))
            return 0;
    }
    return 1;
}

int host_name_read(const char *text, char out[HOST_NAME_SIZE])
{
    size_t length, at = 0;

    if (text == NULL)
        return 0;
    length = strcspn(text, ":");
    if (text[length] == ':' && !is_port(text + length + 1))
        return 0;
    if (length > 0 && text[length - 1] == '.')
        length--;
    if (length == 0 || length > MAX_NAME)
        return 0;
    for (size_t i = 0; i < length; i++)
        out[i] = text_lower(text[i]);
    out[length] = '\0';
    while (at <= length) {
        size_t label = strcspn(out + at, ".");

        if (!is_label(out + at, label))
            return 0;
        at += label + 1;
    }
    return 1;
}
