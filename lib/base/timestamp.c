/* SPDX-License-Identifier: MIT */
#include "base/timestamp.h"

#include "base/number.h"

#include <string.h>

#define US_PER_SECOND   INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)

/* What is left to read; at is NULL once something was not as it must be. */
struct scanner {
    const char *at, *end;
};

/* Takes a character if it stands there. */
static int take(struct scanner *scanner, char c)
{
    if (scanner->at == NULL || scanner->at == scanner->end || *scanner->at != c)
        return 0;
    scanner->at++;
    return 1;
}

static void must_take(struct scanner *scanner, char c)
{
    if (!take(scanner, c))
        scanner->at = NULL;
}

/* As many digits as stand there, within these bounds. */
static int64_t take_digits(struct scanner *scanner, int least, int most)
{
    int64_t number = 0;
    int count = 0;

    while (scanner->at != NULL && scanner->at < scanner->end && number_digit(*scanner->at)) {
        if (++count > most)
            break;
        number = number * 10 + (*scanner->at++ - '0');
    }
    if (count < least || count > most)
        scanner->at = NULL;
    return number;
}

/* Two digits, up to @largest; a third is refused by whatever must stand behind them. */
static int64_t take_pair(struct scanner *scanner, int largest)
{
    const char *at = scanner->at;
    int number;

    scanner->at = NULL;
    if (at == NULL || scanner->end - at < 2 || !number_digit(at[0]) || !number_digit(at[1]))
        return 0;
    number = (at[0] - '0') * 10 + (at[1] - '0');
    if (number <= largest)
        scanner->at = at + 2;
    return number;
}

static int is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_in(int64_t year, int64_t month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01. Years are counted from March, so that the leap day is a year's last, and in
 * cycles of 400 years, which all have the same 146097 days. */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
    int64_t from_march = month > 2 ? month - 3 : month + 9;
    int64_t y = month > 2 ? year : year - 1;
    int64_t cycle = (y >= 0 ? y : y - 399) / 400;
    int64_t in_cycle = y - cycle * 400;
    int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;

    return cycle * 146097 + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + day_of_year - 719468;
}

/* The written date; the BC behind everything else is known beforehand. */
static int64_t take_date(struct scanner *scanner, int before_christ)
{
    const char *start = scanner->at;
    int64_t year = take_digits(scanner, 4, 7), month, day;

    if (scanner->at == NULL || year == 0 || (*start == '0' && scanner->at - start > 4))
        scanner->at = NULL;
    year = before_christ ? 1 - year : year;
    must_take(scanner, '-');
    month = take_pair(scanner, 12);
    must_take(scanner, '-');
    day = take_pair(scanner, 31);
    if (scanner->at == NULL || month == 0 || day == 0 || day > days_in(year, month)) {
        scanner->at = NULL;
        return 0;
    }
    return day_number(year, month, day);
}

static int64_t take_clock(struct scanner *scanner)
{
    int64_t seconds = take_pair(scanner, 23) * 3600;

    must_take(scanner, ':');
    seconds += take_pair(scanner, 59) * 60;
    must_take(scanner, ':');
    return seconds + take_pair(scanner, 59);
}

/* Microseconds behind the point; *@lost is 1 when there is more than they can tell. */
static int64_t take_fraction(struct scanner *scanner, int *lost)
{
    int64_t fraction = 0;
    int count = 0;

    for (; scanner->at < scanner->end && number_digit(*scanner->at); count++) {
        char digit = *scanner->at++;

        if (count < 6)
            fraction = fraction * 10 + (digit - '0');
        else if (digit != '0')
            *lost = 1;
    }
    if (count == 0)
        scanner->at = NULL;
    for (; count < 6; count++)
        fraction *= 10;
    return fraction;
}

/* The seconds that the zone is ahead of UTC; 0 when there is none. */
static int64_t take_zone(struct scanner *scanner)
{
    int behind = take(scanner, '-');
    int64_t seconds;

    if (!behind && !take(scanner, '+')) {
        take(scanner, 'Z');
        return 0;
    }
    seconds = take_pair(scanner, 15) * 3600;
    if (take(scanner, ':'))
        seconds += take_pair(scanner, 59) * 60;
    if (take(scanner, ':'))
        seconds += take_pair(scanner, 59);
    return behind ? -seconds : seconds;
}

/* Both are brought to one sign first, so that no step leaves the type when the sum does not. */
static enum timestamp add_up(int64_t seconds, int64_t fraction, int64_t *unix_us)
{
    if (seconds < 0 && fraction > 0) {
        seconds++;
        fraction -= US_PER_SECOND;
    }
    if (seconds > INT64_MAX / US_PER_SECOND || seconds < INT64_MIN / US_PER_SECOND)
        return TIMESTAMP_RANGE;
    seconds *= US_PER_SECOND;
    if (fraction > 0 ? seconds > INT64_MAX - fraction : seconds < INT64_MIN - fraction)
        return TIMESTAMP_RANGE;
    *unix_us = seconds + fraction;
    return TIMESTAMP_OK;
}

static int is_text(const char *text, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(text, wanted, length) == 0;
}

enum timestamp timestamp_read(const char *text, size_t length, int64_t *unix_us)
{
    int before_christ = length > 3 && memcmp(text + length - 3, " BC", 3) == 0;
    struct scanner scanner = {text, text + length - (before_christ ? 3 : 0)};
    int64_t seconds, fraction = 0;
    int lost = 0;

    if (is_text(text, length, "infinity") || is_text(text, length, "-infinity"))
        return TIMESTAMP_RANGE;
    seconds = take_date(&scanner, before_christ) * SECONDS_PER_DAY;
    if (scanner.at != scanner.end) {
        if (!take(&scanner, 'T'))
            must_take(&scanner, ' ');
        seconds += take_clock(&scanner);
        if (take(&scanner, '.'))
            fraction = take_fraction(&scanner, &lost);
        seconds -= take_zone(&scanner);
    }
    if (scanner.at != scanner.end)
        return TIMESTAMP_NONE;
    return lost ? TIMESTAMP_RANGE : add_up(seconds, fraction, unix_us);
}
