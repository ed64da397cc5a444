/* SPDX-License-Identifier: MIT */
/* The calls that add a filter or a group. */
#include "base/error.h"
#include "base/escape.h"
#include "base/inlining.h"
#include "query/query_internal.h"

#include <string.h>

static inline struct filter *new_filter(supa_query *q, enum filter_kind kind)
{
    struct filter *filter = arena_get(&q->arena, sizeof *filter);

    if (filter == NULL) {
        query_no_memory(q);
        return NULL;
    }
    filter->next = NULL;
    filter->kind = kind;
    filter->negated = q->is_not;
    filter->column = filter->config = filter->raw = NULL;
    filter->column_length = filter->raw_length = 0;
    filter->column_is_word = filter->is_or = 0;
    filter->quantifier = QUANTIFIER_NONE;
    filter->comparison = NULL;
    filter->children = NULL;
    filter->last_child = &filter->children;
    q->is_not = 0;
    return filter;
}

/* Into the innermost group, or the query. */
static void attach(supa_query *q, struct filter *filter)
{
    struct filter ***last = q->depth != 0 ? &q->open[q->depth - 1]->last_child : &q->last_filter;

    **last = filter;
    *last = &filter->next;
}

static const char *column_mistake(const supa_query *q, const char *column)
{
    const char *mistake = escape_column_mistake(column);

    if (mistake == NULL && q->depth != 0 && escape_column_is_embedded(column, strlen(column)))
        mistake =
            "a group filters the rows of one resource; supa_or_on and supa_and_on begin one on "
            "an embedded resource";
    return mistake;
}

/* A condition on @column, which is copied; NULL, and the mistake, when that cannot be. */
static inline struct filter *
on_column(supa_query *q, enum filter_kind kind, const char *call, const char *column)
{
    struct filter *filter = new_filter(q, kind);
    const char *mistake;

    if (filter == NULL)
        return NULL;
    filter->column_length = column != NULL ? strlen(column) : 0;
    filter->column_is_word = column != NULL && word_is_word(column, filter->column_length);
    mistake = filter->column_is_word ? NULL : column_mistake(q, column);
    if (mistake != NULL) {
        query_mistake(q, SUPA_ERROR_ARGUMENT, call, column, mistake);
        return NULL;
    }
    filter->column = query_keep_n(q, column, filter->column_length);
    return filter->column != NULL ? filter : NULL;
}

struct wanted {
    const char *call;
    const struct comparison *comparison;
    enum quantifier quantifier;
    int negated;
    const char *config;
};

static supa_query *
compare_as(supa_query *q, const struct wanted *wanted, const char *column, const supa_value *value)
{
    supa_query *stop = query_stopped(q);
    const char *mistake;
    struct filter *filter;

    if (stop != NULL)
        return stop;
    filter = on_column(q, FILTER_COMPARISON, wanted->call, column);
    if (filter == NULL)
        return q;
    filter->comparison = wanted->comparison;
    filter->quantifier = wanted->quantifier;
    filter->negated ^= wanted->negated;
    if (wanted->config != NULL && (filter->config = query_keep(q, wanted->config)) == NULL)
        return q;
    mistake = operand_read(&filter->operand, value, &q->arena, &q->tape);
    if (mistake == NULL && !filter_is_simple(filter))
        mistake = filter_check(filter);
    if (mistake == NULL && filter->operand.kind == OPERAND_LIST &&
        filter->comparison->takes != TAKES_LIST)
        mistake = operand_array(&filter->operand, &q->arena);
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, wanted->call, column, mistake);
    attach(q, filter);
    return q;
}

/* Two dozen calls are this one: in each of them it would make the library larger by half a page. */
static APART supa_query *compare(
    supa_query *q, const char *call, enum comparison_op op, const char *column,
    const supa_value *value)
{
    struct wanted wanted = {call, &comparisons[op], QUANTIFIER_NONE, 0, NULL};

    return compare_as(q, &wanted, column, value);
}

static supa_query *compare_text(
    supa_query *q, const char *call, enum comparison_op op, const char *column, const char *text)
{
    const supa_value value = supa_text(text);

    return compare(q, call, op, column, &value);
}

static supa_query *quantify(
    supa_query *q, const char *call, enum comparison_op op, enum quantifier quantifier,
    const char *column, supa_value list)
{
    struct wanted wanted = {call, &comparisons[op], quantifier, 0, NULL};

    return compare_as(q, &wanted, column, &list);
}

