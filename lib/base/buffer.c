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

/* Grows by doubling, so that n appends cost n. */
static int grow(struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity;
    char *data;

    while (capacity < needed) {
        if (size_multiply(capacity, 2, &capacity) != 0)
            capacity = needed;
    }
    data = memory_grow(buffer->data, capacity);
    if (data == NULL) {
        buffer->failed = 1;
        return -1;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

char *buffer_room(struct buffer *buffer, size_t length)
{
    size_t needed;

    if (buffer->failed)
        return NULL;
    if (size_add(buffer->length, length, &needed) != 0 || size_add(needed, 1, &needed) != 0) {
        buffer->failed = 1;
        return NULL;
    }
    if (needed > buffer->capacity && grow(buffer, needed) != 0)
        return NULL;
    return buffer->data + buffer->length;
}

void buffer_took(struct buffer *buffer, size_t length)
{
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void buffer_put(struct buffer *buffer, const void *bytes, size_t length)
{
    char *room = buffer_room(buffer, length);

    if (room == NULL)
        return;
    if (length != 0)
        memcpy(room, bytes, length);
    buffer_took(buffer, length);
}

void buffer_puts(struct buffer *buffer, const char *text)
{
    buffer_put(buffer, text, strlen(text));
}

void buffer_putc(struct buffer *buffer, char byte)
{
    buffer_put(buffer, &byte, 1);
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
    if (number < 0) {
        buffer_putc(buffer, '-');
        buffer_put_uint(buffer, (uint64_t)0 - (uint64_t)number);
    } else {
        buffer_put_uint(buffer, (uint64_t)number);
    }
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
