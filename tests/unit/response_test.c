/* SPDX-License-Identifier: MIT */
#include "result/response.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/stash.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/cjson.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define JSON         "Content-Type: application/json\n"
#define HTML         "Content-Type: text/html; charset=utf-8\n"
#define SECRET       "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2lnbmF0dXJl"

static const char *const secrets[] = {SECRET, NULL};

static struct reading reading_of(enum http_method method, enum expectation expect, int wants_rows)
{
    struct reading reading = {
        .method = method,
        .expect = expect,
        .wants_rows = wants_rows,
        .side = SUPA_SIDE_TENANT,
        .store_id = "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2",
        .relation = "products",
        .secrets = secrets};

    return reading;
}

static void write_reply(supa_response *response, int status, const char *headers, const char *body)
{
    struct reply *reply = response_reply(response);

    reply->status = status;
    reply->outcome = SUPA_ANSWERED;
    buffer_puts(&reply->headers, headers);
    buffer_puts(&reply->body, body);
}

static supa_response *
answered(int status, const char *headers, const char *body, const struct reading *reading)
{
    supa_response *response = response_new();

    write_reply(response, status, headers, body);
    response_read(response, reading);
    return response;
}

static int code_of(const supa_response *response)
{
    const supa_error *error = supa_response_error(response);

    CU_ASSERT_EQUAL(supa_response_ok(response), error == NULL);
    return error == NULL ? SUPA_OK : error->code;
}

