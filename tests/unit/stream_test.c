/* SPDX-License-Identifier: MIT */
/* Rows one by one: the stream alone, and supa_rows_open over the fake transport. */
#include "result/stream.h"

#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/response.h>
#include <supa/rows.h>

static struct world world;
static struct stream stream;

static int feed(const char *text)
{
    return stream.sink.take(&stream.sink, text, strlen(text));
}

static int64_t id_of(supa_row row)
{
    int64_t id = -1;

    supa_row_int64(row, "id", &id);
    return id;
}

/* The rows that are there: how many, with ids that go on from @id. */
static int take_rows(int64_t id)
{
    supa_row row;
    int count = 0;

    while (stream_next(&stream, &row) == STREAM_ROW)
        CU_ASSERT_EQUAL(id_of(row), id + count++);
    return count;
}

static void rows_come_out_wherever_the_text_is_cut(void)
{
    static const char text[] = " [ {\"id\":1} , {\"id\":2,\"t\":\"]}\\\"\"},{\"id\":3} ] \n";

    for (size_t cut = 0; cut < sizeof text; cut++) {
        int count;

        stream_init(&stream, -1);
        CU_ASSERT_EQUAL(stream.sink.take(&stream.sink, text, cut), 0);
        count = take_rows(1);
        CU_ASSERT_EQUAL(stream.sink.take(&stream.sink, text + cut, sizeof text - 1 - cut), 0);
        count += take_rows(1 + count);
        CU_ASSERT_EQUAL(count, 3);
        CU_ASSERT_EQUAL(stream.rows, 3);
        CU_ASSERT_EQUAL(stream_finish(&stream), SUPA_OK);
        stream_free(&stream);
    }
}

