/* SPDX-License-Identifier: MIT */
/* One side of a comparison: a process of its own that does the same work again and again and says what
 * it cost. bench.c starts the sides of a row, pins them, and lets them run in turn.
 *
 *     PROGRAM SIDE [SIZE]             says "ready SENT", then answers each line "run COUNT"
 *     PROGRAM SIDE --once COUNT [SIZE]  opens, runs COUNT once and ends: for instruction counters
 *
 * SENT is how many bytes one request of the side has, 0 where that is not compared. An answer is
 * "ok CPU WALL RSS PEAK VALUE": nanoseconds for all COUNT together, memory in KB, and what the side
 * itself measures. Peers in other languages speak the same (peer.mjs). */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

struct side {
    const char *name;
    void (*open)(long size); /* all that is not measured; size 0: the row's own */
    void (*run)(long count);
};

/* All sides of a program, NULL at the end; bench.mk makes the table. */
extern const struct side *const sides[];

/* The work was not what it must be: says why and ends the process. */
void side_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* From run: what the row measures, when that is not CPU time. */
void side_report(double value);
/* From open: bytes of one request. */
void side_sent(long bytes);
/* The process's resident memory, now. */
long side_memory_kb(void);
/* A variable of run.sh's. */
const char *side_setting(const char *name);

#endif