static void reads_answers_as_rows_or_errors(void)
{
    static const struct {
        enum http_method method;
        enum expectation expect;
        int wants_rows, status;
        const char *headers, *body;
        supa_code code;
        size_t rows;
    } rows[] = {
        {HTTP_GET, EXPECT_ROWS, 1, 200, JSON, "[]", SUPA_OK, 0},
        {HTTP_GET, EXPECT_ROWS, 1, 200, JSON, "[{\"a\":1}, \n {\"a\":2}]", SUPA_OK, 2},
        {HTTP_GET, EXPECT_ROWS, 1, 206, JSON, "[{\"a\":1}]", SUPA_OK, 1},
        {HTTP_GET, EXPECT_ROWS, 1, 200, "", "[{\"a\":1}]", SUPA_OK, 1},
        {HTTP_GET, EXPECT_ROWS, 1, 200, JSON, "{\"a\":1}", SUPA_ERROR_MALFORMED, 0},
        {HTTP_GET, EXPECT_ROWS, 1, 200, JSON, "[{\"a\":1}", SUPA_ERROR_MALFORMED, 0},
        {HTTP_GET, EXPECT_ROWS, 1, 200, JSON, "", SUPA_ERROR_MALFORMED, 0},
        {HTTP_GET, EXPECT_ROWS, 1, 200, "Content-Type: text/plain\n", "ok", SUPA_ERROR_MALFORMED,
         0},
        {HTTP_GET, EXPECT_ROWS, 1, 200, HTML, "<title>Log in</title>", SUPA_ERROR_GATEWAY, 0},
        {HTTP_POST, EXPECT_ROWS, 0, 201, HTML, "<title>Log in</title>", SUPA_ERROR_GATEWAY, 0},
        {HTTP_GET, EXPECT_ROWS, 1, 404, JSON, "[]", SUPA_ERROR_GATEWAY, 0},
        {HTTP_GET, EXPECT_ROWS, 1, 301, "", "", SUPA_ERROR_GATEWAY, 0},
        {HTTP_GET, EXPECT_OBJECT, 1, 200, JSON, "{\"a\":1}", SUPA_OK, 1},
        {HTTP_GET, EXPECT_OBJECT, 1, 200, JSON, "[{\"a\":1}]", SUPA_ERROR_MALFORMED, 0},
        {HTTP_GET, EXPECT_OBJECT, 1, 204, "", "", SUPA_ERROR_MALFORMED, 0},
        {HTTP_GET, EXPECT_OBJECT, 1, 406, JSON,
         "{\"code\":\"PGRST116\",\"details\":\"The result contains 0 rows\",\"message\":\"m\"}",
         SUPA_ERROR_NO_ROWS, 0},
        {HTTP_GET, EXPECT_AT_MOST_ONE, 1, 200, JSON, "[]", SUPA_OK, 0},
        {HTTP_GET, EXPECT_AT_MOST_ONE, 1, 200, JSON, "[{}]", SUPA_OK, 1},
        {HTTP_GET, EXPECT_AT_MOST_ONE, 1, 200, JSON, "[{},{}]", SUPA_ERROR_MANY_ROWS, 0},
        {HTTP_POST, EXPECT_ANY, 1, 200, JSON, "7", SUPA_OK, 1},
        {HTTP_POST, EXPECT_ANY, 1, 200, JSON, "null", SUPA_OK, 1},
        {HTTP_POST, EXPECT_ANY, 1, 200, JSON, "[1,2,3]", SUPA_OK, 3},
        {HTTP_POST, EXPECT_ANY, 1, 200, JSON, "[{\"a\":1},2]", SUPA_OK, 2},
        {HTTP_POST, EXPECT_ANY, 1, 200, JSON, "7 8", SUPA_ERROR_MALFORMED, 0},
        {HTTP_GET, EXPECT_ROWS, 1, 200, JSON, "[1,2,3]", SUPA_OK, 0},
        {HTTP_POST, EXPECT_ANY, 1, 200, JSON, "{\"a\":1}", SUPA_OK, 1},
        {HTTP_POST, EXPECT_ANY, 1, 200, JSON, "[{\"a\":1}]", SUPA_OK, 1},
        {HTTP_POST, EXPECT_ANY, 1, 204, "", "", SUPA_OK, 0},
        {HTTP_POST, EXPECT_ROWS, 0, 201, "", "", SUPA_OK, 0},
        {HTTP_PATCH, EXPECT_ROWS, 0, 204, "", "", SUPA_OK, 0},
        {HTTP_PATCH, EXPECT_ROWS, 1, 200, JSON, "[{\"a\":1}]", SUPA_OK, 1},
        {HTTP_HEAD, EXPECT_ROWS, 1, 200, JSON, "", SUPA_OK, 0},
        {HTTP_HEAD, EXPECT_ROWS, 1, 404, JSON, "", SUPA_ERROR_SERVER, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reading reading = reading_of(rows[i].method, rows[i].expect, rows[i].wants_rows);
        supa_response *response = answered(rows[i].status, rows[i].headers, rows[i].body, &reading);
        const supa_error *error = supa_response_error(response);

        CU_ASSERT_EQUAL(code_of(response), (int)rows[i].code);
        CU_ASSERT_EQUAL(supa_response_row_count(response), rows[i].rows);
        CU_ASSERT_EQUAL(supa_response_status(response), rows[i].status);
        CU_ASSERT_STRING_EQUAL(supa_response_body(response, NULL), rows[i].body);
        if (code_of(response) != (int)rows[i].code)
            fprintf(stderr, "answer %zu: %s\n", i, error == NULL ? "ok" : error->message);
        if (error != NULL) {
            CU_ASSERT_EQUAL(
                error->outcome, /* a page in place of a write's answer leaves it in doubt */
                rows[i].code == SUPA_ERROR_GATEWAY && rows[i].method == HTTP_POST ? SUPA_UNKNOWN
                                                                                  : SUPA_ANSWERED);
            CU_ASSERT_EQUAL(error->http_status, rows[i].status);
            CU_ASSERT_EQUAL(error->side, SUPA_SIDE_TENANT);
            CU_ASSERT_STRING_EQUAL(error->relation, "products");
            CU_ASSERT_EQUAL(strlen(error->store_id), 36);
        }
        supa_response_free(response);
    }
}

static void says_where_an_answer_is_broken(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
    supa_response *response = answered(200, JSON, "[{\"a\":1},", &reading);
    const supa_error *error = supa_response_error(response);

    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_STRING_EQUAL(
        error->message, "the answer is no valid JSON: the text ends too early, at byte 9 of 9");
    supa_response_free(response);
}

static void counts_the_rows_of_which_one_was_wanted(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_AT_MOST_ONE, 1);
    supa_response *response = answered(200, JSON, "[{},{},{}]", &reading);

    CU_ASSERT_EQUAL(code_of(response), SUPA_ERROR_MANY_ROWS);
    CU_ASSERT_STRING_EQUAL(
        supa_response_error(response)->details, "The result contains at least 3 rows");
    supa_response_free(response);
}

