/* SPDX-License-Identifier: MIT */
/* A query's own schema, headers, token and time. */
#include "base/clock.h"
#include "base/secret.h"
#include "base/stash.h"
#include "query/query_internal.h"
#include "table.h"
#include "touch.h"

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

    stash_off = 1; /* a spent query would keep the memory for its next token */
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
    stash_off = 0;
}

static int is_zero(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != 0)
            return 0;
    }
    return 1;
}

/* Where it stood, nothing is left, though the memory is kept. */
static void a_spent_query_s_token_is_wiped(void)
{
    static char longer[5000];
    const char *room;
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    memset(longer, 'x', sizeof longer - 1);
    q = supa_token(t(), longer);
    room = q->token;
    CU_ASSERT_PTR_NOT_NULL_FATAL(room);
    CU_ASSERT(mapping_has_flag(room, " dd"));
    supa_token(q, JWT);
    CU_ASSERT_PTR_EQUAL(q->token, room);
    CU_ASSERT(is_zero(room + strlen(room), sizeof longer - strlen(room)));
    supa_query_free(q);
    CU_ASSERT(is_zero(room, sizeof longer));
    q = t();
    CU_ASSERT_PTR_NULL(q->token);
    CU_ASSERT_PTR_EQUAL(supa_token(q, JWT)->token, room);
    supa_query_free(q);
    world_end(&world);
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

#define OWN_SECRET   "own-secret-0123"
#define OWN_PASS     "cGFzc3dvcmQ6cGFzcw"
#define QUERY_SECRET "secret-of-a-query"
#define TRACE_SECRET "trace-id-77777777"

static char trace_line[64];

static const char *const *give_trace(void *user, const supa_attempt *attempt)
{
    static const char *const lines[] = {trace_line, NULL};

    (void)user;
    (void)attempt;
    strcpy(trace_line, "X-Trace: " TRACE_SECRET);
    return lines;
}

/* The line was promised until here, and no longer. */
static void take_trace(void *user, const supa_attempt *attempt)
{
    (void)user;
    (void)attempt;
    strcpy(trace_line, "X-Trace: something else");
}

static int shows_a_secret(const char *text)
{
    return strstr(text, OWN_SECRET) != NULL || strstr(text, OWN_PASS) != NULL ||
           strstr(text, QUERY_SECRET) != NULL || strstr(text, TRACE_SECRET) != NULL;
}

/* Whatever way an answer fails in: a refusal, a gateway's page, the last of several attempts. */
static void what_own_headers_say_is_not_echoed_in_errors(void)
{
#define ECHO OWN_SECRET " " OWN_PASS " " QUERY_SECRET " " TRACE_SECRET " " WORLD_KEY
    static const struct script answers[] = {
        {400, "Content-Type: application/json\n",
         "{\"code\":\"22000\",\"message\":\"" ECHO "\",\"details\":\"" ECHO "\",\"hint\":\"" ECHO
         "\"}",
         SUPA_OK, SUPA_ANSWERED},
        {403, "Content-Type: text/plain\n", ECHO, SUPA_OK, SUPA_ANSWERED},
        {200, "Content-Type: text/html\n", "<html><title>" ECHO "</title>", SUPA_OK, SUPA_ANSWERED},
        {503, "Content-Type: text/plain\n", ECHO, SUPA_OK, SUPA_ANSWERED}};
    static const char *const headers[] = {
        "X-Own: " OWN_SECRET, "X-Pass: Basic " OWN_PASS, "X-Short: id", NULL};
    supa_client_options options = world_options();
    supa_error error;

    options.headers = headers;
    options.request_headers = give_trace;
    options.on_attempt = take_trace;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    for (size_t i = 0; i < 2 * (sizeof answers / sizeof answers[0]); i++) {
        const struct script twice[] = {answers[i / 2], answers[i / 2]};

        world_answer(&world, twice, 2);
        CU_ASSERT_NOT_EQUAL(
            supa_exec(supa_retry(supa_header(t(), "X-Query", QUERY_SECRET), i % 2), &error),
            SUPA_OK);
        CU_ASSERT(world_sent(&world, "X-Trace: " TRACE_SECRET));
        CU_ASSERT_FALSE(shows_a_secret(error.message));
        CU_ASSERT_FALSE(shows_a_secret(error.details));
        CU_ASSERT_FALSE(shows_a_secret(error.hint));
        CU_ASSERT_PTR_NULL(strstr(error.message, WORLD_KEY));
        if (i < 2)
            CU_ASSERT(world_same(error.message, "[hidden] [hidden] [hidden] [hidden] [hidden]"));
    }
    world_answer(&world, answers, 1);
    CU_ASSERT_NOT_EQUAL(supa_client_ping(world.client, &error), SUPA_OK);
    CU_ASSERT(world_same(
        error.message, "[hidden] [hidden] " QUERY_SECRET " [hidden] [hidden]")); /* not sent */
    world_end(&world);
#undef ECHO
}

/* What cannot be hidden for want of memory is not shown. */
static void an_echo_without_memory_shows_nothing(void)
{
    static const char *const headers[] = {"X-Own: " OWN_SECRET, NULL};
    static const struct script echo = {
        400, NULL, "{\"message\":\"" OWN_SECRET "\"}", SUPA_OK, SUPA_ANSWERED};
    supa_client_options options = world_options();
    int failed = 1;

    options.headers = headers;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    for (size_t n = 1; failed; n++) {
        supa_error error;

        world_answer(&world, &echo, 1);
        world_fail_at(n);
        CU_ASSERT_NOT_EQUAL(supa_exec(t(), &error), SUPA_OK);
        failed = world_failed();
        CU_ASSERT_FALSE(shows_a_secret(error.message));
        CU_ASSERT_FATAL(n < 100);
    }
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
    {"a spent query's token is wiped", a_spent_query_s_token_is_wiped},
    {"a token takes the bearer's place where there is no key",
     takes_the_bearers_place_where_there_is_no_key},
    {"a token is never shown", a_token_is_never_shown},
    {"what own headers say is not echoed in errors", what_own_headers_say_is_not_echoed_in_errors},
    {"an echo without memory shows nothing", an_echo_without_memory_shows_nothing},
    {"a query has a time of its own", a_query_has_a_time_of_its_own},
    CU_TEST_INFO_NULL,
};
