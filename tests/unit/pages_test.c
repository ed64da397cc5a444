/* SPDX-License-Identifier: MIT */
/* supa_pages over the fake transport: what each page asks for, and when there are no more. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/cancel.h>
#include <supa/response.h>
#include <supa/rows.h>
#include <sys/wait.h>
#include <unistd.h>

#define JSON "Content-Type: application/json\n"

static struct world world;

static void start(void)
{
    supa_client_options options = world_options();

    options.retry_base_ms = 1;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
}

static supa_query *get(void)
{
    return supa_from(world.client, "t");
}

/* A page of rows with ids. */
static const char *page(int64_t first, int64_t last)
{
    static char texts[8][512];
    static size_t turn;
    char *text = texts[turn++ % 8];
    size_t used = (size_t)snprintf(text, 512, "[");

    for (int64_t id = first; id <= last; id++)
        used += (size_t)snprintf(
            text + used, 512 - used, "%s{\"id\":%lld,\"k\":\"k%lld\"}", id > first ? "," : "",
            (long long)id, (long long)id / 3);
    snprintf(text + used, 512 - used, "]");
    return text;
}

static struct script ok(const char *body)
{
    return (struct script){200, JSON, body, SUPA_OK, SUPA_ANSWERED};
}

/* Those that are left. */
static int read_on(supa_rows *rows, supa_error *error)
{
    supa_row row;
    int count = 0;

    while (supa_rows_next(rows, &row))
        count++;
    supa_rows_close(rows, error);
    return count;
}

/* Reads all rows, whose ids go on from 1: how many came; and the code. */
static int read_all(supa_rows *rows, supa_error *error)
{
    supa_row row;
    int count = 0;

    while (supa_rows_next(rows, &row)) {
        int64_t id = 0;

        supa_row_int64(row, "id", &id);
        CU_ASSERT_EQUAL(id, ++count);
    }
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 0);
    supa_rows_close(rows, error);
    return count;
}

#define T "GET " WORLD_PREFIX "t?"

