/* SPDX-License-Identifier: MIT */
/* Small questions about texts, without the locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

/* Bytes of the UTF-8 character at @text (1 to 4), or 0 when there is none: broken, overlong, a
 * surrogate, beyond U+10FFFF, cut off. @length is at least 1. */
size_t text_utf8_length(const char *text, size_t length);
/* 1 when it is ASCII without a NUL. Cheap: most texts are. */
int text_is_ascii(const char *text, size_t length);
/* 1 when all of it is valid UTF-8. NUL is a character. */
int text_is_utf8(const char *text, size_t length);
/* 1 when there is a byte below 0x20 or 0x7F in it. */
int text_has_control(const char *text, size_t length);
/* Equal but for the case of ASCII letters. */
int text_same(const char *a, size_t a_length, const char *b, size_t b_length);
/* ASCII lower case. */
char text_lower(char c);

#define UUID_LENGTH 36
/* 1 when @text is a UUID of 36 characters; its lower-case form goes to @out, with a NUL. */
int text_uuid(const char *text, char out[UUID_LENGTH + 1]);

#endif
