/* SPDX-License-Identifier: MIT */
/* Random JSON: valid documents of all shapes, and what becomes of one when a byte of it changes. */
#ifndef FUZZ_DOCUMENT_H
#define FUZZ_DOCUMENT_H

#include "base/buffer.h"
#include "random.h"

/* A document that RFC 8259 allows. Some are nested deeper, and some have longer numbers, than readers
 * take. */
void document_valid(struct random *random, struct buffer *out);

/* @valid with one byte replaced, inserted or taken away, with its end cut off, or, rarely, with a
 * byte-order mark before it. */
void document_changed(struct random *random, const struct buffer *valid, struct buffer *out);

#endif
