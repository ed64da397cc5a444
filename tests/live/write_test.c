/* SPDX-License-Identifier: MIT */
/* What is written, what comes back of it, and what is undone. `notes` has rows 1 to 3; each test takes
 * away what it adds. */
#include "live/ask.h"
#include "live/second.h"
#include "live/stack.h"
#include "main.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <supa/cjson.h>

#define IS(text, want)  CU_ASSERT_STRING_EQUAL(text, want)
#define HAS(text, part) CU_ASSERT_PTR_NOT_NULL(strstr(text, part))
#define ROWS            "id,title,rank"

static supa_query *notes(void)
{
    return ask_from("notes");
}

/* What is in the table, as CSV: the rows above @above. PostgREST writes it as rows of PostgreSQL, with
 * every backslash twice. */
static const char *stored(int64_t above)
{
    ask(supa_csv(supa_order(
        supa_gt(supa_select(notes(), "title,rank"), "id", supa_int(above)), "id", SUPA_ASC)));
    return ask_body();
}

static void clean(void)
{
    CU_ASSERT_EQUAL(supa_exec(supa_gt(supa_delete(notes()), "id", supa_int(3)), NULL), SUPA_OK);
    stack_sql(
        "tenant_1", "update notes set title = initcap(slug), rank = nullif(id, 3), body = "
                    "case id when 2 then null when 1 then 'one' else 'three' end where id < 4;");
}

static void nothing_has_changed(void)
{
    IS(stored(0), "title,rank\nFirst,1\nSecond,2\nThird,");
}

/* row: insert  row: write-returns-nothing  row: return-minimal  row: select-after-write */
static void one_row_is_inserted(void)
{
    ask(supa_insert(notes(), "{\"title\":\"a\"}"));
    CU_ASSERT_EQUAL(ask_status(), 201);
    IS(ask_body(), "");
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 0);
    IS(ask_column(supa_returning(supa_insert(notes(), "{\"title\":\"b\"}"), "title"), "title"),
       "\"b\"");
    IS(ask_column(supa_select(supa_insert(notes(), "[{\"rank\":1}]"), ROWS), "rank"), "1");
    IS(stored(3), "title,rank\na,7\nb,7\nuntitled,1");
    ask(supa_insert(notes(), "[]"));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    clean();
}

/* row: insert-rows  row: insert-columns  row: missing-null  row: missing-default */
static void many_rows_are_inserted(void)
{
    static const char rows[] = "[{\"title\":\"a\"},{\"title\":\"b\",\"rank\":1},{\"title\":\"c\"}]";
    supa_query *q;

    CU_ASSERT_EQUAL(supa_exec(supa_insert(notes(), rows), NULL), SUPA_OK);
    IS(stored(3), "title,rank\na,\nb,1\nc,");
    clean();
    CU_ASSERT_EQUAL(supa_exec(supa_missing_default(supa_insert(notes(), rows)), NULL), SUPA_OK);
    IS(ask_header("Preference-Applied"), "");
    IS(stored(3), "title,rank\na,7\nb,1\nc,7");
    clean();
    q = supa_set(supa_insert_row(notes()), "title", supa_text("say \"x\", \\ \xF0\x9F\x8C\xB7"));
    q = supa_set(supa_set(supa_insert_row(q), "title", supa_text("")), "rank", supa_int(-5));
    q = supa_set(supa_insert_row(q), "data", supa_json("{\"a\":[1,null]}"));
    IS(ask_column(supa_select(supa_missing_default(q), ROWS), "rank"), "7 -5 7");
    IS(stored(3), "title,rank\n\"say \"\"x\"\", \\\\ \xF0\x9F\x8C\xB7\",7\n\"\",-5\nuntitled,7");
    clean();
    /* keys with quotes in their names stay names */
    IS(ask_column(
           supa_select(supa_insert(notes(), "[{\"ti\\\"tle\":\"a\"},{\"title\":\"b\"}]"), ROWS),
           "id"),
       "PGRST204");
}

