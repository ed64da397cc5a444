/* SPDX-License-Identifier: MIT */
/* What the peer has seen, and who waits for it. Every function takes the record's lock. */
#ifndef FAULT_PEER_RECORD_H
#define FAULT_PEER_RECORD_H

#include "peer.h"
#include "peer_message.h"

#include <pthread.h>

struct peer_record {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t counts[PEER_COUNTS];
    size_t bytes_read;
    size_t bytes_sent;
    size_t goes; /* not yet used by a waiter */
    int stopping;
    struct peer_message **messages; /* counts[PEER_REQUESTS] of them */
};

/* 0, or −1 when the system has no lock for it. */
int peer_record_init(struct peer_record *record);
void peer_record_free(struct peer_record *record);

/* One more; how many there were before. */
size_t peer_record_count(struct peer_record *record, enum peer_count count);
size_t peer_record_get(struct peer_record *record, enum peer_count count);
int peer_record_wait(
    struct peer_record *record, enum peer_count count, size_t least, int timeout_ms);

/* peer_message_take, and the counts that change with it. The record owns the message from the byte
 * on that makes its head whole. Returns 0 when memory is gone. */
size_t peer_record_take(
    struct peer_record *record, struct peer_message *message, const char *bytes, size_t length,
    enum peer_message_state goal);

/* The same for a request that does not come as text: the head, of which @message holds the text;
 * more of the body; its end. Each returns −1 when memory is gone; the record owns the message after
 * a head that it could keep. */
int peer_record_head(struct peer_record *record, struct peer_message *message);
int peer_record_body(
    struct peer_record *record, struct peer_message *message, const char *bytes, size_t length);
void peer_record_end(struct peer_record *record, struct peer_message *message);

size_t peer_record_bytes(struct peer_record *record);
void peer_record_sent(struct peer_record *record, size_t length);
size_t peer_record_bytes_sent(struct peer_record *record);
/* How many requests of this method have come to the state @least or beyond. */
size_t
peer_record_messages(struct peer_record *record, const char *method, enum peer_message_state least);
size_t peer_record_text(struct peer_record *record, size_t i, char *out, size_t size);

/* Waits for a go: 0, or −1 when the peer stops. */
int peer_record_await_go(struct peer_record *record);
/* Takes a go that is there: 1, or 0. */
int peer_record_take_go(struct peer_record *record);
void peer_record_go(struct peer_record *record);
void peer_record_stop(struct peer_record *record);

#endif
