/* SPDX-License-Identifier: MIT */
#include "query/filter.h"

#include "base/escape.h"

#include <string.h>

/* clang-format off */
#define NAMED(name) name, sizeof name - 1
const struct comparison comparisons[OP_COUNT] = {
    [OP_EQ] = {NAMED("eq"), TAKES_NULLABLE, 1, 0},
    [OP_NEQ] = {NAMED("neq"), TAKES_NULLABLE, 0, 0},
    [OP_GT] = {NAMED("gt"), TAKES_SCALAR, 1, 0},
    [OP_GTE] = {NAMED("gte"), TAKES_SCALAR, 1, 0},
    [OP_LT] = {NAMED("lt"), TAKES_SCALAR, 1, 0},
    [OP_LTE] = {NAMED("lte"), TAKES_SCALAR, 1, 0},
    [OP_IS] = {NAMED("is"), TAKES_WORD, 0, 0},
    [OP_ISDISTINCT] = {NAMED("isdistinct"), TAKES_NULLABLE, 0, 0},
    [OP_IN] = {NAMED("in"), TAKES_LIST, 0, 0},
    [OP_LIKE] = {NAMED("like"), TAKES_PATTERN, 1, 0},
    [OP_ILIKE] = {NAMED("ilike"), TAKES_PATTERN, 1, 0},
    [OP_MATCH] = {NAMED("match"), TAKES_TEXT, 1, 0},
    [OP_IMATCH] = {NAMED("imatch"), TAKES_TEXT, 1, 0},
    [OP_FTS] = {NAMED("fts"), TAKES_TEXT, 0, 1},
    [OP_PLFTS] = {NAMED("plfts"), TAKES_TEXT, 0, 1},
    [OP_PHFTS] = {NAMED("phfts"), TAKES_TEXT, 0, 1},
    [OP_WFTS] = {NAMED("wfts"), TAKES_TEXT, 0, 1},
    [OP_CS] = {NAMED("cs"), TAKES_WHOLE, 0, 0},
    [OP_CD] = {NAMED("cd"), TAKES_WHOLE, 0, 0},
    [OP_OV] = {NAMED("ov"), TAKES_WHOLE, 0, 0},
    [OP_SL] = {NAMED("sl"), TAKES_TEXT, 0, 0},
    [OP_SR] = {NAMED("sr"), TAKES_TEXT, 0, 0},
    [OP_NXL] = {NAMED("nxl"), TAKES_TEXT, 0, 0},
    [OP_NXR] = {NAMED("nxr"), TAKES_TEXT, 0, 0},
    [OP_ADJ] = {NAMED("adj"), TAKES_TEXT, 0, 0},
};
/* clang-format on */

const struct comparison *comparison_find(const char *name, size_t length)
{
    for (size_t i = 0; i < OP_COUNT; i++) {
        if (comparisons[i].length == length && memcmp(comparisons[i].name, name, length) == 0)
            return &comparisons[i];
    }
    return NULL;
}

static const char null_word[ARENA_UNIT] = "null"; /* as if it stood in an arena */

static int is_op(const struct filter *filter, enum comparison_op op)
{
    return filter->comparison == &comparisons[op];
}

/* `= null` and `distinct from null` mean `is null` and its opposite. */
static const char *check_null(struct filter *filter)
{
    if (!is_op(filter, OP_EQ))
        filter->negated = !filter->negated;
    filter->comparison = &comparisons[OP_IS];
    filter->operand.kind = OPERAND_SCALAR;
    filter->operand.one = (struct piece){null_word, 4, 1};
    return NULL;
}

static const char *check_scalar(struct filter *filter)
{
    const struct operand *operand = &filter->operand;

    if (operand->kind == OPERAND_LIST)
        return "a list compares with nothing here; supa_in, supa_filter_any and "
               "supa_filter_all take lists";
    if (operand->kind != OPERAND_NULL)
        return NULL;
    if (filter->comparison->takes != TAKES_NULLABLE)
        return "nothing compares with null; supa_is asks for it";
    return check_null(filter);
}

/* PostgREST takes every `*` for `%`, quoted or not. */
static const char *check_pattern(const struct piece *pattern)
{
    if (pattern->text != NULL && memchr(pattern->text, '*', pattern->length) != NULL)
        return "the pattern contains a `*`, which PostgREST takes for `%`; write % for any text, "
               "or "
               "match a literal * by supa_regex";
    return NULL;
}

static const char *check_elements(const struct filter *filter)
{
    const struct operand *operand = &filter->operand;
    const char *mistake = NULL;

    if (operand->kind != OPERAND_LIST)
        return "the value is not a list";
    for (size_t i = 0; mistake == NULL && i < operand->count; i++) {
        if (operand->pieces[i].text == NULL)
            mistake = "the list contains a null, which is never found; ask for it with supa_is";
        else if (filter->comparison->takes == TAKES_PATTERN)
            mistake = check_pattern(&operand->pieces[i]);
    }
    return mistake;
}

