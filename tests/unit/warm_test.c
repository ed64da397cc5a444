/* SPDX-License-Identifier: MIT */
/* What a program that has asked before pays in memory: nothing for the same again, and little for what
 * it asked long ago. */
#include "base/memory.h"
#include "base/stash.h"
#include "query/query_internal.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <supa/query.h>
#include <supa/response.h>

#define JSON         "Content-Type: application/json\nContent-Range: 0-1/2\n"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct world world;
static size_t taken;

static int count_one(void)
{
    taken++;
    return 0;
}

static const char *const texts[] = {"plain", "with \"quotes\", and more", ""};

static supa_query *read_rows(void)
{
    supa_query *q = supa_from(world.client, "products");

    supa_select(q, "id,name,price");
    supa_eq(
        q, "category",
        supa_text("b\xC3\xBC"
                  "cher & more"));
    supa_gte(q, "stock_quantity", supa_int(-3));
    supa_in(q, "sku", supa_texts(texts, COUNT(texts)));
    supa_contains(q, "tags", supa_texts(texts, COUNT(texts)));
    supa_contains(q, "data", supa_json("{\"k\":[1,2]}"));
    supa_or(q);
    supa_is(supa_eq(q, "a b", supa_real(0.1)), "c", SUPA_IS_NULL);
    supa_end(q);
    supa_order(q, "created_at", SUPA_DESC);
    return supa_range(supa_count(q, SUPA_COUNT_EXACT), 0, 19);
}

static supa_query *read_embedded(void)
{
    supa_query *q = supa_from(world.client, "products");

    supa_select(q, "id, c:categories!inner(id, name), \"x y\"");
    supa_end(supa_eq(supa_or_on(q, "c"), "id", supa_int(1)));
    return supa_limit_on(supa_order_on(q, "c", "id", 0), "c", 4);
}

static supa_query *insert_text(void)
{
    return supa_insert(
        supa_from(world.client, "products"), "[{\"sku\":\"a\",\"n\":1},{\"sku\":\"b\",\"m\":{}}]");
}

static supa_query *insert_columns(void)
{
    supa_query *q = supa_from(world.client, "products");

    supa_set(supa_set(supa_insert_row(q), "sku", supa_text("a\"b")), "n", supa_int(1));
    supa_set(supa_set(supa_insert_row(q), "sku", supa_null()), "o", supa_json("[1]"));
    return supa_returning(q, "id");
}

static supa_query *upsert(void)
{
    supa_query *q = supa_from(world.client, "products");

    supa_columns(supa_upsert(q, "{\"sku\":\"a\"}", "store_id, \"s k u\""), "sku");
    return supa_timezone(q, "Europe/Paris");
}

/* Longer than what a query keeps room for at first. */
static supa_query *read_as_user(void)
{
    static char jwt[6000];

    memset(jwt, 'j', sizeof jwt - 1);
    return supa_token(supa_token(supa_from(world.client, "products"), "e30.e30.user"), jwt);
}

static supa_query *call(void)
{
    supa_query *q = supa_rpc_get(supa_rpc(world.client, "f"));

    supa_arg(supa_arg(q, "a", supa_text("x y")), "b", supa_texts(texts, COUNT(texts)));
    return supa_header(supa_schema(q, "other"), "X-Trace", "1");
}

/* Two runs of each, the second of which is counted. */
static size_t second_run(supa_query *(*build)(void), const struct script *answer)
{
    for (int run = 0; run < 2; run++) {
        supa_response *response;

        world_answer(&world, answer, 1);
        taken = 0;
        memory_fails = count_one;
        response = supa_execute(build());
        CU_ASSERT_TRUE(supa_response_ok(response));
        CU_ASSERT_STRING_EQUAL(supa_row_string(supa_response_first(response), "name", "-"), "a\nb");
        CU_ASSERT_PTR_NOT_NULL(supa_response_header(response, "Content-Range"));
        supa_response_free(response);
        memory_fails = NULL;
    }
    return taken;
}

static void the_second_run_of_a_query_allocates_nothing(void)
{
    static const struct script rows = {
        200, JSON, "[{\"id\":1,\"name\":\"a\\nb\"},{\"id\":2,\"name\":null}]", SUPA_OK,
        SUPA_ANSWERED};
    supa_query *(*const builds[])(void) = {read_rows, read_embedded, read_as_user, call};

    world_start(&world, SUPA_SIDE_NONE);
    for (size_t i = 0; i < COUNT(builds); i++)
        CU_ASSERT_EQUAL(second_run(builds[i], &rows), 0);
    world_end(&world);
}

static void the_second_run_of_a_write_allocates_nothing(void)
{
    static const struct script rows = {
        201, JSON, "[{\"id\":1,\"name\":\"a\\nb\"}]", SUPA_OK, SUPA_ANSWERED};
    supa_query *(*const builds[])(void) = {insert_columns};
    supa_query *(*const silent[])(void) = {insert_text, upsert};

    for (int stamps = 0; stamps < 2; stamps++) {
        world_start(&world, stamps ? SUPA_SIDE_TENANT : SUPA_SIDE_NONE);
        for (size_t i = 0; i < COUNT(builds); i++)
            CU_ASSERT_EQUAL(second_run(builds[i], &rows), 0);
        for (size_t i = 0; i < COUNT(silent); i++) {
            for (int run = 0; run < 2; run++) {
                taken = 0;
                memory_fails = count_one;
                CU_ASSERT_EQUAL(supa_exec(silent[i](), NULL), SUPA_OK);
                memory_fails = NULL;
            }
            CU_ASSERT_EQUAL(taken, 0);
            CU_ASSERT_EQUAL(strstr(world.body, WORLD_STORE) != NULL, stamps);
        }
        world_end(&world);
    }
}

