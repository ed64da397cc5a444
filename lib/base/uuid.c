/* SPDX-License-Identifier: MIT */
#include "base/uuid.h"

#include <string.h>

#if defined(__SSE2__) && !defined(SUPA_PLAIN)
#include <emmintrin.h>
#define UUID_SSE2 1
#endif

#define EACH(byte) ((byte)*0x0101010101010101U)

/* Eight characters, the first one highest. Compilers make one load of it. */
static inline uint64_t load4(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    return (uint64_t)c[0] << 24 | (uint64_t)c[1] << 16 | (uint64_t)c[2] << 8 | c[3];
}

static inline uint64_t load8(const char *first, const char *second)
{
    return load4(first) << 32 | load4(second);
}

/* 36 characters, with hyphens where they belong. */
static inline int has_form(const char *text)
{
    return text != NULL && strnlen(text, UUID_LENGTH + 1) == UUID_LENGTH && text[8] == '-' &&
           text[13] == '-' && text[18] == '-' && text[23] == '-';
}

/* The value of eight hexadecimal digits, all at once and without a branch: stores are looked up on
 * every request. *good loses a bit for each that is none. */
static inline uint64_t digits(uint64_t text, uint64_t *good)
{
    uint64_t lower = text | EACH(0x20U), value;
    uint64_t digit = (text + EACH(0x80U - '0')) & ~(text + EACH(0x80U - '9' - 1));
    uint64_t letter = (lower + EACH(0x80U - 'a')) & ~(lower + EACH(0x80U - 'f' - 1));

    *good &= (digit | letter) & ~text; /* the top bit of each byte */
    value = (text & EACH(0x0FU)) + 9 * (text >> 6 & EACH(0x01U));
    value = (value | value >> 4) & 0x00FF00FF00FF00FFU;
    value = (value | value >> 8) & 0x0000FFFF0000FFFFU;
    return (value | value >> 16) & 0xFFFFFFFFU;
}

int uuid_read_plain(const char *text, struct uuid *out)
{
    uint64_t good = EACH(0x80U);

    if (!has_form(text))
        return 0;
    out->high = digits(load8(text, text + 4), &good) << 32;
    out->high |= digits(load8(text + 9, text + 14), &good);
    out->low = digits(load8(text + 19, text + 24), &good) << 32;
    out->low |= digits(load8(text + 28, text + 32), &good);
    return good == EACH(0x80U);
}

#if defined(UUID_SSE2)

/* Four characters and four behind a hyphen; or eight. */
static inline uint64_t word_of(const char *first, const char *second)
{
    uint32_t low, high;

    memcpy(&low, first, sizeof low);
    memcpy(&high, second, sizeof high);
    return low | (uint64_t)high << 32;
}

/* The bytes between 0 and @last. */
static inline __m128i up_to(__m128i bytes, char last)
{
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(last)), bytes);
}

/* 16 digits as 8 bytes in 16 bits each. *good loses what is none. */
static inline __m128i bytes_of(__m128i text, __m128i *good)
{
    const __m128i lower = _mm_or_si128(text, _mm_set1_epi8(0x20));
    const __m128i digit = up_to(_mm_sub_epi8(text, _mm_set1_epi8('0')), 9);
    const __m128i letter = up_to(_mm_sub_epi8(lower, _mm_set1_epi8('a')), 5);
    __m128i value = _mm_and_si128(text, _mm_set1_epi8(0x0F));

    *good = _mm_and_si128(*good, _mm_or_si128(digit, letter));
    value = _mm_add_epi8(value, _mm_and_si128(letter, _mm_set1_epi8(9)));
    value = _mm_or_si128(_mm_slli_epi16(value, 4), _mm_srli_epi16(value, 8));
    return _mm_and_si128(value, _mm_set1_epi16(0x00FF));
}

int uuid_read(const char *text, struct uuid *out)
{
    __m128i good = _mm_set1_epi8(-1), high, low;
    uint64_t halves[2];

    if (!has_form(text))
        return 0;
    high =
        _mm_set_epi64x((long long)word_of(text + 9, text + 14), (long long)word_of(text, text + 4));
    low = _mm_set_epi64x(
        (long long)word_of(text + 28, text + 32), (long long)word_of(text + 19, text + 24));
    high = bytes_of(high, &good);
    low = bytes_of(low, &good);
    _mm_storeu_si128((__m128i *)(void *)halves, _mm_packus_epi16(high, low));
    out->high = __builtin_bswap64(halves[0]);
    out->low = __builtin_bswap64(halves[1]);
    return _mm_movemask_epi8(good) == 0xFFFF;
}

#else

int uuid_read(const char *text, struct uuid *out)
{
    return uuid_read_plain(text, out);
}

#endif

static char *put_digits(char *at, uint64_t value, int count)
{
    while (count-- > 0)
        *at++ = "0123456789abcdef"[value >> 4 * count & 0xF];
    return at;
}

void uuid_write(struct uuid uuid, char out[UUID_LENGTH + 1])
{
    char *at = put_digits(out, uuid.high >> 32, 8);

    *at++ = '-';
    at = put_digits(at, uuid.high >> 16, 4);
    *at++ = '-';
    at = put_digits(at, uuid.high, 4);
    *at++ = '-';
    at = put_digits(at, uuid.low >> 48, 4);
    *at++ = '-';
    *put_digits(at, uuid.low, 12) = '\0';
}

int uuid_compare(struct uuid a, struct uuid b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}
