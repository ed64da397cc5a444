/* SPDX-License-Identifier: MIT */
#include "base/block.h"

#include <CUnit/CUnit.h>
#include <string.h>

static int same_block(struct block a, struct block b)
{
    return a.quotes == b.quotes && a.backslashes == b.backslashes && a.opens == b.opens &&
           a.closes == b.closes;
}

static void every_byte_is_told_at_every_place(void)
{
    for (unsigned c = 0; c < 256; c++) {
        for (unsigned place = 0; place < BLOCK_SIZE; place++) {
            uint64_t bit = UINT64_C(1) << place;
            struct block wanted = {
                c == '"' ? bit : 0, c == '\\' ? bit : 0, c == '{' || c == '[' ? bit : 0,
                c == '}' || c == ']' ? bit : 0};
            char bytes[BLOCK_SIZE];

            memset(bytes, 'x', sizeof bytes);
            bytes[place] = (char)c;
            CU_ASSERT(same_block(block_read_plain(bytes), wanted));
            CU_ASSERT(same_block(block_read(bytes), wanted));
            CU_ASSERT(same_block(block_read_part(bytes, BLOCK_SIZE), wanted));
            CU_ASSERT(same_block(block_read_part(bytes, place + 1), wanted));
            CU_ASSERT(same_block(block_read_part(bytes, place), (struct block){0, 0, 0, 0}));
        }
    }
}

static void no_digit_is_told_at_every_place(void)
{
    for (unsigned c = 0; c < 256; c++) {
        for (unsigned place = 0; place < 16; place++) {
            const unsigned bit = c >= '0' && c <= '9' ? 0 : 1u << place;
            char bytes[16];

            memset(bytes, place % 2 == 0 ? '9' : '0', sizeof bytes);
            bytes[place] = (char)c;
            CU_ASSERT_EQUAL(block_no_digits(bytes), bit);
            CU_ASSERT_EQUAL(block_no_digits_plain(bytes), bit);
        }
    }
}

static void parity_is_what_lies_between(void)
{
    CU_ASSERT_EQUAL(block_parity(0), 0);
    CU_ASSERT_EQUAL(block_parity(1), UINT64_MAX);
    CU_ASSERT_EQUAL(block_parity(0x90), 0x70);
    CU_ASSERT_EQUAL(block_parity(UINT64_C(1) << 63), UINT64_C(1) << 63);
    CU_ASSERT_EQUAL(block_parity(UINT64_MAX), UINT64_C(0x5555555555555555));
}

CU_TestInfo block_tests[] = {
    {"every byte is told at every place", every_byte_is_told_at_every_place},
    {"no digit is told at every place", no_digit_is_told_at_every_place},
    {"parity is what lies between", parity_is_what_lies_between},
    CU_TEST_INFO_NULL,
};
