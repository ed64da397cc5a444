/* SPDX-License-Identifier: MIT */
#include "drive_call.h"

#include "drive_value.h"

#include <string.h>
#include <supa/cjson.h>

static enum style style; /* of the chain at hand */

struct verb {
    const char *name;
    void (*perform)(supa_query *q, const struct verb *verb, const cJSON *call);
    const char *op; /* PostgREST's name of the operator */
    supa_query *(*value)(supa_query *, const char *, supa_value);
    supa_query *(*text)(supa_query *, const char *, const char *);
    supa_query *(*alone)(supa_query *);
};

/* Filters */

static void filter_by_texts(supa_query *q, const char *column, const char *op, const cJSON *list)
{
    const char *texts[64];
    const cJSON *element;
    size_t n = 0;

    cJSON_ArrayForEach(element, list)
    {
        if (n == COUNT(texts) || !cJSON_IsString(element))
            die("%s: a list that is not of texts, or too long", op);
        texts[n++] = element->valuestring;
    }
    supa_filter_texts(q, column, op, texts, n);
}

static int is_texts(const cJSON *list)
{
    const cJSON *element;

    cJSON_ArrayForEach(element, list)
    {
        if (!cJSON_IsString(element))
            return 0;
    }
    return cJSON_IsArray(list);
}

/* The comparison by its operator's name, in the chain's style. */
static void filter_by_name(supa_query *q, const char *column, const char *op, const cJSON *value)
{
    struct held held;

    if (style == STYLE_TEXTS && cJSON_IsString(value)) {
        supa_filter_text(q, column, op, value->valuestring);
    } else if (style == STYLE_TEXTS && is_texts(value)) {
        filter_by_texts(q, column, op, value);
    } else {
        held = hold(value);
        supa_filter(q, column, op, held.value);
        let_go(&held);
    }
}

static void compare(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const char *column = text_argument(call, 1);
    struct held held;

    if (style != STYLE_PLAIN && verb->op != NULL) {
        filter_by_name(q, column, verb->op, argument(call, 2));
        return;
    }
    held = hold(argument(call, 2));
    verb->value(q, column, held.value);
    let_go(&held);
}

static void compare_text(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const char *column = text_argument(call, 1), *text = text_argument(call, 2);

    if (style != STYLE_PLAIN && verb->op != NULL)
        filter_by_name(q, column, verb->op, argument(call, 2));
    else
        verb->text(q, column, text);
}

static void is(supa_query *q, const struct verb *verb, const cJSON *call)
{
    static const char *const words[] = {"null", "not_null", "true", "false", "unknown"};
    const cJSON *what = argument(call, 2);
    char *text = cJSON_IsString(what) ? NULL : print(what);
    const char *word = text != NULL ? text : what->valuestring;

    if (style != STYLE_PLAIN)
        supa_filter_text(q, text_argument(call, 1), verb->op, word);
    else
        supa_is(q, text_argument(call, 1), (supa_is_what)word_of(word, words, COUNT(words)));
    cJSON_free(text);
}

static void text_search(supa_query *q, const struct verb *verb, const cJSON *call)
{
    static const char *const kinds[] = {"", "plain", "phrase", "websearch"};
    const char *type = text_option(call, "type");

    (void)verb;
    supa_text_search(
        q, text_argument(call, 1), text_argument(call, 2),
        (supa_search)word_of(type != NULL ? type : "", kinds, COUNT(kinds)),
        text_option(call, "config"));
}

static void match(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const cJSON *member;

    (void)verb;
    cJSON_ArrayForEach(member, argument(call, 1))
    {
        struct held held = hold(member);

        supa_eq(q, member->string, held.value);
        let_go(&held);
    }
}

static void filter(supa_query *q, const struct verb *verb, const cJSON *call)
{
    (void)verb;
    filter_by_name(q, text_argument(call, 1), text_argument(call, 2), argument(call, 3));
}

static void filter_quantified(supa_query *q, const struct verb *verb, const cJSON *call)
{
    struct held held = hold(argument(call, 3));

    if (strcmp(verb->name, "filterAny") == 0)
        supa_filter_any(q, text_argument(call, 1), text_argument(call, 2), held.value);
    else
        supa_filter_all(q, text_argument(call, 1), text_argument(call, 2), held.value);
    let_go(&held);
}

static void or_raw(supa_query *q, const struct verb *verb, const cJSON *call)
{
    (void)verb;
    supa_or_raw(q, text_argument(call, 1));
}

static void negate(supa_query *q, const struct verb *verb, const cJSON *call)
{
    (void)verb;
    supa_not(q);
    call_perform(q, argument(call, 1), style);
}

static void group(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const char *on = text_option(call, "referencedTable");
    const int is_or = strcmp(verb->name, "or") == 0;
    const cJSON *condition;

    if (on != NULL)
        is_or ? supa_or_on(q, on) : supa_and_on(q, on);
    else
        verb->alone(q);
    cJSON_ArrayForEach(condition, argument(call, 1))
    {
        call_perform(q, condition, style);
    }
    supa_end(q);
}

