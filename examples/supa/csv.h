/* SPDX-License-Identifier: MIT */
/* CSV as RFC 4180 has it, with line ends of either kind. */
#ifndef TOOL_CSV_H
#define TOOL_CSV_H

#include "text.h"

struct csv_field {
    struct text text;
    int is_quoted;
};

/* Zeroed before the first use. */
struct csv_row {
    struct csv_field *fields;
    size_t count;
};

/* The next row. 1; 0 at the end of the stream; -1 when a quoted field does not end. */
int csv_read(FILE *stream, struct csv_row *row);
void csv_free(struct csv_row *row);

/* Writes a field, in quotes where it needs them; a text that is empty gets them, null is nothing. */
void csv_write(FILE *stream, const char *text, size_t length);

#endif
