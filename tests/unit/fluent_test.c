/* SPDX-License-Identifier: MIT */
/* Queries that read from left to right, in C11. */
#include <supa/fluent.h>

#include "fluent_world.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/response.h>
#include <unistd.h>

static struct world world;

supa_client *fluent_start(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    return world.client;
}

void fluent_end(void)
{
    world_end(&world);
}

void fluent_sent(supa_query *q, const char *method, const char *url, const char *body)
{
    table_sent(&world, q, method, url, body);
}

void fluent_refused(supa_query *q, const char *words)
{
    table_refused(&world, q, SUPA_ERROR_ARGUMENT, words);
}

#define LIST  supa_ints(two, 2)
#define EMPTY supa_ints(NULL, 0)
#define OR    or ()
#define AND   and()
#define NOT   not()
#define SENT(method, url, body, ...)                                                               \
    fluent_sent(SUPA_QUERY(client, __VA_ARGS__), method, url, body);

static void each_step_is_its_function(void)
{
    static const int64_t two[] = {1, 2};
    supa_client *client = fluent_start();

#include "fluent_steps.h"
    fluent_end();
}

static void runs_what_it_says(void)
{
    static const struct script row = {
        200, "Content-Type: application/json\n", "{\"id\":7}", SUPA_OK, SUPA_ANSWERED};
    supa_client *client = fluent_start();
    const char *status = "active";
    supa_response *response;
    int64_t number = 0;

    world_answer(&world, &row, 1);
    response =
        SUPA_RUN(client, from("products"), select("id,price"), eq("status", status), single());
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT_EQUAL(supa_row_int64(supa_response_first(response), "id", &number), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(number, 7);
    CU_ASSERT(world_same(world.url, WORLD_PREFIX "products?select=id,price&status=eq.active"));
    supa_response_free(response);
    fluent_refused(SUPA_QUERY(client, from("t"), eq("a", NULL)), "the text is NULL");
    fluent_refused(SUPA_QUERY(NULL, from("t"), eq("a", 1)), "the client is NULL");
    fluent_end();
}

/* A write is tried again only because it is declared to be idempotent; what has no more time, or is
 * cancelled, is not sent. */
static void bounds_what_it_says(void)
{
    static const struct script answers[] = {
        {503, "Retry-After: 0\n", NULL, SUPA_OK, SUPA_ANSWERED},
        {201, "", NULL, SUPA_OK, SUPA_ANSWERED}};
    supa_client *client = fluent_start();
    supa_cancel *cancel = supa_cancel_new();
    const supa_deadline passed = supa_deadline_in(1);
    supa_response *response;

    world_answer(&world, answers, 2);
    response = SUPA_RUN(client, from("t"), insert("{}"), idempotent(), retry(1));
    CU_ASSERT_TRUE(supa_response_ok(response));
    supa_response_free(response);
    supa_cancel_fire(cancel);
    response = SUPA_RUN(client, from("t"), cancel_with(cancel));
    CU_ASSERT_EQUAL(supa_response_error(response)->code, SUPA_ERROR_CANCELLED);
    supa_response_free(response);
    usleep(2000);
    response = SUPA_RUN(client, from("t"), deadline_by(passed));
    CU_ASSERT_EQUAL(supa_response_error(response)->code, SUPA_ERROR_TIMEOUT);
    supa_response_free(response);
    supa_cancel_unref(cancel);
    fluent_end();
}

/* Needs a server that confirms it. */
static void undoes_what_it_says(void)
{
    static const struct script applied[] = {
        {200, "Preference-Applied: tx=rollback\n", "[]", SUPA_OK, SUPA_ANSWERED},
        {201, "Preference-Applied: tx=rollback\n", NULL, SUPA_OK, SUPA_ANSWERED}};
    supa_client *client = fluent_start();

    world_answer(&world, applied, 2);
    CU_ASSERT_EQUAL(
        supa_exec(SUPA_QUERY(client, from("t"), insert("{}"), rollback()), NULL), SUPA_OK);
    CU_ASSERT(world_sent(&world, "Prefer: tx=rollback"));
    fluent_end();
}

extern CU_TestInfo fluent_tests[];
CU_TestInfo fluent_tests[] = {
    {"each step is its function", each_step_is_its_function},
    {"runs what it says", runs_what_it_says},
    {"bounds what it says", bounds_what_it_says},
    {"undoes what it says", undoes_what_it_says},
    CU_TEST_INFO_NULL,
};
