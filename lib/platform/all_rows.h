/* SPDX-License-Identifier: MIT */
/* All rows of a query, past the server's limit of rows. */
#ifndef PLATFORM_ALL_ROWS_H
#define PLATFORM_ALL_ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <supa/query.h>

struct walk {
    const char
        *key;     /* a unique column without nulls, among those selected: the order of the rows */
    int64_t size; /* rows a page, 0 for as many as the server gives */
    /* Told of each page, which has rows. SUPA_OK, or a code with @error filled in that ends the walk. */
    int (*page)(void *user, const supa_response *page, supa_error *error);
    void *user;
};

/* Walks to the end. Consumes @q, which has neither order nor limit. */
int all_rows_walk(supa_query *q, const struct walk *walk, supa_error *error);
/* The same as one response. */
supa_response *all_rows_of(supa_query *q, const char *key);

#endif
