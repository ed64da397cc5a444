/* SPDX-License-Identifier: MIT */
/* The escapes in JSON's strings. json.h has what decodes them. */
#ifndef BASE_JSON_STRING_H
#define BASE_JSON_STRING_H

#include <stddef.h>

/* The bytes of the escape at @at, whose backslash is before @end, and in *@decoded those of what it
 * stands for; 0 when it is none, or half a surrogate pair, or cut off. */
size_t json_escape(const char *at, const char *end, size_t *decoded);

#endif