static void each_page_begins_behind_the_last(void)
{
    static const struct {
        const char *columns;
        const char *trail;
    } rows[] = {
        {"id", T "order=id.asc&limit=3\n" T "id=gt.3&order=id.asc&limit=3\n" T
                 "id=gt.6&order=id.asc&limit=3\n"},
        {"id.desc", T "order=id.desc&limit=3\n" T "id=lt.3&order=id.desc&limit=3\n" T
                      "id=lt.6&order=id.desc&limit=3\n"},
        {" k , id ", T "order=k.asc,id.asc&limit=3\n" T
                       "or=(k.gt.k1,and(k.eq.k1,id.gt.3))&order=k.asc,id.asc&limit=3\n" T
                       "or=(k.gt.k2,and(k.eq.k2,id.gt.6))&order=k.asc,id.asc&limit=3\n"},
        {"k.desc,id.asc", T "order=k.desc,id.asc&limit=3\n" T
                            "or=(k.lt.k1,and(k.eq.k1,id.gt.3))&order=k.desc,id.asc&limit=3\n" T
                            "or=(k.lt.k2,and(k.eq.k2,id.gt.6))&order=k.desc,id.asc&limit=3\n"},
        {NULL, T "offset=0&limit=3\n" T "offset=3&limit=3\n" T "offset=6&limit=3\n"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct script answers[] = {ok(page(1, 3)), ok(page(4, 6)), ok(page(7, 8))};
        supa_error error;

        start();
        world_answer(&world, answers, 3);
        CU_ASSERT_EQUAL(read_all(supa_pages(get(), 3, rows[i].columns), &error), 8);
        CU_ASSERT_EQUAL(error.code, SUPA_OK);
        CU_ASSERT(world_same(world.trail, rows[i].trail));
        world_end(&world);
    }
}

static void three_columns_are_compared_in_turn(void)
{
    const struct script answers[] = {ok("[{\"id\":1,\"a\":\"x,y\",\"b\":true}]"), ok("[]")};
    supa_error error;

    start();
    world_answer(&world, answers, 2);
    CU_ASSERT_EQUAL(read_all(supa_pages(get(), 1, "a,b.desc,id"), &error), 1);
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    CU_ASSERT(world_holds(
        world.url, "?or=(a.gt.%22x,y%22,and(a.eq.%22x,y%22,b.lt.true),"
                   "and(a.eq.%22x,y%22,b.eq.true,id.gt.1))&order=a.asc,b.desc,id.asc&limit=1"));
    world_end(&world);
}

static void the_query_s_own_conditions_stay(void)
{
    const struct script answers[] = {ok(page(1, 2)), ok("[]")};
    supa_query *q;
    supa_error error;

    start();
    world_answer(&world, answers, 2);
    q = supa_select(supa_eq(get(), "a", supa_text("x")), "id,k");
    CU_ASSERT_EQUAL(read_all(supa_pages(q, 2, "id"), &error), 2);
    CU_ASSERT(world_same(
        world.trail, T "select=id,k&a=eq.x&order=id.asc&limit=2\n" T
                       "select=id,k&a=eq.x&id=gt.2&order=id.asc&limit=2\n"));
    world_answer(&world, answers, 2);
    CU_ASSERT_EQUAL(read_all(supa_pages(supa_order(get(), "k", SUPA_DESC), 2, NULL), &error), 2);
    CU_ASSERT(world_holds(world.url, "order=k.desc"));
    world_end(&world);
}

/* How many requests pages of these sizes take: a server may give fewer rows than are asked for. */
static void the_last_page_is_known_by_its_size(void)
{
    static const struct {
        int sizes[5];
        size_t calls;
        int rows;
    } rows[] = {
        {{0}, 1, 0},          {{5, 0}, 2, 5},       {{5, 5, 0}, 3, 10}, {{5, 4}, 2, 9},
        {{2, 2, 2, 1}, 4, 7}, {{2, 2, 2, 0}, 4, 6}, {{1, 0}, 2, 1},     {{2, 5, 3}, 3, 10},
    };

    start();
    for (int keyset = 0; keyset <= 1; keyset++) {
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct script answers[5];
            int64_t at = 0;
            supa_error error;

            for (size_t k = 0; k < 5; k++) {
                answers[k] = ok(page(at + 1, at + rows[i].sizes[k]));
                at += rows[i].sizes[k];
            }
            world_answer(&world, answers, 5);
            CU_ASSERT_EQUAL(
                read_all(supa_pages(get(), 5, keyset ? "id" : NULL), &error), rows[i].rows);
            CU_ASSERT_EQUAL(error.code, SUPA_OK);
            CU_ASSERT_EQUAL(world.calls, rows[i].calls);
        }
    }
    world_end(&world);
}

static void offsets_follow_what_came(void)
{
    const struct script answers[] = {ok(page(1, 2)), ok(page(3, 4)), ok(page(5, 5))};
    supa_error error;

    start();
    world_answer(&world, answers, 3);
    CU_ASSERT_EQUAL(read_all(supa_pages(get(), 100, NULL), &error), 5);
    CU_ASSERT(world_same(
        world.trail, T "offset=0&limit=100\n" T "offset=2&limit=100\n" T "offset=4&limit=100\n"));
    world_end(&world);
}

static void an_error_amid_the_pages_ends_them(void)
{
    const struct script answers[] = {
        ok(page(1, 2)),
        ok(page(3, 4)),
        {400, JSON, "{\"code\":\"57014\",\"message\":\"too slow\"}", SUPA_OK, SUPA_ANSWERED}};
    const struct script broken[] = {ok(page(1, 2)), ok("[{\"id\":3},{\"id\":")};
    const struct script first = {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN};
    supa_error error;

    start();
    world_answer(&world, answers, 3);
    CU_ASSERT_EQUAL(read_all(supa_pages(get(), 2, "id"), &error), 4);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_DATABASE);
    CU_ASSERT(world_same(error.message, "too slow"));
    CU_ASSERT(world_same(error.relation, "t"));
    world_answer(&world, broken, 2);
    CU_ASSERT_EQUAL(read_all(supa_pages(get(), 2, "id"), &error), 2);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_MALFORMED);
    world_answer(&world, &first, 1);
    CU_ASSERT_EQUAL(read_all(supa_pages(get(), 2, "id"), &error), 0);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_NETWORK);
    world_end(&world);
}

