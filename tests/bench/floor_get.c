/* SPDX-License-Identifier: MIT */
/* A small GET and a small POST, one at a time, on one open connection. */
#include "bare.h"
#include "oracle.h"
#include "side.h"
#include "sum.h"

#include <stdio.h>
#include <string.h>

#define ROW                                                                                        \
    "{\"id\":42,\"name\":\"Product number "                                                        \
    "42\",\"price\":19.99,\"stock\":12,\"status\":\"active\"}"

static struct bare bare;
static char expected[256];

static void open_get(long size)
{
    char url[256];
    const struct oracle oracle = oracle_of("one");

    (void)size;
    bare_open(&bare);
    snprintf(url, sizeof url, "%s/one?select=*&id=eq.1", bare_base());
    bare_tell_sent(&bare, url, 200);
    if (bare.body.length != oracle.bytes || oracle.bytes > sizeof expected ||
        sum_text(0, bare.body.text, bare.body.length) != oracle.bytes_sum)
        side_fail("the answer is not one.json");
    memcpy(expected, bare.body.text, bare.body.length);
}

static void run_get(long count)
{
    char url[256];

    for (long i = 0; i < count; i++) {
        snprintf(url, sizeof url, "%s/one?select=*&id=eq.%ld", bare_base(), 1 + i % 10000);
        bare_perform(&bare, url, 200);
        if (bare.body.length != 200 || memcmp(bare.body.text, expected, 200) != 0)
            side_fail("another answer than one.json");
    }
}

static void open_write(long size)
{
    static char json[] = "Content-Type: application/json";
    static struct curl_slist type = {json, NULL};
    char url[256];

    (void)size;
    bare_open(&bare);
    curl_easy_setopt(bare.easy, CURLOPT_POST, 1L);
    curl_easy_setopt(bare.easy, CURLOPT_POSTFIELDS, ROW);
    curl_easy_setopt(bare.easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(sizeof ROW - 1));
    type.next = bare_headers();
    curl_easy_setopt(bare.easy, CURLOPT_HTTPHEADER, &type);
    snprintf(url, sizeof url, "%s/notes", bare_base());
    bare_tell_sent(&bare, url, 201);
}

static void run_write(long count)
{
    char url[256];

    for (long i = 0; i < count; i++) {
        snprintf(url, sizeof url, "%s/notes", bare_base());
        bare_perform(&bare, url, 201);
        if (bare.body.length != 0)
            side_fail("an answer of %zu bytes to a write", bare.body.length);
    }
}

const struct side side_get = {"get", open_get, run_get};
const struct side side_write = {"write", open_write, run_write};
