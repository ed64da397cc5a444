/* SPDX-License-Identifier: MIT */
/* Single flight: however many ask for the same thing, it is fetched once and all are told. This part
 * is the bookkeeping; whoever owns the list of flights holds its lock around each of these calls,
 * except where it is said. */
#ifndef MANAGER_FLIGHT_H
#define MANAGER_FLIGHT_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct flight;

/* One who asks. It is the asker's memory, and stays where it is until it was told or has left. */
struct flight_waiter {
    struct flight_waiter *next;
    struct flight *flight;
    /* Called once, without a lock, by the thread that ends the flight. The waiter is the asker's
     * again from then on. */
    void (*done)(struct flight_waiter *waiter);
    /* The flight was overtaken: what it brought is older than something that is known by now. */
    int overtaken;
};

struct flight {
    struct flight *next;
    struct flight_waiter *waiters;
    int64_t started_us;   /* on base/clock */
    int overtaken;        /* nobody joins any more, and nothing of it may be kept */
    uint64_t expected[2]; /* the owner's: what it has learnt while the flight goes on */
    unsigned expects;     /* a bit for each of those */
    char key[];
};

/* One that may be joined, or NULL. */
struct flight *flight_find(struct flight *list, const char *key);
/* A new flight in the list; NULL when memory is gone. */
struct flight *flight_begin(struct flight **list, const char *key);
void flight_join(struct flight *flight, struct flight_waiter *waiter);
void flight_overtake_all(struct flight *list);
/* Ends a flight and frees it. Its waiters, to be told; each one's overtaken is set. */
struct flight_waiter *flight_end(struct flight **list, struct flight *flight);
/* The waiters of a flight that goes on without them. */
struct flight_waiter *flight_abandon(struct flight *flight);
/* The waiters of all of them, in one chain. */
struct flight_waiter *flight_abandon_all(struct flight *list);
/* 1: the waiter has left, and is not told. 0: it was told, or is about to be. */
int flight_leave(struct flight_waiter *waiter);

/* Tells them all. Without a lock. */
void flight_tell(struct flight_waiter *waiters);

/* A thread that waits. */
struct flight_sleeper {
    pthread_mutex_t mutex;
    pthread_cond_t told;
    int done;
};

/* 0, or −1 when the system lacks what it takes. */
int sleeper_start(struct flight_sleeper *sleeper);
void sleeper_end(struct flight_sleeper *sleeper);
void sleeper_wake(struct flight_sleeper *sleeper);
/* 1 when it was woken, 0 when @deadline_us, on base/clock, passed before; 0 is no deadline. */
int sleeper_wait(struct flight_sleeper *sleeper, int64_t deadline_us);

#endif
