/* SPDX-License-Identifier: MIT */
/* Rows as people read them, as wide as the terminal. */
#ifndef TOOL_TABLE_H
#define TOOL_TABLE_H

#include "text.h"

enum cell_kind { CELL_MISSING, CELL_TEXT, CELL_NUMBER, CELL_NULL };

struct table_cell {
    char *text; /* of what can be printed */
    int width;  /* in columns of a terminal */
    enum cell_kind kind;
    int is_whole; /* a part of it says nothing, or something else: a number, an id */
};

/* Zeroed is an empty table. */
struct table {
    struct table_cell *names;
    size_t columns;
    struct table_row {
        struct table_cell *cells;
        size_t count;
    } * rows;
    size_t count, capacity;
};

/* Begins a row; its cells follow, each under its column's name. */
void table_row(struct table *table);
void table_cell(
    struct table *table, const char *name, size_t name_length, const char *text, size_t length,
    enum cell_kind kind);

/*
 * Prints it: columns side by side, texts that are too wide cut at a character, with "…", numbers and
 * ids never; where that does not fit, or with @is_single, a line for each cell, and two for an id that
 * is too wide. As wide as the stream's terminal, or $COLUMNS; without either nothing is cut.
 */
void table_print(const struct table *table, FILE *stream, int is_single);
void table_free(struct table *table);

/* How many columns a text takes on a terminal. */
int text_width(const char *text);

/* How wide the stream's terminal is, or $COLUMNS; 0: not known. */
int terminal_width(FILE *stream);

#endif
