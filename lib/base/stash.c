/* SPDX-License-Identifier: MIT */
#include "base/stash.h"

#include <stddef.h>

int stash_off = 0;

/* Threads are numbered as they come; a number is never used again, so that a place of a thread's own
 * stays its own. What is in it when the thread ends stays there: bounded, and reachable. */
static size_t thread_number(void)
{
    static atomic_size_t threads;
    static _Thread_local size_t number; /* from 1 */

    if (number == 0)
        number = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) + 1;
    return number;
}

/* What was written to an object before it was kept is seen by who takes it. */
static void *take_shared(struct stash *stash, size_t first)
{
    for (size_t i = 0; i < STASH_SHARED; i++) {
        _Atomic(void *) *place = &stash->shared[(first + i) % STASH_SHARED].object;

        if (atomic_load_explicit(place, memory_order_relaxed) != NULL) {
            void *object = atomic_exchange_explicit(place, NULL, memory_order_acquire);

            if (object != NULL)
                return object;
        }
    }
    return NULL;
}

static int keep_shared(struct stash *stash, size_t first, void *object)
{
    for (size_t i = 0; i < STASH_SHARED; i++) {
        _Atomic(void *) *place = &stash->shared[(first + i) % STASH_SHARED].object;
        void *none = NULL;

        if (atomic_load_explicit(place, memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong_explicit(
                place, &none, object, memory_order_release, memory_order_relaxed))
            return 0;
    }
    return -1;
}

void *stash_take(struct stash *stash)
{
    const size_t number = thread_number();

    if (stash_off)
        return NULL;
    if (number <= STASH_OWN && stash->own[number - 1].object != NULL) {
        void *object = stash->own[number - 1].object;

        stash->own[number - 1].object = NULL;
        return object;
    }
    return take_shared(stash, number);
}

int stash_keep(struct stash *stash, void *object)
{
    const size_t number = thread_number();

    if (stash_off)
        return -1;
    if (number <= STASH_OWN && stash->own[number - 1].object == NULL) {
        stash->own[number - 1].object = object;
        return 0;
    }
    return keep_shared(stash, number, object);
}
