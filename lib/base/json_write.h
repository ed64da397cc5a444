/* SPDX-License-Identifier: MIT */
/* Writing JSON. */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include "base/buffer.h"

#include <stddef.h>

/* A string with its quotes; the text is valid UTF-8. */
void json_put_string(struct buffer *json, const char *text, size_t length);

#endif
