/* SPDX-License-Identifier: MIT */
/* Bulk writing over the fake transport: which rows go out together, and the account of them. */
#include "table.h"

#include "base/clock.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/cancel.h>
#include <supa/writer.h>

#define JSON "Content-Type: application/json\n"
#define OK                                                                                         \
    {                                                                                              \
        201, NULL, NULL, SUPA_OK, SUPA_ANSWERED                                                    \
    }
#define TAKEN                                                                                      \
    {                                                                                              \
        409, JSON, "{\"code\":\"23505\",\"message\":\"duplicate key\"}", SUPA_OK, SUPA_ANSWERED    \
    }
#define DIED                                                                                       \
    {                                                                                              \
        0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN                                            \
    }
#define REFUSED                                                                                    \
    {                                                                                              \
        0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT                                           \
    }
#define CUT                                                                                        \
    {                                                                                              \
        201, NULL, NULL, SUPA_ERROR_MALFORMED, SUPA_ANSWERED                                       \
    }

static struct world world;
static supa_writer_report report;

static supa_query *insert(void)
{
    return supa_insert(supa_from(world.client, "t"), NULL);
}

static supa_writer_options batches_of(int64_t rows)
{
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;

    options.batch_rows = rows;
    return options;
}

/* The account as text: "first+count fate code", each range behind a blank. */
static const char *account(void)
{
    static const char *const fates[] = {"written", "refused", "unknown", "unsent"};
    static char text[1024];
    size_t used = 0;
    int64_t next = 0, sums[4] = {0};

    text[0] = '\0';
    for (size_t i = 0; i < report.range_count; i++) {
        const supa_writer_range *range = &report.ranges[i];

        CU_ASSERT_EQUAL(range->first, next);
        next += range->count;
        sums[range->fate] += range->count;
        CU_ASSERT_EQUAL(range->error.code == SUPA_OK, range->fate == SUPA_WRITER_WRITTEN);
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%lld+%lld %s", i == 0 ? "" : ", ",
            (long long)range->first, (long long)range->count, fates[range->fate]);
    }
    CU_ASSERT_EQUAL(next, report.rows);
    CU_ASSERT_EQUAL(sums[SUPA_WRITER_WRITTEN], report.written);
    CU_ASSERT_EQUAL(sums[SUPA_WRITER_REFUSED], report.refused);
    CU_ASSERT_EQUAL(sums[SUPA_WRITER_UNKNOWN], report.unknown);
    CU_ASSERT_EQUAL(sums[SUPA_WRITER_UNSENT], report.unsent);
    return text;
}

static int put(supa_writer *writer, const char *json)
{
    return supa_writer_json(writer, json, strlen(json));
}

/* @n rows {"id":0}, …; what the last call said. */
static int put_rows(supa_writer *writer, int n)
{
    char json[32];
    int code = SUPA_OK;

    for (int i = 0; i < n; i++) {
        snprintf(json, sizeof json, "{\"id\":%d}", i);
        code = put(writer, json);
    }
    return code;
}

static int close_with(supa_writer *writer)
{
    supa_writer_report_clear(&report);
    return supa_writer_close(writer, &report);
}

static void rows_go_out_in_batches(void)
{
    const struct script answers[] = {OK, OK, OK};
    const supa_writer_options options = batches_of(2);
    supa_writer *writer;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, 3);
    writer = supa_writer_open(insert(), &options);
    CU_ASSERT_EQUAL(put_rows(writer, 3), SUPA_OK);
    CU_ASSERT_EQUAL(supa_writer_row(writer), SUPA_OK);
    CU_ASSERT_EQUAL(supa_writer_set(writer, "id", supa_int(7)), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 1);
    CU_ASSERT(world_same(world.body, "[{\"id\":0},{\"id\":1}]"));
    CU_ASSERT_EQUAL(put(writer, " {\"id\":8} "), SUPA_OK);
    CU_ASSERT(world_same(world.body, "[{\"id\":2},{\"id\":7}]"));
    CU_ASSERT_EQUAL(close_with(writer), SUPA_OK);
    CU_ASSERT(world_same(world.body, "[ {\"id\":8} ]"));
    CU_ASSERT(world_same(
        world.trail, "POST " WORLD_PREFIX "t?columns=%22id%22\n"
                     "POST " WORLD_PREFIX "t?columns=%22id%22\n"
                     "POST " WORLD_PREFIX "t?columns=%22id%22\n"));
    CU_ASSERT(world_same(account(), "0+5 written"));
    CU_ASSERT_EQUAL(report.error.code, SUPA_OK);
    world_end(&world);
}

