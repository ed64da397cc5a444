/* SPDX-License-Identifier: MIT */
/* What the real server refuses, and as what it comes back. */
#include "live/ask.h"
#include "live/second.h"
#include "live/stack.h"
#include "main.h"

#include <string.h>
#include <time.h>

#define IS(text, want)  CU_ASSERT_STRING_EQUAL(text, want)
#define HAS(text, part) CU_ASSERT_PTR_NOT_NULL(strstr(text, part))

static supa_query *notes(void)
{
    return ask_from("notes");
}

static supa_query *insert(const char *json)
{
    return supa_rollback(supa_insert(notes(), json));
}

/* Sends @q: is it refused with this status, supa_code and code of the server? */
static int refused_as(supa_query *q, int status, int code, const char *state)
{
    ask(q);
    return ask_status() == status && ask_code() == code && strcmp(ask_state(), state) == 0 &&
           supa_response_error(ask_answer())->outcome == SUPA_ANSWERED &&
           supa_response_error(ask_answer())->http_status == status &&
           supa_response_error(ask_answer())->message[0] != '\0' &&
           supa_response_row_count(ask_answer()) == 0;
}

#define REFUSED_AS(q, status, code, state) CU_ASSERT_TRUE(refused_as(q, status, code, state))

static void what_is_not_there(void)
{
    REFUSED_AS(ask_from("nowhere"), 404, SUPA_ERROR_DATABASE, "42P01");
    REFUSED_AS(supa_select(notes(), "nothing"), 400, SUPA_ERROR_DATABASE, "42703");
    REFUSED_AS(supa_eq(notes(), "nothing", supa_int(1)), 400, SUPA_ERROR_DATABASE, "42703");
    REFUSED_AS(supa_order(notes(), "nothing", 0), 400, SUPA_ERROR_DATABASE, "42703");
    REFUSED_AS(insert("{\"nothing\":1}"), 400, SUPA_ERROR_SERVER, "PGRST204");
    REFUSED_AS(supa_select(notes(), "customers(*)"), 400, SUPA_ERROR_SERVER, "PGRST200");
    REFUSED_AS(supa_rpc(ask_client(), "nowhere"), 404, SUPA_ERROR_SERVER, "PGRST202");
    REFUSED_AS(
        supa_arg(supa_rpc(ask_client(), "add_them"), "a", supa_int(1)), 404, SUPA_ERROR_SERVER,
        "PGRST202");
    HAS(supa_response_error(ask_answer())->hint, "add_them");
    REFUSED_AS(supa_schema(notes(), "nowhere"), 406, SUPA_ERROR_SERVER, "PGRST106");
}

/* 300 is a refusal: the server could not choose. */
static void what_is_ambiguous(void)
{
    REFUSED_AS(supa_select(notes(), "id,shapes(name)"), 300, SUPA_ERROR_SERVER, "PGRST201");
    HAS(supa_response_error(ask_answer())->details, "notes_about_fkey using notes(about)");
    HAS(supa_response_error(ask_answer())->details, "\"cardinality\":\"many-to-one\"");
    HAS(supa_response_error(ask_answer())->hint, "shapes!notes_instead_fkey");
    REFUSED_AS(
        supa_arg(supa_rpc(ask_client(), "pick"), "a", supa_text("1")), 300, SUPA_ERROR_SERVER,
        "PGRST203");
    REFUSED_AS(
        supa_order(
            supa_select(ask_from("sales_orders"), "id,sales_order_items(id)"),
            "sales_order_items(id)", 0),
        400, SUPA_ERROR_SERVER, "PGRST118");
}

static void what_the_database_refuses(void)
{
    REFUSED_AS(insert("{\"slug\":\"first\"}"), 409, SUPA_ERROR_DATABASE, "23505");
    HAS(supa_response_error(ask_answer())->details, "(slug)=(first)");
    REFUSED_AS(insert("{\"title\":null}"), 400, SUPA_ERROR_DATABASE, "23502");
    REFUSED_AS(insert("{\"about\":99}"), 409, SUPA_ERROR_DATABASE, "23503");
    REFUSED_AS(insert("{\"rank\":\"many\"}"), 400, SUPA_ERROR_DATABASE, "22P02");
    REFUSED_AS(insert("{\"rank\":99999999999}"), 400, SUPA_ERROR_DATABASE, "22003");
    REFUSED_AS(
        supa_rollback(supa_insert(
            ask_from("sales_order_items"),
            "{\"order_id\":\"04de0000-0000-4000-8000-000000010001\",\"product_name\":\"x\","
            "\"product_sku\":\"x\",\"quantity\":0,\"unit_price\":1,\"total_price\":1}")),
        400, SUPA_ERROR_DATABASE, "23514");
    REFUSED_AS(supa_eq(notes(), "id", supa_text("x")), 400, SUPA_ERROR_DATABASE, "22P02");
    REFUSED_AS(
        supa_eq(ask_from("products"), "id", supa_text("no uuid")), 400, SUPA_ERROR_DATABASE,
        "22P02");
    REFUSED_AS(
        supa_text_search(ask_from("shapes"), "document", "a &", SUPA_FTS, NULL), 400,
        SUPA_ERROR_DATABASE, "42601");
}

