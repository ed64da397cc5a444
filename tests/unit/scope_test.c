#include <CUnit/CUnit.h>
extern CU_TestInfo scope_tests[]; CU_TestInfo scope_tests[] = {CU_TEST_INFO_NULL};
