/* SPDX-License-Identifier: MIT */
/* A thread of a test's own server or helper. */
#ifndef FAULT_PEER_THREAD_H
#define FAULT_PEER_THREAD_H

#include <pthread.h>

/* Starts it with every signal of the process blocked, so that those reach the threads under test;
 * a write to a client that is gone leaves SIGPIPE pending in it. 0, or −1 when the system has no
 * thread. */
int peer_thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

#endif
