/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>

CU_TestInfo cancel_tests[] = {CU_TEST_INFO_NULL};
