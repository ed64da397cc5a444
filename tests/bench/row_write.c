/* SPDX-License-Identifier: MIT */
#include "ours.h"
#include "side.h"

#define ROW                                                                                        \
    "{\"id\":42,\"name\":\"Product number "                                                        \
    "42\",\"price\":19.99,\"stock\":12,\"status\":\"active\"}"

static supa_client *client;

static void open_write(long size)
{
    (void)size;
    client = ours_client("BENCH_URL");
    ours_tell_sent(supa_execute(supa_insert(supa_from(client, "notes"), ROW)));
}

static void run_write(long count)
{
    supa_error error;

    for (long i = 0; i < count; i++) {
        if (supa_exec(supa_insert(supa_from(client, "notes"), ROW), &error) != SUPA_OK)
            side_fail("libsupa: %s", error.message);
    }
}

const struct side side_write = {"write", open_write, run_write};
