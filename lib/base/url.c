/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include "base/text.h"

#include <string.h>

#define MAX_BASE 2048

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_host_character(char c)
{
    return is_digit(c) || (text_lower(c) >= 'a' && text_lower(c) <= 'z') || c == '-' || c == '.' ||
           c == '_';
}

static int is_path_character(char c)
{
    return is_host_character(c) || (c != '\0' && strchr("/~!$'()*+,;=:@", c) != NULL);
}

const char *url_path_mistake(const char *path)
{
    if (path == NULL || *path == '\0')
        return NULL;
    if (*path != '/')
        return "the path does not begin with a slash";
    for (const char *p = path; *p != '\0'; p++) {
        size_t n = strcspn(p + 1, "/");

        if (!is_path_character(*p))
            return "the path contains a character that is not plain";
        if (*p == '/' && ((n == 1 && p[1] == '.') || (n == 2 && p[1] == '.' && p[2] == '.')))
            return "the path contains dot segments";
    }
    return NULL;
}

static const char *read_port(const char *at, size_t *length)
{
    unsigned port = 0;
    size_t n = 0;

    while (n < 6 && is_digit(at[n]))
        port = port * 10 + (unsigned)(at[n++] - '0');
    *length = n;
    return n == 0 || port == 0 || port > 65535 ? "the port is not a number from 1 to 65535" : NULL;
}

static const char *read_host(const char *at, struct url *url, size_t *length)
{
    size_t n = 0;

    if (*at == '[') {
        n = strspn(at + 1, "0123456789abcdefABCDEF:.");
        url->host = at + 1;
        url->host_length = n;
        *length = n + 2;
        return n == 0 || at[n + 1] != ']' ? "the IPv6 address is not complete" : NULL;
    }
    while (is_host_character(at[n]))
        n++;
    url->host = at;
    url->host_length = n;
    *length = n;
    if (n == 0)
        return "the host is missing";
    return n > 253 ? "the host is too long" : NULL;
}

static const char *read_origin(const char *text, struct url *url)
{
    const char *at = text, *mistake;
    size_t n;

    if (strncmp(at, "https://", 8) == 0) {
        url->is_https = 1;
        at += 8;
    } else if (strncmp(at, "http://", 7) == 0) {
        url->is_https = 0;
        at += 7;
    } else {
        return "the scheme is not https or http";
    }
    n = strcspn(at, "/?#");
    if (memchr(at, '@', n) != NULL)
        return "it contains a user name or password";
    mistake = read_host(at, url, &n);
    at += n;
    if (mistake == NULL && *at == ':') {
        mistake = read_port(at + 1, &n);
        at += n + 1;
    }
    if (mistake != NULL)
        return mistake;
    url->origin_length = (size_t)(at - text);
    if (*at == '?' || *at == '#')
        return "it contains a query or a fragment";
    return *at == '\0' || *at == '/' ? NULL
                                     : "the host contains a character that has no place there";
}

const char *url_read(const char *text, struct url *url)
{
    const char *mistake;
    size_t length;

    memset(url, 0, sizeof *url);
    if (text == NULL)
        return "it is NULL";
    length = strnlen(text, MAX_BASE + 1);
    if (length > MAX_BASE)
        return "it is too long";
    if (text_has_control(text, length))
        return "it contains a control character";
    mistake = read_origin(text, url);
    if (mistake == NULL && strpbrk(text, "?#") != NULL)
        mistake = "it contains a query or a fragment";
    if (mistake == NULL)
        mistake = url_path_mistake(text + url->origin_length);
    while (length > url->origin_length && text[length - 1] == '/')
        length--;
    url->length = length;
    return mistake;
}

uint64_t url_origin_hash(const char *text, const struct url *url)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */

    for (size_t i = 0; i < url->origin_length; i++)
        hash = (hash ^ (unsigned char)text_lower(text[i])) * 1099511628211U;
    return hash;
}

/* What these parameters say is the program's, not a user's. */
static int may_be_shown(const char *key, size_t length)
{
    static const char *const keys[] = {"select", "order", "limit", "offset"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strlen(keys[i]) == length && memcmp(keys[i], key, length) == 0)
            return 1;
    }
    return 0;
}

void url_shown(struct buffer *out, const char *url)
{
    const char *at = url + strcspn(url, "?");

    buffer_put(out, url, (size_t)(at - url));
    while (*at != '\0') {
        size_t n = strcspn(at + 1, "&") + 1;
        size_t key = strcspn(at + 1, "=&");

        if (may_be_shown(at + 1, key)) {
            buffer_put(out, at, n);
        } else {
            buffer_put(out, at, key + 1);
            buffer_puts(out, "=\xE2\x80\xA6");
        }
        at += n;
    }
}
