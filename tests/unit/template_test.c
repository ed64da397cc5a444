/* SPDX-License-Identifier: MIT */
/* Templates and copies: they share nothing with what they were made of. */
#include "base/secret.h"
#include "base/stash.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/query.h>

#define OWN "store_id=eq." WORLD_STORE

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

/* Of all that a read may hold. */
static supa_query *big_read(supa_query *q)
{
    const char *const texts[] = {"x,y", "z"};

    supa_select(q, "id,c:orders(id,lines(*))");
    supa_eq(q, "a", supa_text("v"));
    supa_in(q, "b", supa_texts(texts, 2));
    supa_text_search(q, "f", "cat", SUPA_FTS, "english");
    supa_filter_raw(q, "g", "eq.1");
    supa_or(q);
    supa_not(supa_gt(q, "d", supa_real(0.5)));
    supa_and(q);
    supa_contains(supa_is(q, "e", SUPA_IS_NULL), "e", supa_texts(texts, 1));
    supa_end(supa_end(q));
    supa_or_raw(q, "h.eq.1");
    supa_end(supa_eq(supa_or_on(q, "c"), "i", supa_json("{}")));
    supa_order(supa_order(q, "a", SUPA_DESC), "rel(b)", 0);
    supa_range(q, 10, 19);
    supa_limit_on(supa_order_on(supa_limit_on(q, "c", 3), "c", "id", 0), "c.lines", 4);
    supa_count(supa_timezone(q, "UTC"), SUPA_COUNT_EXACT);
    return supa_header(supa_header(supa_schema(q, "shop"), "X-A", "1"), "X-B", "2");
}

#define BIG_READ                                                                                   \
    "t?select=id,c:orders(id,lines(*))&a=eq.v&b=in.(%22x,y%22,z)&f=fts(english).cat&g=eq.1"        \
    "&or=(d.gt.%220.5%22,not.and(e.is.null,e.cs.%22%7B%5C%22x,y%5C%22%7D%22))&or=(h.eq.1)"         \
    "&c.or=(i.eq.%22%7B%7D%22)&order=a.desc,rel(b).asc&offset=10&limit=10"                         \
    "&c.order=id.asc&c.limit=3&c.lines.limit=4"

static void is_big_read(supa_query *q)
{
    table_sent(&world, q, "GET", BIG_READ, NULL);
    CU_ASSERT(world_holds(
        world.headers, "Accept: application/json\nPrefer: count=exact, timezone=UTC\n"
                       "Accept-Profile: shop\nX-A: 1\nX-B: 2\nAuthorization: "));
}

/* Spends queries, so that what was freed is written over. */
static void write_over(void)
{
    for (size_t i = 0; i < 20; i++) {
        supa_query *q = t();

        for (size_t n = 0; n < 40; n++)
            supa_eq(q, "overwritten", supa_text("overwritten with something else"));
        supa_query_free(q);
    }
}

static void a_copy_outlives_its_original(void)
{
    supa_query *q, *copy, *copy_of_copy;

    world_start(&world, SUPA_SIDE_NONE);
    q = big_read(t());
    copy = supa_query_dup(q);
    copy_of_copy = supa_query_dup(copy);
    supa_query_free(q);
    write_over();
    is_big_read(copy);
    write_over();
    is_big_read(copy_of_copy);
    world_end(&world);
}

static void a_copy_and_its_original_go_apart(void)
{
    supa_query *q, *copy;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_limit(supa_eq(t(), "a", supa_int(1)), 1);
    copy = supa_query_dup(q);
    supa_limit_on(supa_order(supa_select(supa_eq(q, "b", supa_int(2)), "x"), "o", 0), "r", 1);
    supa_header(q, "X-A", "1");
    supa_limit(supa_eq(copy, "c", supa_int(3)), 2);
    table_sent(&world, copy, "GET", "t?a=eq.1&c=eq.3&limit=2", NULL);
    CU_ASSERT_PTR_NULL(strstr(world.headers, "X-A"));
    table_sent(&world, q, "GET", "t?select=x&a=eq.1&b=eq.2&order=o.asc&limit=1&r.limit=1", NULL);
    world_end(&world);
}

static void open_groups_are_open_in_the_copy(void)
{
    supa_query *q, *copy, *behind_not;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_eq(supa_or(supa_eq(t(), "x", supa_int(1))), "a", supa_int(1));
    supa_eq(supa_and(q), "b", supa_int(2));
    copy = supa_query_dup(q);
    behind_not = supa_query_dup(supa_not(q));
    supa_end(supa_end(supa_eq(q, "c", supa_int(3))));
    supa_eq(supa_end(supa_eq(supa_end(copy), "d", supa_int(4))), "e", supa_int(5));
    supa_end(supa_end(supa_eq(behind_not, "f", supa_int(6))));
    table_sent(&world, q, "GET", "t?x=eq.1&or=(a.eq.1,and(b.eq.2,c.not.eq.3))", NULL);
    table_sent(&world, copy, "GET", "t?x=eq.1&or=(a.eq.1,and(b.eq.2),d.eq.4)&e=eq.5", NULL);
    table_sent(&world, behind_not, "GET", "t?x=eq.1&or=(a.eq.1,and(b.eq.2,f.not.eq.6))", NULL);
    q = supa_or(t());
    table_refused(&world, supa_query_dup(q), SUPA_ERROR_ARGUMENT, "a group is not ended");
    supa_query_free(q);
    world_end(&world);
}

