/* SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "base/timestamp.h"
#include "result/rows.h"

/* What a getter of @kind says of a node that is not of that kind. */
static supa_field other_than(const struct json_node *node)
{
    if (node == NULL)
        return SUPA_FIELD_MISSING;
    return json_kind_of(node) == JSON_NULL ? SUPA_FIELD_NULL : SUPA_FIELD_TYPE;
}

static int is_kind(const struct json_node *node, enum json_kind kind)
{
    return node != NULL && json_kind_of(node) == kind;
}

static const char *digits_of(supa_row row, const struct json_node *node, size_t *length)
{
    *length = node->end - node->start;
    return row_document(row)->text + node->start;
}

static supa_field checked(enum number number)
{
    return number == NUMBER_OK ? SUPA_FIELD_VALUE : SUPA_FIELD_RANGE;
}

supa_field supa_row_int64(supa_row row, const char *column, int64_t *out)
{
    const struct json_node *node = row_field(row, column);
    const char *digits;
    size_t length;

    if (!is_kind(node, JSON_NUMBER))
        return other_than(node);
    digits = digits_of(row, node, &length);
    return checked(number_int64(digits, length, out));
}

supa_field supa_row_uint64(supa_row row, const char *column, uint64_t *out)
{
    const struct json_node *node = row_field(row, column);
    const char *digits;
    size_t length;

    if (!is_kind(node, JSON_NUMBER))
        return other_than(node);
    digits = digits_of(row, node, &length);
    return checked(number_uint64(digits, length, out));
}

supa_field supa_row_double(supa_row row, const char *column, double *out)
{
    const struct json_node *node = row_field(row, column);
    const char *digits;
    size_t length;

    if (!is_kind(node, JSON_NUMBER))
        return other_than(node);
    digits = digits_of(row, node, &length);
    return checked(number_double(digits, length, out));
}

supa_field supa_row_scaled(supa_row row, const char *column, int digits, int64_t *out)
{
    const struct json_node *node = row_field(row, column);
    const char *text;
    size_t length;

    if (!is_kind(node, JSON_NUMBER))
        return other_than(node);
    if (digits < 0 || digits > 18)
        return SUPA_FIELD_RANGE;
    text = digits_of(row, node, &length);
    return checked(number_scaled(text, length, digits, out));
}

supa_field supa_row_bool(supa_row row, const char *column, int *out)
{
    const struct json_node *node = row_field(row, column);

    if (!is_kind(node, JSON_TRUE) && !is_kind(node, JSON_FALSE))
        return other_than(node);
    *out = is_kind(node, JSON_TRUE);
    return SUPA_FIELD_VALUE;
}

supa_field supa_row_decimal(supa_row row, const char *column, const char **digits, size_t *length)
{
    const struct json_node *node = row_field(row, column);

    if (!is_kind(node, JSON_NUMBER))
        return other_than(node);
    *digits = digits_of(row, node, length);
    return SUPA_FIELD_VALUE;
}

supa_field supa_row_text(supa_row row, const char *column, const char **text, size_t *length)
{
    struct json_node *node = row_field(row, column);

    if (!is_kind(node, JSON_STRING))
        return other_than(node);
    *text = row_text(row, node);
    *length = node->size;
    return SUPA_FIELD_VALUE;
}

const char *supa_row_string(supa_row row, const char *column, const char *otherwise)
{
    struct json_node *node = row_field(row, column);
    const char *text = is_kind(node, JSON_STRING) ? row_string(row, node) : NULL;

    return text != NULL ? text : otherwise;
}

supa_field supa_row_time(supa_row row, const char *column, int64_t *unix_us)
{
    static const supa_field fields[] = {
        [TIMESTAMP_OK] = SUPA_FIELD_VALUE,
        [TIMESTAMP_NONE] = SUPA_FIELD_TYPE,
        [TIMESTAMP_RANGE] = SUPA_FIELD_RANGE};
    struct json_node *node = row_field(row, column);

    if (!is_kind(node, JSON_STRING))
        return other_than(node);
    return fields[timestamp_read(row_text(row, node), node->size, unix_us)];
}

/* The JSON of a value as it stands in the text, a string's quotes included. */
static const char *json_of(supa_row row, const struct json_node *node, size_t *length)
{
    uint32_t quotes = is_kind(node, JSON_STRING) ? 1 : 0;

    *length = node->end - node->start + 2 * quotes;
    return row_document(row)->text + node->start - quotes;
}

supa_field supa_row_raw(supa_row row, const char *column, const char **json, size_t *length)
{
    const struct json_node *node = row_field(row, column);

    if (node == NULL)
        return SUPA_FIELD_MISSING;
    *json = json_of(row, node, length);
    return SUPA_FIELD_VALUE;
}

static uint32_t number_of(supa_row row, const struct json_node *node)
{
    return (uint32_t)(node - row_document(row)->tape.nodes);
}

/* The row of a value that is in no list. */
static supa_row row_alone(supa_row row, const struct json_node *node)
{
    const struct document *document = row_document(row);
    uint32_t number = number_of(row, node);

    return row_of(document, number, json_next(&document->tape, number));
}

supa_field supa_row_row(supa_row row, const char *column, supa_row *out)
{
    const struct json_node *node = row_field(row, column);

    if (!is_kind(node, JSON_OBJECT))
        return other_than(node);
    *out = row_alone(row, node);
    return SUPA_FIELD_VALUE;
}

supa_field supa_row_list(supa_row row, const char *column, supa_row *first, size_t *count)
{
    const struct json_node *node = row_field(row, column);

    if (!is_kind(node, JSON_ARRAY))
        return other_than(node);
    *count = json_count(node);
    *first =
        *count == 0 ? row_none() : row_of(row_document(row), number_of(row, node) + 1, node->next);
    return SUPA_FIELD_VALUE;
}

supa_field supa_row_rows(supa_row row, const char *column, supa_row *first, size_t *count)
{
    const struct json_node *node = row_field(row, column);

    if (is_kind(node, JSON_ARRAY) && !rows_only(&row_document(row)->tape, number_of(row, node)))
        return SUPA_FIELD_TYPE;
    return supa_row_list(row, column, first, count);
}

supa_row supa_row_next(supa_row row)
{
    const struct document *document = row_document(row);
    uint32_t next;

    if (document == NULL)
        return row;
    next = json_next(&document->tape, row_node(row));
    return next < row_list_end(row) ? row_of(document, next, row_list_end(row)) : row_none();
}

size_t supa_row_columns(supa_row row)
{
    return row_columns(row);
}

supa_field supa_row_at(
    supa_row row, size_t index, const char **name, size_t *name_length, const char **json,
    size_t *json_length)
{
    struct json_node *key = row_key(row, index);

    if (key == NULL)
        return SUPA_FIELD_MISSING;
    *name = row_text(row, key);
    *name_length = key->size;
    *json = json_of(row, key + 1, json_length);
    return SUPA_FIELD_VALUE;
}

supa_row supa_row_value_at(supa_row row, size_t index)
{
    const struct json_node *key = row_key(row, index);

    return key == NULL ? row_none() : row_alone(row, key + 1);
}
