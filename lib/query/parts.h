/* SPDX-License-Identifier: MIT */
/* The parts of a query whose `in` list does not fit into one URL. */
#ifndef QUERY_PARTS_H
#define QUERY_PARTS_H

#include <stddef.h>

struct supa_query;
struct filter;
struct piece;

struct parts {
    struct supa_query *q;  /* borrowed */
    struct filter *filter; /* its longest `in` */
    struct piece *pieces;  /* of the list, each once, those that may mean the same side by side */
    size_t count;
    size_t *starts; /* where each part begins; one more for the end */
    size_t part_count;
};

/* Plans the parts: as few as fit, one at least. 0, or the code with the query's mistake filled in:
 * what cannot be split says why. */
int parts_plan(struct parts *parts, struct supa_query *q);
void parts_free(struct parts *parts);

/* A copy of the query with this part of the list. Never NULL. */
struct supa_query *parts_query(const struct parts *parts, size_t part);

#endif
