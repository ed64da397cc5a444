/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>
extern CU_TestInfo stream_tests[];
CU_TestInfo stream_tests[] = {CU_TEST_INFO_NULL};
