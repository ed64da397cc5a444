/* SPDX-License-Identifier: MIT */
/* What the server makes of a URL's parameters: those of the calls that fuzz_builder makes. */
#ifndef FUZZ_UNDERSTOOD_H
#define FUZZ_UNDERSTOOD_H

#include "base/buffer.h"

#include <stdint.h>

/* Filters in the order in which they stand: `!` before what is negated, `O(` and `A(` before a group and
 * `)` behind it, and for a filter F, its column, `|`, the operator, `|`, and its values, both as
 * model_part writes them. */
struct understood {
    struct buffer filters;
    struct buffer orders;  /* columns; all directions are desc */
    int64_t limit, offset; /* −1: none */
    int orders_seen;
};

/* Ends the process when the server would refuse them. */
void understand_parameters(const char *at, const char *end, struct understood *understood);

#endif
