/* SPDX-License-Identifier: MIT */
#include "manager/fetch.h"

#include "base/clock.h"
#include "base/memory.h"

#include <string.h>
#include <time.h>

struct fetch *fetch_find(struct fetch *list, const char *key)
{
    while (list != NULL && (list->overtaken || strcmp(list->key, key) != 0))
        list = list->next;
    return list;
}

struct fetch *fetch_begin(struct fetch **list, const char *key)
{
    size_t length = strlen(key) + 1;
    struct fetch *fetch = memory_zero(sizeof *fetch + length);

    if (fetch == NULL)
        return NULL;
    memcpy(fetch->key, key, length);
    fetch->started_us = clock_us();
    fetch->next = *list;
    *list = fetch;
    return fetch;
}

void fetch_join(struct fetch *fetch, struct fetch_waiter *waiter)
{
    waiter->fetch = fetch;
    waiter->overtaken = 0;
    waiter->next = fetch->waiters;
    fetch->waiters = waiter;
}

void fetch_overtake_all(struct fetch *list)
{
    for (; list != NULL; list = list->next) {
        if (list->overtaken == FETCH_NOT_OVERTAKEN) /* one that was dropped stays so */
            list->overtaken = FETCH_OUTDATED;
    }
}

struct fetch_waiter *fetch_abandon(struct fetch *fetch)
{
    struct fetch_waiter *waiters = fetch->waiters;

    for (struct fetch_waiter *waiter = waiters; waiter != NULL; waiter = waiter->next) {
        waiter->fetch = NULL;
        waiter->overtaken = fetch->overtaken;
    }
    fetch->waiters = NULL;
    return waiters;
}

struct fetch_waiter *fetch_abandon_all(struct fetch *list)
{
    struct fetch_waiter *all = NULL;

    for (; list != NULL; list = list->next) {
        struct fetch_waiter *waiter = fetch_abandon(list);

        while (waiter != NULL) {
            struct fetch_waiter *next = waiter->next;

            waiter->next = all;
            all = waiter;
            waiter = next;
        }
    }
    return all;
}

struct fetch_waiter *fetch_end(struct fetch **list, struct fetch *fetch)
{
    struct fetch_waiter *waiters = fetch_abandon(fetch);

    while (*list != fetch)
        list = &(*list)->next;
    *list = fetch->next;
    memory_free(fetch);
    return waiters;
}

int fetch_leave(struct fetch_waiter *waiter)
{
    struct fetch_waiter **place;

    if (waiter->fetch == NULL)
        return 0;
    place = &waiter->fetch->waiters;
    while (*place != waiter)
        place = &(*place)->next;
    *place = waiter->next;
    waiter->fetch = NULL;
    return 1;
}

void fetch_tell(struct fetch_waiter *waiters)
{
    while (waiters != NULL) {
        struct fetch_waiter *next = waiters->next; /* the waiter may be gone after the call */

        waiters->done(waiters);
        waiters = next;
    }
}

int sleeper_start(struct fetch_sleeper *sleeper)
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

void sleeper_end(struct fetch_sleeper *sleeper)
{
    pthread_cond_destroy(&sleeper->told);
    pthread_mutex_destroy(&sleeper->mutex);
}

void sleeper_wake(struct fetch_sleeper *sleeper)
{
    pthread_mutex_lock(&sleeper->mutex);
    sleeper->done = 1;
    pthread_cond_broadcast(&sleeper->told);
    pthread_mutex_unlock(&sleeper->mutex);
}

int sleeper_wait(struct fetch_sleeper *sleeper, int64_t deadline_us)
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
