/* SPDX-License-Identifier: MIT */
/* Every operator, wherever a filter may stand. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <supa/query.h>

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

static const char *const two_texts[] = {"x,y", "a\"b"};
static const int64_t two_ints[] = {1, 2};

/* A filter on the column that is given. */
#define FILTER(name, call)                                                                         \
    static supa_query *name(supa_query *q, const char *c)                                          \
    {                                                                                              \
        return call;                                                                               \
    }
FILTER(eq, supa_eq(q, c, supa_text("x,y")))
FILTER(neq, supa_neq(q, c, supa_text("a\\b")))
FILTER(gt, supa_gt(q, c, supa_int(-5)))
FILTER(gte, supa_gte(q, c, supa_real(0.5)))
FILTER(lt, supa_lt(q, c, supa_decimal("19.90")))
FILTER(lte, supa_lte(q, c, supa_uint(7)))
FILTER(distinct, supa_is_distinct(q, c, supa_text("x y")))
FILTER(eq_true, supa_eq(q, c, supa_bool(1)))
FILTER(eq_json, supa_eq(q, c, supa_json("{\"k\":1}")))
FILTER(eq_empty, supa_eq(q, c, supa_text("")))
FILTER(eq_paren, supa_eq(q, c, supa_text("a)b")))
FILTER(eq_null, supa_eq(q, c, supa_null()))
FILTER(neq_null, supa_neq(q, c, supa_null()))
FILTER(distinct_null, supa_is_distinct(q, c, supa_null()))
FILTER(is_null, supa_is(q, c, SUPA_IS_NULL))
FILTER(is_not_null, supa_is(q, c, SUPA_IS_NOT_NULL))
FILTER(is_true, supa_is(q, c, SUPA_IS_TRUE))
FILTER(is_false, supa_is(q, c, SUPA_IS_FALSE))
FILTER(is_unknown, supa_is(q, c, SUPA_IS_UNKNOWN))
FILTER(in, supa_in(q, c, supa_texts(two_texts, 2)))
FILTER(not_in, supa_not_in(q, c, supa_ints(two_ints, 2)))
FILTER(in_nothing, supa_in(q, c, supa_ints(NULL, 0)))
FILTER(like, supa_like(q, c, "a%_\\%"))
FILTER(ilike, supa_ilike(q, c, "%b%"))
FILTER(like_any, supa_like_any(q, c, supa_texts(two_texts, 2)))
FILTER(like_all, supa_like_all(q, c, supa_texts(two_texts, 2)))
FILTER(ilike_any, supa_ilike_any(q, c, supa_texts(two_texts, 1)))
FILTER(ilike_all, supa_ilike_all(q, c, supa_texts(two_texts, 1)))
FILTER(regex, supa_regex(q, c, "^a.*(b|c)$"))
FILTER(iregex, supa_iregex(q, c, "star\\*x"))
FILTER(fts, supa_text_search(q, c, "fat & cat", SUPA_FTS, NULL))
FILTER(plain, supa_text_search(q, c, "fat cat", SUPA_PLAIN, "english"))
FILTER(phrase, supa_text_search(q, c, "fat", SUPA_PHRASE, "pg_catalog_1"))
FILTER(websearch, supa_text_search(q, c, "\"fat cat\" -rat", SUPA_WEBSEARCH, "french"))
FILTER(cs_list, supa_contains(q, c, supa_texts(two_texts, 2)))
FILTER(cs_json, supa_contains(q, c, supa_json("{\"a\":[1]}")))
FILTER(cs_range, supa_contains(q, c, supa_text("[1,3)")))
FILTER(cd_list, supa_contained_by(q, c, supa_ints(two_ints, 2)))
FILTER(cd_json, supa_contained_by(q, c, supa_json("[1,2]")))
FILTER(ov_list, supa_overlaps(q, c, supa_ints(two_ints, 2)))
FILTER(ov_range, supa_overlaps(q, c, supa_text("[1,3)")))
FILTER(sr, supa_range_gt(q, c, "[1,5)"))
FILTER(nxl, supa_range_gte(q, c, "(1,5]"))
FILTER(sl, supa_range_lt(q, c, "[2020-01-01,)"))
FILTER(nxr, supa_range_lte(q, c, "empty"))
FILTER(adj, supa_range_adjacent(q, c, "[1,5)"))
FILTER(gt_any, supa_filter_any(q, c, "gt", supa_ints(two_ints, 2)))
FILTER(match_all, supa_filter_all(q, c, "match", supa_texts(two_texts, 1)))
FILTER(raw, supa_filter_raw(q, c, "fts(english).a&b"))

