/* SPDX-License-Identifier: MIT */
/* What goes wrong meanwhile: servers that die, freeze and come back, keys that change, stores that come and go. */
#ifndef SOAK_CHAOS_H
#define SOAK_CHAOS_H

#include <stdatomic.h>
#include <stdint.h>
#include <supa/platform.h>

enum { CHAOS_EVENTS = 11 };

struct chaos {
    supa_manager *manager; /* of another process's kind: the workers' learns of it by itself */
    supa_manager *workers; /* theirs */
    atomic_int *stop;
    int64_t each_us; /* between two events */
    int64_t times[CHAOS_EVENTS], failures;
};

/* The body of a thread: one event after another, each in its turn. Leaves everything mended. */
void *chaos_run(void *chaos);
const char *chaos_name(int event);

#endif
