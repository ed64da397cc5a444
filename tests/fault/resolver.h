/* SPDX-License-Identifier: MIT */
/* A resolver that stalls. The test program has a getaddrinfo of its own, which takes the place of
 * libc's for all of the process, libcurl included: names that end in ".test" are resolved as told
 * here, all others by libc. One for the process; all functions may be called from any thread.
 *
 *     resolver_stall(RESOLVER_FOREVER);
 *     ...  ask http://shop.test:PORT  ...
 *     CU_ASSERT(resolver_wait(1, 5000));
 *     resolver_reset();
 */
#ifndef FAULT_RESOLVER_H
#define FAULT_RESOLVER_H

#include <stddef.h>

enum { RESOLVER_FOREVER = -1, RESOLVER_MOST = 8 };

/* From now on each name takes this long, in milliseconds, or until resolver_release. At first: 0 */
void resolver_stall(int ms);
/* Lets all go that wait now. */
void resolver_release(void);
/* What the names resolve to: @n numeric addresses, at most RESOLVER_MOST, copied; none: the name is
 * not known. At first: 127.0.0.1. */
void resolver_answer(const char *const *addresses, size_t n);
/* Everything as at first. Releases all that wait, and returns when they are out: a test whose client
 * has left its names behind ends with it. */
void resolver_reset(void);

size_t resolver_calls(void); /* for names of .test since the last reset */
size_t resolver_most(void);  /* of them at one time */
size_t resolver_now(void);   /* being resolved */
/* Waits until @least calls have been made: 1, or 0 when they are not after @timeout_ms. */
int resolver_wait(size_t least, int timeout_ms);

#endif
