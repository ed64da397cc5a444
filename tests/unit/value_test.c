/* SPDX-License-Identifier: MIT */
/* Values, and what SUPA_VALUE makes of plain ones. */
#include <supa/value.h>

#include "table.h"

#include <CUnit/CUnit.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static void the_layout_is_frozen(void)
{
    CU_ASSERT_EQUAL(sizeof(supa_value), 24);
    CU_ASSERT_EQUAL(offsetof(supa_value, kind), 0);
    CU_ASSERT_EQUAL(offsetof(supa_value, flags), 4);
    CU_ASSERT_EQUAL(offsetof(supa_value, length), 8);
    CU_ASSERT_EQUAL(offsetof(supa_value, as), 16);
    CU_ASSERT_EQUAL(SUPA_KIND_NULL, 1);
    CU_ASSERT_EQUAL(SUPA_KIND_TEXT, 2);
    CU_ASSERT_EQUAL(SUPA_KIND_INT, 3);
    CU_ASSERT_EQUAL(SUPA_KIND_UINT, 4);
    CU_ASSERT_EQUAL(SUPA_KIND_REAL, 5);
    CU_ASSERT_EQUAL(SUPA_KIND_DECIMAL, 6);
    CU_ASSERT_EQUAL(SUPA_KIND_BOOL, 7);
    CU_ASSERT_EQUAL(SUPA_KIND_JSON, 8);
    CU_ASSERT_EQUAL(SUPA_KIND_TEXTS, 9);
    CU_ASSERT_EQUAL(SUPA_KIND_INTS, 10);
    CU_ASSERT_EQUAL(SUPA_KIND_REALS, 11);
    CU_ASSERT_EQUAL(SUPA_KIND_VALUES, 12);
}

static void constructors_fill_in_the_kind(void)
{
    static const char *const texts[] = {"a"};
    static const int64_t ints[] = {1};
    static const double reals[] = {1};
    const supa_value values[] = {supa_null(),        supa_text("abc"),     supa_int(-1),
                                 supa_uint(1),       supa_real(1),         supa_decimal("1.5"),
                                 supa_bool(2),       supa_json("{}"),      supa_texts(texts, 1),
                                 supa_ints(ints, 1), supa_reals(reals, 1), supa_values(NULL, 0)};
    static const size_t lengths[] = {0, 3, 0, 0, 0, 3, 0, 2, 1, 1, 1, 0};

    for (size_t i = 0; i < COUNT(values); i++) {
        CU_ASSERT_EQUAL(values[i].kind, i + 1);
        CU_ASSERT_EQUAL(values[i].flags, 0);
        CU_ASSERT_EQUAL(values[i].length, lengths[i]);
    }
    CU_ASSERT_EQUAL(values[6].as.integer, 1);
    CU_ASSERT_EQUAL(supa_text_n("abc", 2).length, 2);
    CU_ASSERT_EQUAL(supa_text(NULL).length, 0);
    CU_ASSERT_PTR_NULL(supa_nothing("x").as.pointer);
    CU_ASSERT_EQUAL(supa_nothing(NULL).kind, SUPA_KIND_TEXT);
}

#define IS_INT(x, n)  (SUPA_VALUE(x).kind == SUPA_KIND_INT && SUPA_VALUE(x).as.integer == (n))
#define IS_UINT(x, n) (SUPA_VALUE(x).kind == SUPA_KIND_UINT && SUPA_VALUE(x).as.natural == (n))
#define IS_REAL(x, n) (SUPA_VALUE(x).kind == SUPA_KIND_REAL && SUPA_VALUE(x).as.real == (n))

