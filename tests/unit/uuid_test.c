/* SPDX-License-Identifier: MIT */
#include "base/uuid.h"

#include <CUnit/CUnit.h>
#include <string.h>

#define GOOD "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2"

static void a_uuid_comes_back_in_lower_case(void)
{
    char out[UUID_LENGTH + 1];
    struct uuid uuid, same;

    CU_ASSERT(uuid_read("6F1c2B3A-0d4E-4f5A-8b6C-7D8e9fA0b1C2", &uuid));
    CU_ASSERT_EQUAL(uuid.high, 0x6f1c2b3a0d4e4f5aU);
    CU_ASSERT_EQUAL(uuid.low, 0x8b6c7d8e9fa0b1c2U);
    uuid_write(uuid, out);
    CU_ASSERT_STRING_EQUAL(out, GOOD);
    CU_ASSERT(uuid_read(GOOD, &same));
    CU_ASSERT(uuid_same(uuid, same));
}

/* Every byte in every place, judged by text_uuid. */
static void whatever_is_no_uuid_is_refused(void)
{
    size_t wrong = 0, refused = 0;

    for (size_t at = 0; at < UUID_LENGTH; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[] = GOOD, lower[UUID_LENGTH + 1], out[UUID_LENGTH + 1];
            struct uuid uuid, plain;
            int expected, got;

            text[at] = (char)byte;
            expected = text_uuid(text, lower);
            got = uuid_read(text, &uuid);
            wrong += got != expected || uuid_read_plain(text, &plain) != expected;
            refused += !got;
            if (!got)
                continue;
            uuid_write(uuid, out);
            wrong += strcmp(out, lower) != 0 || !uuid_same(uuid, plain);
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(refused, 32 * (256 - 22) + 4 * 255);
}

static void another_length_is_refused(void)
{
    static const char *const texts[] = {"", "6", GOOD "0", GOOD GOOD, "6f1c2b3a"};
    char text[] = GOOD;
    struct uuid uuid;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_FALSE(uuid_read(texts[i], &uuid));
    for (size_t length = 0; length < UUID_LENGTH; length++) {
        text[UUID_LENGTH - 1 - length] = '\0';
        CU_ASSERT_FALSE(uuid_read(text, &uuid));
    }
    CU_ASSERT_FALSE(uuid_read(NULL, &uuid));
}

static void their_order_is_that_of_their_texts(void)
{
    static const char *const texts[] = {
        "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001",
        "00000000-0000-0000-8000-000000000000", "00000000-0000-0001-0000-000000000000",
        "7fffffff-ffff-ffff-ffff-ffffffffffff", "80000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    };
    enum { COUNT = sizeof texts / sizeof texts[0] };
    struct uuid uuids[COUNT];

    for (size_t i = 0; i < COUNT; i++)
        CU_ASSERT(uuid_read(texts[i], &uuids[i]));
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < COUNT; j++) {
            int order = uuid_compare(uuids[i], uuids[j]);

            CU_ASSERT((order > 0) - (order < 0) == (i > j) - (i < j));
        }
    }
}

/* Ids that are counted up fill all parts of a table alike, whatever the seed. */
static void ids_in_a_row_spread(void)
{
    enum { PARTS = 64, EACH = 1000 };

    for (uint64_t seed = 0; seed < 5; seed++) {
        size_t parts[PARTS] = {0};

        for (uint64_t i = 0; i < PARTS * EACH; i++)
            parts[uuid_hash((struct uuid){0x4000, i}, seed * 7919) % PARTS]++;
        for (size_t i = 0; i < PARTS; i++)
            CU_ASSERT(parts[i] > EACH * 8 / 10 && parts[i] < EACH * 12 / 10);
    }
}

CU_TestInfo uuid_tests[] = {
    {"a UUID comes back in lower case", a_uuid_comes_back_in_lower_case},
    {"whatever is no UUID is refused", whatever_is_no_uuid_is_refused},
    {"another length is refused", another_length_is_refused},
    {"their order is that of their texts", their_order_is_that_of_their_texts},
    {"ids in a row spread", ids_in_a_row_spread},
    CU_TEST_INFO_NULL,
};
