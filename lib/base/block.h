/* SPDX-License-Identifier: MIT */
/* Where bytes of a kind stand among 64: one bit each, the first byte's lowest. SSE2 or NEON where the
 * machine has them, plain C elsewhere or with SUPA_PLAIN; the answers are the same. */
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(SUPA_PLAIN)
#define BLOCK_PLAIN 1
#elif defined(__SSE2__)
#include <emmintrin.h>
#define BLOCK_SSE2 1
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#define BLOCK_NEON 1
#else
#define BLOCK_PLAIN 1
#endif

#define BLOCK_SIZE 64

/* Eight bytes, the first the lowest. */
static inline uint64_t block_word(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* What decides where a JSON value ends. */
struct block {
    uint64_t quotes, backslashes;
    uint64_t opens, closes; /* { and [, } and ] */
};

/* The answer that the others must agree with. */
static inline struct block block_read_plain(const char *at)
{
    struct block block = {0, 0, 0, 0};

    for (unsigned i = 0; i < BLOCK_SIZE; i++) {
        uint64_t bit = UINT64_C(1) << i;

        if (at[i] == '"')
            block.quotes |= bit;
        else if (at[i] == '\\')
            block.backslashes |= bit;
        else if (at[i] == '{' || at[i] == '[')
            block.opens |= bit;
        else if (at[i] == '}' || at[i] == ']')
            block.closes |= bit;
    }
    return block;
}

/* A bracket and a brace differ in one bit, 0x20; no third byte becomes one of them by it. */
#if defined(BLOCK_SSE2)

static inline uint64_t block_bits(__m128i found, unsigned shift)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(found) << shift;
}

static inline struct block block_read(const char *at)
{
    struct block block = {0, 0, 0, 0};

    for (unsigned i = 0; i < BLOCK_SIZE; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));

        block.quotes |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), i);
        block.backslashes |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')), i);
        block.opens |= block_bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), i);
        block.closes |= block_bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}')), i);
    }
    return block;
}

#elif defined(BLOCK_NEON)

static inline uint64_t block_bits(uint8x16_t found, unsigned shift)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bits = vandq_u8(found, vld1q_u8(weights));
    uint64_t low = vaddv_u8(vget_low_u8(bits)), high = vaddv_u8(vget_high_u8(bits));

    return (low | high << 8) << shift;
}

static inline struct block block_read(const char *at)
{
    struct block block = {0, 0, 0, 0};

    for (unsigned i = 0; i < BLOCK_SIZE; i += 16) {
        uint8x16_t bytes = vld1q_u8((const uint8_t *)at + i);
        uint8x16_t folded = vorrq_u8(bytes, vdupq_n_u8(0x20));

        block.quotes |= block_bits(vceqq_u8(bytes, vdupq_n_u8('"')), i);
        block.backslashes |= block_bits(vceqq_u8(bytes, vdupq_n_u8('\\')), i);
        block.opens |= block_bits(vceqq_u8(folded, vdupq_n_u8('{')), i);
        block.closes |= block_bits(vceqq_u8(folded, vdupq_n_u8('}')), i);
    }
    return block;
}

#else

static inline struct block block_read(const char *at)
{
    return block_read_plain(at);
}

#endif

/* block_read for fewer bytes; those that are missing are nothing. */
static inline struct block block_read_part(const char *at, size_t length)
{
    char bytes[BLOCK_SIZE] = {0};

    memcpy(bytes, at, length);
    return block_read(bytes);
}

/* The top bits of eight bytes. */
static inline unsigned block_tops(uint64_t word)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);

    return (unsigned)((((word & tops) >> 7) * UINT64_C(0x0102040810204080)) >> 56);
}

/* The bytes among 16 that are no digits. The answer that the other must agree with. */
static inline unsigned block_no_digits_plain(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), sevens = ones * 0x7F;
    unsigned bits = 0;

    for (unsigned i = 0; i < 16; i += 8) {
        uint64_t digits = block_word(at + i) ^ ones * '0';

        bits |= block_tops(((digits & sevens) + ones * (0x80 - 10)) | digits) << i;
    }
    return bits;
}

static inline unsigned block_no_digits(const char *at)
{
#if defined(BLOCK_SSE2)
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    __m128i found = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);

    return (unsigned)_mm_movemask_epi8(found) ^ 0xFFFFu;
#else
    return block_no_digits_plain(at);
#endif
}

/* Each bit becomes the parity of those up to it: quotes become what is between them, the opening
 * quote included. */
static inline uint64_t block_parity(uint64_t bits)
{
    for (unsigned shift = 1; shift < BLOCK_SIZE; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

static inline unsigned block_first(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

#endif
