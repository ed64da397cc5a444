/* SPDX-License-Identifier: MIT */
/* Groups of filters: how they nest, what breaks them, and when they hold for every row. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/query.h>

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

/* A filter of its own on @column. */
static supa_query *f(supa_query *q, const char *column)
{
    return supa_eq(q, column, supa_int(1));
}

static supa_query *either(supa_query *q)
{
    return supa_end(f(f(supa_or(q), "a"), "b"));
}

static void groups_nest(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {either(t()), "t?or=(a.eq.1,b.eq.1)"},
            {supa_end(f(f(supa_and(t()), "a"), "b")), "t?and=(a.eq.1,b.eq.1)"},
            {supa_end(f(supa_or(t()), "a")), "t?or=(a.eq.1)"},
            {f(either(f(t(), "x")), "y"), "t?x=eq.1&or=(a.eq.1,b.eq.1)&y=eq.1"},
            {either(either(t())), "t?or=(a.eq.1,b.eq.1)&or=(a.eq.1,b.eq.1)"},
            {supa_end(f(supa_end(f(f(supa_and(f(supa_or(t()), "a")), "b"), "c")), "d")),
             "t?or=(a.eq.1,and(b.eq.1,c.eq.1),d.eq.1)"},
            {supa_end(either(supa_and(t()))), "t?and=(or(a.eq.1,b.eq.1))"},
            {supa_end(supa_end(supa_end(f(supa_or(supa_and(supa_or(t()))), "a")))),
             "t?or=(and(or(a.eq.1)))"},
            {either(supa_not(t())), "t?not.or=(a.eq.1,b.eq.1)"},
            {supa_end(f(supa_and(supa_not(t())), "a")), "t?not.and=(a.eq.1)"},
            {supa_end(either(supa_not(supa_and(t())))), "t?and=(not.or(a.eq.1,b.eq.1))"},
            {supa_end(f(supa_not(f(supa_or(t()), "a")), "b")), "t?or=(a.eq.1,b.not.eq.1)"},
            {f(either(supa_not(t())), "c"), "t?not.or=(a.eq.1,b.eq.1)&c=eq.1"},
            {supa_limit(either(t()), 3), "t?or=(a.eq.1,b.eq.1)&limit=3"},
            {supa_end(f(supa_or(t()), "or")), "t?or=(%22or%22.eq.1)"},
            {supa_end(f(supa_or(t()), "d->>k,x")), "t?or=(d-%3E%3E%22k,x%22.eq.1)"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void groups_stand_on_embedded_resources(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct row rows[] = {
            {supa_end(f(f(supa_or_on(t(), "r"), "a"), "b")), "t?r.or=(a.eq.1,b.eq.1)"},
            {supa_end(f(supa_and_on(t(), "r.s"), "a")), "t?r.s.and=(a.eq.1)"},
            {supa_end(f(supa_or_on(supa_not(t()), "r"), "a")), "t?r.not.or=(a.eq.1)"},
            {supa_end(either(supa_and_on(t(), "my rel"))), "t?my%20rel.and=(or(a.eq.1,b.eq.1))"},
            {supa_end(f(supa_or_on(t(), "x,y"), "a")), "t?%22x,y%22.or=(a.eq.1)"},
            {supa_end(f(supa_or_on(supa_select(t(), "*,c:orders(id)"), "c"), "a")),
             "t?select=*,c:orders(id)&c.or=(a.eq.1)"},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    {
        const struct mistake rows[] = {
            {supa_or_on(t(), NULL), "supa_or_on: the column is NULL"},
            {supa_and_on(t(), ""), "supa_and_on(\"\"): the column is empty"},
            {supa_or_on(supa_or(t()), "r"), "supa_or_on(\"r\"): a group on an embedded resource"},
            {supa_and_on(supa_or_on(t(), "r"), "s"), "stands outside of other groups"},
            {f(supa_or(t()), "r.a"), "supa_eq(\"r.a\"): a group filters the rows of one resource"},
            {f(supa_or_on(t(), "r"), "r.a"), "supa_or_on and supa_and_on begin one"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void groups_are_balanced_and_not_empty(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_end(t()), "supa_end: no group is open"},
            {supa_end(either(t())), "supa_end: no group is open"},
            {supa_end(supa_or(t())), "supa_end: the group is empty"},
            {supa_end(supa_end(supa_and(supa_or(t())))), "supa_end: the group is empty"},
            {supa_end(supa_or_on(t(), "r")), "supa_end: the group is empty"},
            {supa_or(t()), "a group is not ended"},
            {f(supa_or(t()), "a"), "a group is not ended"},
            {either(supa_and(t())), "a group is not ended"},
            {supa_not(t()), "supa_not has no filter behind it"},
            {supa_not(f(t(), "a")), "supa_not has no filter behind it"},
            {supa_not(supa_not(t())), "supa_not: it follows supa_not"},
            {supa_end(supa_not(f(supa_or(t()), "a"))), "supa_end: it follows supa_not"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static supa_query *nested(size_t depth)
{
    supa_query *q = t();

    for (size_t i = 0; i < depth; i++)
        q = i % 2 == 0 ? supa_or(q) : supa_and(q);
    f(q, "a");
    for (size_t i = 0; i < depth; i++)
        supa_end(q);
    return q;
}

static void groups_nest_to_a_depth(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_EQUAL(supa_exec(nested(32), NULL), SUPA_OK);
    CU_ASSERT(world_holds(world.url, "t?or=(and(or(and("));
    CU_ASSERT(world_holds(world.url, "(a.eq.1))))))))))))))))))))))))))))))))"));
    table_refused(&world, nested(33), SUPA_ERROR_ARGUMENT, "supa_or: groups are nested too deeply");
    table_refused(&world, nested(500), SUPA_ERROR_ARGUMENT, "nested too deeply");
    world_end(&world);
}

/* Every call that is no filter, on a query with something open. */
#define CALLS(open)                                                                                \
    {                                                                                              \
        supa_select(open, "*"), supa_returning(open, "*"), supa_return_headers(open),              \
            supa_count(open, SUPA_COUNT_EXACT), supa_head(open), supa_head_reason(open),           \
            supa_insert(open, "{}"), supa_insert_row(open), supa_set(open, "a", supa_int(1)),      \
            supa_upsert(open, "{}", NULL), supa_ignore_duplicates(open), supa_update(open, "{}"),  \
            supa_update_row(open), supa_delete(open), supa_put(open, "{}"),                        \
            supa_columns(open, "a"), supa_missing_default(open), supa_all_rows(open),              \
            supa_body(open, "text/csv", "a", 1), supa_body_borrow(open, "text/csv", "a", 1),       \
            supa_body_from(open, "text/csv", no_more, NULL, -1), supa_order(open, "a", 0),         \
            supa_limit(open, 1), supa_range(open, 0, 1), supa_order_on(open, "r", "a", 0),         \
            supa_limit_on(open, "r", 1), supa_range_on(open, "r", 0, 1), supa_single(open),        \
            supa_maybe_single(open), supa_csv(open), supa_geojson(open), supa_strip_nulls(open),   \
            supa_accept(open, "a/b"), supa_explain(open, 0, SUPA_PLAN_TEXT), supa_rollback(open),  \
            supa_max_affected(open, 1), supa_strict(open), supa_timezone(open, "UTC"),             \
            supa_schema(open, "s"), supa_header(open, "X", "y"), supa_token(open, "t"),            \
            supa_timeout(open, 1), supa_own_copy(open), supa_any_store(open),                      \
            supa_arg(open, "a", supa_int(1)), supa_args(open, "{}"), supa_rpc_get(open)            \
    }

static int64_t no_more(void *user, void *out, size_t size)
{
    (void)user;
    (void)out;
    (void)size;
    return 0;
}

static void nothing_but_filters_stands_in_a_group(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        supa_query *in_group[] = CALLS(f(supa_or(t()), "a"));
        supa_query *behind_not[] = CALLS(supa_not(t()));

        for (size_t i = 0; i < COUNT(in_group); i++)
            table_refused(
                &world, in_group[i], SUPA_ERROR_ARGUMENT,
                "a group is open: supa_end is missing before it");
        for (size_t i = 0; i < COUNT(behind_not); i++)
            table_refused(
                &world, behind_not[i], SUPA_ERROR_ARGUMENT,
                "it follows supa_not, which wants a filter or group");
    }
    world_end(&world);
}

/* A filter, closed in a group of its own. */
static supa_query *all_of_nothing(supa_query *q)
{
    return supa_filter_all(q, "a", "eq", supa_ints(NULL, 0));
}

static supa_query *none_of_nothing(supa_query *q)
{
    return supa_not_in(q, "a", supa_ints(NULL, 0));
}

static supa_query *in_nothing(supa_query *q)
{
    return supa_in(q, "a", supa_ints(NULL, 0));
}

static supa_query *any_of_nothing(supa_query *q)
{
    return supa_filter_any(q, "a", "eq", supa_ints(NULL, 0));
}

static supa_query *del(void)
{
    return supa_delete(t());
}

static supa_query *update(void)
{
    return supa_update(t(), "{}");
}

static void a_write_with_a_filter_that_always_holds_is_refused(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {none_of_nothing(del()), "a filter that is always true"},
            {none_of_nothing(update()), "a filter that is always true"},
            {in_nothing(supa_not(del())), "always true"},
            {none_of_nothing(f(update(), "b")), "always true"},
            {none_of_nothing(supa_all_rows(del())), "always true"},
            {all_of_nothing(del()), "always true"},
            {any_of_nothing(supa_not(update())), "always true"},
            {supa_filter(del(), "a", "not.in", supa_texts(NULL, 0)), "always true"},
            {supa_filter(del(), "a", "gt(all)", supa_texts(NULL, 0)), "always true"},
            {supa_filter_texts(del(), "a", "not.in", NULL, 0), "always true"},
            {supa_like_all(del(), "a", supa_texts(NULL, 0)), "always true"},
            {supa_end(none_of_nothing(f(supa_or(del()), "b"))), "always true"},
            {supa_end(f(none_of_nothing(supa_or(update())), "b")), "always true"},
            {supa_end(none_of_nothing(supa_and(del()))), "always true"},
            {supa_end(all_of_nothing(none_of_nothing(supa_and(del())))), "always true"},
            {supa_end(in_nothing(supa_or(supa_not(del())))), "always true"},
            {supa_end(f(in_nothing(supa_and(supa_not(del()))), "b")), "always true"},
            {supa_end(supa_end(none_of_nothing(supa_and(f(supa_or(del()), "b"))))), "always true"},
            {supa_end(supa_end(in_nothing(supa_or(supa_not(supa_or(del())))))), "always true"},
        };
        table_mistakes(&world, SUPA_ERROR_UNFILTERED, rows, COUNT(rows));
    }
    world_end(&world);
}

static void a_write_with_a_filter_that_may_not_hold_is_sent(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct write rows[] = {
            {in_nothing(del()), "DELETE", "t?a=in.()", NULL},
            {in_nothing(update()), "PATCH", "t?a=in.()", "{}"},
            {any_of_nothing(del()), "DELETE", "t?a=eq(any).%7B%7D", NULL},
            {none_of_nothing(supa_not(del())), "DELETE", "t?a=in.()", NULL},
            {all_of_nothing(supa_not(del())), "DELETE", "t?a=not.eq(all).%7B%7D", NULL},
            {supa_end(f(none_of_nothing(supa_and(del())), "b")), "DELETE",
             "t?and=(a.not.in.(),b.eq.1)", NULL},
            {supa_end(f(in_nothing(supa_or(del())), "b")), "DELETE", "t?or=(a.in.(),b.eq.1)", NULL},
            {supa_end(in_nothing(f(supa_and(del()), "b"))), "DELETE", "t?and=(b.eq.1,a.in.())",
             NULL},
            {supa_end(f(none_of_nothing(supa_or(supa_not(del()))), "b")), "DELETE",
             "t?not.or=(a.not.in.(),b.eq.1)", NULL},
            {supa_or_raw(del(), "a.eq.1"), "DELETE", "t?or=(a.eq.1)", NULL},
            {supa_filter_raw(del(), "a", "eq.1"), "DELETE", "t?a=eq.1", NULL},
        };
        table_writes(&world, rows, COUNT(rows));
    }
    table_sent(&world, none_of_nothing(t()), "GET", "t?a=not.in.()", NULL);
    table_sent(&world, all_of_nothing(t()), "GET", "t?a=eq(all).%7B%7D", NULL);
    world_end(&world);
}

extern CU_TestInfo groups_tests[];
CU_TestInfo groups_tests[] = {
    {"groups nest", groups_nest},
    {"groups stand on embedded resources", groups_stand_on_embedded_resources},
    {"groups are balanced and not empty", groups_are_balanced_and_not_empty},
    {"groups nest to a depth", groups_nest_to_a_depth},
    {"nothing but filters stands in a group", nothing_but_filters_stands_in_a_group},
    {"a write with a filter that always holds is refused",
     a_write_with_a_filter_that_always_holds_is_refused},
    {"a write with a filter that may not hold is sent",
     a_write_with_a_filter_that_may_not_hold_is_sent},
    CU_TEST_INFO_NULL,
};
