/* SPDX-License-Identifier: MIT */
/* The headers that say in which form the answer is wanted, and how the request is to be handled. */
#ifndef QUERY_PREFERENCE_H
#define QUERY_PREFERENCE_H

struct supa_query;

/* "Accept: …"; in the request's buffer where it is not constant. */
const char *accept_line(struct supa_query *q);
/* "Prefer: …", or NULL when nothing is preferred. */
const char *prefer_line(struct supa_query *q);
/* The answer's media type when it is no JSON of rows, else NULL. */
const char *answer_media(const struct supa_query *q);

#endif
