/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/memory.h"

#include <stddef.h>
#include <string.h>

struct arena_block {
    struct arena_block *older;
    size_t size;
    max_align_t bytes[];
};

void arena_init(struct arena *arena, size_t first_size)
{
    *arena = (struct arena){NULL, NULL, 0, first_size};
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->blocks;

    while (block != NULL) {
        struct arena_block *older = block->older;

        memory_free(block);
        block = older;
    }
    arena_init(arena, arena->first_size);
}

void arena_clear(struct arena *arena)
{
    struct arena_block *block = arena->blocks;

    if (block == NULL)
        return;
    while (block->older != NULL) {
        struct arena_block *older = block->older;

        memory_free(block);
        block = older;
    }
    arena->blocks = block;
    arena->free = (char *)block->bytes;
    arena->left = block->size;
}

static int add_block(struct arena *arena, size_t wanted)
{
    size_t size = arena->blocks == NULL ? arena->first_size : arena->blocks->size * 2;
    size_t total;
    struct arena_block *block;

    if (size < wanted)
        size = wanted;
    if (size_add(size, sizeof *block, &total) != 0)
        return -1;
    block = memory_get(total);
    if (block == NULL)
        return -1;
    block->older = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->free = (char *)block->bytes;
    arena->left = size;
    return 0;
}

void *arena_get(struct arena *arena, size_t size)
{
    const size_t unit = sizeof(max_align_t);
    size_t rounded;
    char *piece;

    if (size_add(size, unit - 1, &rounded) != 0)
        return NULL;
    rounded -= rounded % unit;
    if (rounded > arena->left && add_block(arena, rounded) != 0)
        return NULL;
    piece = arena->free;
    arena->free += rounded;
    arena->left -= rounded;
    return piece;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    size_t size;
    char *copy;

    if (size_add(length, 1, &size) != 0)
        return NULL;
    copy = arena_get(arena, size);
    if (copy == NULL)
        return NULL;
    if (length != 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
