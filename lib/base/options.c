/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include <string.h>

#define MAX_SIZE 4096

int options_read(void *known, size_t known_size, const void *given)
{
    const unsigned char *bytes = given;
    size_t size;

    memcpy(&size, given, sizeof size);
    /* A struct that begins with a size_t is never cut within one. */
    if (size <= sizeof size || size > MAX_SIZE || size % _Alignof(size_t) != 0)
        return -1;
    for (size_t i = known_size; i < size; i++) {
        if (bytes[i] != 0)
            return -1;
    }
    memcpy(known, given, size < known_size ? size : known_size);
    memcpy(known, &known_size, sizeof known_size);
    return 0;
}
