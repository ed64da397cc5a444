/* SPDX-License-Identifier: MIT */
#include "main.h"

extern CU_TestInfo query_tests[], read_tests[], filter_tests[], write_tests[], writer_tests[],
    rpc_tests[], error_tests[], seed_tests[], manager_tests[], secrets_tests[];

CU_SuiteInfo test_suites[] = {
    {"query", NULL, NULL, NULL, NULL, query_tests},
    {"read", NULL, NULL, NULL, NULL, read_tests},
    {"filter", NULL, NULL, NULL, NULL, filter_tests},
    {"write", NULL, NULL, NULL, NULL, write_tests},
    {"bulk writes", NULL, NULL, NULL, NULL, writer_tests},
    {"rpc", NULL, NULL, NULL, NULL, rpc_tests},
    {"error", NULL, NULL, NULL, NULL, error_tests},
    {"seed", NULL, NULL, NULL, NULL, seed_tests},
    {"manager", NULL, NULL, NULL, NULL, manager_tests},
    {"secrets", NULL, NULL, NULL, NULL, secrets_tests},
    CU_SUITE_INFO_NULL,
};
