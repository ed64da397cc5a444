/* SPDX-License-Identifier: MIT */
/* Memory that is given out piece by piece and taken back all at once. Pieces never move. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* the newest first */
    char *free;
    size_t left;
    size_t first_size; /* of the first block */
};

void arena_init(struct arena *arena, size_t first_size);
void arena_free(struct arena *arena);
/* Takes all pieces back and keeps the oldest block, so that a warm user allocates nothing. */
void arena_clear(struct arena *arena);

/* @size bytes, aligned for any type; NULL when memory is gone. */
void *arena_get(struct arena *arena, size_t size);
/* A copy of @length bytes and a NUL behind them; NULL when memory is gone. */
char *arena_text(struct arena *arena, const char *text, size_t length);

#endif
