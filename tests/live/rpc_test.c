/* SPDX-License-Identifier: MIT */
/* Functions of the database: their arguments, their bodies, what they give back. */
#include "live/ask.h"
#include "live/stack.h"
#include "main.h"

#include <string.h>

#define IS(text, want) CU_ASSERT_STRING_EQUAL(text, want)

static supa_query *call(const char *function)
{
    return supa_rpc(ask_client(), function);
}

static const char *says(supa_query *q)
{
    ask(q);
    return supa_response_ok(ask_answer()) ? ask_body() : ask_state();
}

/* row: rpc */
static void arguments_go_by_their_names(void)
{
    const supa_value some[] = {supa_text("a,b"), supa_null(), supa_text("\"}")};
    int64_t sum = 0;
    supa_row row;

    row = ask(supa_arg(supa_arg(call("add_them"), "a", supa_int(40)), "b", supa_int(2)));
    CU_ASSERT_EQUAL(supa_row_int64(row, NULL, &sum), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(sum, 42);
    IS(says(supa_args(call("add_them"), "{\"a\":1,\"b\":-3}")), "-2");
    IS(says(supa_arg(call("echo"), "say", supa_text("eq.1 \"x\" \\ \xF0\x9F\x8C\xB7"))),
       "\"eq.1 \\\"x\\\" \\\\ \xF0\x9F\x8C\xB7\"");
    IS(says(supa_arg(call("echo"), "say", supa_null())), "null");
    IS(says(supa_arg(call("takes_array"), "v", supa_values(some, 3))), "[\"a,b\",null,\"\\\"}\"]");
    IS(says(supa_arg(call("takes_array"), "v", supa_texts(NULL, 0))), "[]");
    IS(says(supa_arg(call("takes_json"), "v", supa_json("{\"a\": [1, null]}"))),
       "{\"a\": [1, null]}");
    CU_ASSERT_TRUE(ask_refused(supa_arg(call("echo"), "say", supa_text(NULL))));
}

/* row: rpc-get  row: rpc-head */
static void functions_that_read_are_called_by_get(void)
{
    const supa_value some[] = {supa_text("a,b"), supa_null(), supa_text("\"}")};

    IS(says(supa_rpc_get(supa_arg(supa_arg(call("add_them"), "a", supa_int(1)), "b", supa_int(2)))),
       "3");
    IS(says(supa_rpc_get(supa_arg(call("takes_array"), "v", supa_values(some, 3)))),
       "[\"a,b\",null,\"\\\"}\"]");
    /* PostgREST 12.0.2 would hand it over as a text */
    CU_ASSERT_TRUE(ask_refused(supa_rpc_get(supa_arg(call("takes_json"), "v", supa_json("[1]")))));
    IS(says(supa_rpc_get(supa_arg(call("echo"), "say", supa_text("a b+c&d=e")))), "\"a b+c&d=e\"");
    CU_ASSERT_TRUE(ask_refused(supa_rpc_get(supa_arg(call("echo"), "say", supa_text("eq.1")))));
    CU_ASSERT_TRUE(ask_refused(supa_rpc_get(supa_arg(call("echo"), "say", supa_text("not.in.x")))));
    CU_ASSERT_TRUE(ask_refused(supa_rpc_get(supa_arg(call("echo"), "say", supa_null()))));
    CU_ASSERT_TRUE(ask_refused(supa_rpc_get(supa_arg(call("echo"), "limit", supa_int(3)))));
    ask(supa_head(
        supa_count(supa_arg(call("low_stock"), "max_stock", supa_int(3)), SUPA_COUNT_EXACT)));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 5);
    IS(says(supa_rpc_get(supa_arg(call("add_note"), "title", supa_text("x")))), "25006");
    CU_ASSERT_EQUAL(ask_status(), 405);
}

