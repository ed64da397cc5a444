/* SPDX-License-Identifier: MIT */
/* From the builder to the rows and errors, over the fake transport. */
#include "base/stash.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/query.h>
#include <supa/response.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define JSON         "Content-Type: application/json\n"
#define NO_ROW                                                                                     \
    "{\"code\":\"PGRST116\",\"details\":\"The result contains 0 rows\",\"message\":\"m\"}"
#define TWO_ROWS                                                                                   \
    "{\"code\":\"PGRST116\",\"details\":\"The result contains 2 rows\",\"message\":\"m\"}"

static struct world world;

static supa_query *from(const char *relation)
{
    return supa_from(world.client, relation);
}

/* Runs the query against one answer. */
static supa_response *run(supa_query *q, const struct script *answer)
{
    world_answer(&world, answer, 1);
    return supa_execute(q);
}

static void reads_rows(void)
{
    static const struct script answer = {
        200, JSON "Content-Range: 0-1/*\n", "[{\"id\":9007199254740993,\"n\":\"Ann\"},{\"id\":2}]",
        SUPA_OK, SUPA_ANSWERED};
    supa_response *response;
    int64_t id = 0;

    world_start(&world, SUPA_SIDE_NONE);
    response = run(supa_select(from("t"), "id,n"), &answer);
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT_PTR_NULL(supa_response_error(response));
    CU_ASSERT_EQUAL(supa_response_status(response), 200);
    CU_ASSERT_EQUAL(supa_response_row_count(response), 2);
    CU_ASSERT_EQUAL(supa_row_int64(supa_response_first(response), "id", &id), SUPA_FIELD_VALUE);
    CU_ASSERT_EQUAL(id, 9007199254740993);
    CU_ASSERT_STRING_EQUAL(supa_row_string(supa_response_row(response, 0), "n", "-"), "Ann");
    CU_ASSERT_STRING_EQUAL(supa_row_string(supa_response_row(response, 1), "n", "-"), "-");
    CU_ASSERT_STRING_EQUAL(supa_response_header(response, "content-range"), "0-1/*");
    supa_response_free(response);
    world_end(&world);
}

static void an_empty_list_is_a_success(void)
{
    static const struct script answer = {200, JSON, "[]", SUPA_OK, SUPA_ANSWERED};
    supa_response *response;

    world_start(&world, SUPA_SIDE_NONE);
    response = run(supa_in(from("t"), "id", supa_ints(NULL, 0)), &answer);
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    supa_response_free(response);
    world_end(&world);
}

