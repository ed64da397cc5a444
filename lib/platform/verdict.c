/* SPDX-License-Identifier: MIT */
#include "platform/verdict.h"

#include "base/error.h"
#include "platform/ask.h"
#include "platform/record.h"

#include <string.h>

#define TEST_MS 10000

static const char *const names[] = {
    [SUPA_VERDICT_OK] = "ok",
    [SUPA_VERDICT_UNREACHABLE] = "unreachable",
    [SUPA_VERDICT_TIMED_OUT] = "timed_out",
    [SUPA_VERDICT_TLS] = "tls",
    [SUPA_VERDICT_BAD_KEY] = "bad_key",
    [SUPA_VERDICT_NO_RIGHT] = "no_right",
    [SUPA_VERDICT_NO_SCHEMA] = "no_schema",
    [SUPA_VERDICT_FAILED] = "failed",
};

const char *supa_verdict_name(supa_verdict verdict)
{
    return (unsigned)verdict < sizeof names / sizeof names[0] ? names[verdict] : "unknown";
}

static int is_one_of(const char *code, const char *const *codes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(code, codes[i]) == 0)
            return 1;
    }
    return 0;
}

/* A relation that is not there, by PostgreSQL or by PostgREST's schema cache, or a schema that is not. */
static int lacks_schema(const supa_error *error)
{
    static const char *const codes[] = {"42P01", "PGRST205", "3F000", "PGRST106", "42703"};

    return is_one_of(error->server_code, codes, sizeof codes / sizeof codes[0]);
}

static supa_verdict verdict_of(const supa_error *error)
{
    static const struct {
        int32_t code;
        supa_verdict verdict;
    } rows[] = {
        {SUPA_ERROR_NETWORK, SUPA_VERDICT_UNREACHABLE},
        {SUPA_ERROR_HOST_REFUSED, SUPA_VERDICT_UNREACHABLE},
        {SUPA_ERROR_TIMEOUT, SUPA_VERDICT_TIMED_OUT},
        {SUPA_ERROR_TLS, SUPA_VERDICT_TLS},
        {SUPA_ERROR_AUTH, SUPA_VERDICT_BAD_KEY},
        {SUPA_ERROR_DENIED, SUPA_VERDICT_NO_RIGHT},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == error->code)
            return rows[i].verdict;
    }
    return lacks_schema(error) ? SUPA_VERDICT_NO_SCHEMA : SUPA_VERDICT_FAILED;
}

/* Failures of ours, not of the connection. */
static int says_nothing(const supa_error *error)
{
    return error->code == SUPA_ERROR_NO_MEMORY || error->code == SUPA_ERROR_BUSY ||
           error->code == SUPA_ERROR_CANCELLED || error->code == SUPA_ERROR_ARGUMENT ||
           error->code == SUPA_ERROR_SCOPE;
}

static void fill_report(supa_store_report *report, const supa_response *answer)
{
    const supa_error *cause = supa_response_error(answer);
    supa_timings timings;

    memset(report, 0, sizeof *report);
    supa_response_timings(answer, &timings);
    report->took_us = timings.total_us;
    report->own_row = supa_response_row_count(answer) != 0;
    if (cause == NULL)
        return;
    report->verdict = (int32_t)verdict_of(cause);
    report->cause = *cause;
}

int verdict_ask(
    supa_client *tenant, const char *store_id, int64_t timeout_ms, supa_store_report *report,
    supa_error *error)
{
    supa_query *q = supa_own_copy(supa_from(tenant, "stores"));
    supa_response *answer;
    int code = SUPA_OK;

    ask_eq(supa_select(q, "id"), "id", store_id);
    supa_retry(q, 0); /* it is this moment that is asked about */
    answer = supa_execute(supa_timeout(q, timeout_ms));
    fill_report(report, answer);
    if (report->cause.code != SUPA_OK && says_nothing(&report->cause))
        code = ask_failed(answer, error);
    supa_response_free(answer);
    return code;
}

int verdict_takes_key(const supa_store_report *report)
{
    return report->verdict == SUPA_VERDICT_OK || report->verdict == SUPA_VERDICT_NO_SCHEMA;
}

const char *verdict_status(const supa_store_report *report)
{
    if (verdict_takes_key(report))
        return "connected";
    return report->verdict == SUPA_VERDICT_TIMED_OUT ? "timeout" : "failed";
}

/* Only for the credentials that were tested. PostgreSQL reads "now" by its own clock. */
static int record_verdict(
    supa_manager *manager, const struct record *record, supa_store_report *report,
    supa_error *error)
{
    supa_query *q = record_change(manager, record->store_id, record->envelope);
    int written = 0, code;

    ask_set(q, "connection_status", verdict_status(report));
    ask_set(q, "last_connection_test", "now");
    code = record_write(q, &written, error);
    report->recorded = written;
    return code;
}

static int test_record(
    supa_manager *manager, const struct record *record, int64_t timeout_ms,
    supa_store_report *report, supa_error *error)
{
    supa_client *tenant =
        supa_manager_open(manager, record->store_id, record->type, record->envelope, error);
    int code;

    if (tenant == NULL)
        return (int)error->code;
    code =
        verdict_ask(tenant, record->store_id, timeout_ms > 0 ? timeout_ms : TEST_MS, report, error);
    supa_client_unref(tenant);
    if (code != SUPA_OK)
        return code;
    if (report->verdict == SUPA_VERDICT_BAD_KEY) /* what is cached may be as old */
        supa_manager_forget(manager, record->store_id);
    return record_verdict(manager, record, report, error);
}

int supa_store_test(
    supa_manager *manager, const char *store_id, int64_t timeout_ms, supa_store_report *report,
    supa_error *error)
{
    struct record record;
    supa_error own;
    int code;

    error = error != NULL ? error : &own;
    error_clear(error);
    if (report == NULL)
        return error_argument(error, "supa_store_test: there is no report to fill in");
    code = record_read(&record, manager, store_id, "supa_store_test", error);
    if (code == SUPA_OK)
        code = test_record(manager, &record, timeout_ms, report, error);
    record_free(&record);
    return code;
}
