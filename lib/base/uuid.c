/* SPDX-License-Identifier: MIT */
#include "base/uuid.h"

#include <string.h>

/* The value of a hexadecimal digit. Without a branch: stores are looked up on every request. */
static unsigned digit(unsigned char c)
{
    static const unsigned char values[256] = {
        ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15,
        ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1A, ['b'] = 0x1B,
        ['c'] = 0x1C, ['d'] = 0x1D, ['e'] = 0x1E, ['f'] = 0x1F, ['A'] = 0x1A, ['B'] = 0x1B,
        ['C'] = 0x1C, ['D'] = 0x1D, ['E'] = 0x1E, ['F'] = 0x1F,
    };

    return values[c] ^ 0x10U; /* what is no digit keeps the bit */
}

static uint64_t digits(const char *text, size_t count, unsigned *seen)
{
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned one = digit((unsigned char)text[i]);

        *seen |= one;
        value = value << 4 | (one & 0xF);
    }
    return value;
}

int uuid_read(const char *text, struct uuid *out)
{
    unsigned seen = 0;

    if (text == NULL || strnlen(text, UUID_LENGTH + 1) != UUID_LENGTH)
        return 0;
    out->high = digits(text, 8, &seen) << 32 | digits(text + 9, 4, &seen) << 16 |
                digits(text + 14, 4, &seen);
    out->low = digits(text + 19, 4, &seen) << 48 | digits(text + 24, 12, &seen);
    return (seen & 0x10) == 0 && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
           text[23] == '-';
}

static char *put_digits(char *at, uint64_t value, int count)
{
    while (count-- > 0)
        *at++ = "0123456789abcdef"[value >> 4 * count & 0xF];
    return at;
}

void uuid_write(struct uuid uuid, char out[UUID_LENGTH + 1])
{
    char *at = put_digits(out, uuid.high >> 32, 8);

    *at++ = '-';
    at = put_digits(at, uuid.high >> 16, 4);
    *at++ = '-';
    at = put_digits(at, uuid.high, 4);
    *at++ = '-';
    at = put_digits(at, uuid.low >> 48, 4);
    *at++ = '-';
    *put_digits(at, uuid.low, 12) = '\0';
}

int uuid_compare(struct uuid a, struct uuid b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

int uuid_same(struct uuid a, struct uuid b)
{
    return a.high == b.high && a.low == b.low;
}

uint64_t uuid_hash(struct uuid uuid, uint64_t seed)
{
    uint64_t value = (uuid.high ^ seed) * 0x9E3779B97F4A7C15U;

    value = (value ^ value >> 32 ^ uuid.low) * 0xD6E8FEB86659FD93U;
    value = (value ^ value >> 32) * 0xD6E8FEB86659FD93U;
    return value ^ value >> 32;
}