supa_query *supa_eq(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_eq", OP_EQ, column, &value);
}

supa_query *supa_neq(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_neq", OP_NEQ, column, &value);
}

supa_query *supa_gt(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_gt", OP_GT, column, &value);
}

supa_query *supa_gte(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_gte", OP_GTE, column, &value);
}

supa_query *supa_lt(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_lt", OP_LT, column, &value);
}

supa_query *supa_lte(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_lte", OP_LTE, column, &value);
}

supa_query *supa_is_distinct(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_is_distinct", OP_ISDISTINCT, column, &value);
}

supa_query *supa_is(supa_query *q, const char *column, supa_is_what what)
{
    static const char *const words[] = {"null", "null", "true", "false", "unknown"};
    struct wanted wanted = {
        "supa_is", &comparisons[OP_IS], QUANTIFIER_NONE, what == SUPA_IS_NOT_NULL, NULL};
    supa_value value;

    value = supa_text(what < SUPA_IS_NULL || what > SUPA_IS_UNKNOWN ? "" : words[what]);
    return compare_as(q, &wanted, column, &value);
}

supa_query *supa_in(supa_query *q, const char *column, supa_value list)
{
    return compare(q, "supa_in", OP_IN, column, &list);
}

supa_query *supa_not_in(supa_query *q, const char *column, supa_value list)
{
    struct wanted wanted = {"supa_not_in", &comparisons[OP_IN], QUANTIFIER_NONE, 1, NULL};

    return compare_as(q, &wanted, column, &list);
}

supa_query *supa_like(supa_query *q, const char *column, const char *pattern)
{
    return compare_text(q, "supa_like", OP_LIKE, column, pattern);
}

supa_query *supa_ilike(supa_query *q, const char *column, const char *pattern)
{
    return compare_text(q, "supa_ilike", OP_ILIKE, column, pattern);
}

supa_query *supa_like_any(supa_query *q, const char *column, supa_value list)
{
    return quantify(q, "supa_like_any", OP_LIKE, QUANTIFIER_ANY, column, list);
}

supa_query *supa_like_all(supa_query *q, const char *column, supa_value list)
{
    return quantify(q, "supa_like_all", OP_LIKE, QUANTIFIER_ALL, column, list);
}

supa_query *supa_ilike_any(supa_query *q, const char *column, supa_value list)
{
    return quantify(q, "supa_ilike_any", OP_ILIKE, QUANTIFIER_ANY, column, list);
}

supa_query *supa_ilike_all(supa_query *q, const char *column, supa_value list)
{
    return quantify(q, "supa_ilike_all", OP_ILIKE, QUANTIFIER_ALL, column, list);
}

supa_query *supa_regex(supa_query *q, const char *column, const char *expression)
{
    return compare_text(q, "supa_regex", OP_MATCH, column, expression);
}

supa_query *supa_iregex(supa_query *q, const char *column, const char *expression)
{
    return compare_text(q, "supa_iregex", OP_IMATCH, column, expression);
}

size_t supa_escape_like(const char *text, char *buffer, size_t size)
{
    size_t needed = 0, written = 0;

    for (const char *p = text != NULL ? text : ""; *p != '\0'; p++) {
        size_t length = *p == '%' || *p == '_' || *p == '\\' ? 2 : 1;

        if (written == needed && needed + length < size) { /* all or nothing of each character */
            if (length == 2)
                buffer[written] = '\\';
            written += length;
            buffer[written - 1] = *p;
        }
        needed += length;
    }
    if (size != 0)
        buffer[written] = '\0';
    return needed;
}

/* The name of a text search configuration: what may stand in its parentheses. */
static int is_config(const char *config, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = config[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return 0;
    }
    return length != 0;
}

supa_query *supa_text_search(
    supa_query *q, const char *column, const char *text, supa_search kind, const char *config)
{
    static const enum comparison_op ops[] = {OP_FTS, OP_PLFTS, OP_PHFTS, OP_WFTS};
    static const char call[] = "supa_text_search";
    supa_query *stop = query_stopped(q);
    struct wanted wanted = {call, NULL, QUANTIFIER_NONE, 0, config};
    const supa_value value = supa_text(text);

    if (stop != NULL)
        return stop;
    if (kind < SUPA_FTS || kind > SUPA_WEBSEARCH)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, column, "the kind is none of supa_search");
    if (config != NULL && !is_config(config, strlen(config)))
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, column,
            "the configuration is not a name of letters, digits and `_`");
    wanted.comparison = &comparisons[ops[kind]];
    return compare_as(q, &wanted, column, &value);
}

