/* SPDX-License-Identifier: MIT */
/* Option structs that begin with their size, from headers older or newer than the library. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>

/* Copies @given over @known, which holds the defaults and has @known_size bytes. A shorter struct
 * leaves the defaults behind it; a longer one is accepted when the rest of it is zero. 0, or −1 when
 * the size makes no sense or the rest is not zero. */
int options_read(void *known, size_t known_size, const void *given);

#endif
