/* SPDX-License-Identifier: MIT */
/* A master that could not be reached is left alone for a moment (250 ms to 1 s, at random), and what
 * is asked meanwhile fails at once with the same cause; then one may try, and the others go on failing
 * until it knows. So a dead master costs all callers together one time-out. Many threads. */
#ifndef MANAGER_OUTAGE_H
#define MANAGER_OUTAGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <supa/error.h>

struct outage {
    atomic_int down; /* looked at without the lock: all is well */
    pthread_mutex_t mutex;
    int64_t until_us;
    int64_t probe_us; /* when somebody began to try; 0: nobody does */
    uint64_t dice;
    supa_error cause;
};

int outage_start(struct outage *outage); /* 0, or −1 */
void outage_end(struct outage *outage);

/* 1 when an error says that the master could not be reached, or not served: it may tomorrow. */
int outage_is(const supa_error *error);
/* 0: the master may be asked. 1: not now, @error is filled in about @store_id. */
int outage_blocks(struct outage *outage, int64_t now_us, const char *store_id, supa_error *error);
/* Nothing came of asking: whoever was let through to try does not know either. */
void outage_release(struct outage *outage);
/* What became of asking: @error as it failed, or NULL when the master answered. */
void outage_note(struct outage *outage, int64_t now_us, const supa_error *error);

#endif
