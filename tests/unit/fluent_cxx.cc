// SPDX-License-Identifier: MIT
// Queries that read from left to right, and values, in C++11.
#include <supa/fluent.h>
#include <supa/supa.h>

#include "fluent_world.h"

#include <climits>
#include <cstring>
#include <CUnit/CUnit.h>

#define LIST  supa_ints(two, 2)
#define EMPTY supa_ints(nullptr, 0)
#define OR    any_of()
#define AND   all_of()
#define NOT   none()
#define SENT(method, url, body, ...)                                                               \
    fluent_sent(SUPA_QUERY(client, __VA_ARGS__), method, url, body);

static void each_step_is_its_function()
{
    static const int64_t two[] = {1, 2};
    supa_client *client = fluent_start();

#include "fluent_steps.h"
    fluent_end();
}

static bool is_int(supa_value value, int64_t number)
{
    return value.kind == SUPA_KIND_INT && value.as.integer == number;
}

static bool is_uint(supa_value value, uint64_t number)
{
    return value.kind == SUPA_KIND_UINT && value.as.natural == number;
}

static bool is_bool(supa_value value, int truth)
{
    return value.kind == SUPA_KIND_BOOL && value.as.integer == truth;
}

static bool is_real(supa_value value, double number)
{
    return value.kind == SUPA_KIND_REAL && !(value.as.real < number) && !(value.as.real > number);
}

static void plain_values_are_told_by_their_type()
{
    enum letter { A = 7 };
    char array[] = "abc", *text = array;
    const char *constant = "abc";
    const std::size_t size = 9;
    const int64_t wide = INT64_MIN;

    CU_ASSERT(SUPA_VALUE("abc").kind == SUPA_KIND_TEXT && SUPA_VALUE("abc").length == 3);
    CU_ASSERT(SUPA_VALUE(array).kind == SUPA_KIND_TEXT);
    CU_ASSERT(SUPA_VALUE(text).as.pointer == text);
    CU_ASSERT(SUPA_VALUE(constant).as.pointer == constant);
    CU_ASSERT(is_bool(SUPA_VALUE(true), 1)); // here it is one
    CU_ASSERT(is_bool(SUPA_VALUE(1 > 2), 0));
    CU_ASSERT(is_int(SUPA_VALUE(A), 7));
    CU_ASSERT(is_int(SUPA_VALUE(static_cast<signed char>(-1)), -1));
    CU_ASSERT(is_int(SUPA_VALUE(static_cast<short>(-2)), -2));
    CU_ASSERT(is_int(SUPA_VALUE(-3), -3));
    CU_ASSERT(is_int(SUPA_VALUE(LONG_MIN), LONG_MIN));
    CU_ASSERT(is_int(SUPA_VALUE(LLONG_MIN), LLONG_MIN));
    CU_ASSERT(is_int(SUPA_VALUE(wide), INT64_MIN));
    CU_ASSERT(is_uint(SUPA_VALUE(static_cast<unsigned char>(255)), 255));
    CU_ASSERT(is_uint(SUPA_VALUE(static_cast<unsigned short>(65535)), 65535));
    CU_ASSERT(is_uint(SUPA_VALUE(UINT_MAX), UINT_MAX));
    CU_ASSERT(is_uint(SUPA_VALUE(ULONG_MAX), ULONG_MAX));
    CU_ASSERT(is_uint(SUPA_VALUE(ULLONG_MAX), ULLONG_MAX));
    CU_ASSERT(is_uint(SUPA_VALUE(size), 9));
    CU_ASSERT(is_real(SUPA_VALUE(0.5F), 0.5));
    CU_ASSERT(is_real(SUPA_VALUE(0.1), 0.1));
    CU_ASSERT(is_int(SUPA_VALUE(supa_int(5)), 5));
    CU_ASSERT(SUPA_VALUE(nullptr).kind == SUPA_KIND_TEXT);
    CU_ASSERT(SUPA_VALUE(nullptr).as.pointer == nullptr);
}

static void a_null_is_a_mistake()
{
    supa_client *client = fluent_start();
    const char *none = nullptr;

    fluent_refused(SUPA_QUERY(client, from("t"), eq("a", nullptr)), "the text is NULL");
    fluent_refused(SUPA_QUERY(client, from("t"), eq("a", none)), "the text is NULL");
    fluent_end();
}

extern "C" {
extern CU_TestInfo fluent_cxx_tests[];
CU_TestInfo fluent_cxx_tests[] = {
    {"each step is its function", each_step_is_its_function},
    {"plain values are told by their type", plain_values_are_told_by_their_type},
    {"a null is a mistake", a_null_is_a_mistake},
    CU_TEST_INFO_NULL,
};
}
