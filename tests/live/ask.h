/* SPDX-License-Identifier: MIT */
/* Asking the first tenant, and looking at the answer that came last. */
#ifndef LIVE_ASK_H
#define LIVE_ASK_H

#include <supa/supa.h>

/* Tenant 1's client, outside of any manager. */
supa_client *ask_client(void);
supa_query *ask_from(const char *relation);

/* Sends @q; the answer before is freed. @return the first row. */
supa_row ask(supa_query *q);
/* Takes an answer that was got otherwise. */
void ask_take(supa_response *answer);
/* Sends @q: the column `id` of all rows as JSON, parted by blanks; "SQLSTATE" or "error: …" of a refusal.
 * Lives until the next call. */
const char *ask_ids(supa_query *q);
/* The same of another column. */
const char *ask_column(supa_query *q, const char *column);

supa_response *ask_answer(void);
const char *ask_body(void);
int ask_status(void);
/* The supa_code. */
int ask_code(void);
/* The server's code, or "". */
const char *ask_state(void);
/* A header, or "". */
const char *ask_header(const char *name);
/* Whether the query was refused by the library, before anything was sent. */
int ask_refused(supa_query *q);

/* The last test of a suite. */
void ask_end(void);

#endif
