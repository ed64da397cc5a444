/* SPDX-License-Identifier: MIT */
/* Inserts, upserts, updates, puts and deletes: what goes out, and what may not. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <supa/cjson.h>
#include <supa/query.h>

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

static supa_query *id(supa_query *q)
{
    return supa_eq(q, "id", supa_int(1));
}

static void rows_are_written_column_by_column(void)
{
    const char *const texts[] = {"a\"", "b\\c"};
    const int64_t ints[] = {INT64_MIN, 2};
    const double reals[] = {0.5, 1e22};
    const supa_value mixed[] = {
        supa_null(), supa_bool(1), supa_text("x"), supa_json("{\"k\": [1]}"), supa_decimal("1.50")};

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct {
            supa_value value;
            const char *json;
        } kinds[] = {
            {supa_null(), "null"},
            {supa_text("x"), "\"x\""},
            {supa_text(""), "\"\""},
            {supa_text("q\"\\/\n\t\x01\x7F"), "\"q\\\"\\\\/\\n\\t\\u0001\x7F\""},
            {supa_text("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\""},
            {supa_text_n("xyz", 2), "\"xy\""},
            {supa_int(INT64_MIN), "-9223372036854775808"},
            {supa_uint(UINT64_MAX), "18446744073709551615"},
            {supa_real(0.1), "0.1"},
            {supa_real(-1.5e300), "-1.5e+300"},
            {supa_decimal("12345678901234567890.10"), "12345678901234567890.10"},
            {supa_bool(1), "true"},
            {supa_bool(0), "false"},
            {supa_json("{\"k\": [1, null]}"), "{\"k\": [1, null]}"},
            {supa_json(" \"x\" "), " \"x\" "},
            {supa_texts(texts, 2), "[\"a\\\"\",\"b\\\\c\"]"},
            {supa_texts(NULL, 0), "[]"},
            {supa_ints(ints, 2), "[-9223372036854775808,2]"},
            {supa_reals(reals, 2), "[0.5,1e+22]"},
            {supa_values(mixed, 5), "[null,true,\"x\",{\"k\": [1]},1.50]"},
        };

        for (size_t i = 0; i < COUNT(kinds); i++) {
            char body[256] = "{\"c\":";

            strcat(strcat(body, kinds[i].json), "}");
            table_sent(
                &world, supa_set(supa_insert_row(t()), "c", kinds[i].value), "POST", "t", body);
            table_sent(
                &world, id(supa_set(supa_update_row(t()), "c", kinds[i].value)), "PATCH",
                "t?id=eq.1", body);
        }
    }
    {
        supa_query *two = supa_set(supa_insert_row(t()), "a", supa_int(1));
        const struct write rows[] = {
            {supa_insert_row(t()), "POST", "t", "{}"},
            {supa_set(supa_set(supa_insert_row(t()), "a", supa_int(1)), "b\"c", supa_int(2)),
             "POST", "t", "{\"a\":1,\"b\\\"c\":2}"},
            {supa_set(supa_insert_row(two), "b", supa_int(2)), "POST", "t?columns=%22a%22,%22b%22",
             "[{\"a\":1},{\"b\":2}]"},
            {supa_insert_row(supa_insert_row(t())), "POST", "t", "[{},{}]"},
            {supa_set(supa_insert_row(supa_insert(t(), NULL)), "a", supa_int(1)), "POST", "t",
             "{\"a\":1}"},
            {supa_set(supa_insert_row(supa_upsert(t(), NULL, "a")), "a", supa_int(1)), "POST",
             "t?on_conflict=a", "{\"a\":1}"},
            {id(supa_update_row(t())), "PATCH", "t?id=eq.1", "{}"},
        };
        table_writes(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void what_json_cannot_say_is_refused(void)
{
    const double nan = (double)NAN, inf = (double)INFINITY;
    const supa_value list = supa_ints(NULL, 0), none = {0, 0, 0, {NULL}};

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_set(supa_insert_row(t()), "a", supa_real(nan)),
             "supa_set(\"a\"): JSON has no NaN and no infinity"},
            {supa_set(supa_insert_row(t()), "a", supa_real(-inf)), "JSON has no NaN"},
            {supa_set(supa_insert_row(t()), "a", supa_reals(&nan, 1)), "JSON has no NaN"},
            {supa_set(supa_update_row(t()), "a", supa_reals(&inf, 1)), "JSON has no NaN"},
            {supa_set(supa_insert_row(t()), "a", supa_text(NULL)), "the text is NULL"},
            {supa_set(supa_insert_row(t()), "a", supa_text_n("a\0b", 3)), "a NUL character"},
            {supa_set(supa_insert_row(t()), "a", supa_text("\xFF")), "not valid UTF-8"},
            {supa_set(supa_insert_row(t()), "a", supa_json("{")), "not valid JSON"},
            {supa_set(supa_insert_row(t()), "a", supa_decimal("007")), "not a decimal number"},
            {supa_set(supa_insert_row(t()), "a", supa_values(&list, 1)), "a list inside"},
            {supa_set(supa_insert_row(t()), "a", none), "the value is of no kind"},
            {supa_set(supa_insert_row(t()), NULL, supa_int(1)), "supa_set: the name is NULL"},
            {supa_set(supa_insert_row(t()), "", supa_int(1)), "supa_set(\"\"): the name is NULL"},
            {supa_set(supa_insert_row(t()), "a\n", supa_int(1)), "a control character"},
            {supa_set(supa_insert_row(t()), "\xFF", supa_int(1)), "not valid UTF-8"},
            {supa_set(t(), "a", supa_int(1)), "supa_set(\"a\"): no row was begun"},
            {supa_set(supa_insert(t(), "{}"), "a", supa_int(1)), "no row was begun"},
            {supa_set(supa_delete(t()), "a", supa_int(1)), "no row was begun"},
            {supa_set(supa_arg(supa_rpc(world.client, "f"), "a", supa_int(1)), "b", supa_int(1)),
             "no row was begun"},
            {supa_set(
                 supa_rpc_get(supa_arg(supa_rpc(world.client, "f"), "a", supa_int(1))), "b",
                 supa_int(1)),
             "no row was begun"},
            {supa_insert_row(supa_insert(t(), "{}")), "supa_insert_row: the query has its rows"},
            {supa_insert_row(supa_body(t(), "text/csv", "a", 1)), "the query has its rows"},
            {supa_insert_row(supa_delete(t())), "supa_insert_row: the query is a write"},
            {supa_insert_row(supa_update_row(t())), "supa_insert_row: the query is a write"},
            {supa_update_row(supa_update_row(t())), "supa_update_row: the query is a write"},
            {supa_insert(supa_insert_row(t()), "{}"), "supa_insert: the query is a write"},
            {supa_insert(supa_rpc(world.client, "f"), "{}"), "or a function already"},
            {supa_delete(supa_rpc(world.client, "f")), "supa_delete: the query is a write or a"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

/* PostgREST writes the columns that the first row has, unless it is told. */
static void rows_with_different_keys_name_all_columns(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct write rows[] = {
            {supa_insert(t(), "[{\"a\":1},{\"b\":2,\"a\":3},{}]"), "POST",
             "t?columns=%22a%22,%22b%22", "[{\"a\":1},{\"b\":2,\"a\":3},{}]"},
            {supa_insert(t(), "[{\"b\":1,\"a\":1},{\"a\":2,\"b\":2}]"), "POST",
             "t?columns=%22b%22,%22a%22", "[{\"b\":1,\"a\":1},{\"a\":2,\"b\":2}]"},
            {supa_insert(t(), "[{\"se\\\"l,\\\\\":1}]"), "POST", "t?columns=%22se%5C%22l,%5C%5C%22",
             "[{\"se\\\"l,\\\\\":1}]"},
            {supa_insert(t(), "[{\"\\u0061\":1},{\"a\":2}]"), "POST", "t?columns=%22a%22",
             "[{\"\\u0061\":1},{\"a\":2}]"},
            {supa_insert(t(), "[{\"\\u00e9\":{\"x\":1}}]"), "POST", "t?columns=%22%C3%A9%22",
             "[{\"\\u00e9\":{\"x\":1}}]"},
            {supa_insert(t(), "[]"), "POST", "t", "[]"},
            {supa_insert(t(), "[{},{}]"), "POST", "t", "[{},{}]"},
            {supa_insert(t(), "{\"a\":1}"), "POST", "t", "{\"a\":1}"},
            {supa_columns(supa_insert(t(), "[{\"a\":1},{\"b\":1}]"), "a"), "POST", "t?columns=a",
             "[{\"a\":1},{\"b\":1}]"},
            {supa_columns(supa_insert(t(), "{\"a\":1}"), "a,\"b c\""), "POST",
             "t?columns=a,%22b%20c%22", "{\"a\":1}"},
            {id(supa_columns(supa_update(t(), "{\"a\":1}"), "a")), "PATCH", "t?columns=a&id=eq.1",
             "{\"a\":1}"},
        };
        table_writes(&world, rows, COUNT(rows));
    }
    {
        const struct mistake rows[] = {
            {supa_columns(supa_insert(t(), "{}"), NULL), "supa_columns: the names are NULL"},
            {supa_columns(supa_insert(t(), "{}"), ""), "supa_columns(\"\"): a name is empty"},
            {supa_columns(supa_insert(t(), "{}"), "a\n"), "a control character"},
            {supa_columns(supa_insert(t(), "{}"), "\xFF"), "not valid UTF-8"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

#define MERGE "Prefer: resolution=merge-duplicates"

static void upserts_merge_or_ignore(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    table_sent(&world, supa_upsert(t(), "{\"a\":1}", NULL), "POST", "t", "{\"a\":1}");
    CU_ASSERT(world_sent(&world, MERGE));
    table_sent(
        &world, supa_upsert(t(), "[{\"a\":1}]", "a,b c"), "POST",
        "t?columns=%22a%22&on_conflict=a,%22b%20c%22", "[{\"a\":1}]");
    table_sent(
        &world, supa_ignore_duplicates(supa_upsert(t(), "{}", "a")), "POST", "t?on_conflict=a",
        "{}");
    CU_ASSERT(world_sent(&world, "Prefer: resolution=ignore-duplicates"));
    table_sent(
        &world, supa_returning(supa_upsert(t(), "{}", NULL), "id"), "POST", "t?select=id", "{}");
    CU_ASSERT(world_sent(&world, MERGE ", return=representation"));
    {
        const struct mistake rows[] = {
            {supa_upsert(t(), "{}", ""), "supa_upsert(\"\"): a name is empty"},
            {supa_upsert(t(), "{}", "a\nb"), "supa_upsert(\"a b\"): the names contain a control"},
            {supa_upsert(t(), "1", NULL), "supa_upsert: it is neither a JSON object"},
            {supa_upsert(t(), NULL, "a"), "a write without rows"},
            {supa_upsert(supa_insert(t(), "{}"), "{}", NULL), "supa_upsert: the query is a write"},
            {supa_ignore_duplicates(t()), "supa_ignore_duplicates: the query is no upsert"},
            {supa_ignore_duplicates(supa_insert(t(), "{}")), "the query is no upsert"},
            {id(supa_upsert(t(), "{}", NULL)), "an insert with a filter or limit"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void writes_return_what_is_asked_for(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct header_row rows[] = {
            {supa_insert(t(), "{}"), "Prefer"},
            {id(supa_update(t(), "{}")), "Prefer"},
            {id(supa_delete(t())), "Prefer"},
            {id(supa_put(t(), "{}")), "Prefer"},
            {supa_returning(supa_insert(t(), "{}"), "id"), "Prefer: return=representation"},
            {id(supa_returning(supa_update(t(), "{}"), "*")), "Prefer: return=representation"},
            {id(supa_single(supa_put(t(), "{}"))), "Prefer: return=representation"},
            {supa_return_headers(supa_insert(t(), "{}")), "Prefer: return=headers-only"},
            {supa_return_headers(supa_upsert(t(), "{}", NULL)), MERGE ", return=headers-only"},
            {supa_missing_default(supa_insert(t(), "[{}]")), "Prefer: missing=default"},
            {id(supa_missing_default(supa_update(t(), "{}"))), "Prefer: missing=default"},
            {supa_insert(t(), "{}"), "Content-Type: application/json"},
            {id(supa_delete(t())), "Content-Type: application/json"},
        };
        table_headers(&world, rows, COUNT(rows));
    }
    table_sent(
        &world, supa_order(supa_returning(supa_insert(t(), "{}"), "id"), "id", 0), "POST",
        "t?select=id&order=id.asc", "{}");
    {
        const struct mistake rows[] = {
            {supa_return_headers(supa_returning(supa_insert(t(), "{}"), "a")),
             "returns its headers only, and columns"},
            {id(supa_return_headers(supa_update(t(), "{}"))), "supa_return_headers on another"},
            {id(supa_return_headers(supa_delete(t()))), "supa_return_headers on another"},
            {supa_returning(t(), "a(b"), "supa_returning(\"a(b\"): a parenthesis is not closed"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void an_update_or_delete_must_be_restricted(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct write rows[] = {
            {id(supa_update(t(), "{\"a\":1}")), "PATCH", "t?id=eq.1", "{\"a\":1}"},
            {supa_update(id(t()), "{}"), "PATCH", "t?id=eq.1", "{}"},
            {supa_all_rows(supa_update(t(), "{\"a\":1}")), "PATCH", "t", "{\"a\":1}"},
            {supa_all_rows(supa_delete(t())), "DELETE", "t", NULL},
            {id(supa_order(supa_update(t(), "{}"), "a", 0)), "PATCH", "t?id=eq.1&order=a.asc",
             "{}"},
            {supa_end(id(supa_or(supa_delete(t())))), "DELETE", "t?or=(id.eq.1)", NULL},
        };
        table_writes(&world, rows, COUNT(rows));
    }
    table_refused(&world, supa_update(t(), "{}"), SUPA_ERROR_UNFILTERED, "an update or delete wit");
    table_refused(&world, supa_update_row(t()), SUPA_ERROR_UNFILTERED, "without a filter");
    table_refused(&world, supa_delete(t()), SUPA_ERROR_UNFILTERED, "without a filter");
    table_refused(&world, supa_limit(supa_delete(t()), 1), SUPA_ERROR_UNFILTERED, "without a fil");
    {
        const struct mistake rows[] = {
            {supa_update(t(), NULL), "supa_update: the JSON text is NULL"},
            {supa_update(t(), "[{}]"), "supa_update: it is not a JSON object"},
            {supa_update(t(), "{"), "supa_update: it is not valid JSON"},
            {id(supa_eq(supa_update(t(), "{}"), "r.a", supa_int(1))),
             "a write with a filter on an embedded resource"},
            {id(supa_eq(supa_delete(t()), "\"r\".\"a\"", supa_int(1))), "on an embedded resource"},
            {id(supa_filter_raw(supa_delete(t()), "r.a", "eq.1")), "on an embedded resource"},
            {id(supa_end(id(supa_or_on(supa_delete(t()), "r")))), "on an embedded resource"},
            {supa_eq(supa_insert(t(), "{}"), "r.a", supa_int(1)), "on an embedded resource"},
            {id(supa_limit_on(supa_update(t(), "{}"), "r", 1)), "order or limit on an embedded"},
            {id(supa_order_on(supa_delete(t()), "r", "a", 0)), "order or limit on an embedded"},
            {id(supa_range_on(supa_put(t(), "{}"), "r", 0, 1)), "order or limit on an embedded"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    table_sent(
        &world, supa_eq(supa_delete(t()), "\"r.a\"", supa_int(1)), "DELETE", "t?%22r.a%22=eq.1",
        NULL);
    world_end(&world);
}

static supa_query *limited(int ordered)
{
    supa_query *q = supa_limit(id(supa_delete(t())), 1);

    return ordered ? supa_order(q, "id", 0) : q;
}

/* From 13 on the server ignores the limit and deletes all that match. */
static void a_limit_on_a_write_needs_a_server_that_honours_it(void)
{
    for (int major = 0; major <= 14; major++) {
        supa_client_options options = world_options();

        options.server_major = major;
        world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
        if (major >= 10 && major <= 12) {
            table_sent(&world, limited(1), "DELETE", "t?id=eq.1&order=id.asc&limit=1", NULL);
            table_sent(
                &world, supa_order(supa_range(id(supa_update(t(), "{}")), 0, 4), "id", 0), "PATCH",
                "t?id=eq.1&order=id.asc&offset=0&limit=5", "{}");
            table_refused(&world, limited(0), SUPA_ERROR_ARGUMENT, "a limit but no order");
        } else {
            table_refused(&world, limited(1), SUPA_ERROR_ARGUMENT, "a write with a limit");
            table_refused(&world, limited(0), SUPA_ERROR_ARGUMENT, "a write with a limit");
        }
        table_refused(
            &world, supa_limit(supa_insert(t(), "{}"), 1), SUPA_ERROR_ARGUMENT,
            "an insert with a filter or limit");
        world_end(&world);
    }
}

/* The server stops reading at what belongs to no name, and would write what was read so far. */
static void lists_of_names_are_read(void)
{
    static const struct {
        const char *names, *sent; /* NULL: refused */
    } rows[] = {
        {"a,b", "a,b"},
        {" a , b ", "a,b"},
        {"a b,c", "%22a%20b%22,c"},
        {"\"a\",\"b c\"", "a,%22b%20c%22"},
        {"\"a,b\" , c", "%22a,b%22,c"},
        {"a.b;c", "%22a.b%3Bc%22"},
        {"a\"b", "%22a%5C%22b%22"},
        {"\"a\\\"b\\\\\"", "%22a%5C%22b%5C%5C%22"},
        {"\xC3\xA9", "%22%C3%A9%22"},
        {"a)&select=x", "%22a)%26select%3Dx%22"},
        {",", NULL},
        {"a,", NULL},
        {",a", NULL},
        {"a,,b", NULL},
        {" ", NULL},
        {"\"a", NULL},
        {"\"a\"b", NULL},
        {"\"\"", NULL},
        {"a\x7F", NULL},
    };

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char url[128];

        if (rows[i].sent == NULL) {
            table_refused(
                &world, supa_columns(supa_insert(t(), "{}"), rows[i].names), SUPA_ERROR_ARGUMENT,
                "supa_columns(\"");
            table_refused(
                &world, supa_upsert(t(), "{}", rows[i].names), SUPA_ERROR_ARGUMENT,
                "supa_upsert(\"");
            continue;
        }
        snprintf(url, sizeof url, "t?columns=%s", rows[i].sent);
        table_sent(&world, supa_columns(supa_insert(t(), "{}"), rows[i].names), "POST", url, "{}");
    }
    world_end(&world);
}

static supa_query *group_on(supa_query *q, const char *column)
{
    return supa_end(supa_eq(supa_or(q), column, supa_int(1)));
}

static supa_query *returned(const char *json)
{
    return supa_returning(supa_update(t(), json), "*");
}

/* PostgREST applies groups once more to the rows as they are after it. */
static void an_update_returns_no_rows_by_a_group_on_what_it_changes(void)
{
    static const char words[] = "an update that returns rows, by a group on a column that it chan";

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {group_on(returned("{\"a\":1}"), "a"), words},
            {group_on(returned("{\"b\":1,\"a\":1}"), "\"a\""), words},
            {group_on(returned("{\"a\":1}"), "a->>k"), words},
            {group_on(supa_single(supa_update(t(), "{\"a\":1}")), "a"), words},
            {group_on(supa_returning(supa_set(supa_update_row(t()), "a", supa_int(1)), "*"), "a"),
             words},
            {supa_end(group_on(supa_and(returned("{\"a\":1}")), "a")), words},
            {id(group_on(returned("{\"a\":1}"), "a")), words},
            {supa_or_raw(returned("{\"a\":1}"), "b.eq.1,a.eq.1"), words},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    {
        const struct write rows[] = {
            {group_on(returned("{\"a\":1}"), "b"), "PATCH", "t?select=*&or=(b.eq.1)", "{\"a\":1}"},
            {group_on(returned("{\"a\":1}"), "ab"), "PATCH", "t?select=*&or=(ab.eq.1)",
             "{\"a\":1}"},
            {group_on(supa_update(t(), "{\"a\":1}"), "a"), "PATCH", "t?or=(a.eq.1)", "{\"a\":1}"},
            {supa_eq(returned("{\"a\":1}"), "a", supa_int(2)), "PATCH", "t?select=*&a=eq.2",
             "{\"a\":1}"},
            {group_on(supa_returning(supa_delete(t()), "*"), "a"), "DELETE",
             "t?select=*&or=(a.eq.1)", NULL},
        };
        table_writes(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

static void a_put_names_its_key_and_nothing_else(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    table_sent(&world, id(supa_put(t(), "{\"id\":1}")), "PUT", "t?id=eq.1", "{\"id\":1}");
    table_sent(
        &world, supa_eq(id(supa_put(t(), "{}")), "b", supa_text("x")), "PUT", "t?id=eq.1&b=eq.x",
        "{}");
    {
        const supa_value one = supa_int(1);
        const struct mistake rows[] = {
            {supa_put(t(), "{}"), "a put without a filter, or with an order or limit"},
            {supa_all_rows(supa_put(t(), "{}")), "a put without a filter"},
            {supa_limit(id(supa_put(t(), "{}")), 1), "a put without a filter, or with an order"},
            {supa_order(id(supa_put(t(), "{}")), "a", 0), "or with an order or limit"},
            {supa_gt(supa_put(t(), "{}"), "id", one), "a put with another filter than supa_eq"},
            {supa_eq(supa_not(supa_put(t(), "{}")), "id", one), "another filter than supa_eq"},
            {supa_eq(supa_put(t(), "{}"), "id", supa_null()), "another filter than supa_eq"},
            {supa_filter_any(supa_put(t(), "{}"), "id", "eq", supa_ints(NULL, 0)),
             "another filter than supa_eq"},
            {supa_filter_raw(supa_put(t(), "{}"), "id", "eq.1"), "another filter than supa_eq"},
            {supa_end(id(supa_and(supa_put(t(), "{}")))), "another filter than supa_eq"},
            {id(supa_put(t(), "[{}]")), "supa_put: it is not a JSON object"},
            {id(supa_put(t(), NULL)), "supa_put: the JSON text is NULL"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void rows_come_as_a_tree_too(void)
{
    cJSON *rows = cJSON_Parse("[{\"a\":1.5,\"b\":\"x\"},{\"c\":null}]");

    world_start(&world, SUPA_SIDE_NONE);
    table_sent(
        &world, supa_insert_tree(t(), rows), "POST", "t?columns=%22a%22,%22b%22,%22c%22",
        "[{\"a\":1.5,\"b\":\"x\"},{\"c\":null}]");
    table_refused(&world, supa_insert_tree(t(), NULL), SUPA_ERROR_ARGUMENT, "not valid JSON");
    world_end(&world);
    cJSON_Delete(rows);
}

extern CU_TestInfo writes_tests[];
CU_TestInfo writes_tests[] = {
    {"rows are written column by column", rows_are_written_column_by_column},
    {"what JSON cannot say is refused", what_json_cannot_say_is_refused},
    {"rows with different keys name all columns", rows_with_different_keys_name_all_columns},
    {"upserts merge or ignore", upserts_merge_or_ignore},
    {"writes return what is asked for", writes_return_what_is_asked_for},
    {"an update or delete must be restricted", an_update_or_delete_must_be_restricted},
    {"a limit on a write needs a server that honours it",
     a_limit_on_a_write_needs_a_server_that_honours_it},
    {"lists of names are read", lists_of_names_are_read},
    {"an update returns no rows by a group on what it changes",
     an_update_returns_no_rows_by_a_group_on_what_it_changes},
    {"a put names its key and nothing else", a_put_names_its_key_and_nothing_else},
    {"rows come as a tree too", rows_come_as_a_tree_too},
    CU_TEST_INFO_NULL,
};
