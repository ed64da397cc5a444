/* SPDX-License-Identifier: MIT */
/* Which process this is: what a parent opened, its child of fork may not use. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdatomic.h>
#include <supa/error.h>

/* A number that is another one in each child of fork from the first call on. */
unsigned process_generation(void);

/* 0 when @generation is this process's, else the code with @error filled in: @what was made before
 * a fork. */
int process_check(unsigned generation, const char *what, supa_error *error);

extern atomic_uint process_current; /* what process_generation has returned and would return */
/* Whether it is this process's: the first half of process_check, for what every request does. */
static inline int process_is(unsigned generation)
{
    return generation == atomic_load_explicit(&process_current, memory_order_relaxed);
}

#endif
