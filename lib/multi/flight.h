/* SPDX-License-Identifier: MIT */
/* One query of a multi, from supa_multi_add to its callback. */
#ifndef MULTI_FLIGHT_H
#define MULTI_FLIGHT_H

#include "multi/line.h"
#include "multi/timers.h"
#include "operation.h"
#include "result/stream.h"

#include <supa/multi.h>

struct supa_multi;

enum flight_state {
    FLIGHT_WAITING, /* in the line */
    FLIGHT_SENT,
    FLIGHT_RESTING,  /* until its timer */
    FLIGHT_RENEWING, /* until its client's successor is there */
    FLIGHT_ENDED     /* its response is there, or comes from elsewhere */
};

struct flight {
    struct timer timer;  /* the first: a timer is its flight */
    struct flight *next; /* in the line, or of those that have ended */
    struct supa_multi *multi;
    size_t slot; /* in the multi's table */
    enum flight_state state;
    struct lane_host *host; /* NULL before it is known */
    struct exchange *exchange;
    struct supa_cancel *watched; /* the token that the multi watches for it; or NULL */
    supa_response *response;
    supa_multi_done done;
    void *user;

    struct renewal renewal;
    void (*finish)(struct flight *flight); /* in place of the callback; or NULL */
    struct splitting *split;               /* of a query that goes out in parts; else NULL */
    struct flight *part_of;                /* whose part this one is; or NULL */
    struct stream *stream; /* its rows, when they are called back one by one; else NULL */
    struct flight *next_stream;
    supa_multi_row on_row;
    int is_held;        /* 1: no row before supa_multi_resume */
    int64_t overall_us; /* the moment by which all rows have to be there; 0 for none */

    struct operation operation; /* the last: it clears itself */
};

/* Starts what the flight's operation wants next. */
void flight_go(struct flight *flight, enum operation_step step, int first);
/* Sends it now, its turn has come. */
void flight_send(struct flight *flight);
/* Its reply is there. */
void flight_answered(struct flight *flight);
/* It ends now, whatever it is at. */
void flight_give_up(struct flight *flight, supa_code code);
/* Its timer has come. */
void flight_timer(struct flight *flight);
/* Sets its timer to when it has waited for too long. */
void flight_arm(struct flight *flight);

/* Its query's time counts from now on. */
void flight_restart_time(struct flight *flight);

/* Calls back the rows that are there; and its end, once all of them were. */
void flight_deliver(struct flight *flight);

#endif
