/* SPDX-License-Identifier: MIT */
#include "main.h"

extern CU_TestInfo seal_tests[], aim_tests[], scope_tests[], neighbour_tests[], cold_tests[],
    lease_tests[], life_tests[], rotation_tests[], fresh_tests[], outage_tests[], many_tests[];

/* The first one looks at every row of the registry, the last one puts 100,000 there. */
CU_SuiteInfo test_suites[] = {
    {"seal", NULL, NULL, NULL, NULL, seal_tests},
    {"aim", NULL, NULL, NULL, NULL, aim_tests},
    {"scope", NULL, NULL, NULL, NULL, scope_tests},
    {"neighbour", NULL, NULL, NULL, NULL, neighbour_tests},
    {"cold", NULL, NULL, NULL, NULL, cold_tests},
    {"lease", NULL, NULL, NULL, NULL, lease_tests},
    {"life", NULL, NULL, NULL, NULL, life_tests},
    {"rotation", NULL, NULL, NULL, NULL, rotation_tests},
    {"fresh", NULL, NULL, NULL, NULL, fresh_tests},
    {"outage", NULL, NULL, NULL, NULL, outage_tests},
    {"many", NULL, NULL, NULL, NULL, many_tests},
    CU_SUITE_INFO_NULL,
};
