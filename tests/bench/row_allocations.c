/* SPDX-License-Identifier: MIT */
/* Allocations of the library's in a small GET, a page of 100 rows with texts to unescape, and a write, on
 * a warm client: every call of malloc and its family whose caller is code of libsupa.so. */
#include "allocation_count.h"
#include "ours.h"
#include "side.h"

static supa_client *client;

static void read_all(const char *table)
{
    supa_response *response = supa_execute(ours_read(client, table, "id", 1));
    supa_row row = supa_response_first(response);
    const char *text;
    size_t length;

    ours_check(response);
    for (size_t i = 0; i < supa_response_row_count(response); i++, row = supa_row_next(row)) {
        if (supa_row_text(row, "name", &text, &length) != SUPA_FIELD_VALUE)
            side_fail("a row without a name");
        supa_row_text(row, "description", &text, &length);
    }
    supa_response_free(response);
}

static void write_one(void)
{
    supa_error error;

    if (supa_exec(supa_insert(supa_from(client, "notes"), "{\"id\":42}"), &error) != SUPA_OK)
        side_fail("libsupa: %s", error.message);
}

static void run_allocations(long count)
{
    long before = allocation_count();

    for (long i = 0; i < count; i++) {
        read_all("one");
        read_all("page");
        write_one();
    }
    side_report((double)(allocation_count() - before) / (double)(3 * count));
}

static void open_allocations(long size)
{
    (void)size;
    allocation_watch("libsupa.so");
    client = ours_client("BENCH_URL");
    run_allocations(1);
    if (allocation_count() == 0)
        side_fail(
            "no allocation was counted while the client was made: the counter does not count");
}

const struct side side_allocations = {"allocations", open_allocations, run_allocations};
