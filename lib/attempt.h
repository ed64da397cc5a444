/* SPDX-License-Identifier: MIT */
/* One attempt of an operation, as hooks are told of it: nothing in it is secret. */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include <supa/client.h>

struct operation;

/* Tells the client's hook of the attempt that has ended. */
void attempt_tell(struct operation *operation);

/* What no error about the attempt that has ended may show: the operation's secrets, and what the caller's
 * own headers say, the hook's lines among them. Valid until the operation ends; NULL when memory is gone. */
const char *const *attempt_secrets(struct operation *operation);

/* Asks the client's hook for further header lines of the attempt that begins; NULL for none. */
const char *const *attempt_headers(struct operation *operation);

#endif
