/* SPDX-License-Identifier: MIT */
#include "manager/shelf.h"

#include "base/memory.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <string.h>

#define SEED   0x5eed5eed5eed5eedU
#define STORES 60
#define STEPS  6000

extern CU_TestInfo shelf_tests[];

static struct uuid store(unsigned n)
{
    struct uuid uuid;

    memset(&uuid, 0, sizeof uuid);
    memcpy(&uuid, &n, sizeof n);
    return uuid;
}

static unsigned number_of(const struct entry *entry)
{
    unsigned n;

    memcpy(&n, &entry->store, sizeof n);
    return n;
}

static struct entry *find(const struct shelf *shelf, unsigned n)
{
    return shelf_find(shelf, store(n), uuid_hash(store(n), SEED));
}

/* With something to know it by, in the entry and beside it. */
static struct entry *add(struct shelf *shelf, unsigned n)
{
    struct entry *entry = shelf_add(shelf, store(n));

    if (entry != NULL) {
        entry->hits = 1000 + n;
        shelf_counts(shelf, entry)->loads = 2000 + n;
    }
    return entry;
}

/* Whether exactly the stores that are @here are found, each with what it was given. */
static int holds(const struct shelf *shelf, const char here[STORES])
{
    size_t taken = 0, wanted = 0;

    for (unsigned n = 0; n < STORES; n++) {
        const struct entry *entry = find(shelf, n);

        wanted += here[n] != 0;
        if ((entry != NULL) != here[n])
            return 0;
        if (entry != NULL && (number_of(entry) != n || entry->hits != 1000 + n ||
                              shelf_counts(shelf, entry)->loads != 2000 + n))
            return 0;
    }
    for (size_t i = 0; i < shelf_places(shelf); i++)
        taken += shelf_place(shelf, i)->is_taken != 0;
    return taken == wanted && shelf->count == wanted;
}

static void an_empty_shelf_has_nothing(void)
{
    struct shelf shelf;
    struct entry out;

    shelf_start(&shelf, SEED);
    CU_ASSERT_PTR_NULL(find(&shelf, 1));
    CU_ASSERT_EQUAL(shelf_evict(&shelf, &out), 0);
    CU_ASSERT_EQUAL(shelf_places(&shelf), 1);
    CU_ASSERT_EQUAL(shelf_place(&shelf, 0)->is_taken, 0);
    shelf_end(&shelf);
}

static void an_entry_is_a_line_of_memory(void)
{
    struct shelf shelf;

    shelf_start(&shelf, SEED);
    CU_ASSERT_PTR_NOT_NULL_FATAL(add(&shelf, 1));
    if (sizeof(void *) == 8)
        CU_ASSERT_EQUAL(sizeof(struct entry), 64);
    CU_ASSERT_EQUAL((uintptr_t)shelf_place(&shelf, 0) % 64, 0);
    shelf_end(&shelf);
}

static void a_new_entry_has_nothing_of_the_one_before(void)
{
    struct shelf shelf;
    struct entry out, *entry;

    shelf_start(&shelf, SEED);
    CU_ASSERT_PTR_NOT_NULL_FATAL(add(&shelf, 1));
    shelf_counts(&shelf, find(&shelf, 1))->failures = 7;
    CU_ASSERT_EQUAL(shelf_evict(&shelf, &out), 1);
    CU_ASSERT_EQUAL(out.hits, 1001);
    entry = shelf_add(&shelf, store(1));
    CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
    CU_ASSERT_EQUAL(entry->hits, 0);
    CU_ASSERT_EQUAL(entry->used, 0);
    CU_ASSERT_EQUAL(entry->is_taken, 1);
    CU_ASSERT_EQUAL(shelf_counts(&shelf, entry)->loads, 0);
    CU_ASSERT_EQUAL(shelf_counts(&shelf, entry)->failures, 0);
    shelf_end(&shelf);
}

/* Linear congruence: the same steps each time. */
static unsigned draw(uint64_t *state, unsigned below)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(*state >> 33) % below;
}

static void evict_one(struct shelf *shelf, char here[STORES])
{
    struct entry out;
    unsigned n;

    if (!shelf_evict(shelf, &out))
        return;
    n = number_of(&out);
    CU_ASSERT_FATAL(n < STORES && here[n] && out.hits == 1000 + n);
    here[n] = 0;
}

/* Mostly added, then mostly taken out, and again: holes come about at every place of a chain. */
static void it_holds_what_a_list_would_hold(void)
{
    char here[STORES] = {0};
    uint64_t state = 1;
    struct shelf shelf;

    shelf_start(&shelf, SEED);
    for (int step = 0; step < STEPS; step++) {
        unsigned n = draw(&state, STORES), dice = draw(&state, 8);
        struct entry *entry = find(&shelf, n);

        if (dice < (step / 200 % 2 == 0 ? 2U : 6U))
            evict_one(&shelf, here);
        else if (entry == NULL)
            here[n] = add(&shelf, n) != NULL;
        else
            entry->used = 1;
        CU_ASSERT_FATAL(holds(&shelf, here));
    }
    shelf_end(&shelf);
}

