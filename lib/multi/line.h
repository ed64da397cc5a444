/* SPDX-License-Identifier: MIT */
/* What waits to be sent, by host: hosts take turns, and each has a bound of its own. */
#ifndef MULTI_LINE_H
#define MULTI_LINE_H

#include <stddef.h>
#include <stdint.h>

struct host;
struct flight;

/* The flights of one host. It exists while one waits or is on its way. */
struct lane_host {
    struct lane_host *next;           /* of its bucket */
    struct lane_host *before, *after; /* in the ring of those that may send; NULL: not in it */
    const struct host *host;
    struct flight *first, **last; /* waiting */
    int64_t sent;
    size_t members; /* waiting, sent or resting */
};

#define LINE_BUCKETS 256

struct line {
    struct lane_host *buckets[LINE_BUCKETS];
    struct lane_host *ring; /* whose turn it is */
    int64_t per_host;       /* −1: no bound */
};

/* A flight joins its host; NULL when memory is gone. It leaves by line_leave, once. */
struct lane_host *line_join(struct line *line, const struct host *host);
void line_leave(struct line *line, struct lane_host *host);

/* The flight waits, as the last or the first of its host's; or does not any more. */
void line_push(struct line *line, struct flight *flight, int first);
void line_remove(struct line *line, struct flight *flight);

/* The next that may be sent: it does not wait any more, and counts as sent until line_back. NULL when
 * there is none. */
struct flight *line_next(struct line *line);
void line_back(struct line *line, struct lane_host *host);

#endif
