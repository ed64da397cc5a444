/* SPDX-License-Identifier: MIT */
/* A side at work, as the runner sees it (side.h has the protocol). */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

#include <stdio.h>
#include <sys/types.h>

enum measure { CPU, WALL, RSS, PEAK, VALUE, INSTRUCTIONS, MEASURES };

/* One round: CPU and WALL in ns for each run, RSS and PEAK in KB, VALUE as the side reports it. */
struct sample {
    double of[MEASURES];
};

struct worker {
    pid_t pid;
    FILE *to, *from;
    long sent;     /* bytes of one request, or 0 */
    char why[400]; /* it failed */
};

/* Starts a side and waits until it is ready. @core is the CPU it may use, −1 for all. 0, or −1 with
 * why filled in. */
int worker_start(struct worker *worker, const char *const *command, int core);
int worker_run(struct worker *worker, long count, struct sample *sample);
/* Ends it; a worker that is all zero, or did not start, is left alone. */
void worker_stop(struct worker *worker);

/* User instructions of one run: by callgrind, as the difference between many and few runs. −1 with
 * @why filled in when they cannot be counted. */
double worker_instructions(const char *const *command, char *why, size_t size);

#endif
