/* SPDX-License-Identifier: MIT */
/* Balances of credits. */
#ifndef PLATFORM_CREDIT_H
#define PLATFORM_CREDIT_H

#include <supa/platform.h>

#define CREDIT_DIGITS 2 /* behind the point: users.credits is numeric(10,2) */

/* Reads `id` and `credits` of a row of users, of which null is 0 and told in *is_null (which may be
 * NULL). 0, or MALFORMED with @error filled in. */
int credit_read(supa_row user, supa_credit *credit, int *is_null, supa_error *error);

#endif
