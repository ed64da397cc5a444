/* SPDX-License-Identifier: MIT */
/* The small GET with 32 (or SIZE) in flight on one thread. */
#include "ours.h"
#include "side.h"

static supa_client *client;
static supa_multi *multi;
static long in_flight, asked, answered, wanted;

static void take(void *user, supa_response *response);

static void ask(void)
{
    supa_multi_add(multi, ours_read(client, "one", "id", 1 + asked++ % 10000), take, NULL);
}

static void take(void *user, supa_response *response)
{
    int64_t id = 0;

    (void)user;
    ours_check(response);
    if (supa_row_int64(supa_response_first(response), "id", &id) != SUPA_FIELD_VALUE || id != 42)
        side_fail("another answer than one.json");
    supa_response_free(response);
    answered++;
    if (asked < wanted)
        ask();
}

static void run_multi(long count)
{
    asked = answered = 0;
    wanted = count;
    for (long i = 0; i < in_flight && asked < wanted; i++)
        ask();
    supa_multi_run(multi);
    if (answered != wanted)
        side_fail("%ld of %ld answers", answered, wanted);
}

static void open_multi(long size)
{
    supa_multi_options options = SUPA_MULTI_OPTIONS_INIT;
    supa_error error;

    options.max_in_flight = options.max_per_host = options.max_connections = -1;
    in_flight = size > 0 ? size : 32;
    client = ours_client("BENCH_URL");
    ours_tell_sent(supa_execute(ours_read(client, "one", "id", 1)));
    multi = supa_multi_new(&options, &error);
    if (multi == NULL)
        side_fail("no multi: %s", error.message);
    run_multi(in_flight);
}

const struct side side_multi32 = {"multi32", open_multi, run_multi};
