/* SPDX-License-Identifier: MIT */
/* All of the library's heap memory, and the arithmetic of its sizes. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Need → Use → Never
 *   a block            → memory_get(n)              → malloc
 *   a zeroed struct    → memory_zero(n)             → calloc
 *   an array of n      → memory_array(n, size)      → malloc(n * size)
 *   a bigger block     → memory_grow(p, n)          → realloc
 *   a copy of a text   → memory_text(s, n)          → strdup
 *   the end of it      → memory_free(p)             → free
 * Each returns NULL when memory is gone or the size does not fit; the caller reports it. */

void *memory_get(size_t size);
void *memory_zero(size_t size);
void *memory_array(size_t count, size_t size);
void *memory_grow(void *block, size_t size);
char *memory_text(const char *text, size_t length);
void memory_free(void *block);

/* The sums and products of sizes: 0 and *out when they fit, −1 otherwise. */
int size_add(size_t a, size_t b, size_t *out);
int size_multiply(size_t a, size_t b, size_t *out);

/* For tests: called before each allocation; when it returns non-zero, the allocation fails. Secret
 * memory asks it too. Set while one thread runs. */
extern int (*memory_fails)(void);

#endif
