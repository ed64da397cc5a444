/* SPDX-License-Identifier: MIT */
/* Rows as views into a JSON text. */
#ifndef RESULT_ROWS_H
#define RESULT_ROWS_H

#include "base/json.h"
#include "base/json_shape.h"
#include "result/splitter.h"

#include <stddef.h>
#include <stdint.h>
#include <supa/response.h>

/* What is a row in a text. */
enum row_shape {
    ROWS_LIST, /* the elements of the root array, when all of them are objects */
    ROWS_ONE,  /* the root object */
    ROWS_ANY,  /* the elements of the root array, whatever they are; of anything else, the root */
    ROWS_WHOLE /* the root, whatever it is: an element of an array that is not there */
};

/* A text and its rows. Zeros are an empty one. Getters write to it: one thread at a time. */
struct document {
    const char *text;
    size_t length;
    struct json_tape tape;
    uint32_t *rows; /* their nodes */
    size_t row_count, row_capacity;
    /* Decoded and terminated texts, each at the place that it has in the text, where it always fits,
     * its NUL included; JSON_MARK on a string says that it is there. So a text is decoded once. */
    char *copies;
    size_t copies_capacity;
    struct json_shapes shapes; /* what makes the next row and the next getter quick */
};

/* Reads @text, which must outlive the document or its next reading. Returns JSON_OK, JSON_MALFORMED
 * with @error filled in, or JSON_NO_MEMORY; then it has no rows. What was there before is replaced,
 * its memory used again. */
int document_read(
    struct document *document, const char *text, size_t length, enum row_shape shape,
    struct json_error *error);
/* The same for one row of a stream, in @text alone, whatever kind of value it is: then it is
 * document_row(document, 0). Takes no memory when the rows before were as large and as many-sided. */
int document_read_row(
    struct document *document, const char *text, size_t length, struct json_error *error);
/* The next row of a stream, document_row(document, 0), valid until the splitter is fed: the two of
 * splitter_next and document_read_row in one, which is quicker and takes and refuses the same. What
 * is wrong in a row becomes the splitter's problem; splitter_offset is then near the row. */
enum split document_next_row(struct document *document, struct splitter *splitter);
void document_clear(struct document *document); /* no text, no rows; keeps its memory */
void document_free(struct document *document);

/* The root; only after a successful reading. */
enum json_kind document_kind(const struct document *document);
/* Row @index, or a row in which every column is missing. */
supa_row document_row(const struct document *document, size_t index);
/* 1 when all elements of a list are objects. */
int rows_only(const struct json_tape *tape, uint32_t list);

/* A row's place is the node of its value and, in the upper half, the node behind the list that it is
 * in: so it is known where its list ends. A row that is in no list is a list of its own. */
static inline supa_row row_of(const struct document *document, uint32_t node, uint32_t behind)
{
    return (supa_row){document, node | (uint64_t)behind << 32};
}

static inline supa_row row_none(void)
{
    return (supa_row){NULL, 0};
}

static inline uint32_t row_node(supa_row row)
{
    return (uint32_t)row.place;
}

static inline uint32_t row_list_end(supa_row row)
{
    return (uint32_t)(row.place >> 32);
}

/* NULL for no row. A row is const to its reader; what the document remembers while it is read is
 * not. */
static inline struct document *row_document(supa_row row)
{
    return (struct document *)(uintptr_t)row.document;
}

/* How many columns there are; 0 for what is no object. */
size_t row_columns(supa_row row);
/* The node of the column's value; of the row's own value when @column is NULL. NULL: missing. */
struct json_node *row_field(supa_row row, const char *column);
/* The node of column @index's key, which its value follows; NULL behind the last. */
struct json_node *row_key(supa_row row, size_t index);
/* A string's decoded text, without a NUL behind it unless it was copied; it never fails. */
const char *row_text(supa_row row, struct json_node *string);
/* The same with a NUL behind it; NULL when memory is gone. */
const char *row_string(supa_row row, struct json_node *string);

#endif
