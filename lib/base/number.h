/* SPDX-License-Identifier: MIT */
/* JSON's numbers: their grammar, and their values from their own digits. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum number { NUMBER_OK, NUMBER_RANGE };

/* In all of these @digits is a number by JSON's grammar; the output is written only for NUMBER_OK.
 *
 * Integers: whole numbers in any notation (7, 7.0, 7e2, 70e-1, −0); what has a fraction or is
 * beyond 64 bits is RANGE. Nothing passes through a double. */
enum number number_int64(const char *digits, size_t length, int64_t *out);
enum number number_uint64(const char *digits, size_t length, uint64_t *out);
/* The number times 10^@scale, at least 0, when that is whole: 12.5 by 2 is 1250, 12.505 is RANGE. */
enum number number_scaled(const char *digits, size_t length, int scale, int64_t *out);
/* The nearest double, ties to even, in every locale; too large is RANGE, too small is 0 or what is
 * left of it. */
enum number number_double(const char *digits, size_t length, double *out);
/* 1 when all of @text is one number of JSON's grammar, without blanks. */
int number_valid(const char *text, size_t length);

/* The grammar itself, for readers of what a number is part of. */
static inline int number_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Eight bytes, the first the lowest. */
static inline uint64_t number_word(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* How many of eight bytes are digits before the first that is none. Above that one the bits may be
 * wrong. */
static inline unsigned number_leading(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t digits = word ^ ones * '0';
    uint64_t others = (digits | (digits + ones * (0x80 - 10))) & ones * 0x80;

    return others != 0 ? (unsigned)__builtin_ctzll(others) >> 3 : 8;
}

/* Behind the digits at @at. */
static inline const char *number_digits(const char *at, const char *end)
{
    while (end - at >= 8) {
        unsigned n = number_leading(number_word(at));

        at += n;
        if (n < 8)
            return at;
    }
    while (at < end && number_digit(*at))
        at++;
    return at;
}

/* One digit or more from @at on; NULL when there is none, with @at remembered in *@stop. */
static inline const char *number_some_digits(const char *at, const char *end, const char **stop)
{
    const char *behind = number_digits(at, end);

    if (behind != at)
        return behind;
    *stop = at;
    return NULL;
}

/* Steps over the number at @at, which is before @end; NULL when the grammar breaks at *@stop. */
static inline const char *number_skip(const char *at, const char *end, const char **stop)
{
    if (*at == '-')
        at++;
    if (at < end && *at == '0')
        at++;
    else if ((at = number_some_digits(at, end, stop)) == NULL)
        return NULL;
    if (at < end && *at == '.' && (at = number_some_digits(at + 1, end, stop)) == NULL)
        return NULL;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        at = number_some_digits(at, end, stop);
    }
    return at;
}

#endif
