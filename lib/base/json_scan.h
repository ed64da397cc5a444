/* SPDX-License-Identifier: MIT */
/* Where a run of plain characters in a JSON string ends: SSE2 or NEON where the machine has them,
 * words elsewhere or with SUPA_PLAIN; the answers are the same. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include "base/block.h"

#include <stdint.h>
#include <string.h>

/* The top bit of each byte that ends a run of plain characters: quotes, backslashes, control
 * characters and everything beyond ASCII. Bytes behind the first such one may be marked wrongly. */
static inline uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    uint64_t quote = word ^ ones * '"';
    uint64_t backslash = word ^ ones * '\\';
    uint64_t control = word - ones * 0x20;

    return ((((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | (control & ~word)) |
            word) &
           tops;
}

static inline int is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* With SSE2 characters beyond ASCII count as control characters, since bytes are signed there. */
#if defined(BLOCK_SSE2)

/* How many of 16 bytes are plain before the first that is not. */
static inline unsigned json_plain_16(const char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i other = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    int special = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), other));

    return (unsigned)__builtin_ctz((unsigned)special | 0x10000u);
}

#elif defined(BLOCK_NEON)

/* How many of 16 bytes are plain before the first that is not: four bits for each byte. */
static inline unsigned json_plain_16(const char *at)
{
    uint8x16_t bytes = vld1q_u8((const uint8_t *)at);
    uint8x16_t quote = vceqq_u8(bytes, vdupq_n_u8('"'));
    uint8x16_t backslash = vceqq_u8(bytes, vdupq_n_u8('\\'));
    uint8x16_t other = vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20));
    uint8x16_t found = vorrq_u8(vorrq_u8(quote, backslash), other);
    uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(found), 4);
    uint64_t special = vget_lane_u64(vreinterpret_u64_u8(narrow), 0);

    return special != 0 ? (unsigned)__builtin_ctzll(special) >> 2 : 16;
}

#endif

#if defined(BLOCK_PLAIN)
#define JSON_CHUNK 8
#else
#define JSON_CHUNK 16
#endif

/* How many of JSON_CHUNK bytes are plain before the first that is not. */
static inline unsigned json_plain_chunk(const char *at)
{
#if defined(BLOCK_PLAIN)
    uint64_t special = special_bytes(block_word(at));

    return special != 0 ? (unsigned)__builtin_ctzll(special) >> 3 : 8;
#else
    return json_plain_16(at);
#endif
}

/* Behind the plain characters at @at. */
static inline const char *json_skip_plain(const char *at, const char *end)
{
#if !defined(BLOCK_PLAIN)
    while (end - at >= 16) {
        unsigned n = json_plain_16(at);

        at += n;
        if (n < 16)
            return at;
    }
#endif
    while (end - at >= 8) {
        uint64_t special = special_bytes(block_word(at));

        if (special != 0)
            return at + (__builtin_ctzll(special) >> 3);
        at += 8;
    }
    while (at < end && is_plain(*at))
        at++;
    return at;
}

#if defined(BLOCK_SSE2)
#define JSON_BLOCKS 1

/* What is in 64 bytes, one bit each, the first byte's lowest. */
struct json_bits {
    uint64_t quotes, backslashes, ns, controls, beyond; /* beyond ASCII */
};

static inline struct json_bits json_read_bits(const char *at)
{
    struct json_bits bits = {0, 0, 0, 0, 0};

    for (unsigned i = 0; i < BLOCK_SIZE; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i low = _mm_min_epu8(bytes, _mm_set1_epi8(0x1F));

        bits.quotes |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), i);
        bits.backslashes |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')), i);
        bits.ns |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('n')), i);
        bits.controls |= block_bits(_mm_cmpeq_epi8(bytes, low), i);
        bits.beyond |= block_bits(bytes, i);
    }
    return bits;
}

/* Of 64 bytes, the first ones of characters of two, and those that follow the first one of any. */
static inline void json_read_twos(const char *at, uint64_t *firsts, uint64_t *others)
{
    uint64_t from_c2 = 0, from_e0 = 0;

    *others = 0;
    for (unsigned i = 0; i < BLOCK_SIZE; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i low = _mm_max_epu8(bytes, _mm_set1_epi8((char)0xC2));
        __m128i high = _mm_max_epu8(bytes, _mm_set1_epi8((char)0xE0));

        from_c2 |= block_bits(_mm_cmpeq_epi8(bytes, low), i);
        from_e0 |= block_bits(_mm_cmpeq_epi8(bytes, high), i);
        *others |= block_bits(_mm_cmpgt_epi8(_mm_set1_epi8((char)0xC0), bytes), i);
    }
    *firsts = from_c2 & ~from_e0;
}

/* How many of the 64 bytes at @at, where an escape or character may begin, belong to a string in
 * which only usual escapes and characters of up to two bytes are: up to its end, or fewer or all of them
 * when it does not end there. 0 when another must look. */
static inline unsigned json_special_block(const char *at, uint32_t *saved)
{
    const struct json_bits bits = json_read_bits(at);
    const uint64_t escaped = bits.backslashes << 1, ends = bits.quotes & ~escaped;
    unsigned n = BLOCK_SIZE - (unsigned)(bits.backslashes >> 63);
    uint64_t inside = ~UINT64_C(0) >> (BLOCK_SIZE - n), backslashes;

    if (ends != 0) {
        n = block_first(ends);
        inside = (ends & (0 - ends)) - 1;
    }
    backslashes = bits.backslashes & inside;
    if (((backslashes & escaped) | (bits.controls & inside) |
         ((backslashes << 1) & ~(bits.quotes | bits.ns))) != 0)
        return 0;
    if ((bits.beyond & inside) != 0) {
        uint64_t firsts, others;

        json_read_twos(at, &firsts, &others);
        if (((firsts & inside) >> 63) != 0) {
            n--;
            inside >>= 1;
        }
        firsts &= inside;
        others &= inside;
        if ((firsts | others) != (bits.beyond & inside) || firsts << 1 != others)
            return 0;
    }
    for (; backslashes != 0; backslashes &= backslashes - 1)
        *saved += 1;
    return n;
}

#endif

#endif
