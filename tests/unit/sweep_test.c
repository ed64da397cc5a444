/* SPDX-License-Identifier: MIT */
/* Queries that use everything, while each allocation in turn fails: out of memory is reported, nothing
 * leaks, no secret is left behind. */
#include "base/secret.h"
#include "base/stash.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/cjson.h>
#include <supa/query.h>
#include <supa/response.h>

#define JSON "Content-Type: application/json\n"

static struct world world;

static const char *const texts[] = {"x,y", "a\"b", ""};

static void decorate(supa_query *q)
{
    supa_header(supa_header(q, "X-A", "1"), "X-B", "2");
    supa_token(supa_token(q, "token-one"), "token-two");
    supa_timeout(supa_schema(q, "other"), 1000);
    supa_count(supa_timezone(supa_strict(q), "Europe/Paris"), SUPA_COUNT_EXACT);
}

static void add_filters(supa_query *q)
{
    const supa_value mixed[] = {supa_real(0.5), supa_json("[1,{}]"), supa_uint(7)};

    supa_eq(supa_not(q), "a", supa_text("v"));
    supa_in(q, "b", supa_values(mixed, 3));
    supa_text_search(q, "f", "cat", SUPA_FTS, "english");
    supa_filter(q, "g", "not.wfts(simple)", supa_text("dog"));
    supa_filter_raw(q, "h", "eq.1");
    supa_or(q);
    supa_gt(q, "d", supa_decimal("1.5"));
    supa_like_any(supa_and(q), "e", supa_texts(texts, 3));
    supa_end(supa_end(supa_contains(q, "e", supa_json("{\"k\":[1]}"))));
    supa_or_raw(q, "i.eq.1");
}

static supa_query *read_all(supa_query *q)
{
    supa_select(q, "id,c:categories!inner(id,\"x y\"),data->>k::text,n.sum()");
    add_filters(q);
    supa_end(supa_eq(supa_or_on(q, "c"), "j", supa_null()));
    supa_range(supa_order(supa_order(q, "a", SUPA_DESC), "rel(b)", 0), 1, 10);
    supa_limit_on(supa_order_on(q, "c", "id", 0), "c", 4);
    decorate(q);
    return supa_strip_nulls(q);
}

static supa_query *build_read(void)
{
    return read_all(supa_from(world.client, "products"));
}

static supa_query *build_accepted(void)
{
    supa_query *q = supa_from(world.client, "products");

    return supa_explain(supa_accept(q, "application/vnd.x"), 31, SUPA_PLAN_JSON);
}

static supa_query *build_rows(void)
{
    supa_query *q = supa_upsert(supa_from(world.client, "products"), NULL, "store_id,sku");
    const supa_value mixed[] = {supa_null(), supa_text("x\n"), supa_real(1e300)};

    supa_set(supa_set(supa_insert_row(q), "sku", supa_text("a\"b")), "n", supa_int(-1));
    supa_set(supa_set(supa_insert_row(q), "m", supa_values(mixed, 3)), "o", supa_json("{}"));
    decorate(supa_returning(supa_missing_default(q), "id,sku"));
    return supa_max_affected(q, 5);
}

static supa_query *build_json(void)
{
    supa_query *q = supa_from(world.client, "products");

    decorate(supa_insert(q, "[{\"a\":1},{\"b\\u0062\":[1,2,{\"c\":null}]}]"));
    return supa_columns(q, "a,bb");
}

static supa_query *build_tree(void)
{
    cJSON *tree = cJSON_Parse("[{\"a\":1}]"); /* cJSON's own memory is not ours to fail */
    supa_query *q = supa_insert_tree(supa_from(world.client, "products"), tree);

    cJSON_Delete(tree);
    return q;
}

static supa_query *build_update(void)
{
    supa_query *q = supa_update_row(supa_from(world.client, "products"));

    supa_set(q, "z", supa_texts(texts, 3));
    add_filters(q);
    decorate(q);
    return q;
}

static supa_query *build_body(void)
{
    supa_query *q = supa_from(world.client, "languages");

    decorate(supa_body(q, "text/csv", "a\n1\n", 4));
    return q;
}

static void add_arguments(supa_query *q)
{
    supa_arg(supa_arg(q, "a", supa_text("x\"y")), "b", supa_real(0.5));
    supa_arg(q, "c", supa_texts(texts, 3));
    supa_arg_variadic(q, "d", supa_texts(texts, 2));
    decorate(supa_eq(q, "id", supa_int(1)));
}

static supa_query *build_call(void)
{
    supa_query *q = supa_rpc(world.client, "f");

    add_arguments(q);
    return q;
}

static supa_query *build_get(void)
{
    supa_query *q = supa_rpc_get(supa_rpc(world.client, "f"));

    add_arguments(q);
    return q;
}

static supa_query *build_args(void)
{
    return supa_args(supa_rpc(world.client, "f"), "{\"a\":[1,2,3]}");
}

/* A copy of @q, which ends. */
static supa_query *copy_of(supa_query *q)
{
    supa_query *copy = supa_query_dup(q);

    supa_query_free(q);
    return copy;
}

static supa_query *build_copies(void)
{
    supa_query *q = build_read();

    return copy_of(copy_of(supa_eq(q, "last", supa_int(1))));
}

