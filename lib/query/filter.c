/* SPDX-License-Identifier: MIT */
#include "query/filter.h"

#include "base/escape.h"

const struct comparison compare_eq = {"supa_eq", "eq", TAKES_SCALAR, 0};
const struct comparison compare_neq = {"supa_neq", "neq", TAKES_SCALAR, 0};
const struct comparison compare_gt = {"supa_gt", "gt", TAKES_SCALAR, 0};
const struct comparison compare_gte = {"supa_gte", "gte", TAKES_SCALAR, 0};
const struct comparison compare_lt = {"supa_lt", "lt", TAKES_SCALAR, 0};
const struct comparison compare_lte = {"supa_lte", "lte", TAKES_SCALAR, 0};
const struct comparison compare_is = {"supa_is", "is", TAKES_WORD, 0};
const struct comparison compare_is_not = {"supa_is", "is", TAKES_WORD, 1};
const struct comparison compare_in = {"supa_in", "in", TAKES_LIST, 0};
const struct comparison compare_not_in = {"supa_not_in", "in", TAKES_LIST, 1};
const struct comparison compare_contains = {"supa_contains", "cs", TAKES_WHOLE, 0};

static const char *check_null(struct filter *filter)
{
    if (filter->comparison == &compare_eq)
        filter->comparison = &compare_is;
    else if (filter->comparison == &compare_neq)
        filter->comparison = &compare_is_not;
    else
        return "nothing compares with null; supa_is asks for it";
    filter->operand.kind = OPERAND_SCALAR;
    filter->operand.one = (struct piece){"null", 4};
    return NULL;
}

static const char *check_list(const struct operand *operand)
{
    if (operand->kind != OPERAND_LIST)
        return "the value is not a list";
    for (size_t i = 0; i < operand->count; i++) {
        if (operand->pieces[i].text == NULL)
            return "the list contains a null, which `in` never finds; ask for it with supa_is";
    }
    return NULL;
}

const char *filter_check(struct filter *filter)
{
    const struct operand *operand = &filter->operand;

    switch (filter->comparison->takes) {
    case TAKES_SCALAR:
        if (operand->kind == OPERAND_LIST)
            return "a list compares with nothing here; supa_in takes lists";
        return operand->kind == OPERAND_NULL ? check_null(filter) : NULL;
    case TAKES_LIST:
        return check_list(operand);
    case TAKES_WHOLE:
        if (operand->kind == OPERAND_NULL || (operand->kind == OPERAND_SCALAR && !operand->is_text))
            return "the value is neither a list, nor JSON, nor a range as text";
        return NULL;
    case TAKES_WORD:
        break;
    }
    return NULL;
}

/* `in.()` is the empty list, and so is a lone empty text: it is said twice to be one. */
static void write_list(struct buffer *url, const struct operand *operand)
{
    buffer_putc(url, '(');
    for (size_t i = 0; i < operand->count; i++) {
        if (i != 0)
            buffer_putc(url, ',');
        escape_element(url, operand->pieces[i].text, operand->pieces[i].length);
    }
    if (operand->count == 1 && operand->pieces[0].length == 0)
        buffer_puts(url, ",%22%22");
    buffer_putc(url, ')');
}

static void write_array(struct buffer *url, const struct operand *operand)
{
    buffer_puts(url, "%7B");
    for (size_t i = 0; i < operand->count; i++) {
        if (i != 0)
            buffer_putc(url, ',');
        if (operand->pieces[i].text == NULL)
            buffer_puts(url, "NULL");
        else
            escape_array_element(url, operand->pieces[i].text, operand->pieces[i].length);
    }
    buffer_puts(url, "%7D");
}

void filter_write(struct buffer *url, const struct filter *filter)
{
    const struct operand *operand = &filter->operand;

    escape_column(url, filter->column, filter->column_length, COLUMN_KEY);
    buffer_puts(url, filter->comparison->negated ? "=not." : "=");
    buffer_puts(url, filter->comparison->name);
    buffer_putc(url, '.');
    if (operand->kind != OPERAND_LIST)
        escape_plain(url, operand->one.text, operand->one.length);
    else if (filter->comparison->takes == TAKES_LIST)
        write_list(url, operand);
    else
        write_array(url, operand);
}