static void an_end_is_an_end(void)
{
    static const struct {
        const char *text;
        int rows;
        enum stream_step last;
        supa_code code;
        const char *words;
    } rows[] = {
        {"[]", 0, STREAM_END, SUPA_OK, ""},
        {"  [ ]  ", 0, STREAM_END, SUPA_OK, ""},
        {"", 0, STREAM_MORE, SUPA_ERROR_MALFORMED, "near byte 0"},
        {"[", 0, STREAM_MORE, SUPA_ERROR_MALFORMED, "near byte 1"},
        {"[{\"id\":1}", 1, STREAM_MORE, SUPA_ERROR_MALFORMED, "of the answer"},
        {"[{\"id\":1},", 1, STREAM_MORE, SUPA_ERROR_MALFORMED, "of the answer"},
        {"[{\"id\":1},{\"id\"", 1, STREAM_MORE, SUPA_ERROR_MALFORMED, "of the answer"},
        {"[{\"id\":1}] x", 1, STREAM_BAD, SUPA_ERROR_MALFORMED, "of the answer"},
        {"{\"id\":1}", 0, STREAM_BAD, SUPA_ERROR_MALFORMED, "of the answer"},
        {"<html>", 0, STREAM_BAD, SUPA_ERROR_MALFORMED, "of the answer"},
        {"[{\"id\":1},{\"id\":tru}]", 1, STREAM_BAD, SUPA_ERROR_MALFORMED, "row 2 of the answer"},
        {"[{\"id\":1},{\"id\":01}]", 1, STREAM_BAD, SUPA_ERROR_MALFORMED, "row 2 of the answer"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_row row;

        stream_init(&stream, -1);
        feed(rows[i].text);
        CU_ASSERT_EQUAL(take_rows(1), rows[i].rows);
        CU_ASSERT_EQUAL(stream_next(&stream, &row), rows[i].last);
        CU_ASSERT_EQUAL(stream_finish(&stream), (int)rows[i].code);
        CU_ASSERT(world_holds(stream.error.message, rows[i].words));
        stream_free(&stream);
    }
}

static void a_row_may_be_too_large(void)
{
    supa_row row;

    stream_init(&stream, 12);
    feed("[{\"id\":1},{\"id\":1234567890}]");
    CU_ASSERT_EQUAL(take_rows(1), 1);
    CU_ASSERT_EQUAL(stream_next(&stream, &row), STREAM_BAD);
    CU_ASSERT_EQUAL(stream_finish(&stream), SUPA_ERROR_TOO_LARGE);
    stream_free(&stream);
}

/* @n bytes of a list's inside: rows of 16 bytes. */
static void fill(char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = "{\"id\": 1234567},"[i % 16];
}

static void rows_that_are_not_taken_hold_the_server_up(void)
{
    static char bytes[16384];
    supa_row row;
    int taken = 0, rest;

    fill(bytes, sizeof bytes);
    stream_init(&stream, -1);
    CU_ASSERT_EQUAL(feed("["), 0);
    while (taken < 10 && stream.sink.take(&stream.sink, bytes, sizeof bytes) == 0)
        taken++;
    CU_ASSERT(taken == 3 || taken == 4); /* 64 KiB at most */
    CU_ASSERT_EQUAL(stream.sink.take(&stream.sink, bytes, sizeof bytes), 1);
    for (rest = 0; stream_next(&stream, &row) == STREAM_ROW; rest++)
        continue;
    CU_ASSERT_EQUAL(rest, taken * 1024);
    CU_ASSERT_EQUAL(stream.sink.take(&stream.sink, bytes, sizeof bytes), 0);
    stream_free(&stream);
}

/* Or a row larger than what is held would never be whole. */
static void a_large_row_goes_on(void)
{
    static char bytes[16384];
    supa_row row;

    memset(bytes, 'x', sizeof bytes);
    stream_init(&stream, -1);
    feed("[{\"id\":1,\"t\":\"");
    for (int i = 0; i < 20; i++) {
        CU_ASSERT_EQUAL(stream.sink.take(&stream.sink, bytes, sizeof bytes), 0);
        CU_ASSERT_EQUAL(stream_next(&stream, &row), STREAM_MORE);
    }
    feed("\"}]");
    CU_ASSERT_EQUAL(take_rows(1), 1);
    CU_ASSERT_EQUAL(stream_finish(&stream), SUPA_OK);
    stream_free(&stream);
}

static supa_rows *open_rows(const char *body)
{
    static struct script answer;

    answer = (struct script){200, "Content-Type: application/json\n", body, SUPA_OK, SUPA_ANSWERED};
    world_answer(&world, &answer, 1);
    return supa_rows_open(supa_from(world.client, "products"));
}

static void a_result_is_read_row_by_row(void)
{
    static const struct {
        const char *body;
        int rows;
        supa_code code;
    } rows[] = {
        {"[]", 0, SUPA_OK},
        {"[{\"id\":1}]", 1, SUPA_OK},
        {"[{\"id\":1},{\"id\":2},{\"id\":3}]", 3, SUPA_OK},
        {"[{\"id\":1},{\"id\":2},{\"id\"", 2, SUPA_ERROR_MALFORMED},
        {"[{\"id\":1},{\"id\":2}", 2, SUPA_ERROR_MALFORMED},
        {"[{\"id\":1},{\"id\":nope},{\"id\":3}]", 1, SUPA_ERROR_MALFORMED},
        {"", 0, SUPA_ERROR_MALFORMED},
        {"{\"id\":1}", 0, SUPA_ERROR_MALFORMED},
    };

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_rows *opened = open_rows(rows[i].body);
        supa_error error;
        supa_row row;
        int count = 0;

        while (supa_rows_next(opened, &row))
            CU_ASSERT_EQUAL(id_of(row), ++count);
        CU_ASSERT_EQUAL(count, rows[i].rows);
        CU_ASSERT_EQUAL(supa_rows_next(opened, &row), 0);
        CU_ASSERT_EQUAL(supa_rows_error(opened) != NULL, rows[i].code != SUPA_OK);
        CU_ASSERT_EQUAL(supa_rows_close(opened, &error), (int)rows[i].code);
        CU_ASSERT_EQUAL(error.code, (int)rows[i].code);
        CU_ASSERT(world_same(error.relation, rows[i].code != SUPA_OK ? "products" : ""));
        CU_ASSERT(world_same(error.store_id, rows[i].code != SUPA_OK ? WORLD_STORE : ""));
    }
    world_end(&world);
}

static void rows_can_be_closed_early(void)
{
    supa_rows *rows;
    supa_row row;

    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_EQUAL(supa_rows_close(open_rows("[{\"id\":1},{\"id\":2}]"), NULL), SUPA_OK);
    rows = open_rows("[{\"id\":1},{\"id\":2},{\"id\":nope}]");
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(supa_rows_close(NULL, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(supa_rows_next(NULL, &row), 0);
    CU_ASSERT_PTR_NULL(supa_rows_error(NULL));
    world_end(&world);
}

static void what_failed_before_its_rows_is_tried_again(void)
{
    static const struct script answers[] = {
        {503, NULL, "[{\"id\":9}]", SUPA_OK, SUPA_ANSWERED},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
        {200, NULL, "[{\"id\":1}]", SUPA_OK, SUPA_ANSWERED}};
    supa_rows *rows;
    supa_row row;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, 3);
    rows = supa_rows_open(supa_retry(supa_from(world.client, "t"), 2));
    CU_ASSERT_EQUAL(world.waits, 2);
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    CU_ASSERT_EQUAL(id_of(row), 1);
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 0);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    world_end(&world);
}

