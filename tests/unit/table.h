/* SPDX-License-Identifier: MIT */
/* Most tests of queries are rows of a table: a query in; method, URL, headers and body, or a mistake,
 * out. The queries are the table's to end. */
#ifndef UNIT_TABLE_H
#define UNIT_TABLE_H

#include "world.h"

#include <stddef.h>
#include <supa/query.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct row {
    supa_query *q;
    const char *url; /* behind the prefix */
};

struct write {
    supa_query *q;
    const char *method, *url;
    const char *body; /* NULL for none */
};

struct header_row {
    supa_query *q;
    const char *line; /* "Name: value"; "Name" alone: there is no such line */
};

struct mistake {
    supa_query *q;
    const char *words; /* of the message */
};

/* Each goes out as a GET with this URL. */
void table_reads(struct world *world, const struct row *rows, size_t count);
void table_writes(struct world *world, const struct write *rows, size_t count);
void table_headers(struct world *world, const struct header_row *rows, size_t count);
/* Each ends in this code, and nothing goes out. */
void table_mistakes(struct world *world, supa_code code, const struct mistake *rows, size_t count);

/* One of each. */
void table_sent(
    struct world *world, supa_query *q, const char *method, const char *url, const char *body);
void table_refused(struct world *world, supa_query *q, supa_code code, const char *words);

#endif
