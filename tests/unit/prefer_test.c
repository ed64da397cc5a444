/* SPDX-License-Identifier: MIT */
/* The header Prefer, and the rollback that is asked for before it is relied on. */
#include "base/secret.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/query.h>
#include <supa/response.h>

#define JSON    "Content-Type: application/json\n"
#define APPLIED "Preference-Applied: count=exact, tx=rollback\n"
#define PROBE   "GET " WORLD_PREFIX "t?limit=0\n"

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

static supa_query *insert(void)
{
    return supa_insert(t(), "{}");
}

static supa_query *undone(void)
{
    return supa_rollback(insert());
}

static void preferences_are_said_in_one_header(void)
{
    static const struct script applied = {
        200, "Preference-Applied: tx=rollback\n", "[]", SUPA_OK, SUPA_ANSWERED};
    const int64_t max = INT64_MAX;

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct header_row rows[] = {
            {supa_count(t(), SUPA_COUNT_EXACT), "Prefer: count=exact"},
            {supa_count(t(), SUPA_COUNT_PLANNED), "Prefer: count=planned"},
            {supa_count(t(), SUPA_COUNT_ESTIMATED), "Prefer: count=estimated"},
            {supa_count(supa_count(t(), SUPA_COUNT_EXACT), SUPA_COUNT_NONE), "Prefer"},
            {supa_strict(t()), "Prefer: handling=strict"},
            {supa_timezone(t(), "Europe/Paris"), "Prefer: timezone=Europe/Paris"},
            {supa_timezone(t(), "Etc/GMT+3"), "Prefer: timezone=Etc/GMT+3"},
            {supa_timezone(t(), "+05:30"), "Prefer: timezone=+05:30"},
            {supa_max_affected(insert(), 0), "Prefer: handling=strict, max-affected=0"},
            {supa_max_affected(supa_strict(insert()), max),
             "Prefer: handling=strict, max-affected=9223372036854775807"},
            {supa_count(supa_rpc(world.client, "f"), SUPA_COUNT_EXACT), "Prefer: count=exact"},
            {supa_max_affected(supa_rpc(world.client, "f"), 2),
             "Prefer: handling=strict, max-affected=2"},
        };
        table_headers(&world, rows, COUNT(rows));
    }
    {
        supa_query *q = supa_returning(supa_upsert(t(), "{}", NULL), "id");

        supa_missing_default(supa_count(supa_timezone(q, "UTC"), SUPA_COUNT_EXACT));
        supa_max_affected(supa_rollback(q), 5);
        world_answer(&world, &applied, 1);
        CU_ASSERT_EQUAL(
            supa_exec(q, NULL), SUPA_ERROR_NOT_VERIFIED); /* the write's own answer says nothing */
        CU_ASSERT(world_sent(
            &world, "Prefer: resolution=merge-duplicates, return=representation, count=exact, "
                    "missing=default, tx=rollback, handling=strict, max-affected=5, timezone=UTC"));
    }
    {
        static const char *const zones[] = {"",      "a b", "a,b",      "a\r\nX: y",
                                            "\"a\"", "a=b", "\xC3\xA9", "a;b"};

        for (size_t i = 0; i < COUNT(zones); i++)
            table_refused(
                &world, supa_timezone(t(), zones[i]), SUPA_ERROR_ARGUMENT,
                "supa_timezone: the zone is not a name");
        table_refused(&world, supa_timezone(t(), NULL), SUPA_ERROR_ARGUMENT, "the zone is not");
        table_refused(
            &world, supa_max_affected(insert(), -1), SUPA_ERROR_ARGUMENT,
            "supa_max_affected: the number is negative");
    }
    world_end(&world);
}

static const struct script confirmed[] = {
    {200, JSON APPLIED, "[]", SUPA_OK, SUPA_ANSWERED},
    {201, APPLIED, NULL, SUPA_OK, SUPA_ANSWERED},
    {204, APPLIED, NULL, SUPA_OK, SUPA_ANSWERED},
    {200, APPLIED, "[]", SUPA_OK, SUPA_ANSWERED}};

