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
    ask_eq(q, KEY, id);
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
static int has_key(const supa_response *rows)
{
    const char *json;
    size_t length;

    return supa_row_raw(supa_response_first(rows), KEY, &json, &length) == SUPA_FIELD_VALUE;
}

/* Whether something else has the key's name, "id:email"; a cast, "id::text", is the key itself. */
static int hides_key(const char *columns)
{
    const size_t length = sizeof KEY - 1;

    for (const char *at = columns; (at = strstr(at, KEY ":")) != NULL; at += length) {
        if (at[length + 1] != ':' && (at == columns || strchr(", (", at[-1]) != NULL))
            return 1;
    }
    return 0;
}

static supa_response *refuse_alias(void)
{
    supa_error error;

    error_argument(
        &error, "supa_find_all: there are more rows than the server gives at once, and the alias "
                "\"" KEY "\" hides the column that they are paged by");
    return supa_response_of_error(&error);
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
    keyed = has_key(rows);
    supa_response_free(rows);
    if (hides_key(columns))
        return refuse_alias();
    q = select_rows(client, table, filters, n);
    if (keyed)
        supa_select(q, columns);
    else if (select_with_key(q, columns) != 0)
        return ask_without_memory(q);
    return all_rows_of(q, KEY);
}
