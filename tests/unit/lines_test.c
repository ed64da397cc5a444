/* SPDX-License-Identifier: MIT */
/* supa_lines_open over the fake transport: fields, names, nulls, and what is no CSV. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/lines.h>

#define CSV  "Content-Type: text/csv; charset=utf-8\nContent-Length: 9\n"
#define JSON "Content-Type: application/json\nContent-Length: 9\n"

static struct world world;

static supa_query *get(void)
{
    return supa_select(supa_from(world.client, "t"), "id,name");
}

static struct script ok(const char *headers, const char *body)
{
    return (struct script){200, headers, body, SUPA_OK, SUPA_ANSWERED};
}

static supa_lines *open_lines(const struct script *answer)
{
    world_answer(&world, answer, 1);
    return supa_lines_open(get());
}

/* The line's fields, each in brackets, null as "-". */
static void show_line(supa_lines *lines, char *out, size_t size)
{
    const char *text = NULL;
    size_t length = 0, used = strlen(out);
    supa_field field;

    for (size_t i = 0; (field = supa_lines_field(lines, i, &text, &length)) != SUPA_FIELD_MISSING;
         i++) {
        if (field == SUPA_FIELD_NULL)
            used += (size_t)snprintf(out + used, size - used, "-");
        else
            used += (size_t)snprintf(out + used, size - used, "[%.*s]", (int)length, text);
    }
    snprintf(out + used, size - used, "|");
}

static void fields_are_texts_or_null(void)
{
    static const struct {
        const char *body, *lines;
    } rows[] = {
        {"id,name\n1,lamp\n2,", "[1][lamp]|[2]-|"},
        {"id,name\n1,\"a,b\"\n2,\"two\nlines\"\n", "[1][a,b]|[2][two\nlines]|"},
        {"id,name\n1,\"say \"\"x\"\"\"\n2,\"\"\n,\n", "[1][say \"x\"]|[2][]|--|"},
        {"id,name\r\n1,\"C:\\\\\"\r\n", "[1][C:\\]|"},
        {"id\n1\n\n3", "[1]|-|[3]|"},
        {"\n", ""},
    };

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct script answer = ok(CSV, rows[i].body);
        supa_lines *lines = open_lines(&answer);
        char got[256] = "";
        supa_error error;

        while (supa_lines_next(lines))
            show_line(lines, got, sizeof got);
        CU_ASSERT_EQUAL(supa_lines_next(lines), 0);
        CU_ASSERT_PTR_NULL(supa_lines_error(lines));
        CU_ASSERT_EQUAL(supa_lines_close(lines, &error), SUPA_OK);
        CU_ASSERT(world_same(got, rows[i].lines));
        CU_ASSERT(world_sent(&world, "Accept: text/csv"));
    }
    world_end(&world);
}

static void fields_can_be_asked_for_in_any_order(void)
{
    static const size_t order[] = {2, 0, 3, 9, 1, 1, 3, 2};
    static const char *const want[] = {"c\"", "a", "d", NULL, "b", "b", "d", "c\""};
    const struct script answer = ok(CSV, "w,x,y,z\na,b,\"c\"\"\",d\n");
    supa_lines *lines;
    const char *text;
    size_t length;

    world_start(&world, SUPA_SIDE_NONE);
    lines = open_lines(&answer);
    CU_ASSERT_EQUAL(supa_lines_field(lines, 0, &text, &length), SUPA_FIELD_MISSING);
    CU_ASSERT(world_same(supa_lines_raw(lines, NULL), ""));
    CU_ASSERT_EQUAL(supa_lines_next(lines), 1);
    for (size_t i = 0; i < COUNT(order); i++) {
        const supa_field field = supa_lines_field(lines, order[i], &text, &length);

        CU_ASSERT_EQUAL(field, want[i] != NULL ? SUPA_FIELD_VALUE : SUPA_FIELD_MISSING);
        if (want[i] != NULL)
            CU_ASSERT(length == strlen(want[i]) && memcmp(text, want[i], length) == 0);
    }
    text = supa_lines_raw(lines, &length);
    CU_ASSERT(length == 11 && memcmp(text, "a,b,\"c\"\"\",d", 11) == 0);
    CU_ASSERT_EQUAL(supa_lines_name(lines, 0, &text, &length), SUPA_FIELD_VALUE);
    CU_ASSERT(length == 1 && *text == 'w');
    CU_ASSERT_EQUAL(supa_lines_name(lines, 3, &text, &length), SUPA_FIELD_VALUE);
    CU_ASSERT(length == 1 && *text == 'z');
    CU_ASSERT_EQUAL(supa_lines_name(lines, 4, &text, &length), SUPA_FIELD_MISSING);
    CU_ASSERT_EQUAL(supa_lines_close(lines, NULL), SUPA_OK);
    world_end(&world);
}

