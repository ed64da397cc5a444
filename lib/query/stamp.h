/* SPDX-License-Identifier: MIT */
/* Marking inserted rows as the store's. */
#ifndef QUERY_STAMP_H
#define QUERY_STAMP_H

struct supa_query;

/* Gives every row that the query inserts the client's store_id; a row that an update changes keeps
 * its own. A row that names another store is an error. 0, or the code with the query's mistake filled in. */
int stamp_rows(struct supa_query *query);

#endif
