/* SPDX-License-Identifier: MIT */
#include "base/timestamp.h"

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SECOND       INT64_C(1000000)
#define DAY          (86400 * SECOND)

/* Reads a copy that ends where the text does, so that a byte read too many is found. */
static enum timestamp read_exactly(const char *text, int64_t *unix_us)
{
    size_t length = strlen(text);
    char *copy = malloc(length != 0 ? length : 1);
    enum timestamp result;

    memcpy(copy, text, length);
    result = timestamp_read(copy, length, unix_us);
    free(copy);
    return result;
}

static void reads_what_postgresql_writes(void)
{
    static const struct {
        const char *text;
        int64_t unix_us;
    } rows[] = {
        {"1970-01-01", 0},
        {"1970-01-01T00:00:00", 0},
        {"1970-01-01T00:00:00+00:00", 0},
        {"1970-01-01 00:00:00+00", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00-00:00", 0},
        {"1970-01-01T00:00:00.000001", 1},
        {"1970-01-01T00:00:00.1", SECOND / 10},
        {"1970-01-01T00:00:00.12345", 123450},
        {"1970-01-01T00:00:00.1234560000", 123456},
        {"1969-12-31T23:59:59.999999", -1},
        {"1969-12-31", -DAY},
        {"1970-01-01T05:30:00+05:30", 0},
        {"1970-01-01T05:30:15+05:30:15", 0},
        {"1969-12-31T16:00:00-08:00", 0},
        {"1970-01-01T15:59:00+15:59", 0},
        {"1969-12-31T08:00:01-15:59:59", 0},
        {"2024-01-01T00:42:00", INT64_C(1704069720) * SECOND},
        {"2024-01-01T00:42:00.123456", INT64_C(1704069720123456)},
        {"2024-02-29T12:00:00+00:00", INT64_C(1709208000) * SECOND},
        {"2000-02-29", INT64_C(951782400) * SECOND},
        {"2038-01-19T03:14:08Z", INT64_C(2147483648) * SECOND},
        {"0001-01-01T00:00:00", INT64_C(-62135596800) * SECOND},
        {"0001-12-31 BC", INT64_C(-62135596800) * SECOND - DAY},
        {"0001-02-29T00:00:00 BC", INT64_C(-62162121600) * SECOND},
        {"0044-03-15T00:00:00+00:00 BC", INT64_C(-63517824000) * SECOND},
        {"4713-01-01T00:00:00 BC", INT64_C(-210863520000) * SECOND},
        {"9999-12-31T23:59:59.999999", INT64_C(253402300799999999)},
        {"10000-01-01T00:00:00", INT64_C(253402300800) * SECOND},
        {"12024-06-30", INT64_C(317289225600) * SECOND},
        {"294247-01-10T04:00:54.775807", INT64_MAX},
        {"294247-01-10T05:00:54.775807+01:00", INT64_MAX},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t found = 42;

        CU_ASSERT_EQUAL(read_exactly(rows[i].text, &found), TIMESTAMP_OK);
        CU_ASSERT_EQUAL(found, rows[i].unix_us);
        if (found != rows[i].unix_us)
            fprintf(stderr, "%s: %" PRId64 "\n", rows[i].text, found);
    }
}

static void says_what_does_not_fit(void)
{
    static const char *const texts[] = {
        "infinity",
        "-infinity",
        "294247-01-10T04:00:54.775808",
        "294247-01-10T04:00:55",
        "294276-12-31T23:59:59.999999",
        "5874897-12-31",
        "9999999-12-31",
        "9999999-12-31 BC",
        "2024-01-01T00:00:00.1234567",
        "2024-01-01T00:00:00.0000000000001+00:00",
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t found = 42;

        CU_ASSERT_EQUAL(read_exactly(texts[i], &found), TIMESTAMP_RANGE);
        CU_ASSERT_EQUAL(found, 42);
    }
}

static void refuses_everything_else(void)
{
    static const char *const texts[] = {
        "",
        " ",
        "x",
        "BC",
        " BC",
        "2024",
        "2024-01",
        "2024-1-1",
        "20240101",
        "2024-01-01 ",
        " 2024-01-01",
        "2024-01-01T",
        "2024-01-01t00:00:00",
        "2024-01-01_00:00:00",
        "2024-01-01  00:00:00",
        "2024-01-01T00:00",
        "2024-01-01T0:00:00",
        "2024-01-01T00:00:00z",
        "2024-01-01T00:00:00 Z",
        "2024-01-01T00:00:00ZZ",
        "2024-01-01T00:00:00.",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00,5",
        "2024-01-01T00:00:00.1234567x",
        "2024-01-01T00:00:00+",
        "2024-01-01T00:00:00+5",
        "2024-01-01T00:00:00+0530",
        "2024-01-01T00:00:00+05:",
        "2024-01-01T00:00:00+05:3",
        "2024-01-01T00:00:00+05:30:",
        "2024-01-01T00:00:00+05:30:15:00",
        "2024-01-01T00:00:00+16:00",
        "2024-01-01T00:00:00-16:00",
        "2024-01-01T00:00:00+05:60",
        "2024-01-01T00:00:00+05:30:60",
        "2024-01-01T00:00:00+-5:30",
        "2024-01-01T00:00:00 UTC",
        "2024-01-01Z",
        "2024-01-01+00:00",
        "2024-01-01T00:00:00 AD",
        "2024-01-01T00:00:00BC",
        "2024-01-01T00:00:00  BC",
        "2024-01-01T00:00:00 BC BC",
        "2024-01-01T00:00:00 BC+00:00",
        "2024-00-01",
        "2024-13-01",
        "2024-01-00",
        "2024-01-32",
        "2024-04-31",
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2100-02-29",
        "0002-02-29 BC",
        "0101-02-30 BC",
        "0000-01-01",
        "0000-01-01 BC",
        "-001-01-01",
        "-2024-01-01",
        "+2024-01-01",
        "024-01-01",
        "02024-01-01",
        "10000000-01-01",
        "99999999999999999999999999-01-01",
        "2024-01-01T24:00:00",
        "2024-01-01T23:60:00",
        "2024-01-01T23:59:60",
        "2024-01-01T-1:00:00",
        "00:42:00",
        "00:42:00+00",
        "Infinity",
        "+infinity",
        "infinity ",
        "infinit",
        "-infinity BC",
        "now",
        "epoch",
        "[\"2024-01-01 00:00:00\",)",
        "2024-01-01T00:00:00\xC2\xA0",
        "\xEF\xBC\x92\x30\x32\x34-01-01",
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t found = 42;

        CU_ASSERT_EQUAL(read_exactly(texts[i], &found), TIMESTAMP_NONE);
        CU_ASSERT_EQUAL(found, 42);
        if (found != 42)
            fprintf(stderr, "taken for a time: %s\n", texts[i]);
    }
}

static void refuses_nul_characters(void)
{
    int64_t found;

    CU_ASSERT_EQUAL(timestamp_read("2024-01-01\0", 11, &found), TIMESTAMP_NONE);
    CU_ASSERT_EQUAL(timestamp_read("2024\0-01-01", 11, &found), TIMESTAMP_NONE);
    CU_ASSERT_EQUAL(timestamp_read("infinity\0", 9, &found), TIMESTAMP_NONE);
}

static void reads_no_beginning_as_another_time(void)
{
    static const char text[] = "2024-02-03T04:05:06.789012+05:30:15 BC";

    for (size_t length = 0; length <= sizeof text - 1; length++) {
        char copy[64] = "";
        int64_t found;
        int whole = length == 10 || length == 19 || (length > 20 && length <= 26) || length == 29 ||
                    length == 32 || length == 35 || length == 38;

        memcpy(copy, text, length);
        CU_ASSERT_EQUAL(read_exactly(copy, &found) == TIMESTAMP_OK, whole);
    }
}

/* The date after this one, by counting. */
static void next_day(int date[3])
{
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = date[0] % 400 == 0 || (date[0] % 100 != 0 && date[0] % 4 == 0);

    if (++date[2] <= days[date[1]] + (leap && date[1] == 2 ? 1 : 0))
        return;
    date[2] = 1;
    if (++date[1] <= 12)
        return;
    date[1] = 1;
    date[0]++;
}

/* Every day from 801 BC to the year 2800, counted one by one from a day that is known. */
static void agrees_with_counting_days(void)
{
    int date[3] = {-800, 1, 1}; /* 801 BC */
    int64_t wanted = INT64_C(-1011722) * DAY;
    int wrong = 0;

    for (; date[0] < 2800; next_day(date), wanted += DAY) {
        char text[64];
        int64_t found = 42;

        snprintf(
            text, sizeof text, "%04d-%02d-%02d%s", date[0] > 0 ? date[0] : 1 - date[0], date[1],
            date[2], date[0] > 0 ? "" : " BC");
        wrong += read_exactly(text, &found) != TIMESTAMP_OK || found != wanted;
        if (date[0] == 1970 && date[1] == 1 && date[2] == 1)
            CU_ASSERT_EQUAL(found, 0);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static uint64_t random_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Points in time between the years 1 and 294246, written by the C library with all kinds of zones. */
static void agrees_with_the_c_library(void)
{
    uint64_t state = 88172645463325252u;
    int wrong = 0;

    for (int i = 0; i < 20000; i++) {
        uint64_t spread = random_number(&state) >> (1 + i % 20);
        int64_t wanted = INT64_C(-62135000000) * SECOND +
                         (int64_t)(spread % (UINT64_C(9285000000000) * 1000000));
        int64_t fraction = ((wanted % SECOND) + SECOND) % SECOND, found = 42;
        int offset = (int)(random_number(&state) % (2 * 57600 - 1)) - 57599;
        int ahead = abs(offset);
        time_t shown = (time_t)((wanted - fraction) / SECOND + offset);
        struct tm tm;
        char text[96];

        if (gmtime_r(&shown, &tm) == NULL || tm.tm_year < -1899)
            continue;
        snprintf(
            text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02d:%02d:%02d",
            tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
            (int)fraction, offset < 0 ? '-' : '+', ahead / 3600, ahead / 60 % 60, ahead % 60);
        wrong += read_exactly(text, &found) != TIMESTAMP_OK || found != wanted;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Texts in which one byte is another: besides another digit, only a space for the T and the other
 * sign make a time of them. */
static void survives_every_changed_byte(void)
{
    static const char sample[] = "2024-02-29T23:59:58.123456-05:30 BC";

    for (size_t at = 0; at < sizeof sample - 1; at++) {
        for (int byte = 1; byte < 256; byte++) {
            char copy[sizeof sample];
            int64_t found = 42;
            int may_be = is_digit(sample[at]) && is_digit((char)byte);

            memcpy(copy, sample, sizeof sample);
            copy[at] = (char)byte;
            may_be = may_be || copy[at] == sample[at] || (at == 10 && byte == ' ') ||
                     (at == 26 && byte == '+');
            CU_ASSERT(read_exactly(copy, &found) != TIMESTAMP_OK || may_be);
        }
    }
}

extern CU_TestInfo timestamp_tests[];
CU_TestInfo timestamp_tests[] = {
    {"reads what PostgreSQL writes", reads_what_postgresql_writes},
    {"says what does not fit", says_what_does_not_fit},
    {"refuses everything else", refuses_everything_else},
    {"refuses NUL characters", refuses_nul_characters},
    {"reads no beginning as another time", reads_no_beginning_as_another_time},
    {"agrees with counting days", agrees_with_counting_days},
    {"agrees with the C library", agrees_with_the_c_library},
    {"survives every changed byte", survives_every_changed_byte},
    CU_TEST_INFO_NULL,
};
