/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>
extern CU_TestInfo cancel_tests[];
CU_TestInfo cancel_tests[] = {CU_TEST_INFO_NULL};
