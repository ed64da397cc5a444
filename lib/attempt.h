/* SPDX-License-Identifier: MIT */
/* One attempt of an operation, as hooks are told of it: nothing in it is secret. */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include "base/buffer.h"

#include <supa/client.h>

struct operation;

struct attempt_texts {
    struct buffer clean, url;
};

/* Fills in what is known of the attempt: all of it once its reply is there. The texts live until
 * attempt_forget. */
void attempt_describe(
    supa_attempt *attempt, struct attempt_texts *texts, struct operation *operation);
void attempt_forget(struct attempt_texts *texts);

/* Tells the client's hook of the attempt that has ended. */
void attempt_tell(struct operation *operation);

#endif
