/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include "base/arena.h"
#include "base/memory.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void an_empty_buffer_is_an_empty_text(void)
{
    struct buffer buffer = BUFFER_INIT;
    char *text;

    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "");
    buffer_put(&buffer, NULL, 0);
    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "");
    CU_ASSERT_FALSE(buffer_failed(&buffer));
    text = buffer_take(&buffer);
    CU_ASSERT_STRING_EQUAL(text, "");
    memory_free(text);
    buffer_free(&buffer);
    text = buffer_take(&buffer);
    CU_ASSERT_STRING_EQUAL(text, "");
    memory_free(text);
}

static void appends_and_ends_in_nul(void)
{
    struct buffer buffer = BUFFER_INIT;

    buffer_puts(&buffer, "ab");
    buffer_putc(&buffer, 'c');
    buffer_put(&buffer, "d\0e", 3);
    CU_ASSERT_EQUAL(buffer.length, 6);
    CU_ASSERT_EQUAL(memcmp(buffer_text(&buffer), "abcd\0e", 7), 0);
    for (size_t i = 0; i < 100000; i++)
        buffer_putc(&buffer, (char)('a' + i % 26));
    CU_ASSERT_EQUAL(buffer.length, 100006);
    CU_ASSERT_EQUAL(buffer_text(&buffer)[100006], '\0');
    CU_ASSERT_EQUAL(buffer_text(&buffer)[6 + 27], 'b');
    buffer_free(&buffer);
}

static void writes_integers(void)
{
    static const struct {
        int64_t number;
        const char *text;
    } rows[] = {
        {0, "0"},
        {7, "7"},
        {-1, "-1"},
        {1234567890123, "1234567890123"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"}};
    struct buffer buffer = BUFFER_INIT;

    for (size_t i = 0; i < COUNT(rows); i++) {
        buffer_clear(&buffer);
        buffer_put_int(&buffer, rows[i].number);
        CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), rows[i].text);
    }
    buffer_clear(&buffer);
    buffer_put_uint(&buffer, UINT64_MAX);
    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "18446744073709551615");
    buffer_free(&buffer);
}

static void clearing_keeps_the_memory(void)
{
    struct buffer buffer = BUFFER_INIT;
    size_t capacity;

    buffer_puts(&buffer, "something that is longer than the first block of memory that it gets");
    capacity = buffer.capacity;
    buffer_clear(&buffer);
    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "");
    CU_ASSERT_EQUAL(buffer.length, 0);
    CU_ASSERT_EQUAL(buffer.capacity, capacity);
    world_fail_at(1);
    buffer_puts(&buffer, "short");
    CU_ASSERT_FALSE(world_failed());
    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "short");
    buffer_free(&buffer);
    CU_ASSERT_PTR_NULL(buffer.data);
}

static void room_is_the_callers_to_fill(void)
{
    struct buffer buffer = BUFFER_INIT;
    char *room;

    buffer_puts(&buffer, "ab");
    room = buffer_room(&buffer, 1000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(room);
    memset(room, 'x', 1000);
    CU_ASSERT_EQUAL(buffer.length, 2);
    buffer_took(&buffer, 3);
    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "abxxx");
    buffer_free(&buffer);
}

static void the_first_failure_lasts(void)
{
    struct buffer buffer = BUFFER_INIT;

    buffer_puts(&buffer, "before");
    world_fail_at(1);
    buffer_put(&buffer, "0123456789012345678901234567890123456789012345678901234567890123", 64);
    CU_ASSERT_TRUE(world_failed());
    buffer_puts(&buffer, "after");
    CU_ASSERT_TRUE(buffer_failed(&buffer));
    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "");
    CU_ASSERT_PTR_NULL(buffer_room(&buffer, 1));
    CU_ASSERT_PTR_NULL(buffer_take(&buffer));
    CU_ASSERT_FALSE(buffer_failed(&buffer));
    buffer_puts(&buffer, "new");
    CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "new");
    buffer_free(&buffer);
}

static void a_size_that_does_not_fit_is_a_failure(void)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 2, SIZE_MAX - 3};
    struct buffer buffer = BUFFER_INIT;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        buffer_puts(&buffer, "abc");
        CU_ASSERT_PTR_NULL(buffer_room(&buffer, sizes[i]));
        CU_ASSERT_TRUE(buffer_failed(&buffer));
        buffer_free(&buffer);
    }
}