/* What is asked for */

void call_count(supa_query *q, const cJSON *kind)
{
    static const char *const kinds[] = {"", "exact", "planned", "estimated"};

    if (kind != NULL)
        supa_count(q, (supa_count_kind)word_of(cJSON_GetStringValue(kind), kinds, COUNT(kinds)));
}

static void choose(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const cJSON *columns = cJSON_GetArrayItem(call, 1);

    (void)verb;
    supa_select(q, cJSON_IsString(columns) ? columns->valuestring : "*");
    call_count(q, option(call, "count"));
    if (is_set(call, "head"))
        supa_head(q);
}

static void set_all(supa_query *q, const cJSON *row)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, row)
    {
        struct held held = hold_for_body(member);

        supa_set(q, member->string, held.value);
        let_go(&held);
    }
}

static void set_rows(supa_query *q, const cJSON *rows)
{
    const cJSON *row;

    if (cJSON_IsObject(rows)) {
        supa_insert_row(q);
        set_all(q, rows);
        return;
    }
    cJSON_ArrayForEach(row, rows)
    {
        supa_insert_row(q);
        set_all(q, row);
    }
}

/* Behind rows the options are the second argument: the rows may be an object, too. */
static const cJSON *row_option(const cJSON *call, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(call, 2), name);
}

static void row_options(supa_query *q, const cJSON *call)
{
    call_count(q, row_option(call, "count"));
    if (cJSON_IsFalse(row_option(call, "defaultToNull")))
        supa_missing_default(q);
}

/* A list of one row is said as text, since a single supa_insert_row may be an object. */
static int in_parts(const cJSON *rows)
{
    return style == STYLE_PARTS && (cJSON_IsObject(rows) || cJSON_GetArraySize(rows) > 1);
}

static void insert(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const cJSON *rows = argument(call, 1);
    char *text = print(rows);

    (void)verb;
    if (in_parts(rows))
        set_rows(q, rows);
    else if (style == STYLE_TEXTS)
        supa_insert_tree(q, rows);
    else
        supa_insert(q, text);
    row_options(q, call);
    cJSON_free(text);
}

static void upsert(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const cJSON *rows = argument(call, 1);
    const char *on_conflict = cJSON_GetStringValue(row_option(call, "onConflict"));
    char *text = print(rows);

    (void)verb;
    supa_upsert(q, in_parts(rows) ? NULL : text, on_conflict);
    if (in_parts(rows))
        set_rows(q, rows);
    if (cJSON_IsTrue(row_option(call, "ignoreDuplicates")))
        supa_ignore_duplicates(q);
    row_options(q, call);
    cJSON_free(text);
}

static void update(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const cJSON *values = argument(call, 1);
    char *text = print(values);

    (void)verb;
    if (style == STYLE_PARTS) {
        supa_update_row(q);
        set_all(q, values);
    } else {
        supa_update(q, text);
    }
    call_count(q, row_option(call, "count"));
    cJSON_free(text);
}

static void delete_rows(supa_query *q, const struct verb *verb, const cJSON *call)
{
    (void)verb;
    supa_delete(q);
    call_count(q, option(call, "count"));
}

/* How the answer is shaped */

static void order(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const char *on = text_option(call, "referencedTable");
    const cJSON *ascending = option(call, "ascending"), *first = option(call, "nullsFirst");
    int flags = cJSON_IsFalse(ascending) ? SUPA_DESC : cJSON_IsTrue(ascending) ? SUPA_ASC : 0;

    (void)verb;
    if (cJSON_IsBool(first))
        flags |= cJSON_IsTrue(first) ? SUPA_NULLS_FIRST : SUPA_NULLS_LAST;
    if (on != NULL)
        supa_order_on(q, on, text_argument(call, 1), flags);
    else
        supa_order(q, text_argument(call, 1), flags);
}

static void limit(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const char *on = text_option(call, "referencedTable");

    (void)verb;
    if (on != NULL)
        supa_limit_on(q, on, int_argument(call, 1));
    else
        supa_limit(q, int_argument(call, 1));
}

static void range(supa_query *q, const struct verb *verb, const cJSON *call)
{
    const char *on = text_option(call, "referencedTable");

    (void)verb;
    if (on != NULL)
        supa_range_on(q, on, int_argument(call, 1), int_argument(call, 2));
    else
        supa_range(q, int_argument(call, 1), int_argument(call, 2));
}

static void alone(supa_query *q, const struct verb *verb, const cJSON *call)
{
    (void)call;
    verb->alone(q);
}

static void explain(supa_query *q, const struct verb *verb, const cJSON *call)
{
    static const char *const names[] = {"analyze", "verbose", "settings", "buffers", "wal"};
    const char *format = text_option(call, "format");
    int flags = 0;

    (void)verb;
    for (size_t i = 0; i < COUNT(names); i++)
        flags |= is_set(call, names[i]) << i;
    supa_explain(
        q, flags, format != NULL && strcmp(format, "json") == 0 ? SUPA_PLAN_JSON : SUPA_PLAN_TEXT);
}