/* What a query may keep; begun, it is the one that was spent last. */
static void large_memory_is_given_back(void)
{
    static const size_t size = 3 * STASH_KEPT;
    char *text = malloc(size);
    struct script answer = {200, JSON, text, SUPA_OK, SUPA_ANSWERED};
    supa_query *q;

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, ' ', size - 1);
    memcpy(text, "[{\"a\":", 6);
    text[6] = '1';
    memcpy(text + size - 3, "}]", 3);
    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, &answer, 1);
    supa_response_free(supa_execute(supa_insert(supa_from(world.client, "t"), text)));
    q = supa_eq(supa_from(world.client, "t"), "a", supa_text_n(text, size - 1));
    CU_ASSERT_TRUE(q->arena.blocks->size > STASH_KEPT);
    supa_query_free(q);
    q = supa_template("t");
    CU_ASSERT_TRUE(q->arena.blocks == NULL || q->arena.blocks->size <= STASH_KEPT);
    CU_ASSERT_TRUE(q->request.url.capacity <= STASH_KEPT);
    CU_ASSERT_TRUE(q->tape.capacity * sizeof *q->tape.nodes <= STASH_KEPT);
    supa_query_free(q);
    world_end(&world);
    free(text);
}

static void a_spent_response_knows_nothing_of_the_last(void)
{
    static const struct script answers[] = {
        {404, "A: 1\n", "{\"code\":\"42P01\",\"message\":\"m\"}", SUPA_OK, SUPA_ANSWERED},
        {200, NULL, "[]", SUPA_OK, SUPA_ANSWERED}};
    supa_response *response;

    world_start(&world, SUPA_SIDE_NONE);
    world_answer(&world, answers, 2);
    response = supa_execute(supa_from(world.client, "t"));
    CU_ASSERT_FALSE(supa_response_ok(response));
    CU_ASSERT_STRING_EQUAL(supa_response_header(response, "A"), "1");
    supa_response_free(response);
    response = supa_execute(supa_from(world.client, "t"));
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT_PTR_NULL(supa_response_error(response));
    CU_ASSERT_PTR_NULL(supa_response_header(response, "A"));
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    CU_ASSERT_EQUAL(supa_response_status(response), 200);
    supa_response_free(response);
    world_end(&world);
}

#define THREADS (STASH_OWN + 20) /* more than have a place of their own */

static struct stash numbers;

/* Takes and keeps numbers; nobody else has one at the same time. */
static void *use_numbers(void *unused)
{
    for (int i = 0; i < 2000; i++) {
        int *first = stash_take(&numbers), *second = stash_take(&numbers);

        first = first != NULL ? first : calloc(1, sizeof *first);
        second = second != NULL ? second : calloc(1, sizeof *second);
        if (++*first != 1 || ++*second != 1)
            return unused;
        --*first;
        --*second;
        if (stash_keep(&numbers, second) != 0)
            free(second);
        if (stash_keep(&numbers, first) != 0)
            free(first);
    }
    return NULL;
}

static void a_stash_serves_any_number_of_threads(void)
{
    pthread_t threads[THREADS];
    void *wrong;

    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, use_numbers, &numbers), 0);
    for (size_t i = 0; i < THREADS; i++) {
        CU_ASSERT_EQUAL(pthread_join(threads[i], &wrong), 0);
        CU_ASSERT_PTR_NULL(wrong);
    }
    for (size_t i = 0; i < STASH_OWN; i++)
        free(numbers.own[i].object);
    for (size_t i = 0; i < STASH_SHARED; i++)
        free(atomic_load(&numbers.shared[i].object));
}

static void a_stash_is_bounded(void)
{
    static struct stash stash;
    static int objects[STASH_SHARED + 2];
    size_t kept = 0;

    while (kept < COUNT(objects) && stash_keep(&stash, &objects[kept]) == 0)
        kept++;
    CU_ASSERT(kept == STASH_SHARED || kept == STASH_SHARED + 1); /* with or without an own place */
    for (size_t i = 0; i < kept; i++)
        CU_ASSERT_PTR_NOT_NULL(stash_take(&stash));
    CU_ASSERT_PTR_NULL(stash_take(&stash));
}

extern CU_TestInfo warm_tests[];
CU_TestInfo warm_tests[] = {
    {"the second run of a query allocates nothing", the_second_run_of_a_query_allocates_nothing},
    {"the second run of a write allocates nothing", the_second_run_of_a_write_allocates_nothing},
    {"large memory is given back", large_memory_is_given_back},
    {"a spent response knows nothing of the last", a_spent_response_knows_nothing_of_the_last},
    {"a stash serves any number of threads", a_stash_serves_any_number_of_threads},
    {"a stash is bounded", a_stash_is_bounded},
    CU_TEST_INFO_NULL,
};
