/* SPDX-License-Identifier: MIT */
#include "result/rows.h"

#include "base/memory.h"

#include <string.h>

/* An array with room for @count items, the old one if it is large enough. */
static void *room(void *array, size_t *capacity, size_t count, size_t size)
{
    size_t total;

    if (count <= *capacity && array != NULL)
        return array;
    if (size_multiply(count, size, &total) != 0)
        return NULL;
    array = memory_grow(array, total);
    if (array != NULL)
        *capacity = count;
    return array;
}

static int add_row(struct document *document, uint32_t node)
{
    size_t wanted = json_count(&document->tape.nodes[0]);
    uint32_t *rows = document->rows;

    rows = room(rows, &document->row_capacity, node == 0 ? 1 : wanted, sizeof *rows);
    if (rows == NULL)
        return -1;
    document->rows = rows;
    rows[document->row_count++] = node;
    return 0;
}

int rows_only(const struct json_tape *tape, uint32_t list)
{
    uint32_t behind = tape->nodes[list].next;

    for (uint32_t node = list + 1; node < behind; node = json_next(tape, node)) {
        if (json_kind_of(&tape->nodes[node]) != JSON_OBJECT)
            return 0;
    }
    return 1;
}

static int find_rows(struct document *document, enum row_shape shape)
{
    const struct json_tape *tape = &document->tape;
    enum json_kind root = document_kind(document);

    if (root != JSON_ARRAY || shape == ROWS_WHOLE)
        return shape >= ROWS_ANY || (shape == ROWS_ONE && root == JSON_OBJECT)
                   ? add_row(document, 0)
                   : 0;
    if (shape == ROWS_ONE || (shape == ROWS_LIST && !rows_only(tape, 0)))
        return 0;
    for (uint32_t node = 1; node < tape->count; node = json_next(tape, node)) {
        if (add_row(document, node) != 0)
            return -1;
    }
    return 0;
}

static int make_copies(struct document *document)
{
    char *copies = room(document->copies, &document->copies_capacity, document->length + 1, 1);

    if (copies == NULL)
        return -1;
    document->copies = copies;
    return 0;
}

static void begin(struct document *document, const char *text, size_t length)
{
    document_clear(document);
    document->text = text;
    document->length = length;
}

/* After the text was read. Memory for decoded texts is taken here when there are any, so that no
 * getter of them can fail. */
static int complete(struct document *document, enum row_shape shape, int status)
{
    if (status == JSON_OK && document->tape.escaped && make_copies(document) != 0)
        status = JSON_NO_MEMORY;
    if (status == JSON_OK && find_rows(document, shape) != 0)
        status = JSON_NO_MEMORY;
    if (status != JSON_OK)
        document_clear(document);
    return status;
}

int document_read(
    struct document *document, const char *text, size_t length, enum row_shape shape,
    struct json_error *error)
{
    begin(document, text, length);
    return complete(
        document, shape, json_parse_rows(&document->tape, &document->shapes, text, length, error));
}

int document_read_row(
    struct document *document, const char *text, size_t length, struct json_error *error)
{
    begin(document, text, length);
    return complete(
        document, ROWS_WHOLE,
        json_parse_element(&document->tape, &document->shapes, text, length, error));
}

/* Reads an object whose end is not known, if it is whole and well; 0 when it must be split first. */
static size_t read_front(struct document *document, struct splitter *splitter)
{
    const char *bytes;
    size_t length, used;

    if (splitter_peek(splitter, &bytes, &length) != SPLIT_ROW || *bytes != '{')
        return 0;
    begin(document, bytes, length);
    used = json_parse_front(&document->tape, &document->shapes, bytes, length);
    document->length = used;
    return used;
}

/* 1 when the row needs no more memory than those before it. */
static int is_complete(struct document *document)
{
    if (document->row_capacity == 0 ||
        (document->tape.escaped && document->copies_capacity <= document->length))
        return 0;
    document->rows[0] = 0;
    document->row_count = 1;
    return 1;
}

static enum split refuse(struct splitter *splitter, int status, const char *what)
{
    return status == JSON_NO_MEMORY ? splitter_refuse(splitter, SPLITTER_NO_MEMORY, "out of memory")
                                    : splitter_refuse(splitter, SPLITTER_MALFORMED, what);
}

enum split document_next_row(struct document *document, struct splitter *splitter)
{
    size_t used = read_front(document, splitter), length;
    struct json_error error;
    const char *row;
    enum split split;
    int status;

    if (used != 0) {
        if (splitter_take(splitter, used) != SPLIT_ROW)
            return SPLIT_BAD;
        return is_complete(document) || complete(document, ROWS_WHOLE, JSON_OK) == JSON_OK
                   ? SPLIT_ROW
                   : refuse(splitter, JSON_NO_MEMORY, NULL);
    }
    document_clear(document);
    split = splitter_next(splitter, &row, &length);
    if (split != SPLIT_ROW)
        return split;
    status = document_read_row(document, row, length, &error);
    return status == JSON_OK ? SPLIT_ROW : refuse(splitter, status, error.what);
}

void document_clear(struct document *document)
{
    document->text = NULL;
    document->length = 0;
    document->tape.count = 0;
    document->row_count = 0;
    document->shapes.lone_object = 0;
}

void document_free(struct document *document)
{
    json_tape_free(&document->tape);
    memory_free(document->rows);
    memory_free(document->copies);
    json_shapes_free(&document->shapes);
    memset(document, 0, sizeof *document);
}

enum json_kind document_kind(const struct document *document)
{
    return json_kind_of(&document->tape.nodes[0]);
}

supa_row document_row(const struct document *document, size_t index)
{
    if (index >= document->row_count)
        return row_none();
    return row_of(document, document->rows[index], document->tape.count);
}

size_t row_columns(supa_row row)
{
    const struct json_node *node = row_field(row, NULL);

    return node != NULL && json_kind_of(node) == JSON_OBJECT ? json_count(node) : 0;
}

struct json_node *row_field(supa_row row, const char *column)
{
    struct document *document = row_document(row);
    uint32_t object = row_node(row), node;

    if (document == NULL)
        return NULL;
    if (column == NULL)
        return &document->tape.nodes[object];
    node = json_shape_guess(&document->shapes, document->tape.nodes, object, column);
    if (node == JSON_NONE)
        node =
            json_shape_member(&document->shapes, &document->tape, document->text, object, column);
    return node == JSON_NONE ? NULL : &document->tape.nodes[node];
}

struct json_node *row_key(supa_row row, size_t index)
{
    struct document *document = row_document(row);
    uint32_t key;

    if (index >= row_columns(row))
        return NULL;
    key = json_shape_key(
        &document->shapes, &document->tape, document->text, row_node(row), (uint32_t)index);
    return &document->tape.nodes[key];
}

/* The decoded text with a NUL behind it, made when it is first asked for. */
static const char *copied(struct document *document, struct json_node *string)
{
    char *copy = document->copies + string->start;

    if ((string->info & JSON_MARK) == 0) {
        json_decode(document->text, string, copy);
        copy[string->size] = '\0';
        string->info |= JSON_MARK;
    }
    return copy;
}

const char *row_text(supa_row row, struct json_node *string)
{
    struct document *document = row_document(row);

    if ((string->info & JSON_ESCAPED) != 0)
        return copied(document, string);
    return document->text + string->start;
}

const char *row_string(supa_row row, struct json_node *string)
{
    struct document *document = row_document(row);

    if (document->copies_capacity <= document->length && make_copies(document) != 0)
        return NULL;
    return copied(document, string);
}
