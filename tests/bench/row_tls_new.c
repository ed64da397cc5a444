/* SPDX-License-Identifier: MIT */
/* A GET on a new TLS connection each time. Reports how often the file of trusted certificates was
 * opened meanwhile. */
#include "ours.h"
#include "side.h"

#include <sys/inotify.h>
#include <unistd.h>

static supa_client *client;
static int watch;

static long openings(void)
{
    char events[4096];
    long count = 0;
    ssize_t length;

    while ((length = read(watch, events, sizeof events)) > 0)
        count += length / (ssize_t)sizeof(struct inotify_event);
    return count;
}

static void open_tls(long size)
{
    (void)size;
    client = ours_client("BENCH_TLS_URL");
    watch = inotify_init1(IN_NONBLOCK);
    if (inotify_add_watch(watch, side_setting("BENCH_CA_FILE"), IN_OPEN) < 0)
        side_fail("the trust store cannot be watched");
}

static void run_tls(long count)
{
    supa_timings timings = {0};

    openings();
    for (long i = 0; i < count; i++) {
        supa_response *response = supa_execute(ours_read(client, "one", "id", 1));

        ours_check(response);
        supa_response_timings(response, &timings);
        if (timings.reused)
            side_fail("a connection was used again");
        supa_response_free(response);
    }
    side_report((double)openings());
}

const struct side side_tls_new = {"tls-new", open_tls, run_tls};
