/* SPDX-License-Identifier: MIT */
#include "result/server_error.h"

#include "base/memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define JSON         "Content-Type: application/json; charset=utf-8\n"
#define HTML         "Content-Type: text/html\n"
#define TEXT         "Content-Type: text/plain\n"
#define SECRET       "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2lnbmF0dXJl"

static const char *const secrets[] = {SECRET, NULL};

static supa_error read_answer(
    enum http_method method, int status, const char *headers, const char *body,
    const char *const *hidden)
{
    struct reply reply;
    struct server_answer answer = {method, &reply, hidden, 0};
    supa_error error;

    memset(&error, 'x', sizeof error);
    reply_init(&reply);
    reply.status = status;
    buffer_puts(&reply.headers, headers);
    buffer_puts(&reply.body, body);
    CU_ASSERT_EQUAL(server_error(&error, &answer), error.code);
    CU_ASSERT_EQUAL(error.http_status, status);
    reply_free(&reply);
    return error;
}

static const struct {
    enum http_method method;
    int status;
    const char *headers, *body;
    supa_code code;
    int retryable;
    const char *server_code, *message, *details, *hint;
} answers[] = {
    {HTTP_GET, 400, JSON,
     "{\"code\":\"22P02\",\"details\":null,\"hint\":null,\"message\":\"invalid \\\"x\\\"\"}",
     SUPA_ERROR_DATABASE, 0, "22P02", "invalid \"x\"", "", ""},
    {HTTP_POST, 409, JSON,
     "{\"code\":\"23505\",\"details\":\"Key (id)=(1) already exists.\",\"hint\":\"h\","
     "\"message\":\"duplicate key\"}",
     SUPA_ERROR_DATABASE, 0, "23505", "duplicate key", "Key (id)=(1) already exists.", "h"},
    {HTTP_GET, 401, JSON, "{\"code\":\"42501\",\"message\":\"permission denied\"}",
     SUPA_ERROR_DENIED, 0, "42501", "permission denied", "", ""},
    {HTTP_GET, 401, JSON, "{\"code\":\"PGRST301\",\"message\":\"JWT expired\"}", SUPA_ERROR_AUTH, 0,
     "PGRST301", "JWT expired", "", ""},
    {HTTP_GET, 401, JSON, "{\"code\":\"PGRST302\",\"message\":\"m\"}", SUPA_ERROR_AUTH, 0,
     "PGRST302", "m", "", ""},
    {HTTP_GET, 401, JSON, "{\"code\":\"PGRST303\",\"message\":\"m\"}", SUPA_ERROR_AUTH, 0,
     "PGRST303", "m", "", ""},
    {HTTP_GET, 406, "Content-Type: a\nContent-Type: b\n",
     "{\"code\":\"PGRST116\",\"details\":\"The result contains 0 rows\",\"hint\":null,"
     "\"message\":\"m\"}",
     SUPA_ERROR_NO_ROWS, 0, "PGRST116", "one row was asked for, none is there",
     "The result contains 0 rows", ""},
    {HTTP_GET, 406, JSON,
     "{\"code\":\"PGRST116\",\"details\":\"The result contains 10 rows\",\"message\":\"m\"}",
     SUPA_ERROR_MANY_ROWS, 0, "PGRST116", "one row was asked for, several are there",
     "The result contains 10 rows", ""},
    {HTTP_GET, 406, JSON, "{\"code\":\"PGRST116\",\"message\":\"m\"}", SUPA_ERROR_SERVER, 0,
     "PGRST116", "m", "", ""},
    {HTTP_GET, 300, JSON,
     "{\"code\":\"PGRST201\",\"details\":[{\"a\":1}, {\"b\":2}],\"message\":\"ambiguous\"}",
     SUPA_ERROR_SERVER, 0, "PGRST201", "ambiguous", "[{\"a\":1}, {\"b\":2}]", ""},
    {HTTP_POST, 300, JSON, "{\"code\":\"PGRST203\",\"message\":\"m\"}", SUPA_ERROR_SERVER, 0,
     "PGRST203", "m", "", ""},
    {HTTP_GET, 503, JSON, "{\"code\":\"PGRST001\",\"message\":\"m\"}", SUPA_ERROR_SERVER, 1,
     "PGRST001", "m", "", ""},
    {HTTP_POST, 503, JSON, "{\"code\":\"PGRST001\",\"message\":\"m\"}", SUPA_ERROR_SERVER, 0,
     "PGRST001", "m", "", ""},
    {HTTP_POST, 500, JSON, "{\"code\":\"08007\",\"message\":\"m\"}", SUPA_ERROR_DATABASE, 0,
     "08007", "m", "", ""},
    {HTTP_PATCH, 500, JSON, "{\"code\":\"40003\",\"message\":\"m\"}", SUPA_ERROR_DATABASE, 0,
     "40003", "m", "", ""},
    {HTTP_GET, 503, JSON, "{\"code\":\"PGRST002\",\"message\":\"m\"}", SUPA_ERROR_SERVER, 1,
     "PGRST002", "m", "", ""},
    {HTTP_POST, 504, JSON, "{\"code\":\"PGRST003\",\"message\":\"m\"}", SUPA_ERROR_SERVER, 1,
     "PGRST003", "m", "", ""},
    {HTTP_POST, 500, JSON, "{\"code\":\"PGRSTX00\",\"message\":\"m\"}", SUPA_ERROR_SERVER, 0,
     "PGRSTX00", "m", "", ""},
    {HTTP_PATCH, 500, JSON, "{\"code\":\"40001\",\"message\":\"m\"}", SUPA_ERROR_DATABASE, 1,
     "40001", "m", "", ""},
    {HTTP_PATCH, 500, JSON, "{\"code\":\"40P01\",\"message\":\"m\"}", SUPA_ERROR_DATABASE, 1,
     "40P01", "m", "", ""},
    {HTTP_POST, 503, JSON, "{\"code\":\"53300\",\"message\":\"m\"}", SUPA_ERROR_DATABASE, 1,
     "53300", "m", "", ""},
    {HTTP_POST, 503, JSON, "{\"code\":\"57P01\",\"message\":\"m\"}", SUPA_ERROR_DATABASE, 1,
     "57P01", "m", "", ""},
    {HTTP_GET, 418, JSON, "{\"code\":\"PT418\",\"message\":\"teapot\"}", SUPA_ERROR_DATABASE, 0,
     "PT418", "teapot", "", ""},
    {HTTP_GET, 302, JSON, "{\"code\":\"PT302\",\"message\":\"m\"}", SUPA_ERROR_DATABASE, 0, "PT302",
     "m", "", ""},
    {HTTP_GET, 401, JSON, "{\"message\":\"Invalid API key\"}", SUPA_ERROR_AUTH, 0, "",
     "Invalid API key", "", ""},
    {HTTP_GET, 403, JSON, "{\"message\":\"no\",\"hint\":\"ask\"}", SUPA_ERROR_DENIED, 0, "", "no",
     "", "ask"},
    {HTTP_GET, 500, JSON, "{\"message\":\"An unexpected error occurred\"}", SUPA_ERROR_GATEWAY, 0,
     "", "An unexpected error occurred", "", ""},
    {HTTP_GET, 400, JSON, "{\"code\":10000,\"error\":\"other\"}", SUPA_ERROR_GATEWAY, 0, "",
     "other", "", ""},
    {HTTP_GET, 400, JSON, "{\"code\":\"lower\",\"message\":\"m\"}", SUPA_ERROR_GATEWAY, 0, "", "m",
     "", ""},
    {HTTP_GET, 400, JSON, "{\"code\":\"PGRST1234567890123\",\"message\":\"m\"}", SUPA_ERROR_GATEWAY,
     0, "", "m", "", ""},
    {HTTP_GET, 500, JSON, "{}", SUPA_ERROR_GATEWAY, 0, "", "HTTP 500, JSON without a message", "",
     ""},
    {HTTP_GET, 500, JSON, "[1]", SUPA_ERROR_GATEWAY, 0, "", "HTTP 500, JSON without a message", "",
     ""},
    {HTTP_GET, 404, JSON, "[]", SUPA_ERROR_GATEWAY, 0, "", "HTTP 404, JSON without a message", "",
     ""},
    {HTTP_GET, 500, JSON, "\"oo\\u0070s\"", SUPA_ERROR_GATEWAY, 0, "", "HTTP 500: oops", "", ""},
    {HTTP_GET, 502, HTML, "<html><head><TITLE a='b'>\n502 Bad Gateway </title>", SUPA_ERROR_GATEWAY,
     1, "", "HTTP 502, an HTML page: 502 Bad Gateway", "", ""},
    {HTTP_POST, 502, HTML, "<html></html>", SUPA_ERROR_GATEWAY, 0, "",
     "HTTP 502, an HTML page without a title", "", ""},
    {HTTP_GET, 504, "", "<!doctype html><title>x", SUPA_ERROR_GATEWAY, 1, "",
     "HTTP 504, an HTML page without a title", "", ""},
    {HTTP_GET, 414, TEXT, "Request-URI Too Large\nmore\n", SUPA_ERROR_URL_TOO_LONG, 0, "",
     "HTTP 414: Request-URI Too Large", "", ""},
    {HTTP_GET, 429, TEXT, "\n slow down", SUPA_ERROR_GATEWAY, 1, "", "HTTP 429: slow down", "", ""},
    {HTTP_DELETE, 429, TEXT, "slow down", SUPA_ERROR_GATEWAY, 0, "", "HTTP 429: slow down", "", ""},
    {HTTP_OPTIONS, 520, "", "", SUPA_ERROR_GATEWAY, 1, "", "HTTP 520, an empty answer", "", ""},
    {HTTP_GET, 401, "", "", SUPA_ERROR_AUTH, 0, "", "HTTP 401, an empty answer", "", ""},
    {HTTP_GET, 403, HTML, "<title>blocked</title>", SUPA_ERROR_DENIED, 0, "",
     "HTTP 403, an HTML page: blocked", "", ""},
    {HTTP_GET, 404, "", "", SUPA_ERROR_GATEWAY, 0, "", "HTTP 404, an empty answer", "", ""},
    {HTTP_GET, 301, "Location: http://secret.example/\n" HTML, "<title>Moved to x</title>",
     SUPA_ERROR_GATEWAY, 0, "", "HTTP 301: redirect refused", "", ""},
    {HTTP_GET, 307, "Location: http://secret.example/\n" JSON, "{\"message\":\"go to x\"}",
     SUPA_ERROR_GATEWAY, 0, "", "HTTP 307: redirect refused", "", ""},
    {HTTP_HEAD, 404, "", "", SUPA_ERROR_SERVER, 0, "",
     "HTTP 404: an answer to HEAD carries no cause", "", ""},
    {HTTP_HEAD, 300, "", "", SUPA_ERROR_SERVER, 0, "",
     "HTTP 300: an answer to HEAD carries no cause", "", ""},
    {HTTP_HEAD, 401, "", "", SUPA_ERROR_AUTH, 0, "", "HTTP 401: an answer to HEAD carries no cause",
     "", ""},
    {HTTP_HEAD, 403, "", "", SUPA_ERROR_DENIED, 0, "",
     "HTTP 403: an answer to HEAD carries no cause", "", ""},
    {HTTP_HEAD, 503, HTML, "", SUPA_ERROR_GATEWAY, 1, "",
     "HTTP 503: an answer to HEAD carries no cause", "", ""},
    {HTTP_HEAD, 302, "", "", SUPA_ERROR_GATEWAY, 0, "", "HTTP 302: redirect refused", "", ""},
    {HTTP_HEAD, 404, "Proxy-Status: PostgREST; error=PGRST205\n", "", SUPA_ERROR_SERVER, 0,
     "PGRST205", "HTTP 404: an answer to HEAD carries no cause", "", ""},
    {HTTP_HEAD, 403, "proxy-status: PostgREST; error=42501; x\n", "", SUPA_ERROR_DENIED, 0, "42501",
     "HTTP 403: an answer to HEAD carries no cause", "", ""},
    {HTTP_GET, 400, JSON, "{\"code\":\"22P02\",\"message\":", SUPA_ERROR_GATEWAY, 0, "",
     "HTTP 400: {\"code\":\"22P02\",\"message\":", "", ""},
};

