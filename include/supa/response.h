/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What came back: rows or an error, always one object. It keeps the body as it came; rows and fields
 * are views into it, and numbers are read from their own digits.
 *
 * Outputs of getters are written only where it is said, and are never NULL.
 *
 * A response, its rows and its fields belong to one thread at a time: hand it over, do not share it.
 * Rows live as long as their response.
 */
#ifndef SUPA_RESPONSE_H
#define SUPA_RESPONSE_H

#include <stddef.h>
#include <stdint.h>
#include <supa/error.h>
#include <supa/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_response supa_response;

/**
 * One row: a small value to be copied freely. Its fields are the library's own.
 *
 * A row is an object with columns. What a function (rpc) returns may be something else (`42`,
 * `"text"`, `[1,2]`): then it, or each element of the list, is a row without columns, and the
 * getters read the row's own value when the column is NULL. What supa_row_list and
 * supa_row_value_at give is read in the same way. An object as a value is of type for supa_row_row
 * and supa_row_raw only.
 *
 *     supa_row_int64(supa_response_first(response), NULL, &sum);
 */
typedef struct supa_row {
    const void *document;
    uint64_t place;
} supa_row;

/** What a field getter found. */
typedef enum supa_field {
    SUPA_FIELD_VALUE = 0,   /**< a value; it is in the output */
    SUPA_FIELD_NULL = 1,    /**< SQL's NULL */
    SUPA_FIELD_MISSING = 2, /**< the row has no such column */
    SUPA_FIELD_TYPE = 3,    /**< a value of another type */
    SUPA_FIELD_RANGE = 4    /**< a number or time that the output cannot hold exactly */
} supa_field;

/** Whether more rows were there than came. */
typedef enum supa_truncation {
    SUPA_TRUNCATED_NO = 0,
    SUPA_TRUNCATED_YES = 1,
    SUPA_TRUNCATED_UNKNOWN = 2
} supa_truncation;

/** Where the time of the last attempt went: microseconds from its start. */
typedef struct supa_timings {
    int64_t name_us;       /**< until the name was resolved */
    int64_t connect_us;    /**< until the connection stood */
    int64_t tls_us;        /**< until TLS was agreed; 0 without TLS */
    int64_t first_byte_us; /**< until the first byte of the answer */
    int64_t total_us;      /**< until all was there */
    int32_t attempts;      /**< how many attempts there were */
    int32_t reused;        /**< 1: an open connection was used */
} supa_timings;

/** 1 when the request succeeded, 0 when there is an error. An empty list of rows is a success. */
SUPA_API int supa_response_ok(const supa_response *response);

/** The error, or NULL when there is none. Lives as long as the response. */
SUPA_API const supa_error *supa_response_error(const supa_response *response);

/** The HTTP status, or 0 when nothing was answered. */
SUPA_API int supa_response_status(const supa_response *response);

/**
 * The body as it came.
 *
 * @param length  set to its bytes; may be NULL.
 * @return the body, followed by a NUL; never NULL. Lives as long as the response.
 */
SUPA_API const char *supa_response_body(const supa_response *response, size_t *length);

/** The total that the request asked the server to count, or −1 when it is not known. */
SUPA_API int64_t supa_response_count(const supa_response *response);

/**
 * How many rows came: objects, or the values that a function returned (1 for a single one, null
 * included). 0 for errors and for answers of other kinds.
 */
SUPA_API size_t supa_response_row_count(const supa_response *response);

/** Row @p index, from 0. Outside of the rows: a row in which every column is missing. */
SUPA_API supa_row supa_response_row(const supa_response *response, size_t index);

/** The first row, or a row in which every column is missing. */
SUPA_API supa_row supa_response_first(const supa_response *response);

/**
 * A header of the answer, by its name in any case.
 *
 * @return its value (the first, when it came more than once) or NULL. Lives as long as the response.
 */
SUPA_API const char *supa_response_header(const supa_response *response, const char *name);

/** Whether the server had more rows than it sent. PostgREST: limits and pagination. */
SUPA_API supa_truncation supa_response_truncated(const supa_response *response);

/** Where the time went. @return 0, or −1 when nothing was sent (all zero then). */
SUPA_API int supa_response_timings(const supa_response *response, supa_timings *timings);

/**
 * A response of one's own, as if a server had sent these rows: for functions that put answers together,
 * and for tests of code that reads them.
 *
 * @param json, length  a JSON array of rows; copied.
 * @return as supa_execute: never NULL, and MALFORMED when it is no such array. Its status is 200, its
 *         count is not known, and it is not truncated.
 */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_response_of_rows(const char *json, size_t length);

/** A response of one's own that failed with this error, which is copied; a code of SUPA_OK is a mistake.
 *  @return never NULL. */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_response_of_error(const supa_error *error);

/** End a response. Its rows and texts end with it. NULL is allowed. */
SUPA_API void supa_response_free(supa_response *response);

/**
 * A column as a signed 64-bit integer. Only numbers that are whole are values (`7`, `7.0`, `7e2`);
 * others are RANGE, as are those beyond 64 bits. @p out is written only for SUPA_FIELD_VALUE.
 */
