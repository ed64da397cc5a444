/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include "base/memory.h"

#include <string.h>

void buffer_init(struct buffer *buffer)
{
    *buffer = (struct buffer)BUFFER_INIT;
}

void buffer_free(struct buffer *buffer)
{
    memory_free(buffer->data);
    buffer_init(buffer);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = 0;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

void buffer_rest(struct buffer *buffer, size_t kept)
{
    if (buffer->capacity > kept)
        buffer_free(buffer);
    else
        buffer_clear(buffer);
}

/* Grows by doubling, so that n appends cost n. */
static int enlarge(struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity;
    char *data;

    while (capacity < needed) {
        if (size_multiply(capacity, 2, &capacity) != 0)
            capacity = needed;
    }
    data = memory_grow(buffer->data, capacity);
    if (data == NULL)
        return -1;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

char *buffer_grow(struct buffer *buffer, size_t length)
{
    size_t needed;

    if (buffer->failed)
        return NULL;
    if (size_add(buffer->length, length, &needed) != 0 || size_add(needed, 1, &needed) != 0 ||
        (needed > buffer->capacity && enlarge(buffer, needed) != 0)) {
        buffer->failed = 1;
        return NULL;
    }
    return buffer->data + buffer->length;
}

void buffer_put_uint(struct buffer *buffer, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    buffer_put(buffer, digits + first, sizeof digits - first);
}

void buffer_put_int(struct buffer *buffer, int64_t number)
{
    if (number < 0)
        buffer_putc(buffer, '-');
    buffer_put_uint(buffer, number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number);
}

int buffer_failed(const struct buffer *buffer)
{
    return buffer->failed;
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->failed || buffer->data == NULL ? "" : buffer->data;
}

char *buffer_take(struct buffer *buffer)
{
    char *data = buffer->data;

    if (buffer->failed) {
        buffer_free(buffer);
        return NULL;
    }
    if (data == NULL)
        return memory_text("", 0);
    buffer_init(buffer);
    return data;
}