static void max_affected(supa_query *q, const struct verb *verb, const cJSON *call)
{
    (void)verb;
    supa_max_affected(q, int_argument(call, 1));
}

static void set_header(supa_query *q, const struct verb *verb, const cJSON *call)
{
    (void)verb;
    supa_header(q, text_argument(call, 1), text_argument(call, 2));
}

/* clang-format off */
static const struct verb verbs[] = {
    {"eq", compare, "eq", supa_eq, NULL, NULL},
    {"neq", compare, "neq", supa_neq, NULL, NULL},
    {"gt", compare, "gt", supa_gt, NULL, NULL},
    {"gte", compare, "gte", supa_gte, NULL, NULL},
    {"lt", compare, "lt", supa_lt, NULL, NULL},
    {"lte", compare, "lte", supa_lte, NULL, NULL},
    {"isDistinct", compare, "isdistinct", supa_is_distinct, NULL, NULL},
    {"in", compare, "in", supa_in, NULL, NULL},
    {"notIn", compare, NULL, supa_not_in, NULL, NULL},
    {"likeAnyOf", compare, NULL, supa_like_any, NULL, NULL},
    {"likeAllOf", compare, NULL, supa_like_all, NULL, NULL},
    {"ilikeAnyOf", compare, NULL, supa_ilike_any, NULL, NULL},
    {"ilikeAllOf", compare, NULL, supa_ilike_all, NULL, NULL},
    {"contains", compare, "cs", supa_contains, NULL, NULL},
    {"containedBy", compare, "cd", supa_contained_by, NULL, NULL},
    {"overlaps", compare, "ov", supa_overlaps, NULL, NULL},
    {"like", compare_text, "like", NULL, supa_like, NULL},
    {"ilike", compare_text, "ilike", NULL, supa_ilike, NULL},
    {"regexMatch", compare_text, "match", NULL, supa_regex, NULL},
    {"regexIMatch", compare_text, "imatch", NULL, supa_iregex, NULL},
    {"rangeGt", compare_text, "sr", NULL, supa_range_gt, NULL},
    {"rangeGte", compare_text, "nxl", NULL, supa_range_gte, NULL},
    {"rangeLt", compare_text, "sl", NULL, supa_range_lt, NULL},
    {"rangeLte", compare_text, "nxr", NULL, supa_range_lte, NULL},
    {"rangeAdjacent", compare_text, "adj", NULL, supa_range_adjacent, NULL},
    {"filterRaw", compare_text, NULL, NULL, supa_filter_raw, NULL},
    {"is", is, "is", NULL, NULL, NULL},
    {"textSearch", text_search, NULL, NULL, NULL, NULL},
    {"match", match, NULL, NULL, NULL, NULL},
    {"filter", filter, NULL, NULL, NULL, NULL},
    {"filterAny", filter_quantified, NULL, NULL, NULL, NULL},
    {"filterAll", filter_quantified, NULL, NULL, NULL, NULL},
    {"orRaw", or_raw, NULL, NULL, NULL, NULL},
    {"not", negate, NULL, NULL, NULL, NULL},
    {"or", group, NULL, NULL, NULL, supa_or},
    {"and", group, NULL, NULL, NULL, supa_and},
    {"select", choose, NULL, NULL, NULL, NULL},
    {"insert", insert, NULL, NULL, NULL, NULL},
    {"upsert", upsert, NULL, NULL, NULL, NULL},
    {"update", update, NULL, NULL, NULL, NULL},
    {"delete", delete_rows, NULL, NULL, NULL, NULL},
    {"order", order, NULL, NULL, NULL, NULL},
    {"limit", limit, NULL, NULL, NULL, NULL},
    {"range", range, NULL, NULL, NULL, NULL},
    {"single", alone, NULL, NULL, NULL, supa_single},
    {"maybeSingle", alone, NULL, NULL, NULL, supa_maybe_single},
    {"csv", alone, NULL, NULL, NULL, supa_csv},
    {"geojson", alone, NULL, NULL, NULL, supa_geojson},
    {"stripNulls", alone, NULL, NULL, NULL, supa_strip_nulls},
    {"rollback", alone, NULL, NULL, NULL, supa_rollback},
    {"maxAffected", max_affected, NULL, NULL, NULL, NULL},
    {"explain", explain, NULL, NULL, NULL, NULL},
    {"setHeader", set_header, NULL, NULL, NULL, NULL},
};
/* clang-format on */

void call_perform(supa_query *q, const cJSON *call, enum style chain_style)
{
    const char *name = text_argument(call, 0);

    style = chain_style;
    for (size_t i = 0; i < COUNT(verbs); i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            verbs[i].perform(q, &verbs[i], call);
            return;
        }
    }
    die("no call is named %s", name);
}
