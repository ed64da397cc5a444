/* SPDX-License-Identifier: MIT */
/* A second PostgREST on tenant 1's database, with other settings than the stack's and without a gateway
 * before it. */
#ifndef LIVE_SECOND_H
#define LIVE_SECOND_H

#include <supa/client.h>

/* Starts one and waits until it answers; the program ends when it does not. The stack ends it, too, at
 * the latest when it goes down.
 *
 * @settings  lines of configuration in place of the stack's, "name = value" each with a \n behind it.
 * @return    its URL, until second_stop. */
const char *second_start(const char *settings);
/* The same for one that reaches its database by a way that second_lose_database takes away. */
const char *second_start_on_link(void);
void second_lose_database(void);
/* A client of it with tenant 1's service key. URLs may be as long as PostgREST takes them. */
supa_client *second_client(void);
void second_stop(void);

#endif