#define X_Y "%22x,y%22"

static const struct {
    supa_query *(*add)(supa_query *q, const char *column);
    int negated;          /* it says `not.` of itself */
    const char *plain;    /* behind `column=` */
    const char *in_group; /* behind `column.`; NULL: the same */
} operators[] = {
    {eq, 0, "eq.x,y", "eq." X_Y},
    {neq, 0, "neq.a%5Cb", "neq.%22a%5C%5Cb%22"},
    {gt, 0, "gt.-5", NULL},
    {gte, 0, "gte.0.5", "gte.%220.5%22"},
    {lt, 0, "lt.19.90", "lt.%2219.90%22"},
    {lte, 0, "lte.7", NULL},
    {distinct, 0, "isdistinct.x%20y", "isdistinct.%22x%20y%22"},
    {eq_true, 0, "eq.true", NULL},
    {eq_json, 0, "eq.%7B%22k%22:1%7D", "eq.%22%7B%5C%22k%5C%22:1%7D%22"},
    {eq_empty, 0, "eq.", "eq.%22%22"},
    {eq_paren, 0, "eq.a)b", "eq.%22a)b%22"},
    {eq_null, 0, "is.null", NULL},
    {neq_null, 1, "is.null", NULL},
    {distinct_null, 1, "is.null", NULL},
    {is_null, 0, "is.null", NULL},
    {is_not_null, 1, "is.null", NULL},
    {is_true, 0, "is.true", NULL},
    {is_false, 0, "is.false", NULL},
    {is_unknown, 0, "is.unknown", NULL},
    {in, 0, "in.(" X_Y ",%22a%5C%22b%22)", NULL},
    {not_in, 1, "in.(1,2)", NULL},
    {in_nothing, 0, "in.()", NULL},
    {like, 0, "like.a%25_%5C%25", "like.%22a%25_%5C%5C%25%22"},
    {ilike, 0, "ilike.%25b%25", "ilike.%22%25b%25%22"},
    {like_any, 0, "like(any).%7B" X_Y ",%22a%5C%22b%22%7D",
     "like(any).%22%7B%5C%22x,y%5C%22,%5C%22a%5C%5C%5C%22b%5C%22%7D%22"},
    {like_all, 0, "like(all).%7B" X_Y ",%22a%5C%22b%22%7D",
     "like(all).%22%7B%5C%22x,y%5C%22,%5C%22a%5C%5C%5C%22b%5C%22%7D%22"},
    {ilike_any, 0, "ilike(any).%7B" X_Y "%7D", "ilike(any).%22%7B%5C%22x,y%5C%22%7D%22"},
    {ilike_all, 0, "ilike(all).%7B" X_Y "%7D", "ilike(all).%22%7B%5C%22x,y%5C%22%7D%22"},
    {regex, 0, "match.%5Ea.*(b%7Cc)%24", "match.%22%5Ea.*(b%7Cc)%24%22"},
    {iregex, 0, "imatch.star%5C*x", "imatch.%22star%5C%5C*x%22"},
    {fts, 0, "fts.fat%20%26%20cat", "fts.%22fat%20%26%20cat%22"},
    {plain, 0, "plfts(english).fat%20cat", "plfts(english).%22fat%20cat%22"},
    {phrase, 0, "phfts(pg_catalog_1).fat", NULL},
    {websearch, 0, "wfts(french).%22fat%20cat%22%20-rat",
     "wfts(french).%22%5C%22fat%20cat%5C%22%20-rat%22"},
    {cs_list, 0, "cs.%7B" X_Y ",%22a%5C%22b%22%7D",
     "cs.%22%7B%5C%22x,y%5C%22,%5C%22a%5C%5C%5C%22b%5C%22%7D%22"},
    {cs_json, 0, "cs.%7B%22a%22:%5B1%5D%7D", "cs.%22%7B%5C%22a%5C%22:%5B1%5D%7D%22"},
    {cs_range, 0, "cs.%5B1,3)", "cs.%22%5B1,3)%22"},
    {cd_list, 0, "cd.%7B%221%22,%222%22%7D", "cd.%22%7B%5C%221%5C%22,%5C%222%5C%22%7D%22"},
    {cd_json, 0, "cd.%5B1,2%5D", "cd.%22%5B1,2%5D%22"},
    {ov_list, 0, "ov.%7B%221%22,%222%22%7D", "ov.%22%7B%5C%221%5C%22,%5C%222%5C%22%7D%22"},
    {ov_range, 0, "ov.%5B1,3)", "ov.%22%5B1,3)%22"},
    {sr, 0, "sr.%5B1,5)", "sr.%22%5B1,5)%22"},
    {nxl, 0, "nxl.(1,5%5D", "nxl.%22(1,5%5D%22"},
    {sl, 0, "sl.%5B2020-01-01,)", "sl.%22%5B2020-01-01,)%22"},
    {nxr, 0, "nxr.empty", NULL},
    {adj, 0, "adj.%5B1,5)", "adj.%22%5B1,5)%22"},
    {gt_any, 0, "gt(any).%7B%221%22,%222%22%7D", "gt(any).%22%7B%5C%221%5C%22,%5C%222%5C%22%7D%22"},
    {match_all, 0, "match(all).%7B" X_Y "%7D", "match(all).%22%7B%5C%22x,y%5C%22%7D%22"},
    {raw, 0, "fts(english).a%26b", NULL},
};

