/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void reads_whole_numbers_exactly(void)
{
    static const struct {
        const char *digits;
        int is_signed, is_unsigned; /* 1: within the type */
        int64_t number;
        uint64_t positive;
    } rows[] = {
        {"0", 1, 1, 0, 0},
        {"-0", 1, 1, 0, 0},
        {"-0.0e5", 1, 1, 0, 0},
        {"7", 1, 1, 7, 7},
        {"7.0", 1, 1, 7, 7},
        {"7e2", 1, 1, 700, 700},
        {"7E+2", 1, 1, 700, 700},
        {"70e-1", 1, 1, 7, 7},
        {"1.25e2", 1, 1, 125, 125},
        {"1.25e1", 0, 0, 0, 0},
        {"0.7e1", 1, 1, 7, 7},
        {"0.5", 0, 0, 0, 0},
        {"7e-1", 0, 0, 0, 0},
        {"7e-30", 0, 0, 0, 0},
        {"0e-30", 1, 1, 0, 0},
        {"0e999999999999999999999", 1, 1, 0, 0},
        {"1e999999999999999999999", 0, 0, 0, 0},
        {"1e-999999999999999999999", 0, 0, 0, 0},
        {"100000000000000000000e-20", 1, 1, 1, 1},
        {"0.0000000000000000000007e22", 1, 1, 7, 7},
        {"-7", 1, 0, -7, 0},
        {"9007199254740993", 1, 1, INT64_C(9007199254740993), UINT64_C(9007199254740993)},
        {"-9007199254740993", 1, 0, -INT64_C(9007199254740993), 0},
        {"9223372036854775806", 1, 1, INT64_MAX - 1, (uint64_t)INT64_MAX - 1},
        {"9223372036854775807", 1, 1, INT64_MAX, (uint64_t)INT64_MAX},
        {"9223372036854775807.000", 1, 1, INT64_MAX, (uint64_t)INT64_MAX},
        {"9223372036854775808", 0, 1, 0, (uint64_t)INT64_MAX + 1},
        {"-9223372036854775807", 1, 0, -INT64_MAX, 0},
        {"-9223372036854775808", 1, 0, INT64_MIN, 0},
        {"-9223372036854775809", 0, 0, 0, 0},
        {"18446744073709551615", 0, 1, 0, UINT64_MAX},
        {"18446744073709551616", 0, 0, 0, 0},
        {"18446744073709551620", 0, 0, 0, 0},
        {"1e18", 1, 1, INT64_C(1000000000000000000), UINT64_C(1000000000000000000)},
        {"1e19", 0, 1, 0, UINT64_C(10000000000000000000)},
        {"1e20", 0, 0, 0, 0},
        {"99999999999999999999999999999999", 0, 0, 0, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length = strlen(rows[i].digits);
        int64_t number = 42;
        uint64_t positive = 42;

        CU_ASSERT_EQUAL(
            number_int64(rows[i].digits, length, &number) == NUMBER_OK, rows[i].is_signed);
        CU_ASSERT_EQUAL(
            number_uint64(rows[i].digits, length, &positive) == NUMBER_OK, rows[i].is_unsigned);
        CU_ASSERT_EQUAL(number, rows[i].is_signed ? rows[i].number : 42);
        CU_ASSERT_EQUAL(positive, rows[i].is_unsigned ? rows[i].positive : 42);
    }
}

static void scales_by_powers_of_ten(void)
{
    static const struct {
        const char *digits;
        int scale;
        int fits;
        int64_t number;
    } rows[] = {
        {"12.5", 2, 1, 1250},
        {"12.50", 2, 1, 1250},
        {"12.500000000000000000000000", 2, 1, 1250},
        {"12.505", 2, 0, 0},
        {"12.505", 3, 1, 12505},
        {"-0.01", 2, 1, -1},
        {"-0.00", 2, 1, 0},
        {"0.001", 2, 0, 0},
        {"0", 18, 1, 0},
        {"7", 0, 1, 7},
        {"7.5", 0, 0, 0},
        {"1.25e1", 1, 1, 125},
        {"125e-3", 3, 1, 125},
        {"1e-18", 18, 1, 1},
        {"1e-19", 18, 0, 0},
        {"1E2", 2, 1, 10000},
        {"9.223372036854775807", 18, 1, INT64_MAX},
        {"-9.223372036854775808", 18, 1, INT64_MIN},
        {"9.223372036854775808", 18, 0, 0},
        {"92233720368547758.07", 2, 1, INT64_MAX},
        {"92233720368547758.08", 2, 0, 0},
        {"-92233720368547758.08", 2, 1, INT64_MIN},
        {"9223372036854775807", 1, 0, 0},
        {"10", 18, 0, 0},
        {"0.1", 1, 1, 1},
        {"0.30", 1, 1, 3},
        {"1e999999999999999999999", 2, 0, 0},
        {"0e999999999999999999999", 2, 1, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t number = 42;
        enum number result =
            number_scaled(rows[i].digits, strlen(rows[i].digits), rows[i].scale, &number);

        CU_ASSERT_EQUAL(result == NUMBER_OK, rows[i].fits);
        CU_ASSERT_EQUAL(number, rows[i].fits ? rows[i].number : 42);
    }
}

/* Written by integers, read back by digits: every cent comes back. */
static void brings_back_every_cent(void)
{
    uint64_t state = 88172645463325252u;
    char digits[64];

    for (int i = 0; i < 20000; i++) {
        int64_t cents, number = -1;

        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        cents = (int64_t)(state >> (1 + i % 60));
        snprintf(
            digits, sizeof digits, "%s%" PRId64 ".%02" PRId64, i % 2 ? "-" : "", cents / 100,
            cents % 100);
        CU_ASSERT_EQUAL(number_scaled(digits, strlen(digits), 2, &number), NUMBER_OK);
        CU_ASSERT_EQUAL(number, i % 2 ? -cents : cents);
    }
}

static void check_double(const char *digits)
{
    double wanted = strtod(digits, NULL), number = 42;
    enum number result = number_double(digits, strlen(digits), &number);

    if (isinf(wanted)) {
        CU_ASSERT_EQUAL(result, NUMBER_RANGE);
        CU_ASSERT(number == 42);
        return;
    }
    CU_ASSERT_EQUAL(result, NUMBER_OK);
    CU_ASSERT_EQUAL(memcmp(&number, &wanted, sizeof number), 0);
}

static void rounds_doubles_correctly(void)
{
    static const char *const digits[] = {
        "0",
        "-0",
        "0.1",
        "1.14",
        "-2.5e3",
        "9007199254740993",
        "1e22",
        "1e23",
        "123456789012345e22",
        "1e400",
        "-1e400",
        "1e-400",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "0.000000000000000000000000000001e30",
        "8.5e-22",
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
        "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
        "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
        "342711559699508093042880",
        "0.10000000000000000555111512312578270211815834045410156250000000000000000000000000000001"};

    for (size_t i = 0; i < COUNT(digits); i++)
        check_double(digits[i]);
}

static void agrees_with_strtod_on_many_doubles(void)
{
    uint64_t state = 88172645463325252u;
    char digits[64];

    for (int i = 0; i < 20000; i++) {
        double number;

        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memcpy(&number, &state, sizeof number);
        if (!isfinite(number))
            continue;
        snprintf(digits, sizeof digits, "%.*g", 1 + i % 20, number);
        check_double(digits);
        snprintf(digits, sizeof digits, "%.*f", i % 8, (double)(state % 100000000) / 97);
        check_double(digits);
    }
}

/* Exactly between two doubles, and a hair above, with the hair beyond all digits that are kept. */
static void rounds_by_digits_far_behind(void)
{
    static const char half[] = "9007199254740993";
    char digits[2048];
    double number;

    memset(digits, '0', sizeof digits);
    memcpy(digits, half, sizeof half - 1);
    digits[sizeof half - 1] = '.';
    CU_ASSERT_EQUAL(number_double(digits, sizeof digits, &number), NUMBER_OK);
    CU_ASSERT(number == 9007199254740992.0);
    digits[sizeof digits - 1] = '1';
    CU_ASSERT_EQUAL(number_double(digits, sizeof digits, &number), NUMBER_OK);
    CU_ASSERT(number == 9007199254740994.0);
}

static void reads_doubles_alike_in_every_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8"};
    char before[128] = "C";
    double number = 0;

    snprintf(before, sizeof before, "%s", setlocale(LC_NUMERIC, NULL));
    for (size_t i = 0; i < COUNT(names); i++) {
        setlocale(LC_NUMERIC, names[i]);
        CU_ASSERT_EQUAL(number_double("0.1234567890123456789", 21, &number), NUMBER_OK);
        CU_ASSERT(number == 0.1234567890123456789);
        CU_ASSERT_EQUAL(number_double("1.5", 3, &number), NUMBER_OK);
        CU_ASSERT(number == 1.5);
    }
    setlocale(LC_NUMERIC, before);
}

static void knows_a_number_when_it_sees_one(void)
{
    static const struct {
        const char *text;
        int is_number;
    } rows[] = {{"0", 1},  {"-1.5e+10", 1}, {"1e400", 1}, {"", 0},   {"-", 0},    {"01", 0},
                {"1 ", 0}, {" 1", 0},       {"+1", 0},    {"1.", 0}, {"NaN", 0},  {"0x1", 0},
                {"1e", 0}, {"1,2", 0},      {"--1", 0},   {"e1", 0}, {"1.5.2", 0}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        char copy[16];
        size_t length = strlen(rows[i].text);

        memcpy(copy + sizeof copy - length, rows[i].text, length);
        CU_ASSERT_EQUAL(number_valid(copy + sizeof copy - length, length), rows[i].is_number);
    }
}

extern CU_TestInfo number_tests[];
CU_TestInfo number_tests[] = {
    {"reads whole numbers exactly", reads_whole_numbers_exactly},
    {"scales by powers of ten", scales_by_powers_of_ten},
    {"brings back every cent", brings_back_every_cent},
    {"rounds doubles correctly", rounds_doubles_correctly},
    {"agrees with strtod on many doubles", agrees_with_strtod_on_many_doubles},
    {"rounds by digits far behind", rounds_by_digits_far_behind},
    {"reads doubles alike in every locale", reads_doubles_alike_in_every_locale},
    {"knows a number when it sees one", knows_a_number_when_it_sees_one},
    CU_TEST_INFO_NULL,
};