static void a_confirmed_rollback_is_asked_for_once(void)
{
    supa_client *other;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, confirmed, COUNT(confirmed));
    CU_ASSERT_EQUAL(supa_exec(undone(), NULL), SUPA_OK);
    CU_ASSERT(world_same(world.trail, PROBE "POST " WORLD_PREFIX "t\n"));
    CU_ASSERT(world_sent(&world, "Prefer: tx=rollback"));
    CU_ASSERT(world_same(world.body, "{}"));
    CU_ASSERT_EQUAL(
        supa_exec(supa_rollback(supa_all_rows(supa_delete(supa_from(world.client, "u")))), NULL),
        SUPA_OK);
    CU_ASSERT(world_same(
        world.trail, PROBE "POST " WORLD_PREFIX "t\n"
                           "DELETE " WORLD_PREFIX "u\n"));
    CU_ASSERT_EQUAL(supa_exec(supa_rollback(supa_rpc(world.client, "f")), NULL), SUPA_OK);
    CU_ASSERT(world_sent(&world, "Prefer: tx=rollback"));
    /* Another client may speak to another server. */
    other = supa_client_with_schema(world.client, "shop", NULL);
    world_answer(&world, confirmed, COUNT(confirmed));
    CU_ASSERT_EQUAL(
        supa_exec(supa_rollback(supa_insert(supa_from(other, "t"), "{}")), NULL), SUPA_OK);
    CU_ASSERT(world_same(world.trail, PROBE "POST " WORLD_PREFIX "t\n"));
    supa_client_unref(other);
    world_end(&world);
}

static void a_rollback_that_is_not_confirmed_sends_no_write(void)
{
    static const struct script answers[] = {
        {200, JSON, "[]", SUPA_OK, SUPA_ANSWERED},
        {200, JSON "Preference-Applied: count=exact\n", "[]", SUPA_OK, SUPA_ANSWERED},
        {206, JSON "Preference-Applied: tx=commit\n", "[]", SUPA_OK, SUPA_ANSWERED},
    };
    supa_error error;

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(answers); i++) {
        world_answer(&world, &answers[i], 1);
        CU_ASSERT_EQUAL(
            supa_exec(
                supa_rollback(supa_insert(supa_from(world.client, "languages"), "{}")), &error),
            SUPA_ERROR_NOT_VERIFIED);
        CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
        CU_ASSERT(world_holds(error.message, "so it was not sent"));
        CU_ASSERT(world_holds(error.hint, "db-tx-end"));
        CU_ASSERT_STRING_EQUAL(error.relation, "languages");
        CU_ASSERT_STRING_EQUAL(error.store_id, WORLD_STORE);
        CU_ASSERT(world_same(world.trail, "GET " WORLD_PREFIX "languages?limit=0\n"));
    }
    world_answer(&world, confirmed, COUNT(confirmed));
    CU_ASSERT_EQUAL(
        supa_exec(supa_rollback(supa_rpc(world.client, "f")), &error), SUPA_ERROR_NOT_VERIFIED);
    CU_ASSERT(world_holds(error.message, "so it was not called"));
    CU_ASSERT_EQUAL(world.calls, 0);
    world_end(&world);
}

/* Several servers may stand behind one address. */
static void a_write_that_was_committed_is_told(void)
{
    static const struct script answers[] = {
        {200, JSON APPLIED, "[]", SUPA_OK, SUPA_ANSWERED},
        {201, "Preference-Applied: return=minimal\n", NULL, SUPA_OK, SUPA_ANSWERED},
        {200, JSON APPLIED, "[]", SUPA_OK, SUPA_ANSWERED},
        {409, JSON, "{\"code\":\"23505\",\"message\":\"m\"}", SUPA_OK, SUPA_ANSWERED},
        {201, APPLIED, NULL, SUPA_OK, SUPA_ANSWERED}};
    supa_error error;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, COUNT(answers));
    CU_ASSERT_EQUAL(supa_exec(undone(), &error), SUPA_ERROR_NOT_VERIFIED);
    CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
    CU_ASSERT(world_holds(error.message, "it was committed"));
    CU_ASSERT_EQUAL(supa_exec(undone(), &error), SUPA_ERROR_DATABASE); /* asked again, and failed */
    CU_ASSERT_EQUAL(world.calls, 4);
    CU_ASSERT_EQUAL(supa_exec(undone(), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, 5);
    world_end(&world);
}

