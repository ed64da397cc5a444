/* SPDX-License-Identifier: MIT */
#include "base/http_date.h"

#include <CUnit/CUnit.h>

static void a_date_of_http_is_read(void)
{
    int64_t us = 0;

    CU_ASSERT(http_date_read("Sun, 06 Nov 1994 08:49:37 GMT", &us));
    CU_ASSERT_EQUAL(us, INT64_C(784111777000000));
    CU_ASSERT(http_date_read("Thu, 29 Feb 2024 23:59:59 GMT", &us));
    CU_ASSERT_EQUAL(us, INT64_C(1709251199000000));
}

static void other_forms_are_refused(void)
{
    static const char *const texts[] = {
        "",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nuv 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 ovD 1994 08:49:37 GMT",
        "Sun, x6 Nov 1994 08:49:37 GMT",
    };
    int64_t us;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_FALSE(http_date_read(texts[i], &us));
    CU_ASSERT_FALSE(http_date_read(NULL, &us));
}

static void a_time_is_written_as_postgresql_reads_it(void)
{
    char out[TIME_TEXT_SIZE];

    CU_ASSERT(time_write(INT64_C(784111777000001), out));
    CU_ASSERT_STRING_EQUAL(out, "1994-11-06T08:49:37.000001Z");
    CU_ASSERT(time_write(-1, out));
    CU_ASSERT_STRING_EQUAL(out, "1969-12-31T23:59:59.999999Z");
    CU_ASSERT_FALSE(time_write(INT64_MAX, out));
    CU_ASSERT_FALSE(time_write(INT64_MIN / 2, out));
}

CU_TestInfo http_date_tests[] = {
    {"a date of HTTP is read", a_date_of_http_is_read},
    {"other forms are refused", other_forms_are_refused},
    {"a time is written as PostgreSQL reads it", a_time_is_written_as_postgresql_reads_it},
    CU_TEST_INFO_NULL,
};
