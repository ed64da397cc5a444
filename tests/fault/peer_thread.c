/* SPDX-License-Identifier: MIT */
#include "peer_thread.h"

#include <signal.h>

/* The signals of faults are left to the sanitizers. */
int peer_thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
    sigset_t ours;
    sigset_t before;
    int result;

    sigfillset(&ours);
    sigdelset(&ours, SIGSEGV);
    sigdelset(&ours, SIGBUS);
    sigdelset(&ours, SIGFPE);
    sigdelset(&ours, SIGILL);
    sigdelset(&ours, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &ours, &before);
    result = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result == 0 ? 0 : -1;
}
