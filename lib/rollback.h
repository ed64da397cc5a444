/* SPDX-License-Identifier: MIT */
/* Whether the server undoes a write that asks for it: one that does not know the preference commits. So
 * the first rollback of a client is preceded by a question. */
#ifndef ROLLBACK_H
#define ROLLBACK_H

#include <supa/error.h>
#include <supa/response.h>

struct operation;

/* Makes the question the operation's call: a read of nothing of the same relation, as the same user and
 * with the same preference. 0, or −1 when memory is gone. */
int rollback_ask(struct operation *operation);
/* Whether the answer confirms that a rollback is honoured. Takes no memory, whose lack would be taken for
 * a no. */
int rollback_is_confirmed(supa_response *response);
/* A function runs when it is read, so there is nothing to ask beforehand. */
void rollback_refuse_function(const struct operation *operation, supa_error *error);
/* The answer does not confirm it. */
void rollback_refuse_write(const struct operation *operation, supa_error *error);
/* A write that was answered without a word of the rollback was committed, which becomes the response's
 * error. Plans never have that word: for them the question has to do. */
void rollback_verify(struct operation *operation);

#endif
