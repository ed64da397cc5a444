/* SPDX-License-Identifier: MIT */
/* What the library's sides share. */
#ifndef BENCH_OURS_H
#define BENCH_OURS_H

#include <supa/supa.h>

/* A client of the canned answers, by the variable that has their URL. */
supa_client *ours_client(const char *variable);
/* Ends the process when the response is an error. */
void ours_check(const supa_response *response);
/* Tells the runner how many bytes the request of this response had, and ends the response. */
void ours_tell_sent(supa_response *response);
/* select * from @table where @column = @n */
supa_query *ours_read(supa_client *client, const char *table, const char *column, int64_t n);

#endif
