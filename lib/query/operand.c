/* SPDX-License-Identifier: MIT */
#include "query/operand.h"

#include "base/escape.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "base/word.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char OPERAND_NO_MEMORY[] = "out of memory";

/* printf and strtod use the locale's decimal point; the point is put right at the end. */
size_t operand_real(double number, char out[REAL_MAX])
{
    int n = 0;
    size_t length = 0;
    char text[REAL_MAX];

    if (isnan(number))
        return (size_t)snprintf(out, REAL_MAX, "NaN");
    if (isinf(number))
        return (size_t)snprintf(out, REAL_MAX, number < 0 ? "-Infinity" : "Infinity");
    /* 15 digits always fit a double, but those next to 0, which have fewer. */
    for (int precision = fabs(number) < DBL_MIN ? 1 : 15; precision <= 17; precision++) {
        n = snprintf(text, sizeof text, "%.*g", precision, number);
        if (strtod(text, NULL) == number)
            break;
    }
    for (int i = 0; i < n; i++) {
        if (strchr("0123456789+-e", text[i]) != NULL)
            out[length++] = text[i];
        else if (length == 0 || out[length - 1] != '.')
            out[length++] = '.';
    }
    out[length] = '\0';
    return length;
}

static const char *keep(struct piece *piece, struct arena *arena, const char *text, size_t length)
{
    piece->is_bare = word_is_bare(text, length);
    piece->length = length;
    piece->text = arena_text(arena, text, length);
    return piece->text != NULL ? NULL : OPERAND_NO_MEMORY;
}

static const char *text_mistake(const char *text, size_t length)
{
    if (text_is_ascii(text, length))
        return NULL;
    if (memchr(text, '\0', length) != NULL)
        return "the text contains a NUL character, which PostgreSQL cannot store";
    if (!text_is_utf8(text, length))
        return "the text is not valid UTF-8";
    return NULL;
}

static inline const char *
read_text(struct piece *piece, const supa_value *value, struct arena *arena)
{
    const char *text = value->as.pointer, *mistake;
    const size_t length = (size_t)value->length;

    if (value->length > SIZE_MAX / 8)
        return "the text is too long";
    if (text == NULL)
        return "the text is NULL; supa_null() is the null value";
    piece->is_bare = word_is_bare(text, length);
    mistake = piece->is_bare ? NULL : text_mistake(text, length);
    if (mistake != NULL)
        return mistake;
    piece->length = length;
    piece->text = arena_text(arena, text, length);
    return piece->text != NULL ? NULL : OPERAND_NO_MEMORY;
}

static const char *json_mistake(const char *text, size_t length, struct json_tape *tape)
{
    struct json_error error;
    int result;

    if (text == NULL)
        return "the JSON text is NULL";
    result = json_parse(tape, text, length, &error);
    if (result == JSON_NO_MEMORY)
        return OPERAND_NO_MEMORY;
    return result == JSON_OK ? NULL : "the text is not valid JSON";
}

static const char *read_number(struct piece *piece, const supa_value *value, struct arena *arena)
{
    char text[REAL_MAX];
    struct buffer digits = BUFFER_OVER(text, sizeof text);

    if (value->kind == SUPA_KIND_REAL)
        return keep(piece, arena, text, operand_real(value->as.real, text));
    if (value->kind == SUPA_KIND_UINT)
        buffer_put_uint(&digits, value->as.natural);
    else
        buffer_put_int(&digits, value->as.integer);
    return keep(piece, arena, text, digits.length);
}

static const char *read_literal(
    struct piece *piece, const supa_value *value, struct arena *arena, struct json_tape *tape)
{
    const char *text = value->as.pointer, *mistake = NULL;
    const size_t length = (size_t)value->length;

    if (value->length > SIZE_MAX / 8)
        return "the text is too long";
    if (value->kind == SUPA_KIND_JSON)
        mistake = json_mistake(text, length, tape);
    else if (text == NULL || !number_valid(text, length))
        mistake = "the digits are not a decimal number";
    return mistake != NULL ? mistake : keep(piece, arena, text, length);
}

static const char *read_scalar(
    struct piece *piece, const supa_value *value, struct arena *arena, struct json_tape *tape)
{
    switch ((supa_kind)value->kind) {
    case SUPA_KIND_TEXT:
        return read_text(piece, value, arena);
    case SUPA_KIND_DECIMAL:
    case SUPA_KIND_JSON:
        return read_literal(piece, value, arena, tape);
    case SUPA_KIND_INT:
    case SUPA_KIND_UINT:
    case SUPA_KIND_REAL:
        return read_number(piece, value, arena);
    case SUPA_KIND_BOOL:
        return value->as.integer != 0 ? keep(piece, arena, "true", 4)
                                      : keep(piece, arena, "false", 5);
    case SUPA_KIND_NULL:
        *piece = (struct piece){NULL, 0, 0};
        return NULL;
    case SUPA_KIND_TEXTS:
    case SUPA_KIND_INTS:
    case SUPA_KIND_REALS:
    case SUPA_KIND_VALUES:
        return "a list inside of a list";
    }
    return "the value is of no kind: it was not made by a supa_… constructor";
}

static supa_value element(const supa_value *list, size_t i)
{
    switch ((supa_kind)list->kind) {
    case SUPA_KIND_TEXTS:
        return supa_text(((const char *const *)list->as.pointer)[i]);
    case SUPA_KIND_INTS:
        return supa_int(((const int64_t *)list->as.pointer)[i]);
    case SUPA_KIND_REALS:
        return supa_real(((const double *)list->as.pointer)[i]);
    case SUPA_KIND_NULL:
    case SUPA_KIND_TEXT:
    case SUPA_KIND_INT:
    case SUPA_KIND_UINT:
    case SUPA_KIND_REAL:
    case SUPA_KIND_DECIMAL:
    case SUPA_KIND_BOOL:
    case SUPA_KIND_JSON:
    case SUPA_KIND_VALUES:
        break;
    }
    return ((const supa_value *)list->as.pointer)[i];
}