static void rows_and_arguments_are_copied(void)
{
    char csv[] = "a\n1\n";
    supa_query *rows, *q, *json, *function, *body, *upsert;

    world_start(&world, SUPA_SIDE_NONE);
    rows = supa_set(supa_insert_row(t()), "a", supa_int(1));
    q = supa_query_dup(rows);
    supa_set(supa_insert_row(q), "b", supa_int(2)); /* goes on in the middle of a row */
    supa_set(rows, "c", supa_int(3));
    table_sent(&world, rows, "POST", "t", "{\"a\":1,\"c\":3}");
    write_over();
    table_sent(&world, q, "POST", "t?columns=%22a%22,%22b%22", "[{\"a\":1},{\"b\":2}]");
    q = supa_returning(supa_insert(t(), "[{\"a\":1},{\"b\":2}]"), "id");
    json = supa_query_dup(q);
    supa_query_free(q);
    write_over();
    table_sent(
        &world, json, "POST", "t?select=id&columns=%22a%22,%22b%22", "[{\"a\":1},{\"b\":2}]");
    q = supa_arg(supa_rpc(world.client, "f"), "a", supa_text("x"));
    function = supa_query_dup(supa_arg_variadic(q, "v", supa_texts(NULL, 0)));
    supa_query_free(q);
    write_over();
    table_sent(
        &world, supa_arg(supa_query_dup(function), "b", supa_int(1)), "POST", "rpc/f",
        "{\"a\":\"x\",\"v\":[],\"b\":1}");
    table_sent(
        &world, supa_arg(supa_rpc_get(function), "b", supa_int(1)), "GET", "rpc/f?a=x&b=1", NULL);
    q = supa_columns(supa_body(supa_upsert(t(), NULL, "k"), "text/csv", csv, 4), "a");
    upsert = supa_query_dup(supa_ignore_duplicates(q));
    body = supa_query_dup(supa_accept(q, "a/b"));
    supa_query_free(q);
    csv[0] = '!';
    write_over();
    table_sent(&world, upsert, "POST", "t?columns=a&on_conflict=k", "a\n1\n");
    CU_ASSERT(world_sent(&world, "Content-Type: text/csv"));
    CU_ASSERT(world_sent(&world, "Prefer: resolution=ignore-duplicates"));
    table_sent(&world, body, "POST", "t?columns=a&on_conflict=k", "a\n1\n");
    CU_ASSERT(world_sent(&world, "Accept: a/b"));
    world_end(&world);
}

static void tokens_are_copied_and_wiped_each(void)
{
    const size_t secrets = secret_count();
    supa_query *q, *copy;

    stash_off = 1; /* a spent query would keep the memory for its next token */
    world_start(&world, SUPA_SIDE_NONE);
    q = supa_token(t(), "token-of-a-user");
    copy = supa_query_dup(q);
    CU_ASSERT_EQUAL(secret_count(), secrets + 3);
    supa_query_free(q);
    CU_ASSERT_EQUAL(secret_count(), secrets + 2);
    table_sent(&world, copy, "GET", "t", NULL);
    CU_ASSERT(world_sent(&world, "Authorization: Bearer token-of-a-user"));
    world_end(&world);
    CU_ASSERT_EQUAL(secret_count(), secrets);
    stash_off = 0;
}

static void a_template_is_bound_to_any_client(void)
{
    struct world tenant;
    supa_query *pattern, *q;

    world_start(&world, SUPA_SIDE_NONE);
    world_start(&tenant, SUPA_SIDE_TENANT);
    pattern = big_read(supa_template("t"));
    for (size_t i = 0; i < 3; i++)
        is_big_read(supa_query_on(pattern, world.client));
    q = supa_query_on(pattern, world.client);
    supa_query_free(pattern);
    write_over();
    is_big_read(q);
    pattern = supa_limit(supa_template("products"), 1);
    table_sent(
        &tenant, supa_query_on(pattern, tenant.client), "GET", "products?" OWN "&limit=1", NULL);
    table_sent(&world, supa_query_on(pattern, world.client), "GET", "products?limit=1", NULL);
    q = supa_query_dup(pattern);
    supa_eq(q, "a", supa_int(1));
    table_sent(&world, supa_query_on(q, world.client), "GET", "products?a=eq.1&limit=1", NULL);
    table_sent(&world, supa_query_on(pattern, world.client), "GET", "products?limit=1", NULL);
    supa_query_free(q);
    supa_query_free(pattern);
    pattern = supa_insert(supa_template("products"), "{\"a\":1}"); /* stamped in the copy only */
    table_sent(
        &tenant, supa_query_on(pattern, tenant.client), "POST", "products",
        "{\"store_id\":\"" WORLD_STORE "\",\"a\":1}");
    table_sent(&world, supa_query_on(pattern, world.client), "POST", "products", "{\"a\":1}");
    supa_query_free(pattern);
    pattern = supa_template("stores");
    table_refused(
        &tenant, supa_query_on(pattern, tenant.client), SUPA_ERROR_SCOPE, "belongs to the master");
    supa_query_free(pattern);
    world_end(&tenant);
    world_end(&world);
}

