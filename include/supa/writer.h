/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Bulk writing: rows of any number go in one by one and out in batches, several at once, in bounded
 * memory; at the end there is an exact account of what became of each of them.
 *
 *     supa_query *q = supa_insert(supa_from(client, "coupons"), NULL);
 *     supa_writer *writer = supa_writer_open(q, NULL);
 *     supa_writer_report report;
 *
 *     while (… && supa_writer_row(writer) == SUPA_OK) {
 *         supa_writer_set(writer, "code", supa_text(code));
 *         supa_writer_set(writer, "amount", supa_decimal(amount));
 *     }
 *     if (supa_writer_close(writer, &report) != SUPA_OK)
 *         …
 *     supa_writer_report_clear(&report);
 *
 * Each batch is one request and one transaction: it is there as a whole or not at all. Nothing is ever
 * sent twice unless it certainly did not arrive the first time (or supa_idempotent says that it may be).
 *
 * A writer belongs to one thread at a time, and to the process that opened it.
 */
#ifndef SUPA_WRITER_H
#define SUPA_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>
#include <supa/export.h>
#include <supa/query.h>
#include <supa/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_writer supa_writer;

/** What became of a row. */
typedef enum supa_writer_fate {
    SUPA_WRITER_WRITTEN = 0, /**< the server has done it: the row is there (or, with
                                supa_ignore_duplicates, was there already) */
    SUPA_WRITER_REFUSED = 1, /**< the server refused the row's batch: it is not there */
    SUPA_WRITER_UNKNOWN = 2, /**< sent, but not answered: it may be there, with all of its batch */
    SUPA_WRITER_UNSENT = 3   /**< it certainly did not reach the server: it is not there */
} supa_writer_fate;

/** Rows that follow each other and went the same way. Rows are counted from 0 as they were given. */
typedef struct supa_writer_range {
    int64_t first; /**< the first row's number */
    int64_t count; /**< how many rows */
    int32_t fate;  /**< a supa_writer_fate */
    int32_t reserved;
    supa_error error; /**< why they are not written: the server's words, or this library's */
} supa_writer_range;

/** The account of all rows. */
typedef struct supa_writer_report {
    int64_t rows;    /**< that were given, also those that were not taken any more; the sum of: */
    int64_t written; /**< those of SUPA_WRITER_WRITTEN, */
    int64_t refused; /**< of SUPA_WRITER_REFUSED, */
    int64_t unknown; /**< of SUPA_WRITER_UNKNOWN, */
    int64_t unsent;  /**< and of SUPA_WRITER_UNSENT */
    supa_writer_range *ranges; /**< the report's own: all rows from 0 on in their order, without a
                                  gap; neighbours of one fate and one error are one range */
    size_t range_count;        /**< how many ranges */
    supa_error error;          /**< the failure that came first in time; SUPA_OK: all are written */
    int64_t reserved[4];
} supa_writer_report;

/** How rows become batches. Begin with SUPA_WRITER_OPTIONS_INIT. */
typedef struct supa_writer_options {
    size_t size;        /**< sizeof(supa_writer_options); _INIT sets it */
    int64_t batch_rows; /**< rows of a batch at most; 0 and −1: as many as its bytes allow. Default
                            1,000 */
    int64_t
        batch_bytes;   /**< bytes of a batch's JSON at most, but for a single row that is larger; 0
                            and −1: as many as its rows take. Default 524,288: gateways often take
                            bodies of 1 MiB */
    int64_t in_flight; /**< batches sent and not answered, 1 to 64. With more than one they may be
                            done in any order. Default 4 */
    int64_t max_failures; /**< how many batches (or single rows that cannot be sent) may fail before
                             the writer stops: 0, none, so that it stops at the first; −1 goes on
                             whatever fails. Default 0 */
    /** Called when rows have met their fate, each range once, from within a call on the writer, which it
     *  may not call itself. For progress. May be NULL. */
    void (*on_batch)(void *user, const supa_writer_range *range);
    void *user; /**< handed to on_batch */
} supa_writer_options;

