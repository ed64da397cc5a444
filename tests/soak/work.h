/* SPDX-License-Identifier: MIT */
/* Who reads and writes: each worker is a thread. */
#ifndef SOAK_WORK_H
#define SOAK_WORK_H

#include "soak/latency.h"
#include "soak/ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <supa/platform.h>

enum { WORK_CODES = 64 };

struct worker {
    int number;
    supa_manager *manager;
    atomic_int *stop;
    struct ledger *ledger;
    struct latency latency;
    uint64_t dice;
    int64_t requests, answered, strangers;
    int64_t codes[WORK_CODES]; /* answers by their code */
    pthread_mutex_t lock;
    supa_cancel *token; /* of the request that runs, or NULL; under the lock */
};

/* The bodies of threads: one request after another, and many at once on one multi. */
void *work_alone(void *worker);
void *work_many(void *worker);
/* Fires the token of a worker's request, if it has one. Any thread. */
void work_disturb(struct worker *worker);

#endif