static void one_row_is_one_or_an_error(void)
{
    static const struct {
        int at_most; /* supa_maybe_single */
        struct script answer;
        supa_code code;
        size_t rows;
    } rows[] = {
        {0, {200, JSON, "{\"a\":1}", SUPA_OK, SUPA_ANSWERED}, SUPA_OK, 1},
        {0, {406, JSON, NO_ROW, SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_NO_ROWS, 0},
        {0, {406, JSON, TWO_ROWS, SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_MANY_ROWS, 0},
        {0, {200, JSON, "[{\"a\":1}]", SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_MALFORMED, 0},
        {1, {200, JSON, "[{\"a\":1}]", SUPA_OK, SUPA_ANSWERED}, SUPA_OK, 1},
        {1, {200, JSON, "[]", SUPA_OK, SUPA_ANSWERED}, SUPA_OK, 0},
        {1, {200, JSON, "[{},{}]", SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_MANY_ROWS, 0},
    };

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_query *q = rows[i].at_most ? supa_maybe_single(from("t")) : supa_single(from("t"));
        supa_response *response = run(q, &rows[i].answer);
        const supa_error *error = supa_response_error(response);

        CU_ASSERT_EQUAL(error != NULL ? error->code : SUPA_OK, (int)rows[i].code);
        CU_ASSERT_EQUAL(supa_response_row_count(response), rows[i].rows);
        CU_ASSERT(error == NULL || error->outcome == SUPA_ANSWERED);
        supa_response_free(response);
    }
    world_end(&world);
}

static void a_write_of_one_row_is_one_or_an_error(void)
{
    static const struct {
        int at_most;
        struct script answer;
        supa_code code;
        size_t rows;
    } rows[] = {
        {0, {200, JSON, "{\"a\":1}", SUPA_OK, SUPA_ANSWERED}, SUPA_OK, 1},
        {0, {406, JSON, NO_ROW, SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_NO_ROWS, 0},
        {0, {406, JSON, TWO_ROWS, SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_MANY_ROWS, 0},
        {1, {200, JSON, "{\"a\":1}", SUPA_OK, SUPA_ANSWERED}, SUPA_OK, 1},
        {1, {406, JSON, NO_ROW, SUPA_OK, SUPA_ANSWERED}, SUPA_OK, 0},
        {1, {406, JSON, TWO_ROWS, SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_MANY_ROWS, 0},
    };

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_query *q = supa_eq(supa_delete(from("t")), "id", supa_int(1));
        supa_response *response =
            run(rows[i].at_most ? supa_maybe_single(q) : supa_single(q), &rows[i].answer);
        const supa_error *error = supa_response_error(response);

        CU_ASSERT_EQUAL(error != NULL ? error->code : SUPA_OK, (int)rows[i].code);
        CU_ASSERT_EQUAL(supa_response_row_count(response), rows[i].rows);
        supa_response_free(response);
    }
    world_end(&world);
}

static void a_write_says_whether_it_happened(void)
{
    static const struct {
        struct script answer;
        supa_code code;
        supa_outcome outcome;
        int retryable;
    } rows[] = {
        {{201, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, SUPA_OK, SUPA_NOT_SENT, 0},
        {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}, SUPA_ERROR_NETWORK, SUPA_NOT_SENT, 1},
        {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN}, SUPA_ERROR_NETWORK, SUPA_UNKNOWN, 0},
        {{0, NULL, NULL, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN}, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN, 0},
        {{0, NULL, NULL, SUPA_ERROR_TLS, SUPA_NOT_SENT}, SUPA_ERROR_TLS, SUPA_NOT_SENT, 0},
        {{0, NULL, NULL, SUPA_ERROR_HOST_REFUSED, SUPA_NOT_SENT},
         SUPA_ERROR_HOST_REFUSED,
         SUPA_NOT_SENT,
         0},
        {{201, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_ANSWERED},
         SUPA_ERROR_NETWORK,
         SUPA_ANSWERED,
         0},
        {{503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, SUPA_ERROR_GATEWAY, SUPA_UNKNOWN, 0},
    };

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        world_answer(&world, &rows[i].answer, 1);
        CU_ASSERT_EQUAL(supa_exec(supa_insert(from("t"), "{}"), &error), (int)rows[i].code);
        CU_ASSERT_EQUAL(error.code, (int)rows[i].code);
        CU_ASSERT_EQUAL(error.outcome, (int)rows[i].outcome);
        CU_ASSERT_EQUAL(error.retryable, rows[i].retryable);
        CU_ASSERT_EQUAL(world.calls, 1);
    }
    world_end(&world);
}

static void the_servers_error_is_told_with_whom_it_came_from(void)
{
    static const struct script answer = {
        409, JSON,
        "{\"code\":\"23505\",\"message\":\"duplicate key\",\"details\":\"Key (id)=(1)\","
        "\"hint\":\"h\"}",
        SUPA_OK, SUPA_ANSWERED};
    supa_error error;

    world_start(&world, SUPA_SIDE_TENANT);
    world_answer(&world, &answer, 1);
    CU_ASSERT_EQUAL(supa_exec(supa_insert(from("products"), "{}"), &error), SUPA_ERROR_DATABASE);
    CU_ASSERT_EQUAL(error.http_status, 409);
    CU_ASSERT_STRING_EQUAL(error.server_code, "23505");
    CU_ASSERT_STRING_EQUAL(error.message, "duplicate key");
    CU_ASSERT_STRING_EQUAL(error.details, "Key (id)=(1)");
    CU_ASSERT_STRING_EQUAL(error.hint, "h");
    CU_ASSERT_EQUAL(error.side, SUPA_SIDE_TENANT);
    CU_ASSERT_STRING_EQUAL(error.store_id, WORLD_STORE);
    CU_ASSERT_STRING_EQUAL(error.relation, "products");
    world_end(&world);
}

static void no_error_shows_the_key(void)
{
    static const struct script answers[] = {
        {401, JSON, "{\"message\":\"bad key " WORLD_KEY "\",\"hint\":\"" WORLD_KEY "\"}", SUPA_OK,
         SUPA_ANSWERED},
        {500, "Content-Type: text/plain\n", "apikey: " WORLD_KEY, SUPA_OK, SUPA_ANSWERED},
        {502, "Content-Type: text/html\n", "<title>" WORLD_KEY "</title>", SUPA_OK, SUPA_ANSWERED},
    };

    world_start(&world, SUPA_SIDE_MASTER);
    for (size_t i = 0; i < COUNT(answers); i++) {
        supa_error error;

        world_answer(&world, &answers[i], 1);
        CU_ASSERT_NOT_EQUAL(supa_exec(from("stores"), &error), SUPA_OK);
        for (size_t at = 0; at + 8 <= sizeof error; at++)
            CU_ASSERT_FALSE(memcmp((const char *)&error + at, WORLD_KEY, 8) == 0);
        CU_ASSERT_EQUAL(error.side, SUPA_SIDE_MASTER);
    }
    world_end(&world);
}

static void exec_clears_the_error_of_a_success(void)
{
    supa_error error = {.code = SUPA_ERROR_TLS, .message = "old"};

    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_EQUAL(supa_exec(from("t"), &error), 0);
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    CU_ASSERT_STRING_EQUAL(error.message, "");
    CU_ASSERT_EQUAL(supa_exec(from("t"), NULL), 0);
    world_end(&world);
}

static void tells_where_the_time_went(void)
{
    static const struct script answer = {200, JSON, "[]", SUPA_OK, SUPA_ANSWERED};
    supa_response *response;
    supa_timings timings;

    world_start(&world, SUPA_SIDE_NONE);
    response = run(from("t"), &answer);
    CU_ASSERT_EQUAL(supa_response_timings(response, &timings), 0);
    CU_ASSERT_EQUAL(timings.connect_us, 11);
    CU_ASSERT_EQUAL(timings.first_byte_us, 22);
    CU_ASSERT_EQUAL(timings.total_us, 33);
    CU_ASSERT_EQUAL(timings.attempts, 1);
    supa_response_free(response);
    response = supa_execute(supa_limit(from("t"), -1));
    CU_ASSERT_EQUAL(supa_response_timings(response, &timings), -1);
    CU_ASSERT_EQUAL(timings.total_us, 0);
    CU_ASSERT_EQUAL(timings.attempts, 0);
    supa_response_free(response);
    world_end(&world);
}

/* What on_attempt was told, copied. */
struct told {
    int calls;
    supa_attempt attempt;
    char method[16], relation[64], store_id[64], url[512];
};

static void tell(void *user, const supa_attempt *attempt)
{
    struct told *told = user;

    told->calls++;
    told->attempt = *attempt;
    snprintf(told->method, sizeof told->method, "%s", attempt->method);
    snprintf(told->relation, sizeof told->relation, "%s", attempt->relation);
    snprintf(told->store_id, sizeof told->store_id, "%s", attempt->store_id);
    snprintf(told->url, sizeof told->url, "%s", supa_attempt_url(attempt));
}

static void start_telling(struct told *told, supa_side side)
{
    supa_client_options options = world_options();

    memset(told, 0, sizeof *told);
    options.on_attempt = tell;
    options.user = told;
    options.token = "user-token-0123456789";
    world_start_with(&world, side, &options, NULL);
}

static void each_attempt_is_told(void)
{
    static const struct script lost = {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN};
    struct told told;

    start_telling(&told, SUPA_SIDE_TENANT);
    CU_ASSERT_EQUAL(supa_exec(supa_limit(from("products"), 3), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(told.calls, 1);
    CU_ASSERT_EQUAL(told.attempt.size, sizeof(supa_attempt));
    CU_ASSERT_EQUAL(told.attempt.side, SUPA_SIDE_TENANT);
    CU_ASSERT_EQUAL(told.attempt.status, 200);
    CU_ASSERT_EQUAL(told.attempt.code, SUPA_OK);
    CU_ASSERT_EQUAL(told.attempt.outcome, SUPA_ANSWERED);
    CU_ASSERT_EQUAL(told.attempt.attempt, 1);
    CU_ASSERT_EQUAL(told.attempt.bytes_received, 2);
    CU_ASSERT_EQUAL(told.attempt.total_us, 33);
    CU_ASSERT_STRING_EQUAL(told.method, "GET");
    CU_ASSERT_STRING_EQUAL(told.relation, "products");
    CU_ASSERT_STRING_EQUAL(told.store_id, WORLD_STORE);
    CU_ASSERT(world_same(told.url, WORLD_PREFIX "products?store_id=…&limit=3"));
    world_answer(&world, &lost, 1);
    CU_ASSERT_EQUAL(
        supa_exec(supa_any_store(supa_insert(from("products"), "{}")), NULL), SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(told.calls, 2);
    CU_ASSERT_STRING_EQUAL(told.method, "POST");
    CU_ASSERT_EQUAL(told.attempt.status, 0);
    CU_ASSERT_EQUAL(told.attempt.code, SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(told.attempt.outcome, SUPA_UNKNOWN);
    CU_ASSERT_EQUAL(told.attempt.bytes_sent, 2);
    world_end(&world);
}

static void nothing_that_is_told_is_secret(void)
{
    struct told told;
    supa_query *q;

    start_telling(&told, SUPA_SIDE_NONE);
    q = supa_eq(from("t"), "email", supa_text("ann@example.com"));
    supa_eq(supa_eq(q, "k", supa_text(WORLD_KEY)), "b.order", supa_text("private"));
    supa_select(supa_order(q, "email", SUPA_DESC), "id," WORLD_KEY);
    CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_OK);
    CU_ASSERT(world_same(
        told.url,
        WORLD_PREFIX "t?select=id,[hidden]&email=…&k=…&b.%22order%22=…&order=email.desc"));
    for (size_t at = 0; at + 8 <= sizeof told; at++) {
        CU_ASSERT_FALSE(memcmp((const char *)&told + at, WORLD_KEY, 8) == 0);
        CU_ASSERT_FALSE(memcmp((const char *)&told + at, "user-token", 8) == 0);
    }
    CU_ASSERT(world_sent(&world, "Authorization: Bearer user-token-0123456789"));
    world_end(&world);
}

static void a_refused_query_is_no_attempt(void)
{
    struct told told;

    start_telling(&told, SUPA_SIDE_TENANT);
    CU_ASSERT_EQUAL(supa_exec(from("stores"), NULL), SUPA_ERROR_SCOPE);
    CU_ASSERT_EQUAL(supa_exec(supa_delete(from("products")), NULL), SUPA_ERROR_UNFILTERED);
    CU_ASSERT_EQUAL(told.calls, 0);
    world_end(&world);
}

static supa_query *build(int writes)
{
    const char *const texts[] = {"a,b", "c"};
    supa_query *q = from("products");

    supa_select(q, "id,name,categories(id)");
    if (writes)
        return supa_insert(q, "[{\"name\":\"x\"},{}]");
    supa_in(q, "name", supa_texts(texts, 2));
    supa_eq(q, "data->>kind", supa_json("{\"a\":[1]}"));
    return supa_limit(supa_order(q, "name", SUPA_DESC), 10);
}

/* Uses the answer as a program would; every getter must stand a lack of memory. */
static int use(supa_response *response)
{
    const supa_error *error = supa_response_error(response);
    const char *name = "";
    size_t length = 0;
    int code = error != NULL ? (int)error->code : SUPA_OK;
    supa_field field = supa_row_text(supa_response_first(response), "name", &name, &length);

    supa_row_string(supa_response_first(response), "name", "-");
    supa_response_header(response, "Content-Type");
    supa_response_free(response);
    if (code == SUPA_OK && field == SUPA_FIELD_VALUE)
        CU_ASSERT_EQUAL(length, 2);
    return code;
}

static void sweep(int writes, const struct script *answer)
{
    int failed = 1;

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t n = 1; failed; n++) {
        int code;

        world_answer(&world, answer, 1);
        world_fail_at(n);
        code = use(supa_execute(build(writes)));
        failed = world_failed();
        CU_ASSERT(code == SUPA_OK || (failed && code == SUPA_ERROR_NO_MEMORY));
        CU_ASSERT_FATAL(n < 1000);
    }
    CU_ASSERT_EQUAL(world.calls, 1);
    world_end(&world);
}

/* Queries and responses are allocated anew each time. */
static void with_an_empty_stash(
    void (*run_it)(int, const struct script *), int writes, const struct script *answer)
{
    stash_off = 1;
    run_it(writes, answer);
    stash_off = 0;
}

static void reads_report_each_failed_allocation(void)
{
    static const struct script answer = {
        200, JSON, "[{\"id\":1,\"name\":\"\\u0041b\"}]", SUPA_OK, SUPA_ANSWERED};

    with_an_empty_stash(sweep, 0, &answer);
    sweep(0, &answer);
}

static void writes_report_each_failed_allocation(void)
{
    static const struct script answer = {
        201, JSON, "[{\"id\":1,\"name\":\"\\u0041b\"}]", SUPA_OK, SUPA_ANSWERED};

    with_an_empty_stash(sweep, 1, &answer);
    sweep(1, &answer);
}

static void sweep_describe(int writes, const struct script *answer)
{
    int failed = 1;

    (void)answer;
    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t n = 1; failed; n++) {
        supa_query *q;
        char *text;

        world_fail_at(n);
        q = build(writes);
        text = supa_query_describe(q);
        failed = world_failed();
        CU_ASSERT(failed || text != NULL);
        CU_ASSERT(text == NULL || strstr(text, "out of memory") != NULL || text[0] == '#');
        supa_text_free(text);
        supa_query_free(q);
        CU_ASSERT_FATAL(n < 1000);
    }
    world_end(&world);
}

static void describing_reports_each_failed_allocation(void)
{
    with_an_empty_stash(sweep_describe, 0, NULL);
    with_an_empty_stash(sweep_describe, 1, NULL);
}

static void a_query_works_again_after_memory_was_gone(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    for (size_t n = 1; n < 20; n++) {
        world_fail_at(n);
        supa_response_free(supa_execute(supa_eq(from("gone"), "a", supa_text("x"))));
        (void)world_failed();
        CU_ASSERT_EQUAL(supa_exec(supa_eq(from("t"), "b", supa_text("y")), NULL), SUPA_OK);
        CU_ASSERT(world_same(world.url, WORLD_PREFIX "t?b=eq.y"));
    }
    world_end(&world);
}

static void a_spent_query_leaves_nothing_to_the_next(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < 40; i++) {
        supa_query *q = supa_own_copy(supa_any_store(from("stores")));

        supa_select(supa_range(supa_single(supa_order(q, "a", 0)), 1, 2), "a,users(*)");
        supa_all_rows(supa_eq(q, "a", supa_int(1)));
        supa_response_free(supa_execute(i % 2 == 0 ? q : supa_delete(q)));
        supa_response_free(
            supa_execute(supa_limit(supa_insert(from("products"), "{\"a\":1}"), -1)));
        CU_ASSERT_EQUAL(supa_exec(from("stores"), NULL), SUPA_ERROR_SCOPE);
        CU_ASSERT_EQUAL(supa_exec(supa_delete(from("products")), NULL), SUPA_ERROR_UNFILTERED);
        CU_ASSERT_EQUAL(supa_exec(from("languages"), NULL), SUPA_OK);
        CU_ASSERT(world_same(world.url, WORLD_PREFIX "languages"));
        CU_ASSERT_FALSE(world.has_body);
        CU_ASSERT(world_sent(&world, "Accept: application/json"));
    }
    world_end(&world);
}

static void building_a_warm_query_allocates_nothing(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    supa_response_free(supa_execute(build(0)));
    world_fail_at(1);
    supa_query_free(supa_limit(supa_eq(from("products"), "name", supa_text("x")), 10));
    CU_ASSERT_FALSE(world_failed());
    world_end(&world);
}

extern CU_TestInfo flow_tests[];
CU_TestInfo flow_tests[] = {
    {"reads rows", reads_rows},
    {"an empty list is a success", an_empty_list_is_a_success},
    {"one row is one, or an error", one_row_is_one_or_an_error},
    {"a write of one row is one, or an error", a_write_of_one_row_is_one_or_an_error},
    {"a write says whether it happened", a_write_says_whether_it_happened},
    {"the server's error is told with whom it came from",
     the_servers_error_is_told_with_whom_it_came_from},
    {"no error shows the key", no_error_shows_the_key},
    {"exec clears the error of a success", exec_clears_the_error_of_a_success},
    {"tells where the time went", tells_where_the_time_went},
    {"each attempt is told", each_attempt_is_told},
    {"nothing that is told is secret", nothing_that_is_told_is_secret},
    {"a refused query is no attempt", a_refused_query_is_no_attempt},
    {"reads report each failed allocation", reads_report_each_failed_allocation},
    {"writes report each failed allocation", writes_report_each_failed_allocation},
    {"describing reports each failed allocation", describing_reports_each_failed_allocation},
    {"a query works again after memory was gone", a_query_works_again_after_memory_was_gone},
    {"a spent query leaves nothing to the next", a_spent_query_leaves_nothing_to_the_next},
    {"building a warm query allocates nothing", building_a_warm_query_allocates_nothing},
    CU_TEST_INFO_NULL,
};
