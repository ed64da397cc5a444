/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>
extern CU_TestInfo host_tests[];
CU_TestInfo host_tests[] = {CU_TEST_INFO_NULL};
