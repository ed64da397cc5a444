#include <CUnit/CUnit.h>
extern CU_TestInfo scope_file_tests[]; CU_TestInfo scope_file_tests[] = {CU_TEST_INFO_NULL};
