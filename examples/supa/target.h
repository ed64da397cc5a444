/* SPDX-License-Identifier: MIT */
/* A file that a command writes: under its name only once it is whole. */
#ifndef TOOL_TARGET_H
#define TOOL_TARGET_H

#include <stdio.h>

struct target {
    FILE *stream;
    const char *path; /* NULL: standard output */
    char *final;      /* path, its links followed; NULL when the stream is written in place */
    char *partial;    /* beside it, until it is whole */
};

/*
 * Opens @path; NULL and "-" are standard output. A regular file, and one that is not there, is written
 * beside its place, with the mode that it has or that a new file gets. What cannot be replaced, a pipe
 * or a device, is written as it is. 0, or an exit status and the trouble is told.
 */
int target_open(struct target *target, const char *path);

/*
 * Closes it. With status 0 the file takes its place; else what was there stays as it was. The status,
 * or another one when the file cannot be written, and the trouble is told.
 */
int target_close(struct target *target, int status);

/*
 * Opens a file that only its owner may read and that is not there, or standard output unless that is a
 * file which others may read. @what is "key". 0, or an exit status and the trouble is told.
 */
int target_open_private(struct target *target, const char *path, const char *what);

#endif
