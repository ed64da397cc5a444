/* SPDX-License-Identifier: MIT */
/* A second opinion on a JSON text, written apart from lib/base/json.c: whether RFC 8259 allows it, and
 * if not, whether cJSON takes it all the same and why. */
#ifndef FUZZ_GRAMMAR_H
#define FUZZ_GRAMMAR_H

#include <stddef.h>

/* What cJSON takes and a strict reader does not. */
enum leniency {
    LENIENCY_NONE,
    LENIENCY_CONTROL, /* a control character in a string */
    LENIENCY_BLANK,   /* one between tokens, NUL included */
    LENIENCY_UTF8,    /* bytes that are no UTF-8 */
    LENIENCY_BOM,     /* a byte-order mark before the text */
    LENIENCY_NUMBER,  /* 01, 1., -.5: what strtod takes */
    LENIENCY_HEX,     /* \u without four hexadecimal digits, which becomes U+0000 */
    LENIENCY_NESTING, /* deeper than JSON_DEPTH, and up to 1,000 */
    LENIENCY_COUNT
};

struct opinion {
    int accepted;         /* with the leniencies */
    enum leniency first;  /* the first in the text that it needs; NONE: it is valid JSON */
    size_t offset;        /* where that stands */
    unsigned kinds;       /* a bit for each that it needs */
    int has_long_numbers; /* of more than 63 characters, which some versions of cJSON refuse */
};

struct opinion grammar_opinion(const char *text, size_t length);
/* In words. */
const char *leniency_name(enum leniency leniency);

#endif
