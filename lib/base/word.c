/* SPDX-License-Identifier: MIT */
#include "base/word.h"

#include <string.h>

/* clang-format off */
#define ALL (WORD_QUERY | WORD_SEGMENT | WORD_NAME | WORD_BARE | WORD_SAFE)
#define LETTERS(c) [(c)] = ALL, [(c) + 1] = ALL, [(c) + 2] = ALL, [(c) + 3] = ALL, [(c) + 4] = ALL
const unsigned char word_classes[256] = {
    LETTERS('A'), LETTERS('F'), LETTERS('K'), LETTERS('P'), LETTERS('U'), ['Z'] = ALL,
    LETTERS('a'), LETTERS('f'), LETTERS('k'), LETTERS('p'), LETTERS('u'), ['z'] = ALL,
    LETTERS('0'), LETTERS('5'), ['_'] = ALL, ['-'] = WORD_QUERY | WORD_SEGMENT | WORD_BARE,
    ['.'] = WORD_QUERY | WORD_SEGMENT, ['~'] = WORD_QUERY | WORD_SEGMENT, ['$'] = WORD_NAME,
    ['*'] = WORD_QUERY, ['('] = WORD_QUERY, [')'] = WORD_QUERY, [','] = WORD_QUERY,
    [':'] = WORD_QUERY, ['!'] = WORD_QUERY,
};
/* clang-format on */

int word_is_keyword(const char *text, size_t length)
{
    switch (length) {
    case 2:
        return memcmp(text, "or", 2) == 0;
    case 3:
        return memcmp(text, "and", 3) == 0 || memcmp(text, "not", 3) == 0;
    case 5:
        return memcmp(text, "order", 5) == 0 || memcmp(text, "limit", 5) == 0;
    case 6:
        return memcmp(text, "select", 6) == 0 || memcmp(text, "offset", 6) == 0;
    case 7:
        return memcmp(text, "columns", 7) == 0;
    case 11:
        return memcmp(text, "on_conflict", 11) == 0;
    default:
        return 0;
    }
}
