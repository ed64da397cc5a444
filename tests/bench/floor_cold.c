/* SPDX-License-Identifier: MIT */
/* The fewest lookups that 1,000 (or SIZE) cold stores need. */
#include "side.h"

static long stores;

static void open_cold(long size)
{
    stores = size > 0 ? size : 1000;
}

static void run_cold(long count)
{
    (void)count;
    side_report((double)stores);
}

const struct side side_cold = {"cold", open_cold, run_cold};