static void reads_content_range_strictly(void)
{
    enum { NO = SUPA_TRUNCATED_NO, YES = SUPA_TRUNCATED_YES, UNKNOWN = SUPA_TRUNCATED_UNKNOWN };
    static const struct {
        const char *range;
        int status;
        int rows; /* 0, 1 or 2 */
        int64_t count;
        int truncated;
    } rows[] = {
        {"0-1/2", 200, 2, 2, NO},
        {"0-1/3573458", 206, 2, 3573458, YES},
        {"0-1/3573458", 200, 2, 3573458, YES},
        {"8-9/10", 200, 2, 10, NO},
        {"8-9/11", 200, 2, 11, YES},
        {"0-1/1", 200, 2, 1, UNKNOWN},
        {"0-1/*", 200, 2, -1, UNKNOWN},
        {"0-1/*", 206, 2, -1, YES},
        {"0-0/*", 200, 1, -1, UNKNOWN},
        {"*/0", 200, 0, 0, NO},
        {"*/5", 200, 0, 5, YES},
        {"*/2", 200, 2, 2, NO},
        {"*/*", 200, 0, -1, NO},
        {"*/*", 200, 2, -1, UNKNOWN},
        {"", 200, 2, -1, UNKNOWN},
        {"/", 200, 2, -1, UNKNOWN},
        {"0-1", 200, 2, -1, UNKNOWN},
        {"0-1/", 200, 2, -1, UNKNOWN},
        {"0-1/-5", 200, 2, -1, UNKNOWN},
        {"0-1/+5", 200, 2, -1, UNKNOWN},
        {"0-1/5x", 200, 2, -1, UNKNOWN},
        {"0-1/5 6", 200, 2, -1, UNKNOWN},
        {"0-1/0x5", 200, 2, -1, UNKNOWN},
        {"0-1/5.0", 200, 2, -1, UNKNOWN},
        {"1-0/5", 200, 2, -1, UNKNOWN},
        {"-1/5", 200, 2, -1, UNKNOWN},
        {"0-/5", 200, 2, -1, UNKNOWN},
        {"0-*/5", 200, 2, -1, UNKNOWN},
        {"**/5", 200, 2, -1, UNKNOWN},
        {"*-1/5", 200, 2, -1, UNKNOWN},
        {"items 0-1/5", 200, 2, -1, UNKNOWN},
        {"0-1/999999999999999999", 200, 2, INT64_C(999999999999999999), YES},
        {"0-1/1000000000000000000", 200, 2, -1, UNKNOWN},
        {"0-1/99999999999999999999999999", 200, 2, -1, UNKNOWN},
        {"99999999999999999999-1/5", 200, 2, -1, UNKNOWN},
    };
    static const char *const bodies[] = {"[]", "[{}]", "[{},{}]"};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
        char headers[128];
        supa_response *response;

        reading.counted = 1;
        snprintf(headers, sizeof headers, JSON "content-range:  %s \r\n", rows[i].range);
        response = answered(rows[i].status, headers, bodies[rows[i].rows], &reading);
        CU_ASSERT_EQUAL(supa_response_count(response), rows[i].count);
        CU_ASSERT_EQUAL((int)supa_response_truncated(response), rows[i].truncated);
        if ((int)supa_response_truncated(response) != rows[i].truncated)
            fprintf(stderr, "range %s\n", rows[i].range);
        supa_response_free(response);
    }
}

