/* SPDX-License-Identifier: MIT */
/* What reading rows costs, from memory: no network, no server.
 *
 *     rows [parse|fields|split|stream [ROUNDS]]
 *
 * parse: a page of 100 rows; fields: every field of its rows by name; split: 100,000 rows found in
 * pieces of 16 KiB; stream: the same, each row read and three of its fields. Without a name all are
 * measured: the quickest of the rounds, in nanoseconds a byte. With a name it runs alone, for a
 * profiler; ROUNDS is 1 then unless it is said. */
#include "result/rows.h"
#include "base/buffer.h"
#include "result/splitter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PIECE 16384

static uint64_t sum; /* of all that was read, so that nothing is left out */

static void fail(const char *what)
{
    fprintf(stderr, "rows: %s\n", what);
    exit(1);
}

static void sum_number(uint64_t number)
{
    sum = (sum << 7 | sum >> 57) + number;
}

static void sum_text(const char *text, size_t length)
{
    uint64_t word;

    for (; length >= 8; length -= 8, text += 8) {
        memcpy(&word, text, 8);
        sum_number(word);
    }
    for (word = length; length > 0; length--)
        word = word << 8 | (unsigned char)*text++;
    sum_number(word);
}

/* One row of PostgREST's, about 350 bytes. */
static void put_row(struct buffer *out, unsigned id)
{
    static const char *const states[] = {"active", "draft", "archived"};
    static const char *const colors[] = {"red", "green", "blue"};
    char row[1024];
    int length = snprintf(
        row, sizeof row,
        "{\"id\":%u,\"store_id\":%u,\"sku\":\"SKU-%07u\",\"name\":\"Product number %u\","
        "\"description\":\"A fine product, number %u, made of \\\"quoted\\\" stuff and "
        "\xC3\xBCn\xC3\xAF"
        "code\",\"price\":%u.%02u,\"stock\":%u,\"status\":\"%s\",\"tags\":[\"tag%u\",\"tag%u\"],"
        "\"attrs\":{\"dims\": [%u, %u, %u], \"color\": \"%s\", \"weight\": %u.%u},"
        "\"created_at\":\"2024-%02u-%02uT%02u:%02u:00+00:00\",\"updated_at\":null}",
        id, id % 97 + 1, id, id, id, id % 997, id % 100, id % 500, states[id % 3], id % 10, id % 7,
        id % 9, id % 8, id % 7, colors[id % 3], id % 50, id % 10, id % 12 + 1, id % 28 + 1, id % 24,
        id % 60);

    buffer_put(out, row, (size_t)length);
}

static struct buffer rows_text(unsigned count)
{
    struct buffer text = BUFFER_INIT;

    buffer_putc(&text, '[');
    for (unsigned i = 1; i <= count; i++) {
        if (i > 1)
            buffer_puts(&text, ", \n ");
        put_row(&text, i);
    }
    buffer_putc(&text, ']');
    if (buffer_failed(&text))
        fail("out of memory");
    return text;
}

static void add_text(supa_row row, const char *column)
{
    const char *text;
    size_t length;

    if (supa_row_text(row, column, &text, &length) == SUPA_FIELD_VALUE)
        sum_text(text, length);
}

static void add_int(supa_row row, const char *column)
{
    int64_t number;

    if (supa_row_int64(row, column, &number) == SUPA_FIELD_VALUE)
        sum_number((uint64_t)number);
}

static void add_cents(supa_row row, const char *column, int digits)
{
    int64_t number;

    if (supa_row_scaled(row, column, digits, &number) == SUPA_FIELD_VALUE)
        sum_number((uint64_t)number);
}

static void add_time(supa_row row, const char *column)
{
    int64_t time;

    if (supa_row_time(row, column, &time) == SUPA_FIELD_VALUE)
        sum_number((uint64_t)time);
}

static void add_list(supa_row row, const char *column, void add(supa_row, const char *))
{
    supa_row item;
    size_t count;

    if (supa_row_list(row, column, &item, &count) != SUPA_FIELD_VALUE)
        return;
    for (; count > 0; count--, item = supa_row_next(item))
        add(item, NULL);
}

