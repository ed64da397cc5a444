/* SPDX-License-Identifier: MIT */
/* Tests of a store's connection tell what is wrong with it, and write it down. */
#include "platform/place.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Puts the credentials of store 3, tests them, and looks at what was written. */
static int
verdict_is(const char *json, int64_t timeout_ms, supa_verdict verdict, const char *status)
{
    supa_store_database database = SUPA_STORE_DATABASE_INIT;
    supa_store_report report;
    supa_error error;

    database.credentials = json;
    database.length = strlen(json);
    if (supa_store_put(place_manager(), stack_store(3), &database, &error) != SUPA_OK ||
        supa_store_test(place_manager(), stack_store(3), timeout_ms, &report, &error) != SUPA_OK) {
        fprintf(stderr, "\n    %s\n", error.message);
        return 0;
    }
    if (report.verdict != (int32_t)verdict)
        fprintf(
            stderr, "\n    got: %s: %s %s\n", supa_verdict_name((supa_verdict)report.verdict),
            report.cause.server_code, report.cause.message);
    return report.verdict == (int32_t)verdict && report.recorded &&
           (report.cause.code != SUPA_OK) == (verdict != SUPA_VERDICT_OK) &&
           strcmp(
               place_value("store_databases", "store_id", stack_store(3), "connection_status"),
               status) == 0;
}

static void good_ones(void)
{
    supa_store_report report;

    stack_sql("master", "update store_databases set last_connection_test = null");
    CU_ASSERT(verdict_is(place_good_credentials(3), 0, SUPA_VERDICT_OK, "connected"));
    CU_ASSERT_STRING_NOT_EQUAL(
        place_value("store_databases", "store_id", stack_store(3), "last_connection_test"), "null");
    CU_ASSERT_EQUAL(supa_store_test(place_manager(), stack_store(1), 5000, &report, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(report.own_row, 1);
    CU_ASSERT(report.took_us > 0);
}

static void unreachable_ones(void)
{
    CU_ASSERT(verdict_is(
        place_credentials("http://127.0.0.1:1", "k", "public"), 0, SUPA_VERDICT_UNREACHABLE,
        "failed"));
    CU_ASSERT(verdict_is(
        place_credentials("https://nothing.invalid", "k", "public"), 0, SUPA_VERDICT_UNREACHABLE,
        "failed"));
}

static void silent_ones(void)
{
    char url[64];
    int silent = place_silence(url, sizeof url);

    CU_ASSERT(
        verdict_is(place_credentials(url, "k", "public"), 200, SUPA_VERDICT_TIMED_OUT, "timeout"));
    close(silent);
}

static void refused_ones(void)
{
    CU_ASSERT(verdict_is(
        place_credentials(
            stack_tenant_value(3, "TLS_URL"), stack_tenant_value(3, "SERVICE_KEY"), "public"),
        0, SUPA_VERDICT_TLS, "failed"));
    CU_ASSERT(verdict_is(
        place_credentials(stack_tenant_value(3, "URL"), "nonsense", "public"), 0,
        SUPA_VERDICT_BAD_KEY, "failed"));
    CU_ASSERT(verdict_is(
        place_credentials(
            stack_tenant_value(3, "URL"), stack_tenant_value(3, "ANON_KEY"), "public"),
        0, SUPA_VERDICT_NO_RIGHT, "failed"));
    CU_ASSERT(verdict_is(
        place_credentials(
            stack_tenant_value(3, "URL"), stack_tenant_value(3, "SERVICE_KEY"), "nowhere"),
        0, SUPA_VERDICT_NO_SCHEMA, "connected"));
    CU_ASSERT(verdict_is(
        "{\"projectUrl\":\"http://127.0.0.1:1\",\"serviceRoleKey\":\"k\"}", 0,
        SUPA_VERDICT_UNREACHABLE, "failed"));
}

/* A gateway's 404 to a wrong path is no verdict on key or schema. */
static void strange_ones(void)
{
    char json[1024];

    snprintf(
        json, sizeof json, "{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"%s\",\"restPath\":\"/no\"}",
        stack_tenant_value(3, "URL"), stack_tenant_value(3, "SERVICE_KEY"));
    CU_ASSERT(verdict_is(json, 0, SUPA_VERDICT_FAILED, "failed"));
    CU_ASSERT(verdict_is(place_good_credentials(3), 0, SUPA_VERDICT_OK, "connected"));
}

/* Stores that cannot be leased can be tested; nothing is deleted, whatever happens. */
static void what_cannot_be_tested(void)
{
    supa_store_report report;
    supa_error error;
    int64_t rows = place_count("store_databases", "store_id", "not.is", "null");

    CU_ASSERT_EQUAL(
        supa_store_test(place_manager(), stack_value("STACK_STORE_INACTIVE"), 0, &report, &error),
        SUPA_OK);
    CU_ASSERT_EQUAL(report.verdict, SUPA_VERDICT_OK);
    CU_ASSERT_EQUAL(report.own_row, 0);
    CU_ASSERT_EQUAL(
        supa_store_test(place_manager(), stack_value("STACK_STORE_SUSPENDED"), 0, &report, &error),
        SUPA_OK);
    CU_ASSERT_EQUAL(
        supa_store_test(
            place_manager(), stack_value("STACK_STORE_UNSUPPORTED"), 0, &report, &error),
        SUPA_ERROR_UNSUPPORTED);
    CU_ASSERT_EQUAL(
        supa_store_test(place_manager(), NOBODY, 0, &report, &error), SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT_EQUAL(
        supa_store_test(place_manager(), stack_store(1), 0, NULL, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(place_count("store_databases", "store_id", "not.is", "null"), rows);
    CU_ASSERT_STRING_EQUAL(supa_verdict_name((supa_verdict)99), "unknown");
}

extern CU_TestInfo connection_tests[];
CU_TestInfo connection_tests[] = {
    {"a good connection is written down", good_ones},
    {"unreachable", unreachable_ones},
    {"timed out", silent_ones},
    {"TLS, key, right and schema are told apart", refused_ones},
    {"an answer of another kind", strange_ones},
    {"stores that cannot be leased, and what cannot be tested", what_cannot_be_tested},
    CU_TEST_INFO_NULL,
};