static void bytes_bound_a_batch_too(void)
{
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    supa_writer *writer;

    options.batch_bytes = 28;
    world_start(&world, SUPA_SIDE_NONE);
    writer = supa_writer_open(insert(), &options);
    CU_ASSERT_EQUAL(put_rows(writer, 3), SUPA_OK); /* 8 bytes each, and 4 of the list */
    CU_ASSERT_EQUAL(world.calls, 1);
    CU_ASSERT(world_same(world.body, "[{\"id\":0},{\"id\":1},{\"id\":2}]"));
    CU_ASSERT_EQUAL(put_rows(writer, 1), SUPA_OK);
    put(writer, "{\"id\":\"a row that alone is larger than a batch\"}");
    CU_ASSERT_EQUAL(world.calls, 3);
    CU_ASSERT_EQUAL(close_with(writer), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 3);
    CU_ASSERT(world_same(account(), "0+5 written"));
    world_end(&world);
}

static void a_row_is_written_as_if_it_were_alone(void)
{
    supa_writer *writer;

    world_start(&world, SUPA_SIDE_NONE);
    writer = supa_writer_open(insert(), NULL);
    put(writer, "{\"a\":1,\"b\":2}");
    put(writer, "{\"b\":1,\"\\u0061\":2}");
    put(writer, "{\"a\":1,\"a\":2,\"b\":3}");
    CU_ASSERT_EQUAL(world.calls, 0);
    put(writer, "{\"a\":1}");
    CU_ASSERT(world_holds(world.url, "columns=%22a%22,%22b%22"));
    put(writer, "{}");
    put(writer, "{\"a\":1,\"c\":2}");
    CU_ASSERT_EQUAL(close_with(writer), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 4);
    CU_ASSERT(world_same(account(), "0+6 written"));
    world_end(&world);
}

static void columns_that_are_named_hold_rows_together(void)
{
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_upsert(supa_from(world.client, "t"), NULL, "a");
    supa_timeout(supa_missing_default(supa_ignore_duplicates(supa_columns(q, "a,b"))), 1000);
    {
        supa_writer *writer = supa_writer_open(q, NULL);

        put(writer, "{\"a\":1}");
        put(writer, "{\"b\":1,\"x\":2}");
        CU_ASSERT_EQUAL(close_with(writer), SUPA_OK);
    }
    CU_ASSERT_EQUAL(world.calls, 1);
    CU_ASSERT(world_same(world.url, WORLD_PREFIX "t?columns=a,b&on_conflict=a"));
    CU_ASSERT(world_same(world.body, "[{\"a\":1},{\"b\":1,\"x\":2}]"));
    CU_ASSERT(world_holds(world.headers, "resolution=ignore-duplicates"));
    CU_ASSERT(world_holds(world.headers, "missing=default"));
    CU_ASSERT(world.deadline_us != 0 && world.deadline_us <= clock_us() + 1000000);
    world_end(&world);
}

static void a_tenant_s_rows_are_given_their_store(void)
{
    const struct {
        const char *json, *account;
        int code;
    } rows[] = {
        {"{\"sku\":\"a\"}", "0+2 written", SUPA_OK},
        {"{\"sku\":\"a\",\"store_id\":\"" WORLD_OTHER "\"}", "0+1 written, 1+1 unsent",
         SUPA_ERROR_SCOPE},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_writer *writer;

        world_start(&world, SUPA_SIDE_TENANT);
        writer = supa_writer_open(supa_insert(supa_from(world.client, "products"), NULL), NULL);
        put(writer, "{\"sku\":\"a\"}");
        if (i == 1)
            CU_ASSERT_EQUAL(supa_writer_flush(writer), SUPA_OK);
        put(writer, rows[i].json);
        CU_ASSERT_EQUAL(close_with(writer), rows[i].code);
        CU_ASSERT(world_holds(world.body, "[{\"store_id\":\"" WORLD_STORE "\",\"sku\":\"a\"}"));
        CU_ASSERT(world_same(account(), rows[i].account));
        world_end(&world);
    }
}