static const char *check_text(const struct filter *filter)
{
    if (filter->operand.kind != OPERAND_SCALAR || !filter->operand.is_text)
        return "the value is not a text";
    if (filter->comparison->takes == TAKES_PATTERN)
        return check_pattern(&filter->operand.one);
    return NULL;
}

static const char *check_whole(const struct operand *operand)
{
    if (operand->kind == OPERAND_NULL || (operand->kind == OPERAND_SCALAR && !operand->is_text))
        return "the value is neither a list, nor JSON, nor a range as text";
    return NULL;
}

static const char *check_word(struct operand *operand)
{
    static const char *const words[] = {"null", "true", "false", "unknown"};

    if (operand->kind == OPERAND_NULL) {
        operand->kind = OPERAND_SCALAR;
        operand->one = (struct piece){null_word, 4, 1};
    }
    for (size_t i = 0; operand->kind == OPERAND_SCALAR && i < sizeof words / sizeof words[0]; i++) {
        if (operand->one.length == strlen(words[i]) &&
            memcmp(operand->one.text, words[i], operand->one.length) == 0)
            return NULL;
    }
    return "it can be null, true, false or unknown only";
}

const char *filter_check(struct filter *filter)
{
    if (filter->quantifier != QUANTIFIER_NONE)
        return check_elements(filter);
    switch (filter->comparison->takes) {
    case TAKES_SCALAR:
    case TAKES_NULLABLE:
        return check_scalar(filter);
    case TAKES_PATTERN:
    case TAKES_TEXT:
        return check_text(filter);
    case TAKES_LIST:
        return check_elements(filter);
    case TAKES_WHOLE:
        return check_whole(&filter->operand);
    case TAKES_WORD:
        break;
    }
    return check_word(&filter->operand);
}

static inline void write_piece(
    struct buffer *url, const struct piece *piece,
    void (*escape)(struct buffer *url, const char *text, size_t length))
{
    if (piece->is_bare)
        buffer_put(url, piece->text, piece->length);
    else
        escape(url, piece->text, piece->length);
}

