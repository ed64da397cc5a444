/* SPDX-License-Identifier: MIT */
#include "transport/resolving.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#define ABANDONED_US 10000000 /* a resolver asks twice for five seconds by default */

struct place {
    int taken;
    uint64_t name;
    int64_t until_us; /* INT64_MAX: as long as it takes */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct place places[RESOLVING_MOST];

static void clear_abandoned(int64_t now_us)
{
    for (size_t i = 0; i < RESOLVING_MOST; i++) {
        if (places[i].until_us <= now_us)
            places[i].taken = 0;
    }
}

static int find_place(uint64_t name)
{
    int free_place = -1, same = 0;

    for (int i = 0; i < RESOLVING_MOST; i++) {
        if (!places[i].taken)
            free_place = i;
        else
            same += places[i].name == name;
    }
    return same < RESOLVING_PER_NAME ? free_place : -1;
}

int resolving_enter(uint64_t name, int64_t now_us)
{
    int i;

    pthread_mutex_lock(&mutex);
    clear_abandoned(now_us);
    i = find_place(name);
    if (i >= 0)
        places[i] = (struct place){1, name, INT64_MAX};
    pthread_mutex_unlock(&mutex);
    return i;
}

static void end(int i, int taken, int64_t until_us)
{
    if (i < 0)
        return;
    pthread_mutex_lock(&mutex);
    places[i].taken = taken;
    places[i].until_us = until_us;
    pthread_mutex_unlock(&mutex);
}

void resolving_leave(int place)
{
    end(place, 0, 0);
}

void resolving_abandon(int place, int64_t now_us)
{
    end(place, 1, now_us + ABANDONED_US);
}

void resolving_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void resolving_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

void resolving_forget_all(void)
{
    memset(places, 0, sizeof places);
}
