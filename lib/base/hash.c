/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <string.h>

#define FNV_PRIME 1099511628211U

uint64_t hash_bytes(uint64_t state, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < length; i++)
        state = (state ^ at[i]) * FNV_PRIME;
    return state;
}

uint64_t hash_text(uint64_t state, const char *text)
{
    return hash_bytes(state, text, strlen(text) + 1);
}
