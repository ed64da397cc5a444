/* SPDX-License-Identifier: MIT */
/* The manager's own thread, for who wants no lease to wait for a refresh. */
#include "base/clock.h"
#include "base/error.h"
#include "manager/manager_internal.h"

#include <pthread.h>
#include <signal.h>

#define PATIENCE_US 100000

static void *work(void *user)
{
    supa_manager *manager = user;
    int64_t interval_us = manager->refresh.interval_us;
    supa_error error;

    while (!sleeper_wait(&manager->stop, clock_us() + interval_us)) {
        error_clear(&error);
        refresh_now(&manager->refresh, &error); /* what fails is counted there */
    }
    sleeper_wake(&manager->stopped);
    manager_unref(manager);
    return NULL;
}

/* Detached: nobody waits for a master that does not answer. Without signals, which are the host
 * process's. */
static int start_thread(supa_manager *manager)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    int failed;

    if (pthread_attr_init(&attributes) != 0)
        return -1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) != 0 ||
             pthread_create(&thread, &attributes, work, manager) != 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed ? -1 : 0;
}

int background_start(supa_manager *manager, supa_error *error)
{
    if (sleeper_start(&manager->stop) != 0)
        return error_no_memory(error);
    if (sleeper_start(&manager->stopped) != 0) {
        sleeper_end(&manager->stop);
        return error_no_memory(error);
    }
    manager->has_sleepers = 1;
    manager_ref(manager);
    if (start_thread(manager) != 0) {
        manager_unref(manager);
        return error_no_memory(error);
    }
    manager->has_thread = 1;
    return SUPA_OK;
}

void background_stop(supa_manager *manager)
{
    if (!manager->has_thread)
        return;
    sleeper_wake(&manager->stop);
    sleeper_wait(&manager->stopped, clock_us() + PATIENCE_US);
}