static void counts_only_when_asked(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
    supa_response *response = answered(200, JSON "Content-Range: 0-0/1\n", "[{}]", &reading);

    CU_ASSERT_EQUAL(supa_response_count(response), -1);
    CU_ASSERT_EQUAL(supa_response_truncated(response), SUPA_TRUNCATED_NO);
    supa_response_free(response);
}

static void knows_that_one_object_is_whole(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_OBJECT, 1);
    supa_response *response = answered(200, JSON "Content-Range: 0-0/*\n", "{}", &reading);

    CU_ASSERT_EQUAL(supa_response_truncated(response), SUPA_TRUNCATED_NO);
    supa_response_free(response);
    reading = reading_of(HTTP_DELETE, EXPECT_ROWS, 0);
    reading.counted = 1;
    response = answered(204, "Content-Range: */2\n", "", &reading);
    CU_ASSERT_EQUAL(supa_response_truncated(response), SUPA_TRUNCATED_NO);
    CU_ASSERT_EQUAL(supa_response_count(response), 2);
    supa_response_free(response);
}

static void leaves_other_media_alone(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
    supa_response *response;

    reading.media = "text/csv";
    response =
        answered(200, "Content-Type: text/csv\nContent-Length: 12\n", "id,name\n1,x\n", &reading);
    CU_ASSERT_EQUAL(code_of(response), SUPA_OK);
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    CU_ASSERT_EQUAL(supa_response_truncated(response), SUPA_TRUNCATED_UNKNOWN);
    CU_ASSERT_PTR_NULL(supa_response_json(response));
    supa_response_free(response);
    response = answered(200, HTML, "<title>Log in</title>", &reading);
    CU_ASSERT_EQUAL(code_of(response), SUPA_ERROR_GATEWAY);
    supa_response_free(response);
    reading.media = "text/html";
    response =
        answered(200, HTML "Transfer-Encoding: gzip, Chunked\n", "<title>mine</title>", &reading);
    CU_ASSERT_EQUAL(code_of(response), SUPA_OK);
    supa_response_free(response);
}

/* JSON has an end of its own. Other media have one where HTTP says so. */
static void refuses_other_media_that_may_be_cut(void)
{
    static const struct {
        const char *media, *headers, *body;
        enum http_method method;
        int status, streamed, cut;
    } cases[] = {
        {"text/csv", "Content-Type: text/csv\n", "id\n1\n", HTTP_GET, 200, 0, 1},
        {"text/csv", "Content-Type: text/csv\n", "", HTTP_GET, 200, 0, 1},
        {"text/csv", "Transfer-Encoding: identity\n", "id\n1\n", HTTP_POST, 201, 0, 1},
        {"text/csv", "Transfer-Encoding: chunkedx\n", "id\n1\n", HTTP_GET, 200, 0, 1},
        {"text/csv", "Content-Type: text/csv\n", "", HTTP_GET, 200, 1, 0},
        {"text/csv", "Content-Type: text/csv\n", "", HTTP_HEAD, 200, 0, 0},
        {"text/csv", "", "", HTTP_PATCH, 204, 0, 0},
        {NULL, JSON, "[]", HTTP_GET, 200, 0, 0},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reading reading = reading_of(cases[i].method, EXPECT_ROWS, 1);
        supa_response *response;

        reading.media = cases[i].media;
        reading.is_streamed = cases[i].streamed;
        response = answered(cases[i].status, cases[i].headers, cases[i].body, &reading);
        CU_ASSERT_EQUAL(code_of(response), cases[i].cut ? SUPA_ERROR_MALFORMED : SUPA_OK);
        supa_response_free(response);
    }
}

