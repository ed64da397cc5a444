/* SPDX-License-Identifier: MIT */
/* Every operator on the real server: which rows it finds. Lines "row:" name what of PostgREST's and
 * postgrest-js's list a test shows (tests/wire/coverage.txt). */
#include "live/ask.h"
#include "main.h"

#include <string.h>

#define FINDS(q, ids) CU_ASSERT_STRING_EQUAL(ask_ids(q), ids)
#define TEXTS(...)    supa_texts((const char *const[]){__VA_ARGS__}, COUNT_OF(__VA_ARGS__))
#define COUNT_OF(...) (sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static supa_query *shapes(void)
{
    return supa_order(supa_select(ask_from("shapes"), "id"), "id", 0);
}

/* row: eq  row: neq  row: gt  row: gte  row: lt  row: lte */
static void comparisons(void)
{
    FINDS(supa_eq(shapes(), "id", supa_int(2)), "2");
    FINDS(supa_eq(shapes(), "flag", supa_bool(1)), "1 5");
    FINDS(supa_eq(shapes(), "document", supa_text("")), "5");
    FINDS(supa_neq(shapes(), "id", supa_int(2)), "1 3 4 5");
    FINDS(supa_gt(shapes(), "id", supa_int(3)), "4 5");
    FINDS(supa_gte(shapes(), "id", supa_int(3)), "3 4 5");
    FINDS(supa_lt(shapes(), "id", supa_real(3)), "1 2");
    FINDS(supa_lte(shapes(), "id", supa_decimal("2")), "1 2");
    FINDS(supa_lt(shapes(), "id", supa_real(2.5)), "22P02");
    FINDS(supa_gt(shapes(), "seen_at", supa_text("2025-03-01T02:00:00+02:00")), "2 5");
    FINDS(supa_eq(shapes(), "words", supa_text("{red,green}")), "2");
    FINDS(supa_eq(shapes(), "nothing", supa_int(1)), "42703");
}

/* row: is  row: is-unknown  row: is-not-null  row: is-distinct */
static void truth_and_null(void)
{
    FINDS(supa_is(shapes(), "flag", SUPA_IS_NULL), "3 4");
    FINDS(supa_is(shapes(), "flag", SUPA_IS_NOT_NULL), "1 2 5");
    FINDS(supa_is(shapes(), "flag", SUPA_IS_TRUE), "1 5");
    FINDS(supa_is(shapes(), "flag", SUPA_IS_FALSE), "2");
    FINDS(supa_is(shapes(), "flag", SUPA_IS_UNKNOWN), "3 4");
    FINDS(supa_is(supa_not(shapes()), "flag", SUPA_IS_TRUE), "2 3 4");
    FINDS(supa_is(shapes(), "id", SUPA_IS_UNKNOWN), "42804");
    FINDS(supa_eq(shapes(), "flag", supa_null()), "3 4");
    FINDS(supa_neq(shapes(), "flag", supa_null()), "1 2 5");
    FINDS(supa_is_distinct(shapes(), "flag", supa_bool(1)), "2 3 4");
    FINDS(supa_is_distinct(supa_not(shapes()), "flag", supa_bool(1)), "1 5");
    FINDS(supa_is_distinct(shapes(), "flag", supa_null()), "1 2 5");
}

/* row: in  row: not-in */
static void lists(void)
{
    static const int64_t some[] = {5, 2, 2, 77};
    static const double reals[] = {1, 3};

    FINDS(supa_in(shapes(), "id", supa_ints(some, 4)), "2 5");
    FINDS(supa_in(shapes(), "id", supa_reals(reals, 2)), "1 3");
    FINDS(supa_in(shapes(), "name", TEXTS("one", "four", "a,b", "\"")), "1 4");
    FINDS(supa_in(shapes(), "id", supa_ints(NULL, 0)), "");
    FINDS(supa_not_in(shapes(), "id", supa_ints(some, 4)), "1 3 4");
    FINDS(supa_not_in(shapes(), "id", supa_ints(NULL, 0)), "1 2 3 4 5");
    FINDS(supa_in(supa_not(shapes()), "name", TEXTS("one")), "2 3 4 5");
    CU_ASSERT_TRUE(ask_refused(supa_in(shapes(), "id", supa_values(&(supa_value){.kind = 1}, 1))));
}