supa_query *supa_contains(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_contains", OP_CS, column, &value);
}

supa_query *supa_contained_by(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_contained_by", OP_CD, column, &value);
}

supa_query *supa_overlaps(supa_query *q, const char *column, supa_value value)
{
    return compare(q, "supa_overlaps", OP_OV, column, &value);
}

supa_query *supa_range_gt(supa_query *q, const char *column, const char *range)
{
    return compare_text(q, "supa_range_gt", OP_SR, column, range);
}

supa_query *supa_range_gte(supa_query *q, const char *column, const char *range)
{
    return compare_text(q, "supa_range_gte", OP_NXL, column, range);
}

supa_query *supa_range_lt(supa_query *q, const char *column, const char *range)
{
    return compare_text(q, "supa_range_lt", OP_SL, column, range);
}

supa_query *supa_range_lte(supa_query *q, const char *column, const char *range)
{
    return compare_text(q, "supa_range_lte", OP_NXR, column, range);
}

supa_query *supa_range_adjacent(supa_query *q, const char *column, const char *range)
{
    return compare_text(q, "supa_range_adjacent", OP_ADJ, column, range);
}

static supa_query *quantify_any(
    supa_query *q, const char *call, enum quantifier quantifier, const char *column, const char *op,
    supa_value list)
{
    supa_query *stop = query_stopped(q);
    struct wanted wanted = {call, NULL, quantifier, 0, NULL};

    if (stop != NULL)
        return stop;
    wanted.comparison = op != NULL ? comparison_find(op, strlen(op)) : NULL;
    if (wanted.comparison == NULL || !wanted.comparison->quantified)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, column,
            "the operator is none of eq gt gte lt lte like ilike match imatch");
    return compare_as(q, &wanted, column, &list);
}

supa_query *supa_filter_any(supa_query *q, const char *column, const char *op, supa_value list)
{
    return quantify_any(q, "supa_filter_any", QUANTIFIER_ANY, column, op, list);
}

supa_query *supa_filter_all(supa_query *q, const char *column, const char *op, supa_value list)
{
    return quantify_any(q, "supa_filter_all", QUANTIFIER_ALL, column, op, list);
}

static int is_text(const char *text, size_t length, const char *wanted)
{
    return strlen(wanted) == length && memcmp(text, wanted, length) == 0;
}

/* What stands in an operator's parentheses. @config is where a language's name goes. */
static int read_modifier(struct wanted *wanted, const char *text, size_t length, char config[64])
{
    if (wanted->comparison->quantified && is_text(text, length, "any")) {
        wanted->quantifier = QUANTIFIER_ANY;
    } else if (wanted->comparison->quantified && is_text(text, length, "all")) {
        wanted->quantifier = QUANTIFIER_ALL;
    } else if (wanted->comparison->configured && is_config(text, length) && length < 64) {
        memcpy(config, text, length);
        config[length] = '\0';
        wanted->config = config;
    } else {
        return -1;
    }
    return 0;
}

/* "not.op(modifier)". 0, or −1 when it is no operator of PostgREST's. */
static int read_operator(struct wanted *wanted, const char *op, char config[64])
{
    size_t length, name;

    if (op == NULL)
        return -1;
    if (strncmp(op, "not.", 4) == 0) {
        wanted->negated = 1;
        op += 4;
    }
    length = strlen(op);
    name = strcspn(op, "(");
    wanted->comparison = comparison_find(op, name);
    if (wanted->comparison == NULL)
        return -1;
    if (name == length)
        return 0;
    if (op[length - 1] != ')')
        return -1;
    return read_modifier(wanted, op + name + 1, length - name - 2, config);
}

static supa_query *filter_by_name(
    supa_query *q, const char *call, const char *column, const char *op, supa_value value)
{
    supa_query *stop = query_stopped(q);
    struct wanted wanted = {call, NULL, QUANTIFIER_NONE, 0, NULL};
    char config[64];

    if (stop != NULL)
        return stop;
    if (read_operator(&wanted, op, config) != 0)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, call, column, "the operator is not one of PostgREST's");
    return compare_as(q, &wanted, column, &value);
}

