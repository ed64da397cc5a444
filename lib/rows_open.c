/* SPDX-License-Identifier: MIT */
/* The rows of one answer, read as they come. */
#include "base/error.h"
#include "base/memory.h"
#include "incoming.h"
#include "rows_internal.h"

#include <pthread.h>

struct open_rows {
    supa_rows rows; /* the first */
    struct incoming incoming;
};

static int give_none(supa_rows *rows, supa_row *row)
{
    (void)rows;
    (void)row;
    return 0;
}

static void free_none(supa_rows *rows)
{
    (void)rows;
}

static supa_rows none;

static void fill_none(void)
{
    none.next = give_none;
    none.free = free_none;
    error_no_memory(&none.error);
}

supa_rows *rows_no_memory(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, fill_none);
    return &none;
}

static int give_next(supa_rows *rows, supa_row *row)
{
    struct open_rows *open = (struct open_rows *)rows;
    const int found = incoming_next(&open->incoming, row);

    if (!found)
        rows->error = open->incoming.error;
    return found;
}

static void free_open(supa_rows *rows)
{
    struct open_rows *open = (struct open_rows *)rows;

    incoming_close(&open->incoming);
    memory_free(open);
}

supa_rows *supa_rows_open(supa_query *q)
{
    struct open_rows *open = memory_zero(sizeof *open);

    if (open == NULL) {
        supa_query_free(q);
        return rows_no_memory();
    }
    open->rows.next = give_next;
    open->rows.free = free_open;
    incoming_open(&open->incoming, q, STREAM_ROWS);
    open->rows.error = open->incoming.error;
    return &open->rows;
}

int supa_rows_next(supa_rows *rows, supa_row *row)
{
    return rows != NULL && rows->next(rows, row);
}

const supa_error *supa_rows_error(const supa_rows *rows)
{
    return rows == NULL || rows->error.code == SUPA_OK ? NULL : &rows->error;
}

int supa_rows_close(supa_rows *rows, supa_error *error)
{
    const int code = rows != NULL ? (int)rows->error.code : SUPA_OK;

    error_clear(error);
    if (rows == NULL)
        return SUPA_OK;
    if (error != NULL && code != SUPA_OK)
        *error = rows->error;
    rows->free(rows);
    return code;
}