/* "t?key=not.op", sent by @q. */
static void filtered(supa_query *q, const char *key, int negated, const char *op)
{
    char url[512];

    snprintf(url, sizeof url, "t?%s=%s%s", key, negated ? "not." : "", op);
    table_sent(&world, q, "GET", url, NULL);
}

/* "t?or=(column.not.op,z.eq.1)" */
static void grouped(supa_query *q, const char *column, int negated, const char *op)
{
    char url[512];

    snprintf(url, sizeof url, "t?or=(%s.%s%s,z.eq.1)", column, negated ? "not." : "", op);
    table_sent(&world, supa_end(supa_eq(q, "z", supa_int(1))), "GET", url, NULL);
}

static void each_operator_stands_alone(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(operators); i++) {
        const int negated = operators[i].negated;

        filtered(operators[i].add(t(), "a"), "a", negated, operators[i].plain);
        filtered(operators[i].add(t(), "b.c.a"), "b.c.a", negated, operators[i].plain);
        filtered(operators[i].add(t(), "d->0->>k"), "d-%3E0-%3E%3Ek", negated, operators[i].plain);
        filtered(operators[i].add(t(), "x,y"), "%22x,y%22", negated, operators[i].plain);
    }
    world_end(&world);
}

static void each_operator_can_be_negated(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(operators); i++) {
        const int negated = !operators[i].negated;

        filtered(operators[i].add(supa_not(t()), "a"), "a", negated, operators[i].plain);
        filtered(operators[i].add(supa_not(t()), "b.a"), "b.a", negated, operators[i].plain);
    }
    world_end(&world);
}

static void each_operator_stands_in_a_group(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(operators); i++) {
        const char *op = operators[i].in_group != NULL ? operators[i].in_group : operators[i].plain;
        const int negated = operators[i].negated;

        grouped(operators[i].add(supa_or(t()), "a"), "a", negated, op);
        grouped(operators[i].add(supa_not(supa_or(t())), "a"), "a", !negated, op);
        grouped(operators[i].add(supa_or(t()), "d->>k"), "d-%3E%3Ek", negated, op);
        grouped(operators[i].add(supa_or(t()), "x)"), "%22x)%22", negated, op);
    }
    world_end(&world);
}