static const char *read_list(
    struct operand *operand, const supa_value *list, struct arena *arena, struct json_tape *tape)
{
    struct piece *pieces;
    size_t size;

    operand->kind = OPERAND_LIST;
    operand->pieces = NULL;
    operand->count = (size_t)list->length;
    if (list->length == 0)
        return NULL;
    if (list->as.pointer == NULL)
        return "the list is NULL but not empty";
    if (list->length > SIZE_MAX / 8 ||
        size_multiply((size_t)list->length, sizeof *pieces, &size) != 0)
        return "the list is too long";
    pieces = arena_get(arena, size);
    if (pieces == NULL)
        return OPERAND_NO_MEMORY;
    operand->pieces = pieces;
    for (size_t i = 0; i < operand->count; i++) {
        const supa_value value = element(list, i);
        const char *mistake = read_scalar(&pieces[i], &value, arena, tape);

        if (mistake != NULL)
            return mistake;
    }
    return NULL;
}

const char *operand_read(
    struct operand *operand, const supa_value *value, struct arena *arena, struct json_tape *tape)
{
    operand->kind = OPERAND_SCALAR;
    operand->is_text = value->kind == SUPA_KIND_TEXT;
    operand->count = 1;
    operand->pieces = &operand->one;
    if (value->kind == SUPA_KIND_TEXT)
        return read_text(&operand->one, value, arena);
    operand->one = (struct piece){NULL, 0, 0};
    if (value->kind >= SUPA_KIND_TEXTS && value->kind <= SUPA_KIND_VALUES)
        return read_list(operand, value, arena, tape);
    if (value->kind == SUPA_KIND_NULL)
        operand->kind = OPERAND_NULL;
    else if (value->kind == SUPA_KIND_JSON)
        operand->kind = OPERAND_JSON;
    return read_scalar(&operand->one, value, arena, tape);
}

static void put_array(struct buffer *array, const struct operand *list)
{
    buffer_putc(array, '{');
    for (size_t i = 0; i < list->count; i++) {
        if (i != 0)
            buffer_putc(array, ',');
        if (list->pieces[i].text == NULL)
            buffer_puts(array, "NULL");
        else
            escape_array(array, list->pieces[i].text, list->pieces[i].length);
    }
    buffer_putc(array, '}');
}

const char *operand_array(struct operand *list, struct arena *arena)
{
    size_t size = sizeof "{}";
    struct buffer array;
    char *memory;

    for (size_t i = 0; i < list->count; i++) {
        if (size_add(size, 2 * list->pieces[i].length + sizeof "NULL,", &size) != 0)
            return OPERAND_NO_MEMORY; /* a length is below SIZE_MAX / 8 */
    }
    memory = arena_get(arena, size);
    if (memory == NULL)
        return OPERAND_NO_MEMORY;
    array = (struct buffer)BUFFER_OVER(memory, size);
    put_array(&array, list);
    list->one = (struct piece){memory, array.length, 0};
    return NULL;
}

static int copy_piece(struct piece *copy, const struct piece *piece, struct arena *arena)
{
    *copy = *piece;
    if (piece->text != NULL)
        copy->text = arena_text(arena, piece->text, piece->length);
    return piece->text != NULL && copy->text == NULL ? -1 : 0;
}

int operand_copy(struct operand *copy, const struct operand *operand, struct arena *arena)
{
    struct piece *pieces;

    *copy = *operand;
    copy->pieces = &copy->one;
    if (copy_piece(&copy->one, &operand->one, arena) != 0)
        return -1;
    if (operand->kind != OPERAND_LIST || operand->count == 0)
        return 0;
    pieces = arena_get(arena, operand->count * sizeof *pieces);
    copy->pieces = pieces;
    if (pieces == NULL)
        return -1;
    for (size_t i = 0; i < operand->count; i++) {
        if (copy_piece(&pieces[i], &operand->pieces[i], arena) != 0)
            return -1;
    }
    return 0;
}

/* What JSON has no word for is said so. */
static const char *
put_scalar(struct buffer *json, const supa_value *value, const struct piece *piece)
{
    if (value->kind == SUPA_KIND_REAL && !isfinite(value->as.real))
        return "JSON has no NaN and no infinity; give them as supa_text";
    if (piece->text == NULL)
        buffer_puts(json, "null");
    else if (value->kind == SUPA_KIND_TEXT)
        json_put_string(json, piece->text, piece->length);
    else
        buffer_put(json, piece->text, piece->length);
    return NULL;
}

const char *operand_json(
    struct buffer *json, const supa_value *value, struct arena *scratch, struct json_tape *tape)
{
    struct operand operand;
    const char *mistake = operand_read(&operand, value, scratch, tape);

    if (mistake != NULL)
        return mistake;
    if (operand.kind != OPERAND_LIST) {
        mistake = put_scalar(json, value, &operand.one);
    } else {
        buffer_putc(json, '[');
        for (size_t i = 0; mistake == NULL && i < operand.count; i++) {
            const supa_value one = element(value, i);

            if (i != 0)
                buffer_putc(json, ',');
            mistake = put_scalar(json, &one, &operand.pieces[i]);
        }
        buffer_putc(json, ']');
    }
    return mistake == NULL && buffer_failed(json) ? OPERAND_NO_MEMORY : mistake;
}
