/* SPDX-License-Identifier: MIT */
/* The URL of one chain, written by hand: snprintf, percent encoding of what varies, one allocation. */
#include "chain.h"
#include "side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *encode(char *out, const char *text, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char plain[] = "-_.~*";

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            (c != 0 && memchr(plain, c, sizeof plain - 1) != NULL)) {
            *out++ = (char)c;
        } else {
            *out++ = '%';
            *out++ = digits[c >> 4];
            *out++ = digits[c & 15];
        }
    }
    *out = '\0';
    return out;
}

static char *build(const char *base, long store, const char *status)
{
    char number[24], store_text[80], status_text[200], column[80], url[1024], *copy;
    int length;

    snprintf(number, sizeof number, "%ld", store);
    encode(store_text, number, strlen(number));
    encode(status_text, status, strlen(status));
    encode(column, "created_at", 10);
    length = snprintf(
        url, sizeof url,
        "%s/%s?select=%s&store_id=eq.%s&status=eq.%s&order=%s.desc&offset=%d&limit=%d", base,
        "products", "*", store_text, status_text, column, 0, 20);
    copy = malloc((size_t)length + 1);
    memcpy(copy, url, (size_t)length + 1);
    return copy;
}

static void open_build(long size)
{
    char *url = build(CHAIN_BASE, 7, "active");

    (void)size;
    if (strcmp(url, CHAIN_OF_7) != 0)
        side_fail("the URL is %s", url);
    free(url);
}

static void run_build(long count)
{
    volatile size_t sink = 0;

    for (long i = 0; i < count; i++) {
        char *url = build(CHAIN_BASE, i, "active");

        sink += (unsigned char)url[40];
        free(url);
    }
}

const struct side side_build = {"build", open_build, run_build};