#define SUPA_WRITER_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(supa_writer_options), 1000, 524288, 4, 0, NULL, NULL                                \
    }

/**
 * Begin to write in bulk. Consumes @p q, which says what is done with each batch: supa_insert or
 * supa_upsert with NULL for the rows, and what goes with them (supa_columns, supa_ignore_duplicates,
 * supa_missing_default, supa_schema, supa_token, supa_cancel_with, …). Scope holds as for any insert:
 * a tenant's rows are given their store.
 *
 * supa_timeout, or else the client's, counts for each batch from its being sent; supa_deadline_by for
 * all. The caller's own time counts: before a long pause, supa_writer_flush.
 *
 * A row is written as if it were alone: what it lacks has the column's default, or stays as it is where
 * a row is merged. So rows with different columns are never in one batch, unless supa_columns names
 * the columns of all: then what a row lacks is null, or the default with supa_missing_default.
 *
 * Up to in_flight + 1 batches are in memory, each with its bytes, and twice more where rows are given
 * their store; and 2.5 KB for each range of rows that failed.
 *
 * @param options  NULL for the defaults.
 * @return a writer of the caller's for supa_writer_close, never NULL: a mistake stops it before its
 *         first row, and is told there. Mistakes are a query of another kind, one with rows of its own,
 *         one that wants rows, counts or a plan back, or supa_rollback.
 *
 * PostgREST: Bulk Insert, Upsert.
 */
SUPA_API SUPA_WARN_UNUSED supa_writer *
supa_writer_open(supa_query *q, const supa_writer_options *options);

/**
 * Begin the next row; supa_writer_set fills it. It is done when anything but supa_writer_set is called.
 * May send a batch, and wait while in_flight of them are not answered.
 *
 * @return 0; or, when the writer has stopped, the code of why: give no more rows then. Those that are
 *         given all the same are counted and not sent.
 */
SUPA_API int supa_writer_row(supa_writer *writer);

/**
 * A column of the row that was begun, as supa_set: read during the call and not kept.
 *
 * @return 0; the code of what is wrong with it, and then the whole row is not sent and counts as a
 *         failure; ARGUMENT when no row was begun.
 */
SUPA_API int supa_writer_set(supa_writer *writer, const char *column, supa_value value);

/**
 * One whole row: the text of a JSON object, which needs no NUL behind it. Copied. Waits as
 * supa_writer_row.
 *
 * @return as supa_writer_row; or ARGUMENT when it is no JSON object: then it is not sent, and counts
 *         as a failure.
 */
SUPA_API int supa_writer_json(supa_writer *writer, const char *json, size_t length);

/**
 * Send what was given so far, and wait for all answers.
 *
 * @return 0 when all rows so far are written, else the code of the first failure.
 */
SUPA_API int supa_writer_flush(supa_writer *writer);

/** The failure that came first in time, or NULL. Lives as long as @p writer. */
SUPA_API const supa_error *supa_writer_error(const supa_writer *writer);

/**
 * Send what is left, unless the writer has stopped, wait for all answers, and end the writer. To give
 * up instead, fire the query's cancel token before.
 *
 * In a child of fork, what its parent had in flight is told as unknown.
 *
 * @param report  filled in, to be given to supa_writer_report_clear; may be NULL.
 * @return 0 when all rows are written, else the code of the first failure. NULL is allowed. When there
 *         was not even memory for a writer, it is NO_MEMORY and no row is counted.
 */
SUPA_API int supa_writer_close(supa_writer *writer, supa_writer_report *report);

/** Free what a report holds; it is empty then. NULL is allowed. */
SUPA_API void supa_writer_report_clear(supa_writer_report *report);

#ifdef __cplusplus
}
#endif

#endif