static void reports_attempts_that_failed(void)
{
    static const struct {
        enum http_method method;
        supa_code code;
        supa_outcome outcome;
        int retryable;
    } rows[] = {
        {HTTP_GET, SUPA_ERROR_NETWORK, SUPA_NOT_SENT, 1},
        {HTTP_POST, SUPA_ERROR_NETWORK, SUPA_NOT_SENT, 1},
        {HTTP_POST, SUPA_ERROR_BUSY, SUPA_NOT_SENT, 1},
        {HTTP_POST, SUPA_ERROR_TIMEOUT, SUPA_NOT_SENT, 1},
        {HTTP_POST, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN, 0},
        {HTTP_POST, SUPA_ERROR_NETWORK, SUPA_UNKNOWN, 0},
        {HTTP_GET, SUPA_ERROR_NETWORK, SUPA_UNKNOWN, 1},
        {HTTP_HEAD, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN, 1},
        {HTTP_GET, SUPA_ERROR_TLS, SUPA_NOT_SENT, 0},
        {HTTP_GET, SUPA_ERROR_TOO_LARGE, SUPA_ANSWERED, 0},
        {HTTP_GET, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reading reading = reading_of(rows[i].method, EXPECT_ROWS, 1);
        supa_response *response = response_new();
        struct reply *reply = response_reply(response);
        const supa_error *error;

        reply->code = rows[i].code;
        reply->outcome = rows[i].outcome;
        snprintf(reply->problem, sizeof reply->problem, "broke near %s", SECRET);
        response_read(response, &reading);
        error = supa_response_error(response);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_EQUAL(error->code, (int)rows[i].code);
        CU_ASSERT_EQUAL(error->outcome, (int)rows[i].outcome);
        CU_ASSERT_EQUAL(error->retryable, rows[i].retryable);
        CU_ASSERT_STRING_EQUAL(error->message, "broke near [hidden]");
        CU_ASSERT_STRING_EQUAL(error->relation, "products");
        supa_response_free(response);
    }
}

static void gives_headers_by_name_in_any_case(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
    supa_response *response = answered(
        200, JSON "Preference-Applied: \t tx=rollback \r\nX-Empty:\nX-Two: a: b\nX-Two: c\nLast: z",
        "[]", &reading);
    static const char *const rows[][2] = {
        {"preference-applied", "tx=rollback"},
        {"CONTENT-TYPE", "application/json"},
        {"X-Empty", ""},
        {"x-two", "a: b"},
        {"Last", "z"},
        {"X", NULL},
        {"X-Two:", NULL},
        {"", NULL}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *value = supa_response_header(response, rows[i][0]);

        CU_ASSERT_EQUAL(value == NULL, rows[i][1] == NULL);
        if (value != NULL && rows[i][1] != NULL)
            CU_ASSERT_STRING_EQUAL(value, rows[i][1]);
    }
    CU_ASSERT_PTR_NULL(supa_response_header(response, NULL));
    supa_response_free(response);
}

static void gives_the_body_with_an_end(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ANY, 1);
    supa_response *response = response_new();
    size_t length = 99;

    CU_ASSERT_STRING_EQUAL(supa_response_body(response, &length), "");
    CU_ASSERT_EQUAL(length, 0);
    buffer_put(&response_reply(response)->body, "\"a\"", 3);
    response_reply(response)->status = 200;
    response_read(response, &reading);
    CU_ASSERT_STRING_EQUAL(supa_response_body(response, &length), "\"a\"");
    CU_ASSERT_EQUAL(length, 3);
    supa_response_free(response);
}

