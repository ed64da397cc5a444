/* SPDX-License-Identifier: MIT */
/* Marking inserted rows as the store's. */
#ifndef QUERY_STAMP_H
#define QUERY_STAMP_H

struct supa_query;

enum stamp_found {
    STAMP_DONE,
    STAMP_OTHERS, /* there are rows that name another store; they are as they were */
    STAMP_UNFIT, /* the body is no JSON of rows, or cannot be read before it is sent: it is as it was */
    STAMP_NO_MEMORY
};

/* Gives every row that the query inserts, and that names no store, the client's. A row that an update
 * changes keeps its own. */
enum stamp_found stamp_rows(struct supa_query *query);

#endif