/* A cJSON tree is rows, too. */
static void a_tree_is_inserted(void)
{
    cJSON *tree = cJSON_Parse("[{\"title\":\"tree\"},{\"title\":\"leaf\",\"rank\":3}]");

    CU_ASSERT_EQUAL(supa_exec(supa_insert_tree(notes(), tree), NULL), SUPA_OK);
    IS(stored(3), "title,rank\ntree,\nleaf,3");
    cJSON_Delete(tree);
    clean();
}

/* row: columns-post  row: columns-patch  row: missing-default-patch */
static void columns_are_chosen_to_be_written(void)
{
    static const char row[] = "{\"title\":\"new\",\"body\":\"ignored\"}";

    CU_ASSERT_EQUAL(supa_exec(supa_columns(supa_insert(notes(), row), "title"), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_columns(supa_insert(notes(), "[{\"title\":\"x\",\"rank\":9}]"), "\"title\""),
            NULL),
        SUPA_OK);
    IS(stored(3), "title,rank\nnew,7\nx,7");
    ask(supa_single(supa_select(
        supa_columns(supa_eq(supa_update(notes(), row), "id", supa_int(1)), "title"),
        "title,body")));
    IS(ask_body(), "{\"title\":\"new\",\"body\":\"one\"}");
    /* a column that is named but not given is null, or its default */
    ask(supa_single(supa_select(
        supa_columns(supa_eq(supa_update(notes(), row), "id", supa_int(1)), "title,rank"), ROWS)));
    IS(ask_body(), "{\"id\":1,\"title\":\"new\",\"rank\":null}");
    ask(supa_single(supa_select(
        supa_missing_default(
            supa_columns(supa_eq(supa_update(notes(), row), "id", supa_int(1)), "title,rank")),
        ROWS)));
    IS(ask_body(), "{\"id\":1,\"title\":\"new\",\"rank\":7}");
    IS(ask_column(supa_columns(supa_insert(notes(), row), "nothing"), "id"), "PGRST204");
    clean();
}

/* row: csv-body  row: form-body */
static void rows_come_in_other_forms(void)
{
    static const char csv[] = "title,rank,body\n\"a, \"\"b\"\"\",5,NULL\nc,6,\n";
    static const char form[] = "title=a+b%26c&rank=4";

    ask(supa_select(supa_body(notes(), "text/csv", csv, strlen(csv)), "title,body"));
    IS(ask_body(),
       "[{\"title\":\"a, \\\"b\\\"\",\"body\":null}, \n {\"title\":\"c\",\"body\":\"\"}]");
    IS(stored(3), "title,rank\n\"a, \"\"b\"\"\",5\nc,6");
    clean();
    ask(supa_select(
        supa_body_borrow(notes(), "application/x-www-form-urlencoded", form, strlen(form)),
        "title"));
    IS(ask_body(), "[{\"title\":\"a b&c\"}]");
    clean();
}

/* row: return-headers-only  row: location */
static void where_a_row_is_comes_back(void)
{
    ask(supa_return_headers(supa_insert(notes(), "{\"title\":\"where\"}")));
    CU_ASSERT_EQUAL(ask_status(), 201);
    IS(ask_header("Preference-Applied"), "return=headers-only");
    HAS(ask_header("Location"), "/notes?id=eq.");
    IS(ask_column(supa_filter_raw(notes(), "id", "gt.3"), "title"), "\"where\"");
    clean();
}