/* row: like  row: ilike  row: like-any  row: like-all  row: ilike-any  row: ilike-all
 * row: regex  row: iregex */
static void patterns(void)
{
    FINDS(supa_like(shapes(), "name", "t%"), "2 3");
    FINDS(supa_like(shapes(), "name", "T%"), "");
    FINDS(supa_like(shapes(), "name", "_ou_"), "4");
    FINDS(supa_ilike(shapes(), "name", "T%"), "2 3");
    FINDS(supa_like_any(shapes(), "name", TEXTS("o%", "%ve")), "1 5");
    FINDS(supa_like_all(shapes(), "name", TEXTS("t%", "%o")), "2");
    FINDS(supa_ilike_any(shapes(), "name", TEXTS("O%", "%VE")), "1 5");
    FINDS(supa_ilike_all(shapes(), "name", TEXTS("T%", "%O")), "2");
    FINDS(supa_regex(shapes(), "name", "^t.*e$"), "3");
    FINDS(supa_regex(shapes(), "document", "[(,*]|qui(c|z)k"), "1 2");
    FINDS(supa_iregex(shapes(), "name", "^T"), "2 3");
    FINDS(supa_regex(shapes(), "name", "("), "2201B");
    CU_ASSERT_TRUE(ask_refused(supa_like(shapes(), "name", "t*")));
}

/* row: any-all */
static void any_and_all(void)
{
    const int64_t two[] = {2, 4};

    FINDS(supa_filter_any(shapes(), "id", "eq", supa_ints(two, 2)), "2 4");
    FINDS(supa_filter_all(shapes(), "id", "eq", supa_ints(two, 1)), "2");
    FINDS(supa_filter_any(shapes(), "id", "gt", supa_ints(two, 2)), "3 4 5");
    FINDS(supa_filter_all(shapes(), "id", "gt", supa_ints(two, 2)), "5");
    FINDS(supa_filter_any(shapes(), "id", "gte", supa_ints(two, 2)), "2 3 4 5");
    FINDS(supa_filter_all(shapes(), "id", "gte", supa_ints(two, 2)), "4 5");
    FINDS(supa_filter_any(shapes(), "id", "lt", supa_ints(two, 2)), "1 2 3");
    FINDS(supa_filter_all(shapes(), "id", "lt", supa_ints(two, 2)), "1");
    FINDS(supa_filter_any(shapes(), "id", "lte", supa_ints(two, 2)), "1 2 3 4");
    FINDS(supa_filter_all(shapes(), "id", "lte", supa_ints(two, 2)), "1 2");
    FINDS(supa_filter_any(shapes(), "name", "like", TEXTS("o%", "f%")), "1 4 5");
    FINDS(supa_filter_all(shapes(), "name", "ilike", TEXTS("F%", "%V%")), "5");
    FINDS(supa_filter_any(shapes(), "name", "match", TEXTS("^o", "ee$")), "1 3");
    FINDS(supa_filter_all(shapes(), "name", "imatch", TEXTS("^T", "O$")), "2");
    FINDS(supa_filter_any(shapes(), "id", "eq", supa_ints(NULL, 0)), "");
    FINDS(supa_filter_all(shapes(), "id", "eq", supa_ints(NULL, 0)), "1 2 3 4 5");
    FINDS(supa_filter_any(supa_not(shapes()), "id", "eq", supa_ints(two, 2)), "1 3 5");
    CU_ASSERT_TRUE(ask_refused(supa_filter_any(shapes(), "id", "neq", supa_ints(two, 2))));
}

