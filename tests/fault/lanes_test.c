/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>

CU_TestInfo lanes_tests[] = {CU_TEST_INFO_NULL};
