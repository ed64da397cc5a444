/* SPDX-License-Identifier: MIT */
/* One stream of HTTP/2 at the peer: the request as it came, the script, the answer under way. What
 * has come but was not taken by a step counts as not read, and its window stays closed. */
#ifndef FAULT_PEER_H2_STREAM_H
#define FAULT_PEER_H2_STREAM_H

#include "peer_record.h"
#include "peer_wire.h"

#include <nghttp2/nghttp2.h>

struct peer_h2_stream {
    struct peer_h2_stream *next;
    nghttp2_session *session;
    struct peer_wire *wire;
    struct peer_record *record;
    int32_t id;
    const struct peer_step *step;
    int begun;   /* the step has been */
    int headed;  /* the request's head is there: the script may begin */
    int done;    /* the script is at its end */
    int over;    /* and so is the connection */
    int closed;  /* the stream is, by either side */
    int ended;   /* its request has come to its end */
    int taken;   /* a step has read the head */
    long moment; /* the step's, on the monotonic clock in ms; −1 never */
    long left;   /* of what the step counts */

    char method[16];
    struct peer_message *target, *fields; /* until the head is whole */
    struct peer_message *message;         /* the record's, when taken */
    struct peer_message *body;            /* come, the first body_taken bytes read by a step */
    size_t body_taken;

    const char *out; /* borrowed; out_length bytes out_times times, the first at out_at */
    size_t out_length, out_at, out_times;
    int out_begun; /* the answer's head is out */
    int out_last;  /* the end of the answer follows */
};

/* NULL when memory is gone. */
struct peer_h2_stream *peer_h2_stream_new(
    nghttp2_session *session, struct peer_wire *wire, struct peer_record *record, int32_t id,
    const struct peer_step *steps);
void peer_h2_stream_free(struct peer_h2_stream *stream);

/* The request as it comes. Each returns −1 when memory is gone. */
int peer_h2_stream_field(
    struct peer_h2_stream *stream, const char *name, size_t name_length, const char *value,
    size_t value_length);
int peer_h2_stream_head(struct peer_h2_stream *stream); /* is whole */
int peer_h2_stream_data(struct peer_h2_stream *stream, const char *bytes, size_t length);

#endif
