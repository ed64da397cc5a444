/* SPDX-License-Identifier: MIT */
/* Credits are taken exactly, however many take at once. */
#include "platform/place.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define THREADS 8
#define DEBITS  10000
#define AMOUNT  "0.37"
#define START   "3333.00"
#define ENOUGH  9008 /* times 0.37 is 3332.96 */

static void set_balance(const char *user, const char *balance)
{
    char sql[256];

    snprintf(sql, sizeof sql, "update users set credits = %s where id = '%s'", balance, user);
    stack_sql("master", sql);
}

static supa_debit take(const char *user, const char *amount, supa_credit *after, supa_error *error)
{
    return supa_master_debit(place_manager(), user, amount, NULL, after, error);
}

static void single_debits(void)
{
    supa_debit_options options = SUPA_DEBIT_OPTIONS_INIT;
    supa_credit after;
    supa_error error;

    set_balance(OWNER_2, "10.00");
    CU_ASSERT_EQUAL(take(OWNER_2, "2.5", &after, &error), SUPA_DEBIT_DONE);
    CU_ASSERT_STRING_EQUAL(after.balance, "7.50");
    CU_ASSERT_EQUAL(after.cents, 750);
    CU_ASSERT_STRING_EQUAL(after.user_id, OWNER_2);
    CU_ASSERT_EQUAL(take(OWNER_2, "7.51", &after, &error), SUPA_DEBIT_SHORT);
    CU_ASSERT_STRING_EQUAL(after.balance, "7.50");
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    CU_ASSERT_EQUAL(take(OWNER_2, "7.50", &after, &error), SUPA_DEBIT_DONE);
    CU_ASSERT_STRING_EQUAL(after.balance, "0.00");
    options.allow_negative = 1;
    CU_ASSERT_EQUAL(
        supa_master_debit(place_manager(), OWNER_2, "0.05", &options, &after, &error),
        SUPA_DEBIT_DONE);
    CU_ASSERT_STRING_EQUAL(after.balance, "-0.05");
    CU_ASSERT_STRING_EQUAL(place_value("users", "id", OWNER_2, "credits"), "-0.05");
}

static void a_null_balance_is_nothing(void)
{
    supa_debit_options options = SUPA_DEBIT_OPTIONS_INIT;
    supa_credit after;
    supa_error error;

    set_balance(OWNER_2, "null");
    CU_ASSERT_EQUAL(take(OWNER_2, "0.01", &after, &error), SUPA_DEBIT_SHORT);
    CU_ASSERT_STRING_EQUAL(after.balance, "0.00");
    options.allow_negative = 1;
    CU_ASSERT_EQUAL(
        supa_master_debit(place_manager(), OWNER_2, "0.01", &options, &after, &error),
        SUPA_DEBIT_DONE);
    CU_ASSERT_STRING_EQUAL(place_value("users", "id", OWNER_2, "credits"), "-0.01");
}

static void what_cannot_be_taken(void)
{
    static const char *const amounts[] = {"0", "-1", "0.001", "abc", "", "1e99", "1,5", " 1", NULL};
    supa_error error;

    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        CU_ASSERT_EQUAL(take(OWNER_1, amounts[i], NULL, &error), SUPA_DEBIT_FAILED);
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    }
    CU_ASSERT_EQUAL(take("no id", "1", NULL, &error), SUPA_DEBIT_FAILED);
    CU_ASSERT_EQUAL(take(NOBODY, "1", NULL, &error), SUPA_DEBIT_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_NO_ROWS);
}

struct taker {
    pthread_t thread;
    int done, short_of, other;
};

static void *take_many(void *argument)
{
    struct taker *taker = argument;
    supa_error error;

    for (int i = 0; i < DEBITS / THREADS; i++) {
        switch (take(OWNER_1, AMOUNT, NULL, &error)) {
        case SUPA_DEBIT_DONE:
            taker->done++;
            break;
        case SUPA_DEBIT_SHORT:
            taker->short_of++;
            break;
        case SUPA_DEBIT_FAILED:
        case SUPA_DEBIT_UNKNOWN:
            taker->other++;
            fprintf(stderr, "\n    %s\n", error.message);
            break;
        }
    }
    return NULL;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The database itself would refuse a balance below zero, and count that as a failure. */
static void eight_threads_take_ten_thousand_times(void)
{
    struct taker takers[THREADS], all = {0};
    double start = now();

    set_balance(OWNER_1, START);
    stack_sql(
        "master", "alter table users add constraint never_below check (credits >= 0) not valid");
    place_manager();
    memset(takers, 0, sizeof takers);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&takers[i].thread, NULL, take_many, &takers[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(takers[i].thread, NULL);
        all.done += takers[i].done;
        all.short_of += takers[i].short_of;
        all.other += takers[i].other;
    }
    printf("%d taken, %d short, %.1f s ", all.done, all.short_of, now() - start);
    CU_ASSERT_EQUAL(all.done, ENOUGH);
    CU_ASSERT_EQUAL(all.short_of, DEBITS - ENOUGH);
    CU_ASSERT_EQUAL(all.other, 0);
    CU_ASSERT_STRING_EQUAL(place_value("users", "id", OWNER_1, "credits"), "0.04");
    stack_sql("master", "alter table users drop constraint never_below");
    set_balance(OWNER_1, "1250.50");
}

/* Somebody who changes the balance at every look: it is given up, and nothing is taken. */
static void debits_that_are_always_overtaken(void)
{
    supa_debit_options options = SUPA_DEBIT_OPTIONS_INIT;
    supa_error error;

    stack_sql(
        "master",
        "create function overtake() returns trigger language plpgsql as 'begin return null; end';"
        "create trigger overtake before update on users for each row execute function overtake();");
    options.attempts = 3;
    CU_ASSERT_EQUAL(
        supa_master_debit(place_manager(), OWNER_1, "1", &options, NULL, &error),
        SUPA_DEBIT_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CONFLICT);
    CU_ASSERT_EQUAL(error.retryable, 1);
    stack_sql("master", "drop trigger overtake on users; drop function overtake");
    CU_ASSERT_STRING_EQUAL(place_value("users", "id", OWNER_1, "credits"), "1250.50");
    options.attempts = 0;
    CU_ASSERT_EQUAL(
        supa_master_debit(place_manager(), OWNER_1, "1", &options, NULL, &error),
        SUPA_DEBIT_FAILED);
}

extern CU_TestInfo debit_tests[];
CU_TestInfo debit_tests[] = {
    {"single debits are exact", single_debits},
    {"a balance that is null is nothing", a_null_balance_is_nothing},
    {"what cannot be taken", what_cannot_be_taken},
    {"eight threads take ten thousand times from one balance",
     eight_threads_take_ten_thousand_times},
    {"debits that are always overtaken end", debits_that_are_always_overtaken},
    CU_TEST_INFO_NULL,
};
