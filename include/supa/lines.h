/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The lines of a CSV answer one by one, of a result of any size, in constant memory.
 *
 *     supa_lines *lines = supa_lines_open(supa_csv(q));
 *     const char *text;
 *     size_t length;
 *
 *     while (supa_lines_next(lines))
 *         if (supa_lines_field(lines, 0, &text, &length) == SUPA_FIELD_VALUE)
 *             …
 *     if (supa_lines_close(lines, &error) != SUPA_OK)
 *         …
 *
 * An answer that breaks off is an error behind its good lines, never a short success: look at the end.
 * Lines belong to one thread at a time.
 *
 * CSV as PostgREST has PostgreSQL write it (RFC 4180, with backslashes doubled in quotes): every field is a
 * text, what is null is an empty field, and an empty text stands in quotes. Two things cannot be told
 * from it: a last row of one column that is null is not seen, and the names in the first line are not
 * quoted, so that one with a comma in it looks like two.
 */
#ifndef SUPA_LINES_H
#define SUPA_LINES_H

#include <stddef.h>
#include <supa/error.h>
#include <supa/export.h>
#include <supa/query.h>
#include <supa/response.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_lines supa_lines;

/**
 * Send the query and wait for the first line of its CSV answer, which is asked for when supa_csv was
 * not said. Consumes @p q. The lines are read as they come; what is not read is held up at the server,
 * at most 64 KiB (or one line, if it is larger) are held here. Time counts as for supa_rows_open.
 *
 * @return lines of the caller's for supa_lines_close, never NULL: errors are told there.
 *
 * PostgREST: Response Format, text/csv.
 */
SUPA_API SUPA_WARN_UNUSED supa_lines *supa_lines_open(supa_query *q);

/**
 * The next line, whose fields can be asked for until the next call on @p lines but those below.
 *
 * @return 1; 0 at the end, and after an error.
 */
SUPA_API int supa_lines_next(supa_lines *lines);

/**
 * Field @p index of the line, from 0. Asked for in their order, fields cost least.
 *
 * @param text, length  the text, decoded and without a NUL behind it, until the next line; written only
 *                      for SUPA_FIELD_VALUE.
 * @return SUPA_FIELD_VALUE, SUPA_FIELD_NULL, or SUPA_FIELD_MISSING behind the last field and where
 *         there is no line.
 */
SUPA_API supa_field
supa_lines_field(supa_lines *lines, size_t index, const char **text, size_t *length);

/**
 * The name of column @p index, from 0, as the first line has it. Lives as long as @p lines.
 *
 * @return SUPA_FIELD_VALUE; SUPA_FIELD_MISSING behind the last one, and as long as there is no first
 *         line. A result without rows has no names.
 */
SUPA_API supa_field
supa_lines_name(const supa_lines *lines, size_t index, const char **name, size_t *length);

/**
 * The line as it came, without its end, to be passed on: it may contain line ends within quotes.
 *
 * @param length  set to its bytes; may be NULL.
 * @return its bytes without a NUL behind them, until the next line; "" where there is no line.
 */
SUPA_API const char *supa_lines_raw(const supa_lines *lines, size_t *length);

/** The error that ended the lines, or NULL. Lives as long as @p lines. */
SUPA_API const supa_error *supa_lines_error(const supa_lines *lines);

/**
 * End the lines; before the last one, the transfer is stopped, which is no error.
 *
 * @param error  filled in, or cleared; may be NULL.
 * @return 0, or the code of the error that ended the lines. NULL is allowed.
 */
SUPA_API int supa_lines_close(supa_lines *lines, supa_error *error);

#ifdef __cplusplus
}
#endif

#endif
