/* SPDX-License-Identifier: MIT */
/* What each operator takes, and what it refuses. */
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

#define STAR "which PostgREST takes for `%`"

static void a_pattern_with_a_star_is_refused(void)
{
    const char *const patterns[] = {"ok", "a*"};
    const supa_value list = supa_texts(patterns, 2), value = supa_text("*");

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_like(t(), "a", "star*x"), "supa_like(\"a\"): the pattern contains a `*`"},
            {supa_like(t(), "a", "\\*"), STAR},
            {supa_ilike(t(), "a", "*"), "supa_ilike(\"a\"): the pattern"},
            {supa_like_any(t(), "a", list), "supa_like_any(\"a\"): the pattern"},
            {supa_like_all(t(), "a", list), "supa_like_all(\"a\"): the pattern"},
            {supa_ilike_any(t(), "a", list), "supa_ilike_any(\"a\"): the pattern"},
            {supa_ilike_all(t(), "a", list), "supa_ilike_all(\"a\"): the pattern"},
            {supa_filter(t(), "a", "like", value), STAR},
            {supa_filter(t(), "a", "ilike(any)", list), STAR},
            {supa_filter_any(t(), "a", "like", list), STAR},
            {supa_filter_text(t(), "a", "not.ilike", "*"), STAR},
            {supa_end(supa_like(supa_or(t()), "a", "*")), STAR},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    table_sent(&world, supa_regex(t(), "a", "^\\*$"), "GET", "t?a=match.%5E%5C*%24", NULL);
    table_sent(&world, supa_eq(t(), "a", supa_text("*")), "GET", "t?a=eq.*", NULL);
    world_end(&world);
}

