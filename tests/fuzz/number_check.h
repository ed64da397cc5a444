/* SPDX-License-Identifier: MIT */
/* What the library reads of a number's digits, against a reading of another kind. The only place here
 * that calls its number functions. */
#ifndef FUZZ_NUMBER_CHECK_H
#define FUZZ_NUMBER_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* As the library reads them: 0 and *out, or −1 when that cannot hold the number. */
int number_as_int64(const char *digits, size_t length, int64_t *out);
int number_as_uint64(const char *digits, size_t length, uint64_t *out);
int number_as_double(const char *digits, size_t length, double *out);
int number_as_scaled(const char *digits, size_t length, int scale, int64_t *out);
/* 1 when the library says that all of it is a number. */
int number_is_one(const char *text, size_t length);

/* 1 when the integers are those that the digits write and the double is strtod's. The locale is C. */
int number_is_read_well(const char *digits, size_t length);

#endif
