/* SPDX-License-Identifier: MIT */
/* Rows of a bulk write that go out in one request. */
#ifndef WRITER_BATCH_H
#define WRITER_BATCH_H

#include "base/buffer.h"
#include "query/query_internal.h"

#include <supa/writer.h>

struct batch {
    struct batch *next;
    supa_writer *writer;
    int64_t first, count; /* its rows */
    supa_query *q;        /* knows the columns; NULL once it was sent */
    struct buffer body;   /* must outlive the query: lent to it */
};

/* A row of a batch: the text of a JSON object, and what the reader found in it. */
struct batch_row {
    const char *json;
    size_t length;
    const struct json_tape *tape;
};

/* What is wrong with the row; NULL when nothing is. */
const char *batch_row_mistake(const struct batch_row *row);

/* Begins with row number @first, which has to be added yet: its columns are those of the batch. 0, or
 * −1 when memory is gone. */
int batch_begin(
    struct batch *batch, const supa_query *template_query, int64_t first,
    const struct batch_row *row);
/* 1 when the row may go out with those that are there. */
int batch_takes(
    const struct batch *batch, const supa_writer_options *options, const struct batch_row *row);
/* 0, or −1 when memory is gone: its rows are lost then. */
int batch_add(struct batch *batch, const struct batch_row *row);
/* 1 when it takes no further row. */
int batch_is_full(const struct batch *batch, const supa_writer_options *options);
/* The request, to be sent or freed before the batch is used again. NULL when memory is gone. */
supa_query *batch_query(struct batch *batch);

/* For the next batch; keeps the memory of its body. */
void batch_clear(struct batch *batch);
void batch_free(struct batch *batch);

#endif
