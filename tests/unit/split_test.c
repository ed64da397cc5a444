/* SPDX-License-Identifier: MIT */
#include <CUnit/CUnit.h>
extern CU_TestInfo split_tests[];
CU_TestInfo split_tests[] = {CU_TEST_INFO_NULL};
