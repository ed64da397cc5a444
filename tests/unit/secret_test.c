/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include "base/error.h"
#include "base/memory.h"
#include "touch.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#define THREADS 8

extern CU_TestInfo secret_tests[];

static int always(void)
{
    return 1;
}

static void *start_once(void *result)
{
    *(int *)result = secret_start(NULL);
    return NULL;
}

static void starts_from_many_threads(void)
{
    pthread_t threads[THREADS];
    int results[THREADS];

    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, start_once, &results[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(results[i], SUPA_OK);
    }
}

static void gives_blocks_of_any_size(void)
{
    static const size_t sizes[] = {1, 15, 16, 17, 32, 4095, 4096, 4097, 65537};
    size_t before = secret_count();

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *secret = secret_get(sizes[i]);

        CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
        memset(secret, 0x5A, sizes[i]);
        CU_ASSERT_EQUAL(secret[sizes[i] - 1], 0x5A);
        CU_ASSERT_EQUAL(secret_count(), before + 1);
        secret_free(secret);
    }
    CU_ASSERT_EQUAL(secret_count(), before);
    secret_free(NULL);
}

static void refuses_a_size_that_cannot_be(void)
{
    size_t before = secret_count();

    CU_ASSERT_PTR_NULL(secret_get(SIZE_MAX));
    CU_ASSERT_PTR_NULL(secret_get(SIZE_MAX / 2));
    CU_ASSERT_EQUAL(secret_count(), before);
}

static void a_byte_behind_a_block_is_out_of_reach(void)
{
    unsigned char *secret = secret_get(33);

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, secret + 32), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, secret + 33), SIGSEGV);
    secret_free(secret);
}

static void a_hidden_block_cannot_be_touched(void)
{
    unsigned char *secret = secret_get(32);

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, secret), 0);
    CU_ASSERT_EQUAL(secret_hide(secret), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, secret), SIGSEGV);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, secret + 31), SIGSEGV);
    secret_free(secret);
}

static void a_shown_block_can_be_read_only(void)
{
    unsigned char *secret = secret_get(32);

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    memset(secret, 7, 32);
    CU_ASSERT_EQUAL(secret_hide(secret), 0);
    CU_ASSERT_EQUAL_FATAL(secret_show(secret), 0);
    CU_ASSERT_EQUAL(secret[31], 7);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, secret), SIGSEGV);
    secret_free(secret);
}

static void stays_out_of_core_dumps(void)
{
    unsigned char *secret = secret_get(32);

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    CU_ASSERT(mapping_has_flag(secret, " dd"));
    CU_ASSERT_EQUAL(secret_hide(secret), 0);
    CU_ASSERT(mapping_has_flag(secret, " dd"));
    secret_free(secret);
}

static void opens_and_shuts(void)
{
    unsigned char *secret = secret_get(32);

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    CU_ASSERT_EQUAL(secret_shut(secret), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, secret), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, secret), SIGSEGV);
    CU_ASSERT_EQUAL(secret_open(secret), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, secret), 0);
    secret_free(secret);
}

static void tells_when_memory_is_gone(void)
{
    unsigned char *secret = secret_get(32);
    size_t before = secret_count();

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    CU_ASSERT_EQUAL(secret_hide(secret), 0);
    memory_fails = always;
    CU_ASSERT_PTR_NULL(secret_get(32));
    CU_ASSERT_EQUAL(secret_show(secret), -1);
    memory_fails = NULL;
    CU_ASSERT_EQUAL(secret_count(), before);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, secret), SIGSEGV);
    secret_free(secret);
}

static void wipes(void)
{
    unsigned char bytes[9] = "secretly";
    static const unsigned char zeroes[7];

    secret_wipe(bytes, 7);
    CU_ASSERT_EQUAL(memcmp(bytes, zeroes, 7), 0);
    CU_ASSERT_EQUAL(bytes[7], 'y');
    secret_wipe(bytes + 7, 0);
    secret_wipe(NULL, 0);
    CU_ASSERT_EQUAL(bytes[7], 'y');
}

static void tells_equal_from_different(void)
{
    unsigned char a[32], b[32];

    memset(a, 9, sizeof a);
    memcpy(b, a, sizeof b);
    CU_ASSERT_EQUAL(secret_same(a, b, sizeof a), 1);
    CU_ASSERT_EQUAL(secret_same(NULL, NULL, 0), 1);
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 0x80;
        CU_ASSERT_EQUAL(secret_same(a, b, sizeof a), 0);
        CU_ASSERT_EQUAL(secret_same(a, b, i), 1);
        b[i] ^= 0x80;
    }
}

CU_TestInfo secret_tests[] = {
    {"libsodium starts from many threads at once", starts_from_many_threads},
    {"gives and takes back blocks of any size", gives_blocks_of_any_size},
    {"a size that cannot be is refused", refuses_a_size_that_cannot_be},
    {"a byte behind a block is out of reach", a_byte_behind_a_block_is_out_of_reach},
    {"a hidden block cannot be touched", a_hidden_block_cannot_be_touched},
    {"a shown block can be read and not written", a_shown_block_can_be_read_only},
    {"a block is opened for writing, and shut", opens_and_shuts},
    {"a block stays out of core dumps", stays_out_of_core_dumps},
    {"tells when memory is gone, and hides on", tells_when_memory_is_gone},
    {"wiping zeroes what it is told to", wipes},
    {"tells equal from different at every byte", tells_equal_from_different},
    CU_TEST_INFO_NULL};
