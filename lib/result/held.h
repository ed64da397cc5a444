/* SPDX-License-Identifier: MIT */
/* Bytes of an answer that have come and are not handed out yet. */
#ifndef RESULT_HELD_H
#define RESULT_HELD_H

#include <stddef.h>
#include <stdint.h>

/* Zeros are an empty one. The bytes from front to behind are held; those before front are dropped
 * when room is needed. */
struct held {
    char *bytes;
    size_t capacity;
    size_t front, behind;
    uint64_t dropped; /* bytes of the answer before bytes[0] */
};

/* Appends, and moves what is held to the start of the memory when there is no room behind it: then
 * pointers into it end, and *@moved is by how many bytes. Returns −1 when memory is gone; nothing has
 * changed then. */
int held_append(struct held *held, const char *bytes, size_t length, size_t *moved);
void held_free(struct held *held); /* and back to zeros */

#endif
