/* SPDX-License-Identifier: MIT */
/* Writes the canned answers, and what they contain:
 *
 *     canned DIR ROWS…
 *
 * makes DIR/one.json (one row, 200 bytes), DIR/page.json (100 rows) and a DIR/rows_N.json for each
 * number, in PostgREST's shape: rows parted by ", \n ", numeric(10,2) with both digits, jsonb with
 * blanks. DIR/oracle.txt has a line for each:
 *
 *     NAME ROWS BYTES BYTES_SUM FIELDS_SUM THREE_SUM IDS CENTS UNITS ALL_UNITS
 *
 * The last four are for languages without 64-bit sums: ids, cents and UTF-16 units of the names added
 * up, and the units of every text of the row. */
#include "sum.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct answer {
    size_t bytes;
    uint64_t bytes_sum, fields, three, ids, cents, units, all_units;
    char *text; /* of the whole body */
    size_t size;
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

__attribute__((format(printf, 2, 3))) static void
put(struct answer *answer, const char *format, ...)
{
    va_list arguments;
    int length;

    if (answer->size - answer->bytes < 4096) {
        answer->size = answer->size * 2 + 8192;
        answer->text = realloc(answer->text, answer->size);
        if (answer->text == NULL)
            fail("memory");
    }
    va_start(arguments, format);
    length = vsnprintf(answer->text + answer->bytes, 4096, format, arguments);
    va_end(arguments);
    answer->bytes += (size_t)length;
}

static uint64_t units_of(const char *text)
{
    uint64_t units = 0;

    for (; *text != '\0'; text++)
        units += ((unsigned char)*text & 0xC0) != 0x80; /* nothing here is beyond U+FFFF */
    return units;
}

static void add_text(struct answer *answer, const char *text)
{
    answer->fields = sum_text(answer->fields, text, strlen(text));
    answer->all_units += units_of(text);
}

static void add_number(struct answer *answer, long number)
{
    answer->fields = sum_number(answer->fields, (uint64_t)number);
}

/* A text as JSON: only quotes need an escape here. */
static void put_text(struct answer *answer, const char *name, const char *text)
{
    put(answer, ",\"%s\":\"", name);
    add_text(answer, text);
    for (; *text != '\0'; text++)
        put(answer, *text == '"' ? "\\%c" : "%c", *text);
    put(answer, "\"");
}

static void put_json(struct answer *answer, const char *name, const char *json)
{
    put(answer, ",\"%s\":%s", name, json);
    answer->fields = sum_text(answer->fields, json, strlen(json));
}

/* What lies in the row, in the order of its columns. */
static void put_row(struct answer *answer, long i)
{
    static const char *const status[] = {"active", "active", "active", "draft", "archived"};
    static const char *const color[] = {"red", "green", "blue"};
    const long cents = (i % 9973) * 100 / 7 + 100;
    char text[200], name[64];

    put(answer, "{\"id\":%ld,\"store_id\":%ld", i, 1 + i % 50);
    add_number(answer, i);
    add_number(answer, 1 + i % 50);
    snprintf(text, sizeof text, "SKU-%07ld", i);
    put_text(answer, "sku", text);
    snprintf(name, sizeof name, "Product number %ld", i);
    put_text(answer, "name", name);
    snprintf(
        text, sizeof text, "A fine product, number %ld, made of \"quoted\" stuff and ünïcode", i);
    put_text(answer, "description", text);
    put(answer, ",\"price\":%ld.%02ld,\"stock\":%ld", cents / 100, cents % 100, i % 200);
    add_number(answer, cents);
    add_number(answer, i % 200);
    put_text(answer, "status", status[i % 5]);
    snprintf(text, sizeof text, "[\"tag%ld\",\"tag%ld\"]", i % 17, i % 5);
    put_json(answer, "tags", text);
    snprintf(
        text, sizeof text, "{\"dims\": [%ld, %ld, %ld], \"color\": \"%s\", \"weight\": %ld.%ld}",
        i % 10, i % 20, i % 30, color[i % 3], i % 1000 / 10, i % 10);
    put_json(answer, "attrs", text);
    snprintf(
        text, sizeof text, "2024-%02ld-%02ldT%02ld:%02ld:00+00:00", 1 + i % 12, 1 + i % 28, i % 24,
        i % 60);
    put_text(answer, "created_at", text);
    put(answer, ",\"updated_at\":null}");
    add_number(answer, 1);
    answer->three = sum_number(answer->three, (uint64_t)i);
    answer->three = sum_text(answer->three, name, strlen(name));
    answer->three = sum_number(answer->three, (uint64_t)cents);
    answer->ids += (uint64_t)i;
    answer->cents += (uint64_t)cents;
    answer->units += units_of(name);
}

static void save(const struct answer *answer, const char *directory, const char *name)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s.json", directory, name);
    file = fopen(path, "w");
    if (file == NULL || fwrite(answer->text, 1, answer->bytes, file) != answer->bytes ||
        fclose(file) != 0)
        fail(path);
}

static void
finish(struct answer *answer, const char *directory, const char *name, long rows, FILE *oracle)
{
    save(answer, directory, name);
    fprintf(
        oracle,
        "%s %ld %zu %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
        " %" PRIu64 "\n",
        name, rows, answer->bytes, sum_text(0, answer->text, answer->bytes), answer->fields,
        answer->three, answer->ids, answer->cents, answer->units, answer->all_units);
    free(answer->text);
}

static void write_rows(const char *directory, const char *name, long rows, FILE *oracle)
{
    struct answer answer = {0};

    for (long i = 1; i <= rows; i++) {
        put(&answer, i == 1 ? "[" : ", \n ");
        put_row(&answer, i);
    }
    put(&answer, "]");
    finish(&answer, directory, name, rows, oracle);
}

/* One row of 200 bytes in all. */
static void write_one(const char *directory, FILE *oracle)
{
    static const char start[] =
        "[{\"id\":42,\"store_id\":7,\"sku\":\"SKU-0000042\",\"name\":\"Product number 42\","
        "\"price\":19.99,\"stock\":12,\"status\":\"active\",\"tags\":[\"a\",\"b\"],"
        "\"created_at\":\"2024-01-01T00:42:00+00:00\",\"note\":\"";
    struct answer answer = {0};

    put(&answer, "%s", start);
    put(&answer, "%0*d\"}]", 200 - (int)sizeof start + 1 - 3, 0);
    finish(&answer, directory, "one", 1, oracle);
}

int main(int argc, char **argv)
{
    char path[4096], name[64];
    FILE *oracle;

    if (argc < 2) {
        fputs("usage: canned DIR ROWS...\n", stderr);
        return 2;
    }
    snprintf(path, sizeof path, "%s/oracle.txt", argv[1]);
    oracle = fopen(path, "w");
    if (oracle == NULL)
        fail(path);
    write_one(argv[1], oracle);
    write_rows(argv[1], "page", 100, oracle);
    for (int i = 2; i < argc; i++) {
        snprintf(name, sizeof name, "rows_%s", argv[i]);
        write_rows(argv[1], name, atol(argv[i]), oracle);
    }
    return fclose(oracle) == 0 ? 0 : 1;
}
