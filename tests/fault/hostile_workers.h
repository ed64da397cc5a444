/* SPDX-License-Identifier: MIT */
/* Runs many cases in a few processes, each of which takes the next case that nobody has taken. */
#ifndef FAULT_HOSTILE_WORKERS_H
#define FAULT_HOSTILE_WORKERS_H

#include "hostile.h"

enum hostile_state {
    HOSTILE_NOT_RUN,
    HOSTILE_RUNNING,
    HOSTILE_DONE,
    HOSTILE_DIED, /* its process did, amid it */
    HOSTILE_HUNG  /* and its process was ended */
};

struct hostile_case {
    const struct hostile_fault *fault;
    const struct hostile_request *request;
    int state; /* a hostile_state */
    int pid;   /* of the process that runs it */
    long begun_ms;
    struct hostile_result result;
};

/* Memory that this process shares with the ones it starts; NULL when the system has none. */
struct hostile_case *hostile_cases_new(size_t n);

/* Plays them all. The number of processes that ended badly other than amid a case, as one does that
 * leaks, built with a sanitizer; −1 when the system has no process. */
int hostile_cases_run(struct hostile_case *cases, size_t n);

#endif
