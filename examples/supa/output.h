/* SPDX-License-Identifier: MIT */
/* Rows that go out, one at a time: a table, JSON, NDJSON or CSV. */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include "columns.h"
#include "table.h"

#include <supa/supa.h>

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_NDJSON, OUTPUT_CSV };

struct writer {
    FILE *stream;
    enum output output;
    int is_single; /* one row: JSON is an object, a table has a line for each column */
    long rows;
    size_t columns; /* of CSV: as many as the first row has */
    struct table table;
    const struct columns *hidden; /* that are not printed; NULL: none */
};

/*
 * @word is the value of --output, or NULL: a table on a terminal, else @otherwise. 0, or an exit status
 * and the mistake is told.
 */
int writer_begin(struct writer *writer, FILE *stream, const char *word, enum output otherwise);

/* @store, when not NULL, is a first column "store". */
void writer_row(struct writer *writer, const char *store, supa_row row);

/* What is left to be written. 0, or an exit status: the stream could not be written. */
int writer_end(struct writer *writer);

/* Ends after a failure: a table prints what it has, nothing is completed. */
void writer_break(struct writer *writer);

#endif
