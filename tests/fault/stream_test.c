/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>

CU_TestInfo stream_tests[] = {CU_TEST_INFO_NULL};
