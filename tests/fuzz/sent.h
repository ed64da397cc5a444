/* SPDX-License-Identifier: MIT */
/* What a query would send, for targets that know the public interface only. */
#ifndef FUZZ_SENT_H
#define FUZZ_SENT_H

#include <supa/supa.h>

/* A client of https://db.example.com that nothing is sent with; lives as long as the process. */
supa_client *sent_client(const char *key);

/* The URL of the query's request, which the query keeps; or NULL, and the query has an error. */
const char *sent_url(supa_query *q);

#endif
