/* SPDX-License-Identifier: MIT */
#include "query/body.h"

#include "base/json.h"
#include "base/json_write.h"
#include "query/query_internal.h"

#include <string.h>

int body_note_key(supa_query *q, const char *text, size_t length)
{
    struct name *name;

    for (name = q->keys; name != NULL; name = name->next) {
        if (name->length == length && memcmp(name->text, text, length) == 0)
            return 0;
    }
    name = arena_get(&q->arena, sizeof *name);
    if (name == NULL)
        return -1;
    *name = (struct name){NULL, arena_text(&q->arena, text, length), length};
    if (name->text == NULL)
        return -1;
    *q->last_key = name;
    q->last_key = &name->next;
    return 0;
}

int body_note_json_key(supa_query *q, const char *json, const struct json_node *key)
{
    char *decoded = arena_get(&q->arena, (size_t)key->size + 1);

    if (decoded == NULL)
        return -1;
    json_decode(json, key, decoded);
    return body_note_key(q, decoded, key->size);
}

/* The key's place in the list is guessed: rows mostly have the same keys in the same order. */
static int
note_key(supa_query *q, const struct name **guess, const char *json, const struct json_node *key)
{
    if (*guess != NULL && json_string_is(json, key, (*guess)->text, (*guess)->length)) {
        *guess = (*guess)->next;
        return 0;
    }
    *guess = NULL;
    return body_note_json_key(q, json, key);
}

static const char *
note_row(supa_query *q, const struct json_tape *tape, const char *json, uint32_t row)
{
    const struct json_node *object = &tape->nodes[row];
    const struct name *guess = q->keys;

    if (json_kind_of(object) != JSON_OBJECT)
        return "the rows are not all JSON objects";
    if (json_count(object) > BODY_MAX_KEYS)
        return "a row has more keys than a table can have columns";
    for (uint32_t key = row + 1; key < object->next; key = json_next(tape, key + 1)) {
        if (note_key(q, &guess, json, &tape->nodes[key]) != 0)
            return OPERAND_NO_MEMORY;
    }
    return NULL;
}

static const char *
note_rows(supa_query *q, const struct json_tape *tape, const char *json, enum body_allows allowed)
{
    const char *mistake = NULL;

    q->is_list = json_kind_of(&tape->nodes[0]) == JSON_ARRAY;
    if (!q->is_list)
        return json_kind_of(&tape->nodes[0]) == JSON_OBJECT
                   ? note_row(q, tape, json, 0)
                   : "it is neither a JSON object nor an array of objects";
    if (allowed == BODY_OBJECT)
        return "it is not a JSON object";
    for (uint32_t row = 1; mistake == NULL && row < tape->count; row = json_next(tape, row))
        mistake = note_row(q, tape, json, row);
    return mistake;
}

const char *body_take(supa_query *q, const char *json, enum body_allows allowed)
{
    struct json_error error;
    const char *mistake;

    if (json == NULL)
        return "the JSON text is NULL";
    q->body_length = strlen(json);
    switch (json_parse(&q->tape, json, q->body_length, &error)) {
    case JSON_OK:
        mistake = note_rows(q, &q->tape, json, allowed);
        break;
    case JSON_MALFORMED:
        mistake = "it is not valid JSON";
        break;
    default:
        mistake = OPERAND_NO_MEMORY;
    }
    if (mistake != NULL)
        return mistake;
    q->body = arena_text(&q->arena, json, q->body_length);
    q->body_is_borrowed = 0;
    return q->body != NULL ? NULL : OPERAND_NO_MEMORY;
}

/* One row is an object, several are an array. The rows stand in the buffer parted by commas. */
int body_finish(supa_query *q)
{
    char *body;
    size_t length = q->rows.length;

    if (q->row_count == 0 || q->body != NULL)
        return 0;
    body = buffer_failed(&q->rows) ? NULL : arena_get(&q->arena, length + 4);
    if (body == NULL)
        return -1;
    body[0] = '[';
    memcpy(body + 1, q->rows.data, length);
    memcpy(body + 1 + length, q->row_is_open ? "}]" : "]", 3);
    q->body_length = length + 2 + (q->row_is_open ? 1U : 0U);
    q->is_list = q->row_count > 1;
    if (!q->is_list) {
        body[--q->body_length] = '\0';
        body++;
        q->body_length--;
    }
    q->body = body;
    return 0;
}

void body_lend(supa_query *q, const char *json, size_t length)
{
    q->body = json;
    q->body_length = length;
    q->body_is_borrowed = q->is_list = 1;
}
