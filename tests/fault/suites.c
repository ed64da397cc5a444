/* SPDX-License-Identifier: MIT */
#include "main.h"

/* The fixtures first: what stands on them comes after. */
extern CU_TestInfo peer_tests[], peer_h2_tests[], crowd_tests[], resolver_tests[], gateway_tests[],
    helpers_tests[], replay_tests[], matrix_tests[], transport_tests[], deadline_tests[],
    cancel_tests[], crowd_multi_tests[], gateway_split_tests[], lanes_tests[], fork_tests[],
    stream_tests[], loop_tests[], options_tests[], pages_tests[], lines_tests[], writer_tests[],
    memory_tests[];

CU_SuiteInfo test_suites[] = {
    {"peer", NULL, NULL, NULL, NULL, peer_tests},
    {"peer, HTTP/2", NULL, NULL, NULL, NULL, peer_h2_tests},
    {"crowd", NULL, NULL, NULL, NULL, crowd_tests},
    {"resolver", NULL, NULL, NULL, NULL, resolver_tests},
    {"gateway", NULL, NULL, NULL, NULL, gateway_tests},
    {"helpers", NULL, NULL, NULL, NULL, helpers_tests},
    {"replay", NULL, NULL, NULL, NULL, replay_tests},
    {"matrix", NULL, NULL, NULL, NULL, matrix_tests},
    {"transport", NULL, NULL, NULL, NULL, transport_tests},
    {"deadlines", NULL, NULL, NULL, NULL, deadline_tests},
    {"cancelling", NULL, NULL, NULL, NULL, cancel_tests},
    {"a crowd at once", NULL, NULL, NULL, NULL, crowd_multi_tests},
    {"behind a gateway", NULL, NULL, NULL, NULL, gateway_split_tests},
    {"lanes", NULL, NULL, NULL, NULL, lanes_tests},
    {"fork", NULL, NULL, NULL, NULL, fork_tests},
    {"streams", NULL, NULL, NULL, NULL, stream_tests},
    {"event loops", NULL, NULL, NULL, NULL, loop_tests},
    {"options", NULL, NULL, NULL, NULL, options_tests},
    {"pages", NULL, NULL, NULL, NULL, pages_tests},
    {"lines", NULL, NULL, NULL, NULL, lines_tests},
    {"bulk writes", NULL, NULL, NULL, NULL, writer_tests},
    {"memory", NULL, NULL, NULL, NULL, memory_tests},
    CU_SUITE_INFO_NULL,
};
