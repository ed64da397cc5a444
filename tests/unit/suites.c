/* SPDX-License-Identifier: MIT */
#include "main.h"

/* In the order in which data flows, as in lib/Makefile.am. */
extern CU_TestInfo buffer_tests[], text_tests[], error_tests[], secret_tests[], redact_tests[],
    json_tests[], number_tests[], url_tests[], escape_tests[], select_tests[], query_tests[],
    guard_tests[], address_tests[], timestamp_tests[], rows_tests[], fields_tests[],
    server_error_tests[], response_tests[], client_tests[], flow_tests[], keyring_tests[],
    envelope_tests[], credentials_tests[], cache_tests[], environment_tests[];

CU_SuiteInfo test_suites[] = {
    {"buffer", NULL, NULL, NULL, NULL, buffer_tests},
    {"text", NULL, NULL, NULL, NULL, text_tests},
    {"error", NULL, NULL, NULL, NULL, error_tests},
    {"secret", NULL, NULL, NULL, NULL, secret_tests},
    {"redact", NULL, NULL, NULL, NULL, redact_tests},
    {"json", NULL, NULL, NULL, NULL, json_tests},
    {"number", NULL, NULL, NULL, NULL, number_tests},
    {"url", NULL, NULL, NULL, NULL, url_tests},
    {"escape", NULL, NULL, NULL, NULL, escape_tests},
    {"select", NULL, NULL, NULL, NULL, select_tests},
    {"query", NULL, NULL, NULL, NULL, query_tests},
    {"guard", NULL, NULL, NULL, NULL, guard_tests},
    {"address", NULL, NULL, NULL, NULL, address_tests},
    {"timestamp", NULL, NULL, NULL, NULL, timestamp_tests},
    {"rows", NULL, NULL, NULL, NULL, rows_tests},
    {"fields", NULL, NULL, NULL, NULL, fields_tests},
    {"server_error", NULL, NULL, NULL, NULL, server_error_tests},
    {"response", NULL, NULL, NULL, NULL, response_tests},
    {"client", NULL, NULL, NULL, NULL, client_tests},
    {"flow", NULL, NULL, NULL, NULL, flow_tests},
    {"keyring", NULL, NULL, NULL, NULL, keyring_tests},
    {"envelope", NULL, NULL, NULL, NULL, envelope_tests},
    {"credentials", NULL, NULL, NULL, NULL, credentials_tests},
    {"cache", NULL, NULL, NULL, NULL, cache_tests},
    {"environment", NULL, NULL, NULL, NULL, environment_tests},
    CU_SUITE_INFO_NULL,
};
