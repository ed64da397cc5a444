/* SPDX-License-Identifier: MIT */
#include "base/process.h"

#include "base/error.h"

#include <pthread.h>

static pthread_once_t watched = PTHREAD_ONCE_INIT;
atomic_uint process_current;

static void bump(void)
{
    atomic_fetch_add(&process_current, 1);
}

static void watch(void)
{
    pthread_atfork(NULL, NULL, bump);
}

unsigned process_generation(void)
{
    pthread_once(&watched, watch);
    return atomic_load_explicit(&process_current, memory_order_relaxed);
}

int process_check(unsigned made, const char *what, supa_error *error)
{
    if (made == process_generation())
        return SUPA_OK;
    error_set(
        error, SUPA_ERROR_ARGUMENT, SUPA_NOT_SENT,
        "%s was made before a fork: parent and child would read each other's answers", what);
    error_hint(error, "make it anew in the child; freeing the old one there is allowed");
    return SUPA_ERROR_ARGUMENT;
}