static inline char *put_bytes(char *at, const char *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static inline void
write_column(struct buffer *url, const struct filter *filter, enum column_place place)
{
    if (filter->column_is_word)
        buffer_put(url, filter->column, filter->column_length);
    else
        escape_column(url, filter->column, filter->column_length, place);
}

/* `in.()` is the empty list, and so is a lone empty text: it is said twice to be one. */
static void write_list(struct buffer *url, const struct operand *operand)
{
    buffer_putc(url, '(');
    for (size_t i = 0; i < operand->count; i++) {
        if (i != 0)
            buffer_putc(url, ',');
        write_piece(url, &operand->pieces[i], escape_element);
    }
    if (operand->count == 1 && operand->pieces[0].length == 0)
        buffer_puts(url, ",%22%22");
    buffer_putc(url, ')');
}

static void write_config(struct buffer *url, const char *config)
{
    buffer_putc(url, '(');
    escape_plain(url, config, strlen(config));
    buffer_putc(url, ')');
}

#define OPERATOR_MAX 32 /* room for "not.isdistinct(any)" and some bytes that are written in vain */

static inline char *put_operator(char *at, const struct filter *filter)
{
    if (filter->negated)
        at = put_bytes(at, "not.", 4);
    memcpy(at, filter->comparison->name, sizeof filter->comparison->name);
    at += filter->comparison->length;
    if (filter->quantifier != QUANTIFIER_NONE)
        at = put_bytes(at, filter->quantifier == QUANTIFIER_ANY ? "(any)" : "(all)", 5);
    return at;
}

static void write_operator(struct buffer *url, const struct filter *filter)
{
    char *room = buffer_room(url, OPERATOR_MAX);

    if (room == NULL)
        return;
    buffer_took(url, (size_t)(put_operator(room, filter) - room));
    if (filter->config != NULL)
        write_config(url, filter->config);
    buffer_putc(url, '.');
}

static void write_comparison(struct buffer *url, const struct filter *filter, int in_group)
{
    const struct operand *operand = &filter->operand;

    write_operator(url, filter);
    if (operand->kind == OPERAND_LIST && filter->comparison->takes == TAKES_LIST)
        write_list(url, operand);
    else if (in_group && filter->comparison->takes != TAKES_WORD)
        write_piece(url, &operand->one, escape_operand);
    else
        write_piece(url, &operand->one, escape_plain);
}

static void write_group(struct buffer *url, const struct filter *group);

/* A condition as a member of a group: `column.op.value`, `or(…)`. */
static void write_member(struct buffer *url, const struct filter *filter)
{
    if (filter->kind == FILTER_GROUP) {
        if (filter->negated)
            buffer_puts(url, "not.");
        buffer_puts(url, filter->is_or ? "or" : "and");
        write_group(url, filter);
        return;
    }
    write_column(url, filter, COLUMN_KEY);
    buffer_putc(url, '.');
    if (filter->kind == FILTER_COMPARISON) {
        write_comparison(url, filter, 1);
        return;
    }
    if (filter->negated)
        buffer_puts(url, "not.");
    escape_plain(url, filter->raw, filter->raw_length);
}

/* `(…,…)`. Groups nest no deeper than query_internal.h allows. */
static void write_group(struct buffer *url, const struct filter *group)
{
    buffer_putc(url, '(');
    if (group->raw != NULL)
        escape_plain(url, group->raw, group->raw_length);
    for (const struct filter *child = group->children; child != NULL; child = child->next) {
        write_member(url, child);
        if (child->next != NULL)
            buffer_putc(url, ',');
    }
    buffer_putc(url, ')');
}

/* Most filters: `word=op.word`, in room that is asked for once. */
static void write_words(struct buffer *url, const struct filter *filter)
{
    const struct piece *value = &filter->operand.one;
    const size_t most = filter->column_length + value->length + OPERATOR_MAX + ARENA_UNIT;
    char *room = buffer_room(url, most);
    char *at = room;

    if (room == NULL)
        return;
    at = arena_put(at, filter->column, filter->column_length);
    *at++ = '=';
    at = put_operator(at, filter);
    *at++ = '.';
    at = arena_put(at, value->text, value->length);
    buffer_took(url, (size_t)(at - room));
}

static int are_words(const struct filter *filter)
{
    return filter->kind == FILTER_COMPARISON && filter->column_is_word &&
           filter_is_simple(filter) && filter->operand.one.is_bare;
}

void filter_write(struct buffer *url, const struct filter *filter)
{
    if (are_words(filter)) {
        write_words(url, filter);
        return;
    }
    if (filter->column != NULL)
        write_column(url, filter, filter->kind == FILTER_GROUP ? COLUMN_RESOURCE : COLUMN_KEY);
    if (filter->kind == FILTER_GROUP) {
        if (filter->column != NULL)
            buffer_putc(url, '.');
        if (filter->negated)
            buffer_puts(url, "not.");
        buffer_puts(url, filter->is_or ? "or=" : "and=");
        write_group(url, filter);
        return;
    }
    buffer_putc(url, '=');
    if (filter->kind == FILTER_COMPARISON) {
        write_comparison(url, filter, 0);
        return;
    }
    if (filter->negated)
        buffer_puts(url, "not.");
    escape_plain(url, filter->raw, filter->raw_length);
}

static enum filter_truth opposite(enum filter_truth truth)
{
    if (truth == TRUTH_DEPENDS)
        return TRUTH_DEPENDS;
    return truth == TRUTH_ALWAYS ? TRUTH_NEVER : TRUTH_ALWAYS;
}

/* One that holds decides an `or`, one that does not decides an `and`. */
static enum filter_truth group_truth(const struct filter *group)
{
    const enum filter_truth decisive = group->is_or ? TRUTH_ALWAYS : TRUTH_NEVER;
    enum filter_truth truth = opposite(decisive);

    if (group->raw != NULL)
        return TRUTH_DEPENDS;
    for (const struct filter *child = group->children; child != NULL; child = child->next) {
        enum filter_truth one = filter_truth(child);

        if (one == decisive)
            return decisive;
        if (one == TRUTH_DEPENDS)
            truth = TRUTH_DEPENDS;
    }
    return truth;
}

/* An empty list: `in`, any() and `ov` never hold, all() and (but for nulls) `cs` always do. */
static enum filter_truth list_truth(const struct filter *filter)
{
    if (filter->operand.kind != OPERAND_LIST || filter->operand.count != 0)
        return TRUTH_DEPENDS;
    if (filter->quantifier == QUANTIFIER_ALL || is_op(filter, OP_CS))
        return TRUTH_ALWAYS;
    return filter->comparison->takes == TAKES_LIST || filter->quantifier == QUANTIFIER_ANY ||
                   is_op(filter, OP_OV)
               ? TRUTH_NEVER
               : TRUTH_DEPENDS;
}

enum filter_truth filter_truth(const struct filter *filter)
{
    enum filter_truth truth = TRUTH_DEPENDS;

    if (filter->kind == FILTER_GROUP)
        truth = group_truth(filter);
    else if (filter->kind == FILTER_COMPARISON)
        truth = list_truth(filter);
    return filter->negated ? opposite(truth) : truth;
}