static supa_query *build_copied_rows(void)
{
    supa_query *q = copy_of(build_rows());

    return supa_set(supa_insert_row(q), "late", supa_int(1));
}

static supa_query *build_copied_call(void)
{
    return copy_of(build_get());
}

static supa_query *build_copied_body(void)
{
    return copy_of(build_body());
}

static supa_query *build_of_template(void)
{
    supa_query *pattern = read_all(supa_template("products"));
    supa_query *q = supa_query_on(pattern, world.client);

    supa_query_free(pattern);
    return q;
}

static supa_query *build_rollback(void)
{
    supa_query *q = supa_insert(supa_from(world.client, "products"), "{}");

    decorate(supa_rollback(q));
    return q;
}

static supa_query *build_head(void)
{
    return supa_head_reason(supa_head(supa_from(world.client, "products")));
}

static supa_query *(*const builds[])(void) = {
    build_read,     build_accepted,    build_rows,        build_json,        build_tree,
    build_update,   build_body,        build_call,        build_get,         build_args,
    build_copies,   build_copied_rows, build_copied_call, build_copied_body, build_of_template,
    build_rollback, build_head};

static const struct script answers[] = {
    {200, JSON "Content-Length: 2\nPreference-Applied: tx=rollback\n", "[]", SUPA_OK,
     SUPA_ANSWERED},
    {200, JSON "Content-Length: 10\nPreference-Applied: tx=rollback\n", "[{\"id\":1}]", SUPA_OK,
     SUPA_ANSWERED}};

static int send(supa_query *q)
{
    supa_error error;

    return supa_exec(q, &error);
}

static int told(char *text, supa_query *q)
{
    const int failed = text == NULL || strstr(text, "out of memory") != NULL;

    CU_ASSERT(text == NULL || strstr(text, "token-t") == NULL);
    CU_ASSERT(text == NULL || failed || strncmp(text, "# not sent", 10) != 0);
    supa_text_free(text);
    supa_query_free(q);
    return failed ? SUPA_ERROR_NO_MEMORY : SUPA_OK;
}

static int describe(supa_query *q)
{
    return told(supa_query_describe(q), q);
}

static int curl(supa_query *q)
{
    return told(supa_query_curl(q, 0), q);
}

/* The failed allocation is reported, or was one that can be done without. */
static void sweep(supa_query *(*build)(void), int (*end)(supa_query *q))
{
    const size_t secrets = secret_count();
    size_t reported = 0;
    int failed = 1;

    for (size_t n = 1; failed; n++) {
        int code;

        world.client->rollback_confirmed = 0;
        world_answer(&world, answers, 2);
        world_fail_at(n);
        code = end(build());
        failed = world_failed();
        CU_ASSERT(code == SUPA_OK || (failed && code == SUPA_ERROR_NO_MEMORY));
        reported += code == SUPA_ERROR_NO_MEMORY;
        CU_ASSERT_EQUAL(secret_count(), secrets);
        CU_ASSERT_FATAL(n < 1000);
    }
    CU_ASSERT(reported > 0 || end == send);
}

static void sweep_all(int (*end)(supa_query *q), int with_stash)
{
    stash_off = !with_stash;
    for (size_t i = 0; i < COUNT(builds); i++) {
        world_start(&world, SUPA_SIDE_TENANT);
        sweep(builds[i], end);
        world_end(&world);
    }
    stash_off = 0;
}

static void what_is_swept_works(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(builds); i++) {
        supa_error error;

        world_answer(&world, answers, 2);
        CU_ASSERT_EQUAL(supa_exec(builds[i](), &error), SUPA_OK);
        CU_ASSERT(world_same(error.message, ""));
    }
    world_end(&world);
}

static void sending_reports_each_failed_allocation(void)
{
    const size_t secrets = secret_count();

    sweep_all(send, 0);
    sweep_all(send, 1);
    CU_ASSERT_EQUAL(secret_count(), secrets);
}

static void describing_reports_each_failed_allocation(void)
{
    const size_t secrets = secret_count();

    sweep_all(describe, 0);
    sweep_all(curl, 0);
    CU_ASSERT_EQUAL(secret_count(), secrets);
}

/* A copy that failed half-way frees what it has, and the original is whole. */
static void an_original_outlives_copies_that_fail(void)
{
    int failed = 1;

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t n = 1; failed; n++) {
        supa_query *q = build_rows(), *copy;

        world_fail_at(n);
        copy = supa_query_dup(q);
        failed = world_failed();
        CU_ASSERT_EQUAL(supa_query_error(copy) != NULL, failed);
        CU_ASSERT_PTR_NULL(supa_query_error(q));
        supa_query_free(copy);
        CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_OK);
        CU_ASSERT(world_holds(world.body, "\"sku\":\"a\\\"b\",\"n\":-1}"));
        CU_ASSERT(world_sent(&world, "Authorization: Bearer token-two"));
        CU_ASSERT_FATAL(n < 1000);
    }
    world_end(&world);
}

extern CU_TestInfo sweep_tests[];
CU_TestInfo sweep_tests[] = {
    {"what is swept works", what_is_swept_works},
    {"sending reports each failed allocation", sending_reports_each_failed_allocation},
    {"describing reports each failed allocation", describing_reports_each_failed_allocation},
    {"an original outlives copies that fail", an_original_outlives_copies_that_fail},
    CU_TEST_INFO_NULL,
};
