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

/* The body with stores in it, written into the query's arena once a row needs one. */
struct stamping {
    char *body; /* NULL: nothing is written yet */
    size_t length;
    size_t copied; /* of the query's own body */
};

static void put(struct stamping *out, const char *bytes, size_t length)
{
    memcpy(out->body + out->length, bytes, length);
    out->length += length;
}

/* Room for every row's store. 0, or −1 when memory is gone. */
static int begin(struct stamping *out, supa_query *q, const struct json_tape *tape)
{
    const size_t row = sizeof STORE_KEY + strlen(q->target->store_id) + 1;
    const size_t rows =
        json_kind_of(&tape->nodes[0]) == JSON_ARRAY ? json_count(&tape->nodes[0]) : 1;

    if (out->body == NULL && rows < (SIZE_MAX - q->body_length) / row)
        out->body = arena_get(&q->arena, q->body_length + rows * row + 1);
    return out->body != NULL ? 0 : -1;
}

/* Copies the body up to and with the row's brace, and puts the store behind it. */
static enum stamp_found
stamp(struct stamping *out, supa_query *q, const struct json_tape *tape, uint32_t at)
{
    const struct json_node *row = &tape->nodes[at];
    const char *store_id = q->target->store_id;

    if (begin(out, q, tape) != 0)
        return STAMP_NO_MEMORY;
    put(out, q->body + out->copied, row->start + 1 - out->copied);
    out->copied = row->start + 1;
    put(out, STORE_KEY, sizeof STORE_KEY - 1);
    put(out, store_id, strlen(store_id));
    put(out, "\",", json_count(row) != 0 ? 2 : 1);
    return STAMP_DONE;
}

/* A row that an update changes keeps its store unless it names one. */
static enum stamp_found
stamp_row(struct stamping *out, supa_query *q, const struct json_tape *tape, uint32_t row)
{
    if (json_kind_of(&tape->nodes[row]) != JSON_OBJECT)
        return STAMP_UNFIT;
    switch (look(q, tape, row)) {
    case ROW_BARE:
        return q->kind != QUERY_UPDATE ? stamp(out, q, tape, row) : STAMP_DONE;
    case ROW_OTHERS:
        return STAMP_OTHERS;
    case ROW_OURS:
        break;
    }
    return STAMP_DONE;
}

static void keep_body(supa_query *q, struct stamping *out)
{
    if (out->body == NULL)
        return;
    put(out, q->body + out->copied, q->body_length - out->copied);
    out->body[out->length] = '\0';
    q->body = out->body;
    q->body_length = out->length;
}

static enum stamp_found stamp_tape(supa_query *q, const struct json_tape *tape)
{
    struct stamping out = {NULL, 0, 0};
    const int is_list = json_kind_of(&tape->nodes[0]) == JSON_ARRAY;
    const uint32_t end = is_list ? tape->count : 1;
    enum stamp_found found = STAMP_DONE;

    for (uint32_t row = is_list ? 1 : 0; row < end; row = json_next(tape, row)) {
        const enum stamp_found one = stamp_row(&out, q, tape, row);

        if (one == STAMP_UNFIT || one == STAMP_NO_MEMORY)
            return one;
        if (one != STAMP_DONE)
            found = one;
    }
    keep_body(q, &out);
    return found;
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
    struct json_error error;

    if (!is_json(q))
        return STAMP_UNFIT;
    switch (json_parse(&q->tape, q->body, q->body_length, &error)) {
    case JSON_OK:
        return stamp_tape(q, &q->tape);
    case JSON_NO_MEMORY:
        return STAMP_NO_MEMORY;
    default:
        return STAMP_UNFIT;
    }
}
