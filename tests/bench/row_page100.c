/* SPDX-License-Identifier: MIT */
/* Every field of every row by its name: text unescaped, numbers exact, JSON columns as they stand. */
#include "oracle.h"
#include "ours.h"
#include "side.h"
#include "sum.h"

#include <stdio.h>

static supa_client *client;
static struct oracle oracle;
static char table[64];

static uint64_t add_int(uint64_t sum, supa_row row, const char *column)
{
    int64_t number = 0;

    if (supa_row_int64(row, column, &number) != SUPA_FIELD_VALUE)
        side_fail("%s is no integer", column);
    return sum_number(sum, (uint64_t)number);
}

static uint64_t add_cents(uint64_t sum, supa_row row, const char *column)
{
    int64_t cents = 0;

    if (supa_row_scaled(row, column, 2, &cents) != SUPA_FIELD_VALUE)
        side_fail("%s is no price", column);
    return sum_number(sum, (uint64_t)cents);
}

static uint64_t add_text(uint64_t sum, supa_row row, const char *column)
{
    const char *text = NULL;
    size_t length = 0;

    if (supa_row_text(row, column, &text, &length) != SUPA_FIELD_VALUE)
        side_fail("%s is no text", column);
    return sum_text(sum, text, length);
}

static uint64_t add_json(uint64_t sum, supa_row row, const char *column)
{
    const char *text = NULL;
    size_t length = 0;

    if (supa_row_raw(row, column, &text, &length) != SUPA_FIELD_VALUE)
        side_fail("%s is missing", column);
    return sum_text(sum, text, length);
}

static uint64_t add_null(uint64_t sum, supa_row row, const char *column)
{
    const char *text;
    size_t length;

    return sum_number(sum, supa_row_text(row, column, &text, &length) == SUPA_FIELD_NULL);
}

static uint64_t add_row(uint64_t sum, supa_row row)
{
    sum = add_int(sum, row, "id");
    sum = add_int(sum, row, "store_id");
    sum = add_text(sum, row, "sku");
    sum = add_text(sum, row, "name");
    sum = add_text(sum, row, "description");
    sum = add_cents(sum, row, "price");
    sum = add_int(sum, row, "stock");
    sum = add_text(sum, row, "status");
    sum = add_json(sum, row, "tags");
    sum = add_json(sum, row, "attrs");
    sum = add_text(sum, row, "created_at");
    return add_null(sum, row, "updated_at");
}

static void read_page(const supa_response *response)
{
    const size_t rows = supa_response_row_count(response);
    supa_row row = supa_response_first(response);
    uint64_t sum = 0;

    ours_check(response);
    for (size_t i = 0; i < rows; i++, row = supa_row_next(row))
        sum = add_row(sum, row);
    if (rows != (size_t)oracle.rows || sum != oracle.fields_sum)
        side_fail("%zu rows, whose fields are not those of %s.json", rows, table);
}

static void open_page(long size)
{
    snprintf(table, sizeof table, "%s", size > 0 ? oracle_rows_name(size) : "page");
    oracle = oracle_of(table);
    client = ours_client("BENCH_URL");
    ours_tell_sent(supa_execute(ours_read(client, table, "store_id", 1)));
}

static void run_page(long count)
{
    for (long i = 0; i < count; i++) {
        supa_response *response = supa_execute(ours_read(client, table, "store_id", 1 + i % 50));

        read_page(response);
        supa_response_free(response);
    }
}

const struct side side_page100 = {"page100", open_page, run_page};