SUPA_API supa_field supa_row_int64(supa_row row, const char *column, int64_t *out);

/** The same for unsigned 64-bit integers. */
SUPA_API supa_field supa_row_uint64(supa_row row, const char *column, uint64_t *out);

/**
 * A column as an exact integer of a smaller unit: the number times 10 to the power of @p digits, so
 * that with 2 digits 12.5 is 1250 (cents).
 *
 * @param digits  0 to 18; with others every number is RANGE.
 * @param out     written only for SUPA_FIELD_VALUE. RANGE when digits other than 0 would be lost
 *                (12.505), or beyond 64 bits.
 */
SUPA_API supa_field supa_row_scaled(supa_row row, const char *column, int digits, int64_t *out);

/** A column as the double nearest to its digits, whatever the locale. Too large is RANGE. */
SUPA_API supa_field supa_row_double(supa_row row, const char *column, double *out);

/** A column as a truth value: 0 or 1. */
SUPA_API supa_field supa_row_bool(supa_row row, const char *column, int *out);

/**
 * A column's text, decoded. It may contain NUL characters and is not followed by one: print it with
 * `%.*s`, or take supa_row_string.
 *
 * @param text, length  written only for SUPA_FIELD_VALUE; the text lives as long as the response.
 */
SUPA_API supa_field
supa_row_text(supa_row row, const char *column, const char **text, size_t *length);

/**
 * A column's text with a NUL behind it, for printing.
 *
 * @return the text; @p otherwise when the column is null, missing, no text, or memory is gone.
 *         Lives as long as the response. A text that contains NUL characters ends early.
 */
SUPA_API const char *supa_row_string(supa_row row, const char *column, const char *otherwise);

/** A number as its digits, exactly as the server wrote them: nothing is rounded. */
SUPA_API supa_field
supa_row_decimal(supa_row row, const char *column, const char **digits, size_t *length);

/**
 * A timestamp or a date as microseconds since 1970-01-01 00:00 UTC, whatever the locale and the
 * time zone of the process. A `timestamptz` is that point in time, however it is written; a
 * `timestamp` has no zone and is taken as UTC; a `date` is its midnight in UTC. The calendar is the
 * Gregorian one at all times, as PostgreSQL has it; years "BC" are read.
 *
 * @param unix_us  written only for SUPA_FIELD_VALUE. RANGE for `infinity` and `-infinity`, for
 *                 fractions finer than a microsecond, and beyond 64 bits (from January 294247 on).
 *                 TYPE for every text that PostgreSQL does not write for these types: times of day,
 *                 the hour 24, days that do not exist.
 */
SUPA_API supa_field supa_row_time(supa_row row, const char *column, int64_t *unix_us);

/**
 * A column that holds an object: an embedded resource of which there is one, or a JSON column. The
 * row @p out lives as long as the response.
 */
SUPA_API supa_field supa_row_row(supa_row row, const char *column, supa_row *out);

/**
 * A column that holds a list of objects: an embedded resource of which there are many, or a JSON
 * column. A list with anything else in it is TYPE; so is a null in it.
 *
 *     supa_row_rows(order, "items", &item, &count);
 *     for (; count > 0; count--, item = supa_row_next(item))
 *
 * @param first, count  written only for SUPA_FIELD_VALUE. The list may be empty; then every column
 *                      of @p first is missing. The rows live as long as the response.
 */
SUPA_API supa_field supa_row_rows(supa_row row, const char *column, supa_row *first, size_t *count);

/**
 * A column that holds a list of anything: a PostgreSQL array, or a JSON column. Its elements are
 * rows that the getters read when the column is NULL.
 *
 * @param first, count  as for supa_row_rows.
 */
SUPA_API supa_field supa_row_list(supa_row row, const char *column, supa_row *first, size_t *count);

/**
 * The row that follows in its list: among the response's rows, or those of supa_row_rows and
 * supa_row_list. After the last one, and after a row that is in no list: a row in which everything
 * is missing.
 */
SUPA_API supa_row supa_row_next(supa_row row);

/** How many columns a row has; 0 when it is no object. Columns of one name are counted each. */
SUPA_API size_t supa_row_columns(supa_row row);

/**
 * Column @p index, from 0, in the order in which the server sent them: its name, and the JSON that
 * stands there, of any type, null included. The name is decoded and may contain NUL characters;
 * neither is followed by one. Both live as long as the response.
 *
 * @return SUPA_FIELD_VALUE, or SUPA_FIELD_MISSING behind the last column; then nothing is written.
 */
SUPA_API supa_field supa_row_at(
    supa_row row, size_t index, const char **name, size_t *name_length, const char **json,
    size_t *json_length);

/**
 * The value of column @p index alone, as a row that the getters read when the column is NULL.
 * Behind the last column: a row in which everything is missing.
 */
SUPA_API supa_row supa_row_value_at(supa_row row, size_t index);

/** A column as the JSON that stands there, of any type, null included. Without a NUL behind it. */
SUPA_API supa_field
supa_row_raw(supa_row row, const char *column, const char **json, size_t *length);

#ifdef __cplusplus
}
#endif

#endif
