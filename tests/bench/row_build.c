/* SPDX-License-Identifier: MIT */
/* A chain to its URL, as supa_execute builds it: by the library's inside, since a request is not
 * handed out by itself. */
#include "chain.h"
#include "query/query_internal.h"
#include "query/request.h"
#include "side.h"

#include <string.h>
#include <supa/supa.h>

static supa_client *client;

static supa_query *build(int64_t store)
{
    supa_query *q = supa_from(client, "products");

    supa_select(q, "*");
    supa_eq(q, "store_id", supa_int(store));
    supa_eq(q, "status", supa_text("active"));
    supa_order(q, "created_at", SUPA_DESC);
    supa_range(q, 0, 19);
    if (request_build(q) != SUPA_OK)
        side_fail("libsupa: %s", supa_query_error(q)->message);
    return q;
}

static void open_build(long size)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_query *q;

    (void)size;
    options.url = CHAIN_HOST;
    options.key = side_setting("BENCH_KEY");
    options.allow_plain_http = 1;
    client = supa_client_new(&options, NULL);
    q = build(7);
    if (strcmp(buffer_text(&q->request.url), CHAIN_OF_7) != 0)
        side_fail("the URL is %s", buffer_text(&q->request.url));
    supa_query_free(q);
}

static void run_build(long count)
{
    volatile size_t sink = 0;

    for (long i = 0; i < count; i++) {
        supa_query *q = build(i);

        sink += (unsigned char)buffer_text(&q->request.url)[40];
        supa_query_free(q);
    }
}

const struct side side_build = {"build", open_build, run_build};
