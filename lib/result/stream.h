/* SPDX-License-Identifier: MIT */
/* The rows of an answer that is still coming, or the lines of a CSV answer: bytes go in at one end, rows
 * come out at the other, and little is held between. */
#ifndef RESULT_STREAM_H
#define RESULT_STREAM_H

#include "base/buffer.h"
#include "result/csv_splitter.h"
#include "result/rows.h"
#include "result/splitter.h"
#include "transport/transport.h"

#include <stdint.h>
#include <supa/response.h>

enum stream_form {
    STREAM_ROWS, /* of a JSON array */
    STREAM_LINES /* of CSV */
};

struct stream {
    struct sink sink; /* the first: for the call */
    enum stream_form form;
    struct splitter splitter;
    struct document document; /* the row that was handed out last */
    struct csv_splitter lines;
    struct buffer header; /* CSV's first line */
    const char *line;     /* that was handed out last */
    size_t line_length;
    int64_t rows;     /* or lines, handed out */
    int rows_ready;   /* 1: bytes came since rows were last asked for in vain */
    int has_ended;    /* stream_end was called */
    supa_error error; /* why the rows cannot be read on; code SUPA_OK: they can */
};

/* Of rows; form may be set afterwards. @row_max is the largest row or line that is taken, in bytes; −1
 * for no limit. */
void stream_init(struct stream *stream, int64_t row_max);
/* The same limit, before the first byte. */
void stream_limit(struct stream *stream, int64_t row_max);
void stream_free(struct stream *stream);

/* Takes bytes whatever is held. 0, or −1 when memory is gone, which stream_next then says too. */
int stream_feed(struct stream *stream, const char *bytes, size_t length);
/* No more bytes come, and the answer was whole: the last line needs no end. Nothing for rows. */
void stream_end(struct stream *stream);
/* 1 when there are bytes of CSV whose first line was not read. */
int stream_awaits_header(const struct stream *stream);

enum stream_step {
    STREAM_ROW,
    STREAM_MORE, /* none is whole yet */
    STREAM_END,  /* the last one was handed out */
    STREAM_BAD   /* see error */
};

/* The next row, valid until the next call; @row stays as it is where it is a line. */
enum stream_step stream_next(struct stream *stream, supa_row *row);

/* When no more bytes come and all rows were asked for: 0 when the answer was whole, else the code
 * with error filled in. */
int stream_finish(struct stream *stream);

#endif
