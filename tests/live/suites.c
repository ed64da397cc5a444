/* SPDX-License-Identifier: MIT */
#include "main.h"

extern CU_TestInfo query_tests[], manager_tests[], secrets_tests[];

CU_SuiteInfo test_suites[] = {
    {"query", NULL, NULL, NULL, NULL, query_tests},
    {"manager", NULL, NULL, NULL, NULL, manager_tests},
    {"secrets", NULL, NULL, NULL, NULL, secrets_tests},
    CU_SUITE_INFO_NULL,
};
