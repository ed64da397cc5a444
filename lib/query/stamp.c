/* SPDX-License-Identifier: MIT */
#include "query/stamp.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "query/query_internal.h"

#include <string.h>

#define STORE_KEY "\"store_id\":\""

enum row_state { ROW_OURS, ROW_BARE, ROW_OTHERS };

static int is_ours(const supa_query *q, const struct json_node *value)
{
    const char *store_id = q->target->store_id;

    return json_kind_of(value) == JSON_STRING &&
           text_same(q->body + value->start, value->end - value->start, store_id, strlen(store_id));
}

/* PostgreSQL takes the last of two members of one name, so every one of them counts. */
static enum row_state look(const supa_query *q, const struct json_tape *tape, uint32_t row)
{
    enum row_state state = ROW_BARE;

    for (uint32_t key = row + 1; key < tape->nodes[row].next; key = json_next(tape, key + 1)) {
        if (!json_string_is(q->body, &tape->nodes[key], "store_id", 8))
            continue;
        if (!is_ours(q, &tape->nodes[key + 1]))
            return ROW_OTHERS;
        state = ROW_OURS;
    }
    return state;
}

/* Copies the body up to and with the row's brace, and puts the store behind it. */
static void
stamp(struct buffer *out, const supa_query *q, const struct json_node *row, size_t *copied)
{
    buffer_put(out, q->body + *copied, row->start + 1 - *copied);
    *copied = row->start + 1;
    buffer_puts(out, STORE_KEY);
    buffer_puts(out, q->target->store_id);
    buffer_puts(out, json_count(row) != 0 ? "\"," : "\"");
}

static int stamp_row(
    struct buffer *out, supa_query *q, const struct json_tape *tape, uint32_t row, size_t *copied)
{
    switch (look(q, tape, row)) {
    case ROW_BARE:
        if (q->kind != QUERY_UPDATE)
            stamp(out, q, &tape->nodes[row], copied);
        break;
    case ROW_OTHERS:
        error_set(
            &q->mistake, SUPA_ERROR_SCOPE, SUPA_NOT_SENT,
            "a row to write names another store than the client's");
        error_hint(&q->mistake, "lease the other store's client, or say supa_any_store");
        return SUPA_ERROR_SCOPE;
    case ROW_OURS:
        break;
    }
    return SUPA_OK;
}

static int keep_body(supa_query *q, struct buffer *out, size_t copied)
{
    char *body;

    if (copied == 0)
        return SUPA_OK;
    buffer_put(out, q->body + copied, q->body_length - copied);
    body = buffer_failed(out) ? NULL : arena_text(&q->arena, out->data, out->length);
    if (body == NULL)
        return error_no_memory(&q->mistake);
    q->body = body;
    q->body_length = out->length;
    return SUPA_OK;
}

int stamp_rows(supa_query *q)
{
    struct json_tape tape = {0};
    struct json_error error;
    struct buffer out = BUFFER_INIT;
    size_t copied = 0;
    int code = SUPA_OK;

    if (json_parse(&tape, q->body, q->body_length, &error) != JSON_OK)
        return error_no_memory(&q->mistake); /* body_take has checked the grammar */
    if (json_kind_of(&tape.nodes[0]) == JSON_OBJECT)
        code = stamp_row(&out, q, &tape, 0, &copied);
    else
        for (uint32_t row = 1; code == SUPA_OK && row < tape.count; row = json_next(&tape, row))
            code = stamp_row(&out, q, &tape, row, &copied);
    if (code == SUPA_OK)
        code = keep_body(q, &out, copied);
    buffer_free(&out);
    json_tape_free(&tape);
    return code;
}
