/* SPDX-License-Identifier: MIT */
/* A growing text that remembers its first failure, so that a writer reads like what it writes:
 * append without checks, ask buffer_failed once at the end. Always followed by a NUL. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
    char *data; /* NULL until something is appended; see buffer_text */
    size_t length;
    size_t capacity; /* bytes behind data, the NUL's included */
    int failed;      /* memory is gone; there is none behind it then, and later calls do nothing */
};

#define BUFFER_INIT                                                                                \
    {                                                                                              \
        NULL, 0, 0, 0                                                                              \
    }

/* A buffer in memory of the caller's, for a text whose longest form is known: it must never be asked
 * for more than that and a NUL, nor be freed. */
#define BUFFER_OVER(memory, size)                                                                  \
    {                                                                                              \
        (memory), 0, (size), 0                                                                     \
    }

void buffer_init(struct buffer *buffer);
void buffer_free(struct buffer *buffer); /* and back to BUFFER_INIT */
/* Empty and not failed; keeps its memory. */
inline void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = 0;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

/* The same for a buffer that is kept for later: gives memory back that is more than @kept bytes. */
inline void buffer_rest(struct buffer *buffer, size_t kept)
{
    if (buffer->capacity > kept)
        buffer_free(buffer);
    buffer_clear(buffer);
}

void buffer_put_int(struct buffer *buffer, int64_t number);
void buffer_put_uint(struct buffer *buffer, uint64_t number);

/* Memory for @length more bytes and a NUL, however much there is now; NULL when it is gone. */
char *buffer_grow(struct buffer *buffer, size_t length);

/* Room for @length bytes at the end, to be written by the caller and then taken with buffer_took;
 * NULL when memory is gone. */
inline char *buffer_room(struct buffer *buffer, size_t length)
{
    if (length < buffer->capacity - buffer->length)
        return buffer->data + buffer->length;
    return buffer_grow(buffer, length);
}

inline void buffer_took(struct buffer *buffer, size_t length)
{
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

inline void buffer_put(struct buffer *buffer, const void *bytes, size_t length)
{
    char *room = buffer_room(buffer, length);

    if (room == NULL)
        return;
    if (length != 0)
        memcpy(room, bytes, length);
    buffer_took(buffer, length);
}

inline void buffer_puts(struct buffer *buffer, const char *text)
{
    buffer_put(buffer, text, strlen(text));
}

inline void buffer_putc(struct buffer *buffer, char byte)
{
    char *room = buffer_room(buffer, 1);

    if (room == NULL)
        return;
    *room = byte;
    buffer_took(buffer, 1);
}

inline int buffer_failed(const struct buffer *buffer)
{
    return buffer->failed;
}

/* The text and its NUL; "" for an empty or failed buffer. */
const char *buffer_text(const struct buffer *buffer);
/* The text as a block for memory_free, or NULL when it failed; the buffer is empty after it. */
char *buffer_take(struct buffer *buffer);

#endif