/* row: rpc-variadic */
static void variadic_arguments_are_lists(void)
{
    static const int64_t numbers[] = {1, 2, 39};
    static const char *const parts[] = {"a,b", "{c}", "", "\"d\""};
    static const char *const filters[] = {"a", "eq.1"};

    IS(says(supa_arg_variadic(call("sum_of"), "numbers", supa_ints(numbers, 3))), "42");
    IS(says(supa_rpc_get(supa_arg_variadic(call("sum_of"), "numbers", supa_ints(numbers, 3)))),
       "42");
    IS(says(supa_rpc_get(supa_arg_variadic(call("list_of"), "parts", supa_texts(parts, 4)))),
       "[\"a,b\",\"{c}\",\"\",\"\\\"d\\\"\"]");
    IS(says(supa_rpc_get(supa_arg_variadic(call("list_of"), "parts", supa_texts(&parts[1], 1)))),
       "[\"{c}\"]");
    IS(says(supa_arg_variadic(call("list_of"), "parts", supa_texts(filters, 2))),
       "[\"a\",\"eq.1\"]");
    CU_ASSERT_TRUE(ask_refused(
        supa_rpc_get(supa_arg_variadic(call("list_of"), "parts", supa_texts(filters, 2)))));
}

/* row: select-after-rpc  Rows that a function returns are filtered and shaped like a table's. */
static void rows_of_functions_are_rows(void)
{
    supa_query *q = supa_arg(call("low_stock"), "max_stock", supa_int(3));

    q = supa_order(
        supa_like(supa_select(q, "slug,stock_quantity"), "slug", "%a%"), "slug", SUPA_DESC);
    IS(ask_column(supa_limit(q, 2), "slug"), "\"plant-label\"");
    q = supa_arg(call("low_stock"), "max_stock", supa_int(3));
    ask(supa_limit(supa_count(q, SUPA_COUNT_EXACT), 1));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 5);
    CU_ASSERT_EQUAL(ask_status(), 206);
    q = supa_arg(supa_rpc_get(call("low_stock")), "max_stock", supa_int(0));
    IS(ask_column(supa_single(supa_select(q, "slug,product_translations(name)")), "slug"),
       "\"gloves\"");
    q = supa_arg(call("low_stock"), "max_stock", supa_int(-1));
    ask(supa_maybe_single(q));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 0);
}

/* row: raw-text  row: raw-octets  row: raw-xml  row: raw-json  row: single-object  row: form-body-rpc */
static void a_body_is_the_one_argument(void)
{
    static const char form[] = "a=40&b=2";

    IS(says(supa_body(call("raw_text"), "text/plain", "a \"b\"\n", 6)), "\"a \\\"b\\\"\\n\"");
    IS(says(supa_body(call("raw_bytes"), "application/octet-stream", "\0\xFF\x7F", 3)),
       "\"00ff7f\"");
    IS(says(supa_body(call("raw_xml"), "text/xml", "<a>&amp;</a>", 12)), "\"<a>&amp;</a>\"");
    IS(says(supa_body(call("raw_json"), "application/json", "{\"a\":1}", 7)), "{\"a\":1}");
    IS(says(supa_body(call("add_them"), "application/x-www-form-urlencoded", form, strlen(form))),
       "42");
    CU_ASSERT_TRUE(ask_refused(supa_header(call("raw_json"), "Prefer", "params=single-object")));
}

static void nothing_and_writes(void)
{
    ask(call("void_call"));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    CU_ASSERT_EQUAL(ask_status(), 204);
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 0);
    IS(ask_column(
           supa_select(supa_arg(call("add_note"), "title", supa_text("by a function")), "title"),
           "title"),
       "\"by a function\"");
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_eq(supa_delete(ask_from("notes")), "title", supa_text("by a function")), NULL),
        SUPA_OK);
    /* the server's honour is found out by a table's write; then a function is undone, too */
    ask(supa_rollback(supa_eq(supa_delete(ask_from("notes")), "id", supa_int(99))));
    ask(supa_rollback(supa_arg(call("add_note"), "title", supa_text("undone"))));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    IS(ask_ids(supa_eq(supa_select(ask_from("notes"), "id"), "title", supa_text("undone"))), "");
}

CU_TestInfo rpc_tests[] = {
    {"arguments go by their names, of every kind", arguments_go_by_their_names},
    {"functions that read are called by GET and HEAD", functions_that_read_are_called_by_get},
    {"variadic arguments are lists", variadic_arguments_are_lists},
    {"rows of functions are filtered, ordered, embedded", rows_of_functions_are_rows},
    {"a body is the one unnamed argument", a_body_is_the_one_argument},
    {"functions that return nothing, and that write", nothing_and_writes},
    {"all is given back", ask_end},
    CU_TEST_INFO_NULL,
};
