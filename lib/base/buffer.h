/* SPDX-License-Identifier: MIT */
/* A growing text that remembers its first failure, so that a writer reads like what it writes:
 * append without checks, ask buffer_failed once at the end. Always followed by a NUL. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data; /* NULL until something is appended; see buffer_text */
    size_t length;
    size_t capacity; /* bytes behind data, the NUL's included */
    int failed;      /* memory is gone; later calls do nothing */
};

#define BUFFER_INIT                                                                                \
    {                                                                                              \
        NULL, 0, 0, 0                                                                              \
    }

void buffer_init(struct buffer *buffer);
void buffer_free(struct buffer *buffer);  /* and back to BUFFER_INIT */
void buffer_clear(struct buffer *buffer); /* empty and not failed; keeps its memory */

void buffer_put(struct buffer *buffer, const void *bytes, size_t length);
void buffer_puts(struct buffer *buffer, const char *text);
void buffer_putc(struct buffer *buffer, char byte);
void buffer_put_int(struct buffer *buffer, int64_t number);
void buffer_put_uint(struct buffer *buffer, uint64_t number);

/* Room for @length bytes at the end, to be written by the caller and then taken with buffer_took;
 * NULL when memory is gone. */
char *buffer_room(struct buffer *buffer, size_t length);
void buffer_took(struct buffer *buffer, size_t length);

int buffer_failed(const struct buffer *buffer);
/* The text and its NUL; "" for an empty or failed buffer. */
const char *buffer_text(const struct buffer *buffer);
/* The text as a block for memory_free, or NULL when it failed; the buffer is empty after it. */
char *buffer_take(struct buffer *buffer);

#endif
