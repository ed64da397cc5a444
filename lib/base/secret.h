/* SPDX-License-Identifier: MIT */
/* The only memory for keys, tokens and opened credentials: between guard pages, out of core dumps,
 * locked where the system lets us, wiped at its end. One block takes four pages and some
 * microseconds: it is for few and long-lived things, or for one at a time. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>
#include <supa/error.h>

/* Prepares libsodium, once for the process; any thread. 0, or the code with @error filled in. */
int secret_start(supa_error *error);

/* @size bytes to be written and read, aligned for bytes only; NULL when memory is gone or
 * libsodium does not start. */
void *secret_get(size_t size);
/* Wipes and frees, also a hidden block. NULL is allowed. */
void secret_free(void *secret);

/* How a block of secret_get may be used from now on: not at all, or by reading. Both change it for
 * all threads. 0, or −1 and nothing is changed. Showing takes memory of the kernel's. */
int secret_hide(void *secret);
int secret_show(void *secret);
/* The same for a block that is never hidden: by writing too, and by reading only again. */
int secret_open(void *secret);
int secret_shut(void *secret);

/* 1 when the block of @size bytes was locked: it never goes to the swap space. */
int secret_locked(void *secret, size_t size);

/* Zeroes that no optimiser removes; for memory of any kind. */
void secret_wipe(void *bytes, size_t length);
/* 1 when both are equal. The time it takes tells nothing about where they differ. */
int secret_same(const void *a, const void *b, size_t length);

/* For tests: the blocks that are not freed. No leak checker sees them. */
size_t secret_count(void);

#endif
