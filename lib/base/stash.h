/* SPDX-License-Identifier: MIT */
/* Spent objects, kept so that a warm program allocates nothing for the next ones. Bounded, without a
 * lock, for any number of threads. The first threads that come have a place each that nobody else looks
 * at, so that they do not even need an atomic operation; all share the others. */
#ifndef BASE_STASH_H
#define BASE_STASH_H

#include <stdalign.h>
#include <stdatomic.h>

#define STASH_OWN    32
#define STASH_SHARED 32
#define STASH_LINE   64    /* bytes of a cache line, on most processors */
#define STASH_KEPT   65536 /* bytes of one buffer that a spent object may keep */

/* Zeros are an empty one. */
struct stash {
    struct {
        alignas(STASH_LINE) void *object;
    } own[STASH_OWN];
    struct {
        alignas(STASH_LINE) _Atomic(void *) object;
    } shared[STASH_SHARED];
};

/* An object of the caller's from now on, or NULL when there is none. */
void *stash_take(struct stash *stash);
/* 0 when the stash keeps the object; −1 when it is full, and the object is still the caller's. */
int stash_keep(struct stash *stash, void *object);

/* For tests: while it is not 0, all stashes are empty and full at once. Set while one thread runs. */
extern int stash_off;

#endif
