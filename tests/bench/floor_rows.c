/* SPDX-License-Identifier: MIT */
/* The bytes of a large answer alone: 100 rows (or SIZE) kept in memory, 100,000 (or SIZE) dropped. */
#include "bare.h"
#include "oracle.h"
#include "side.h"
#include "sum.h"

#include <stdio.h>

static struct bare bare;
static struct oracle oracle;
static char table[64];

static const char *url_of(long i)
{
    static char url[256];

    snprintf(url, sizeof url, "%s/%s?select=*&store_id=eq.%ld", bare_base(), table, 1 + i % 50);
    return url;
}

static void open_rows(const char *name)
{
    snprintf(table, sizeof table, "%s", name);
    oracle = oracle_of(name);
    bare_open(&bare);
}

static void open_page(long size)
{
    open_rows(size > 0 ? oracle_rows_name(size) : "page");
    bare_tell_sent(&bare, url_of(0), 200);
    if (bare.body.length != oracle.bytes ||
        sum_text(0, bare.body.text, bare.body.length) != oracle.bytes_sum)
        side_fail("the answer is not %s.json", table);
}

static void run_page(long count)
{
    for (long i = 0; i < count; i++) {
        bare_perform(&bare, url_of(i), 200);
        if (bare.body.length != oracle.bytes)
            side_fail("%zu bytes", bare.body.length);
    }
}

static size_t drop(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    *(size_t *)user += size * count;
    return size * count;
}

static size_t dropped;

static void open_stream(long size)
{
    open_rows(oracle_rows_name(size > 0 ? size : 100000));
    curl_easy_setopt(bare.easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(bare.easy, CURLOPT_WRITEDATA, &dropped);
}

static void run_stream(long count)
{
    for (long i = 0; i < count; i++) {
        dropped = 0;
        bare_perform(&bare, url_of(i), 200);
        if (dropped != oracle.bytes)
            side_fail("%zu bytes of %zu", dropped, oracle.bytes);
    }
}

const struct side side_page100 = {"page100", open_page, run_page};
const struct side side_stream = {"stream", open_stream, run_stream};
