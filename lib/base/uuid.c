/* SPDX-License-Identifier: MIT */
#include "base/uuid.h"

#include <string.h>

#define EACH(byte) ((byte)*0x0101010101010101U)

/* Eight characters, the first one highest. Compilers make one load of it. */
static inline uint64_t load4(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    return (uint64_t)c[0] << 24 | (uint64_t)c[1] << 16 | (uint64_t)c[2] << 8 | c[3];
}

static inline uint64_t load8(const char *first, const char *second)
{
    return load4(first) << 32 | load4(second);
}

/* The value of eight hexadecimal digits, all at once and without a branch: stores are looked up on
 * every request. *good loses a bit for each that is none. */
static inline uint64_t digits(uint64_t text, uint64_t *good)
{
    uint64_t lower = text | EACH(0x20U), value;
    uint64_t digit = (text + EACH(0x80U - '0')) & ~(text + EACH(0x80U - '9' - 1));
    uint64_t letter = (lower + EACH(0x80U - 'a')) & ~(lower + EACH(0x80U - 'f' - 1));

    *good &= (digit | letter) & ~text; /* the top bit of each byte */
    value = (text & EACH(0x0FU)) + 9 * (text >> 6 & EACH(0x01U));
    value = (value | value >> 4) & 0x00FF00FF00FF00FFU;
    value = (value | value >> 8) & 0x0000FFFF0000FFFFU;
    return (value | value >> 16) & 0xFFFFFFFFU;
}

int uuid_read(const char *text, struct uuid *out)
{
    uint64_t good = EACH(0x80U);

    if (text == NULL || strnlen(text, UUID_LENGTH + 1) != UUID_LENGTH)
        return 0;
    out->high = digits(load8(text, text + 4), &good) << 32;
    out->high |= digits(load8(text + 9, text + 14), &good);
    out->low = digits(load8(text + 19, text + 24), &good) << 32;
    out->low |= digits(load8(text + 28, text + 32), &good);
    return good == EACH(0x80U) && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
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

uint64_t uuid_hash(struct uuid uuid, uint64_t seed)
{
    uint64_t value = (uuid.high ^ seed) * 0x9E3779B97F4A7C15U;

    value = (value ^ value >> 32 ^ uuid.low) * 0xD6E8FEB86659FD93U;
    value = (value ^ value >> 32) * 0xD6E8FEB86659FD93U;
    return value ^ value >> 32;
}
