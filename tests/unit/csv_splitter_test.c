/* SPDX-License-Identifier: MIT */
#include "result/csv_splitter.h"

#include "base/buffer.h"
#include "base/memory.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text;
    const char *lines; /* #header|line|line|, then . or the problem */
} answers[] = {
    {"", "."},
    {"\n", "#|."},
    {"id", "#id|."},
    {"id\n", "#id|."},
    {"id,name\n1,a\n2,b", "#id,name|1,a|2,b|."},
    {"id,name\r\n1,a\r\n2,b\r\n", "#id,name|1,a|2,b|."},
    {"a\n1\n\n3\n", "#a|1||3|."},
    {"a,b\n\"x\ny\",\"\"\"\n\"\"\"\n,\n", "#a,b|\"x\ny\",\"\"\"\n\"\"\"|,|."},
    {"a\n\"x\"\r\n\"y\"", "#a|\"x\"|\"y\"|."},
    {"it\"s,b\n1,2", "#it\"s,b|1,2|."},
    {"a\nit\"s\nb", "#a|it\"s|b|."},
    {"a\n\"\"\n\"\"", "#a|\"\"|\"\"|."},
    {"a\n\"x\"y\n", "#a|a comma must stand behind a quoted field"},
    {"a\n\"x\"\ry\n", "#a|a comma must stand behind a quoted field"},
    {"a\n\"x\"\r\"\n", "#a|a comma must stand behind a quoted field"},
    {"a\n1,\"x", "#a|the answer ended before it was whole"},
    {"a\n\"x\"\"", "#a|the answer ended before it was whole"},
    {"a\n\"x\n\n", "#a|the answer ended before it was whole"},
};

static enum csv_split drain(struct csv_splitter *splitter, struct buffer *out)
{
    enum csv_split split;
    const char *line;
    size_t length;

    while ((split = csv_splitter_next(splitter, &line, &length)) <= CSV_LINE) {
        if (split == CSV_HEADER)
            buffer_putc(out, '#');
        buffer_put(out, line, length);
        buffer_putc(out, '|');
    }
    return split;
}

static void feed(struct csv_splitter *splitter, const char *bytes, size_t n, struct buffer *out)
{
    char *copy = malloc(n > 0 ? n : 1);

    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    memcpy(copy, bytes, n);
    CU_ASSERT_EQUAL(csv_splitter_feed(splitter, copy, n), n);
    free(copy);
    CU_ASSERT_NOT_EQUAL(drain(splitter, out), CSV_END);
}

static void finish(struct csv_splitter *splitter, struct buffer *out)
{
    csv_splitter_end(splitter);
    if (drain(splitter, out) == CSV_END)
        buffer_putc(out, '.');
    else
        buffer_puts(out, csv_splitter_problem(splitter));
}

static void every_cut_gives_the_same_lines(void)
{
    struct buffer out = BUFFER_INIT;

    for (size_t i = 0; i < COUNT(answers); i++) {
        const char *text = answers[i].text;
        size_t length = strlen(text);

        for (size_t cut = 0; cut <= length; cut++) {
            struct csv_splitter splitter;

            buffer_clear(&out);
            csv_splitter_init(&splitter, SIZE_MAX);
            feed(&splitter, text, cut, &out);
            feed(&splitter, text + cut, length - cut, &out);
            finish(&splitter, &out);
            CU_ASSERT_STRING_EQUAL(buffer_text(&out), answers[i].lines);
            csv_splitter_free(&splitter);
        }
    }
    buffer_free(&out);
}

static void single_bytes_give_the_same_lines(void)
{
    struct buffer out = BUFFER_INIT;

    for (size_t i = 0; i < COUNT(answers); i++) {
        struct csv_splitter splitter;

        buffer_clear(&out);
        csv_splitter_init(&splitter, SIZE_MAX);
        for (const char *at = answers[i].text; *at != '\0'; at++)
            feed(&splitter, at, 1, &out);
        finish(&splitter, &out);
        CU_ASSERT_STRING_EQUAL(buffer_text(&out), answers[i].lines);
        csv_splitter_free(&splitter);
    }
    buffer_free(&out);
}

