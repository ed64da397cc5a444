/* SPDX-License-Identifier: MIT */
#include "multi/line.h"

#include "base/memory.h"
#include "multi/flight.h"

static struct lane_host **bucket_of(struct line *line, const struct host *host)
{
    return &line->buckets[((uintptr_t)host >> 4) * 0x9E3779B1U % LINE_BUCKETS];
}

static int may_send(const struct line *line, const struct lane_host *host)
{
    return host->first != NULL && (line->per_host < 0 || host->sent < line->per_host);
}

static void enter_ring(struct line *line, struct lane_host *host)
{
    if (line->ring == NULL) {
        host->before = host->after = line->ring = host;
        return;
    }
    host->after = line->ring;
    host->before = line->ring->before;
    host->before->after = host->after->before = host;
}

static void leave_ring(struct line *line, struct lane_host *host)
{
    if (host->after == host) {
        line->ring = NULL;
    } else {
        host->before->after = host->after;
        host->after->before = host->before;
        if (line->ring == host)
            line->ring = host->after;
    }
    host->before = host->after = NULL;
}

/* In the ring stands who may send. */
static void settle(struct line *line, struct lane_host *host)
{
    const int wanted = may_send(line, host);

    if (wanted && host->after == NULL)
        enter_ring(line, host);
    else if (!wanted && host->after != NULL)
        leave_ring(line, host);
}

struct lane_host *line_join(struct line *line, const struct host *name)
{
    struct lane_host **place = bucket_of(line, name), *host = *place;

    while (host != NULL && host->host != name)
        host = host->next;
    if (host == NULL) {
        host = memory_zero(sizeof *host);
        if (host == NULL)
            return NULL;
        host->host = name;
        host->last = &host->first;
        host->next = *place;
        *place = host;
    }
    host->members++;
    return host;
}

void line_leave(struct line *line, struct lane_host *host)
{
    struct lane_host **place = bucket_of(line, host->host);

    if (--host->members != 0)
        return;
    while (*place != host)
        place = &(*place)->next;
    *place = host->next;
    memory_free(host);
}

void line_push(struct line *line, struct flight *flight, int first)
{
    struct lane_host *host = flight->host;

    if (first) {
        flight->next = host->first;
        host->first = flight;
        if (flight->next == NULL)
            host->last = &flight->next;
    } else {
        flight->next = NULL;
        *host->last = flight;
        host->last = &flight->next;
    }
    settle(line, host);
}

void line_remove(struct line *line, struct flight *flight)
{
    struct lane_host *host = flight->host;
    struct flight **place = &host->first;

    while (*place != flight)
        place = &(*place)->next;
    *place = flight->next;
    if (*place == NULL)
        host->last = place;
    settle(line, host);
}

struct flight *line_next(struct line *line)
{
    struct lane_host *host = line->ring;
    struct flight *flight;

    if (host == NULL)
        return NULL;
    flight = host->first;
    host->first = flight->next;
    if (host->first == NULL)
        host->last = &host->first;
    host->sent++;
    line->ring = host->after;
    settle(line, host);
    return flight;
}

void line_back(struct line *line, struct lane_host *host)
{
    host->sent--;
    settle(line, host);
}
