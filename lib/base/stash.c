/* SPDX-License-Identifier: MIT */
#include "base/stash.h"

#include <stddef.h>

/* Threads are numbered as they come. */
static size_t own_place(void)
{
    static atomic_size_t threads;
    static _Thread_local size_t number; /* from 1 */

    if (number == 0)
        number = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) + 1;
    return number;
}

/* What is written to an object before it is kept is seen by who takes it. */
void *stash_take(struct stash *stash)
{
    const size_t own = own_place();

    for (size_t i = 0; i < STASH_PLACES; i++) {
        _Atomic(void *) *place = &stash->places[(own + i) % STASH_PLACES].object;
        void *object = atomic_load_explicit(place, memory_order_relaxed);

        if (object == NULL)
            continue;
        object = atomic_exchange_explicit(place, NULL, memory_order_acquire);
        if (object != NULL)
            return object;
    }
    return NULL;
}

int stash_keep(struct stash *stash, void *object)
{
    const size_t own = own_place();

    for (size_t i = 0; i < STASH_PLACES; i++) {
        _Atomic(void *) *place = &stash->places[(own + i) % STASH_PLACES].object;
        void *none = NULL;

        if (atomic_load_explicit(place, memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong_explicit(
                place, &none, object, memory_order_release, memory_order_relaxed))
            return 0;
    }
    return -1;
}
