/* SPDX-License-Identifier: MIT */
#include "main.h"

extern CU_TestInfo peer_tests[], replay_tests[], transport_tests[], memory_tests[];

CU_SuiteInfo test_suites[] = {
    {"peer", NULL, NULL, NULL, NULL, peer_tests},
    {"replay", NULL, NULL, NULL, NULL, replay_tests},
    {"transport", NULL, NULL, NULL, NULL, transport_tests},
    {"memory", NULL, NULL, NULL, NULL, memory_tests},
    CU_SUITE_INFO_NULL,
};