static void a_template_goes_nowhere_by_itself(void)
{
    supa_query *bound, *pattern, *q;
    char *text;

    world_start(&world, SUPA_SIDE_NONE);
    table_refused(
        &world, supa_template("t"), SUPA_ERROR_ARGUMENT, "a template has no client to be sent by");
    table_refused(&world, supa_template(NULL), SUPA_ERROR_ARGUMENT, "supa_template: the name is");
    table_refused(&world, supa_template("a/b"), SUPA_ERROR_ARGUMENT, "contains a slash");
    table_refused(
        &world, supa_eq(supa_template("t"), "", supa_int(1)), SUPA_ERROR_ARGUMENT, "is empty");
    bound = t();
    table_refused(
        &world, supa_query_on(bound, world.client), SUPA_ERROR_ARGUMENT,
        "supa_query_on: the query is no template");
    CU_ASSERT_PTR_NULL(supa_query_error(bound));
    supa_query_free(bound);
    pattern = supa_template("t");
    table_refused(
        &world, supa_query_on(pattern, NULL), SUPA_ERROR_ARGUMENT,
        "supa_query_on: the client is NULL");
    q = supa_query_dup(pattern);
    table_refused(&world, q, SUPA_ERROR_ARGUMENT, "a template has no client");
    bound = supa_query_on(pattern, world.client);
    table_refused(
        &world, supa_query_on(bound, world.client), SUPA_ERROR_ARGUMENT, "the query is no templ");
    supa_query_free(bound);
    text = supa_query_describe(pattern);
    CU_ASSERT(world_holds(text, "# not sent: a template has no client to be sent by"));
    supa_text_free(text);
    text = supa_query_curl(pattern, 0);
    CU_ASSERT(world_holds(text, "# not sent: a template has no client to be sent by"));
    supa_text_free(text);
    table_sent(&world, supa_query_on(pattern, world.client), "GET", "t", NULL);
    supa_query_free(pattern);
    world_end(&world);
}

static void a_mistake_is_copied_too(void)
{
    supa_query *q, *pattern;

    world_start(&world, SUPA_SIDE_NONE);
    q = supa_limit(t(), -1);
    table_refused(&world, supa_query_dup(q), SUPA_ERROR_ARGUMENT, "the limit is negative");
    supa_query_free(q);
    pattern = supa_limit(supa_template("t"), -1);
    table_refused(
        &world, supa_eq(supa_query_on(pattern, world.client), "a", supa_int(1)),
        SUPA_ERROR_ARGUMENT, "the limit is negative");
    supa_query_free(pattern);
    table_refused(&world, supa_query_dup(NULL), SUPA_ERROR_ARGUMENT, "the query is NULL");
    table_refused(
        &world, supa_query_on(NULL, world.client), SUPA_ERROR_ARGUMENT, "the query is NULL");
    world_end(&world);
}

/* A query whose memory is gone is an inert one, and so are its copies. */
static void copies_of_inert_queries_are_inert(void)
{
    supa_query *inert = NULL;

    world_start(&world, SUPA_SIDE_NONE);
    stash_off = 1; /* so that none is there to be used again */
    world_fail_at(1);
    inert = t();
    CU_ASSERT_TRUE(world_failed());
    stash_off = 0;
    CU_ASSERT_EQUAL(supa_query_error(inert)->code, SUPA_ERROR_NO_MEMORY);
    table_refused(&world, supa_query_dup(inert), SUPA_ERROR_NO_MEMORY, "out of memory");
    table_refused(
        &world, supa_query_on(inert, world.client), SUPA_ERROR_NO_MEMORY, "out of memory");
    table_refused(&world, big_read(inert), SUPA_ERROR_NO_MEMORY, "out of memory");
    world_end(&world);
}

extern CU_TestInfo template_tests[];
CU_TestInfo template_tests[] = {
    {"a copy outlives its original", a_copy_outlives_its_original},
    {"a copy and its original go apart", a_copy_and_its_original_go_apart},
    {"open groups are open in the copy", open_groups_are_open_in_the_copy},
    {"rows and arguments are copied", rows_and_arguments_are_copied},
    {"tokens are copied and wiped each", tokens_are_copied_and_wiped_each},
    {"a template is bound to any client", a_template_is_bound_to_any_client},
    {"a template goes nowhere by itself", a_template_goes_nowhere_by_itself},
    {"a mistake is copied too", a_mistake_is_copied_too},
    {"copies of inert queries are inert", copies_of_inert_queries_are_inert},
    CU_TEST_INFO_NULL,
};