/* row: contains  row: contained-by  row: overlaps */
static void arrays(void)
{
    const int64_t three = 3;
    const supa_value nulls[] = {supa_null(), supa_text("red")};

    FINDS(supa_contains(shapes(), "words", TEXTS("red")), "1 2");
    FINDS(supa_contains(shapes(), "words", TEXTS("deep blue", "a,b")), "1");
    FINDS(supa_contains(shapes(), "words", TEXTS("deep", "blue")), "");
    FINDS(supa_contains(shapes(), "words", TEXTS("")), "5");
    FINDS(supa_contains(shapes(), "words", TEXTS("say \"x\"", "back\\slash", "{brace}")), "5");
    FINDS(supa_contains(shapes(), "words", supa_texts(NULL, 0)), "1 2 3 5");
    FINDS(supa_contains(shapes(), "numbers", supa_ints(&three, 1)), "1 2");
    FINDS(supa_contains(supa_not(shapes()), "words", TEXTS("red")), "3 5");
    FINDS(supa_contained_by(shapes(), "words", TEXTS("red", "green", "blue")), "2 3");
    FINDS(supa_overlaps(shapes(), "words", TEXTS("green", "a,b")), "1 2");
    FINDS(supa_overlaps(shapes(), "words", supa_values(nulls, 2)), "1 2");
    FINDS(supa_overlaps(shapes(), "words", supa_text("{green,\"a,b\"}")), "1 2");
}

/* row: range-gt  row: range-gte  row: range-lt  row: range-lte  row: range-adjacent */
static void ranges(void)
{
    FINDS(supa_contains(shapes(), "span", supa_text("[1,3)")), "1");
    FINDS(supa_contained_by(shapes(), "span", supa_text("[0,10)")), "1 2 3");
    FINDS(supa_overlaps(shapes(), "span", supa_text("[4,5]")), "1 2");
    FINDS(supa_range_gt(shapes(), "span", "[1,5)"), "2 5");
    FINDS(supa_range_gte(shapes(), "span", "[5,9)"), "2 5");
    FINDS(supa_range_lt(shapes(), "span", "[5,9)"), "1");
    FINDS(supa_range_lte(shapes(), "span", "(1,8]"), "1 2");
    FINDS(supa_range_adjacent(shapes(), "span", "[1,5)"), "2");
    FINDS(
        supa_range_adjacent(shapes(), "period", "[2025-01-01 00:00+00,2025-02-01 00:00+00)"), "2");
    FINDS(
        supa_end(supa_range_lt(supa_range_gt(supa_or(shapes()), "span", "[5,9)"), "span", "[5,9)")),
        "1 5");
    FINDS(supa_range_gt(shapes(), "span", "nonsense"), "22P02");
}

/* row: json-path-filter */
static void json_columns(void)
{
    FINDS(supa_contains(shapes(), "data", supa_json("{\"kind\":\"ring\"}")), "1");
    FINDS(supa_contains(shapes(), "data", supa_json("{\"tags\":[\"b\"]}")), "1 2");
    FINDS(supa_contains(shapes(), "data", supa_json("[2]")), "3");
    FINDS(supa_contains(shapes(), "data->tags", supa_json("[\"a\"]")), "1");
    FINDS(
        supa_contained_by(shapes(), "data", supa_json("[2,\"three\",{\"kind\":\"list\"},9]")), "3");
    FINDS(supa_eq(shapes(), "data->>kind", supa_text("disc")), "2");
    FINDS(supa_eq(shapes(), "data->at->>x", supa_int(2)), "2");
    FINDS(supa_gt(shapes(), "data->size", supa_json("2")), "2");
    FINDS(supa_eq(shapes(), "data->>a.b", supa_text("dotted")), "2");
    FINDS(supa_eq(shapes(), "data->>\"say \\\"x\\\"\"", supa_text("quoted")), "2");
    FINDS(supa_eq(shapes(), "data->tags->>0", supa_text("a")), "1");
    FINDS(supa_eq(shapes(), "data->0->>kind", supa_text("list")), "3");
    FINDS(supa_eq(shapes(), "data->>-1", supa_text("three")), "3");
    FINDS(supa_in(shapes(), "data->>kind", TEXTS("ring", "disc")), "1 2");
    FINDS(supa_is(shapes(), "data->>kind", SUPA_IS_NOT_NULL), "1 2");
    FINDS(supa_eq(shapes(), "data", supa_json("\"a text\"")), "5");
    FINDS(
        supa_end(supa_eq(
            supa_eq(supa_or(shapes()), "data->>kind", supa_text("ring")), "data->>a.b",
            supa_text("dotted"))),
        "1 2");
}

