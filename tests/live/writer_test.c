/* SPDX-License-Identifier: MIT */
/* Many rows into a real table, and out of it as lines of CSV. `notes` is left as it was. */
#include "live/ask.h"
#include "live/stack.h"
#include "main.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_MOST_KB = 256 * 1024 };
#else
enum { MEMORY_MOST_KB = 16 * 1024 };
#endif
enum { ROWS = 100000, MARK = -77 };

static long rss_kb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size = 0, pages = 0;

    if (file == NULL || fscanf(file, "%ld %ld", &size, &pages) != 2)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static supa_query *marked(void)
{
    return supa_eq(ask_from("notes"), "rank", supa_int(MARK));
}

static int64_t count_marked(void)
{
    ask(supa_head(supa_count(marked(), SUPA_COUNT_EXACT)));
    return supa_response_count(ask_answer());
}

static void take_away(void)
{
    stack_sql("tenant_1", "delete from notes where rank = -77;");
    CU_ASSERT_EQUAL(count_marked(), 0);
}

static void put(supa_writer *writer, int i)
{
    char slug[32];

    snprintf(slug, sizeof slug, "bulk-%d", i);
    CU_ASSERT_EQUAL(supa_writer_row(writer), SUPA_OK);
    supa_writer_set(writer, "slug", supa_text(slug));
    supa_writer_set(writer, "title", supa_text("one of many, \"quoted\""));
    supa_writer_set(writer, "rank", supa_int(MARK));
}

static void watch(void *user, const supa_writer_range *range)
{
    long *most = user, now = rss_kb();

    (void)range;
    if (now > *most)
        *most = now;
}

static void all_of_100_000_rows_are_written(void)
{
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    supa_writer_report report;
    supa_writer *writer;
    long before, most = 0, start = now_ms();

    CU_ASSERT_EQUAL(count_marked(), 0);
    before = rss_kb();
    options.on_batch = watch;
    options.user = &most;
    writer = supa_writer_open(supa_insert(ask_from("notes"), NULL), &options);
    for (int i = 0; i < ROWS; i++)
        put(writer, i);
    CU_ASSERT_EQUAL(supa_writer_close(writer, &report), SUPA_OK);
    printf(
        "\n    %lld rows in %ld ms, memory grew by %ld KB", (long long)report.written,
        now_ms() - start, most - before);
    CU_ASSERT_EQUAL(report.written, ROWS);
    CU_ASSERT_EQUAL(report.range_count, 1);
    CU_ASSERT(most - before < MEMORY_MOST_KB);
    CU_ASSERT_EQUAL(count_marked(), ROWS);
    supa_writer_report_clear(&report);
}

/* Two rows whose batches are refused, among others that are in flight with them. */
static void a_refused_batch_is_told_and_no_other(void)
{
    supa_writer_options options = SUPA_WRITER_OPTIONS_INIT;
    supa_writer_report report;
    supa_writer *writer;
    int64_t refused = 0;

    options.batch_rows = 50;
    options.max_failures = -1;
    writer = supa_writer_open(supa_insert(ask_from("notes"), NULL), &options);
    for (int i = 0; i < 1000; i++)
        put(writer, i == 321 || i == 777 ? 5 : ROWS + i); /* that slug is taken */
    CU_ASSERT_EQUAL(supa_writer_close(writer, &report), SUPA_ERROR_DATABASE);
    for (size_t i = 0; i < report.range_count; i++) {
        const supa_writer_range *range = &report.ranges[i];

        if (range->fate == SUPA_WRITER_WRITTEN)
            continue;
        CU_ASSERT_EQUAL(range->fate, SUPA_WRITER_REFUSED);
        CU_ASSERT(range->first == 300 || range->first == 750);
        CU_ASSERT_EQUAL(range->count, 50);
        CU_ASSERT_STRING_EQUAL(range->error.server_code, "23505");
        refused += range->count;
    }
    CU_ASSERT_EQUAL(refused, 100);
    CU_ASSERT_EQUAL(report.written, 900);
    CU_ASSERT_EQUAL(count_marked(), ROWS + 900);
    supa_writer_report_clear(&report);
}

static void an_upsert_changes_what_is_there(void)
{
    supa_query *q = supa_upsert(ask_from("notes"), NULL, "slug");
    supa_writer *writer = supa_writer_open(q, NULL);

    /* What a row lacks stays as it is, whatever other rows have. */
    supa_writer_json(writer, "{\"slug\":\"bulk-1\",\"body\":\"one\"}", 30);
    supa_writer_json(writer, "{\"slug\":\"bulk-2\",\"title\":\"two\"}", 31);
    CU_ASSERT_EQUAL(supa_writer_close(writer, NULL), SUPA_OK);
    ask(supa_order(
        supa_select(
            supa_in(ask_from("notes"), "slug", supa_texts((const char *[]){"bulk-1", "bulk-2"}, 2)),
            "title,body,rank"),
        "slug", SUPA_ASC));
    CU_ASSERT_STRING_EQUAL(
        ask_body(), "[{\"title\":\"one of many, \\\"quoted\\\"\",\"body\":\"one\",\"rank\":-77}, \n"
                    " {\"title\":\"two\",\"body\":null,\"rank\":-77}]");
}

static void they_come_back_as_lines(void)
{
    supa_query *q = supa_order(supa_select(marked(), "slug,title,body"), "id", SUPA_ASC);
    supa_lines *lines = supa_lines_open(q);
    const char *text = "";
    size_t length = 0;
    int n = 0, nulls = 0, quoted = 0;

    for (; supa_lines_next(lines); n++) {
        nulls += supa_lines_field(lines, 2, &text, &length) == SUPA_FIELD_NULL;
        if (supa_lines_field(lines, 1, &text, &length) == SUPA_FIELD_VALUE)
            quoted += length == 21 && memcmp(text, "one of many, \"quoted\"", 21) == 0;
    }
    CU_ASSERT_EQUAL(supa_lines_name(lines, 2, &text, &length), SUPA_FIELD_VALUE);
    CU_ASSERT(length == 4 && memcmp(text, "body", 4) == 0);
    CU_ASSERT_EQUAL(supa_lines_close(lines, NULL), SUPA_OK);
    printf("\n    %d lines", n);
    CU_ASSERT_EQUAL(n, ROWS + 900);
    CU_ASSERT_EQUAL(nulls, n - 1);
    CU_ASSERT_EQUAL(quoted, n - 1);
    take_away();
    ask_end();
}

static void no_rows_have_no_lines(void)
{
    supa_lines *lines = supa_lines_open(marked());
    const char *text;
    size_t length;

    CU_ASSERT_EQUAL(supa_lines_next(lines), 0);
    CU_ASSERT_EQUAL(supa_lines_name(lines, 0, &text, &length), SUPA_FIELD_MISSING);
    CU_ASSERT_EQUAL(supa_lines_close(lines, NULL), SUPA_OK);
}

CU_TestInfo writer_tests[] = {
    {"no rows have no lines", no_rows_have_no_lines},
    {"all of 100,000 rows are written", all_of_100_000_rows_are_written},
    {"a refused batch is told, and no other", a_refused_batch_is_told_and_no_other},
    {"an upsert changes what is there", an_upsert_changes_what_is_there},
    {"they come back as lines", they_come_back_as_lines},
    CU_TEST_INFO_NULL,
};
