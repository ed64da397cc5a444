/* SPDX-License-Identifier: MIT */
/* The rows of an answer that is still coming: bytes go in at one end, rows come out at the other, and
 * little is held between. */
#ifndef RESULT_STREAM_H
#define RESULT_STREAM_H

#include "result/rows.h"
#include "result/splitter.h"
#include "transport/transport.h"

#include <stdint.h>
#include <supa/response.h>

struct stream {
    struct sink sink; /* the first: for the call */
    struct splitter splitter;
    struct document document; /* the row that was handed out last */
    int64_t rows;             /* handed out */
    int rows_ready;           /* 1: bytes came since rows were last asked for in vain */
    supa_error error;         /* why the rows cannot be read on; code SUPA_OK: they can */
};

/* @row_max is the largest row that is taken, in bytes; −1 for no limit. */
void stream_init(struct stream *stream, int64_t row_max);
/* The same limit, before the first byte. */
void stream_limit(struct stream *stream, int64_t row_max);
void stream_free(struct stream *stream);

enum stream_step {
    STREAM_ROW,
    STREAM_MORE, /* none is whole yet */
    STREAM_END,  /* the last one was handed out */
    STREAM_BAD   /* see error */
};

/* The next row, valid until the next call. */
enum stream_step stream_next(struct stream *stream, supa_row *row);

/* When no more bytes come and all rows were asked for: 0 when the answer was whole, else the code
 * with error filled in. */
int stream_finish(struct stream *stream);

#endif
