/* SPDX-License-Identifier: MIT */
/* The same for libcurl by hand: allocations whose caller is this program. */
#include "allocation_count.h"
#include "bare.h"
#include "side.h"

#include <stdio.h>

static struct bare bare;

static void run_allocations(long count)
{
    long before = allocation_count();
    char url[256];

    for (long i = 0; i < count; i++) {
        snprintf(url, sizeof url, "%s/one?select=*&id=eq.1", bare_base());
        bare_perform(&bare, url, 200);
        snprintf(url, sizeof url, "%s/page?select=*&id=eq.1", bare_base());
        bare_perform(&bare, url, 200);
    }
    side_report((double)(allocation_count() - before) / (double)(2 * count));
}

static void open_allocations(long size)
{
    (void)size;
    allocation_watch("");
    bare_open(&bare);
    run_allocations(1);
    if (allocation_count() == 0)
        side_fail("no allocation was counted while the body grew: the counter does not count");
}

const struct side side_allocations_floor = {"allocations-floor", open_allocations, run_allocations};
