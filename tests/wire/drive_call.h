/* SPDX-License-Identifier: MIT */
/* The calls that a chain is made of, by the names that postgrest-js gives them. */
#ifndef DRIVE_CALL_H
#define DRIVE_CALL_H

#include <cjson/cJSON.h>
#include <supa/query.h>

/* How a chain is said to the library where there are several ways. */
enum style {
    STYLE_PLAIN, /* functions by their names, rows and arguments as JSON texts */
    STYLE_PARTS, /* operators by their names, rows and arguments piece by piece */
    STYLE_TEXTS  /* the functions that take texts only, rows as trees */
};

/* Does one call. A name that is not known ends the program. */
void call_perform(supa_query *q, const cJSON *call, enum style style);

/* The option `count`, by its word; NULL for none. */
void call_count(supa_query *q, const cJSON *kind);

#endif
