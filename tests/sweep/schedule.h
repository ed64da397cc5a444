/* SPDX-License-Identifier: MIT */
/* A scheduler for tests: a few threads of which one runs at a time, and which one goes on is chosen at every
 * lock, wait and atomic operation of theirs, until each choice was taken once (depth first). So a scene is
 * played in every order in which its threads can meet, but for a bound on how often one is stopped that could
 * have gone on. Memory is sequentially consistent here: what a processor may reorder is ThreadSanitizer's to
 * find.
 *
 * The linker puts the functions of POSIX threads and of the clock that it needs in the places of the
 * program's (--wrap); points.h does the same to atomic operations of what is compiled with it. Time stands
 * still, but for waits that time out. */
#ifndef SWEEP_SCHEDULE_H
#define SWEEP_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

enum { SCHEDULE_THREADS = 3 };

struct schedule_scene {
    const char *name;
    void (*start)(void *user); /* before each run, and ... */
    void (*end)(void *user);   /* ... after it: looks whether all is as it should be */
    void (*threads[SCHEDULE_THREADS])(void *user);
    int bound; /* how often a thread is stopped that could go on */
};

struct schedule_result {
    size_t runs;
    size_t points;    /* of the longest run */
    int is_cut;       /* there were more runs than asked for */
    char wrong[256];  /* what the first run that failed found; "" when none did */
    char trace[4096]; /* that one's choices, for schedule_replay */
};

/* All runs of the scene, @most at most, until one fails. */
void schedule_explore(
    const struct schedule_scene *scene, void *user, size_t most, struct schedule_result *result);
/* The one run that the trace tells; each choice is shown on stderr. */
void schedule_replay(
    const struct schedule_scene *scene, void *user, const char *trace,
    struct schedule_result *result);

/* From a scene: this run has failed. The first cause is kept. */
void schedule_fail(const char *cause);
/* Another thread may go on here. */
void schedule_point(void);
/* 1 when the deadline is to pass here: the clock is put there. Both ways are tried. */
int schedule_times_out(int64_t deadline_us);
/* The clock, which the scene may put forward. */
int64_t schedule_now_us(void);
void schedule_turn(int64_t us);
/* Operations since the run began, in their order. */
size_t schedule_step(void);

#endif
