/* SPDX-License-Identifier: MIT */
/* Rows that come in: JSON (an object, a list, or objects one after another) and CSV, one at a time. */
#ifndef TOOL_RECORDS_H
#define TOOL_RECORDS_H

#include "text.h"

enum form { FORM_UNKNOWN, FORM_JSON, FORM_CSV };

struct records {
    FILE *stream;
    const char *path;
    enum form form;
    char **names; /* of CSV's columns */
    size_t name_count;
    long row; /* that was read last, from 1 */
    int is_list, is_done;
};

/*
 * Opens a file, "-" being standard input. @form is "json", "ndjson", "csv", or NULL: by the name, or
 * else by the first character. 0, or an exit status and the trouble is told.
 */
int records_open(struct records *records, const char *path, const char *form);

/*
 * The next row as a JSON object, appended to @out. 1; 0 at the end; -1 and the trouble is told. Of CSV
 * every value is a text, which PostgreSQL reads as the column's type; NULL without quotes is null.
 */
int records_next(struct records *records, struct text *out);

void records_close(struct records *records);

/* All of them as a JSON list. 0, or an exit status. */
int records_all(const char *path, const char *form, struct text *out);

/*
 * A JSON object of arguments, "name=text" and "name:=json". 0, or an exit status.
 */
int records_of_arguments(char *const *arguments, int n, struct text *out);

#endif