static void a_long_answer_needs_little_memory(void)
{
    struct buffer text = BUFFER_INIT, lines = BUFFER_INIT, out = BUFFER_INIT;
    struct csv_splitter splitter;

    buffer_puts(&text, "id,text\n");
    buffer_puts(&lines, "#id,text|");
    for (unsigned i = 0; i < 5000; i++) {
        buffer_puts(&text, "17,\"a \"\"text\"\"\nof two lines\",\n");
        buffer_puts(&lines, "17,\"a \"\"text\"\"\nof two lines\",|");
    }
    buffer_putc(&lines, '.');
    csv_splitter_init(&splitter, SIZE_MAX);
    for (size_t at = 0; at < text.length; at += 37)
        feed(&splitter, text.data + at, text.length - at < 37 ? text.length - at : 37, &out);
    finish(&splitter, &out);
    CU_ASSERT_STRING_EQUAL(buffer_text(&out), buffer_text(&lines));
    CU_ASSERT_EQUAL(splitter.held.capacity, 16384);
    csv_splitter_free(&splitter);
    buffer_free(&text);
    buffer_free(&lines);
    buffer_free(&out);
}

static void a_line_that_is_too_long_is_told_early(void)
{
    static const char text[] = "abcde\n\"bcd\"\n\"\n\n\n\n\n\n\n\n\n\n\n";

    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct buffer out = BUFFER_INIT;
        struct csv_splitter splitter;

        csv_splitter_init(&splitter, 5);
        for (size_t at = 0, length = strlen(text); at < length; at += piece)
            feed(&splitter, text + at, piece < length - at ? piece : length - at, &out);
        CU_ASSERT_EQUAL(splitter.problem, CSV_PROBLEM_TOO_LARGE);
        CU_ASSERT_STRING_EQUAL(buffer_text(&out), "#abcde|\"bcd\"|");
        csv_splitter_free(&splitter);
        buffer_free(&out);
    }
}

static void finds_the_fields_of_a_line(void)
{
    static const struct {
        const char *line;
        size_t index;
        const char *text; /* decoded; NULL: there is none */
        int quoted;
    } rows[] = {
        {"", 0, "", 0},
        {"", 1, NULL, 0},
        {",", 0, "", 0},
        {",", 1, "", 0},
        {",", 2, NULL, 0},
        {"1,a b,", 0, "1", 0},
        {"1,a b,", 1, "a b", 0},
        {"1,a b,", 2, "", 0},
        {"1,a b,", 3, NULL, 0},
        {"\"\"", 0, "", 1},
        {"\"a,\"\"b\"\"\n\",2", 0, "a,\"b\"\n", 1},
        {"\"a,\"\"b\"\"\n\",2", 1, "2", 0},
        {"\"\"\"\"", 0, "\"", 1},
        {"\"C:\\\\x\\y\"", 0, "C:\\x\\y", 1},
        {"a\\\\b", 0, "a\\\\b", 0},
        {"it\"s,\"x\"", 0, "it\"s", 0},
        {"it\"s,\"x\"", 1, "x", 1},
        {"\"open", 0, "open", 1},
        {"\"open", 1, NULL, 0},
        {"\"", 0, "", 1},
        {"\"a\"\"", 0, "a\"", 1},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct csv_field field;
        char out[64] = {0};
        int found = csv_field(rows[i].line, strlen(rows[i].line), rows[i].index, &field);

        CU_ASSERT_EQUAL(found, rows[i].text != NULL);
        if (!found || rows[i].text == NULL)
            continue;
        CU_ASSERT_EQUAL(field.quoted, rows[i].quoted);
        CU_ASSERT_EQUAL(csv_decode(&field, out), strlen(rows[i].text));
        CU_ASSERT_STRING_EQUAL(out, rows[i].text);
    }
}

static int refuses_all(void)
{
    return 1;
}

static void reports_that_memory_is_gone(void)
{
    struct csv_splitter splitter;
    const char *line;
    size_t length;

    csv_splitter_init(&splitter, SIZE_MAX);
    memory_fails = refuses_all;
    CU_ASSERT_EQUAL(csv_splitter_feed(&splitter, "a\n", 2), 0);
    memory_fails = NULL;
    CU_ASSERT_EQUAL(csv_splitter_next(&splitter, &line, &length), CSV_BAD);
    CU_ASSERT_EQUAL(splitter.problem, CSV_PROBLEM_NO_MEMORY);
    CU_ASSERT_EQUAL(csv_splitter_unread(&splitter), 0);
    csv_splitter_free(&splitter);
}

CU_TestInfo csv_splitter_tests[] = {
    {"every cut gives the same lines", every_cut_gives_the_same_lines},
    {"single bytes give the same lines", single_bytes_give_the_same_lines},
    {"a long answer needs little memory", a_long_answer_needs_little_memory},
    {"a line that is too long is told early", a_line_that_is_too_long_is_told_early},
    {"finds the fields of a line", finds_the_fields_of_a_line},
    {"reports that memory is gone", reports_that_memory_is_gone},
    CU_TEST_INFO_NULL,
};
