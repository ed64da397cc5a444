/* SPDX-License-Identifier: MIT */
/* The elements of a JSON array whose text comes in pieces of any size. Memory follows the largest
 * element and piece, not the array.
 *
 * Only brackets and strings are looked at, as far as they decide where an element ends: each element
 * is to be read by the strict reader, which refuses what is wrong inside. What both accept is what
 * the strict reader accepts of the whole text, and where the text was cut makes no difference. */
#ifndef RESULT_SPLITTER_H
#define RESULT_SPLITTER_H

#include "result/held.h"

#include <stddef.h>
#include <stdint.h>

enum split {
    SPLIT_ROW,  /* an element */
    SPLIT_MORE, /* more bytes are needed */
    SPLIT_END,  /* the array has ended, and only white space is behind it so far */
    SPLIT_BAD   /* see splitter_problem; it stays so */
};

enum splitter_problem {
    SPLITTER_NONE,
    SPLITTER_MALFORMED, /* no JSON array */
    SPLITTER_TOO_LARGE, /* an element is larger than it may be */
    SPLITTER_CUT,       /* the bytes ended before the array did */
    SPLITTER_NO_MEMORY
};

/* Where the next byte stands in the array. */
enum splitter_place {
    PLACE_BEFORE,  /* before the opening bracket */
    PLACE_FIRST,   /* behind it */
    PLACE_ELEMENT, /* in an element that began at held.front */
    PLACE_BEHIND,  /* behind an element */
    PLACE_NEXT,    /* behind a comma */
    PLACE_AFTER    /* behind the closing bracket */
};

struct splitter {
    struct held held;
    size_t at;      /* what is before it has been looked at */
    size_t row_max; /* bytes of an element */
    enum splitter_place place;
    enum splitter_problem problem;
    const char *what; /* the problem in words */
    /* Of the element: */
    char first;      /* its first byte */
    size_t depth;    /* containers open at at */
    uint64_t inside; /* all bits set: at is in a string */
    uint64_t escape; /* 1: a backslash stands before at */
};

/* @row_max is the largest element that is taken, in bytes; SIZE_MAX for no bound. */
void splitter_init(struct splitter *splitter, size_t row_max);
void splitter_free(struct splitter *splitter); /* any state, also of zeros */

/* Copies @n bytes in and returns how many were taken: @n, or 0 when memory is gone, which
 * splitter_next then says too. Ask for all rows before feeding again: what was not asked for is
 * held. */
size_t splitter_feed(struct splitter *splitter, const char *bytes, size_t n);

/* The next element, which is valid until the next call of splitter_feed or splitter_free. */
enum split splitter_next(struct splitter *splitter, const char **row, size_t *length);

/* For a reader that finds the end of an element by itself, which spares looking at it twice.
 * splitter_peek is SPLIT_ROW at the start of an element of which nothing has been looked at, with all
 * that is held from there on in @bytes; splitter_take then hands out @length bytes of it, or
 * splitter_next goes on as if it had not been asked. SPLIT_MORE says that there is no such start
 * now: then splitter_next decides. */
enum split splitter_peek(struct splitter *splitter, const char **bytes, size_t *length);
enum split splitter_take(struct splitter *splitter, size_t length);
/* What the reader of a row found wrong in it. */
enum split
splitter_refuse(struct splitter *splitter, enum splitter_problem problem, const char *what);

/* To be called when no more bytes come: 0 when all elements were asked for and the array has ended,
 * else −1 with a problem. */
int splitter_finish(struct splitter *splitter);

/* Bytes that are held and not handed out. */
size_t splitter_unread(const struct splitter *splitter);
/* Where in the whole text splitter_next goes on; after SPLIT_BAD near the byte that is wrong. */
uint64_t splitter_offset(const struct splitter *splitter);
/* The problem in words, a constant that shows nothing of the text; NULL when there is none. */
const char *splitter_problem(const struct splitter *splitter);

#endif
