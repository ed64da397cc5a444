/* SPDX-License-Identifier: MIT */
/* What keeps a query where it belongs: the tables of its side, and the rows of its store. */
#ifndef QUERY_GUARD_H
#define QUERY_GUARD_H

#include "base/buffer.h"

struct filter;
struct supa_query;

/* 0 when the query's tables, filters and rows are its side's and its store's, or the scope lets it go
 * all the same; else the code, with the query's mistake filled in. Decides what is kept to the store,
 * once for the whole request, since modes may change meanwhile; and stamps the store on inserted rows. */
int guard_check(struct supa_query *query);

/* Whether the store's column is one of these names, which commas part. NULL is no name. */
int guard_names_store(const char *names);

/* Whether a filter only says what holds of every row that the query can reach: that it is the store's. */
int guard_is_own_store(const struct supa_query *query, const struct filter *filter);

/* Writes the filters that restrict the query to its store: `&store_id=eq.…` each. */
void guard_write(struct buffer *url, const struct supa_query *query);

#endif
