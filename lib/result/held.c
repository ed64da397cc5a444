/* SPDX-License-Identifier: MIT */
#include "result/held.h"

#include "base/memory.h"

#include <string.h>

#define CAPACITY_MIN 16384

static size_t move_to_start(struct held *held)
{
    size_t by = held->front;

    if (by != 0 && held->front != held->behind)
        memmove(held->bytes, held->bytes + by, held->behind - by);
    held->front = 0;
    held->behind -= by;
    held->dropped += by;
    return by;
}

/* By factors, so that a row that comes in small pieces is not copied for each of them. */
static int grow(struct held *held, size_t wanted)
{
    size_t capacity = held->capacity < CAPACITY_MIN ? CAPACITY_MIN : held->capacity;
    char *bytes;

    while (capacity < wanted) {
        if (size_multiply(capacity, capacity == CAPACITY_MIN ? 4 : 2, &capacity) != 0)
            return -1;
    }
    bytes = memory_grow(held->bytes, capacity);
    if (bytes == NULL)
        return -1;
    held->bytes = bytes;
    held->capacity = capacity;
    return 0;
}

int held_append(struct held *held, const char *bytes, size_t length, size_t *moved)
{
    size_t wanted;

    *moved = 0;
    if (length == 0)
        return 0;
    if (size_add(held->behind - held->front, length, &wanted) != 0)
        return -1;
    if (wanted > held->capacity && grow(held, wanted) != 0)
        return -1;
    if (length > held->capacity - held->behind)
        *moved = move_to_start(held);
    memcpy(held->bytes + held->behind, bytes, length);
    held->behind += length;
    return 0;
}

void held_free(struct held *held)
{
    memory_free(held->bytes);
    memset(held, 0, sizeof *held);
}
