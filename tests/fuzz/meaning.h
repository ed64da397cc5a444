/* SPDX-License-Identifier: MIT */
/* What a caller means by the text of a column, apart from how the library writes it. */
#ifndef FUZZ_MEANING_H
#define FUZZ_MEANING_H

#include "base/buffer.h"

/* Names parted by dots, where @dots part, and JSON keys parted by arrows (escape.h), as model_part writes
 * them. */
void meaning_column(struct buffer *out, const char *at, const char *end, int dots);
/* Behind the part that begins at @at: at an arrow or, where @dots part, at a dot. A part in quotes is
 * left as it stands. */
const char *meaning_part_end(const char *at, const char *end, int dots);

#endif
