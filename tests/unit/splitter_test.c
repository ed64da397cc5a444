/* SPDX-License-Identifier: MIT */
#include "result/splitter.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "result/rows.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text;
    const char *rows; /* each with a bar behind it; then . for a whole array, or the problem */
} documents[] = {
    {"[]", "."},
    {" \r\n\t[ \n ] \t\r\n", "."},
    {"[{}]", "{}|."},
    {"[{\"a\":1}, \n {\"a\":2}]", "{\"a\":1}|{\"a\":2}|."},
    {"[1,-2.5e3,true,false,null,\"x\"]", "1|-2.5e3|true|false|null|\"x\"|."},
    {"[ 1 , \"a b\" , [2,[3]] , {\"k\":[{}]} ]", "1|\"a b\"|[2,[3]]|{\"k\":[{}]}|."},
    {"[\"\",\"\\\"\",\"\\\\\",\"]\",\"\\\\\\\"],[\"]",
     "\"\"|\"\\\"\"|\"\\\\\"|\"]\"|\"\\\\\\\"],[\"|."},
    {"[{\"a\\\\\":\"}\",\"b\":\"\\\"}\"},{\"c\":\"]\\\\\"}]",
     "{\"a\\\\\":\"}\",\"b\":\"\\\"}\"}|{\"c\":\"]\\\\\"}|."},
    {"[{\"a\":\n\n{\"b\" : [ ]\r\n}}\n,\n{}]", "{\"a\":\n\n{\"b\" : [ ]\r\n}}|{}|."},
    {"[{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"{"
     "\"}]",
     "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"{\"}"
     "|."},
    {"[\"\xC3\xA4\xF0\x9F\x98\x80\"]", "\"\xC3\xA4\xF0\x9F\x98\x80\"|."},
    /* The reader's to refuse: */
    {"[{]]", "{]|."},
    {"[nulx,1]", "nulx|1|."},
    {"[1 2]", "1|a comma or the end of the list must stand here"},
    {"[1}2,3]", "1}2|3|."},
    {"[{}{}]", "{}|a comma or the end of the list must stand here"},
    {"[1,]", "1|a value must stand here"},
    {"[,1]", "a value must stand here"},
    {"[}", "a value must stand here"},
    {"[\x01", "a value must stand here"},
    {"[] x", "something stands behind the list"},
    {"[]]", "something stands behind the list"},
    {"{\"a\":1}", "a list must stand here"},
    {"\xEF\xBB\xBF[]", "a list must stand here"},
    {"null", "a list must stand here"},
    {"", "the answer ended before it was whole"},
    {"  ", "the answer ended before it was whole"},
    {"[", "the answer ended before it was whole"},
    {"[{}", "{}|the answer ended before it was whole"},
    {"[{},", "{}|the answer ended before it was whole"},
    {"[{},{", "{}|the answer ended before it was whole"},
    {"[\"a]", "the answer ended before it was whole"},
    {"[\"a\\\"]", "the answer ended before it was whole"},
    {"[12", "the answer ended before it was whole"},
};

static enum split drain(struct splitter *splitter, struct buffer *out)
{
    enum split split;
    const char *row;
    size_t length;

    while ((split = splitter_next(splitter, &row, &length)) == SPLIT_ROW) {
        buffer_put(out, row, length);
        buffer_putc(out, '|');
    }
    return split;
}

/* Feeds a block of just these bytes, so that a byte read too many is found. */
static void feed(struct splitter *splitter, const char *bytes, size_t n, struct buffer *out)
{
    char *copy = malloc(n > 0 ? n : 1);

    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    memcpy(copy, bytes, n);
    CU_ASSERT_EQUAL(splitter_feed(splitter, copy, n), n);
    free(copy);
    (void)drain(splitter, out);
}

static void finish(struct splitter *splitter, struct buffer *out)
{
    if (splitter_finish(splitter) == 0)
        buffer_putc(out, '.');
    else
        buffer_puts(out, splitter_problem(splitter));
}

static void
in_three(const char *text, size_t length, size_t first, size_t second, struct buffer *out)
{
    struct splitter splitter;

    buffer_clear(out);
    splitter_init(&splitter, SIZE_MAX);
    feed(&splitter, text, first, out);
    feed(&splitter, text + first, second - first, out);
    feed(&splitter, text + second, length - second, out);
    finish(&splitter, out);
    splitter_free(&splitter);
}

static void every_cut_gives_the_same_rows(void)
{
    struct buffer out = BUFFER_INIT;

    for (size_t i = 0; i < COUNT(documents); i++) {
        size_t length = strlen(documents[i].text);

        for (size_t first = 0; first <= length; first++) {
            for (size_t second = first; second <= length; second++) {
                in_three(documents[i].text, length, first, second, &out);
                CU_ASSERT_STRING_EQUAL(buffer_text(&out), documents[i].rows);
            }
        }
    }
    buffer_free(&out);
}

static void single_bytes_give_the_same_rows(void)
{
    struct buffer out = BUFFER_INIT;

    for (size_t i = 0; i < COUNT(documents); i++) {
        struct splitter splitter;

        buffer_clear(&out);
        splitter_init(&splitter, SIZE_MAX);
        for (const char *at = documents[i].text; *at != '\0'; at++)
            feed(&splitter, at, 1, &out);
        finish(&splitter, &out);
        CU_ASSERT_STRING_EQUAL(buffer_text(&out), documents[i].rows);
        splitter_free(&splitter);
    }
    buffer_free(&out);
}

static unsigned dice(unsigned *state)
{
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

static void put_row(struct buffer *out, unsigned *state)
{
    buffer_puts(out, "{\"id\":");
    buffer_put_uint(out, dice(state));
    buffer_puts(out, ",\"text\":\"");
    for (unsigned i = dice(state) % 90; i > 0; i--)
        buffer_puts(
            out, (const char *[]){"a", "\\\"", "\\\\", "}", "]", "\xC3\xA4"}[dice(state) % 6]);
    buffer_puts(out, "\",\"list\":[[],{\"x\":\"[{\"}]}");
}

static void random_pieces_of_a_long_array_give_all_rows(void)
{
    struct buffer text = BUFFER_INIT, rows = BUFFER_INIT, out = BUFFER_INIT;
    struct splitter splitter;
    unsigned state = 7;

    buffer_putc(&text, '[');
    for (unsigned i = 0; i < 2000; i++) {
        size_t start;

        if (i > 0)
            buffer_puts(&text, ", \n ");
        start = text.length;
        put_row(&text, &state);
        buffer_put(&rows, text.data + start, text.length - start);
        buffer_putc(&rows, '|');
    }
    buffer_putc(&text, ']');
    buffer_putc(&rows, '.');
    splitter_init(&splitter, SIZE_MAX);
    for (size_t at = 0, n; at < text.length; at += n) {
        n = 1 + dice(&state) % 1500;
        n = n < text.length - at ? n : text.length - at;
        feed(&splitter, text.data + at, n, &out);
    }
    finish(&splitter, &out);
    CU_ASSERT_STRING_EQUAL(buffer_text(&out), buffer_text(&rows));
    CU_ASSERT_EQUAL(splitter.held.capacity, 16384);
    splitter_free(&splitter);
    buffer_free(&text);
    buffer_free(&rows);
    buffer_free(&out);
}

/* The problem that a bound of 5 bytes meets. */
static void bounded(const char *text, size_t piece, enum splitter_problem problem, size_t held)
{
    struct buffer out = BUFFER_INIT;
    struct splitter splitter;
    size_t length = strlen(text);

    splitter_init(&splitter, 5);
    for (size_t at = 0; at < length; at += piece)
        feed(&splitter, text + at, piece < length - at ? piece : length - at, &out);
    (void)splitter_finish(&splitter);
    CU_ASSERT_EQUAL(splitter.problem, problem);
    CU_ASSERT(splitter_unread(&splitter) <= held);
    splitter_free(&splitter);
    buffer_free(&out);
}

static void a_row_that_is_too_large_is_told_early(void)
{
    for (size_t piece = 1; piece < 70; piece++) {
        bounded("[{  },\"abc\",[[]],12345]", piece, SPLITTER_NONE, 0);
        bounded("[[   ],[    ]]", piece, SPLITTER_TOO_LARGE, 6 + piece);
        bounded("[\"abcd\"]", piece, SPLITTER_TOO_LARGE, 6 + piece);
        bounded("[123456]", piece, SPLITTER_TOO_LARGE, 6 + piece);
        bounded(
            "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", piece,
            SPLITTER_TOO_LARGE, 6 + piece);
        bounded(
            "                                                              [1]", piece,
            SPLITTER_NONE, 0);
    }
}

static void a_problem_stays(void)
{
    struct splitter splitter;
    const char *row;
    size_t length;

    splitter_init(&splitter, SIZE_MAX);
    CU_ASSERT_PTR_NULL(splitter_problem(&splitter));
    CU_ASSERT_EQUAL(splitter_feed(&splitter, "[1}", 3), 3);
    CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_MORE);
    CU_ASSERT_EQUAL(splitter_unread(&splitter), 2);
    CU_ASSERT_EQUAL(splitter_feed(&splitter, ",:", 2), 2);
    CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_ROW);
    CU_ASSERT_EQUAL(length, 2);
    CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_BAD);
    CU_ASSERT_EQUAL(splitter_offset(&splitter), 4);
    CU_ASSERT_EQUAL(splitter_feed(&splitter, "1]", 2), 2);
    CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_BAD);
    CU_ASSERT_EQUAL(splitter_finish(&splitter), -1);
    CU_ASSERT_EQUAL(splitter.problem, SPLITTER_MALFORMED);
    splitter_free(&splitter);
}

