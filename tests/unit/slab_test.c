/* SPDX-License-Identifier: MIT */
#include "base/slab.h"

#include "base/memory.h"
#include "base/secret.h"
#include "touch.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CHUNK        (1023 * SLAB_ALIGNMENT) /* bytes of a chunk for slots */
#define THREADS      8

extern CU_TestInfo slab_tests[];

static struct slab_stats stats_now(void)
{
    struct slab_stats stats;

    slab_stats(&stats);
    return stats;
}

/* A closed slot whose bytes are all @fill. */
static unsigned char *filled(size_t size, int fill)
{
    unsigned char *slot = slab_get(size);

    CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
    memset(slot, fill, size);
    CU_ASSERT_EQUAL(slab_close(slot), 0);
    return slot;
}

static int holds(const unsigned char *slot, size_t size, int fill)
{
    for (size_t i = 0; i < size; i++) {
        if (slot[i] != fill)
            return 0;
    }
    return 1;
}

static void gives_slots_of_any_size(void)
{
    static const size_t sizes[] = {1, 63, 64, 65, 600, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 1000000};
    unsigned char *given[COUNT(sizes)];
    const struct slab_stats before = stats_now();

    for (size_t i = 0; i < COUNT(sizes); i++) {
        given[i] = filled(sizes[i], (int)i + 1);
        CU_ASSERT_EQUAL((uintptr_t)given[i] % SLAB_ALIGNMENT, 0);
    }
    CU_ASSERT_EQUAL(stats_now().slots, before.slots + COUNT(sizes));
    for (size_t i = 0; i < COUNT(sizes); i++)
        CU_ASSERT(holds(given[i], sizes[i], (int)i + 1));
    for (size_t i = 0; i < COUNT(sizes); i++)
        slab_free(given[i]);
    CU_ASSERT_EQUAL(stats_now().slots, before.slots);
    CU_ASSERT_EQUAL(stats_now().bytes, before.bytes);
    slab_free(NULL);
}

static void refuses_sizes_that_cannot_be(void)
{
    const struct slab_stats before = stats_now();

    CU_ASSERT_PTR_NULL(slab_get(0));
    CU_ASSERT_PTR_NULL(slab_get(SIZE_MAX));
    CU_ASSERT_PTR_NULL(slab_get(((size_t)1 << 30) + 1));
    CU_ASSERT_EQUAL(stats_now().slots, before.slots);
    CU_ASSERT_EQUAL(stats_now().chunks, before.chunks);
}

static void a_slot_can_be_written_until_it_is_closed(void)
{
    unsigned char *slot = slab_get(100);

    CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
    memset(slot, 7, 100);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, slot + 99), 0);
    CU_ASSERT_EQUAL(slab_close(slot), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, slot), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, slot), SIGSEGV);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, slot + 99), SIGSEGV);
    CU_ASSERT(holds(slot, 100, 7));
    slab_free(slot);
}

static void a_chunk_closes_with_the_last_of_its_writers(void)
{
    unsigned char *closed = filled(64, 1), *first = slab_get(64), *second = slab_get(64);

    CU_ASSERT_FATAL(first != NULL && second != NULL);
    CU_ASSERT_EQUAL(slab_close(first), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, second), 0);
    slab_free(second); /* without having been closed */
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, first), SIGSEGV);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, closed), SIGSEGV);
    slab_free(first);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, closed), SIGSEGV);
    CU_ASSERT(holds(closed, 64, 1));
    slab_free(closed);
}

/* A slot as large as a chunk has one to itself, so that both of its ends are a chunk's. */
static void beyond_a_chunk_nothing_can_be_touched(void)
{
    unsigned char *slot = slab_get(CHUNK);

    CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, slot + CHUNK - 1), 0);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, slot + CHUNK), SIGSEGV);
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, slot + CHUNK), SIGSEGV);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, slot - SLAB_ALIGNMENT - 1), SIGSEGV);
    slab_free(slot);
}

static void a_chunk_without_slots_is_given_back(void)
{
    const size_t blocks = secret_count();
    unsigned char *slot = slab_get(CHUNK);

    CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
    CU_ASSERT_EQUAL(secret_count(), blocks + 1);
    slab_free(slot);
    CU_ASSERT_EQUAL(secret_count(), blocks);
    CU_ASSERT_EQUAL(signal_of(touch_by_reading, slot), SIGSEGV);
}

static void a_freed_slot_is_wiped(void)
{
    unsigned char *kept = filled(64, 1), *freed = filled(1000, 0x5A);

    slab_free(freed);
    CU_ASSERT(holds(freed, 1000, 0));
    CU_ASSERT_EQUAL(signal_of(touch_by_writing, freed), SIGSEGV);
    CU_ASSERT(holds(kept, 64, 1));
    slab_free(kept);
}

static void freed_neighbours_become_room_for_a_larger_slot(void)
{
    enum { SLOTS = 9, SIZE = CHUNK / SLOTS / SLAB_ALIGNMENT * SLAB_ALIGNMENT };

    const size_t chunks = stats_now().chunks;
    unsigned char *slot[SLOTS], *large;
    size_t used;

    for (int i = 0; i < SLOTS; i++)
        slot[i] = filled(SIZE, i);
    used = stats_now().chunks;
    slab_free(slot[4]);
    slab_free(slot[2]);
    slab_free(slot[3]);
    large = filled(3 * SIZE, 0x33);
    CU_ASSERT_EQUAL(stats_now().chunks, used);
    for (int i = 0; i < SLOTS; i++)
        CU_ASSERT(holds(i < 2 || i > 4 ? slot[i] : large, SIZE, i < 2 || i > 4 ? i : 0x33));
    for (int i = 0; i < SLOTS; i++)
        slab_free(i < 2 || i > 4 ? slot[i] : NULL);
    slab_free(large);
    CU_ASSERT_EQUAL(stats_now().chunks, chunks);
}

