/* SPDX-License-Identifier: MIT */
/* The checksum over all fields of an answer, in their order: cheap enough to be taken in every run. */
#ifndef BENCH_SUM_H
#define BENCH_SUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t sum_number(uint64_t sum, uint64_t number)
{
    return (sum << 7 | sum >> 57) + number;
}

static inline uint64_t sum_text(uint64_t sum, const char *text, size_t length)
{
    uint64_t word;
    size_t left = length;

    for (; left >= 8; left -= 8, text += 8) {
        memcpy(&word, text, 8);
        sum = sum_number(sum, word);
    }
    for (word = length; left > 0; left--)
        word = word << 8 | (unsigned char)*text++;
    return sum_number(sum, word);
}

#endif
