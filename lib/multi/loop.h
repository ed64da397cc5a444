/* SPDX-License-Identifier: MIT */
/* A multi in a program's own event loop. */
#ifndef MULTI_LOOP_H
#define MULTI_LOOP_H

#include <supa/multi.h>

struct loop {
    supa_multi_on_socket on_socket; /* NULL: the multi waits by itself */
    supa_multi_on_timer on_timer;
    void *user;
    int64_t curl_due_us; /* when libcurl wants to be asked; 0: not at all */
    int64_t told_us;     /* what on_timer was told; 0: nothing */
    int reader, writer;  /* of supa_multi_wakeup */
};

/* The end of a call on the multi: tells the program until when it may sleep. */
void loop_settle(supa_multi *multi);
/* A token's descriptor is watched, or not any more. */
void loop_watch(supa_multi *multi, int fd, int is_wanted);
/* Wakes the program up; any thread. */
void loop_wake(supa_multi *multi);
void loop_end(supa_multi *multi);

#endif