static void what_is_used_stays_for_a_turn_of_the_hand(void)
{
    char here[STORES] = {0};
    struct shelf shelf;
    struct entry out;

    shelf_start(&shelf, SEED);
    for (unsigned n = 0; n < 12; n++) {
        here[n] = add(&shelf, n) != NULL;
        find(&shelf, n)->used = n != 5;
    }
    CU_ASSERT_EQUAL(shelf_evict(&shelf, &out), 1);
    CU_ASSERT_EQUAL(number_of(&out), 5);
    here[5] = 0;
    for (unsigned n = 0; n < 12; n++) {
        if (n != 5)
            find(&shelf, n)->used = 1;
    }
    CU_ASSERT_EQUAL(shelf_evict(&shelf, &out), 0);
    CU_ASSERT(holds(&shelf, here));
    CU_ASSERT_EQUAL(shelf_evict(&shelf, &out), 1);
    shelf_end(&shelf);
}

static void one_turn_of_the_hand_sees_every_place(void)
{
    for (size_t hand = 0; hand < 32; hand++) {
        struct shelf shelf;
        struct entry out;

        shelf_start(&shelf, SEED);
        CU_ASSERT_PTR_NOT_NULL_FATAL(add(&shelf, 1));
        shelf.hand = hand;
        CU_ASSERT_EQUAL(shelf_evict(&shelf, &out), 1);
        CU_ASSERT_EQUAL(shelf.count, 0);
        CU_ASSERT_PTR_NULL(find(&shelf, 1));
        shelf_end(&shelf);
    }
}

static void it_grows_when_three_quarters_are_taken(void)
{
    char here[STORES] = {0};
    struct shelf shelf;

    shelf_start(&shelf, SEED);
    for (unsigned n = 0; n < 49; n++) {
        here[n] = add(&shelf, n) != NULL;
        CU_ASSERT_EQUAL(shelf_places(&shelf), n < 12 ? 16U : n < 24 ? 32U : n < 48 ? 64U : 128U);
    }
    CU_ASSERT(holds(&shelf, here));
    shelf_end(&shelf);
}

static int always(void)
{
    return 1;
}

static void without_memory_it_gets_full_but_for_one_place(void)
{
    char here[STORES] = {0};
    struct shelf shelf;

    shelf_start(&shelf, SEED);
    memory_fails = always;
    CU_ASSERT_PTR_NULL(add(&shelf, 0));
    memory_fails = NULL;
    here[0] = add(&shelf, 0) != NULL;
    memory_fails = always;
    for (unsigned n = 1; n < 15; n++)
        here[n] = add(&shelf, n) != NULL;
    CU_ASSERT_PTR_NULL(add(&shelf, 15));
    memory_fails = NULL;
    CU_ASSERT_EQUAL(shelf.count, 15);
    CU_ASSERT(holds(&shelf, here));
    here[15] = add(&shelf, 15) != NULL;
    CU_ASSERT_EQUAL(shelf.count, 16);
    CU_ASSERT(holds(&shelf, here));
    shelf_end(&shelf);
}

static void what_is_taken_as_a_whole_leaves_an_empty_shelf(void)
{
    char here[STORES] = {0}, none[STORES] = {0};
    struct shelf shelf, all;

    shelf_start(&shelf, SEED);
    for (unsigned n = 0; n < STORES; n++)
        here[n] = add(&shelf, n) != NULL;
    all = shelf_take(&shelf);
    CU_ASSERT(holds(&all, here));
    CU_ASSERT(holds(&shelf, none));
    CU_ASSERT_PTR_NOT_NULL(add(&shelf, 3));
    none[3] = 1;
    CU_ASSERT(holds(&shelf, none));
    CU_ASSERT(holds(&all, here));
    shelf_end(&all);
    shelf_end(&shelf);
}

CU_TestInfo shelf_tests[] = {
    {"an empty shelf has nothing", an_empty_shelf_has_nothing},
    {"an entry is a line of memory", an_entry_is_a_line_of_memory},
    {"a new entry has nothing of the one before", a_new_entry_has_nothing_of_the_one_before},
    {"it holds what a list would hold", it_holds_what_a_list_would_hold},
    {"what is used stays for a turn of the hand", what_is_used_stays_for_a_turn_of_the_hand},
    {"one turn of the hand sees every place", one_turn_of_the_hand_sees_every_place},
    {"it grows when three quarters are taken", it_grows_when_three_quarters_are_taken},
    {"without memory it gets full but for one place",
     without_memory_it_gets_full_but_for_one_place},
    {"what is taken as a whole leaves an empty shelf",
     what_is_taken_as_a_whole_leaves_an_empty_shelf},
    CU_TEST_INFO_NULL,
};
