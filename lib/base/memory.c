/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int (*memory_fails)(void) = NULL;

static int fails(void)
{
    return memory_fails != NULL && memory_fails();
}

int size_add(size_t a, size_t b, size_t *out)
{
    if (b > SIZE_MAX - a)
        return -1;
    *out = a + b;
    return 0;
}

int size_multiply(size_t a, size_t b, size_t *out)
{
    if (a != 0 && b > SIZE_MAX / a)
        return -1;
    *out = a * b;
    return 0;
}

void *memory_get(size_t size)
{
    return fails() ? NULL : malloc(size != 0 ? size : 1);
}

void *memory_zero(size_t size)
{
    return fails() ? NULL : calloc(1, size != 0 ? size : 1);
}

void *memory_array(size_t count, size_t size)
{
    size_t total;

    return size_multiply(count, size, &total) != 0 ? NULL : memory_get(total);
}

void *memory_grow(void *block, size_t size)
{
    return fails() ? NULL : realloc(block, size != 0 ? size : 1);
}

char *memory_text(const char *text, size_t length)
{
    size_t size;
    char *copy;

    if (size_add(length, 1, &size) != 0)
        return NULL;
    copy = memory_get(size);
    if (copy == NULL)
        return NULL;
    if (length != 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void memory_free(void *block)
{
    free(block);
}