/* A function says which status and words it wants. */
static void what_functions_raise(void)
{
    const supa_error *error;

    REFUSED_AS(supa_rpc(ask_client(), "raise_pt418"), 418, SUPA_ERROR_DATABASE, "PT418");
    error = supa_response_error(ask_answer());
    IS(error->message, "short and stout");
    IS(error->details, "a handle, a spout");
    IS(error->hint, "tip it over");
    IS(error->relation, "raise_pt418");
    CU_ASSERT_EQUAL(error->retryable, 0);
}

static void who_may_not(void)
{
    supa_client_options options =
        stack_options(stack_tenant_value(1, "URL"), stack_tenant_value(1, "ANON_KEY"));
    supa_client *anon = supa_client_new(&options, NULL);

    REFUSED_AS(supa_from(anon, "notes"), 401, SUPA_ERROR_DENIED, "42501");
    REFUSED_AS(
        supa_insert(supa_from(anon, "shapes"), "{\"id\":9}"), 401, SUPA_ERROR_DENIED, "42501");
    CU_ASSERT_EQUAL(supa_exec(supa_from(anon, "shapes"), NULL), SUPA_OK);
    supa_client_unref(anon);
    REFUSED_AS(supa_token(notes(), "x.y.z"), 401, SUPA_ERROR_AUTH, "PGRST301");
    options.key = "nonsense";
    anon = supa_client_new(&options, NULL);
    REFUSED_AS(supa_from(anon, "shapes"), 401, SUPA_ERROR_AUTH, "");
    supa_client_unref(anon);
}

/* A 404 without a body is no success, and a HEAD that fails is none. */
static void failures_without_a_body(void)
{
    CU_ASSERT_TRUE(refused_as(supa_head(ask_from("nowhere")), 404, SUPA_ERROR_SERVER, ""));
    CU_ASSERT_TRUE(refused_as(
        supa_head(supa_eq(notes(), "nothing", supa_int(1))), 400, SUPA_ERROR_SERVER, ""));
    CU_ASSERT_TRUE(refused_as(
        supa_head_reason(supa_head(supa_eq(notes(), "nothing", supa_int(1)))), 400,
        SUPA_ERROR_DATABASE, "42703"));
    IS(ask_header("Proxy-Status"), "");
}

static void what_is_no_query(void)
{
    REFUSED_AS(supa_filter_raw(notes(), "id", "nonsense"), 400, SUPA_ERROR_SERVER, "PGRST100");
    REFUSED_AS(supa_or_raw(notes(), "id.eq"), 400, SUPA_ERROR_SERVER, "PGRST100");
    REFUSED_AS(
        supa_accept(notes(), "application/vnd.nobody.makes"), 415, SUPA_ERROR_SERVER, "PGRST107");
    REFUSED_AS(
        supa_count(supa_range(notes(), 50, 60), SUPA_COUNT_EXACT), 416, SUPA_ERROR_SERVER,
        "PGRST103");
    REFUSED_AS(
        supa_eq(supa_select(notes(), "id"), "shapes.name", supa_text("x")), 400, SUPA_ERROR_SERVER,
        "PGRST108");
    REFUSED_AS(
        supa_select(ask_from("sales_orders"), "id,...sales_order_items(id)"), 400,
        SUPA_ERROR_SERVER, "PGRST119");
    REFUSED_AS(
        supa_max_affected(supa_eq(supa_delete(notes()), "id", supa_int(0)), 1), 400,
        SUPA_ERROR_SERVER, "PGRST122");
    REFUSED_AS(supa_body(notes(), "text/plain", "x", 1), 400, SUPA_ERROR_SERVER, "PGRST102");
}

/* What another API at the same address answers is not PostgREST's. */
static void who_is_no_postgrest(void)
{
    supa_client_options options =
        stack_options(stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"));
    supa_client *other;

    options.rest_path = "/storage/v1";
    other = supa_client_new(&options, NULL);
    REFUSED_AS(supa_from(other, "notes"), 404, SUPA_ERROR_GATEWAY, "");
    supa_client_unref(other);
}

/* row: retry-after  A database that went away: later may help. */
static void a_database_that_went_away(void)
{
    const struct timespec moment = {0, 50000000};
    supa_client *client;

    second_start_on_link();
    client = second_client();
    CU_ASSERT_EQUAL(supa_exec(supa_from(client, "notes"), NULL), SUPA_OK);
    second_lose_database();
    for (int i = 0; i < 100; i++) {
        ask(supa_from(client, "notes"));
        if (ask_header("Retry-After")[0] != '\0' && strstr(ask_state(), "PGRST00") != NULL)
            break;
        nanosleep(&moment, NULL);
    }
    CU_ASSERT_EQUAL(ask_status(), 503);
    HAS(ask_state(), "PGRST00");
    CU_ASSERT_EQUAL(supa_response_error(ask_answer())->retryable, 1);
    CU_ASSERT_TRUE(ask_header("Retry-After")[0] != '\0');
    supa_client_unref(client);
    second_stop();
}

CU_TestInfo error_tests[] = {
    {"tables, columns and functions that are not there", what_is_not_there},
    {"what is ambiguous is refused, with the choices", what_is_ambiguous},
    {"what the database refuses has its SQLSTATE", what_the_database_refuses},
    {"what a function raises has its words", what_functions_raise},
    {"missing rights and bad keys are told apart", who_may_not},
    {"failures without a body are failures", failures_without_a_body},
    {"what is no query has PostgREST's code", what_is_no_query},
    {"another API's answer is not PostgREST's", who_is_no_postgrest},
    {"a database that went away may come back", a_database_that_went_away},
    {"all is given back", ask_end},
    CU_TEST_INFO_NULL,
};
