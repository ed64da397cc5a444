/* SPDX-License-Identifier: MIT */
/* A real nginx in front of a server on the loopback, with the buffers it has when nobody sets them:
 * 4 KiB (a page) for the head of an answer, 8 KiB for the line of a request. */
#ifndef FAULT_GATEWAY_H
#define FAULT_GATEWAY_H

struct gateway;

/* Whether nginx is there to be started. */
int gateway_is_here(void);

/* Starts it, not as a daemon and with its files in a temporary folder, in front of @upstream
 * ("http://127.0.0.2:40001"). It ends at the latest with the thread that starts it. NULL when it
 * does not start; then its own words are on stderr. */
struct gateway *gateway_start(const char *upstream);
/* Ends it and removes its files. NULL does nothing. */
void gateway_stop(struct gateway *gateway);

/* "http://127.0.0.1:PORT". */
const char *gateway_url(const struct gateway *gateway);

#endif
