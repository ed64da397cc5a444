/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Rows one by one, of a result of any size, in constant memory.
 *
 *     supa_rows *rows = supa_rows_open(q);
 *     supa_row row;
 *
 *     while (supa_rows_next(rows, &row))
 *         …
 *     if (supa_rows_close(rows, &error) != SUPA_OK)
 *         …
 *
 * An answer that breaks off is an error behind its good rows, never a short success: look at the end.
 * Rows belong to one thread at a time.
 */
#ifndef SUPA_ROWS_H
#define SUPA_ROWS_H

#include <stdint.h>
#include <supa/error.h>
#include <supa/export.h>
#include <supa/query.h>
#include <supa/response.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_rows supa_rows;

/**
 * Send the query and wait for its first row. Consumes @p q. The rows are read as they come; what is
 * not read is held up at the server, at most 64 KiB (or one row, if it is larger) are held here. A
 * connection is taken until the end or supa_rows_close.
 *
 * The query's time runs to the first row. From then on supa_client_options.stall_ms counts while rows
 * are waited for, and supa_deadline_by for all of them; the caller's own time between rows does not
 * count for the former. Nothing is tried again once a row was given.
 *
 * Only lists of JSON rows can be read so.
 *
 * @return rows of the caller's for supa_rows_close, never NULL: errors are told there.
 */
SUPA_API SUPA_WARN_UNUSED supa_rows *supa_rows_open(supa_query *q);

/**
 * The next row.
 *
 * @param row  written when there is one; valid until the next call on @p rows.
 * @return 1; 0 at the end, and after an error.
 */
SUPA_API int supa_rows_next(supa_rows *rows, supa_row *row);

/** The error that ended the rows, or NULL. Lives as long as @p rows. */
SUPA_API const supa_error *supa_rows_error(const supa_rows *rows);

/**
 * End the rows; before the last one, the transfer is stopped, which is no error.
 *
 * @param error  filled in, or cleared; may be NULL.
 * @return 0, or the code of the error that ended the rows. NULL is allowed.
 */
SUPA_API int supa_rows_close(supa_rows *rows, supa_error *error);

/**
 * All rows of a read, past the server's limit on rows, page by page; the next page is asked for while
 * the caller works on one. Consumes @p q.
 *
 * With @p unique_columns, the pages are ordered by them and each begins behind the last row of the
 * one before (keyset paging): every row that is there from the first page to the last comes exactly
 * once, whatever is inserted or deleted meanwhile. Without, they are counted off by offset: rows that
 * are inserted or deleted meanwhile shift the others, so that some come twice or not at all; give an
 * order then.
 *
 * @param size            rows of a page, at least 1; a server that gives fewer is followed.
 * @param unique_columns  names parted by commas that are unique together and never null, each in the
 *                        rows that are selected; ".desc" behind a name turns its order. The query has
 *                        no order of its own then. NULL for offsets.
 * @return as supa_rows_open. The query's time counts for each page. A query with a limit, a range, a
 *         count, single rows or supa_split, or that is no read of a table or view, is refused.
 */
SUPA_API SUPA_WARN_UNUSED supa_rows *
supa_pages(supa_query *q, int64_t size, const char *unique_columns);

#ifdef __cplusplus
}
#endif

#endif
