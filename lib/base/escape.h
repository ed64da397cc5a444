/* SPDX-License-Identifier: MIT */
/* How texts are written into a request, by where they stand. All knowledge of PostgREST's quoting is
 * here. Each function appends to a URL and percent-encodes as it goes.
 *
 * Need → Use
 *   a value behind `op.`              → escape_plain      (no quoting exists there)
 *   the same in a group `or=( )`      → escape_operand    (quoted unless it is a plain word)
 *   an element of `in.( )`            → escape_element    (quoted unless it is a plain word)
 *   an array's text `{ }`             → escape_array      (not encoded: it is a value itself)
 *   a name: column, alias, relation   → escape_name       (quoted when it needs it)
 *   a column with embeds, JSON paths  → escape_column
 *   a relation in the path            → escape_segment
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/buffer.h"

#include <stddef.h>

/* Percent-encodes all but what a query may hold as it is: a gateway may echo the URL in a header, so
 * that every byte counts. */
void escape_plain(struct buffer *url, const char *text, size_t length);

/* `"…"` with `\` before `"` and `\`; letters, digits, `_` and `-` alone stand bare. */
void escape_element(struct buffer *url, const char *text, size_t length);

/* A name with quotes around it, whether it needs them or not. */
void escape_quoted(struct buffer *url, const char *text, size_t length);

/* A scalar or an array's text inside of a group: the same quoting. */
void escape_operand(struct buffer *url, const char *text, size_t length);

/* One element of an array literal, `"…"` with `\` before `"` and `\`. Not encoded: the array is a
 * value, to be written like one. */
void escape_array(struct buffer *array, const char *text, size_t length);

/* One path segment. The caller has checked it with escape_segment_mistake. */
void escape_segment(struct buffer *url, const char *text, size_t length);

/* Why a text cannot be a path segment, or NULL when it can. */
const char *escape_segment_mistake(const char *text);

/* One name, quoted when it holds more than letters, digits, `_`, `$` and inner blanks and hyphens. */
void escape_name(struct buffer *url, const char *text, size_t length);

enum column_place {
    COLUMN_KEY, /* the key of a filter: dots lead into embedded resources, keywords are quoted */
    COLUMN_RESOURCE, /* the path of an embedded resource, with something behind it */
    COLUMN_ORDER     /* a term of `order`: a dot is part of the name */
};

/* A column as the caller writes it: `name`, `embed.name`, `name->key->>key`, with parts in double
 * quotes taken as they stand. Parts that need quotes get them, so no text can leave its place. */
void escape_column(struct buffer *url, const char *text, size_t length, enum column_place place);

/* Why a text cannot be a column, or NULL when it can. */
const char *escape_column_mistake(const char *text);

/* 1 when the column lies in an embedded resource. */
int escape_column_is_embedded(const char *text, size_t length);

#endif
