/* SPDX-License-Identifier: MIT */
#include "writer_batch.h"

#include "base/memory.h"
#include "query/body.h"

const char *batch_row_mistake(const struct batch_row *row)
{
    if (json_kind_of(&row->tape->nodes[0]) != JSON_OBJECT)
        return "it is no JSON object";
    return json_count(&row->tape->nodes[0]) > BODY_MAX_KEYS
               ? "it has more keys than a table can have columns"
               : NULL;
}

static int note_keys(supa_query *q, const struct batch_row *row)
{
    const struct json_tape *tape = row->tape;

    for (uint32_t key = 1; key < tape->count; key = json_next(tape, key + 1)) {
        if (body_note_json_key(q, row->json, &tape->nodes[key]) != 0)
            return -1;
    }
    return 0;
}

int batch_begin(
    struct batch *batch, const supa_query *template_query, int64_t first,
    const struct batch_row *row)
{
    batch->first = first;
    batch->count = 0;
    batch->q = supa_query_dup(template_query);
    if (supa_query_error(batch->q) != NULL)
        return -1;
    return batch->q->columns == NULL ? note_keys(batch->q, row) : 0;
}

static int is_key(const struct batch_row *row, uint32_t key, const struct name *name)
{
    return json_string_is(row->json, &row->tape->nodes[key], name->text, name->length);
}

/* The same columns in the same order, as rows mostly have them. */
static int is_alike(const struct name *names, const struct batch_row *row)
{
    uint32_t key = 1;

    for (; names != NULL && key < row->tape->count; names = names->next) {
        if (!is_key(row, key, names))
            return 0;
        key = json_next(row->tape, key + 1);
    }
    return names == NULL && key >= row->tape->count;
}

static int has_name(const struct name *names, const struct batch_row *row, uint32_t key)
{
    while (names != NULL && !is_key(row, key, names))
        names = names->next;
    return names != NULL;
}

static int has_key(const struct batch_row *row, const struct name *name)
{
    uint32_t key = 1;

    while (key < row->tape->count && !is_key(row, key, name))
        key = json_next(row->tape, key + 1);
    return key < row->tape->count;
}

static int has_same_columns(const struct name *names, const struct batch_row *row)
{
    if (is_alike(names, row))
        return 1;
    for (uint32_t key = 1; key < row->tape->count; key = json_next(row->tape, key + 1)) {
        if (!has_name(names, row, key))
            return 0;
    }
    for (const struct name *name = names; name != NULL; name = name->next) {
        if (!has_key(row, name))
            return 0;
    }
    return 1;
}

/* With the brackets and commas. */
static int
is_too_long(const struct batch *batch, const supa_writer_options *options, size_t further)
{
    return options->batch_bytes > 0 &&
           batch->body.length + further + 2 > (size_t)options->batch_bytes;
}

int batch_takes(
    const struct batch *batch, const supa_writer_options *options, const struct batch_row *row)
{
    return !is_too_long(batch, options, row->length) &&
           (batch->q->columns != NULL || has_same_columns(batch->q->keys, row));
}

int batch_add(struct batch *batch, const struct batch_row *row)
{
    buffer_putc(&batch->body, batch->count == 0 ? '[' : ',');
    buffer_put(&batch->body, row->json, row->length);
    batch->count++;
    return buffer_failed(&batch->body) ? -1 : 0;
}

int batch_is_full(const struct batch *batch, const supa_writer_options *options)
{
    return (options->batch_rows > 0 && batch->count >= options->batch_rows) ||
           is_too_long(batch, options, sizeof "{}" - 1);
}

supa_query *batch_query(struct batch *batch)
{
    supa_query *q = batch->q;

    buffer_putc(&batch->body, ']');
    if (buffer_failed(&batch->body))
        return NULL;
    body_lend(q, batch->body.data, batch->body.length);
    batch->q = NULL;
    return q;
}

void batch_clear(struct batch *batch)
{
    supa_query_free(batch->q);
    batch->q = NULL;
    batch->count = 0;
    buffer_clear(&batch->body);
}

void batch_free(struct batch *batch)
{
    if (batch == NULL)
        return;
    supa_query_free(batch->q);
    buffer_free(&batch->body);
    memory_free(batch);
}
