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

/* Memory for decoded texts is taken here when there are any, so that no getter of them can fail. */
int document_read(
    struct document *document, const char *text, size_t length, enum row_shape shape,
    struct json_error *error)
{
    int status;

    document_clear(document);
    document->text = text;
    document->length = length;
    status = shape == ROWS_WHOLE ? json_parse_element(&document->tape, text, length, error)
                                 : json_parse(&document->tape, text, length, error);
    if (status == JSON_OK && document->tape.escaped && make_copies(document) != 0)
        status = JSON_NO_MEMORY;
    if (status == JSON_OK && find_rows(document, shape) != 0)
        status = JSON_NO_MEMORY;
    if (status != JSON_OK)
        document_clear(document);
    return status;
}

int document_read_row(
    struct document *document, const char *text, size_t length, struct json_error *error)
{
    return document_read(document, text, length, ROWS_WHOLE, error);
}

void document_clear(struct document *document)
{
    document->text = NULL;
    document->length = 0;
    document->tape.count = 0;
    document->row_count = 0;
    document->columns.known = 0;
    document->columns.verified = 0;
    document->columns.last = 0;
    document->columns.row = JSON_NONE;
}

void document_free(struct document *document)
{
    json_tape_free(&document->tape);
    memory_free(document->rows);
    memory_free(document->copies);
    memory_free(document->columns.items);
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

static int grow_columns(struct columns *columns)
{
    size_t capacity = columns->capacity;
    struct column *items;

    items = room(columns->items, &capacity, capacity < 16 ? 16 : capacity * 2, sizeof *items);
    if (items == NULL)
        return -1;
    columns->items = items;
    columns->capacity = (uint32_t)capacity;
    return 0;
}

static inline uint64_t load(const char *at, size_t size)
{
    uint64_t word = 0;

    memcpy(&word, at, size);
    return word;
}

/* memcmp for names, which are too short for a call: words that may overlap. */
static inline int same_bytes(const char *a, const char *b, size_t length)
{
    size_t at = 0;

    if (length < 4) {
        while (at < length && a[at] == b[at])
            at++;
        return at == length;
    }
    if (length < 8)
        return load(a, 4) == load(b, 4) && load(a + length - 4, 4) == load(b + length - 4, 4);
    for (; at + 8 < length; at += 8) {
        if (load(a + at, 8) != load(b + at, 8))
            return 0;
    }
    return load(a + length - 8, 8) == load(b + length - 8, 8);
}

static inline int
same_key(const char *text, const struct column *column, const struct json_node *key)
{
    size_t length = key->end - key->start;

    return column->name_end - column->name == length &&
           same_bytes(text + column->name, text + key->start, length);
}

static inline int is_column(
    const struct document *document, const struct column *column, const char *name, size_t length)
{
    const struct json_node *key = &document->tape.nodes[column->key];

    if ((key->info & JSON_ESCAPED) != 0)
        return json_string_is(document->text, key, name, length);
    return key->size == length && same_bytes(document->text + key->start, name, length);
}

/* Verifies the row's next column: 1 when it is the one that is remembered there, or was put there
 * since it is another; 0 at the end of the row; −1 when memory is gone. */
static int verify_next(struct document *document)
{
    struct columns *columns = &document->columns;
    const struct json_node *key = &document->tape.nodes[columns->unread];
    struct column *column;

    if (columns->unread >= document->tape.nodes[columns->row].next)
        return 0;
    if (columns->verified == columns->capacity && grow_columns(columns) != 0)
        return -1;
    column = &columns->items[columns->verified];
    if (columns->verified == columns->known || !same_key(document->text, column, key)) {
        *column = (struct column){key->start, key->end, 0, JSON_NONE, JSON_NONE};
        columns->known = columns->verified + 1;
    }
    column->key = columns->unread;
    columns->verified++;
    columns->unread = json_next(&document->tape, columns->unread + 1);
    return 1;
}

static void begin_row(struct columns *columns, uint32_t row)
{
    columns->row = row;
    columns->verified = 0;
    columns->unread = row + 1;
}

/* The first column of this name among the verified ones and then the others; JSON_NONE when there is
 * none or, with *@failed, when memory is gone. */
static uint32_t search(struct document *document, const char *name, size_t length, int *failed)
{
    struct columns *columns = &document->columns;

    for (uint32_t i = 0;; i++) {
        if (i == columns->verified) {
            int more = verify_next(document);

            *failed = more < 0;
            if (more <= 0)
                return JSON_NONE;
        }
        if (is_column(document, &columns->items[i], name, length))
            return i;
    }
}

/* Whether a verified column has this name and is the first that has it. */
static int is_first(struct document *document, uint32_t index, const char *name, size_t length)
{
    struct column *column = &document->columns.items[index];

    if (!is_column(document, column, name, length))
        return 0;
    if (column->first == JSON_NONE) {
        int failed;

        column->first = search(document, name, length, &failed);
    }
    return column->first == index;
}

/* The guess: the column that was asked for after the last one when the row before was read. */
static uint32_t guess(struct document *document, const char *name, size_t length)
{
    struct columns *columns = &document->columns;
    uint32_t index;

    if (columns->last >= columns->known)
        return JSON_NONE;
    index = columns->items[columns->last].after;
    while (index < columns->known && columns->verified <= index) {
        if (verify_next(document) <= 0)
            return JSON_NONE;
    }
    if (index >= columns->verified || !is_first(document, index, name, length))
        return JSON_NONE;
    return index;
}

static uint32_t find_field(struct document *document, uint32_t row, const char *name)
{
    struct columns *columns = &document->columns;
    size_t length = strlen(name);
    uint32_t index;
    int failed;

    if (columns->row != row) {
        if (json_kind_of(&document->tape.nodes[row]) != JSON_OBJECT)
            return JSON_NONE;
        begin_row(columns, row);
    }
    index = guess(document, name, length);
    if (index == JSON_NONE) {
        index = search(document, name, length, &failed);
        if (index == JSON_NONE && failed)
            return json_member(&document->tape, document->text, row, name, length);
        if (index == JSON_NONE)
            return JSON_NONE;
        if (columns->last < columns->known)
            columns->items[columns->last].after = index;
    }
    columns->last = index;
    return columns->items[index].key + 1;
}

size_t row_columns(supa_row row)
{
    const struct json_node *node = row_field(row, NULL);

    return node != NULL && json_kind_of(node) == JSON_OBJECT ? json_count(node) : 0;
}

struct json_node *row_field(supa_row row, const char *column)
{
    struct document *document = row_document(row);
    uint32_t node = row_node(row);

    if (document == NULL)
        return NULL;
    if (column != NULL)
        node = find_field(document, node, column);
    return node == JSON_NONE ? NULL : &document->tape.nodes[node];
}

/* The document remembers the keys of the row that is being read; without memory for that they are
 * counted off. */
struct json_node *row_key(supa_row row, size_t index)
{
    struct document *document = row_document(row);
    uint32_t key = row_node(row) + 1;

    if (index >= row_columns(row))
        return NULL;
    if (document->columns.row != row_node(row))
        begin_row(&document->columns, row_node(row));
    while (document->columns.verified <= index && verify_next(document) > 0)
        ;
    if (index < document->columns.verified)
        return &document->tape.nodes[document->columns.items[index].key];
    while (index-- > 0)
        key = json_next(&document->tape, key + 1);
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
