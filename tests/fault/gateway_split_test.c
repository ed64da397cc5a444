/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>

CU_TestInfo gateway_split_tests[] = {CU_TEST_INFO_NULL};
