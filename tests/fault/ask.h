/* SPDX-License-Identifier: MIT */
/* Clients for the servers of the tests, and the ways of asking through them. */
#ifndef FAULT_ASK_H
#define FAULT_ASK_H

#include "peer.h"

#include <supa/supa.h>

/* Built with a sanitizer, all is slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { ASK_SLOW = 1, ASK_SLACK_MS = 400 };
#else
enum { ASK_SLOW = 0, ASK_SLACK_MS = 50 };
#endif

enum { ASK_SOON_MS = 5000 };

/* Of a client for a server of the tests, each attempt of which is looked at: no retries, and all has
 * to be done within ASK_SOON_MS. @url and @ca_file are borrowed. */
supa_client_options ask_options(const char *url, const char *ca_file);
supa_client_options ask_options_peer(const struct peer *peer);
/* Fails the test when there is none. */
supa_client *ask_client(const supa_client_options *options);
supa_client *ask_client_peer(const struct peer *peer);

/* GET products?select=id, or an insert into it. */
supa_query *ask_read(supa_client *client);
supa_query *ask_write(supa_client *client);

enum ask_way { ASK_BLOCKING, ASK_MULTI, ASK_ROWS, ASK_WAYS };
extern const char *const ask_names[ASK_WAYS];

/* Asks in this way and waits for the end; rows are read and thrown away. The code, with @error filled
 * in or cleared. Consumes @q. */
int ask(enum ask_way way, supa_query *q, supa_error *error);

/* A supa_multi_done that keeps the response in the supa_response * that @user points to. */
void ask_keep(void *user, supa_response *response);

#endif