static void sums_and_products_of_sizes_are_checked(void)
{
    static const struct {
        size_t a, b;
        int adds, multiplies;
    } rows[] = {
        {0, 0, 0, 0},
        {SIZE_MAX, 0, 0, 0},
        {0, SIZE_MAX, 0, 0},
        {SIZE_MAX, 1, -1, 0},
        {1, SIZE_MAX, -1, 0},
        {SIZE_MAX - 1, 1, 0, 0},
        {SIZE_MAX / 2, 2, 0, 0},
        {SIZE_MAX / 2 + 1, 2, 0, -1},
        {SIZE_MAX, SIZE_MAX, -1, -1}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t out;

        CU_ASSERT_EQUAL(size_add(rows[i].a, rows[i].b, &out), rows[i].adds);
        CU_ASSERT_EQUAL(size_multiply(rows[i].a, rows[i].b, &out), rows[i].multiplies);
    }
    CU_ASSERT_PTR_NULL(memory_array(SIZE_MAX / 2, 3));
    CU_ASSERT_PTR_NULL(memory_text("", SIZE_MAX));
}

static void pieces_of_an_arena_are_apart_and_aligned(void)
{
    struct arena arena;
    char *pieces[200];

    arena_init(&arena, 64);
    for (size_t i = 0; i < COUNT(pieces); i++) {
        pieces[i] = arena_get(&arena, i + 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(pieces[i]);
        CU_ASSERT_EQUAL((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i + 1);
    }
    for (size_t i = 0; i < COUNT(pieces); i++) {
        CU_ASSERT_EQUAL(pieces[i][0], (char)i);
        CU_ASSERT_EQUAL(pieces[i][i], (char)i);
    }
    arena_free(&arena);
}

static void use(struct arena *arena)
{
    CU_ASSERT_PTR_NOT_NULL(arena_text(arena, "first", 5));
    for (size_t i = 0; i < 50; i++)
        CU_ASSERT_PTR_NOT_NULL(arena_get(arena, 100));
}

static void a_warm_arena_allocates_nothing(void)
{
    struct arena arena;

    arena_init(&arena, 256);
    use(&arena);
    for (int i = 0; i < 3; i++) {
        arena_rest(&arena, 16384);
        world_fail_at(1);
        use(&arena);
        CU_ASSERT_FALSE(world_failed());
    }
    arena_free(&arena);
    arena_rest(&arena, 16384);
}

static void an_arena_gives_back_what_is_too_much(void)
{
    struct arena arena;

    arena_init(&arena, 256);
    use(&arena);
    arena_rest(&arena, 4096);
    CU_ASSERT_PTR_NULL(arena.blocks);
    CU_ASSERT_PTR_NOT_NULL(arena_get(&arena, 5000));
    arena_rest(&arena, 4096);
    CU_ASSERT_PTR_NULL(arena.blocks);
    CU_ASSERT_PTR_NOT_NULL(arena_get(&arena, 250)); /* fits, if not in whole units */
    CU_ASSERT_EQUAL(arena.left, 0);
    world_fail_at(1);
    CU_ASSERT_PTR_NULL(arena_get(&arena, 1));
    CU_ASSERT_TRUE(world_failed());
    arena_free(&arena);
}

static void an_arena_reports_that_memory_is_gone(void)
{
    struct arena arena;

    arena_init(&arena, 64);
    CU_ASSERT_PTR_NULL(arena_get(&arena, SIZE_MAX));
    CU_ASSERT_PTR_NULL(arena_text(&arena, "", SIZE_MAX));
    world_fail_at(1);
    CU_ASSERT_PTR_NULL(arena_get(&arena, 8));
    CU_ASSERT_TRUE(world_failed());
    CU_ASSERT_PTR_NOT_NULL(arena_get(&arena, 8));
    arena_free(&arena);
}

extern CU_TestInfo buffer_tests[];
CU_TestInfo buffer_tests[] = {
    {"an empty buffer is an empty text", an_empty_buffer_is_an_empty_text},
    {"appends and ends in NUL", appends_and_ends_in_nul},
    {"writes integers", writes_integers},
    {"clearing keeps the memory", clearing_keeps_the_memory},
    {"room is the caller's to fill", room_is_the_callers_to_fill},
    {"the first failure lasts", the_first_failure_lasts},
    {"a size that does not fit is a failure", a_size_that_does_not_fit_is_a_failure},
    {"sums and products of sizes are checked", sums_and_products_of_sizes_are_checked},
    {"pieces of an arena are apart and aligned", pieces_of_an_arena_are_apart_and_aligned},
    {"a warm arena allocates nothing", a_warm_arena_allocates_nothing},
    {"an arena gives back what is too much", an_arena_gives_back_what_is_too_much},
    {"an arena reports that memory is gone", an_arena_reports_that_memory_is_gone},
    CU_TEST_INFO_NULL,
};
