/* SPDX-License-Identifier: MIT */
/* What the platform's functions have in common: ids, errors, and asking the right side. */
#ifndef PLATFORM_ASK_H
#define PLATFORM_ASK_H

#include "base/text.h"

#include <stddef.h>
#include <supa/platform.h>

/* The UUID at @text in lower case, or ARGUMENT naming @call and @what. */
int ask_uuid(
    const char *text, const char *call, const char *what, char out[UUID_LENGTH + 1],
    supa_error *error);
/* SUPA_OK, or the response's code with its error copied. */
int ask_failed(const supa_response *response, supa_error *error);
/* Ends the response. SUPA_OK with the number of its rows, or its code with @error filled in. */
int ask_rows(supa_response *response, size_t *rows, supa_error *error);
/* No such store: the error, about the relation. */
int ask_no_store(supa_error *error, const char *store_id, const char *relation, const char *what);

/* Copies a column's text, with a NUL behind it. 1, or 0 and "" when it is no text or does not fit. */
int ask_text(supa_row row, const char *column, char *out, size_t size);

/* Ends the query: a response that says that memory is gone. */
supa_response *ask_without_memory(supa_query *q);

/* A query on the master's table. */
supa_query *ask_master(supa_manager *manager, const char *relation);
/* supa_eq and supa_set of a text: the value's 24 bytes are not made and copied where each is called. */
supa_query *ask_eq(supa_query *q, const char *column, const char *text);
supa_query *ask_set(supa_query *q, const char *column, const char *text);
/* The row of the master's table with this id, as a response; @what names the id in mistakes. */
supa_response *ask_master_row(
    supa_manager *manager, const char *relation, const char *columns, const char *key,
    const char *id, const char *call, const char *what);

/* Adds the conditions to the query. */
void ask_conditions(supa_query *q, const supa_condition *filters, size_t n);

#endif