static void tells_where_the_time_went(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
    supa_response *response = answered(200, JSON, "[]", &reading);
    supa_timings timings;

    response_reply(response)->total_us = 123;
    response_attempts(response, 2);
    CU_ASSERT_EQUAL(supa_response_timings(response, &timings), 0);
    CU_ASSERT(timings.total_us == 123 && timings.attempts == 2);
    response_clear(response);
    memset(&timings, 'x', sizeof timings);
    CU_ASSERT_EQUAL(supa_response_timings(response, &timings), -1);
    CU_ASSERT(timings.total_us == 0 && timings.attempts == 0);
    supa_response_free(response);
}

static void carries_errors_of_what_was_never_sent(void)
{
    supa_response *response = response_new();
    supa_error error;

    error_argument(&error, "no such %s", "thing");
    response_fail(response, &error);
    CU_ASSERT_EQUAL(code_of(response), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(supa_response_error(response)->message, "no such thing");
    CU_ASSERT_EQUAL(supa_response_status(response), 0);
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    supa_response_free(response);
}

static void makes_a_tree_when_asked(void)
{
    static const struct {
        const char *body;
        int is_tree;
    } rows[] = {{"[{\"a\":1}]", 1}, {"{\"a\":1} ", 1}, {"null", 1}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reading reading = reading_of(HTTP_POST, EXPECT_ANY, 1);
        supa_response *response = answered(200, JSON, rows[i].body, &reading);
        const cJSON *tree = supa_response_json(response);

        CU_ASSERT_EQUAL(tree != NULL, rows[i].is_tree);
        CU_ASSERT_PTR_EQUAL(supa_response_json(response), tree);
        supa_response_free(response);
    }
}

static void makes_no_tree_of_what_is_no_json(void)
{
    static const char *const bodies[] = {"", "[1", "[1] x", "id,name\n", "[1]]"};

    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
        supa_response *response = answered(200, JSON, bodies[i], &reading);

        CU_ASSERT_PTR_NULL(supa_response_json(response));
        supa_response_free(response);
    }
}

static int fails(void)
{
    return 1;
}

static void stands_in_when_memory_is_gone(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
    supa_response *response;
    supa_timings timings;
    supa_error error;
    int64_t number;

    stash_off = 1;
    memory_fails = fails;
    response = response_new();
    memory_fails = NULL;
    stash_off = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(response);
    CU_ASSERT_PTR_NULL(response_reply(response));
    error_argument(&error, "other");
    response_fail(response, &error);
    response_read(response, &reading);
    response_clear(response);
    response_attempts(response, 3);
    CU_ASSERT_EQUAL(code_of(response), SUPA_ERROR_NO_MEMORY);
    CU_ASSERT_EQUAL(supa_response_error(response)->outcome, SUPA_NOT_SENT);
    CU_ASSERT_STRING_EQUAL(supa_response_body(response, NULL), "");
    CU_ASSERT_EQUAL(supa_response_count(response), -1);
    CU_ASSERT_EQUAL(
        supa_row_int64(supa_response_first(response), "a", &number), SUPA_FIELD_MISSING);
    CU_ASSERT_PTR_NULL(supa_response_header(response, "a"));
    CU_ASSERT_PTR_NULL(supa_response_json(response));
    CU_ASSERT_EQUAL(supa_response_timings(response, &timings), -1);
    supa_response_free(response);
    supa_response_free(response);
    supa_response_free(NULL);
}

static int allocations_left;

static int fails_later(void)
{
    return allocations_left-- <= 0;
}

static void sweep(int status, const char *body, supa_code wanted, supa_outcome outcome)
{
    struct reading reading = reading_of(HTTP_POST, EXPECT_ROWS, 1);
    int code = SUPA_ERROR_NO_MEMORY;

    for (int n = 0; code == SUPA_ERROR_NO_MEMORY; n++) {
        supa_response *response = response_new();
        const char *value;

        write_reply(response, status, JSON, body);
        allocations_left = n;
        memory_fails = fails_later;
        response_read(response, &reading);
        value = supa_response_header(response, "content-type");
        memory_fails = NULL;
        code = code_of(response);
        CU_ASSERT(value != NULL || code == SUPA_ERROR_NO_MEMORY || n < 20);
        if (code == (int)wanted && code != SUPA_OK)
            CU_ASSERT_EQUAL(supa_response_error(response)->outcome, outcome);
        CU_ASSERT_EQUAL(supa_response_status(response), status);
        supa_response_free(response);
    }
    CU_ASSERT_EQUAL(code, (int)wanted);
}

