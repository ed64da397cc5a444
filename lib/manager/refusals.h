/* SPDX-License-Identifier: MIT */
/* A brief memory of stores that the master has refused, so that asking for them again and again does
 * not reach it. Bounded: whoever asks for many unknown stores makes the oldest be forgotten. The
 * owner's lock is around each call. */
#ifndef MANAGER_REFUSALS_H
#define MANAGER_REFUSALS_H

#include "base/uuid.h"

#include <supa/error.h>

#define REFUSALS 32

struct refusal {
    struct uuid store;
    int64_t until_us;
    char *message; /* NULL: the place is free */
    int32_t code;
};

struct refusals {
    struct refusal *places; /* NULL until the first one */
    size_t next;            /* to be written */
};

/* 1 for codes that are remembered: unknown, inactive, suspended and unsupported stores. */
int refusals_keeps(int32_t code);
/* Without memory it is simply not remembered. */
void refusals_add(
    struct refusals *refusals, struct uuid store, const supa_error *error, int64_t until_us);
/* 1 with @error filled in when the store was refused and the time is not over. */
int refusals_find(
    const struct refusals *refusals, struct uuid store, int64_t now_us, supa_error *error);
void refusals_remove(struct refusals *refusals, struct uuid store);
void refusals_clear(struct refusals *refusals);

#endif