static void patterns_and_texts_are_texts(void)
{
    const int64_t one = 1;
    const supa_value list = supa_ints(&one, 1), values[] = {supa_null()};

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_like(t(), "a", NULL), "supa_like(\"a\"): the text is NULL"},
            {supa_ilike(t(), "a", "\xFF"), "supa_ilike(\"a\"): the text is not valid UTF-8"},
            {supa_regex(t(), "a", NULL), "supa_regex(\"a\"): the text is NULL"},
            {supa_iregex(t(), "a", NULL), "supa_iregex(\"a\"): the text is NULL"},
            {supa_range_gt(t(), "a", NULL), "supa_range_gt(\"a\"): the text is NULL"},
            {supa_range_gte(t(), "a", NULL), "supa_range_gte(\"a\"): the text is NULL"},
            {supa_range_lt(t(), "a", NULL), "supa_range_lt(\"a\"): the text is NULL"},
            {supa_range_lte(t(), "a", NULL), "supa_range_lte(\"a\"): the text is NULL"},
            {supa_range_adjacent(t(), NULL, "x"), "supa_range_adjacent: the column is NULL"},
            {supa_filter(t(), "a", "like", supa_int(1)), "the value is not a text"},
            {supa_filter(t(), "a", "match", supa_null()), "the value is not a text"},
            {supa_filter(t(), "a", "sl", list), "the value is not a text"},
            {supa_filter(t(), "a", "adj", supa_json("{}")), "the value is not a text"},
            {supa_filter(t(), "a", "fts", supa_bool(1)), "the value is not a text"},
            {supa_filter_text(t(), "a", "eq", NULL), "supa_filter_text(\"a\"): the text is NULL"},
            {supa_filter_texts(t(), "a", "in", NULL, 1), "the list is NULL but not empty"},
            {supa_like_any(t(), "a", supa_text("x")), "the value is not a list"},
            {supa_like_all(t(), "a", supa_null()), "the value is not a list"},
            {supa_filter_any(t(), "a", "eq", supa_int(1)), "the value is not a list"},
            {supa_filter_all(t(), "a", "eq", supa_values(values, 1)), "a null, which is never"},
            {supa_is_distinct(t(), "a", list), "a list compares with nothing here"},
            {supa_contained_by(t(), "a", supa_int(1)), "supa_contained_by(\"a\"): the value is ne"},
            {supa_overlaps(t(), "a", supa_null()), "supa_overlaps(\"a\"): the value is neither"},
            {supa_overlaps(t(), "a", supa_real(1)), "the value is neither"},
            {supa_contains(t(), "a", supa_uint(1)), "the value is neither"},
            {supa_filter(t(), "a", "is", supa_text("not_null")), "null, true, false or unknown"},
            {supa_filter(t(), "a", "is", supa_text("nulljunk")), "null, true, false or unknown"},
            {supa_filter(t(), "a", "is", supa_int(1)), "null, true, false or unknown"},
            {supa_filter(t(), "a", "is", list), "null, true, false or unknown"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void searches_have_a_kind_and_a_language(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_text_search(t(), "a", "x", (supa_search)4, NULL),
             "supa_text_search(\"a\"): the kind is none of supa_search"},
            {supa_text_search(t(), "a", "x", (supa_search)-1, NULL), "the kind is none"},
            {supa_text_search(t(), "a", NULL, SUPA_FTS, NULL), "the text is NULL"},
            {supa_text_search(t(), NULL, "x", SUPA_FTS, NULL), "the column is NULL"},
            {supa_text_search(t(), "a", "x", SUPA_FTS, ""), "the configuration is not a name"},
            {supa_text_search(t(), "a", "x", SUPA_FTS, "a.b"), "the configuration is not a name"},
            {supa_text_search(t(), "a", "x", SUPA_FTS, "en)."), "the configuration is not a name"},
            {supa_text_search(t(), "a", "x", SUPA_FTS, "en glish"), "the configuration"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

/* wire.md 1.7: each of these finds other rows when it is written as postgrest-js writes it. */
static void lists_keep_every_text_apart(void)
{
    const char *const quotes[] = {"a\"b,c", "a\\,b", "\"q\"", " lead", "tail ", "(", "null"};
    const char *const empty[] = {""}, *const some[] = {"", "x"};
    const supa_value kinds[] = {
        supa_text("t"),        supa_text_n("uv", 1), supa_int(-1),
        supa_uint(UINT64_MAX), supa_real(0.1),       supa_decimal("1.10"),
        supa_bool(0),          supa_json("[1]"),     supa_real((double)INFINITY)};
    const double reals[] = {1, (double)NAN};

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_in(t(), "a", supa_texts(quotes, 7)),
             "t?a=in.(%22a%5C%22b,c%22,%22a%5C%5C,b%22,%22%5C%22q%5C%22%22,%22%20lead%22,"
             "%22tail%20%22,%22(%22,null)"},
            {supa_end(supa_in(supa_or(t()), "a", supa_texts(empty, 1))),
             "t?or=(a.in.(%22%22,%22%22))"},
            {supa_in(t(), "a", supa_texts(some, 2)), "t?a=in.(%22%22,x)"},
            {supa_in(t(), "a", supa_values(kinds, 9)),
             "t?a=in.(t,u,-1,18446744073709551615,%220.1%22,%221.10%22,false,%22%5B1%5D%22,"
             "Infinity)"},
            {supa_in(t(), "a", supa_reals(reals, 2)), "t?a=in.(1,NaN)"},
            {supa_contains(t(), "a", supa_values(kinds, 9)),
             "t?a=cs.%7B%22t%22,%22u%22,%22-1%22,%2218446744073709551615%22,%220.1%22,"
             "%221.10%22,%22false%22,%22%5B1%5D%22,%22Infinity%22%7D"},
            {supa_filter_any(t(), "a", "eq", supa_values(kinds, 2)),
             "t?a=eq(any).%7B%22t%22,%22u%22%7D"},
            {supa_filter_any(t(), "a", "eq", supa_texts(NULL, 0)), "t?a=eq(any).%7B%7D"},
            {supa_filter_all(t(), "a", "lte", supa_texts(empty, 1)), "t?a=lte(all).%7B%22%22%7D"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void raw_filters_are_sent_as_they_are(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_filter_raw(t(), "a", "eq.5"), "t?a=eq.5"},
            {supa_filter_raw(t(), "a", "in.(\"x\",y)"), "t?a=in.(%22x%22,y)"},
            {supa_filter_raw(t(), "a", "eq.x&b=eq.y"), "t?a=eq.x%26b%3Deq.y"},
            {supa_filter_raw(t(), "b.a", "is.null"), "t?b.a=is.null"},
            {supa_filter_raw(supa_not(t()), "a", "eq.5"), "t?a=not.eq.5"},
            {supa_end(supa_filter_raw(supa_and(t()), "a", "eq.5")), "t?and=(a.eq.5)"},
            {supa_or_raw(t(), "a.eq.1,b.is.null"), "t?or=(a.eq.1,b.is.null)"},
            {supa_or_raw(supa_not(t()), "a.eq.1"), "t?not.or=(a.eq.1)"},
            {supa_end(supa_or_raw(supa_and(t()), "a.eq.1,b.eq.2")), "t?and=(or(a.eq.1,b.eq.2))"},
            {supa_end(supa_or_raw(supa_not(supa_and(t())), "a.eq.1")), "t?and=(not.or(a.eq.1))"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    {
        const struct mistake rows[] = {
            {supa_filter_raw(t(), "a", NULL), "supa_filter_raw: the text is NULL"},
            {supa_filter_raw(t(), "a", ""), "supa_filter_raw: the text is empty"},
            {supa_filter_raw(t(), "a", "eq.\xFF"), "supa_filter_raw: the text is not valid UTF-8"},
            {supa_filter_raw(t(), "", "eq.1"), "supa_filter_raw(\"\"): the column is empty"},
            {supa_or_raw(t(), NULL), "supa_or_raw: the text is NULL"},
            {supa_or_raw(t(), ""), "supa_or_raw: the text is empty"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void decimals_are_numbers_of_json(void)
{
    static const char *const bad[] = {"007", "1.", "+1", "-.5",     "1e",
                                      "0x1", " 1", "1 ", "Infinity"};

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(bad); i++)
        table_refused(
            &world, supa_eq(t(), "a", supa_decimal(bad[i])), SUPA_ERROR_ARGUMENT,
            "the digits are not a decimal number");
    world_end(&world);
}

static void escapes_a_text_for_a_pattern(void)
{
    static const struct {
        const char *text;
        size_t size, needed;
        const char *written;
    } rows[] = {
        {"abc", 64, 3, "abc"}, {"50%_\\", 64, 8, "50\\%\\_\\\\"},
        {"", 64, 0, ""},       {NULL, 64, 0, ""},
        {"abc", 3, 3, "ab"},   {"abc", 4, 3, "abc"},
        {"a%b", 3, 4, "a"},    {"a%b", 4, 4, "a\\%"},
        {"%", 2, 2, ""},       {"%a", 2, 3, ""},
        {"*", 64, 1, "*"},
    };
    char out[64];

    for (size_t i = 0; i < COUNT(rows); i++) {
        memset(out, '#', sizeof out);
        CU_ASSERT_EQUAL(supa_escape_like(rows[i].text, out, rows[i].size), rows[i].needed);
        CU_ASSERT(world_same(out, rows[i].written));
    }
    CU_ASSERT_EQUAL(supa_escape_like("a%b", NULL, 0), 4);
}

extern CU_TestInfo operands_tests[];
CU_TestInfo operands_tests[] = {
    {"a pattern with a star is refused", a_pattern_with_a_star_is_refused},
    {"patterns and texts are texts", patterns_and_texts_are_texts},
    {"searches have a kind and a language", searches_have_a_kind_and_a_language},
    {"lists keep every text apart", lists_keep_every_text_apart},
    {"raw filters are sent as they are", raw_filters_are_sent_as_they_are},
    {"decimals are numbers of JSON", decimals_are_numbers_of_json},
    {"escapes a text for a pattern", escapes_a_text_for_a_pattern},
    CU_TEST_INFO_NULL,
};