static void errors_of_the_server_are_told(void)
{
    static const struct script answer = {
        404, "Content-Type: application/json\n", "{\"code\":\"42P01\",\"message\":\"no table\"}",
        SUPA_OK, SUPA_ANSWERED};
    supa_rows *rows;
    supa_error error;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, &answer, 1);
    rows = supa_rows_open(supa_from(world.client, "t"));
    CU_ASSERT(world_same(supa_rows_error(rows)->message, "no table"));
    CU_ASSERT_EQUAL(supa_rows_close(rows, &error), SUPA_ERROR_DATABASE);
    CU_ASSERT_EQUAL(error.http_status, 404);
    world_end(&world);
}

static supa_query *from(void)
{
    return supa_from(world.client, "t");
}

static void what_is_no_list_of_json_rows_is_refused(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    const struct mistake rows[] = {
        {supa_csv(from()), "only JSON rows"},
        {supa_head(from()), "only JSON rows"},
        {supa_explain(from(), 0, SUPA_PLAN_JSON), "only JSON rows"},
        {supa_single(from()), "single row"},
        {supa_maybe_single(from()), "single row"},
        {supa_split(from()), "parts"},
        {supa_insert(from(), "{}"), "no rows"},
        {supa_eq(supa_delete(from()), "id", supa_int(1)), "no rows"},
        {supa_timeout(from(), -1), "negative"},
        {supa_template("t"), "template"},
        {NULL, "NULL"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        CU_ASSERT_EQUAL(supa_rows_close(supa_rows_open(rows[i].q), &error), SUPA_ERROR_ARGUMENT);
        CU_ASSERT(world_holds(error.message, rows[i].words));
        CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    }
    CU_ASSERT_EQUAL(world.calls, 0);
    world_end(&world);
}

static void a_write_s_rows_can_be_read(void)
{
    static const struct script answers[] = {
        {200, "Preference-Applied: tx=rollback\n", "[]", SUPA_OK, SUPA_ANSWERED},
        {201, "Preference-Applied: tx=rollback\n", "[{\"id\":1}]", SUPA_OK, SUPA_ANSWERED}};
    supa_query *q;
    supa_rows *rows;
    supa_row row;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, 2);
    q = supa_rollback(supa_returning(supa_insert(from(), "{\"id\":1}"), "id"));
    rows = supa_rows_open(q);
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 1);
    CU_ASSERT_EQUAL(supa_rows_next(rows, &row), 0);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 2);
    world_end(&world);
}

/* Each row that came is a good one, and a lack of memory is no end of the rows. */
static void rows_report_each_failed_allocation(void)
{
    int failed = 1;

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t n = 1; failed; n++) {
        supa_error error;
        supa_rows *rows;
        supa_row row;
        int count = 0, code;

        world_fail_at(n);
        rows = open_rows("[{\"id\":1},{\"id\":2,\"t\":{\"k\":[1,2,3]}},{\"id\":3}]");
        while (supa_rows_next(rows, &row))
            CU_ASSERT_EQUAL(id_of(row), ++count);
        code = supa_rows_close(rows, &error);
        failed = world_failed();
        CU_ASSERT_EQUAL(code, error.code);
        CU_ASSERT(code == SUPA_OK ? count == 3 : failed && code == SUPA_ERROR_NO_MEMORY);
        CU_ASSERT_FATAL(n < 1000);
    }
    world_end(&world);
}

extern CU_TestInfo stream_tests[];
CU_TestInfo stream_tests[] = {
    {"rows come out wherever the text is cut", rows_come_out_wherever_the_text_is_cut},
    {"an end is an end", an_end_is_an_end},
    {"a row may be too large", a_row_may_be_too_large},
    {"rows that are not taken hold the server up", rows_that_are_not_taken_hold_the_server_up},
    {"a large row goes on", a_large_row_goes_on},
    {"a result is read row by row", a_result_is_read_row_by_row},
    {"rows can be closed early", rows_can_be_closed_early},
    {"what failed before its rows is tried again", what_failed_before_its_rows_is_tried_again},
    {"errors of the server are told", errors_of_the_server_are_told},
    {"what is no list of JSON rows is refused", what_is_no_list_of_json_rows_is_refused},
    {"a write's rows can be read", a_write_s_rows_can_be_read},
    {"rows report each failed allocation", rows_report_each_failed_allocation},
    CU_TEST_INFO_NULL,
};
