/* SPDX-License-Identifier: MIT */
/* The thirteen rows: what is compared with what, and what is allowed. */
#ifndef BENCH_BUDGETS_H
#define BENCH_BUDGETS_H

#include "worker.h"

/* How ours may stand to the floor. */
enum rule {
    TIMES,   /* at most limit × the floor */
    PLUS,    /* at most the floor + limit */
    BELOW,   /* less than limit, whatever the floor is */
    AT_LEAST /* at least limit × the floor */
};

/* A process: program, side and size. */
struct who {
    const char *program, *side, *size;
};

struct part {
    const char *what;
    struct who floor, ours;
    enum measure measure;
    enum rule rule;
    double limit; /* in the unit */
    const char *unit;
    double units; /* of the measure in one unit: 1000 ns are 1 µs */
    long count;   /* runs in a round */
    int pinned;   /* client and server on one core */
    int fresh;    /* each round in a process of its own */
    int rounds;   /* 0: as many as were asked for */
};

#define MAX_PARTS 3

struct row {
    const char *name, *budget;
    struct part parts[MAX_PARTS]; /* met when all are; the first is the row's figure */
};

/* What another client has to be beaten by. */
struct lead {
    const char *row, *what;
    enum measure measure;
    double factor;
};

extern const struct row rows[];
extern const struct lead leads[];

/* Whether @name is one of @names, which are parted by commas; NULL names all. */
int is_named(const char *names, const char *name);

#endif