/* row: upsert  row: upsert-ignore  row: upsert-on-conflict */
static void rows_are_merged(void)
{
    static const char two[] = "[{\"slug\":\"first\",\"title\":\"merged\"},"
                              "{\"slug\":\"new\",\"title\":\"fresh\"}]";

    ask(supa_select(supa_order(supa_upsert(notes(), two, "slug"), "slug", 0), "slug,title,rank"));
    CU_ASSERT_EQUAL(ask_status(), 201);
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 2);
    IS(stored(0), "title,rank\nmerged,1\nSecond,2\nThird,\nfresh,7");
    ask(supa_select(supa_upsert(notes(), "{\"id\":1,\"title\":\"again\"}", NULL), ROWS));
    IS(ask_body(), "[{\"id\":1,\"title\":\"again\",\"rank\":1}]");
    CU_ASSERT_EQUAL(ask_status(), 200);
    ask(supa_select(
        supa_ignore_duplicates(supa_upsert(
            notes(),
            "[{\"slug\":\"first\",\"title\":\"no\"},{\"slug\":\"newer\",\"title\":\"yes\"}]",
            "slug")),
        "title"));
    IS(ask_body(), "[{\"title\":\"yes\"}]");
    IS(ask_ids(supa_upsert(notes(), "[{\"slug\":\"x\"},{\"slug\":\"x\"}]", "slug")), "21000");
    IS(ask_ids(supa_upsert(notes(), "{\"slug\":\"x\"}", "title")), "42P10");
    clean();
}

/* row: update  row: delete  row: count-on-write */
static void rows_are_changed_and_deleted(void)
{
    supa_query *q;

    ask(supa_count(
        supa_in(
            supa_update(notes(), "{\"rank\":0}"), "id", supa_ints((const int64_t[]){1, 2, 99}, 3)),
        SUPA_COUNT_EXACT));
    CU_ASSERT_EQUAL(ask_status(), 204);
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 2);
    IS(stored(0), "title,rank\nFirst,0\nSecond,0\nThird,");
    q = supa_set(supa_update_row(notes()), "title", supa_text("by set"));
    IS(ask_column(
           supa_select(
               supa_eq(supa_set(q, "rank", supa_null()), "slug", supa_text("second")), ROWS),
           "rank"),
       "null");
    IS(ask_ids(
           supa_select(supa_eq(supa_update(notes(), "{\"rank\":1}"), "id", supa_int(99)), "id")),
       "");
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    CU_ASSERT_EQUAL(
        supa_exec(supa_insert(notes(), "[{\"title\":\"x\"},{\"title\":\"y\"}]"), NULL), SUPA_OK);
    ask(supa_count(supa_gt(supa_delete(notes()), "id", supa_int(3)), SUPA_COUNT_EXACT));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 2);
    IS(stored(3), "\n");
    ask(supa_delete(notes()));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_UNFILTERED);
    ask(supa_not_in(supa_delete(notes()), "id", supa_ints(NULL, 0)));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_UNFILTERED);
    ask(supa_select(supa_rollback(supa_all_rows(supa_delete(notes()))), "id"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 3);
    clean();
}

/* row: put */
static void one_row_is_put(void)
{
    ask(supa_select(
        supa_eq(supa_put(notes(), "{\"id\":77,\"title\":\"put\"}"), "id", supa_int(77)), ROWS));
    CU_ASSERT_EQUAL(ask_status(), 201);
    ask(supa_select(
        supa_eq(
            supa_put(notes(), "{\"id\":77,\"title\":\"again\",\"rank\":2}"), "id", supa_int(77)),
        ROWS));
    CU_ASSERT_EQUAL(ask_status(), 200);
    IS(ask_body(), "[{\"id\":77,\"title\":\"again\",\"rank\":2}]");
    ask(supa_eq(supa_put(notes(), "{\"id\":78}"), "id", supa_int(77)));
    IS(ask_state(), "PGRST115");
    ask(supa_eq(supa_put(notes(), "{\"id\":77}"), "slug", supa_text("first")));
    IS(ask_state(), "PGRST105");
    CU_ASSERT_TRUE(ask_refused(supa_gt(supa_put(notes(), "{\"id\":77}"), "id", supa_int(1))));
    clean();
}

static supa_query *renamed(supa_client *client)
{
    return supa_lt(
        supa_update(supa_from(client, "notes"), "{\"title\":\"gone\"}"), "id", supa_int(4));
}

