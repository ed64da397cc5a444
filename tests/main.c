/* SPDX-License-Identifier: MIT */
/* Runs a program's suites, or the one that is named on the command line, and ends in the line
 * "N passed, M failed". */
#include "main.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

static CU_ErrorCode run(const char *name)
{
    CU_pSuite suite;

    if (name == NULL)
        return CU_basic_run_tests();
    suite = CU_get_suite(name);
    if (suite == NULL) {
        fprintf(stderr, "there is no suite \"%s\"\n", name);
        return CUE_NOSUITE;
    }
    return CU_basic_run_suite(suite);
}

int main(int argc, char **argv)
{
    unsigned run_count, failures = 0;
    CU_ErrorCode result;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(test_suites) != CUE_SUCCESS) {
        fprintf(stderr, "%s\n", CU_get_error_msg());
        return 1;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    result = run(argc > 1 ? argv[1] : NULL);
    run_count = CU_get_number_of_tests_run();
    failures = CU_get_number_of_tests_failed() + CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    printf(
        "%u passed, %u failed\n", run_count - (failures < run_count ? failures : run_count),
        failures);
    return result != CUE_SUCCESS || failures != 0 || run_count == 0;
}
