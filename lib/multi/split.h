/* SPDX-License-Identifier: MIT */
/* A read whose `in` list is too long for one URL, as several reads whose rows are joined. */
#ifndef MULTI_SPLIT_H
#define MULTI_SPLIT_H

#include <stdint.h>
#include <supa/query.h>

struct flight;

/* The query of supa_split, blocking; takes it. */
supa_response *split_execute(supa_query *q);

/* The same among the flights of a multi; takes the query. Returns the flight's ticket. */
uint64_t split_start(struct flight *flight, supa_query *q);
void split_cancel(struct flight *flight);
void split_free(struct flight *flight); /* once the flight is called back */

#endif
