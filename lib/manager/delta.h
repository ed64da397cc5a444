/* SPDX-License-Identifier: MIT */
/* What has changed on the master since it was asked last: for each of four tables, the rows whose
 * `updated_at` lies behind a mark.
 *
 * The mark is a time of the server's own, in its own text: the newest `updated_at` that was seen. It
 * becomes valid only a minute after it was seen, by the manager's clock: until then a transaction
 * that began before that time may still commit (`now()` is a transaction's start), and its rows are
 * older than what was seen. So what changed within the last minute or two is read again, and nothing
 * is missed unless a transaction takes longer than a minute. A mark is never ahead of the server's
 * clock (the Date of its answers): a row that somebody else's clock has put into the future is read
 * again until that time has come, and hides no others. How far the manager's own clock is from the
 * server's does not matter. */
#ifndef MANAGER_DELTA_H
#define MANAGER_DELTA_H

#include "manager/cache.h"
#include "manager/hosts.h"

#define DELTA_TABLES     4
#define DELTA_OVERLAP_US 60000000
#define DELTA_PAGE       1000
#define MARK_SIZE        64

struct mark {
    char settled[MARK_SIZE]; /* rows behind it are asked for; "" at first */
    int64_t settled_us;
    char pending[MARK_SIZE]; /* becomes the settled one; "": none is waiting */
    int64_t pending_us;
    int64_t seen_us; /* when the pending one was seen, on the manager's clock */
};

struct delta {
    supa_client *master;
    struct cache *cache;
    struct hosts *hosts;
    int host_sources;
    int64_t started_us; /* when the manager began to cache, on its clock */
    int64_t (*clock)(void *user);
    void *clock_user;
    supa_deadline deadline; /* of this run; 0: each request has its own time only */
    struct mark marks[DELTA_TABLES];
};

/* Asks for all that has changed, and makes the caches forget what it contradicts. One thread at a
 * time. 0, or the code of the first table that failed, with @error filled in, which is not NULL: the
 * others are asked all the same, unless the master cannot be reached. */
int delta_run(struct delta *delta, supa_error *error);

#endif
