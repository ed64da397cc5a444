/* SPDX-License-Identifier: MIT */
#include "main.h"

extern CU_TestInfo seed_tests[], find_tests[], registry_tests[], connection_tests[],
    lifecycle_tests[], helpers_tests[], debit_tests[], rekey_tests[], fanout_tests[],
    worker_tests[];

CU_SuiteInfo test_suites[] = {
    {"seed", NULL, NULL, NULL, NULL, seed_tests},
    {"find", NULL, NULL, NULL, NULL, find_tests},
    {"registry", NULL, NULL, NULL, NULL, registry_tests},
    {"connection", NULL, NULL, NULL, NULL, connection_tests},
    {"lifecycle", NULL, NULL, NULL, NULL, lifecycle_tests},
    {"helpers", NULL, NULL, NULL, NULL, helpers_tests},
    {"debit", NULL, NULL, NULL, NULL, debit_tests},
    {"rekey", NULL, NULL, NULL, NULL, rekey_tests},
    {"fanout", NULL, NULL, NULL, NULL, fanout_tests},
    {"worker", NULL, NULL, NULL, NULL, worker_tests},
    CU_SUITE_INFO_NULL,
};
