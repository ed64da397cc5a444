/* SPDX-License-Identifier: MIT */
/* A result of any size, row by row: id, name and price of each. */
#include "oracle.h"
#include "ours.h"
#include "side.h"
#include "sum.h"

#include <stdio.h>

static supa_client *client;
static struct oracle oracle;
static char table[64];

static uint64_t add_row(uint64_t sum, supa_row row)
{
    int64_t id = 0, cents = 0;
    const char *name = NULL;
    size_t length = 0;

    if (supa_row_int64(row, "id", &id) != SUPA_FIELD_VALUE ||
        supa_row_text(row, "name", &name, &length) != SUPA_FIELD_VALUE ||
        supa_row_scaled(row, "price", 2, &cents) != SUPA_FIELD_VALUE)
        side_fail("a row without id, name or price");
    sum = sum_number(sum, (uint64_t)id);
    sum = sum_text(sum, name, length);
    return sum_number(sum, (uint64_t)cents);
}

static void read_rows(supa_rows *rows)
{
    const supa_error *error;
    supa_row row;
    uint64_t sum = 0;
    long count = 0;

    for (; supa_rows_next(rows, &row); count++)
        sum = add_row(sum, row);
    error = supa_rows_error(rows);
    if (error != NULL)
        side_fail("libsupa: %s", error->message);
    if (count != oracle.rows || sum != oracle.three_sum)
        side_fail("%ld rows, whose fields are not those of %s.json", count, table);
    supa_rows_close(rows, NULL);
}

static void open_stream(long size)
{
    snprintf(table, sizeof table, "%s", oracle_rows_name(size > 0 ? size : 100000));
    oracle = oracle_of(table);
    client = ours_client("BENCH_URL");
}

static void run_stream(long count)
{
    for (long i = 0; i < count; i++)
        read_rows(supa_rows_open(ours_read(client, table, "store_id", 1 + i % 50)));
}

const struct side side_stream = {"stream", open_stream, run_stream};
