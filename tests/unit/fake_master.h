/* SPDX-License-Identifier: MIT */
/* A cache over a master that can be stopped amid its loads, and whose clock can be turned. Each client's
 * URL tells the generation that was current when its load began. */
#ifndef UNIT_FAKE_MASTER_H
#define UNIT_FAKE_MASTER_H

#include "manager/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define FOREVER_MS 3600000

struct master {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    atomic_long generation;
    atomic_llong now_us;
    size_t loads;             /* begun */
    size_t running;           /* begun and not ended */
    size_t most;              /* that ever ran at once */
    int gated;                /* loads wait for master_open */
    int failing;              /* with this code */
    struct basis basis;       /* of what is loaded */
    struct cache *forgets_in; /* forgotten in this cache amid each load */
    supa_client *ready;       /* handed out instead of a new one */
    int64_t last_deadline_us;
    struct outage outage;
    struct counters counters;
};

void master_start(struct master *master);
void master_end(struct master *master);
size_t master_loads(struct master *master);
/* Waits for so many; the test fails when they do not come. */
void master_await(struct master *master, size_t least);
void master_open(struct master *master);
void master_turn(struct master *master, int64_t ms);

/* Options of a cache that loads from it: 5 s for unknown stores, no grace. */
struct cache_options master_options(struct master *master, int64_t max, int64_t ttl_ms);
/* Starts the master, too. */
struct cache *new_cache(struct master *master, int64_t max, int64_t ttl_ms);
void end_cache(struct cache *cache, struct master *master);

supa_client *new_client(long generation, supa_error *error);
long generation_of(const supa_client *client); /* −1: there is no client */
/* The store of a number. */
struct uuid store(size_t number);
/* Leases the store and gives it back; its generation, or −1. */
long look(struct cache *cache, size_t number);
/* The same; the code of the failure, or SUPA_OK. */
int look_code(struct cache *cache, size_t number);
void forget(struct cache *cache, size_t number);
void sleep_ms(long ms);

/* A thread that leases one store. */
struct lessee {
    pthread_t thread;
    struct cache *cache;
    size_t number;
    int64_t deadline_us;
    atomic_int *arrived;
    supa_client *client;
    supa_error error;
};
void start_lessee(struct lessee *lessee);
void end_lessee(struct lessee *lessee);

#endif
