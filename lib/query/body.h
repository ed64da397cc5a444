/* SPDX-License-Identifier: MIT */
/* The rows of a write, or the arguments of a function: as JSON text of the caller's, or written
 * column by column. */
#ifndef QUERY_BODY_H
#define QUERY_BODY_H

#include <stddef.h>

#define BODY_MAX_KEYS 1600 /* PostgreSQL's limit of a table's columns */

struct json_node;
struct supa_query;

/* What the rows of a JSON text may be. */
enum body_allows { BODY_OBJECT, BODY_OBJECTS };

/* Takes a JSON text as the body, and notes the keys of its rows. NULL, or what is wrong with it. */
const char *body_take(struct supa_query *q, const char *json, enum body_allows allowed);

/* Makes the body of the rows that supa_set or supa_arg wrote, if any were. Leaves the query as it
 * is, so that more may be written. −1 when memory is gone. */
int body_finish(struct supa_query *q);

/* Notes a key. −1 when memory is gone. */
int body_note_key(struct supa_query *q, const char *name, size_t length);
/* The same for a key of an object in a JSON text. */
int body_note_json_key(struct supa_query *q, const char *json, const struct json_node *key);

/* Has the query write these rows, a JSON array of objects whose keys were noted. They are lent until
 * the query ends. */
void body_lend(struct supa_query *q, const char *json, size_t length);

#endif
