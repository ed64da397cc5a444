/* SPDX-License-Identifier: MIT */
/* UUIDs as numbers: 16 bytes instead of 36 characters, in the order in which PostgreSQL sorts them. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/text.h"

#include <stdint.h>

struct uuid {
    uint64_t high, low;
};

/* 1 when @text is a UUID of 36 characters, in either case; it goes to @out. */
int uuid_read(const char *text, struct uuid *out);
/* The same without the machine's own instructions: the answer that it must agree with. */
int uuid_read_plain(const char *text, struct uuid *out);
/* In lower case, with a NUL. */
void uuid_write(struct uuid uuid, char out[UUID_LENGTH + 1]);
/* Less than, equal to or greater than 0, as PostgreSQL orders them. */
int uuid_compare(struct uuid a, struct uuid b);
static inline int uuid_same(struct uuid a, struct uuid b)
{
    return a.high == b.high && a.low == b.low;
}
/* A well mixed number for tables; others for another @seed. */
static inline uint64_t uuid_hash(struct uuid uuid, uint64_t seed)
{
    uint64_t value = (uuid.high ^ seed) * 0x9E3779B97F4A7C15U;

    value = (value ^ value >> 32 ^ uuid.low) * 0xD6E8FEB86659FD93U;
    value = (value ^ value >> 32) * 0xD6E8FEB86659FD93U;
    return value ^ value >> 32;
}

#endif
