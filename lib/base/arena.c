/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/memory.h"

#include <stddef.h>

/* For code that is built to be small, which calls them. */
extern inline void arena_rest(struct arena *arena, size_t kept);
extern inline void *arena_get(struct arena *arena, size_t size);
extern inline char *arena_text(struct arena *arena, const char *text, size_t length);
extern inline char *arena_put(char *at, const char *text, size_t length);

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

static int add_block(struct arena *arena, size_t wanted)
{
    size_t size = arena->blocks == NULL ? arena->first_size : arena->blocks->size * 2;
    size_t total;
    struct arena_block *block;

    if (size < wanted)
        size = wanted;
    if (size_add(size, ARENA_UNIT - 1, &size) != 0 || size_add(size, sizeof *block, &total) != 0)
        return -1;
    size -= size % ARENA_UNIT;
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

/* One block in the place of several, for as much as they hold together. */
void arena_merge(struct arena *arena, size_t kept)
{
    size_t total = 0;

    for (const struct arena_block *block = arena->blocks; block != NULL; block = block->older)
        total += block->size;
    arena_free(arena);
    if (total <= kept)
        (void)add_block(arena, total); /* without it the next user begins as the first one did */
}

void *arena_get_more(struct arena *arena, size_t size)
{
    return add_block(arena, size) == 0 ? arena_get(arena, size) : NULL;
}
