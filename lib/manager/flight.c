/* SPDX-License-Identifier: MIT */
#include "manager/flight.h"

#include "base/clock.h"
#include "base/memory.h"

#include <string.h>
#include <time.h>

struct flight *flight_find(struct flight *list, const char *key)
{
    while (list != NULL && (list->overtaken || strcmp(list->key, key) != 0))
        list = list->next;
    return list;
}

struct flight *flight_begin(struct flight **list, const char *key)
{
    size_t length = strlen(key) + 1;
    struct flight *flight = memory_zero(sizeof *flight + length);

    if (flight == NULL)
        return NULL;
    memcpy(flight->key, key, length);
    flight->started_us = clock_us();
    flight->next = *list;
    *list = flight;
    return flight;
}

void flight_join(struct flight *flight, struct flight_waiter *waiter)
{
    waiter->flight = flight;
    waiter->overtaken = 0;
    waiter->next = flight->waiters;
    flight->waiters = waiter;
}

void flight_overtake_all(struct flight *list)
{
    for (; list != NULL; list = list->next)
        list->overtaken = 1;
}

struct flight_waiter *flight_abandon(struct flight *flight)
{
    struct flight_waiter *waiters = flight->waiters;

    for (struct flight_waiter *waiter = waiters; waiter != NULL; waiter = waiter->next) {
        waiter->flight = NULL;
        waiter->overtaken = flight->overtaken;
    }
    flight->waiters = NULL;
    return waiters;
}

struct flight_waiter *flight_abandon_all(struct flight *list)
{
    struct flight_waiter *all = NULL;

    for (; list != NULL; list = list->next) {
        struct flight_waiter *waiter = flight_abandon(list);

        while (waiter != NULL) {
            struct flight_waiter *next = waiter->next;

            waiter->next = all;
            all = waiter;
            waiter = next;
        }
    }
    return all;
}

struct flight_waiter *flight_end(struct flight **list, struct flight *flight)
{
    struct flight_waiter *waiters = flight_abandon(flight);

    while (*list != flight)
        list = &(*list)->next;
    *list = flight->next;
    memory_free(flight);
    return waiters;
}

int flight_leave(struct flight_waiter *waiter)
{
    struct flight_waiter **place;

    if (waiter->flight == NULL)
        return 0;
    place = &waiter->flight->waiters;
    while (*place != waiter)
        place = &(*place)->next;
    *place = waiter->next;
    waiter->flight = NULL;
    return 1;
}

void flight_tell(struct flight_waiter *waiters)
{
    while (waiters != NULL) {
        struct flight_waiter *next = waiters->next; /* the waiter may be gone after the call */

        waiters->done(waiters);
        waiters = next;
    }
}

int sleeper_start(struct flight_sleeper *sleeper)
{
    pthread_condattr_t attributes;
    int failed;

    sleeper->done = 0;
    if (pthread_condattr_init(&attributes) != 0)
        return -1;
    failed = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
             pthread_cond_init(&sleeper->told, &attributes) != 0;
    pthread_condattr_destroy(&attributes);
    if (!failed && pthread_mutex_init(&sleeper->mutex, NULL) != 0) {
        pthread_cond_destroy(&sleeper->told);
        failed = 1;
    }
    return failed ? -1 : 0;
}

void sleeper_end(struct flight_sleeper *sleeper)
{
    pthread_cond_destroy(&sleeper->told);
    pthread_mutex_destroy(&sleeper->mutex);
}

void sleeper_wake(struct flight_sleeper *sleeper)
{
    pthread_mutex_lock(&sleeper->mutex);
    sleeper->done = 1;
    pthread_cond_broadcast(&sleeper->told);
    pthread_mutex_unlock(&sleeper->mutex);
}

int sleeper_wait(struct flight_sleeper *sleeper, int64_t deadline_us)
{
    struct timespec until = {(time_t)(deadline_us / 1000000), (long)(deadline_us % 1000000) * 1000};
    int result = 0, done;

    pthread_mutex_lock(&sleeper->mutex);
    while (!sleeper->done && result == 0)
        result = deadline_us == 0 ? pthread_cond_wait(&sleeper->told, &sleeper->mutex)
                                  : pthread_cond_timedwait(&sleeper->told, &sleeper->mutex, &until);
    done = sleeper->done;
    pthread_mutex_unlock(&sleeper->mutex);
    return done;
}
