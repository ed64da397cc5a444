/* SPDX-License-Identifier: MIT */
/* A request as it arrives at the peer: its raw text, and how much of it is there. */
#ifndef FAULT_PEER_MESSAGE_H
#define FAULT_PEER_MESSAGE_H

#include <stddef.h>

/* In the order in which a request goes through them; not every one meets them all. */
enum peer_message_state {
    PEER_MESSAGE_HEAD,
    PEER_MESSAGE_BODY, /* by its length */
    PEER_MESSAGE_CHUNK_SIZE,
    PEER_MESSAGE_CHUNK,
    PEER_MESSAGE_TRAILER,
    PEER_MESSAGE_WHOLE
};

struct peer_message {
    enum peer_message_state state;
    char *text; /* followed by a NUL */
    size_t length;
    size_t capacity;
    size_t line; /* where the current line of the chunked coding begins */
    size_t left; /* bytes to come of the body or chunk */
};

/* NULL when memory is gone. */
struct peer_message *peer_message_new(void);
void peer_message_free(struct peer_message *message);

/* Takes bytes until the state is @goal or beyond, and returns how many: 0 when it is already, or
 * when memory is gone. @length is at least 1. */
size_t peer_message_take(
    struct peer_message *message, const char *bytes, size_t length, enum peer_message_state goal);

/* Appends bytes as they are, whatever the state. −1 when memory is gone. */
int peer_message_add(struct peer_message *message, const char *bytes, size_t length);
int peer_message_is(const struct peer_message *message, const char *method);

#endif