static void a_page_is_tried_again(void)
{
    const struct script answers[] = {
        ok(page(1, 2)), {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, ok(page(3, 3))};
    supa_error error;

    start();
    world_answer(&world, answers, 3);
    CU_ASSERT_EQUAL(read_all(supa_pages(supa_retry(get(), 1), 2, "id"), &error), 3);
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    world_end(&world);
}

/* The rows of the page are given all the same. */
static void a_row_without_its_key_is_an_error(void)
{
    static const struct {
        const char *columns, *body, *words;
    } rows[] = {
        {"id", "[{\"id\":1},{\"id\":2,\"x\":1}]", NULL},
        {"x", "[{\"id\":1},{\"id\":2}]", "supa_pages(\"x\"): the unique column is not among"},
        {"x", "[{\"id\":1},{\"id\":2,\"x\":null}]", "is null or no plain value"},
        {"id,x", "[{\"id\":1},{\"id\":2,\"x\":[1]}]", "is null or no plain value"},
        {"x", "[{\"id\":1},{\"id\":2,\"x\":{}}]", "is null or no plain value"},
    };

    start();
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct script answers[] = {ok(rows[i].body), ok("[]")};
        supa_error error;

        world_answer(&world, answers, 2);
        CU_ASSERT_EQUAL(read_all(supa_pages(get(), 2, rows[i].columns), &error), 2);
        CU_ASSERT_EQUAL(error.code, rows[i].words != NULL ? SUPA_ERROR_ARGUMENT : SUPA_OK);
        CU_ASSERT(rows[i].words == NULL || world_holds(error.message, rows[i].words));
    }
    world_end(&world);
}

