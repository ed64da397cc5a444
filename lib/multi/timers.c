/* SPDX-License-Identifier: MIT */
#include "multi/timers.h"

#include "base/memory.h"

int timers_reserve(struct timers *timers, size_t count)
{
    size_t room = timers->room == 0 ? 64 : timers->room, size;
    struct timer **heap;

    if (count < timers->room)
        return 0;
    while (room <= count)
        room *= 2;
    if (size_multiply(room, sizeof *heap, &size) != 0 ||
        (heap = memory_grow(timers->heap, size)) == NULL)
        return -1;
    timers->heap = heap;
    timers->room = room;
    return 0;
}

void timers_free(struct timers *timers)
{
    memory_free(timers->heap);
    *timers = (struct timers){NULL, 0, 0};
}

static void put(struct timers *timers, size_t place, struct timer *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

static void rise(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;

    while (place > 1 && timers->heap[place / 2]->at_us > timer->at_us) {
        put(timers, place, timers->heap[place / 2]);
        place /= 2;
    }
    put(timers, place, timer);
}

static void sink(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place, below;

    while ((below = 2 * place) <= timers->count) {
        if (below < timers->count && timers->heap[below + 1]->at_us < timers->heap[below]->at_us)
            below++;
        if (timers->heap[below]->at_us >= timer->at_us)
            break;
        put(timers, place, timers->heap[below]);
        place = below;
    }
    put(timers, place, timer);
}

static void take_out(struct timers *timers, struct timer *timer)
{
    const size_t place = timer->place;
    struct timer *last = timers->heap[timers->count--];

    timer->place = 0;
    if (last == timer)
        return;
    put(timers, place, last);
    rise(timers, last);
    sink(timers, last);
}

void timers_set(struct timers *timers, struct timer *timer, int64_t at_us)
{
    timer->at_us = at_us;
    if (at_us == 0) {
        if (timer->place != 0)
            take_out(timers, timer);
        return;
    }
    if (timer->place == 0)
        put(timers, ++timers->count, timer);
    rise(timers, timer);
    sink(timers, timer);
}

struct timer *timers_first(const struct timers *timers)
{
    return timers->count == 0 ? NULL : timers->heap[1];
}