static void reports_each_failed_allocation(void)
{
    stash_off = 1;
    sweep(201, "[{\"a\":\"\\n\"},{\"a\":\"x\"}]", SUPA_OK, SUPA_ANSWERED);
    sweep(
        409, "{\"code\":\"23505\",\"message\":\"\\n\",\"details\":\"\\n\"}", SUPA_ERROR_DATABASE,
        SUPA_ANSWERED);
    sweep(502, "<title>x</title>", SUPA_ERROR_GATEWAY, SUPA_UNKNOWN);
    stash_off = 0;
}

static void an_answer_that_did_not_fit_is_an_error(void)
{
    struct reading reading = reading_of(HTTP_POST, EXPECT_ROWS, 1);
    supa_response *response = response_new();

    write_reply(response, 201, JSON, "[{}]");
    response_reply(response)->body.failed = 1;
    response_read(response, &reading);
    CU_ASSERT_EQUAL(code_of(response), SUPA_ERROR_NO_MEMORY);
    CU_ASSERT_EQUAL(supa_response_error(response)->outcome, SUPA_ANSWERED);
    supa_response_free(response);
}

static void a_second_answer_needs_no_new_memory(void)
{
    struct reading reading = reading_of(HTTP_GET, EXPECT_ROWS, 1);
    supa_response *response = answered(200, JSON, "[{\"a\":\"\\n\"},{\"a\":\"x\"}]", &reading);

    supa_response_header(response, "content-type");
    CU_ASSERT_STRING_EQUAL(supa_row_string(supa_response_row(response, 1), "a", ""), "x");
    response_clear(response);
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    memory_fails = fails;
    write_reply(response, 200, JSON, "[{\"a\":\"\\t\"}]");
    response_read(response, &reading);
    CU_ASSERT_EQUAL(code_of(response), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(supa_row_string(supa_response_first(response), "a", ""), "\t");
    CU_ASSERT_STRING_EQUAL(supa_response_header(response, "content-type"), "application/json");
    memory_fails = NULL;
    supa_response_free(response);
}

extern CU_TestInfo response_tests[];
CU_TestInfo response_tests[] = {
    {"reads answers as rows or errors", reads_answers_as_rows_or_errors},
    {"says where an answer is broken", says_where_an_answer_is_broken},
    {"counts the rows of which one was wanted", counts_the_rows_of_which_one_was_wanted},
    {"reads Content-Range strictly", reads_content_range_strictly},
    {"counts only when asked", counts_only_when_asked},
    {"knows that one object is whole", knows_that_one_object_is_whole},
    {"leaves other media alone", leaves_other_media_alone},
    {"refuses other media that may be cut", refuses_other_media_that_may_be_cut},
    {"reports attempts that failed", reports_attempts_that_failed},
    {"gives headers by name in any case", gives_headers_by_name_in_any_case},
    {"gives the body with an end", gives_the_body_with_an_end},
    {"tells where the time went", tells_where_the_time_went},
    {"carries errors of what was never sent", carries_errors_of_what_was_never_sent},
    {"makes a tree when asked", makes_a_tree_when_asked},
    {"makes no tree of what is no JSON", makes_no_tree_of_what_is_no_json},
    {"stands in when memory is gone", stands_in_when_memory_is_gone},
    {"reports each failed allocation", reports_each_failed_allocation},
    {"an answer that did not fit is an error", an_answer_that_did_not_fit_is_an_error},
    {"a second answer needs no new memory", a_second_answer_needs_no_new_memory},
    CU_TEST_INFO_NULL,
};
