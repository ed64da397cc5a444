/* SPDX-License-Identifier: MIT */
/* One attempt of an operation: its headers, its answer, and what hooks are told of it, of which nothing
 * is secret. */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include <supa/client.h>

struct operation;

/* Tells the client's hook of the attempt that has ended. */
void attempt_tell(struct operation *operation);

/* Puts together the headers of the attempt that begins: the request's, which attempt it is, and what the
 * client's hook gives. */
void attempt_put_headers(struct operation *operation);

/* Reads what came of the attempt into the response. Errors show nothing of what the caller's own headers
 * say, the hook's lines among them; so it is done before hooks are told that the attempt has ended. */
void attempt_read(struct operation *operation);

#endif
