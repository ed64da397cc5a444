/* SPDX-License-Identifier: MIT */
/* A small HTTP/1.1 server on 127.0.0.1 that answers each request by the first line of a table that fits.
 * Its memory is static: a sweep does not meet it. One thread, one server a process. */
#ifndef SWEEP_SERVER_H
#define SWEEP_SERVER_H

#include <stddef.h>

/* What is answered when the request's first line holds the text. */
struct server_answer {
    const char *match; /* NULL ends the table */
    int status;
    const char *headers; /* "Name: value\r\n" each; NULL: it is JSON */
    const char *body;
};

/* 0, or −1 when the system has no socket or thread for it. */
int server_start(void);
void server_stop(void);
/* "http://127.0.0.1:PORT". */
const char *server_url(void);
/* From now on these answer; what fits none of them is a row. No request is counted any more. */
void server_answer(const struct server_answer *answers);
/* Waits until all that was sent has been read, and the server has closed what its clients have closed. They
 * have closed everything. */
void server_settle(void);
/* Requests that arrived whole since then; of them, those that may write (not GET, HEAD, OPTIONS). What was
 * sent before a request that has been answered is counted. */
size_t server_requests(void);
size_t server_writes(void);

#endif
