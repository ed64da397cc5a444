/* SPDX-License-Identifier: MIT */
/* Lists of column names, as `columns` and `on_conflict` take them. The server stops reading at the
 * first character that belongs to no name, so a list is never sent as the caller wrote it. */
#ifndef QUERY_NAMES_H
#define QUERY_NAMES_H

#include "base/arena.h"

/* Writes the names that @text lists as a text of their own: plain ones bare, all others in quotes,
 * parted by commas alone. NULL when all is well, else what is wrong; OPERAND_NO_MEMORY. */
const char *names_read(const char **names, const char *text, struct arena *arena);

/* Whether one of the names that names_read wrote is @name, a plain one. NULL has none. */
int names_has(const char *names, const char *name);

#endif