/* row: text-search  row: text-search-plain  row: text-search-phrase  row: text-search-websearch */
static void text_search(void)
{
    FINDS(supa_text_search(shapes(), "document", "fox & quick", SUPA_FTS, NULL), "1 2");
    FINDS(supa_text_search(shapes(), "document", "fox & !lazy", SUPA_FTS, "english"), "2");
    FINDS(supa_text_search(shapes(), "document", "brown fox", SUPA_PLAIN, "english"), "1 2");
    FINDS(supa_text_search(shapes(), "document", "brown fox", SUPA_PHRASE, "english"), "1");
    FINDS(
        supa_text_search(
            shapes(), "document", "\"brown fox\" or renard", SUPA_WEBSEARCH, "english"),
        "1 3");
    FINDS(supa_text_search(shapes(), "document", "dogs", SUPA_PLAIN, "simple"), "");
    FINDS(supa_text_search(supa_not(shapes()), "document", "fox", SUPA_PLAIN, NULL), "3 5");
    FINDS(
        supa_end(supa_text_search(
            supa_eq(supa_or(shapes()), "id", supa_int(4)), "document", "a, (lazy) \"dog\"",
            SUPA_WEBSEARCH, "english")),
        "1 4");
    FINDS(supa_text_search(shapes(), "document", "a &", SUPA_FTS, NULL), "42601");
    FINDS(supa_text_search(shapes(), "document", "a", SUPA_FTS, "klingon"), "42704");
}

/* row: or  row: and-group  row: not-group  row: not  row: match */
static void groups(void)
{
    supa_query *q;

    FINDS(
        supa_end(supa_eq(supa_eq(supa_or(shapes()), "id", supa_int(1)), "name", supa_text("five"))),
        "1 5");
    FINDS(
        supa_end(supa_lt(supa_gt(supa_and(shapes()), "id", supa_int(1)), "id", supa_int(4))),
        "2 3");
    FINDS(
        supa_end(supa_is(
            supa_gt(supa_or(supa_not(shapes())), "id", supa_int(3)), "flag", SUPA_IS_FALSE)),
        "1 3");
    FINDS(
        supa_end(
            supa_lt(supa_gt(supa_and(supa_not(shapes())), "id", supa_int(1)), "id", supa_int(4))),
        "1 4 5");
    /* id < 2 or (flag and not (name like t% or id > 9)) */
    q = supa_lt(supa_or(shapes()), "id", supa_int(2));
    q = supa_is(supa_and(q), "flag", SUPA_IS_TRUE);
    q = supa_gt(supa_like(supa_or(supa_not(q)), "name", "t%"), "id", supa_int(9));
    FINDS(supa_end(supa_end(supa_end(q))), "1 5");
    FINDS(supa_eq(supa_eq(shapes(), "name", supa_text("two")), "flag", supa_bool(0)), "2");
    FINDS(supa_eq(supa_eq(shapes(), "name", supa_text("two")), "flag", supa_bool(1)), "");
    FINDS(supa_eq(supa_not(shapes()), "name", supa_text("two")), "1 3 4 5");
    FINDS(supa_like(supa_not(shapes()), "name", "%e%"), "2 4");
}

/* row: filter */
static void operators_by_name(void)
{
    FINDS(supa_filter(shapes(), "id", "gte", supa_int(4)), "4 5");
    FINDS(supa_filter(shapes(), "words", "cs", TEXTS("a,b")), "1");
    FINDS(supa_filter_text(shapes(), "document", "plfts(english)", "lazy dogs"), "1");
    FINDS(supa_filter_texts(shapes(), "name", "in", (const char *const[]){"one", "two"}, 2), "1 2");
    FINDS(supa_filter_raw(shapes(), "id", "in.(1,2)"), "1 2");
    FINDS(supa_filter_raw(supa_not(shapes()), "id", "in.(1,2)"), "3 4 5");
    FINDS(supa_or_raw(shapes(), "id.eq.1,and(flag.is.null,id.gt.3)"), "1 4");
    CU_ASSERT_TRUE(ask_refused(supa_filter(shapes(), "id", "like.x", supa_int(4))));
}

