/* SPDX-License-Identifier: MIT */
/* A query as it goes out: method, URL, headers, body. Made from a query without any network. */
#ifndef QUERY_REQUEST_H
#define QUERY_REQUEST_H

#include "base/buffer.h"
#include "transport/transport.h"

#include <stddef.h>
#include <supa/error.h>

struct supa_query;

struct request {
    enum http_method method;
    struct buffer url;
    const struct header_line *headers;
    const struct header_line *further; /* of them: the caller's and the client's */
    const char *body;                  /* NULL for none */
    size_t body_length;
    int wants_rows;               /* the answer carries rows */
    const char *media;            /* of the answer, when it is no JSON of rows; else NULL */
    struct buffer accept, prefer; /* header lines that are not constant */
    struct header_line lines[6];
};

void request_init(struct request *request);
void request_free(struct request *request);

/* Fills in the query's request. 0, or the code with the query's mistake filled in. */
int request_build(struct supa_query *query);

#endif
