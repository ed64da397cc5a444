/* SPDX-License-Identifier: MIT */
/* How PostgREST 12 reads what stands in a URL: a small model of its grammar (QueryParams.hs) and of
 * PostgreSQL's array literals. All readers move @reader on and return 0, or −1 when the server would
 * refuse the text or read on past it. */
#ifndef FUZZ_POSTGREST_H
#define FUZZ_POSTGREST_H

#include "base/buffer.h"

#include <stddef.h>

struct reader {
    const char *at, *end;
};

/* Percent-decodes; −1 when a character stands there that parts parameters or has no place in a URL. */
int model_decode(const struct buffer *url, struct buffer *out);

/* 1 and one step when @c stands there. */
int model_take(struct reader *reader, char c);

/* `"…"` with a backslash before any character. */
int model_quoted(struct reader *reader, struct buffer *out);
/* One element of `in.( )`, up to the comma or the parenthesis behind it. */
int model_element(struct reader *reader, struct buffer *out);
/* A scalar or an array's text in `or=( )`, likewise. */
int model_operand(struct reader *reader, struct buffer *out);
/* One element of `{ }`, quoted. */
int model_array_element(struct reader *reader, struct buffer *out);
/* A name, quoted or bare. */
int model_name(struct reader *reader, struct buffer *out);

/* A column with the path of resources and of JSON, written to @out as model_part does. Of a key that
 * is a reserved word −1. */
int model_key(struct reader *reader, struct buffer *out);
/* A column in `or=( )`, up to the dot behind it. */
int model_field(struct reader *reader, struct buffer *out);
/* A term of `order` with its direction: `column.desc`, or `resource(column).desc`. */
int model_order(struct reader *reader, struct buffer *out);

/* One part of a column: its kind (`.` name, `(` resource that is ordered by, `>` and `2` key behind
 * one and two arrows, `#` and `3` index), its length and its bytes. */
void model_part(struct buffer *out, char kind, const char *text, size_t length);

#endif