/* A gateway's failure leaves a write in doubt, and a lost connection to the database. */
static supa_outcome outcome_of(size_t i)
{
    const int status = answers[i].status;
    const char *code = answers[i].server_code;

    if (!http_method_reads(answers[i].method) &&
        (strcmp(code, "PGRST001") == 0 || strcmp(code, "40003") == 0 || strcmp(code, "08007") == 0))
        return SUPA_UNKNOWN;

    if (http_method_reads(answers[i].method) || *answers[i].server_code != '\0')
        return SUPA_ANSWERED;
    return status >= 500 || status == 408 || status == 499 || status < 300 ? SUPA_UNKNOWN
                                                                           : SUPA_ANSWERED;
}

static void judges_answers_as_its_table_says(void)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        supa_error error = read_answer(
            answers[i].method, answers[i].status, answers[i].headers, answers[i].body, secrets);

        CU_ASSERT_EQUAL(error.code, (int)answers[i].code);
        CU_ASSERT_EQUAL(error.outcome, outcome_of(i));
        CU_ASSERT_EQUAL(error.retryable, answers[i].retryable);
        CU_ASSERT_STRING_EQUAL(error.server_code, answers[i].server_code);
        CU_ASSERT_STRING_EQUAL(error.message, answers[i].message);
        CU_ASSERT_STRING_EQUAL(error.details, answers[i].details);
        CU_ASSERT_STRING_EQUAL(error.hint, answers[i].hint);
        if (error.code != (int)answers[i].code || strcmp(error.message, answers[i].message) != 0)
            fprintf(stderr, "answer %zu: %d %s\n", i, error.code, error.message);
    }
}

