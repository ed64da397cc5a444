/* SPDX-License-Identifier: MIT */
/* What comes back: order, limits, and the form of the answer. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/query.h>
#include <supa/response.h>

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

static void orders_by_columns_paths_and_resources(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_order(t(), "rel(col)", 0), "t?order=rel(col).asc"},
            {supa_order(t(), "rel(col)", SUPA_DESC | SUPA_NULLS_FIRST),
             "t?order=rel(col).desc.nullsfirst"},
            {supa_order(t(), "my rel(a,b)", 0), "t?order=my%20rel(%22a,b%22).asc"},
            {supa_order(t(), "my-rel(a)", 0), "t?order=my-rel(a).asc"},
            {supa_order(t(), "rel(d->>k)", 0), "t?order=rel(d-%3E%3Ek).asc"},
            {supa_order(t(), "d->0->>k", SUPA_DESC), "t?order=d-%3E0-%3E%3Ek.desc"},
            {supa_order(t(), "d->-1", 0), "t?order=d-%3E-1.asc"},
            {supa_order(t(), "a.b", 0), "t?order=%22a.b%22.asc"},
            {supa_order(t(), "order", 0), "t?order=order.asc"},
            {supa_order(t(), "a", SUPA_ASC | SUPA_NULLS_LAST), "t?order=a.asc.nullslast"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void embedded_resources_have_a_shape_of_their_own(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_order_on(t(), "r", "a", 0), "t?r.order=a.asc"},
            {supa_order_on(supa_order_on(t(), "r", "a", 0), "r", "b", SUPA_DESC),
             "t?r.order=a.asc,b.desc"},
            {supa_limit_on(t(), "r", 3), "t?r.limit=3"},
            {supa_limit_on(t(), "r", 0), "t?r.limit=0"},
            {supa_range_on(t(), "r", 10, 19), "t?r.offset=10&r.limit=10"},
            {supa_limit_on(supa_range_on(t(), "r", 1, 2), "r", 5), "t?r.offset=1&r.limit=5"},
            {supa_limit_on(supa_limit_on(t(), "r", 1), "s", 2), "t?r.limit=1&s.limit=2"},
            {supa_limit_on(t(), "r.s", 1), "t?r.s.limit=1"},
            {supa_limit_on(t(), "x,y", 1), "t?%22x,y%22.limit=1"},
            {supa_limit(
                 supa_order(supa_limit_on(supa_order_on(t(), "r", "a", 0), "r", 1), "z", 0), 2),
             "t?order=z.asc&limit=2&r.order=a.asc&r.limit=1"},
            {supa_maybe_single(supa_limit_on(t(), "r", 9)), "t?limit=2&r.limit=9"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    {
        const struct mistake rows[] = {
            {supa_order_on(t(), NULL, "a", 0), "supa_order_on(\"\"): the column is empty"},
            {supa_order_on(t(), "r", NULL, 0), "supa_order_on: the column is NULL"},
            {supa_order_on(t(), "r", "a", 3), "supa_order_on(\"a\"): the flags"},
            {supa_limit_on(t(), NULL, 1), "supa_limit_on(\"\"): the column is empty"},
            {supa_limit_on(t(), "r.", 1), "supa_limit_on(\"r.\"): a part"},
            {supa_limit_on(t(), "r", -1), "supa_limit_on: the limit is negative"},
            {supa_range_on(t(), NULL, 0, 1), "supa_range_on(\"\"): the column is empty"},
            {supa_range_on(t(), "r", 2, 1), "supa_range_on: the range"},
            {supa_range_on(t(), "r", -1, 1), "supa_range_on: the range"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

#define PLAN  "Accept: application/vnd.pgrst.plan+"
#define STRIP ";nulls=stripped"

static void the_form_of_the_answer_is_asked_for(void)
{
    const int all = SUPA_EXPLAIN_ANALYZE | SUPA_EXPLAIN_VERBOSE | SUPA_EXPLAIN_SETTINGS |
                    SUPA_EXPLAIN_BUFFERS | SUPA_EXPLAIN_WAL;

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct header_row rows[] = {
            {t(), "Accept: application/json"},
            {supa_csv(t()), "Accept: text/csv"},
            {supa_geojson(t()), "Accept: application/geo+json"},
            {supa_accept(t(), "application/vnd.x; q=1"), "Accept: application/vnd.x; q=1"},
            {supa_csv(supa_accept(t(), "a/b")), "Accept: text/csv"},
            {supa_strip_nulls(t()), "Accept: application/vnd.pgrst.array+json" STRIP},
            {supa_single(supa_strip_nulls(t())), "Accept: application/vnd.pgrst.object+json" STRIP},
            {supa_strip_nulls(supa_maybe_single(t())),
             "Accept: application/vnd.pgrst.array+json" STRIP},
            {supa_strip_nulls(supa_maybe_single(supa_insert(t(), "{}"))),
             "Accept: application/vnd.pgrst.object+json" STRIP},
            {supa_explain(t(), 0, SUPA_PLAN_TEXT),
             PLAN "text; for=\"application/json\"; options=;"},
            {supa_explain(t(), all, SUPA_PLAN_JSON),
             PLAN "json; for=\"application/json\"; options=analyze|verbose|settings|buffers|wal;"},
            {supa_explain(t(), SUPA_EXPLAIN_ANALYZE | SUPA_EXPLAIN_WAL, SUPA_PLAN_TEXT),
             PLAN "text; for=\"application/json\"; options=analyze|wal;"},
            {supa_csv(supa_explain(t(), 0, SUPA_PLAN_TEXT)),
             PLAN "text; for=\"text/csv\"; options=;"},
            {supa_single(supa_explain(t(), 0, SUPA_PLAN_TEXT)),
             PLAN "text; for=\"application/vnd.pgrst.object+json\"; options=;"},
            {supa_strip_nulls(supa_explain(t(), 0, SUPA_PLAN_TEXT)),
             PLAN "text; for=\"application/vnd.pgrst.array+json" STRIP "\"; options=;"},
            {supa_explain(supa_insert(t(), "{}"), 0, SUPA_PLAN_TEXT),
             "Prefer: return=representation"},
            {supa_csv(supa_insert(t(), "{}")), "Prefer: return=representation"},
            {t(), "Content-Type"},
            {t(), "Prefer"},
        };
        table_headers(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void forms_that_contradict_each_other_are_refused(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_single(supa_csv(t())), "a single row, or one without nulls, in another form"},
            {supa_csv(supa_single(t())), "in another form than JSON"},
            {supa_maybe_single(supa_geojson(t())), "in another form than JSON"},
            {supa_strip_nulls(supa_csv(t())), "in another form than JSON"},
            {supa_accept(supa_strip_nulls(t()), "a/b"), "in another form than JSON"},
            {supa_single(supa_head(t())), "supa_head on a write, a single row or a plan"},
            {supa_head(supa_maybe_single(t())), "supa_head on a write, a single row"},
            {supa_head(supa_explain(t(), 0, SUPA_PLAN_TEXT)), "supa_head on a write"},
            {supa_head(supa_insert(t(), "{}")), "supa_head on a write"},
            {supa_head(supa_all_rows(supa_delete(t()))), "supa_head on a write"},
            {supa_head_reason(t()), "supa_head_reason without supa_head"},
            {supa_columns(t(), "a"), "on a query that writes no rows"},
            {supa_missing_default(t()), "on a query that writes no rows"},
            {supa_return_headers(t()), "on a query that writes no rows"},
            {supa_rollback(t()), "supa_rollback or supa_max_affected on a read"},
            {supa_max_affected(t(), 0), "supa_rollback or supa_max_affected on a read"},
            {supa_accept(t(), NULL), "supa_accept: the header's value is NULL"},
            {supa_accept(t(), ""), "supa_accept: the header's value is NULL, empty"},
            {supa_accept(t(), "json"), "not of the form type/subtype"},
            {supa_accept(t(), "a/b\r\nX: y"), "control character"},
            {supa_explain(t(), 32, SUPA_PLAN_TEXT), "supa_explain: the flags or the format"},
            {supa_explain(t(), -1, SUPA_PLAN_TEXT), "supa_explain: the flags or the format"},
            {supa_explain(t(), 0, (supa_plan)2), "supa_explain: the flags or the format"},
            {supa_count(t(), (supa_count_kind)4), "supa_count: the kind is none"},
            {supa_count(t(), (supa_count_kind)-1), "supa_count: the kind is none"},
            {supa_timeout(t(), -1), "supa_timeout: the time is negative"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void a_head_asks_for_no_rows(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    table_sent(
        &world, supa_head(supa_select(supa_eq(t(), "a", supa_int(1)), "id")), "HEAD",
        "t?select=id&a=eq.1", NULL);
    CU_ASSERT(world_sent(&world, "Accept: application/json"));
    table_sent(&world, supa_head(supa_count(t(), SUPA_COUNT_PLANNED)), "HEAD", "t", NULL);
    CU_ASSERT(world_sent(&world, "Prefer: count=planned"));
    world_end(&world);
}

static void the_cause_of_a_failed_head_is_asked_by_get(void)
{
    static const struct script answers[] = {
        {404, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
        {404, "Content-Type: application/json\n",
         "{\"code\":\"PGRST205\",\"message\":\"no such table\"}", SUPA_OK, SUPA_ANSWERED}};
    static const struct script lost = {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT};
    static const struct script good = {200, "Content-Range: */7\n", NULL, SUPA_OK, SUPA_ANSWERED};
    supa_response *response;
    supa_error error;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, 2);
    CU_ASSERT_EQUAL(supa_exec(supa_head_reason(supa_head(t())), &error), SUPA_ERROR_SERVER);
    CU_ASSERT_STRING_EQUAL(error.server_code, "PGRST205");
    CU_ASSERT_STRING_EQUAL(error.message, "no such table");
    CU_ASSERT(world_same(world.trail, "HEAD " WORLD_PREFIX "t\nGET " WORLD_PREFIX "t?limit=0\n"));
    world_answer(&world, answers, 1); /* the GET succeeds: the HEAD failed all the same */
    response = supa_execute(supa_eq(supa_head_reason(supa_head(t())), "a", supa_int(1)));
    CU_ASSERT_FALSE(supa_response_ok(response));
    CU_ASSERT(world_same(world.url, WORLD_PREFIX "t?a=eq.1&limit=0"));
    supa_response_free(response);
    world_answer(&world, answers, 2);
    CU_ASSERT_NOT_EQUAL(supa_exec(supa_head(t()), &error), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 1);
    world_answer(&world, &lost, 1);
    CU_ASSERT_EQUAL(supa_exec(supa_head_reason(supa_head(t())), &error), SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(world.calls, 1);
    world_answer(&world, &good, 1);
    response = supa_execute(supa_count(supa_head_reason(supa_head(t())), SUPA_COUNT_EXACT));
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT_EQUAL(supa_response_count(response), 7);
    CU_ASSERT_EQUAL(world.calls, 1);
    supa_response_free(response);
    world_end(&world);
}

