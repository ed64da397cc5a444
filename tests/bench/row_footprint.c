/* SPDX-License-Identifier: MIT */
/* What a process weighs that has a client and has done one GET. */
#include "ours.h"
#include "side.h"

#include <stdlib.h>

static supa_client *client;

static void open_footprint(long size)
{
    (void)size;
    client = ours_client("BENCH_URL");
}

static void run_footprint(long count)
{
    for (long i = 0; i < count; i++) {
        supa_response *response = supa_execute(ours_read(client, "one", "id", 1));

        ours_check(response);
        supa_response_free(response);
    }
}

static void open_library(long size)
{
    (void)size;
}

/* Its size as packages ship it: run.sh strips it. */
static void run_library(long count)
{
    (void)count;
    side_report(atof(side_setting("BENCH_LIBRARY_BYTES")));
}

const struct side side_library = {"library", open_library, run_library};
const struct side side_footprint = {"footprint", open_footprint, run_footprint};
