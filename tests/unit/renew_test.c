/* SPDX-License-Identifier: MIT */
/* A store's key that the gateway refuses: the store is loaded anew, and the same request goes out once
 * more. */
#include "base/clock.h"
#include "base/memory.h"
#include "client_internal.h"
#include "gateway_world.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/rows.h>
#include <unistd.h>

static supa_query *read_of(supa_client *shop)
{
    return supa_limit(supa_from(shop, "products"), 1);
}

static supa_query *write_of(supa_client *shop)
{
    return supa_insert(supa_from(shop, "products"), "{\"name\":\"x\"}");
}

static supa_query *rolled_back(supa_client *shop)
{
    return supa_rollback(write_of(shop));
}

static supa_query *counted_head(supa_client *shop)
{
    return supa_count(supa_head(supa_from(shop, "products")), SUPA_COUNT_EXACT);
}

static const struct {
    const char *what;
    supa_query *(*make)(supa_client *shop);
    size_t passes, writes;
} kinds[] = {
    {"read", read_of, 1, 0},
    {"write", write_of, 1, 1},
    {"rolled back", rolled_back, 2, 1},
    {"head", counted_head, 1, 0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void the_same_request_goes_out_once_more(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct gateway_world world;
        supa_client *shop;
        supa_error error;

        gateway_world_start(&world, 1);
        shop = gateway_world_lease(&world, 0);
        gateway_world_rotate(&world, 0, 2);
        CU_ASSERT_EQUAL(supa_exec(kinds[i].make(shop), &error), SUPA_OK);
        if (error.code != SUPA_OK)
            fprintf(stderr, "\n    %s: %s", kinds[i].what, error.message);
        CU_ASSERT_EQUAL(world.refused, 1);
        CU_ASSERT_EQUAL(world.passed, kinds[i].passes);
        CU_ASSERT_EQUAL(world.written, kinds[i].writes);
        CU_ASSERT_STRING_EQUAL(world.last_key, "key-2");
        CU_ASSERT_EQUAL(world.master.lookups, 2);
        CU_ASSERT_EQUAL(supa_client_stale(shop), 1);
        if (kinds[i].writes != 0)
            CU_ASSERT(strstr(world.last_body, "\"name\":\"x\"") != NULL);
        supa_client_unref(shop);
        gateway_world_end(&world);
    }
}

/* The server's word of the rollback holds for the successor at the same address. */
static void a_confirmed_rollback_stays_confirmed(void)
{
    struct gateway_world world;
    supa_client *shop;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    CU_ASSERT_EQUAL(supa_exec(rolled_back(shop), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.passed, 2);
    gateway_world_rotate(&world, 0, 2);
    CU_ASSERT_EQUAL(supa_exec(rolled_back(shop), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.passed, 3);
    CU_ASSERT_EQUAL(world.refused, 1);
    gateway_world_rotate(&world, 0, 3);
    CU_ASSERT_EQUAL(supa_exec(supa_rollback(supa_rpc(shop, "f")), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.refused, 3); /* the cached successor's key was old already, too */
    supa_client_unref(shop);
    gateway_world_end(&world);
}

static int64_t no_more(void *user, void *out, size_t size)
{
    (void)user;
    (void)out;
    (void)size;
    return 0;
}

static supa_query *with_users_token(supa_client *shop)
{
    return supa_token(read_of(shop), "e30.e30.users");
}

static supa_query *read_as_sent(supa_client *shop)
{
    return supa_body_from(
        supa_insert(supa_any_store(supa_from(shop, "products")), NULL), "application/json", no_more,
        NULL, -1);
}

/* What is the user's own, or cannot be sent twice, is answered as it is. */
static void what_is_not_the_managers_is_left_alone(void)
{
    static supa_query *(*const makers[])(supa_client *) = {with_users_token, read_as_sent};

    for (size_t i = 0; i < 4; i++) {
        struct gateway_world world;
        supa_client *shop, *derived = NULL;
        supa_error error;

        gateway_world_start(&world, 1);
        shop = gateway_world_lease(&world, 0);
        gateway_world_rotate(&world, 0, 2);
        if (i == 2)
            derived = supa_client_with_schema(shop, "private", NULL);
        if (i == 3)
            derived = supa_client_with_token(shop, "e30.e30.users", NULL);
        CU_ASSERT_EQUAL(
            supa_exec(i < 2 ? makers[i](shop) : read_of(derived), &error), SUPA_ERROR_AUTH);
        CU_ASSERT_EQUAL(world.refused, 1);
        CU_ASSERT_EQUAL(world.master.lookups, 1);
        CU_ASSERT_STRING_EQUAL(error.store_id, shop->target.store_id);
        supa_client_unref(derived);
        supa_client_unref(shop);
        gateway_world_end(&world);
    }
}

/* The key is simply bad: the master is asked once in five seconds, however much is asked of the store. */
static void the_same_key_is_looked_up_once_in_five_seconds(void)
{
    struct gateway_world world;
    supa_client *shop;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    strcpy(world.good, "another");
    for (int i = 0; i < 20; i++)
        CU_ASSERT_EQUAL(supa_exec(write_of(shop), NULL), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(world.master.lookups, 2);
    CU_ASSERT_EQUAL(world.refused, 20); /* and nothing is sent twice for nothing */
    fake_turn(&world.master, 5000);
    CU_ASSERT_EQUAL(supa_exec(write_of(shop), NULL), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(world.master.lookups, 3);
    CU_ASSERT_EQUAL(supa_client_stale(shop), 0);
    supa_client_unref(shop);
    gateway_world_end(&world);
}

/* What the delta has told is a reason to look again, whoever looked in vain a moment ago. */
static void a_change_that_is_noticed_ends_the_pause(void)
{
    struct gateway_world world;
    supa_client *shop;

    gateway_world_start(&world, 1);
    supa_manager_refresh(world.manager, NULL);
    shop = gateway_world_lease(&world, 0);
    strcpy(world.good, "another");
    CU_ASSERT_EQUAL(supa_exec(write_of(shop), NULL), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(supa_exec(write_of(shop), NULL), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(world.master.lookups, 2);
    gateway_world_rotate(&world, 0, 2);
    fake_turn(&world.master, 1);
    CU_ASSERT_EQUAL(supa_manager_refresh(world.manager, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(supa_client_stale(shop), 1);
    CU_ASSERT_EQUAL(supa_exec(write_of(shop), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.master.lookups, 3);
    CU_ASSERT_STRING_EQUAL(world.last_key, "key-2");
    supa_client_unref(shop);
    gateway_world_end(&world);
}

/* Each of them is news, however soon it comes. */
static void one_rotation_after_the_other_is_followed(void)
{
    struct gateway_world world;
    supa_client *shop;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    for (int i = 2; i < 50; i++) {
        gateway_world_rotate(&world, 0, i);
        if (i % 3 == 0)
            supa_manager_forget(world.manager, shop->target.store_id);
        CU_ASSERT_EQUAL(supa_exec(write_of(shop), NULL), SUPA_OK);
    }
    CU_ASSERT_EQUAL(world.written, 48);
    CU_ASSERT(world.refused >= 48 && world.refused <= 2 * 48);
    supa_client_unref(shop);
    gateway_world_end(&world);
}

/* The second refusal is the answer. */
static void it_is_sent_twice_at_most(void)
{
    struct gateway_world world;
    supa_client *shop;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    fake_rotate(&world.master, 0, 2);
    strcpy(world.good, "key-3");
    CU_ASSERT_EQUAL(supa_exec(write_of(shop), NULL), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(world.refused, 2);
    CU_ASSERT_EQUAL(world.written, 0);
    supa_client_unref(shop);
    gateway_world_end(&world);
}

static void a_store_that_is_gone_or_a_master_that_is_leaves_the_answer(void)
{
    struct gateway_world world;
    supa_client *shop;

    gateway_world_start(&world, 2);
    shop = gateway_world_lease(&world, 0);
    gateway_world_rotate(&world, 0, 2);
    world.master.failing = SUPA_ERROR_NETWORK;
    CU_ASSERT_EQUAL(supa_exec(read_of(shop), NULL), SUPA_ERROR_AUTH);
    world.master.failing = SUPA_OK;
    fake_turn(&world.master, 6000);
    fake_set_status(&world.master, 0, "suspended");
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(supa_exec(read_of(shop), NULL), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(world.passed, 0);
    supa_client_unref(shop);
    gateway_world_end(&world);
}

static void after_the_manager_the_answer_stays(void)
{
    struct gateway_world world;
    supa_client *shop;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    gateway_world_rotate(&world, 0, 2);
    supa_manager_free(world.manager);
    world.manager = NULL;
    CU_ASSERT_EQUAL(supa_exec(read_of(shop), NULL), SUPA_ERROR_AUTH);
    supa_client_unref(shop);
    gateway_world_end(&world);
}

static void rows_are_read_with_the_new_key(void)
{
    struct gateway_world world;
    supa_client *shop;
    supa_rows *rows;
    supa_row row;
    int count = 0;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    gateway_world_rotate(&world, 0, 2);
    rows = supa_rows_open(read_of(shop));
    while (supa_rows_next(rows, &row))
        count++;
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.refused, 1);
    supa_client_unref(shop);
    gateway_world_end(&world);
}

struct heard {
    int answers, code, rows;
};

static void hear(void *user, supa_response *response)
{
    struct heard *heard = user;

    heard->answers++;
    heard->code = supa_response_ok(response) ? SUPA_OK : (int)supa_response_error(response)->code;
    supa_response_free(response);
}

static void many_in_a_multi_are_renewed_by_one_lookup(void)
{
    struct gateway_world world;
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct heard heard = {0, 0, 0};
    supa_client *shop;

    gateway_world_start(&world, 1);
    shop = gateway_world_lease(&world, 0);
    gateway_world_rotate(&world, 0, 2);
    for (int i = 0; i < 100; i++)
        CU_ASSERT(supa_multi_add(multi, write_of(shop), hear, &heard) != 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(heard.answers, 100);
    CU_ASSERT_EQUAL(heard.code, SUPA_OK);
    CU_ASSERT_EQUAL(world.written, 100);
    CU_ASSERT_EQUAL(world.refused, 100);
    CU_ASSERT_EQUAL(world.master.lookups, 2);
    supa_client_unref(shop);
    supa_multi_free(multi);
    gateway_world_end(&world);
}

struct blocked {
    struct gateway_world *world;
    supa_client *shop;
    supa_cancel *cancel;
    int64_t deadline_us;
    int code;
    pthread_t thread;
};

static void *ask_blocking(void *user)
{
    struct blocked *blocked = user;
    supa_query *q = write_of(blocked->shop);

    if (blocked->cancel != NULL)
        supa_cancel_with(q, blocked->cancel);
    blocked->code = supa_exec(q, NULL);
    return NULL;
}

/* The renewal of a multi's query waits for another thread's load. Whatever ends it, the answer is there and
 * the load goes on. */
static void check_waiting_renewal(int how)
{
    struct gateway_world world;
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct heard heard = {0, 0, 0};
    struct blocked other;
    uint64_t ticket;
    int64_t start_us;

    gateway_world_start(&world, 1);
    other = (struct blocked){.world = &world, .shop = gateway_world_lease(&world, 0)};
    gateway_world_rotate(&world, 0, 2);
    gateway_world_hold(&world);
    pthread_create(&other.thread, NULL, ask_blocking, &other);
    gateway_world_await(&world, 1);
    start_us = clock_us();
    ticket = supa_multi_add(
        multi, how == 1 ? supa_timeout(write_of(other.shop), 50) : write_of(other.shop), hear,
        &heard);
    for (int i = 0; i < 3; i++)
        supa_multi_poll(multi, 0);
    CU_ASSERT_EQUAL(heard.answers, 0);
    switch (how) {
    case 0:
        CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
        supa_multi_run(multi);
        break;
    case 1: /* its time goes on */
        supa_multi_run(multi);
        CU_ASSERT(clock_us() - start_us >= 50000 && clock_us() - start_us < 4000000);
        break;
    case 2:
        supa_multi_free(multi);
        multi = NULL;
        break;
    case 3:
        supa_manager_free(world.manager);
        world.manager = NULL;
        supa_multi_run(multi);
        break;
    default:
        gateway_world_open(&world);
        supa_multi_run(multi);
        break;
    }
    CU_ASSERT_EQUAL(heard.answers, 1);
    CU_ASSERT_EQUAL(heard.code, how == 4 ? SUPA_OK : SUPA_ERROR_AUTH);
    gateway_world_open(&world);
    pthread_join(other.thread, NULL);
    CU_ASSERT_EQUAL(other.code, how == 3 ? SUPA_ERROR_AUTH : SUPA_OK);
    CU_ASSERT_EQUAL(world.written, how == 3 ? 0 : how == 4 ? 2 : 1);
    supa_multi_free(multi);
    supa_client_unref(other.shop);
    gateway_world_end(&world);
}

static void a_renewal_that_waits_for_another_thread_can_end_in_any_way(void)
{
    for (int how = 0; how <= 4; how++)
        check_waiting_renewal(how);
}

/* A blocking call that waits for another one's load listens to its token. */
static void a_blocking_renewal_is_cancelled(void)
{
    struct gateway_world world;
    struct blocked first, second;

    gateway_world_start(&world, 1);
    first = (struct blocked){.world = &world, .shop = gateway_world_lease(&world, 0)};
    second = first;
    second.cancel = supa_cancel_new();
    gateway_world_rotate(&world, 0, 2);
    gateway_world_hold(&world);
    pthread_create(&first.thread, NULL, ask_blocking, &first);
    gateway_world_await(&world, 1);
    pthread_create(&second.thread, NULL, ask_blocking, &second);
    usleep(30000);
    supa_cancel_fire(second.cancel);
    pthread_join(second.thread, NULL);
    CU_ASSERT_EQUAL(second.code, SUPA_ERROR_AUTH);
    gateway_world_open(&world);
    pthread_join(first.thread, NULL);
    CU_ASSERT_EQUAL(first.code, SUPA_OK);
    CU_ASSERT_EQUAL(world.written, 1);
    supa_cancel_unref(second.cancel);
    supa_client_unref(first.shop);
    gateway_world_end(&world);
}

/* One allocation after the other fails: each write is done once or not at all, and it is told which. */
static void when_memory_is_gone_it_is_told(void)
{
    int fails = 1;
    size_t nth = 1;

    for (; fails; nth++) {
        struct gateway_world world;
        supa_multi *multi = supa_multi_new(NULL, NULL);
        struct heard heard = {0, 0, 0};
        supa_client *shop;
        uint64_t ticket;
        int code;

        gateway_world_start(&world, 1);
        shop = gateway_world_lease(&world, 0);
        gateway_world_rotate(&world, 0, 2);
        world_fail_at(nth);
        code = supa_exec(write_of(shop), NULL);
        supa_manager_forget(world.manager, shop->target.store_id);
        ticket = supa_multi_add(multi, write_of(shop), hear, &heard);
        supa_multi_run(multi);
        fails = world_failed();
        CU_ASSERT(code == SUPA_OK || code == SUPA_ERROR_NO_MEMORY || code == SUPA_ERROR_AUTH);
        CU_ASSERT_EQUAL(heard.answers, ticket != 0);
        CU_ASSERT_EQUAL(
            world.written, (size_t)(code == SUPA_OK) + (ticket != 0 && heard.code == SUPA_OK));
        if (!fails)
            CU_ASSERT_EQUAL(world.written, 2);
        supa_client_unref(shop);
        supa_multi_free(multi);
        gateway_world_end(&world);
    }
    printf(" %zu allocations", nth);
    CU_ASSERT(nth > 20);
}

CU_TestInfo renew_tests[] = {
    {"the same request goes out once more, with the new key", the_same_request_goes_out_once_more},
    {"a confirmed rollback stays confirmed", a_confirmed_rollback_stays_confirmed},
    {"what is not the manager's is left alone", what_is_not_the_managers_is_left_alone},
    {"the same key is looked up once in five seconds",
     the_same_key_is_looked_up_once_in_five_seconds},
    {"a change that is noticed ends the pause", a_change_that_is_noticed_ends_the_pause},
    {"one rotation after the other is followed", one_rotation_after_the_other_is_followed},
    {"it is sent twice at most", it_is_sent_twice_at_most},
    {"a store that is gone, or a master, leaves the answer",
     a_store_that_is_gone_or_a_master_that_is_leaves_the_answer},
    {"after the manager the answer stays", after_the_manager_the_answer_stays},
    {"rows are read with the new key", rows_are_read_with_the_new_key},
    {"many in a multi are renewed by one lookup", many_in_a_multi_are_renewed_by_one_lookup},
    {"a renewal that waits for another thread can end in any way",
     a_renewal_that_waits_for_another_thread_can_end_in_any_way},
    {"a blocking renewal is cancelled", a_blocking_renewal_is_cancelled},
    {"when memory is gone it is told", when_memory_is_gone_it_is_told},
    CU_TEST_INFO_NULL,
};
