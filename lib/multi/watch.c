/* SPDX-License-Identifier: MIT */
/* The cancel tokens that flights carry. */
#include "base/cancel.h"
#include "base/memory.h"
#include "multi/multi_internal.h"

/* Tokens that several flights carry are watched once. */
int watch_begin(supa_multi *multi, struct supa_cancel *cancel)
{
    size_t room = multi->watch_room == 0 ? 16 : 2 * multi->watch_room;
    struct watch *watches;
    struct lane_look *looks;

    for (size_t i = 0; i < multi->watch_count; i++) {
        if (multi->watches[i].cancel == cancel) {
            multi->watches[i].flights++;
            return 0;
        }
    }
    if (multi->watch_count == multi->watch_room) {
        watches = memory_grow(multi->watches, room * sizeof *watches);
        if (watches != NULL)
            multi->watches = watches;
        looks = memory_grow(multi->looks, room * sizeof *looks);
        if (looks != NULL)
            multi->looks = looks;
        if (watches == NULL || looks == NULL)
            return -1;
        multi->watch_room = room;
    }
    multi->watches[multi->watch_count] = (struct watch){supa_cancel_ref(cancel), 1};
    multi->looks[multi->watch_count++] =
        (struct lane_look){cancel_descriptor(cancel), LANE_READABLE, 0};
    loop_watch(multi, cancel_descriptor(cancel), 1);
    return 0;
}

void watch_end(supa_multi *multi, struct flight *flight)
{
    size_t i = 0;

    if (flight->watched == NULL)
        return;
    while (multi->watches[i].cancel != flight->watched)
        i++;
    flight->watched = NULL;
    if (--multi->watches[i].flights != 0)
        return;
    loop_watch(multi, cancel_descriptor(multi->watches[i].cancel), 0);
    supa_cancel_unref(multi->watches[i].cancel);
    multi->watches[i] = multi->watches[--multi->watch_count];
    multi->looks[i] = multi->looks[multi->watch_count];
}

/* The rows of a stream that has ended may still wait to be called back; and a lease is under way
 * elsewhere until it ends. */
static int may_be_given_up(const struct flight *flight)
{
    return flight->state != FLIGHT_ENDED || flight->renewal.cancel != NULL ||
           (flight->stream != NULL && flight->response == NULL);
}

void watch_fired(supa_multi *multi)
{
    for (size_t w = 0; w < multi->watch_count; w++) {
        const struct supa_cancel *cancel = multi->watches[w].cancel;

        if (!supa_cancel_fired(cancel))
            continue;
        for (size_t i = 0; i < multi->slot_count; i++) {
            struct flight *flight = multi->slots[i].flight;

            if (flight != NULL && flight->watched == cancel && may_be_given_up(flight))
                flight_give_up(flight, SUPA_ERROR_CANCELLED);
        }
        if (w < multi->watch_count && multi->watches[w].cancel != cancel)
            w--; /* the last flight that carried it has ended, another token stands here now */
    }
}