static supa_query *orders(const char *columns)
{
    return supa_order(supa_select(ask_from("sales_orders"), columns), "order_number", SUPA_ASC);
}

#define ORDERS(q, numbers) CU_ASSERT_STRING_EQUAL(ask_column(q, "order_number"), numbers)

/* row: or-embedded */
static void embedded_resources(void)
{
    supa_query *q;
    supa_row row, item;
    size_t count = 0;

    q = supa_eq(
        orders("order_number,customers!inner(email)"), "customers.email",
        supa_text("first@tulip.example"));
    ORDERS(q, "\"T1-1001\" \"T1-1002\"");
    q = supa_or_on(orders("order_number,customers!inner(email)"), "customers");
    q = supa_end(supa_like(supa_eq(q, "first_name", supa_text("Se\xC3\xA1n")), "email", "first@%"));
    ORDERS(q, "\"T1-1001\" \"T1-1002\" \"T1-1003\"");
    q = supa_and_on(supa_not(orders("order_number,who:customers!inner(email)")), "who");
    ORDERS(supa_end(supa_like(q, "email", "first@%")), "\"T1-1003\"");
    /* without !inner the row stays and its embedded one goes */
    q = supa_eq(orders("order_number,customers(email)"), "customers.email", supa_text("nobody@x"));
    ORDERS(q, "\"T1-1001\" \"T1-1002\" \"T1-1003\" \"T1-1004\"");
    q = supa_gt(
        orders("order_number,sales_order_items(quantity,products(slug))"),
        "sales_order_items.quantity", supa_int(1));
    row = ask(supa_single(supa_eq(q, "order_number", supa_text("T1-1003"))));
    CU_ASSERT_EQUAL(supa_row_rows(row, "sales_order_items", &item, &count), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(count, 1);
    q = supa_eq(
        orders("order_number,sales_order_items!inner(products!inner(slug))"),
        "sales_order_items.products.slug", supa_text("plant-label"));
    ORDERS(q, "\"T1-1001\" \"T1-1002\" \"T1-1003\" \"T1-1004\"");
    q = supa_eq(shapes(), "customers.email", supa_text("x"));
    CU_ASSERT_STRING_EQUAL(ask_ids(q), "PGRST108");
}

/* row: empty-embed  row: semi-join  row: anti-join */
static void rows_with_and_without_others(void)
{
    ORDERS(supa_is(orders("order_number,customers()"), "customers", SUPA_IS_NULL), "\"T1-1004\"");
    ORDERS(
        supa_is(orders("order_number,customers()"), "customers", SUPA_IS_NOT_NULL),
        "\"T1-1001\" \"T1-1002\" \"T1-1003\"");
    CU_ASSERT_PTR_NULL(strstr(ask_body(), "customers"));
    CU_ASSERT_STRING_EQUAL(
        ask_column(
            supa_order(
                supa_is(
                    supa_select(ask_from("customers"), "email,sales_orders()"), "sales_orders",
                    SUPA_IS_NULL),
                "email", 0),
            "email"),
        "\"customer1@neighbour.example\" \"customer2@neighbour.example\" \"quiet@tulip.example\"");
}

CU_TestInfo filter_tests[] = {
    {"comparisons find what compares so", comparisons},
    {"truth, falsehood and null are asked for, and distinctness", truth_and_null},
    {"in finds the elements of lists, not_in the others", lists},
    {"patterns and expressions find what matches", patterns},
    {"any and all compare with each of a list", any_and_all},
    {"arrays contain, are contained, overlap", arrays},
    {"ranges lie left and right of one another", ranges},
    {"JSON is contained, and reached by paths", json_columns},
    {"the four kinds of text search, with and without a language", text_search},
    {"groups nest, and are turned into their opposite", groups},
    {"operators by their names, and filters in PostgREST's words", operators_by_name},
    {"filters and groups on embedded resources", embedded_resources},
    {"rows that have others, and rows that have none", rows_with_and_without_others},
    {"all is given back", ask_end},
    CU_TEST_INFO_NULL,
};
