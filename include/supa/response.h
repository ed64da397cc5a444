/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What came back: rows or an error, always one object. It keeps the body as it came; rows and fields
 * are views into it, and numbers are read from their own digits.
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

/** One row: a small value to be copied freely. Its fields are the library's own. */
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
    SUPA_FIELD_RANGE = 4    /**< a number that the output cannot hold exactly */
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

/** How many rows came. 0 for errors and for answers that are no rows. */
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

/** End a response. Its rows and texts end with it. NULL is allowed. */
SUPA_API void supa_response_free(supa_response *response);

/**
 * A column as a signed 64-bit integer. Only numbers that are whole are values (`7`, `7.0`, `7e2`);
 * others are RANGE, as are those beyond 64 bits. @p out is written only for SUPA_FIELD_VALUE.
 */
SUPA_API supa_field supa_row_int64(supa_row row, const char *column, int64_t *out);

/** The same for unsigned 64-bit integers. */
SUPA_API supa_field supa_row_uint64(supa_row row, const char *column, uint64_t *out);

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
 * A column that holds an object: an embedded resource of which there is one, or a JSON column. The
 * row @p out lives as long as the response.
 */
SUPA_API supa_field supa_row_row(supa_row row, const char *column, supa_row *out);

/** A column as the JSON that stands there, of any type, null included. */
SUPA_API supa_field
supa_row_raw(supa_row row, const char *column, const char **json, size_t *length);

#ifdef __cplusplus
}
#endif

#endif
