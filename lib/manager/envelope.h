/* SPDX-License-Identifier: MIT */
/* What the versions of sealed credentials have in common. The version is told by an envelope's form:
 * see envelope_v1.h and envelope_v2.h. */
#ifndef MANAGER_ENVELOPE_H
#define MANAGER_ENVELOPE_H

#include "base/text.h"

#include <stddef.h>
#include <supa/manager.h>

#define ENVELOPE_PLAINTEXT_MAX 65536
#define ENVELOPE_TYPE_MAX      50 /* bytes of a database type */

/* Letters and digits, in base64's order. */
#define ENVELOPE_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* The row that an envelope stands in. Valid when it was read from arguments. */
struct envelope_row {
    char store_id[UUID_LENGTH + 1]; /* lower case; "" until it is known to be a UUID */
    const char *type;               /* borrowed */
};

/* 0, or ARGUMENT with @error filled in. */
int envelope_row_read(
    struct envelope_row *row, const char *database_type, const char *store_id, supa_error *error);

/* A text that is no envelope of any version, or a damaged one. */
int envelope_malformed(supa_error *error);

#endif