static void blanks_may_come_behind_the_end(void)
{
    struct splitter splitter;
    const char *row;
    size_t length;

    splitter_init(&splitter, SIZE_MAX);
    splitter_feed(&splitter, "[]", 2);
    CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_END);
    splitter_feed(&splitter, "\n", 1);
    CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_END);
    CU_ASSERT_EQUAL(splitter_finish(&splitter), 0);
    splitter_feed(&splitter, "\n[", 2);
    CU_ASSERT_EQUAL(splitter_finish(&splitter), -1);
    CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_BAD);
    splitter_free(&splitter);
}

static int countdown;

static int fails_later(void)
{
    return countdown-- <= 0;
}

static void reports_that_memory_is_gone(void)
{
    static char large[40000];
    struct splitter splitter;
    const char *row;
    size_t length;

    memset(large, ' ', sizeof large);
    for (int n = 0; n < 2; n++) {
        splitter_init(&splitter, SIZE_MAX);
        countdown = n;
        memory_fails = fails_later;
        CU_ASSERT_EQUAL(splitter_feed(&splitter, "[1,", 3), n == 0 ? 0 : 3);
        CU_ASSERT_EQUAL(splitter_feed(&splitter, large, sizeof large), n == 0 ? sizeof large : 0);
        memory_fails = NULL;
        CU_ASSERT_EQUAL(splitter_next(&splitter, &row, &length), SPLIT_BAD);
        CU_ASSERT_EQUAL(splitter.problem, SPLITTER_NO_MEMORY);
        splitter_free(&splitter);
    }
}

