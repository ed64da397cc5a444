/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "base/error.h"
#include "platform/all_rows.h"
#include "platform/ask.h"

#include <string.h>

#define KEY "id"

supa_response *
supa_find(supa_client *client, const char *table, const char *id, const char *columns)
{
    supa_query *q = supa_from(client, table);

    supa_select(q, columns != NULL ? columns : "*");
    supa_eq(q, KEY, supa_text(id));
    return supa_execute(supa_single(q));
}

static supa_query *
select_rows(supa_client *client, const char *table, const supa_condition *filters, size_t n)
{
    supa_query *q = supa_from(client, table);

    ask_conditions(q, filters, n);
    return q;
}

/* Whether the rows have the key under its own name already. */
static int has_key(const supa_response *rows, const char *columns)
{
    const char *json;
    size_t length;

    return strstr(columns, KEY ":") == NULL &&
           supa_row_raw(supa_response_first(rows), KEY, &json, &length) == SUPA_FIELD_VALUE;
}

/* @q asks for the columns and the key. 0, or −1 when memory is gone. */
static int select_with_key(supa_query *q, const char *columns)
{
    struct buffer text = BUFFER_INIT;
    int failed;

    buffer_puts(&text, columns);
    buffer_puts(&text, "," KEY);
    failed = buffer_failed(&text);
    supa_select(q, buffer_text(&text));
    buffer_free(&text);
    return failed ? -1 : 0;
}

/* Tables without a column id are fine, too, as long as one answer holds all of their rows. */
supa_response *supa_find_all(
    supa_client *client, const char *table, const char *columns, const supa_condition *filters,
    size_t n)
{
    supa_query *q = select_rows(client, table, filters, n);
    supa_response *rows;
    int keyed;

    if (columns == NULL)
        columns = "*";
    rows = supa_execute(supa_count(supa_select(q, columns), SUPA_COUNT_EXACT));
    if (!supa_response_ok(rows) || supa_response_truncated(rows) == SUPA_TRUNCATED_NO)
        return rows;
    keyed = has_key(rows, columns);
    supa_response_free(rows);
    q = select_rows(client, table, filters, n);
    if (keyed)
        supa_select(q, columns);
    else if (select_with_key(q, columns) != 0)
        return ask_without_memory(q);
    return all_rows_of(q, KEY);
}
