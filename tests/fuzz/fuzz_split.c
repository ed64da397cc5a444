/* SPDX-License-Identifier: MIT */
/* The splitter and the reader of single rows against the reader of whole documents: the first byte
 * says where the text is cut, the rest is the text. */
#include "base/text.h"
#include "fuzz.h"
#include "result/csv_splitter.h"
#include "result/rows.h"
#include "result/splitter.h"

#include <stdlib.h>
#include <string.h>

const char *const fuzz_name = "split";

/* The elements of the whole text, as far as they were met again. */
struct whole {
    const char *text;
    struct document document;
    size_t met;
    int valid; /* it is an array */
};

static void check_row(struct whole *whole, const char *row, size_t length)
{
    const struct json_tape *tape = &whole->document.tape;
    const struct json_node *node;
    size_t start, end;

    FUZZ_REQUIRE(whole->met < whole->document.row_count);
    node = &tape->nodes[whole->document.rows[whole->met++]];
    start = node->start - (json_kind_of(node) == JSON_STRING ? 1 : 0);
    end = node->end + (json_kind_of(node) == JSON_STRING ? 1 : 0);
    FUZZ_REQUIRE(length == end - start);
    FUZZ_REQUIRE(memcmp(row, whole->text + start, length) == 0);
}

/* Reads what has come; 0 when all of it was well. */
static int drain(struct splitter *splitter, struct document *row, struct whole *whole)
{
    struct json_error error;
    const char *bytes;
    size_t length;
    enum split split;

    while ((split = splitter_next(splitter, &bytes, &length)) == SPLIT_ROW) {
        char *copy = fuzz_copy(bytes, length);
        int status = document_read_row(row, copy, length, &error);

        document_clear(row);
        free(copy);
        FUZZ_REQUIRE(status == JSON_OK || !whole->valid);
        if (status != JSON_OK)
            return -1;
        if (whole->valid)
            check_row(whole, bytes, length);
    }
    return split == SPLIT_BAD ? -1 : 0;
}

/* The same in one step for each row. */
static int drain_quickly(struct splitter *splitter, struct document *row, struct whole *whole)
{
    enum split split;

    while ((split = document_next_row(row, splitter)) == SPLIT_ROW) {
        FUZZ_REQUIRE(row->row_count == 1);
        if (whole->valid)
            check_row(whole, row->text, row->length);
    }
    FUZZ_REQUIRE(row->row_count == 0);
    return split == SPLIT_BAD ? -1 : 0;
}

/* 1 when the pieces are accepted as a whole. */
static int accepts(
    const char *text, size_t length, size_t piece, struct whole *whole,
    int read(struct splitter *, struct document *, struct whole *))
{
    struct splitter splitter;
    struct document row = {0};
    int status = 0;

    splitter_init(&splitter, SIZE_MAX);
    whole->met = 0;
    for (size_t at = 0; at < length && status == 0; at += piece) {
        size_t n = piece < length - at ? piece : length - at;
        char *copy = fuzz_copy(text + at, n);

        FUZZ_REQUIRE(splitter_feed(&splitter, copy, n) == n);
        free(copy);
        status = read(&splitter, &row, whole);
    }
    if (status == 0)
        status = splitter_finish(&splitter);
    FUZZ_REQUIRE(status == 0 || splitter.problem == SPLITTER_NONE || splitter.what != NULL);
    splitter_free(&splitter);
    document_free(&row);
    return status == 0;
}

/* Lines and a hash of them, to compare one cut with another. */
static uint64_t csv_sum(const char *text, size_t length, size_t piece)
{
    struct csv_splitter splitter;
    uint64_t sum = 14695981039346656037u;
    const char *line;
    size_t n, at = 0;
    enum csv_split split;

    csv_splitter_init(&splitter, SIZE_MAX);
    do {
        size_t some = piece < length - at ? piece : length - at;

        csv_splitter_feed(&splitter, text + at, some);
        at += some;
        if (at == length)
            csv_splitter_end(&splitter);
        while ((split = csv_splitter_next(&splitter, &line, &n)) <= CSV_LINE) {
            struct csv_field field;
            size_t count = 0;

            while (csv_field(line, n, count, &field)) {
                FUZZ_REQUIRE(field.bytes >= line && field.bytes + field.length <= line + n);
                count++;
            }
            FUZZ_REQUIRE(count > 0 && count <= n + 1);
            for (size_t i = 0; i < n; i++)
                sum = (sum ^ (unsigned char)line[i]) * 1099511628211u;
            sum = (sum ^ (256 + (uint64_t)split)) * 1099511628211u;
        }
    } while (at < length && split == CSV_MORE);
    sum ^= (uint64_t)split;
    csv_splitter_free(&splitter);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size > 0 ? (size_t)data[0] + 1 : 1;
    size_t length = size > 0 ? size - 1 : 0;
    char *text = fuzz_copy(size > 0 ? (const char *)data + 1 : "", length);
    struct whole whole = {.text = text};
    struct json_error error;
    int status = document_read(&whole.document, text, length, ROWS_ANY, &error);

    whole.valid = status == JSON_OK && document_kind(&whole.document) == JSON_ARRAY;
    FUZZ_REQUIRE(accepts(text, length, piece, &whole, drain) == whole.valid);
    FUZZ_REQUIRE(!whole.valid || whole.met == whole.document.row_count);
    FUZZ_REQUIRE(accepts(text, length, length + 1, &whole, drain) == whole.valid);
    FUZZ_REQUIRE(accepts(text, length, piece, &whole, drain_quickly) == whole.valid);
    FUZZ_REQUIRE(!whole.valid || whole.met == whole.document.row_count);
    FUZZ_REQUIRE(accepts(text, length, length + 1, &whole, drain_quickly) == whole.valid);
    FUZZ_REQUIRE(!whole.valid || whole.met == whole.document.row_count);
    FUZZ_REQUIRE(csv_sum(text, length, piece) == csv_sum(text, length, length + 1));
    document_free(&whole.document);
    free(text);
    return 0;
}
