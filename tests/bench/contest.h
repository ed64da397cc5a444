/* SPDX-License-Identifier: MIT */
/* The sides of one part, run in turn. */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include "budgets.h"
#include "statistics.h"

enum contestant { THE_FLOOR, OUR_OWN, THE_PEER, CONTESTANTS };

/* Each contestant's figures; `why` says what kept one from being measured. */
struct contest {
    struct figure of[CONTESTANTS][MEASURES];
    char why[CONTESTANTS][400];
};

/* @peer: also run the peer's side of @row. @rounds: without the first, which warms up. */
void contest_run(
    struct contest *contest, const char *row, const struct part *part, int rounds, int peer);
/* A side alone. */
void contest_measure(
    const struct who *who, const struct part *part, int rounds, struct figure *of, char *why);

#endif