/* row: rollback  row: tx-rollback  row: tx-commit  row: preference-applied */
static void a_write_is_undone(void)
{
    IS(ask_column(supa_select(supa_rollback(renamed(ask_client())), ROWS), "title"),
       "\"gone\" \"gone\" \"gone\"");
    HAS(ask_header("Preference-Applied"), "tx=rollback");
    nothing_has_changed();
    IS(ask_column(
           supa_select(supa_rollback(supa_insert(notes(), "{\"title\":\"never\"}")), "title"),
           "title"),
       "\"never\"");
    IS(ask_column(
           supa_select(
               supa_rollback(
                   supa_upsert(notes(), "{\"slug\":\"first\",\"title\":\"never\"}", "slug")),
               "title"),
           "title"),
       "\"never\"");
    ask(supa_select(supa_rollback(supa_gt(supa_delete(notes()), "id", supa_int(0))), "id"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 3);
    nothing_has_changed();
    /* said to nobody, the same commits */
    ask(supa_select(renamed(ask_client()), "id"));
    IS(stored(0), "title,rank\ngone,1\ngone,2\ngone,");
    clean();
}

/* A server that does not know of it would commit: nothing is sent to it. */
static void a_rollback_that_nobody_confirms_is_not_sent(void)
{
    supa_client *client;

    second_start("db-tx-end = \"commit\"\n");
    client = second_client();
    ask(supa_select(supa_rollback(renamed(client)), ROWS));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_NOT_VERIFIED);
    CU_ASSERT_EQUAL(supa_response_error(ask_answer())->outcome, SUPA_NOT_SENT);
    ask(supa_rollback(supa_arg(supa_rpc(client, "add_note"), "title", supa_text("x"))));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_NOT_VERIFIED);
    nothing_has_changed();
    /* that this server commits is shown by a write that says nothing */
    ask(supa_select(renamed(client), "id"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 3);
    IS(stored(0), "title,rank\ngone,1\ngone,2\ngone,");
    supa_client_unref(client);
    second_stop();
    clean();
}

/* row: max-affected  row: prefer-strict-write */
static void a_bound_that_the_server_does_not_know_writes_nothing(void)
{
    ask(supa_max_affected(renamed(ask_client()), 100));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_SERVER);
    IS(ask_state(), "PGRST122");
    HAS(supa_response_error(ask_answer())->details, "max-affected=100");
    ask(supa_max_affected(supa_gt(supa_delete(notes()), "id", supa_int(0)), 1));
    IS(ask_state(), "PGRST122");
    nothing_has_changed();
    ask(supa_select(supa_strict(supa_rollback(renamed(ask_client()))), "id"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 3);
    nothing_has_changed();
}

static void a_write_of_several_as_one_is_undone(void)
{
    ask(supa_single(supa_select(renamed(ask_client()), "id")));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_MANY_ROWS);
    ask(supa_maybe_single(renamed(ask_client())));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_MANY_ROWS);
    ask(supa_single(supa_insert(notes(), "[{\"title\":\"a\"},{\"title\":\"b\"}]")));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_MANY_ROWS);
    ask(supa_maybe_single(supa_gt(supa_delete(notes()), "id", supa_int(1))));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_MANY_ROWS);
    ask(supa_single(supa_eq(supa_update(notes(), "{\"rank\":1}"), "id", supa_int(99))));
    CU_ASSERT_EQUAL(ask_code(), SUPA_ERROR_NO_ROWS);
    nothing_has_changed();
    ask(supa_maybe_single(supa_eq(supa_update(notes(), "{\"rank\":1}"), "id", supa_int(99))));
    CU_ASSERT_TRUE(supa_response_ok(ask_answer()));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 0);
    IS(ask_column(
           supa_maybe_single(supa_eq(supa_update(notes(), "{\"rank\":5}"), "id", supa_int(1))),
           "rank"),
       "5");
    clean();
}

