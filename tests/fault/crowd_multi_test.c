/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>

CU_TestInfo crowd_multi_tests[] = {CU_TEST_INFO_NULL};