static int shows(const supa_error *error, const char *text)
{
    return strstr(error->message, text) != NULL || strstr(error->details, text) != NULL ||
           strstr(error->hint, text) != NULL || strstr(error->server_code, text) != NULL;
}

static void shows_no_secret_in_any_text(void)
{
    static const struct {
        const char *headers, *body;
    } rows[] = {
        {JSON, "{\"code\":\"PGRST301\",\"message\":\"bad " SECRET "\"}"},
        {JSON, "{\"code\":\"PGRST301\",\"message\":\"m\",\"details\":\"bad " SECRET "\"}"},
        {JSON, "{\"code\":\"PGRST301\",\"message\":\"m\",\"hint\":\"bad " SECRET "\"}"},
        {JSON, "{\"message\":\"m\",\"details\":{\"key\":\"" SECRET "\"}}"},
        {JSON, "{\"message\":{\"key\":\"" SECRET "\"}}"},
        {JSON, "{\"message\":\"\\u0065yJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2lnbmF0dXJl\"}"},
        {JSON, "{\"code\":\"" SECRET "\",\"message\":\"m\"}"},
        {JSON, "\"" SECRET "\""},
        {HTML, "<html><title>" SECRET "</title></html>"},
        {TEXT, "no such key: " SECRET "\n"},
        {TEXT, "no such key: eyJhbGciOiJIUzI1NiJ9%2EeyJyb2xlIjoieCJ9%2Ec2lnbmF0dXJl\n"},
        {TEXT, SECRET},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error = read_answer(HTTP_GET, 401, rows[i].headers, rows[i].body, secrets);

        CU_ASSERT_FALSE(shows(&error, "eyJyb2xl"));
        CU_ASSERT_FALSE(shows(&error, "c2lnbmF0dXJl"));
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_AUTH);
    }
}

