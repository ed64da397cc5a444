/* SPDX-License-Identifier: MIT */
#include "query/stamp.h"

#include "base/json.h"
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

/* A row that an update changes keeps its store unless it names one. */
static enum stamp_found stamp_row(
    struct buffer *out, const supa_query *q, const struct json_tape *tape, uint32_t row,
    size_t *copied)
{
    if (json_kind_of(&tape->nodes[row]) != JSON_OBJECT)
        return STAMP_UNFIT;
    switch (look(q, tape, row)) {
    case ROW_BARE:
        if (q->kind != QUERY_UPDATE)
            stamp(out, q, &tape->nodes[row], copied);
        break;
    case ROW_OTHERS:
        return STAMP_OTHERS;
    case ROW_OURS:
        break;
    }
    return STAMP_DONE;
}

static enum stamp_found keep_body(supa_query *q, struct buffer *out, size_t copied)
{
    char *body;

    if (copied == 0)
        return STAMP_DONE;
    buffer_put(out, q->body + copied, q->body_length - copied);
    body = buffer_failed(out) ? NULL : arena_text(&q->arena, out->data, out->length);
    if (body == NULL)
        return STAMP_NO_MEMORY;
    q->body = body;
    q->body_length = out->length;
    return STAMP_DONE;
}

static enum stamp_found stamp_tape(supa_query *q, const struct json_tape *tape)
{
    struct buffer out = BUFFER_INIT;
    size_t copied = 0;
    const int is_list = json_kind_of(&tape->nodes[0]) == JSON_ARRAY;
    const uint32_t end = is_list ? tape->count : 1;
    enum stamp_found found = STAMP_DONE, kept;

    for (uint32_t row = is_list ? 1 : 0; found != STAMP_UNFIT && row < end;
         row = json_next(tape, row)) {
        const enum stamp_found one = stamp_row(&out, q, tape, row, &copied);

        if (one != STAMP_DONE)
            found = one;
    }
    kept = found != STAMP_UNFIT ? keep_body(q, &out, copied) : STAMP_DONE;
    buffer_free(&out);
    return kept == STAMP_DONE ? found : kept;
}

/* Rows that the caller's own body brings can be read when it says that they are JSON. */
static int is_json(const supa_query *q)
{
    static const char json[] = "application/json";
    const size_t n = q->content_type != NULL ? strcspn(q->content_type, "; ") : 0;

    return q->body_read == NULL && q->body != NULL &&
           (q->content_type == NULL || text_same(q->content_type, n, json, sizeof json - 1));
}

enum stamp_found stamp_rows(supa_query *q)
{
    struct json_tape tape = {0};
    struct json_error error;
    enum stamp_found found = STAMP_UNFIT;

    if (!is_json(q))
        return STAMP_UNFIT;
    switch (json_parse(&tape, q->body, q->body_length, &error)) {
    case JSON_OK:
        found = stamp_tape(q, &tape);
        break;
    case JSON_NO_MEMORY:
        found = STAMP_NO_MEMORY;
        break;
    default:
        break;
    }
    json_tape_free(&tape);
    return found;
}
