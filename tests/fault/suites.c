/* SPDX-License-Identifier: MIT */
#include "main.h"

extern CU_TestInfo peer_tests[], peer_h2_tests[], replay_tests[], transport_tests[];

CU_SuiteInfo test_suites[] = {
    {"peer", NULL, NULL, NULL, NULL, peer_tests},
    {"peer, HTTP/2", NULL, NULL, NULL, NULL, peer_h2_tests},
    {"replay", NULL, NULL, NULL, NULL, replay_tests},
    {"transport", NULL, NULL, NULL, NULL, transport_tests},
    CU_SUITE_INFO_NULL,
};
