/* SPDX-License-Identifier: MIT */
/* Words for people: what was probably meant, one or many, and the library's words as the tool's. */
#ifndef TOOL_WORDS_H
#define TOOL_WORDS_H

#include "text.h"

#include <stdint.h>

/* The candidate that is nearest to a word. */
struct near {
    const char *word;
    const char *best; /* NULL while none is near; lives as long as the candidate */
    size_t distance;
};

void near_begin(struct near *near, const char *word);
void near_try(struct near *near, const char *candidate);

/* How many letters are to be added, taken away, replaced or exchanged with their neighbours. */
size_t distance_of(const char *one, const char *other);

/* "" for one, "s" for any other number. */
const char *plural(int64_t n);

/* A message of the library, whose functions are named as the options that call them. */
void text_put_plain(struct text *out, const char *message);

#endif
