/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include "base/memory.h"

#include <string.h>

/* For code that is built to be small, which calls them. */
extern inline void buffer_clear(struct buffer *buffer);
extern inline void buffer_rest(struct buffer *buffer, size_t kept);
extern inline char *buffer_room(struct buffer *buffer, size_t length);
extern inline void buffer_took(struct buffer *buffer, size_t length);
extern inline void buffer_put(struct buffer *buffer, const void *bytes, size_t length);
extern inline void buffer_puts(struct buffer *buffer, const char *text);
extern inline void buffer_putc(struct buffer *buffer, char byte);
extern inline int buffer_failed(const struct buffer *buffer);

void buffer_init(struct buffer *buffer)
{
    *buffer = (struct buffer)BUFFER_INIT;
}

void buffer_free(struct buffer *buffer)
{
    memory_free(buffer->data);
    buffer_init(buffer);
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
        buffer_free(buffer);
        buffer->failed = 1;
        return NULL;
    }
    return buffer->data + buffer->length;
}

static size_t digits_of(uint64_t number)
{
    size_t digits = 1;

    while ((number /= 10) != 0)
        digits++;
    return digits;
}

void buffer_put_uint(struct buffer *buffer, uint64_t number)
{
    const size_t digits = number < 10 ? 1 : digits_of(number);
    char *room = buffer_room(buffer, digits);

    if (room == NULL)
        return;
    for (size_t i = digits - 1; i != 0; i--, number /= 10)
        room[i] = (char)('0' + number % 10);
    room[0] = (char)('0' + number);
    buffer_took(buffer, digits);
}

void buffer_put_int(struct buffer *buffer, int64_t number)
{
    if (number < 0)
        buffer_putc(buffer, '-');
    buffer_put_uint(buffer, number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number);
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