supa_query *supa_filter(supa_query *q, const char *column, const char *op, supa_value value)
{
    return filter_by_name(q, "supa_filter", column, op, value);
}

supa_query *supa_filter_text(supa_query *q, const char *column, const char *op, const char *text)
{
    return filter_by_name(q, "supa_filter_text", column, op, supa_text(text));
}

supa_query *supa_filter_texts(
    supa_query *q, const char *column, const char *op, const char *const *texts, size_t n)
{
    return filter_by_name(q, "supa_filter_texts", column, op, supa_texts(texts, n));
}

/* Raw text is the caller's, but it stays one parameter of valid UTF-8. */
static supa_query *
keep_raw(supa_query *q, struct filter *filter, const char *call, const char *text)
{
    supa_value value = supa_text(text);
    struct operand operand;
    const char *mistake = operand_read(&operand, &value, &q->arena, &q->tape);

    if (mistake == NULL && operand.one.length == 0)
        mistake = "the text is empty";
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, NULL, mistake);
    filter->raw = operand.one.text;
    filter->raw_length = operand.one.length;
    attach(q, filter);
    return q;
}

supa_query *supa_filter_raw(supa_query *q, const char *column, const char *text)
{
    supa_query *stop = query_stopped(q);
    struct filter *filter;

    if (stop != NULL)
        return stop;
    filter = on_column(q, FILTER_RAW, "supa_filter_raw", column);
    return filter != NULL ? keep_raw(q, filter, "supa_filter_raw", text) : q;
}

supa_query *supa_or_raw(supa_query *q, const char *text)
{
    supa_query *stop = query_stopped(q);
    struct filter *filter;

    if (stop != NULL)
        return stop;
    filter = new_filter(q, FILTER_GROUP);
    if (filter == NULL)
        return q;
    filter->is_or = 1;
    return keep_raw(q, filter, "supa_or_raw", text);
}

static supa_query *begin_group(supa_query *q, const char *call, int is_or)
{
    supa_query *stop = query_stopped(q);
    struct filter *group;

    if (stop != NULL)
        return stop;
    if (q->depth == GROUP_DEPTH)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, NULL, "groups are nested too deeply");
    group = new_filter(q, FILTER_GROUP);
    if (group == NULL)
        return q;
    group->is_or = is_or;
    attach(q, group);
    q->open[q->depth++] = group;
    return q;
}

supa_query *supa_or(supa_query *q)
{
    return begin_group(q, "supa_or", 1);
}

supa_query *supa_and(supa_query *q)
{
    return begin_group(q, "supa_and", 0);
}

static supa_query *begin_group_on(supa_query *q, const char *call, int is_or, const char *embedded)
{
    supa_query *stop = query_stopped(q);
    const char *mistake = escape_column_mistake(embedded);

    if (stop != NULL)
        return stop;
    if (mistake == NULL && q->depth != 0)
        mistake = "a group on an embedded resource stands outside of other groups";
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, call, embedded, mistake);
    q = begin_group(q, call, is_or);
    if (query_stopped(q) == NULL) {
        q->open[0]->column_length = strlen(embedded);
        q->open[0]->column = query_keep(q, embedded);
    }
    return q;
}

supa_query *supa_or_on(supa_query *q, const char *embedded)
{
    return begin_group_on(q, "supa_or_on", 1, embedded);
}

supa_query *supa_and_on(supa_query *q, const char *embedded)
{
    return begin_group_on(q, "supa_and_on", 0, embedded);
}

supa_query *supa_end(supa_query *q)
{
    supa_query *stop = query_stopped(q);
    const char *mistake = NULL;

    if (stop != NULL)
        return stop;
    if (q->is_not)
        mistake = "it follows supa_not, which wants a filter or group";
    else if (q->depth == 0)
        mistake = "no group is open";
    else if (q->open[q->depth - 1]->children == NULL)
        mistake = "the group is empty";
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_end", NULL, mistake);
    q->depth--;
    return q;
}

supa_query *supa_not(supa_query *q)
{
    supa_query *stop = query_stopped(q);

    if (stop != NULL)
        return stop;
    if (q->is_not)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_not", NULL, "it follows supa_not, which wants a filter");
    q->is_not = 1;
    return q;
}