static void slots_stay_out_of_core_dumps(void)
{
    unsigned char *slot = slab_get(100);

    CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
    CU_ASSERT(mapping_has_flag(slot, " dd"));
    CU_ASSERT_EQUAL(slab_close(slot), 0);
    CU_ASSERT(mapping_has_flag(slot, " dd"));
    slab_free(slot);
}

static void tells_what_is_locked(void)
{
    unsigned char *slot = slab_get(CHUNK);
    struct slab_stats stats = stats_now();

    CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
    CU_ASSERT(stats.locked_bytes <= stats.bytes && stats.bytes >= CHUNK);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they lock nothing */
    CU_ASSERT_EQUAL(stats.locked_bytes == stats.bytes, mapping_has_flag(slot, " lo"));
#endif
    slab_free(slot);
}

/* Random sizes come and go; each slot keeps what was written to it while others are written. */
static void *come_and_go(void *seed)
{
    unsigned char *slot[64] = {NULL};
    size_t size[64] = {0}, wrong = 0;
    unsigned random = (unsigned)(uintptr_t)seed;

    for (int round = 0; round < 500; round++) {
        size_t i = (random = random * 1664525U + 1013904223U) >> 26;

        if (slot[i] != NULL) {
            wrong += !holds(slot[i], size[i], (int)i);
            slab_free(slot[i]);
        }
        size[i] = 1 + (random >> 8) % 3000;
        slot[i] = slab_get(size[i]);
        if (slot[i] == NULL)
            return seed;
        memset(slot[i], (int)i, size[i]);
        wrong += slab_close(slot[i]) != 0;
    }
    for (size_t i = 0; i < 64; i++) {
        wrong += slot[i] != NULL && !holds(slot[i], size[i], (int)i);
        slab_free(slot[i]);
    }
    return wrong == 0 ? NULL : seed;
}

static void many_threads_read_while_others_write(void)
{
    const struct slab_stats before = stats_now();
    pthread_t threads[THREADS];
    void *wrong;

    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(
            pthread_create(&threads[i], NULL, come_and_go, (void *)(uintptr_t)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        CU_ASSERT_PTR_NULL(wrong);
    }
    CU_ASSERT_EQUAL(stats_now().slots, before.slots);
    CU_ASSERT_EQUAL(stats_now().bytes, before.bytes);
}

static atomic_int forked;

static void *come_and_go_until_forked(void *seed)
{
    void *wrong = NULL;

    while (!atomic_load(&forked) && wrong == NULL) {
        void *slot = slab_get(64);

        wrong = slot != NULL && slab_close(slot) == 0 ? NULL : seed;
        slab_free(slot);
        usleep(1); /* or who forks may never get the lock */
    }
    return wrong;
}

/* Also when another thread holds the slab's lock as the process forks. */
static void a_child_of_fork_frees_what_its_parent_got(void)
{
    pthread_t thread;
    void *wrong;

    atomic_store(&forked, 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, come_and_go_until_forked, &forked), 0);
    for (int i = 0; i < 20; i++) {
        unsigned char *slot = filled(64, 9);
        int status = -1;
        pid_t child = fork();

        if (child == 0) {
            alarm(20);
            slab_free(slot);
            _exit(0);
        }
        CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
        CU_ASSERT(WIFEXITED(status)); /* not by the alarm; the status may be valgrind's */
        CU_ASSERT(holds(slot, 64, 9));
        slab_free(slot);
    }
    atomic_store(&forked, 1);
    pthread_join(thread, &wrong);
    CU_ASSERT_PTR_NULL(wrong);
}

static void every_failure_is_told(void)
{
    const struct slab_stats before = stats_now();
    int failed = 1;

    for (size_t n = 1; failed; n++) {
        void *slot;
        int closed = 0;

        world_fail_at(n);
        slot = slab_get(CHUNK);
        if (slot != NULL)
            closed = slab_close(slot) == 0;
        failed = world_failed();
        CU_ASSERT_EQUAL(closed, !failed);
        slab_free(slot);
        CU_ASSERT_EQUAL(stats_now().slots, before.slots);
        CU_ASSERT_EQUAL(stats_now().chunks, before.chunks);
    }
}

CU_TestInfo slab_tests[] = {
    {"gives and takes back slots of any size", gives_slots_of_any_size},
    {"sizes that cannot be are refused", refuses_sizes_that_cannot_be},
    {"a slot can be written until it is closed, then read only",
     a_slot_can_be_written_until_it_is_closed},
    {"a chunk closes with the last of its writers", a_chunk_closes_with_the_last_of_its_writers},
    {"beyond a chunk's ends nothing can be touched", beyond_a_chunk_nothing_can_be_touched},
    {"a chunk without slots is given back", a_chunk_without_slots_is_given_back},
    {"a freed slot is wiped", a_freed_slot_is_wiped},
    {"freed neighbours become room for a larger slot",
     freed_neighbours_become_room_for_a_larger_slot},
    {"slots stay out of core dumps", slots_stay_out_of_core_dumps},
    {"tells what is locked", tells_what_is_locked},
    {"many threads read while others write", many_threads_read_while_others_write},
    {"a child of fork frees what its parent got", a_child_of_fork_frees_what_its_parent_got},
    {"every failure is told, and nothing leaks", every_failure_is_told},
    CU_TEST_INFO_NULL};
