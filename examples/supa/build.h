/* SPDX-License-Identifier: MIT */
/* Options as queries. */
#ifndef TOOL_BUILD_H
#define TOOL_BUILD_H

#include "options.h"
#include "text.h"

#include <supa/supa.h>

enum verb { VERB_GET, VERB_INSERT, VERB_UPDATE, VERB_UPSERT, VERB_DELETE, VERB_RPC };

/* What is asked, of whichever client: a verb, a table or function, and rows or arguments. */
struct request {
    enum verb verb;
    const char *relation;
    struct text body;
};

/*
 * Reads the relation and the rows of a command line whose arguments are TABLE and values. 0, or an
 * exit status and the mistake is told.
 */
int build_read(struct request *request, enum verb verb, const struct options *options);
void build_free(struct request *request);

/* The query, which carries any mistake in it. */
supa_query *
build_query(const struct request *request, supa_client *client, const struct options *options);

/* Filters alone, and the order alone. */
void build_filters(supa_query *q, const struct options *options);
void build_order(supa_query *q, const char *order);

/* The kind of count that a word names. 0, or an exit status and the mistake is told. */
int build_count_kind(const char *word, supa_count_kind *kind);

#endif