static void what_is_no_whole_csv_is_an_error_behind_its_lines(void)
{
    static const struct {
        struct script answer;
        int lines;
        supa_code code;
        const char *words;
    } rows[] = {
        {{200, CSV, "id\n1\n\"x", SUPA_OK, SUPA_ANSWERED}, 1, SUPA_ERROR_MALFORMED, "row 2"},
        {{200, CSV, "id\n1\n\"x\"y\n", SUPA_OK, SUPA_ANSWERED}, 1, SUPA_ERROR_MALFORMED, "comma"},
        {{200, CSV, "", SUPA_OK, SUPA_ANSWERED}, 0, SUPA_ERROR_MALFORMED, "empty"},
        {{200, "Content-Type: text/csv\n", "id\n1\n2", SUPA_OK, SUPA_ANSWERED},
         1,
         SUPA_ERROR_MALFORMED,
         "may have been cut"},
        {{200, JSON, "[{\"id\":1},\n{}]", SUPA_OK, SUPA_ANSWERED},
         0,
         SUPA_ERROR_GATEWAY,
         "Content-Type"},
        {{200, "Content-Type: text/html\n", "<html>\n", SUPA_OK, SUPA_ANSWERED},
         0,
         SUPA_ERROR_GATEWAY,
         ""},
        {{404, JSON, "{\"code\":\"42P01\",\"message\":\"no such table\"}", SUPA_OK, SUPA_ANSWERED},
         0,
         SUPA_ERROR_DATABASE,
         "no such table"},
        {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}, 0, SUPA_ERROR_NETWORK, ""},
    };

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_lines *lines = open_lines(&rows[i].answer);
        supa_error error;
        int count = 0;

        while (supa_lines_next(lines))
            count++;
        CU_ASSERT_EQUAL(count, rows[i].lines);
        CU_ASSERT_PTR_NOT_NULL(supa_lines_error(lines));
        CU_ASSERT_EQUAL(supa_lines_close(lines, &error), (int)rows[i].code);
        CU_ASSERT(world_holds(error.message, rows[i].words));
        CU_ASSERT(world_same(error.relation, "t"));
    }
    world_end(&world);
}

static void what_has_no_lines_is_refused(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        supa_query *const rows[] = {
            NULL,
            supa_single(get()),
            supa_head(get()),
            supa_explain(get(), 0, SUPA_PLAN_TEXT),
            supa_geojson(get()),
            supa_split(get()),
            supa_return_headers(supa_insert(supa_from(world.client, "t"), "{}")),
            supa_template("t"),
        };

        for (size_t i = 0; i < COUNT(rows); i++) {
            supa_lines *lines = supa_lines_open(rows[i]);
            supa_error error;

            CU_ASSERT_EQUAL(supa_lines_next(lines), 0);
            CU_ASSERT_EQUAL(supa_lines_close(lines, &error), SUPA_ERROR_ARGUMENT);
            CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
        }
    }
    CU_ASSERT_EQUAL(world.calls, 0);
    CU_ASSERT_EQUAL(supa_lines_next(NULL), 0);
    CU_ASSERT_EQUAL(supa_lines_field(NULL, 0, NULL, NULL), SUPA_FIELD_MISSING);
    CU_ASSERT_EQUAL(supa_lines_name(NULL, 0, NULL, NULL), SUPA_FIELD_MISSING);
    CU_ASSERT(world_same(supa_lines_raw(NULL, NULL), ""));
    CU_ASSERT_PTR_NULL(supa_lines_error(NULL));
    CU_ASSERT_EQUAL(supa_lines_close(NULL, NULL), SUPA_OK);
    world_end(&world);
}

static void each_failed_allocation_is_reported(void)
{
    const struct script answer = ok(CSV, "id,name\n1,\"a \"\"b\"\"\"\n2,\n");
    size_t nth = 0;

    world_start(&world, SUPA_SIDE_NONE);
    for (;;) {
        supa_lines *lines;
        supa_error error;
        int count = 0, code;

        world_fail_at(++nth);
        lines = open_lines(&answer);
        while (supa_lines_next(lines))
            count++;
        code = supa_lines_close(lines, &error);
        if (!world_failed()) {
            CU_ASSERT(code == SUPA_OK && count == 2);
            break;
        }
        CU_ASSERT_EQUAL(code, SUPA_ERROR_NO_MEMORY);
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_NO_MEMORY);
    }
    CU_ASSERT(nth > 3);
    world_end(&world);
}

CU_TestInfo lines_tests[] = {
    {"fields are texts or null", fields_are_texts_or_null},
    {"fields can be asked for in any order", fields_can_be_asked_for_in_any_order},
    {"what is no whole CSV is an error behind its lines",
     what_is_no_whole_csv_is_an_error_behind_its_lines},
    {"what has no lines is refused", what_has_no_lines_is_refused},
    {"each failed allocation is reported", each_failed_allocation_is_reported},
    CU_TEST_INFO_NULL,
};
