/* SPDX-License-Identifier: MIT */
/* Single flight: however many ask for the same thing, it is fetched once and all are told. This part
 * is the bookkeeping; whoever owns the list of fetches holds its lock around each of these calls,
 * except where it is said. */
#ifndef MANAGER_FETCH_H
#define MANAGER_FETCH_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct fetch;

/* One who asks. It is the asker's memory, and stays where it is until it was told or has left. */
struct fetch_waiter {
    struct fetch_waiter *next;
    struct fetch *fetch;
    /* Called once, without a lock, by the thread that ends the fetch. The waiter is the asker's
     * again from then on. */
    void (*done)(struct fetch_waiter *waiter);
    int overtaken; /* a fetch_overtaken: why what the fetch brought is not to be used */
};

enum fetch_overtaken {
    FETCH_NOT_OVERTAKEN,
    FETCH_OUTDATED, /* something is known by now that is newer */
    FETCH_DROPPED   /* whoever ran it had no more time */
};

struct fetch {
    struct fetch *next;
    struct fetch_waiter *waiters;
    int64_t started_us; /* on base/clock */
    int overtaken; /* a fetch_overtaken: nobody joins any more, and nothing of it may be kept */
    uint64_t expected[2]; /* the owner's: what it has learnt while the fetch goes on */
    unsigned expects;     /* a bit for each of those */
    char key[];
};

/* One that may be joined, or NULL. */
struct fetch *fetch_find(struct fetch *list, const char *key);
/* A new fetch in the list; NULL when memory is gone. */
struct fetch *fetch_begin(struct fetch **list, const char *key);
void fetch_join(struct fetch *fetch, struct fetch_waiter *waiter);
void fetch_overtake_all(struct fetch *list);
/* Ends a fetch and frees it. Its waiters, to be told; each one's overtaken is set. */
struct fetch_waiter *fetch_end(struct fetch **list, struct fetch *fetch);
/* The waiters of a fetch that goes on without them. */
struct fetch_waiter *fetch_abandon(struct fetch *fetch);
/* The waiters of all of them, in one chain. */
struct fetch_waiter *fetch_abandon_all(struct fetch *list);
/* 1: the waiter has left, and is not told. 0: it was told, or is about to be. */
int fetch_leave(struct fetch_waiter *waiter);

/* Tells them all. Without a lock. */
void fetch_tell(struct fetch_waiter *waiters);

/* A thread that waits. */
struct fetch_sleeper {
    pthread_mutex_t mutex;
    pthread_cond_t told;
    int done;
};

/* 0, or −1 when the system lacks what it takes. */
int sleeper_start(struct fetch_sleeper *sleeper);
void sleeper_end(struct fetch_sleeper *sleeper);
void sleeper_wake(struct fetch_sleeper *sleeper);
/* 1 when it was woken, 0 when @deadline_us, on base/clock, passed before; 0 is no deadline. */
int sleeper_wait(struct fetch_sleeper *sleeper, int64_t deadline_us);

#endif
