/* SPDX-License-Identifier: MIT */
#include "ours.h"
#include "side.h"

static supa_client *client;

static void open_get(long size)
{
    (void)size;
    client = ours_client("BENCH_URL");
    ours_tell_sent(supa_execute(ours_read(client, "one", "id", 1)));
}

static void run_get(long count)
{
    for (long i = 0; i < count; i++) {
        supa_response *response = supa_execute(ours_read(client, "one", "id", 1 + i % 10000));
        int64_t id = 0;

        ours_check(response);
        if (supa_row_int64(supa_response_first(response), "id", &id) != SUPA_FIELD_VALUE ||
            id != 42 || supa_response_row_count(response) != 1)
            side_fail("another answer than one.json");
        supa_response_free(response);
    }
}

const struct side side_get = {"get", open_get, run_get};