static void what_cannot_be_paged_is_refused(void)
{
    static char long_name[300];

    start();
    memset(long_name, 'n', sizeof long_name - 1);
    const struct {
        supa_query *q;
        int64_t size;
        const char *columns, *words;
    } rows[] = {
        {get(), 0, "id", "less than 1"},
        {get(), -1, NULL, "less than 1"},
        {supa_eq(supa_delete(get()), "id", supa_int(1)), 1, "id", "only reads"},
        {supa_rpc(world.client, "f"), 1, "id", "only reads"},
        {supa_head(get()), 1, "id", "only reads"},
        {supa_csv(get()), 1, "id", "only reads"},
        {supa_explain(get(), 0, SUPA_PLAN_JSON), 1, "id", "only reads"},
        {supa_single(get()), 1, "id", "single rows"},
        {supa_count(get(), SUPA_COUNT_EXACT), 1, "id", "counts"},
        {supa_split(get()), 1, "id", "supa_split"},
        {supa_limit(get(), 3), 1, "id", "a limit"},
        {supa_range(get(), 0, 3), 1, NULL, "a limit"},
        {supa_order(get(), "a", SUPA_ASC), 1, "id", "an order"},
        {get(), 1, "", "1 to 8 names"},
        {get(), 1, "a,,b", "1 to 8 names"},
        {get(), 1, "a,", "1 to 8 names"},
        {get(), 1, ".desc", "column's name is empty"},
        {get(), 1, "a,b,c,d,e,f,g,h,i", "1 to 8 names"},
        {get(), 1, long_name, "1 to 8 names"},
        {supa_timeout(get(), -1), 1, "id", "negative"},
        {supa_template("t"), 1, "id", "template"},
        {NULL, 1, "id", "NULL"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        CU_ASSERT_EQUAL(read_all(supa_pages(rows[i].q, rows[i].size, rows[i].columns), &error), 0);
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
        CU_ASSERT(world_holds(error.message, rows[i].words));
    }
    CU_ASSERT_EQUAL(world.calls, 0);
    world_end(&world);
}

static void pages_can_be_closed_early_and_cancelled(void)
{
    const struct script answers[] = {ok(page(1, 2)), ok(page(3, 4)), ok(page(5, 6))};
    supa_cancel *token = supa_cancel_new();
    supa_error error;
    supa_rows *rows;
    supa_row row;

    start();
    world_answer(&world, answers, 3);
    CU_ASSERT_EQUAL(supa_rows_close(supa_pages(get(), 2, "id"), NULL), SUPA_OK);
    rows = supa_pages(supa_cancel_with(get(), token), 2, "id");
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    world_answer(&world, answers, 3);
    rows = supa_pages(supa_cancel_with(get(), token), 2, "id");
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    supa_cancel_fire(token);
    while (supa_rows_next(rows, &row))
        continue;
    CU_ASSERT_EQUAL(supa_rows_close(rows, &error), SUPA_ERROR_CANCELLED);
    supa_cancel_unref(token);
    world_end(&world);
}

static void the_next_page_is_asked_for_ahead(void)
{
    const struct script answers[] = {ok(page(1, 2)), ok(page(3, 4)), ok(page(5, 5))};
    supa_rows *rows;
    supa_row row;

    start();
    world_answer(&world, answers, 3);
    rows = supa_pages(get(), 2, "id");
    CU_ASSERT_EQUAL(world.calls, 1);
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    CU_ASSERT_EQUAL(world.calls, 2);
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    CU_ASSERT_EQUAL(world.calls, 2);
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    CU_ASSERT_EQUAL(world.calls, 3);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    world_end(&world);
}

/* In the child: 0, or what went wrong. The page that is there already may be read. */
static int read_on_in_child(supa_rows *rows)
{
    supa_error error;
    supa_row row;

    if (supa_rows_next(rows, &row) != 1 || supa_rows_next(rows, &row) != 1)
        return 1;
    if (supa_rows_next(rows, &row) != 0)
        return 2;
    if (supa_rows_close(rows, &error) != SUPA_ERROR_ARGUMENT)
        return 3;
    return strstr(error.message, "before a fork") != NULL ? 0 : 4;
}

static void a_child_of_fork_is_told_so(void)
{
    const struct script answers[] = {ok(page(1, 3)), ok(page(4, 6)), ok(page(7, 7))};
    supa_error error;
    supa_rows *rows;
    supa_row row;
    int status = -1;
    pid_t child;

    start();
    world_answer(&world, answers, 3);
    rows = supa_pages(get(), 3, "id");
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    child = fork();
    if (child == 0)
        _exit(read_on_in_child(rows));
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT_EQUAL(read_on(rows, &error), 6); /* the parent goes on */
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    world_answer(&world, answers, 3);
    rows = supa_pages(get(), 3, "id"); /* not begun to be read */
    child = fork();
    if (child == 0)
        _exit(supa_rows_next(rows, &row) != 0 ? 1 : supa_rows_close(rows, NULL));
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    world_end(&world);
}

static void each_failed_allocation_is_reported(void)
{
    static const char *const columns[] = {"id", "k,id", NULL};
    const struct script answers[] = {ok(page(1, 2)), ok(page(3, 4)), ok(page(5, 5))};

    start();
    for (size_t i = 0; i < COUNT(columns); i++) {
        size_t reported = 0;
        int failed = 1;

        for (size_t n = 1; failed; n++) {
            supa_error error;
            int count;

            world_answer(&world, answers, 3);
            world_fail_at(n);
            count = read_all(supa_pages(get(), 2, columns[i]), &error);
            failed = world_failed();
            CU_ASSERT(
                error.code == SUPA_OK ? count == 5
                                      : failed && error.code == SUPA_ERROR_NO_MEMORY && count < 5);
            reported += error.code != SUPA_OK;
            CU_ASSERT_FATAL(n < 2000);
        }
        CU_ASSERT(reported > 0);
    }
    world_end(&world);
}

extern CU_TestInfo pages_tests[];
CU_TestInfo pages_tests[] = {
    {"each page begins behind the last", each_page_begins_behind_the_last},
    {"three columns are compared in turn", three_columns_are_compared_in_turn},
    {"the query's own conditions stay", the_query_s_own_conditions_stay},
    {"the last page is known by its size", the_last_page_is_known_by_its_size},
    {"offsets follow what came", offsets_follow_what_came},
    {"an error amid the pages ends them", an_error_amid_the_pages_ends_them},
    {"a page is tried again", a_page_is_tried_again},
    {"a row without its key is an error", a_row_without_its_key_is_an_error},
    {"what cannot be paged is refused", what_cannot_be_paged_is_refused},
    {"pages can be closed early and cancelled", pages_can_be_closed_early_and_cancelled},
    {"the next page is asked for ahead", the_next_page_is_asked_for_ahead},
    {"a child of fork is told so", a_child_of_fork_is_told_so},
    {"each failed allocation is reported", each_failed_allocation_is_reported},
    CU_TEST_INFO_NULL,
};
