/* SPDX-License-Identifier: MIT */
/* A multi from within. */
#ifndef MULTI_MULTI_INTERNAL_H
#define MULTI_MULTI_INTERNAL_H

#include "multi/flight.h"
#include "multi/line.h"
#include "multi/loop.h"
#include "multi/timers.h"
#include "transport/lane.h"

#include <pthread.h>

/* A token that some flights carry. */
struct watch {
    struct supa_cancel *cancel;
    size_t flights;
};

/* A place in the table: a ticket is a place and how often it was used. */
struct slot {
    struct flight *flight;
    uint32_t serial;
    uint32_t next_free; /* plus one; 0: none */
};

/* Something that another thread tells a multi. It lives until @take was called, in the multi's thread. */
struct post {
    struct post *next;
    void (*take)(struct post *post);
};

struct supa_multi {
    struct transport *transport; /* taken, for its being there */
    struct lane *lane;
    int lane_is_lent; /* the pool's */
    unsigned generation;
    int64_t max_in_flight;

    struct line line;
    struct timers timers;
    struct slot *slots;
    size_t slot_count, slot_room;
    uint32_t first_free;  /* plus one */
    struct flight *spare; /* to be used again */
    struct flight *ended, **last_ended;
    struct flight *streams; /* by next_stream */

    struct watch *watches;
    struct lane_look *looks; /* at the watches' descriptors */
    size_t watch_count, watch_room;

    pthread_mutex_t inbox_mutex;
    struct post *inbox, **inbox_last;

    size_t count; /* not called back */
    int64_t sent;
    int in_callback, is_closing;
    struct loop loop;
};

/* A multi over a lane of the pool's, which it gives back. NULL when memory is gone. */
supa_multi *multi_over(struct lane *lane, int64_t in_flight);

/* A flight with a ticket and nothing to do yet; NULL when memory is gone or the multi takes none.
 * One of multi_start and multi_end follows. */
struct flight *multi_flight(supa_multi *multi, supa_multi_done done, void *user);
/* The same for one that ends in @finish. */
struct flight *
multi_flight_for(supa_multi *multi, void (*finish)(struct flight *flight), void *user);
uint64_t multi_ticket(const struct flight *flight);
/* The flight of a ticket, or NULL. */
struct flight *multi_find(const supa_multi *multi, uint64_t ticket);

/* The table's other side. Reserving comes first, then taking cannot fail. */
int tickets_reserve(supa_multi *multi);
size_t tickets_take(supa_multi *multi, struct flight *flight);
void tickets_leave(supa_multi *multi, size_t slot);

/* A flight's token is watched, once for all that carry it. 0, or −1 when memory is gone. */
int watch_begin(supa_multi *multi, struct supa_cancel *cancel);
void watch_end(supa_multi *multi, struct flight *flight);
/* Gives up the flights whose token has fired. */
void watch_fired(supa_multi *multi);

/* Goes on with what operation_begin said. Returns the ticket. */
uint64_t multi_start(struct flight *flight, enum operation_step step);
/* The flight's response is there: it will be called back. */
void multi_end(struct flight *flight);

/* Any thread, while the multi waits for it: it counts among what is in flight. */
void multi_post(supa_multi *multi, struct post *post);

/* Something is to be done soon: an event loop is told. */
void multi_nudge(supa_multi *multi);

/* Handles all that has happened, without waiting. */
void multi_work(supa_multi *multi);
/* Calls back what has ended. */
void multi_dispatch(supa_multi *multi);
/* 1 when something can be called back without waiting. */
int multi_has_news(const supa_multi *multi);
/* 1 when a flight that waits may be sent. */
int multi_may_send(const supa_multi *multi);
/* The moment of the next timer; 0 when there is none. */
int64_t multi_next_us(const supa_multi *multi);

#endif
