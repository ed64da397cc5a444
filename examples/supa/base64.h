/* SPDX-License-Identifier: MIT */
#ifndef TOOL_BASE64_H
#define TOOL_BASE64_H

#include <stddef.h>

/* Reads base64, of either alphabet, with padding or without. How many bytes; 0 when it is none or @out is too small. */
size_t base64_read(const char *text, size_t length, unsigned char *out, size_t size);

#endif
