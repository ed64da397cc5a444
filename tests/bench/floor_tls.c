/* SPDX-License-Identifier: MIT */
/* A GET on a new TLS connection each time, as the server closes them, with the system's trust store
 * parsed once. And what a process weighs that has done one plain GET. */
#include "bare.h"
#include "side.h"

#include <stdio.h>

static struct bare bare;

static void open_tls(long size)
{
    (void)size;
    bare_open(&bare);
}

static void run_tls(long count)
{
    char url[256];

    snprintf(url, sizeof url, "%s/rest/v1/one?select=*&id=eq.1", side_setting("BENCH_TLS_URL"));
    for (long i = 0; i < count; i++) {
        long connects = 0;

        bare_perform(&bare, url, 200);
        curl_easy_getinfo(bare.easy, CURLINFO_NUM_CONNECTS, &connects);
        if (connects != 1)
            side_fail("a connection was used again");
    }
}

static void open_footprint(long size)
{
    (void)size;
    bare_open(&bare);
}

static void run_footprint(long count)
{
    char url[256];

    snprintf(url, sizeof url, "%s/one?select=*&id=eq.1", bare_base());
    for (long i = 0; i < count; i++)
        bare_perform(&bare, url, 200);
}

const struct side side_tls_new = {"tls-new", open_tls, run_tls};
const struct side side_footprint = {"footprint", open_footprint, run_footprint};
