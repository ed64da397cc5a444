/* SPDX-License-Identifier: MIT */
/* PostgreSQL's points in time as PostgREST writes them. */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

enum timestamp { TIMESTAMP_OK, TIMESTAMP_NONE, TIMESTAMP_RANGE };

/* Reads all of @text as microseconds since 1970-01-01 00:00 UTC, in the Gregorian calendar at all
 * times and without leap seconds, as PostgreSQL counts. The forms are
 *
 *   2024-01-31                         midnight
 *   2024-01-31T00:42:00.123456         UTC, for want of a zone
 *   2024-01-31 00:42:00+05:30          Z, or an offset up to ±15:59:59; its minutes may be missing
 *   12024-01-31, 0044-03-15 BC         years of 4 to 7 digits; there is no year 0
 *
 * NONE: anything else, 24:00:00 and second 60 included, which PostgreSQL reads but never writes.
 * RANGE: infinity, -infinity, more than 64 bits of microseconds, fractions finer than those.
 * @unix_us is written only for TIMESTAMP_OK. */
enum timestamp timestamp_read(const char *text, size_t length, int64_t *unix_us);

#endif