/* Whatever became of the question, the write did not leave. */
static void a_question_that_fails_sends_no_write(void)
{
    static const struct {
        struct script answer;
        supa_code code;
    } rows[] = {
        {{404, JSON, "{\"code\":\"PGRST205\",\"message\":\"no\"}", SUPA_OK, SUPA_ANSWERED},
         SUPA_ERROR_SERVER},
        {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN}, SUPA_ERROR_NETWORK},
        {{0, NULL, NULL, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN}, SUPA_ERROR_TIMEOUT},
        {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}, SUPA_ERROR_NETWORK},
        {{200, JSON "Preference-Applied: tx=rollback\n", "[", SUPA_OK, SUPA_ANSWERED},
         SUPA_ERROR_MALFORMED},
        {{401, JSON, "{\"message\":\"Invalid API key\"}", SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_AUTH},
    };

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        world_answer(&world, &rows[i].answer, 1);
        CU_ASSERT_EQUAL(supa_exec(undone(), &error), (int)rows[i].code);
        CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
        CU_ASSERT(world_same(world.trail, PROBE));
    }
    world_answer(&world, confirmed, COUNT(confirmed)); /* and it is asked again the next time */
    CU_ASSERT_EQUAL(supa_exec(undone(), NULL), SUPA_OK);
    CU_ASSERT(world_same(world.trail, PROBE "POST " WORLD_PREFIX "t\n"));
    world_end(&world);
}

/* In the write's schema, as the write's user. */
static void the_question_is_asked_as_the_write_would_be(void)
{
    static const struct script unconfirmed = {200, JSON, "[]", SUPA_OK, SUPA_ANSWERED};
    supa_client_options options = world_options();
    supa_query *q;

    options.schema = "shop";
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    world_answer(&world, &unconfirmed, 1);
    CU_ASSERT_EQUAL(supa_exec(undone(), NULL), SUPA_ERROR_NOT_VERIFIED);
    CU_ASSERT(world_same(
        world.headers,
        "Accept: application/json\nPrefer: tx=rollback\nAccept-Profile: shop\n"
        "Authorization: Bearer " WORLD_KEY "\nUser-Agent: libsupa/0.1.0\napikey: " WORLD_KEY "\n"));
    CU_ASSERT_FALSE(world.has_body);
    q = supa_header(supa_schema(supa_token(undone(), "user-token"), "other"), "X-Trace", "1");
    world_answer(&world, &unconfirmed, 1);
    CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_ERROR_NOT_VERIFIED);
    CU_ASSERT(world_same(
        world.headers, "Accept: application/json\nPrefer: tx=rollback\nAccept-Profile: other\n"
                       "Authorization: Bearer user-token\nX-Trace: 1\n"
                       "User-Agent: libsupa/0.1.0\napikey: " WORLD_KEY "\n"));
    world_end(&world);
}

static int64_t never(void *user, void *out, size_t size)
{
    (void)out;
    (void)size;
    ++*(int *)user;
    return 0;
}

static void the_question_reads_no_body(void)
{
    static const struct script unconfirmed = {200, JSON, "[]", SUPA_OK, SUPA_ANSWERED};
    int calls = 0;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, &unconfirmed, 1);
    CU_ASSERT_EQUAL(
        supa_exec(supa_rollback(supa_body_from(t(), "text/csv", never, &calls, -1)), NULL),
        SUPA_ERROR_NOT_VERIFIED);
    CU_ASSERT_EQUAL(calls, 0);
    world_end(&world);
}

extern CU_TestInfo prefer_tests[];
CU_TestInfo prefer_tests[] = {
    {"preferences are said in one header", preferences_are_said_in_one_header},
    {"a confirmed rollback is asked for once", a_confirmed_rollback_is_asked_for_once},
    {"a rollback that is not confirmed sends no write",
     a_rollback_that_is_not_confirmed_sends_no_write},
    {"a write that was committed is told", a_write_that_was_committed_is_told},
    {"a question that fails sends no write", a_question_that_fails_sends_no_write},
    {"the question is asked as the write would be", the_question_is_asked_as_the_write_would_be},
    {"the question reads no body", the_question_reads_no_body},
    CU_TEST_INFO_NULL,
};
