/* SPDX-License-Identifier: MIT */
#include "main.h"

extern CU_TestInfo cold_tests[], lease_tests[], fresh_tests[], rotation_tests[], outage_tests[],
    many_tests[];

CU_SuiteInfo test_suites[] = {
    {"cold", NULL, NULL, NULL, NULL, cold_tests},
    {"lease", NULL, NULL, NULL, NULL, lease_tests},
    {"rotation", NULL, NULL, NULL, NULL, rotation_tests},
    {"fresh", NULL, NULL, NULL, NULL, fresh_tests},
    {"outage", NULL, NULL, NULL, NULL, outage_tests},
    {"many", NULL, NULL, NULL, NULL, many_tests},
    CU_SUITE_INFO_NULL,
};