static void add_all(supa_row row)
{
    supa_row attrs;

    add_int(row, "id");
    add_int(row, "store_id");
    add_text(row, "sku");
    add_text(row, "name");
    add_text(row, "description");
    add_cents(row, "price", 2);
    add_int(row, "stock");
    add_text(row, "status");
    add_list(row, "tags", add_text);
    if (supa_row_row(row, "attrs", &attrs) == SUPA_FIELD_VALUE) {
        add_list(attrs, "dims", add_int);
        add_text(attrs, "color");
        add_cents(attrs, "weight", 1);
    }
    add_time(row, "created_at");
    add_time(row, "updated_at");
}

static void add_three(supa_row row)
{
    add_int(row, "id");
    add_text(row, "name");
    add_cents(row, "price", 2);
}

/* What is measured: a text, and the document that its rounds share. */
struct bed {
    struct buffer text;
    struct document document;
};

static void parse(struct bed *bed)
{
    struct json_error error;

    if (document_read(&bed->document, bed->text.data, bed->text.length, ROWS_LIST, &error) != 0)
        fail(error.what);
    sum_number(bed->document.row_count);
}

static void read_fields(struct bed *bed)
{
    if (bed->document.row_count == 0)
        parse(bed);
    for (size_t i = 0; i < bed->document.row_count; i++)
        add_all(document_row(&bed->document, i));
}

static void page(struct bed *bed)
{
    parse(bed);
    read_fields(bed);
}

static void in_pieces(struct bed *bed, enum split drain(struct bed *, struct splitter *))
{
    struct splitter splitter;
    enum split split = SPLIT_MORE;

    splitter_init(&splitter, SIZE_MAX);
    for (size_t at = 0, n; at < bed->text.length && split == SPLIT_MORE; at += n) {
        n = bed->text.length - at < PIECE ? bed->text.length - at : PIECE;
        splitter_feed(&splitter, bed->text.data + at, n);
        split = drain(bed, &splitter);
    }
    if (splitter_finish(&splitter) != 0)
        fail(splitter_problem(&splitter));
    splitter_free(&splitter);
}

static enum split count_rows(struct bed *bed, struct splitter *splitter)
{
    enum split split;
    const char *row;
    size_t length;

    (void)bed;
    while ((split = splitter_next(splitter, &row, &length)) == SPLIT_ROW)
        sum_number((uint64_t)(unsigned char)row[0] + length);
    return split;
}

static enum split read_rows(struct bed *bed, struct splitter *splitter)
{
    enum split split;

    while ((split = document_next_row(&bed->document, splitter)) == SPLIT_ROW)
        add_three(document_row(&bed->document, 0));
    return split;
}

static void split(struct bed *bed)
{
    in_pieces(bed, count_rows);
}

static void stream(struct bed *bed)
{
    in_pieces(bed, read_rows);
}

static const struct measure {
    const char *name;
    void (*run)(struct bed *bed);
    unsigned rows;
    unsigned rounds;
} measures[] = {
    {"parse", parse, 100, 2000},  {"fields", read_fields, 100, 2000}, {"page", page, 100, 2000},
    {"split", split, 100000, 20}, {"stream", stream, 100000, 20},
};

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void run(const struct measure *measure, unsigned rounds)
{
    struct bed bed = {rows_text(measure->rows), {0}};
    double best = 1e18;

    for (unsigned i = 0; i < rounds; i++) {
        double start = now_ns(), took;

        measure->run(&bed);
        took = now_ns() - start;
        best = took < best ? took : best;
    }
    printf(
        "%-8s %9.1f us, %6.3f ns a byte (%zu bytes)\n", measure->name, best / 1e3,
        best / (double)bed.text.length, bed.text.length);
    document_free(&bed.document);
    buffer_free(&bed.text);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    int found = 0;

    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        if (argc > 1 && strcmp(argv[1], measures[i].name) != 0)
            continue;
        run(&measures[i], argc > 1 ? rounds : measures[i].rounds);
        found = 1;
    }
    printf("checksum %016" PRIx64 "\n", sum);
    return found ? 0 : 2;
}