/* Rows read one after the other by one document that fits after the first. */
static void rows_are_read_without_new_memory(void)
{
    static const char text[] =
        "[{\"id\":700,\"t\":\"a\\nb\"}, {\"id\":8,\"t\":\"\\n\"},{\"id\":9}, 10]";
    static const int64_t ids[] = {700, 8, 9};
    struct document document = {0};
    struct json_error error;
    struct splitter splitter;
    const char *row;
    size_t length, count = 0;
    int64_t id;

    splitter_init(&splitter, SIZE_MAX);
    splitter_feed(&splitter, text, strlen(text));
    while (splitter_next(&splitter, &row, &length) == SPLIT_ROW) {
        countdown = count == 0 ? 100 : 0;
        memory_fails = fails_later;
        CU_ASSERT_EQUAL(document_read_row(&document, row, length, &error), JSON_OK);
        CU_ASSERT_EQUAL(
            supa_row_int64(document_row(&document, 0), count < 3 ? "id" : NULL, &id),
            SUPA_FIELD_VALUE);
        CU_ASSERT_EQUAL(id, count < 3 ? ids[count] : 10);
        if (count < 2)
            CU_ASSERT_STRING_EQUAL(
                supa_row_string(document_row(&document, 0), "t", "?"), count == 0 ? "a\nb" : "\n");
        memory_fails = NULL;
        count++;
    }
    CU_ASSERT_EQUAL(count, 4);
    CU_ASSERT_EQUAL(document_read_row(&document, "{]", 2, &error), JSON_MALFORMED);
    CU_ASSERT_EQUAL(document.row_count, 0);
    document_free(&document);
    splitter_free(&splitter);
}

CU_TestInfo splitter_tests[] = {
    {"every cut gives the same rows", every_cut_gives_the_same_rows},
    {"single bytes give the same rows", single_bytes_give_the_same_rows},
    {"random pieces of a long array give all rows", random_pieces_of_a_long_array_give_all_rows},
    {"a row that is too large is told early", a_row_that_is_too_large_is_told_early},
    {"a problem stays", a_problem_stays},
    {"blanks may come behind the end", blanks_may_come_behind_the_end},
    {"reports that memory is gone", reports_that_memory_is_gone},
    {"rows are read without new memory", rows_are_read_without_new_memory},
    CU_TEST_INFO_NULL,
};
