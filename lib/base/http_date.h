/* SPDX-License-Identifier: MIT */
/* Dates as HTTP's headers carry them, and times as PostgreSQL reads them. */
#ifndef BASE_HTTP_DATE_H
#define BASE_HTTP_DATE_H

#include <stdint.h>

/* "Sun, 06 Nov 1994 08:49:37 GMT", the one form that is sent today (RFC 9110, 5.6.7). 1 with
 * microseconds since 1970, or 0. NULL is allowed. */
int http_date_read(const char *text, int64_t *unix_us);

#define TIME_TEXT_SIZE 40
/* "1994-11-06T08:49:37.000000Z"; 1, or 0 when the year is not one of 1 to 9999. */
int time_write(int64_t unix_us, char out[TIME_TEXT_SIZE]);

#endif
