/* SPDX-License-Identifier: MIT */
/* How far a long command is: a line on standard error that is written over, on a terminal only. */
#ifndef TOOL_PROGRESS_H
#define TOOL_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

struct progress {
    const char *what; /* "row", "store" */
    int64_t total;    /* −1: not known, and there is no bar */
    int64_t done, began_us, told_us;
    int is_shown;
};

void progress_begin(struct progress *progress, const char *what, int64_t total);
/* Rows go to @stream meanwhile: on a terminal they would stand in the line. */
void progress_beside(struct progress *progress, FILE *stream);
void progress_step(struct progress *progress, int64_t n);
/* Takes the line away and tells the sum: "1000 rows in 0.5 s, 2000 rows/s". */
void progress_end(struct progress *progress);
/* Takes the line away after a failure, which is told in its place. */
void progress_break(struct progress *progress);

#endif
