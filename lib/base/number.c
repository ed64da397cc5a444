/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

int number_valid(const char *text, size_t length)
{
    const char *stop;

    return length != 0 && number_skip(text, text + length, &stop) == text + length;
}

/* A number's parts: ±(the digits between first and behind, without the point) × 10^exponent. */
struct decimal {
    int negative;
    const char *first, *behind;
    int64_t digits;   /* how many there are */
    int64_t exponent; /* what it is beyond ±10^15 makes no difference below 4 GiB of digits */
};

static int64_t read_exponent(const char *at, const char *end)
{
    int negative = at < end && *at == '-';
    int64_t exponent = 0;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end; at++) {
        if (exponent < INT64_C(100000000000000))
            exponent = exponent * 10 + (*at - '0');
    }
    return negative ? -exponent : exponent;
}

static struct decimal take_apart(const char *at, size_t length)
{
    const char *end = at + length;
    struct decimal d = {.negative = *at == '-'};
    const char *point;

    d.first = d.negative ? at + 1 : at;
    point = number_digits(d.first, end);
    d.digits = point - d.first;
    d.behind = point;
    if (point < end && *point == '.') {
        d.behind = number_digits(point + 1, end);
        d.exponent = -(d.behind - point - 1);
        d.digits -= d.exponent;
    }
    if (d.behind < end)
        d.exponent += read_exponent(d.behind + 1, end);
    return d;
}

static int append_digit(uint64_t *number, char digit)
{
    uint64_t value = (uint64_t)(digit - '0');

    if (*number > UINT64_MAX / 10 || (*number == UINT64_MAX / 10 && value > UINT64_MAX % 10))
        return -1;
    *number = *number * 10 + value;
    return 0;
}

/* The digits as a whole number: those behind the point must be zeros, the exponent adds some. */
static int whole_number(const struct decimal *d, uint64_t *out)
{
    int64_t whole = d->digits + (d->exponent < 0 ? d->exponent : 0);
    int64_t i = 0;

    *out = 0;
    for (const char *at = d->first; at < d->behind; at++) {
        if (*at == '.')
            continue;
        if (i++ < whole ? append_digit(out, *at) != 0 : *at != '0')
            return -1;
    }
    for (i = 0; i < d->exponent && *out != 0; i++) {
        if (append_digit(out, '0') != 0)
            return -1;
    }
    return 0;
}

static enum number read_signed(const struct decimal *d, int64_t *out)
{
    uint64_t number;

    if (whole_number(d, &number) != 0 || number > (uint64_t)INT64_MAX + (d->negative ? 1 : 0))
        return NUMBER_RANGE;
    if (d->negative)
        *out = number == 0 ? 0 : -(int64_t)(number - 1) - 1;
    else
        *out = (int64_t)number;
    return NUMBER_OK;
}

/* The usual form: few digits, a point perhaps, no exponent; −1 leaves it to the general way. 10 digits
 * and a power of 10^8 stay within 64 bits. */
static int simple_whole(const char *at, size_t length, int scale, int64_t *out)
{
    static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const char *end = at + length;
    const int negative = *at == '-';
    int64_t number = 0;
    unsigned digit;

    if (length > 10)
        return -1;
    for (at += negative; at < end && (digit = (unsigned)*at - '0') <= 9; at++)
        number = number * 10 + digit;
    if (at < end && *at == '.') {
        scale -= (int)(end - at) - 1;
        for (at++; at < end && (digit = (unsigned)*at - '0') <= 9; at++)
            number = number * 10 + digit;
    }
    if (at != end || (unsigned)scale > 8)
        return -1;
    number *= powers[scale];
    *out = negative ? -number : number;
    return 0;
}

enum number number_int64(const char *digits, size_t length, int64_t *out)
{
    struct decimal d;

    if (simple_whole(digits, length, 0, out) == 0)
        return NUMBER_OK;
    d = take_apart(digits, length);
    return read_signed(&d, out);
}

enum number number_scaled(const char *digits, size_t length, int scale, int64_t *out)
{
    struct decimal d;

    if (simple_whole(digits, length, scale, out) == 0)
        return NUMBER_OK;
    d = take_apart(digits, length);
    d.exponent += scale;
    return read_signed(&d, out);
}

enum number number_uint64(const char *digits, size_t length, uint64_t *out)
{
    struct decimal d = take_apart(digits, length);
    uint64_t number;

    if (whole_number(&d, &number) != 0 || (d.negative && number != 0))
        return NUMBER_RANGE;
    *out = number;
    return NUMBER_OK;
}

/* Clinger's short cut: digits and power are exact doubles, so one operation rounds once. */
static int simple_double(const struct decimal *d, double *out)
{
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    uint64_t number = 0;

    if (d->digits > 15 || d->exponent < -22 || d->exponent > 22)
        return -1;
    for (const char *at = d->first; at < d->behind; at++) {
        if (*at != '.')
            number = number * 10 + (uint64_t)(*at - '0');
    }
    *out = d->exponent < 0 ? (double)number / powers[-d->exponent]
                           : (double)number * powers[d->exponent];
    return 0;
#else
    (void)d;
    (void)out;
    return -1;
#endif
}

/* More digits than can decide how a double is rounded; beyond them only whether there is another
 * non-zero one matters. */
#define DIGITS_MAX 800

/* Writes the number as digits and an exponent: a form that has no point and so no locale. */
static void put_pointless(const struct decimal *d, char *out, size_t size)
{
    int64_t exponent = d->exponent;
    size_t used = 0;

    for (const char *at = d->first; at < d->behind; at++) {
        if (*at == '.' || (*at == '0' && used == 0))
            continue;
        if (used < DIGITS_MAX)
            out[used++] = *at;
        else
            exponent++;
        if (used == DIGITS_MAX && *at != '0')
            out[used - 1] = out[used - 1] == '0' ? '1' : out[used - 1];
    }
    if (used == 0)
        out[used++] = '0';
    snprintf(out + used, size - used, "e%lld", (long long)exponent);
}

enum number number_double(const char *digits, size_t length, double *out)
{
    struct decimal d = take_apart(digits, length);
    char plain[DIGITS_MAX + 32];
    double number;

    if (simple_double(&d, &number) != 0) {
        int saved = errno;

        put_pointless(&d, plain, sizeof plain);
        number = strtod(plain, NULL);
        errno = saved;
        if (number > DBL_MAX)
            return NUMBER_RANGE;
    }
    *out = d.negative ? -number : number;
    return NUMBER_OK;
}