static void each_row_meets_its_fate(void)
{
    static const struct {
        int64_t max_failures;
        struct script answers[4];
        int code;
        const char *account;
    } rows[] = {
        {0, {OK, TAKEN, OK, OK}, SUPA_ERROR_DATABASE, "0+2 written, 2+2 refused, 4+4 unsent"},
        {1, {OK, TAKEN, OK, OK}, SUPA_ERROR_DATABASE, "0+2 written, 2+2 refused, 4+4 written"},
        {1, {TAKEN, TAKEN, OK, OK}, SUPA_ERROR_DATABASE, "0+4 refused, 4+4 unsent"},
        {-1,
         {TAKEN, OK, DIED, OK},
         SUPA_ERROR_DATABASE,
         "0+2 refused, 2+2 written, 4+2 unknown, 6+2 written"},
        {0, {OK, DIED, OK, OK}, SUPA_ERROR_NETWORK, "0+2 written, 2+2 unknown, 4+4 unsent"},
        {0, {REFUSED, OK, OK, OK}, SUPA_ERROR_NETWORK, "0+8 unsent"},
        {-1,
         {REFUSED, OK, REFUSED, OK},
         SUPA_ERROR_NETWORK,
         "0+2 unsent, 2+2 written, 4+2 unsent, 6+2 written"},
        {0, {CUT, OK, OK, OK}, SUPA_OK, "0+8 written"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_writer_options options = batches_of(2);
        supa_writer *writer;

        options.max_failures = rows[i].max_failures;
        world_start(&world, SUPA_SIDE_NONE);
        world_answer(&world, rows[i].answers, 4);
        writer = supa_writer_open(insert(), &options);
        put_rows(writer, 8);
        CU_ASSERT_EQUAL(supa_writer_flush(writer), rows[i].code);
        CU_ASSERT_EQUAL(supa_writer_error(writer) != NULL, rows[i].code != SUPA_OK);
        CU_ASSERT_EQUAL(close_with(writer), rows[i].code);
        CU_ASSERT_EQUAL(report.error.code, rows[i].code);
        CU_ASSERT(world_same(account(), rows[i].account));
        world_end(&world);
    }
}

static void the_server_s_words_stand_with_the_rows(void)
{
    const struct script answers[] = {OK, TAKEN};
    const supa_writer_options options = batches_of(1);
    supa_writer *writer;

    world_start(&world, SUPA_SIDE_TENANT);
    world_answer(&world, answers, 2);
    writer = supa_writer_open(supa_insert(supa_from(world.client, "products"), NULL), &options);
    CU_ASSERT_EQUAL(put_rows(writer, 3), SUPA_ERROR_DATABASE);
    close_with(writer);
    CU_ASSERT(world_same(account(), "0+1 written, 1+1 refused, 2+1 unsent"));
    CU_ASSERT_EQUAL_FATAL(report.range_count, 3);
    CU_ASSERT(world_same(report.ranges[1].error.server_code, "23505"));
    CU_ASSERT(world_same(report.ranges[1].error.message, "duplicate key"));
    CU_ASSERT(world_same(report.ranges[1].error.store_id, WORLD_STORE));
    CU_ASSERT_EQUAL(report.ranges[1].error.http_status, 409);
    CU_ASSERT(world_same(report.ranges[2].error.server_code, "23505"));
    world_end(&world);
}

static void a_row_that_cannot_be_sent_is_left_out(void)
{
    static const char *const bad[] = {"", "7", "[{}]", "{\"id\":}", "{\"id\":1}{}", "null"};
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    supa_writer *writer;

    options.max_failures = -1;
    world_start(&world, SUPA_SIDE_NONE);
    writer = supa_writer_open(insert(), &options);
    put_rows(writer, 2);
    for (size_t i = 0; i < COUNT(bad); i++)
        CU_ASSERT_EQUAL(put(writer, bad[i]), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_json(writer, NULL, 0), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_row(writer), SUPA_OK);
    CU_ASSERT_EQUAL(supa_writer_set(writer, "id", supa_json("{")), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_set(writer, "id", supa_int(1)), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_row(writer), SUPA_OK);
    CU_ASSERT_EQUAL(supa_writer_set(writer, "id", supa_int(1)), SUPA_OK);
    CU_ASSERT_EQUAL(supa_writer_flush(writer), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_set(writer, "id", supa_int(1)), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(close_with(writer), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(report.rows, 11);
    CU_ASSERT_EQUAL(report.written, 3);
    CU_ASSERT_EQUAL(report.ranges[0].count, 2);
    CU_ASSERT(world_holds(report.ranges[1].error.message, "the row is not sent: "));
    CU_ASSERT_EQUAL(world.calls, 2);
    account();
    world_end(&world);
}

static void the_first_bad_row_stops_it(void)
{
    supa_writer *writer;

    world_start(&world, SUPA_SIDE_NONE);
    writer = supa_writer_open(insert(), NULL);
    put_rows(writer, 2);
    CU_ASSERT_EQUAL(put(writer, "[]"), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(put_rows(writer, 2), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_row(writer), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_set(writer, "id", supa_int(1)), SUPA_ERROR_ARGUMENT);
    close_with(writer);
    CU_ASSERT(world_same(account(), "0+2 written, 2+4 unsent"));
    world_end(&world);
}

struct progress {
    int calls;
    int64_t rows;
};

static void on_batch(void *user, const supa_writer_range *range)
{
    struct progress *progress = user;

    progress->calls++;
    progress->rows += range->count;
}

static void progress_is_told_batch_by_batch(void)
{
    const struct script answers[] = {OK, TAKEN};
    supa_writer_options options = batches_of(2);
    struct progress progress = {0, 0};
    supa_writer *writer;

    options.on_batch = on_batch;
    options.user = &progress;
    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, 2);
    writer = supa_writer_open(insert(), &options);
    put_rows(writer, 2);
    CU_ASSERT_EQUAL(progress.calls, 1);
    CU_ASSERT_EQUAL(progress.rows, 2);
    put_rows(writer, 5);
    close_with(writer);
    CU_ASSERT_EQUAL(progress.calls, 3);
    CU_ASSERT_EQUAL(progress.rows, report.rows);
    world_end(&world);
}

static void what_was_cancelled_or_is_too_late_is_not_sent(void)
{
    for (int late = 0; late < 2; late++) {
        supa_cancel *cancel = supa_cancel_new();
        supa_writer_options options = batches_of(1);
        supa_query *q;
        supa_writer *writer;

        options.max_failures = -1;
        world_start(&world, SUPA_SIDE_NONE);
        q = supa_cancel_with(insert(), cancel);
        if (late)
            supa_deadline_by(q, (supa_deadline){clock_us() - 1});
        else
            supa_cancel_fire(cancel);
        writer = supa_writer_open(q, &options);
        CU_ASSERT_EQUAL(put_rows(writer, 3), late ? SUPA_ERROR_TIMEOUT : SUPA_ERROR_CANCELLED);
        CU_ASSERT_EQUAL(close_with(writer), late ? SUPA_ERROR_TIMEOUT : SUPA_ERROR_CANCELLED);
        CU_ASSERT(world_same(account(), "0+3 unsent"));
        CU_ASSERT_EQUAL(world.calls, 0);
        supa_cancel_unref(cancel);
        world_end(&world);
    }
}

/* Each stops the writer before its first row. */
static void mistakes_are_told_at_the_end(void)
{
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT, none = options, many = options,
                        other = options;

    none.in_flight = 0;
    many.in_flight = 65;
    other.size = 3;
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct {
            supa_query *q;
            const supa_writer_options *options;
            const char *words;
        } rows[] = {
            {NULL, NULL, "the query is NULL"},
            {insert(), &none, "in_flight"},
            {insert(), &many, "in_flight"},
            {insert(), &other, "SUPA_WRITER_OPTIONS_INIT"},
            {supa_from(world.client, "t"), NULL, "neither supa_insert"},
            {supa_delete(supa_from(world.client, "t")), NULL, "neither supa_insert"},
            {supa_insert(supa_from(world.client, "t"), "{}"), NULL, "rows of its own"},
            {supa_insert_row(insert()), NULL, "rows of its own"},
            {supa_body(insert(), "text/csv", "a", 1), NULL, "rows of its own"},
            {supa_returning(insert(), "id"), NULL, "nowhere to go"},
            {supa_return_headers(insert()), NULL, "nowhere to go"},
            {supa_count(insert(), SUPA_COUNT_EXACT), NULL, "nowhere to go"},
            {supa_single(insert()), NULL, "nowhere to go"},
            {supa_csv(insert()), NULL, "nowhere to go"},
            {supa_explain(insert(), 0, SUPA_PLAN_TEXT), NULL, "nowhere to go"},
            {supa_rollback(insert()), NULL, "supa_rollback"},
            {supa_split(insert()), NULL, "supa_split"},
            {supa_insert(supa_template("t"), NULL), NULL, "template"},
            {supa_columns(insert(), ""), NULL, "supa_columns"},
        };

        for (size_t i = 0; i < COUNT(rows); i++) {
            supa_writer *writer = supa_writer_open(rows[i].q, rows[i].options);

            CU_ASSERT_EQUAL(put_rows(writer, 2), SUPA_ERROR_ARGUMENT);
            CU_ASSERT_EQUAL(close_with(writer), SUPA_ERROR_ARGUMENT);
            CU_ASSERT(world_holds(report.error.message, rows[i].words));
            CU_ASSERT(world_same(account(), "0+2 unsent"));
        }
    }
    CU_ASSERT_EQUAL(world.calls, 0);
    world_end(&world);
}

static void null_and_nothing_are_allowed(void)
{
    supa_writer *writer;

    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_EQUAL(supa_writer_row(NULL), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_set(NULL, "a", supa_int(1)), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_json(NULL, "{}", 2), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_writer_flush(NULL), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_writer_error(NULL));
    CU_ASSERT_EQUAL(supa_writer_close(NULL, NULL), SUPA_OK);
    supa_writer_report_clear(NULL);
    writer = supa_writer_open(insert(), NULL);
    CU_ASSERT_EQUAL(supa_writer_flush(writer), SUPA_OK);
    CU_ASSERT_EQUAL(close_with(writer), SUPA_OK);
    CU_ASSERT_EQUAL(report.rows, 0);
    CU_ASSERT_EQUAL(report.range_count, 0);
    CU_ASSERT_EQUAL(supa_writer_close(supa_writer_open(insert(), NULL), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 0);
    world_end(&world);
}

/* Rows by both ways, one of them refused by the server, while each allocation in turn fails. */
static void write_while_memory_fails(size_t nth)
{
    const struct script answers[] = {OK, TAKEN, OK};
    supa_writer_options options = batches_of(2);
    supa_writer *writer;
    int64_t given = 0;

    options.max_failures = -1;
    world_answer(&world, answers, 3);
    world_fail_at(nth);
    writer = supa_writer_open(supa_insert(supa_from(world.client, "products"), NULL), &options);
    for (int i = 0; i < 4; i++) {
        given++;
        if (supa_writer_row(writer) == SUPA_OK) {
            supa_writer_set(writer, "sku", supa_text("x"));
            supa_writer_set(writer, "n", supa_int(i));
        }
    }
    given += 2;
    put(writer, "{\"sku\":\"y\",\"n\":1}");
    put(writer, "{\"sku\":\"y\",\"m\":[1,2]}");
    close_with(writer);
    if (report.rows == 0)
        CU_ASSERT_EQUAL(report.error.code, SUPA_ERROR_NO_MEMORY);
    CU_ASSERT(report.rows == given || report.rows == 0);
    account();
}

static void memory_may_fail_anywhere(void)
{
    size_t nth = 0;

    world_start(&world, SUPA_SIDE_TENANT);
    do {
        size_t calls;

        write_while_memory_fails(++nth);
        calls = world.calls;
        if (world_failed()) {
            CU_ASSERT_NOT_EQUAL(report.error.code, SUPA_OK);
            CU_ASSERT(report.written <= (int64_t)calls * 2);
            continue;
        }
        CU_ASSERT(world_same(account(), "0+2 written, 2+2 refused, 4+2 written"));
        break;
    } while (nth < 2000);
    CU_ASSERT(nth > 5 && nth < 2000); /* what is kept warm needs fewer */
    supa_writer_report_clear(&report);
    CU_ASSERT_PTR_NULL(report.ranges);
    world_end(&world);
}

CU_TestInfo writer_tests[] = {
    {"rows go out in batches", rows_go_out_in_batches},
    {"bytes bound a batch, too", bytes_bound_a_batch_too},
    {"a row is written as if it were alone", a_row_is_written_as_if_it_were_alone},
    {"columns that are named hold rows together", columns_that_are_named_hold_rows_together},
    {"a tenant's rows are given their store", a_tenant_s_rows_are_given_their_store},
    {"each row meets its fate", each_row_meets_its_fate},
    {"the server's words stand with the rows", the_server_s_words_stand_with_the_rows},
    {"a row that cannot be sent is left out", a_row_that_cannot_be_sent_is_left_out},
    {"the first bad row stops it", the_first_bad_row_stops_it},
    {"progress is told batch by batch", progress_is_told_batch_by_batch},
    {"what was cancelled or is too late is not sent",
     what_was_cancelled_or_is_too_late_is_not_sent},
    {"mistakes are told at the end", mistakes_are_told_at_the_end},
    {"NULL and nothing are allowed", null_and_nothing_are_allowed},
    {"memory may fail anywhere", memory_may_fail_anywhere},
    CU_TEST_INFO_NULL,
};