/* A text that is cut at the error's own limit, with the secret across it at each place. */
static void hides_secrets_before_it_cuts(void)
{
    char body[700];

    for (size_t before = 400; before < 560; before++) {
        supa_error error;

        memset(body, '.', before);
        snprintf(body + before, sizeof body - before, "%s", SECRET);
        error = read_answer(HTTP_GET, 500, TEXT, body, secrets);
        CU_ASSERT_FALSE(shows(&error, "eyJhb"));
        CU_ASSERT_FALSE(shows(&error, "bmF0dX"));
    }
}

static void long_texts_end_in_an_ellipsis(void)
{
    char body[4000];
    supa_error error;

    memset(body, 'a', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    error = read_answer(HTTP_GET, 500, TEXT, body, NULL);
    CU_ASSERT(strlen(error.message) < sizeof error.message);
    CU_ASSERT_STRING_EQUAL(error.message + strlen(error.message) - 3, "\xE2\x80\xA6");
}

static int allocations_left;

static int fails_later(void)
{
    return allocations_left-- <= 0;
}

static void reports_each_failed_allocation(void)
{
    struct reply reply;
    struct server_answer answer = {HTTP_POST, &reply, secrets, 0};
    supa_error error = {0};
    int failures = -1;

    reply_init(&reply);
    reply.status = 409;
    buffer_puts(&reply.headers, JSON);
    buffer_puts(
        &reply.body,
        "{\"code\":\"23505\",\"message\":\"a\\n\",\"details\":\"b\\n\",\"hint\":\"c\\n\"}");
    do {
        failures++;
        allocations_left = failures;
        memory_fails = fails_later;
        server_error(&error, &answer);
        memory_fails = NULL;
        CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
        CU_ASSERT_EQUAL(error.http_status, 409);
    } while (error.code == SUPA_ERROR_NO_MEMORY);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_DATABASE);
    CU_ASSERT(failures >= 5);
    reply_free(&reply);
}

extern CU_TestInfo server_error_tests[];
CU_TestInfo server_error_tests[] = {
    {"judges answers as its table says", judges_answers_as_its_table_says},
    {"shows no secret in any text", shows_no_secret_in_any_text},
    {"hides secrets before it cuts", hides_secrets_before_it_cuts},
    {"long texts end in an ellipsis", long_texts_end_in_an_ellipsis},
    {"reports each failed allocation", reports_each_failed_allocation},
    CU_TEST_INFO_NULL,
};
