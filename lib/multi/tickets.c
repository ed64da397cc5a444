/* SPDX-License-Identifier: MIT */
/* The table of flights: a ticket is a place in it and how often the place was used. */
#include "base/memory.h"
#include "multi/multi_internal.h"

/* A place for one flight more, and what later calls need to be sure to have. */
int tickets_reserve(supa_multi *multi)
{
    size_t room = multi->slot_room == 0 ? 64 : 2 * multi->slot_room, size;
    struct slot *slots;

    if (timers_reserve(&multi->timers, multi->slot_count + 1) != 0)
        return -1;
    if (multi->first_free != 0 || multi->slot_count < multi->slot_room)
        return 0;
    if (room >= UINT32_MAX || size_multiply(room, sizeof *slots, &size) != 0 ||
        (slots = memory_grow(multi->slots, size)) == NULL)
        return -1;
    multi->slots = slots;
    multi->slot_room = room;
    return 0;
}

size_t tickets_take(supa_multi *multi, struct flight *flight)
{
    size_t i = multi->first_free;

    if (i != 0) {
        multi->first_free = multi->slots[--i].next_free;
    } else {
        i = multi->slot_count++;
        multi->slots[i].serial = 0;
    }
    multi->slots[i].flight = flight;
    multi->slots[i].serial++;
    return i;
}

uint64_t multi_ticket(const struct flight *flight)
{
    const struct slot *slot = &flight->multi->slots[flight->slot];

    return (uint64_t)slot->serial << 32 | (flight->slot + 1);
}

struct flight *multi_find(const supa_multi *multi, uint64_t ticket)
{
    const size_t i = (size_t)(ticket & UINT32_MAX) - 1;

    if (multi == NULL || (ticket & UINT32_MAX) == 0 || i >= multi->slot_count ||
        multi->slots[i].serial != ticket >> 32)
        return NULL;
    return multi->slots[i].flight;
}

void tickets_leave(supa_multi *multi, size_t i)
{
    multi->slots[i].flight = NULL;
    multi->slots[i].next_free = multi->first_free;
    multi->first_free = (uint32_t)i + 1;
}