static void operators_go_by_name_too(void)
{
    const supa_value list = supa_ints(two_ints, 2), v = supa_text("v");

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_filter(t(), "a", "eq", v), "t?a=eq.v"},
            {supa_filter(t(), "a", "eq", supa_null()), "t?a=is.null"},
            {supa_filter(t(), "a", "not.eq", supa_null()), "t?a=not.is.null"},
            {supa_filter(t(), "a", "neq", supa_null()), "t?a=not.is.null"},
            {supa_filter(t(), "a", "not.neq", supa_null()), "t?a=is.null"},
            {supa_filter(t(), "a", "not.eq", v), "t?a=not.eq.v"},
            {supa_filter(supa_not(t()), "a", "not.eq", v), "t?a=eq.v"},
            {supa_filter(t(), "a", "is", supa_null()), "t?a=is.null"},
            {supa_filter(t(), "a", "is", supa_bool(0)), "t?a=is.false"},
            {supa_filter(t(), "a", "is", supa_text("unknown")), "t?a=is.unknown"},
            {supa_filter(t(), "a", "not.is", supa_bool(1)), "t?a=not.is.true"},
            {supa_filter(t(), "a", "in", list), "t?a=in.(1,2)"},
            {supa_filter(t(), "a", "eq(any)", list), "t?a=eq(any).%7B%221%22,%222%22%7D"},
            {supa_filter(t(), "a", "not.ilike(all)", list),
             "t?a=not.ilike(all).%7B%221%22,%222%22%7D"},
            {supa_filter(t(), "a", "fts(english)", v), "t?a=fts(english).v"},
            {supa_filter(t(), "a", "not.wfts(simple)", v), "t?a=not.wfts(simple).v"},
            {supa_filter(t(), "a", "sl", v), "t?a=sl.v"},
            {supa_filter(t(), "a", "cs", list), "t?a=cs.%7B%221%22,%222%22%7D"},
            {supa_filter_text(t(), "a", "match", "v"), "t?a=match.v"},
            {supa_filter_text(t(), "a", "is", "null"), "t?a=is.null"},
            {supa_filter_text(t(), "a", "eq", "null"), "t?a=eq.null"},
            {supa_filter_texts(t(), "a", "in", two_texts, 2), "t?a=in.(%22x,y%22,%22a%5C%22b%22)"},
            {supa_filter_texts(t(), "a", "not.in", two_texts, 1), "t?a=not.in.(%22x,y%22)"},
            {supa_filter_texts(t(), "a", "ov", two_texts, 1), "t?a=ov.%7B%22x,y%22%7D"},
            {supa_filter_texts(t(), "a", "imatch(any)", two_texts, 1),
             "t?a=imatch(any).%7B%22x,y%22%7D"},
            {supa_filter_texts(t(), "a", "in", NULL, 0), "t?a=in.()"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void other_names_are_no_operators(void)
{
    static const char *const names[] = {
        "",
        "=",
        "EQ",
        "eq ",
        " eq",
        "eq.1",
        "eq(",
        "eq)",
        "eq()",
        "eq(some)",
        "eq(any",
        "eq(any)x",
        "neq(any)",
        "is(any)",
        "in(any)",
        "cs(all)",
        "fts(",
        "fts()",
        "fts(a.b)",
        "fts(a)b)",
        "fts(a b)",
        "fts(any))",
        "not",
        "not.",
        "not.not.eq",
        "eq.not",
        "or",
        "and",
        "eq(english)",
        "like(english)",
        "not_null",
        "fts(\xC3\xA9)",
        "match(any)(all)"};
    static const char long_config[] =
        "fts(abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm)";

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(names); i++)
        table_refused(
            &world, supa_filter(t(), "a", names[i], supa_text("v")), SUPA_ERROR_ARGUMENT,
            "supa_filter(\"a\"): the operator is not one of PostgREST's");
    {
        const supa_value list = supa_ints(two_ints, 2);
        const struct mistake rows[] = {
            {supa_filter(t(), "a", NULL, supa_text("v")), "the operator is not"},
            {supa_filter(t(), "a", long_config, supa_text("v")), "the operator is not"},
            {supa_filter_text(t(), "a", "x", "v"), "supa_filter_text(\"a\"): the operator"},
            {supa_filter_texts(t(), "a", "x", two_texts, 1), "supa_filter_texts(\"a\"): the op"},
            {supa_filter_any(t(), "a", "neq", list), "supa_filter_any(\"a\"): the operator is"},
            {supa_filter_any(t(), "a", "in", list), "the operator is none of eq gt gte"},
            {supa_filter_any(t(), "a", NULL, list), "the operator is none of eq gt gte"},
            {supa_filter_all(t(), "a", "eq(all)", list), "supa_filter_all(\"a\"): the operator"},
            {supa_filter_all(t(), "a", "not.eq", list), "supa_filter_all(\"a\"): the operator"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

extern CU_TestInfo filters_tests[];
CU_TestInfo filters_tests[] = {
    {"each operator stands alone", each_operator_stands_alone},
    {"each operator can be negated", each_operator_can_be_negated},
    {"each operator stands in a group", each_operator_stands_in_a_group},
    {"operators go by name too", operators_go_by_name_too},
    {"other names are no operators", other_names_are_no_operators},
    CU_TEST_INFO_NULL,
};
