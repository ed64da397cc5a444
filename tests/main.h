/* SPDX-License-Identifier: MIT */
/* What every test program has: a table of suites, each a table of tests. */
#ifndef TESTS_MAIN_H
#define TESTS_MAIN_H

#include <CUnit/CUnit.h>

/* Named in each program's suites.c; ends in CU_SUITE_INFO_NULL. */
extern CU_SuiteInfo test_suites[];

#endif
