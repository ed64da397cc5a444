/* SPDX-License-Identifier: MIT */
/* Whether what a query was told fits together: found when its request is made. */
#ifndef QUERY_CHECK_H
#define QUERY_CHECK_H

struct supa_query;

/* 0, or the code with the query's mistake filled in. */
int check_query(struct supa_query *q);

#endif
