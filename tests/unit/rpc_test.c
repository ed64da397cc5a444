/* SPDX-License-Identifier: MIT */
/* Calls of functions. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <string.h>
#include <supa/query.h>
#include <supa/response.h>

static struct world world;

static supa_query *f(void)
{
    return supa_rpc(world.client, "f");
}

static supa_query *get(void)
{
    return supa_rpc_get(f());
}

static void arguments_go_as_json(void)
{
    const char *const texts[] = {"x,y", "a\"b"};
    const int64_t ints[] = {1, 2};
    const supa_value mixed[] = {supa_null(), supa_real(0.5)};

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct write rows[] = {
            {f(), "POST", "rpc/f", "{}"},
            {supa_rpc(world.client, "my f?"), "POST", "rpc/my%20f%3F", "{}"},
            {supa_arg(f(), "a", supa_text("x\"y")), "POST", "rpc/f", "{\"a\":\"x\\\"y\"}"},
            {supa_arg(supa_arg(f(), "a", supa_int(-1)), "b", supa_null()), "POST", "rpc/f",
             "{\"a\":-1,\"b\":null}"},
            {supa_arg(f(), "a", supa_uint(UINT64_MAX)), "POST", "rpc/f",
             "{\"a\":18446744073709551615}"},
            {supa_arg(f(), "a", supa_real(0.1)), "POST", "rpc/f", "{\"a\":0.1}"},
            {supa_arg(f(), "a", supa_decimal("1.50")), "POST", "rpc/f", "{\"a\":1.50}"},
            {supa_arg(f(), "a", supa_bool(0)), "POST", "rpc/f", "{\"a\":false}"},
            {supa_arg(f(), "a", supa_json("{\"k\": 1}")), "POST", "rpc/f", "{\"a\":{\"k\": 1}}"},
            {supa_arg(f(), "a", supa_texts(texts, 2)), "POST", "rpc/f",
             "{\"a\":[\"x,y\",\"a\\\"b\"]}"},
            {supa_arg(f(), "a", supa_ints(ints, 2)), "POST", "rpc/f", "{\"a\":[1,2]}"},
            {supa_arg(f(), "a", supa_values(mixed, 2)), "POST", "rpc/f", "{\"a\":[null,0.5]}"},
            {supa_arg_variadic(f(), "v", supa_ints(ints, 2)), "POST", "rpc/f", "{\"v\":[1,2]}"},
            {supa_arg(f(), "limit", supa_text("eq.1")), "POST", "rpc/f", "{\"limit\":\"eq.1\"}"},
            {supa_args(f(), "{\"a\": 1}"), "POST", "rpc/f", "{\"a\": 1}"},
            {supa_args(f(), "{}"), "POST", "rpc/f", "{}"},
            {supa_order(
                 supa_limit(
                     supa_eq(supa_select(supa_arg(f(), "a", supa_int(1)), "id"), "id", supa_int(2)),
                     3),
                 "id", 0),
             "POST", "rpc/f?select=id&id=eq.2&order=id.asc&limit=3", "{\"a\":1}"},
            {supa_maybe_single(f()), "POST", "rpc/f", "{}"},
        };
        table_writes(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void arguments_go_in_the_url(void)
{
    const char *const texts[] = {"x,y", "a\"b", "eq.1"}, *const words[] = {"x", "y,z", ""};
    const int64_t ints[] = {1, 2};
    const supa_value mixed[] = {supa_null(), supa_bool(1)};

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {get(), "rpc/f"},
            {supa_arg(get(), "a", supa_text("x y&b=1")), "rpc/f?a=x%20y%26b%3D1"},
            {supa_rpc_get(supa_arg(f(), "a", supa_int(1))), "rpc/f?a=1"},
            {supa_arg(get(), "a", supa_text("")), "rpc/f?a="},
            {supa_arg(supa_arg(get(), "a", supa_real(1.5)), "b", supa_bool(1)),
             "rpc/f?a=1.5&b=true"},
            {supa_arg(get(), "a", supa_texts(texts, 3)),
             "rpc/f?a=%7B%22x,y%22,%22a%5C%22b%22,%22eq.1%22%7D"},
            {supa_arg(get(), "a", supa_values(mixed, 2)), "rpc/f?a=%7BNULL,%22true%22%7D"},
            {supa_arg(get(), "a", supa_texts(NULL, 0)), "rpc/f?a=%7B%7D"},
            {supa_arg_variadic(get(), "v", supa_texts(words, 3)), "rpc/f?v=x&v=y,z&v="},
            {supa_arg_variadic(get(), "v", supa_ints(ints, 2)), "rpc/f?v=1&v=2"},
            {supa_arg(get(), "a", supa_text("eq")), "rpc/f?a=eq"},
            {supa_arg(get(), "a", supa_text("EQ.1")), "rpc/f?a=EQ.1"},
            {supa_arg(get(), "a", supa_text("equal.1")), "rpc/f?a=equal.1"},
            {supa_arg(get(), "a", supa_text(".eq.1")), "rpc/f?a=.eq.1"},
            {supa_arg(get(), "a", supa_text("1.5")), "rpc/f?a=1.5"},
            {supa_limit(
                 supa_eq(supa_select(supa_arg(get(), "a", supa_int(1)), "id"), "id", supa_int(2)),
                 3),
             "rpc/f?select=id&a=1&id=eq.2&limit=3"},
            {supa_maybe_single(get()), "rpc/f?limit=2"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    table_sent(&world, supa_head(supa_arg(f(), "a", supa_int(1))), "HEAD", "rpc/f?a=1", NULL);
    table_sent(&world, supa_head(supa_arg(get(), "a", supa_int(1))), "HEAD", "rpc/f?a=1", NULL);
    world_end(&world);
}

static void what_a_url_cannot_say_is_refused(void)
{
    static const char *const reserved[] = {"select", "columns", "on_conflict", "order", "limit",
                                           "offset", "and",     "or",          "not"};
    static const char *const paths[] = {"a.b", "a(b", "a)", "a,b", "a:b", "\"a\""};
    static const char *const filters[] = {
        "eq.1",     "is.land", "in.x",      "not.x",  "fts(english).x", "eq(any).x", "isdistinct.",
        "like.abc", "cs.{a}",  "adj.[1,2)", "match.", "not.eq.1",       "wfts.a.b",  "lte."};
    const supa_value values[] = {supa_int(1), supa_null()};
    const char *const texts[] = {"a", "eq.1"};

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(reserved); i++)
        table_refused(
            &world, supa_arg(get(), reserved[i], supa_int(1)), SUPA_ERROR_ARGUMENT,
            "by GET it would be a parameter of PostgREST's own");
    for (size_t i = 0; i < COUNT(paths); i++)
        table_refused(
            &world, supa_arg(get(), paths[i], supa_int(1)), SUPA_ERROR_ARGUMENT,
            "by GET its name would be taken for a path");
    for (size_t i = 0; i < COUNT(filters); i++) {
        table_refused(
            &world, supa_arg(get(), "a", supa_text(filters[i])), SUPA_ERROR_ARGUMENT,
            "supa_arg(\"a\"): by GET its value would be taken for a filter");
        table_refused(
            &world, supa_head(supa_arg(f(), "a", supa_text(filters[i]))), SUPA_ERROR_ARGUMENT,
            "taken for a filter");
    }
    {
        const struct mistake rows[] = {
            {supa_arg(get(), "a", supa_json("{\"k\":1}")),
             "supa_arg(\"a\"): by GET the function would get a text, not JSON"},
            {supa_arg(get(), "a", supa_null()), "supa_arg(\"a\"): a URL has no word for null"},
            {supa_head(supa_arg(f(), "a", supa_null())), "a URL has no word for null"},
            {supa_arg_variadic(get(), "a", supa_values(values, 2)), "a URL has no word for null"},
            {supa_arg_variadic(get(), "a", supa_texts(texts, 2)), "be taken for a filter"},
            {supa_rpc_get(supa_args(f(), "{}")), "supa_rpc_get: arguments by GET are given one by"},
            {supa_head(supa_args(f(), "{\"a\":1}")), "arguments by GET are given one by one"},
            {supa_rpc_get(supa_body(f(), "text/plain", "x", 1)), "arguments by GET are given"},
            {supa_head(supa_body(f(), "text/plain", "x", 1)), "arguments by GET are given"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void arguments_are_checked(void)
{
    supa_query *table = supa_from(NULL, "t");

    supa_query_free(table);
    world_start(&world, SUPA_SIDE_NONE);
    table = supa_from(world.client, "t");
    {
        const struct mistake rows[] = {
            {supa_rpc(NULL, "f"), "supa_rpc: the client is NULL"},
            {supa_rpc(world.client, NULL), "supa_rpc: the name is NULL"},
            {supa_rpc(world.client, "../t"), "supa_rpc(\"../t\"): the name contains a slash"},
            {supa_arg(table, "a", supa_int(1)), "supa_arg(\"a\"): the query calls no function"},
            {supa_args(supa_from(world.client, "t"), "{}"), "supa_args: the query calls no func"},
            {supa_rpc_get(supa_from(world.client, "t")), "supa_rpc_get: the query calls no func"},
            {supa_arg(f(), NULL, supa_int(1)), "supa_arg: the name is NULL or empty"},
            {supa_arg(f(), "", supa_int(1)), "supa_arg(\"\"): the name is NULL or empty"},
            {supa_arg(f(), "a\n", supa_int(1)), "the name contains a control character"},
            {supa_arg(f(), "a", supa_text(NULL)), "supa_arg(\"a\"): the text is NULL"},
            {supa_arg(f(), "a", supa_real((double)NAN)), "JSON has no NaN"},
            {supa_arg_variadic(f(), "a", supa_int(1)), "supa_arg_variadic(\"a\"): the value is n"},
            {supa_arg_variadic(f(), "a", supa_text("1,2")), "the value is not a list"},
            {supa_args(f(), NULL), "supa_args: the JSON text is NULL"},
            {supa_args(f(), "[]"), "supa_args: it is not a JSON object"},
            {supa_args(f(), "{"), "supa_args: it is not valid JSON"},
            {supa_args(supa_arg(f(), "a", supa_int(1)), "{}"), "were given by supa_arg already"},
            {supa_arg(supa_args(f(), "{}"), "a", supa_int(1)), "has its rows or arguments"},
            {supa_columns(f(), "a"), "on a query that writes no rows"},
            {supa_missing_default(get()), "on a query that writes no rows"},
            {supa_return_headers(f()), "on a query that writes no rows"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void what_a_function_returns_may_be_anything(void)
{
    static const struct script answers[] = {
        {200, "Content-Type: application/json\n", "42", SUPA_OK, SUPA_ANSWERED},
        {200, "Content-Type: application/json\n", "[{\"id\":1},{\"id\":2}]", SUPA_OK,
         SUPA_ANSWERED},
        {204, NULL, NULL, SUPA_OK, SUPA_ANSWERED}};
    static const size_t rows[] = {0, 2, 0};

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, COUNT(answers));
    for (size_t i = 0; i < COUNT(answers); i++) {
        supa_response *response = supa_execute(f());

        CU_ASSERT_TRUE(supa_response_ok(response));
        if (rows[i] != 0)
            CU_ASSERT_EQUAL(supa_response_row_count(response), rows[i]);
        supa_response_free(response);
    }
    world_end(&world);
}

extern CU_TestInfo rpc_tests[];
CU_TestInfo rpc_tests[] = {
    {"arguments go as JSON", arguments_go_as_json},
    {"arguments go in the URL", arguments_go_in_the_url},
    {"what a URL cannot say is refused", what_a_url_cannot_say_is_refused},
    {"arguments are checked", arguments_are_checked},
    {"what a function returns may be anything", what_a_function_returns_may_be_anything},
    CU_TEST_INFO_NULL,
};
