/* SPDX-License-Identifier: MIT */
/* The lines of a CSV answer that comes in pieces of any size. Memory follows the longest line and
 * piece.
 *
 * RFC 4180 as PostgreSQL writes it: a field that needs it stands in quotes, where a quote, and a
 * backslash too, is doubled; lines end in LF (CRLF is taken too) and the last needs no end. What is
 * null is an empty field without quotes. PostgREST writes the names in the header line as they are,
 * so one with a comma in it looks like two. */
#ifndef RESULT_CSV_SPLITTER_H
#define RESULT_CSV_SPLITTER_H

#include "result/held.h"

#include <stddef.h>
#include <stdint.h>

enum csv_split {
    CSV_HEADER, /* the first line: the columns' names */
    CSV_LINE,   /* one of the others: a row */
    CSV_MORE,   /* more bytes are needed */
    CSV_END,    /* only after csv_splitter_end */
    CSV_BAD     /* see csv_splitter_problem; it stays so */
};

enum csv_problem {
    CSV_PROBLEM_NONE,
    CSV_PROBLEM_MALFORMED,
    CSV_PROBLEM_TOO_LARGE, /* a line is longer than it may be */
    CSV_PROBLEM_CUT,       /* the bytes ended in a quoted field */
    CSV_PROBLEM_NO_MEMORY
};

/* What the next byte belongs to. */
enum csv_place {
    CSV_PLACE_FIELD, /* a field's start */
    CSV_PLACE_PLAIN, /* a field without quotes */
    CSV_PLACE_QUOTED,
    CSV_PLACE_QUOTE, /* behind a quote in a quoted field, its last one or the first of two */
    CSV_PLACE_RETURN /* behind a carriage return behind a quoted field */
};

struct csv_splitter {
    struct held held; /* from the line's start on */
    size_t at;        /* what is before it has been looked at */
    size_t line_max;
    enum csv_place place;
    int begun; /* the header was handed out */
    int ended; /* no more bytes come */
    enum csv_problem problem;
    const char *what;
};

/* One field of a line. It is null when it is empty and not quoted. */
struct csv_field {
    const char *bytes; /* in the line, those between the quotes */
    size_t length;
    int quoted;
};

/* @line_max is the longest line that is taken, in bytes; SIZE_MAX for no bound. */
void csv_splitter_init(struct csv_splitter *splitter, size_t line_max);
void csv_splitter_free(struct csv_splitter *splitter); /* any state, also of zeros */

/* Copies @n bytes in and returns how many were taken: @n, or 0 when memory is gone, which
 * csv_splitter_next then says too. */
size_t csv_splitter_feed(struct csv_splitter *splitter, const char *bytes, size_t n);

/* No more bytes come: csv_splitter_next gives what is left. Whether the answer was whole cannot be
 * seen from it, unless it ends in a quoted field. */
void csv_splitter_end(struct csv_splitter *splitter);

/* The next line without its end, valid until the next call of csv_splitter_feed or
 * csv_splitter_free. An end of line with nothing behind it begins no line: so the last row of one
 * column, when it is null, is not seen. */
enum csv_split csv_splitter_next(struct csv_splitter *splitter, const char **line, size_t *length);

/* Bytes that are held and not handed out. */
size_t csv_splitter_unread(const struct csv_splitter *splitter);
/* The problem in words, a constant that shows nothing of the text; NULL when there is none. */
const char *csv_splitter_problem(const struct csv_splitter *splitter);

/* The field that begins at @at in a line that ends at @end: returns where it ends, at its comma or at
 * @end. */
const char *csv_field_at(const char *at, const char *end, struct csv_field *field);
/* Field @index of a line that csv_splitter_next gave: 1, or 0 when the line has not that many. A
 * line has one field at least. */
int csv_field(const char *line, size_t length, size_t index, struct csv_field *field);
/* Writes the field's text, at most field->length bytes and no NUL, and returns how many. A backslash
 * that is not doubled stands for itself. */
size_t csv_decode(const struct csv_field *field, char *out);

#endif