static void other_forms_are_no_rows_but_a_body(void)
{
    static const struct script csv = {
        200, "Content-Type: text/csv\nContent-Length: 8\n", "a,b\n1,2\n", SUPA_OK, SUPA_ANSWERED};
    static const struct script plan = {
        200, "Content-Type: application/vnd.pgrst.plan+text\nTransfer-Encoding: chunked\n",
        "Seq Scan", SUPA_OK, SUPA_ANSWERED};
    supa_response *response;
    size_t length;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, &csv, 1);
    response = supa_execute(supa_csv(t()));
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT(world_same(supa_response_body(response, &length), "a,b\n1,2\n"));
    CU_ASSERT_EQUAL(length, 8);
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    supa_response_free(response);
    world_answer(&world, &plan, 1);
    response = supa_execute(supa_single(supa_explain(t(), 0, SUPA_PLAN_TEXT)));
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT(world_same(supa_response_body(response, &length), "Seq Scan"));
    supa_response_free(response);
    world_end(&world);
}

extern CU_TestInfo shape_tests[];
CU_TestInfo shape_tests[] = {
    {"orders by columns, paths and resources", orders_by_columns_paths_and_resources},
    {"embedded resources have a shape of their own", embedded_resources_have_a_shape_of_their_own},
    {"the form of the answer is asked for", the_form_of_the_answer_is_asked_for},
    {"forms that contradict each other are refused", forms_that_contradict_each_other_are_refused},
    {"a HEAD asks for no rows", a_head_asks_for_no_rows},
    {"the cause of a failed HEAD is asked by GET", the_cause_of_a_failed_head_is_asked_by_get},
    {"other forms are no rows, but a body", other_forms_are_no_rows_but_a_body},
    CU_TEST_INFO_NULL,
};
