/* SPDX-License-Identifier: MIT */
/* What a filter compares with: a value of the caller's, turned into texts of the query's own. How
 * the texts are quoted is decided when they are written, by where they stand. */
#ifndef QUERY_OPERAND_H
#define QUERY_OPERAND_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"

#include <stddef.h>
#include <supa/value.h>

struct piece {
    const char *text; /* NULL: SQL's NULL, in arrays only */
    size_t length;
    int is_bare; /* as word_is_bare says: it is written as it is */
};

enum operand_kind { OPERAND_SCALAR, OPERAND_NULL, OPERAND_JSON, OPERAND_LIST };

struct operand {
    enum operand_kind kind;
    int is_text; /* a scalar that was given as text */
    size_t count;
    const struct piece *pieces; /* one, or the list's */
    struct piece one;           /* a list's is its array, once operand_array has made it */
};

/* Copies @value into @arena; JSON is read by means of @tape. NULL when all is well, else what is wrong
 * with it; OPERAND_NO_MEMORY when memory is gone. */
const char *operand_read(
    struct operand *operand, const supa_value *value, struct arena *arena, struct json_tape *tape);

extern const char OPERAND_NO_MEMORY[];

/* Makes PostgreSQL's array literal of a list, `{"a",NULL}`, not encoded. NULL, or
 * OPERAND_NO_MEMORY. */
const char *operand_array(struct operand *list, struct arena *arena);

/* Copies an operand into @arena. −1 when memory is gone. */
int operand_copy(struct operand *copy, const struct operand *operand, struct arena *arena);

/* The value as JSON, appended; NULL when all is well, else what is wrong with it. */
const char *operand_json(
    struct buffer *json, const supa_value *value, struct arena *scratch, struct json_tape *tape);

/* A double with the fewest digits that read back the same, whatever the locale; the length. */
#define REAL_MAX 32
size_t operand_real(double number, char out[REAL_MAX]);

#endif
