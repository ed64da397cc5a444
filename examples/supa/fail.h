/* SPDX-License-Identifier: MIT */
/* How a command ends: exit statuses by class of error, errors in one line and a hint, colours. */
#ifndef TOOL_FAIL_H
#define TOOL_FAIL_H

#include "text.h"

#include <stdio.h>
#include <supa/supa.h>

enum exit_status {
    EXIT_FINE = 0,
    EXIT_OTHER = 1,     /* memory, files, answers that cannot be read */
    EXIT_USAGE = 2,     /* a wrong command line, configuration or filter */
    EXIT_REFUSED = 3,   /* not sent: scope, no filter, an address or a length that is not allowed */
    EXIT_UNREACHED = 4, /* no answer, or not PostgREST's: may work later */
    EXIT_KEYS = 5,      /* a key, a right or sealed credentials */
    EXIT_SERVER = 6,    /* PostgREST or PostgreSQL refused */
    EXIT_NOT_FOUND = 7, /* no such store, host or single row */
    EXIT_CLOSED = 8,    /* a store that is inactive, suspended or of another type */
    EXIT_CONFLICT = 9,  /* somebody else was first */
    EXIT_UNKNOWN = 10,  /* a write was sent and not answered: it may have happened */
    EXIT_PARTLY = 11    /* some of many failed */
};

/* The status of an error, and of a code alone. */
int status_of(const supa_error *error);

/* Prints "supa: code: message" and the hint. Returns the error's status. */
int tell_error(const supa_error *error);

/* Prints "supa: …" and, when @hint is not NULL, the hint. Returns EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int misuse(const char *hint, const char *format, ...);

/* A hint alone, below a trouble that is told already. */
__attribute__((format(printf, 1, 2))) void advise(const char *format, ...);

/* The same for troubles that are not the caller's. Returns EXIT_OTHER. */
__attribute__((format(printf, 1, 2))) int trouble(const char *format, ...);

/*
 * Where the master's key and that of a plain server come from, told when one is refused: "KEY of the
 * environment". Kept by pointer.
 */
void fail_keys(const char *master, const char *server);

/* Whether the command only reads: then nothing can have happened that matters. */
void fail_reads(int is_read);

/* Troubles go into these texts and are not printed, until both are NULL again. */
void fail_keep(struct text *message, struct text *hint);

/* An escape sequence, or "" where @stream is no terminal or NO_COLOR is set. */
enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW, COLOUR_DIM, COLOUR_BOLD };
const char *colour(FILE *stream, enum colour colour);

#endif
