/* SPDX-License-Identifier: MIT */
/* A quick hash of bytes, for tables and for telling whether a text has changed. Not for secrets, nor
 * against somebody who looks for two texts of one hash. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 14695981039346656037U

/* Goes on from @state, HASH_START at first. */
uint64_t hash_bytes(uint64_t state, const void *bytes, size_t length);
/* The same with a NUL behind it, so that "a", "bc" is not "ab", "c". */
uint64_t hash_text(uint64_t state, const char *text);

#endif
