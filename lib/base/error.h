/* SPDX-License-Identifier: MIT */
/* Filling in supa_error: the only place that writes one. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>
#include <supa/error.h>

#if defined(__GNUC__)
#define ERROR_FORMAT(n)  __attribute__((format(printf, n, n + 1)))
#define ERROR_VFORMAT(n) __attribute__((format(printf, n, 0)))
#else
#define ERROR_FORMAT(n)
#define ERROR_VFORMAT(n)
#endif

/* All of these do nothing when @error is NULL. */

void error_clear(supa_error *error);
/* A new error: everything else in it is cleared. Returns @code, for the caller to return. Texts are
 * made valid UTF-8 on one line: control characters become blanks, broken bytes become U+FFFD. */
int error_set(supa_error *error, supa_code code, supa_outcome outcome, const char *format, ...)
    ERROR_FORMAT(4);
/* What was said is not sent: the usual form for mistakes in arguments. */
int error_argument(supa_error *error, const char *format, ...) ERROR_FORMAT(2);
int error_no_memory(supa_error *error);
void error_hint(supa_error *error, const char *format, ...) ERROR_FORMAT(2);
void error_details(supa_error *error, const char *text, size_t length);
/* About whom it is: the side, the store and the relation; NULL leaves what is there. */
void error_about(supa_error *error, supa_side side, const char *store_id, const char *relation);

/* Copies @length bytes as an error text: at most @size − 1 bytes, cut at a character's border with
 * "…", cleaned as above. */
void error_text(char *out, size_t size, const char *text, size_t length);

#endif