/* row: limited-update  row: limited-delete */
static void a_write_is_limited_where_that_holds(void)
{
    supa_client_options options =
        stack_options(stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"));
    supa_client *twelve;

    CU_ASSERT_TRUE(ask_refused(supa_limit(supa_order(renamed(ask_client()), "id", 0), 1)));
    options.server_major = 12;
    twelve = supa_client_new(&options, NULL);
    CU_ASSERT_TRUE(ask_refused(supa_limit(renamed(twelve), 1)));
    ask(supa_select(supa_limit(supa_order(renamed(twelve), "id", SUPA_DESC), 1), "id"));
    IS(ask_body(), "[{\"id\":3}]");
    IS(stored(0), "title,rank\nFirst,1\nSecond,2\ngone,");
    clean();
    IS(ask_column(
           supa_select(supa_insert(notes(), "[{\"title\":\"x\"},{\"title\":\"y\"}]"), "title"),
           "title"),
       "\"x\" \"y\"");
    ask(supa_limit(
        supa_order(
            supa_gt(supa_delete(supa_from(twelve, "notes")), "id", supa_int(3)), "id", SUPA_ASC),
        1));
    IS(stored(3), "title,rank\ny,7");
    supa_client_unref(twelve);
    clean();
}

/* What would hide rows that are written, or return them by halves, is refused. */
static void a_write_is_what_its_filters_say(void)
{
    CU_ASSERT_TRUE(ask_refused(supa_eq(
        supa_select(renamed(ask_client()), "id,shapes!about(name)"), "shapes.name",
        supa_text("x"))));
    CU_ASSERT_TRUE(ask_refused(supa_eq(supa_insert(notes(), "{}"), "id", supa_int(1))));
    CU_ASSERT_TRUE(ask_refused(supa_limit(supa_insert(notes(), "[{},{}]"), 1)));
    nothing_has_changed();
}

/* PostgREST looks at a group once more in the rows that it returns. */
static void groups_on_what_is_changed_are_refused(void)
{
    supa_query *q = supa_update(notes(), "{\"title\":\"gone\",\"rank\":1}");

    q = supa_end(supa_eq(supa_or(q), "title", supa_text("First")));
    CU_ASSERT_TRUE(ask_refused(supa_select(q, "*")));
    q = supa_or_raw(supa_update(notes(), "{\"title\":\"gone\"}"), "id.eq.1,title.eq.First");
    CU_ASSERT_TRUE(ask_refused(supa_maybe_single(q)));
    nothing_has_changed();
    q = supa_end(supa_eq(
        supa_eq(supa_or(supa_update(notes(), "{\"rank\":9}")), "title", supa_text("First")),
        "title", supa_text("Third")));
    ask(supa_select(q, "title"));
    CU_ASSERT_EQUAL(supa_response_row_count(ask_answer()), 2);
    q = supa_end(supa_eq(
        supa_or(supa_update(notes(), "{\"title\":\"gone\"}")), "title", supa_text("First")));
    ask(supa_count(q, SUPA_COUNT_EXACT));
    CU_ASSERT_EQUAL(supa_response_count(ask_answer()), 1);
    IS(stored(0), "title,rank\ngone,9\nSecond,2\nThird,9");
    clean();
}

CU_TestInfo write_tests[] = {
    {"one row is inserted, and comes back if it is wanted", one_row_is_inserted},
    {"rows of different keys are inserted with nulls or defaults", many_rows_are_inserted},
    {"a cJSON tree is inserted", a_tree_is_inserted},
    {"columns are chosen to be written", columns_are_chosen_to_be_written},
    {"rows come as CSV and as a form", rows_come_in_other_forms},
    {"where the new row is comes back alone", where_a_row_is_comes_back},
    {"rows are merged with what exists, or left alone", rows_are_merged},
    {"rows are changed and deleted, and counted", rows_are_changed_and_deleted},
    {"one row is put", one_row_is_put},
    {"a write is undone", a_write_is_undone},
    {"a rollback that nobody confirms is not sent", a_rollback_that_nobody_confirms_is_not_sent},
    {"a bound that the server does not know writes nothing",
     a_bound_that_the_server_does_not_know_writes_nothing},
    {"a write of several rows as one is undone", a_write_of_several_as_one_is_undone},
    {"a write is limited where the server is known to do it", a_write_is_limited_where_that_holds},
    {"what does not restrict a write is refused", a_write_is_what_its_filters_say},
    {"a group on what an update changes is refused", groups_on_what_is_changed_are_refused},
    {"all is given back", ask_end},
    CU_TEST_INFO_NULL,
};