static void plain_values_are_told_by_their_type(void)
{
    enum letter { A = 7 } enumerator = A;
    char array[] = "abc", *text = array;
    const char *constant = "abc";
    const bool yes = true, no = false;
    const size_t size = 9;
    const int64_t wide = INT64_MIN;
    void *nothing = NULL;

    CU_ASSERT_EQUAL(SUPA_VALUE("abc").kind, SUPA_KIND_TEXT);
    CU_ASSERT_EQUAL(SUPA_VALUE("abc").length, 3);
    CU_ASSERT_EQUAL(SUPA_VALUE(array).kind, SUPA_KIND_TEXT);
    CU_ASSERT_PTR_EQUAL(SUPA_VALUE(text).as.pointer, text);
    CU_ASSERT_PTR_EQUAL(SUPA_VALUE(constant).as.pointer, constant);
    CU_ASSERT(SUPA_VALUE(yes).kind == SUPA_KIND_BOOL && SUPA_VALUE(yes).as.integer == 1);
    CU_ASSERT(SUPA_VALUE(no).kind == SUPA_KIND_BOOL && SUPA_VALUE(no).as.integer == 0);
    CU_ASSERT_EQUAL(SUPA_VALUE((_Bool)1).kind, SUPA_KIND_BOOL);
    CU_ASSERT(IS_INT(true, 1)); /* in C11 it is an int */
    CU_ASSERT(IS_INT(1 < 2, 1));
    CU_ASSERT(IS_INT(A, 7));
    CU_ASSERT(IS_INT((int)enumerator, 7));
    CU_ASSERT(IS_INT((signed char)-1, -1));
    CU_ASSERT(IS_INT((short)-2, -2));
    CU_ASSERT(IS_INT(-3, -3));
    CU_ASSERT(IS_INT(LONG_MIN, LONG_MIN));
    CU_ASSERT(IS_INT(LLONG_MIN, LLONG_MIN));
    CU_ASSERT(IS_INT(wide, INT64_MIN));
    CU_ASSERT(IS_UINT((unsigned char)255, 255));
    CU_ASSERT(IS_UINT((unsigned short)65535, 65535));
    CU_ASSERT(IS_UINT(UINT_MAX, UINT_MAX));
    CU_ASSERT(IS_UINT(ULONG_MAX, ULONG_MAX));
    CU_ASSERT(IS_UINT(ULLONG_MAX, ULLONG_MAX));
    CU_ASSERT(IS_UINT(size, 9));
    CU_ASSERT(IS_UINT(sizeof size, sizeof size));
    CU_ASSERT(IS_REAL(0.5F, 0.5));
    CU_ASSERT(IS_REAL(0.1, 0.1));
    CU_ASSERT(IS_INT(supa_int(5), 5));
    CU_ASSERT_EQUAL(SUPA_VALUE(supa_null()).kind, SUPA_KIND_NULL);
    CU_ASSERT_EQUAL(SUPA_VALUE(NULL).kind, SUPA_KIND_TEXT);
    CU_ASSERT_PTR_NULL(SUPA_VALUE(NULL).as.pointer);
    CU_ASSERT_PTR_NULL(SUPA_VALUE(nothing).as.pointer);
    CU_ASSERT_PTR_NULL(SUPA_VALUE((const void *)text).as.pointer);
}

static void null_is_a_mistake_wherever_it_is_used(void)
{
    struct world world;

    world_start(&world, SUPA_SIDE_NONE);
    {
        supa_client *c = world.client;
        const struct mistake rows[] = {
            {supa_eq(supa_from(c, "t"), "a", SUPA_VALUE(NULL)), "the text is NULL"},
            {supa_neq(supa_from(c, "t"), "a", SUPA_VALUE((char *)NULL)), "the text is NULL"},
            {supa_set(supa_insert_row(supa_from(c, "t")), "a", SUPA_VALUE(NULL)), "text is NULL"},
            {supa_arg(supa_rpc(c, "f"), "a", SUPA_VALUE(NULL)), "the text is NULL"},
            {supa_contains(supa_from(c, "t"), "a", SUPA_VALUE(NULL)), "the text is NULL"},
            {supa_in(supa_from(c, "t"), "a", SUPA_VALUE(NULL)), "the text is NULL"},
            {supa_filter(supa_from(c, "t"), "a", "is", SUPA_VALUE(NULL)), "the text is NULL"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    world_end(&world);
}

extern CU_TestInfo value_tests[];
CU_TestInfo value_tests[] = {
    {"the layout is frozen", the_layout_is_frozen},
    {"constructors fill in the kind", constructors_fill_in_the_kind},
    {"plain values are told by their type", plain_values_are_told_by_their_type},
    {"NULL is a mistake wherever it is used", null_is_a_mistake_wherever_it_is_used},
    CU_TEST_INFO_NULL,
};
