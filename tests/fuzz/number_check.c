/* SPDX-License-Identifier: MIT */
#include "number_check.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPONENT_MAX 4000000000000LL /* beyond it more makes no difference */
#define SHORT_MAX    24              /* significant digits that are kept: more are no 64 bits */

int number_as_int64(const char *digits, size_t length, int64_t *out)
{
    return number_int64(digits, length, out) == NUMBER_OK ? 0 : -1;
}

int number_as_uint64(const char *digits, size_t length, uint64_t *out)
{
    return number_uint64(digits, length, out) == NUMBER_OK ? 0 : -1;
}

int number_as_double(const char *digits, size_t length, double *out)
{
    return number_double(digits, length, out) == NUMBER_OK ? 0 : -1;
}

int number_as_scaled(const char *digits, size_t length, int scale, int64_t *out)
{
    return number_scaled(digits, length, scale, out) == NUMBER_OK ? 0 : -1;
}

int number_is_one(const char *text, size_t length)
{
    return number_valid(text, length);
}

/* A number as 0.digits × 10^exponent without zeros at either end: one number has one such form. */
struct plain {
    int negative;
    char digits[SHORT_MAX + 1];
    size_t count; /* of all significant digits, kept or not; 0: the number is zero */
    long long exponent;
};

static long long clamp(long long number)
{
    return number > EXPONENT_MAX ? EXPONENT_MAX : number < -EXPONENT_MAX ? -EXPONENT_MAX : number;
}

static long long exponent_of(const char *at, const char *end)
{
    int negative = at < end && *at == '-';
    long long exponent = 0;

    for (at += at < end && (*at == '-' || *at == '+'); at < end; at++)
        exponent = clamp(exponent * 10 + (*at - '0'));
    return negative ? -exponent : exponent;
}

static struct plain plain_of(const char *at, size_t length)
{
    const char *end = at + length;
    struct plain plain = {.negative = *at == '-'};
    size_t zeros = 0; /* behind the last digit that is none */
    int behind_point = 0;

    for (at += plain.negative; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            behind_point = 1;
            continue;
        }
        zeros = *at == '0' ? zeros + 1 : 0;
        if (*at != '0' || plain.count > 0) {
            if (plain.count < SHORT_MAX)
                plain.digits[plain.count] = *at;
            plain.count++;
            plain.exponent += !behind_point;
        } else {
            plain.exponent -= behind_point;
        }
    }
    if (plain.count == 0)
        return (struct plain){.negative = 0};
    plain.count -= zeros;
    if (plain.count < SHORT_MAX)
        plain.digits[plain.count] = '\0';
    if (at < end)
        plain.exponent = clamp(plain.exponent + exponent_of(at + 1, end));
    return plain;
}

/* The whole number in digits, or "" when it is none or has more than 20. */
static void write_whole(const struct plain *plain, char out[SHORT_MAX])
{
    size_t used = 0;

    out[0] = '\0';
    if (plain->count == 0) {
        strcpy(out, "0");
        return;
    }
    if (plain->exponent > 20 || plain->exponent < (long long)plain->count)
        return;
    if (plain->negative)
        out[used++] = '-';
    for (long long i = 0; i < plain->exponent; i++)
        out[used++] = i < (long long)plain->count ? plain->digits[i] : '0';
    out[used] = '\0';
}

/* 1 when the digits of @whole are at most those of @limit, signs aside. */
static int is_within(const char *whole, const char *limit)
{
    whole += *whole == '-';
    if (*whole == '\0' || strlen(whole) != strlen(limit))
        return *whole != '\0' && strlen(whole) < strlen(limit);
    return strcmp(whole, limit) <= 0;
}

/* The number times 10^@scale. */
static int scaled_agrees(const char *digits, size_t length, int scale)
{
    struct plain plain = plain_of(digits, length);
    char whole[SHORT_MAX], text[SHORT_MAX];
    int64_t number;
    int found = number_as_scaled(digits, length, scale, &number) == 0;

    plain.exponent += scale;
    write_whole(&plain, whole);
    if (found != is_within(whole, plain.negative ? "9223372036854775808" : "9223372036854775807"))
        return 0;
    snprintf(text, sizeof text, "%" PRId64, found ? number : 0);
    return !found || strcmp(text, whole) == 0;
}

static int integers_agree(const char *digits, size_t length)
{
    struct plain plain = plain_of(digits, length);
    char whole[SHORT_MAX], text[SHORT_MAX];
    int64_t number, unscaled = 0;
    uint64_t natural;
    int is_natural = number_as_uint64(digits, length, &natural) == 0;
    int is_exact = number_as_int64(digits, length, &number) == 0;

    write_whole(&plain, whole);
    if (is_natural != (is_within(whole, "18446744073709551615") && !plain.negative))
        return 0;
    snprintf(text, sizeof text, "%" PRIu64, is_natural ? natural : 0);
    if (is_natural && strcmp(text, whole) != 0)
        return 0;
    return is_exact == (number_as_scaled(digits, length, 0, &unscaled) == 0) &&
           (!is_exact || number == unscaled);
}

static int double_agrees(const char *digits, size_t length)
{
    char *text = malloc(length + 1);
    double ours = 0, theirs;
    int in_range, same;

    if (text == NULL)
        return 0;
    memcpy(text, digits, length);
    text[length] = '\0';
    theirs = strtod(text, NULL);
    free(text);
    in_range = number_as_double(digits, length, &ours) == 0;
    same = memcmp(&ours, &theirs, sizeof ours) == 0;
    return in_range ? same && isfinite(ours) : isinf(theirs);
}

int number_is_read_well(const char *digits, size_t length)
{
    static const int scales[] = {0, 2, 18};

    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        if (!scaled_agrees(digits, length, scales[i]))
            return 0;
    }
    return number_is_one(digits, length) && integers_agree(digits, length) &&
           double_agrees(digits, length);
}
