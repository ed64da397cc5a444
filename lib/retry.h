/* SPDX-License-Identifier: MIT */
/* Whether an operation whose attempt failed tries again. What it reads off: reads after failures that
 * may pass, writes that certainly were not sent, and what its caller declared idempotent. */
#ifndef RETRY_H
#define RETRY_H

#include "operation.h"

/* 1 when the request is to be sent again at once, on a new connection. */
int retry_at_once(struct operation *operation);
/* The moment of the next attempt; 0 when there is to be none. */
int64_t retry_at(struct operation *operation);

#endif
