/* SPDX-License-Identifier: MIT */
/* Which bytes stand where as they are, and the texts that need no more than to be looked at once.
 *
 * A word is letters, digits and `_`, at least one, and no keyword of PostgREST's: as a relation or a
 * column it is good, and stands as it is wherever it stands; so does a value that is bare, with hyphens
 * too. Most texts are one or the other. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define WORD_QUERY   1  /* stands as it is in a query: RFC 3986's, less what divides parameters */
#define WORD_SEGMENT 2  /* … in a path segment */
#define WORD_NAME    4  /* … in a name, anywhere in it */
#define WORD_BARE    8  /* … in a list, without quotes around it */
#define WORD_SAFE    16 /* … everywhere */
extern const unsigned char word_classes[256];

static inline int word_byte(char byte, unsigned char class)
{
    return (word_classes[(unsigned char)byte] & class) != 0;
}

/* How many bytes of a class the text, which ends in NUL, begins with. */
static inline size_t word_run(const char *text, unsigned char class)
{
    size_t length = 0;

    while (word_byte(text[length], class))
        length++;
    return length;
}

/* 1 when there are bytes, and all are of the class. */
static inline int word_all_plain(const char *text, size_t length, unsigned char class)
{
    size_t at = 0;

    while (at < length && word_byte(text[at], class))
        at++;
    return at == length && length != 0;
}

#if defined(__SSE2__)

/* Bytes from @first on, @count of them. */
static inline __m128i word_between(__m128i bytes, char first, char count)
{
    __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)(-128 - first)));

    return _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(-128 + count)));
}

/* 1 when all of 16 bytes are of the class, WORD_SAFE or WORD_BARE. */
static inline int word_all_16(__m128i bytes, unsigned char class)
{
    __m128i good = word_between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);

    good = _mm_or_si128(good, word_between(bytes, '0', 10));
    good = _mm_or_si128(good, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
    if (class == WORD_BARE)
        good = _mm_or_si128(good, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    return _mm_movemask_epi8(good) == 0xFFFF;
}

/* 16 bytes of a text of 4 to 16, each of them once at least. */
static inline __m128i word_gather(const char *text, size_t length)
{
    uint64_t first, last;
    uint32_t low, high;

    if (length >= 8) {
        memcpy(&first, text, 8);
        memcpy(&last, text + length - 8, 8);
    } else {
        memcpy(&low, text, 4);
        memcpy(&high, text + length - 4, 4);
        first = last = low | (uint64_t)high << 32;
    }
    return _mm_set_epi64x((long long)last, (long long)first);
}

/* word_all_plain for WORD_SAFE and WORD_BARE, 16 bytes at a time; some may be looked at twice. */
static inline int word_all(const char *text, size_t length, unsigned char class)
{
    if (length < 4)
        return word_all_plain(text, length, class);
    if (length <= 16)
        return word_all_16(word_gather(text, length), class);
    for (size_t at = 0; at < length - 16; at += 16) {
        if (!word_all_16(_mm_loadu_si128((const __m128i *)(const void *)(text + at)), class))
            return 0;
    }
    text += length - 16;
    return word_all_16(_mm_loadu_si128((const __m128i *)(const void *)text), class);
}

#else

static inline int word_all(const char *text, size_t length, unsigned char class)
{
    return word_all_plain(text, length, class);
}

#endif

/* 1 for what would be a parameter of its own as the last part of a key: select, order, … */
int word_is_keyword(const char *text, size_t length);

static inline int word_is_word(const char *text, size_t length)
{
    return word_all(text, length, WORD_SAFE) &&
           (length == 1 || (length > 7 && length != 11) || !word_is_keyword(text, length));
}

static inline int word_is_bare(const char *text, size_t length)
{
    return word_all(text, length, WORD_BARE);
}

#endif
