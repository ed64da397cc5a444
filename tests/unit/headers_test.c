/* SPDX-License-Identifier: MIT */
/* A query's own schema, headers, token and time. */
#include "base/clock.h"
#include "base/secret.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/query.h>
#include <supa/response.h>

#define JWT "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoidXNlciJ9.c2lnbmF0dXJl"

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

static void a_query_has_a_schema_of_its_own(void)
{
    supa_client_options options = world_options();

    options.schema = "shop";
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    {
        const struct header_row rows[] = {
            {supa_schema(t(), "other"), "Accept-Profile: other"},
            {supa_schema(t(), "other"), "Content-Profile"},
            {supa_schema(supa_insert(t(), "{}"), "other"), "Content-Profile: other"},
            {supa_insert(supa_schema(t(), "other"), "{}"), "Accept-Profile"},
            {supa_schema(supa_rpc(world.client, "f"), "other"), "Content-Profile: other"},
            {supa_schema(supa_rpc_get(supa_rpc(world.client, "f")), "other"),
             "Accept-Profile: other"},
            {supa_head(supa_schema(supa_rpc(world.client, "f"), "a b")), "Accept-Profile: a b"},
            {supa_schema(supa_schema(t(), "one"), "two"), "Accept-Profile: two"},
            {t(), "Accept-Profile: shop"},
        };
        table_headers(&world, rows, COUNT(rows));
    }
    {
        const struct mistake rows[] = {
            {supa_schema(t(), NULL), "supa_schema: the schema is NULL"},
            {supa_schema(t(), ""), "supa_schema: the schema is empty"},
            {supa_schema(t(), "a\r\nX: y"), "contains a control character"},
            {supa_schema(t(), "\xFF"), "no UTF-8"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void a_query_has_headers_of_its_own(void)
{
    static const char *const own[] = {
        "apikey",         "AUTHORIZATION",   "Accept",          "Content-Type",      "Prefer",
        "Host",           "Range",           "Content-Length",  "Transfer-Encoding", "Connection",
        "Accept-Profile", "Content-Profile", "Accept-Encoding", "User-Agent",        "Expect"};

    world_start(&world, SUPA_SIDE_NONE);
    supa_response_free(
        supa_execute(supa_header(supa_header(t(), "X-A", "1"), "X-B", " 2: \xC3\xA9")));
    CU_ASSERT(world_same(
        world.headers,
        "Accept: application/json\nX-A: 1\nX-B:  2: \xC3\xA9\n"
        "Authorization: Bearer " WORLD_KEY "\nUser-Agent: libsupa/0.1.0\napikey: " WORLD_KEY "\n"));
    for (size_t i = 0; i < COUNT(own); i++)
        table_refused(
            &world, supa_header(t(), own[i], "x"), SUPA_ERROR_ARGUMENT,
            "supa_header: the header is the library's own to set");
    {
        const struct mistake rows[] = {
            {supa_header(t(), NULL, "x"), "the header's name is not one"},
            {supa_header(t(), "", "x"), "the header's name is not one"},
            {supa_header(t(), "X Y", "x"), "the header's name is not one"},
            {supa_header(t(), "X:", "x"), "the header's name is not one"},
            {supa_header(t(), "X\r\nY", "x"), "the header's name is not one"},
            {supa_header(t(), "X", NULL), "the header's value is NULL, empty"},
            {supa_header(t(), "X", ""), "the header's value is NULL, empty"},
            {supa_header(t(), "X", "  "), "the header's value is NULL, empty"},
            {supa_header(t(), "X", "a\r\nb: c"), "contains a control character"},
            {supa_header(t(), "X", "a\xFF"), "is not valid UTF-8"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

static void a_users_token_is_the_only_bearer(void)
{
    const size_t secrets = secret_count();
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    supa_response_free(supa_execute(supa_token(t(), JWT)));
    CU_ASSERT(world_same(
        world.headers, "Accept: application/json\nAuthorization: Bearer " JWT
                       "\nUser-Agent: libsupa/0.1.0\napikey: " WORLD_KEY "\n"));
    supa_response_free(supa_execute(t()));
    CU_ASSERT(world_sent(&world, "Authorization: Bearer " WORLD_KEY));
    supa_response_free(supa_execute(supa_token(supa_token(t(), "first"), "second")));
    CU_ASSERT(world_sent(&world, "Authorization: Bearer second"));
    CU_ASSERT_FALSE(world_sent(&world, "Authorization: Bearer first"));
    CU_ASSERT_EQUAL(secret_count(), secrets + 1); /* the client's */
    q = supa_token(t(), JWT);
    CU_ASSERT_EQUAL(secret_count(), secrets + 2);
    supa_query_free(q);
    CU_ASSERT_EQUAL(secret_count(), secrets + 1);
    {
        const struct mistake rows[] = {
            {supa_token(t(), NULL), "supa_token: it is NULL"},
            {supa_token(t(), ""), "supa_token: it is empty or too long"},
            {supa_token(t(), "a b"), "a blank, a control character"},
            {supa_token(t(), "a\r\nX: y"), "a blank, a control character"},
            {supa_token(t(), "\xC3\xA9"), "a byte beyond ASCII"},
            {supa_token(supa_limit(t(), -1), JWT), "the limit is negative"},
            {supa_limit(supa_token(t(), JWT), -1), "the limit is negative"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
    CU_ASSERT_EQUAL(secret_count(), secrets);
}

static void takes_the_bearers_place_where_there_is_no_key(void)
{
    supa_client_options options = world_options();

    options.key = NULL;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    supa_response_free(supa_execute(supa_token(t(), JWT)));
    CU_ASSERT(world_same(
        world.headers,
        "Accept: application/json\nAuthorization: Bearer " JWT "\nUser-Agent: libsupa/0.1.0\n"));
    world_end(&world);
}

static void hides(char *text)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NULL(strstr(text, JWT));
    CU_ASSERT_PTR_NULL(strstr(text, "c2lnbmF0dXJl"));
    CU_ASSERT_PTR_NULL(strstr(text, WORLD_KEY));
    supa_text_free(text);
}

static void a_token_is_never_shown(void)
{
    static const struct script echo = {
        401, "Content-Type: application/json\n",
        "{\"code\":\"PGRST301\",\"message\":\"bad " JWT "\",\"details\":\"" JWT
        "\",\"hint\":\"x" JWT "\"}",
        SUPA_OK, SUPA_ANSWERED};
    supa_query *q;
    supa_error error;
    char *text;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_header(supa_token(t(), JWT), "X-Copy", JWT);
    supa_select(supa_eq(supa_eq(q, "k", supa_text(WORLD_KEY)), "j", supa_text(JWT)), "id");
    text = supa_query_describe(q);
    CU_ASSERT(world_holds(text, "Authorization: [hidden]\n"));
    CU_ASSERT(world_holds(text, "&k=eq.[hidden]&j=eq.[hidden]"));
    CU_ASSERT(world_holds(text, "X-Copy: [hidden]"));
    hides(text);
    hides(supa_query_curl(q, 0));
    text = supa_query_curl(q, SUPA_SHOW_KEYS);
    CU_ASSERT(world_holds(text, "-H 'Authorization: Bearer " JWT "'"));
    CU_ASSERT(world_holds(text, "-H 'apikey: " WORLD_KEY "'"));
    supa_text_free(text);
    world_answer(&world, &echo, 1);
    CU_ASSERT_EQUAL(supa_exec(q, &error), SUPA_ERROR_AUTH);
    CU_ASSERT_PTR_NULL(strstr(error.message, "c2lnbmF0dXJl"));
    CU_ASSERT_PTR_NULL(strstr(error.details, "c2lnbmF0dXJl"));
    CU_ASSERT_PTR_NULL(strstr(error.hint, "c2lnbmF0dXJl"));
    q = supa_eq(supa_token(t(), JWT), JWT ".", supa_int(1));
    CU_ASSERT(world_holds(supa_query_error(q)->message, "supa_eq(\"[hidden].\")"));
    hides(supa_query_describe(q));
    supa_query_free(q);
    q = supa_select(supa_token(t(), JWT), "a(" JWT);
    CU_ASSERT_PTR_NULL(strstr(supa_query_error(q)->hint, "c2lnbmF0dXJl"));
    supa_query_free(q);
    world_end(&world);
}

static void a_query_has_a_time_of_its_own(void)
{
    static const struct {
        int64_t ms, least, most; /* what is left, in microseconds */
    } rows[] = {{-1, 29000000, 30000000}, {100, 1, 100000}, {7000, 6000000, 7000000}};

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const int64_t before = clock_deadline(1) - 1000;

        supa_response_free(supa_execute(rows[i].ms >= 0 ? supa_timeout(t(), rows[i].ms) : t()));
        CU_ASSERT(world.deadline_us - before >= rows[i].least);
        CU_ASSERT(world.deadline_us - before <= rows[i].most + 1000000);
    }
    supa_response_free(supa_execute(supa_timeout(t(), 0)));
    CU_ASSERT_EQUAL(world.deadline_us, 0);
    supa_response_free(supa_execute(supa_timeout(t(), INT64_MAX)));
    CU_ASSERT(world.deadline_us == 0 || world.deadline_us > clock_deadline(1000000000));
    world_end(&world);
}

extern CU_TestInfo headers_tests[];
CU_TestInfo headers_tests[] = {
    {"a query has a schema of its own", a_query_has_a_schema_of_its_own},
    {"a query has headers of its own", a_query_has_headers_of_its_own},
    {"a user's token is the only bearer", a_users_token_is_the_only_bearer},
    {"a token takes the bearer's place where there is no key",
     takes_the_bearers_place_where_there_is_no_key},
    {"a token is never shown", a_token_is_never_shown},
    {"a query has a time of its own", a_query_has_a_time_of_its_own},
    CU_TEST_INFO_NULL,
};
