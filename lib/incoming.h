/* SPDX-License-Identifier: MIT */
/* One answer that is read as it comes, blocking: the query is sent, and what its stream makes of the
 * bytes is given one by one. */
#ifndef INCOMING_H
#define INCOMING_H

#include "operation.h"
#include "result/stream.h"

struct incoming {
    unsigned generation; /* of the process that opened it */
    struct operation operation;
    enum operation_step step;
    struct stream stream;
    supa_response *response; /* once the answer has ended */
    struct lane *lane;       /* while it has not */
    struct exchange *exchange;
    supa_row first; /* was read by incoming_open */
    int has_first, has_ended;
    int has_an_end;   /* the answer: it told where it ends */
    supa_error whom;  /* whom an error is about, once the operation has ended */
    supa_error error; /* why it ended; code SUPA_OK while all is well */
};

/* Takes the query, and waits for the first row or line. incoming_close follows. */
void incoming_open(struct incoming *incoming, supa_query *q, enum stream_form form);
/* 1 with the next row in @row, or line in the stream; 0 at the end, or with the error. */
int incoming_next(struct incoming *incoming, supa_row *row);
void incoming_close(struct incoming *incoming);

#endif
