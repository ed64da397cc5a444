/* SPDX-License-Identifier: MIT */
/* Memory that is given out piece by piece and taken back all at once. Pieces never move. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena_block {
    struct arena_block *older;
    size_t size;
    max_align_t bytes[];
};

struct arena {
    struct arena_block *blocks; /* the newest first */
    char *free;
    size_t left;       /* a multiple of ARENA_UNIT */
    size_t first_size; /* of the first block */
};

#define ARENA_UNIT sizeof(max_align_t)

void arena_init(struct arena *arena, size_t first_size);
void arena_free(struct arena *arena);
/* What arena_rest does when there are several blocks, or one that is too large. */
void arena_merge(struct arena *arena, size_t kept);
/* Takes all pieces back. Keeps one block of at most @kept bytes, in which all that was given out has
 * place if it can, so that a warm user allocates nothing. */
inline void arena_rest(struct arena *arena, size_t kept)
{
    struct arena_block *block = arena->blocks;

    if (block == NULL)
        return;
    if (block->older != NULL || block->size > kept) {
        arena_merge(arena, kept);
        return;
    }
    arena->free = (char *)block->bytes;
    arena->left = block->size;
}

/* What arena_get does when the newest block is full. */
void *arena_get_more(struct arena *arena, size_t size);

/* @size bytes, aligned for any type; NULL when memory is gone. What is left is in whole units, so that
 * what fits does so rounded up. */
inline void *arena_get(struct arena *arena, size_t size)
{
    char *piece = arena->free;
    size_t rounded;

    if (size > arena->left)
        return arena_get_more(arena, size);
    rounded = (size + ARENA_UNIT - 1) & ~(ARENA_UNIT - 1);
    arena->free = piece + rounded;
    arena->left -= rounded;
    return piece;
}

/* A copy of @length bytes and a NUL behind them; NULL when memory is gone. */
inline char *arena_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = length != SIZE_MAX ? (char *)arena_get(arena, length + 1) : NULL;

    if (copy == NULL)
        return NULL;
    if (length != 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* Copies such a text without its NUL, in whole units: as many bytes may be read and written in vain as
 * are missing to one. Returns the place behind the text. */
inline char *arena_put(char *at, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i += ARENA_UNIT)
        memcpy(at + i, text + i, ARENA_UNIT);
    return at + length;
}

#endif
