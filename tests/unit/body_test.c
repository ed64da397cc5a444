/* SPDX-License-Identifier: MIT */
/* Bodies as they are, and writes of a tenant's client. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/query.h>

#define OWN   "store_id=eq." WORLD_STORE
#define OWNED "\"store_id\":\"" WORLD_STORE "\""

static struct world world;

static supa_query *t(void)
{
    return supa_from(world.client, "t");
}

static supa_query *products(void)
{
    return supa_from(world.client, "products");
}

static supa_query *rpc(void)
{
    return supa_rpc(world.client, "f");
}

static supa_query *id(supa_query *q)
{
    return supa_eq(q, "id", supa_int(1));
}

/* Hands out a text in pieces of at most three bytes. */
static int64_t read_text(void *user, void *out, size_t size)
{
    const char **rest = user;
    size_t length = strlen(*rest);

    length = length < 3 ? length : 3;
    length = length < size ? length : size;
    memcpy(out, *rest, length);
    *rest += length;
    return (int64_t)length;
}

static void bodies_go_out_as_they_are(void)
{
    const char *csv = "a,b\n1,\"x\ny\"\n", *rest = csv, *again = csv;
    char copied[] = "a\n1\n", borrowed[] = "a\n1\n";
    supa_query *copy, *borrow;

    world_start(&world, SUPA_SIDE_NONE);
    table_sent(&world, supa_body(t(), "text/csv", csv, strlen(csv)), "POST", "t", csv);
    CU_ASSERT(world_sent(&world, "Content-Type: text/csv"));
    CU_ASSERT_FALSE(world_sent(&world, "Content-Type: application/json"));
    table_sent(&world, supa_body(supa_insert(t(), NULL), "text/csv", csv, 3), "POST", "t", "a,b");
    table_sent(
        &world, supa_columns(supa_body(supa_upsert(t(), NULL, "a"), "text/csv", csv, 3), "a"),
        "POST", "t?columns=a&on_conflict=a", "a,b");
    table_sent(&world, supa_body(rpc(), "text/plain", "x", 1), "POST", "rpc/f", "x");
    CU_ASSERT(world_sent(&world, "Content-Type: text/plain"));
    table_sent(&world, supa_body(rpc(), "application/octet-stream", NULL, 0), "POST", "rpc/f", "");
    table_sent(&world, supa_body(rpc(), "application/json", "[1", 2), "POST", "rpc/f", "[1");
    table_sent(&world, supa_body_from(t(), "text/csv", read_text, &rest, 13), "POST", "t", csv);
    CU_ASSERT_EQUAL(world.read_size, 13);
    CU_ASSERT(world_sent(&world, "Content-Type: text/csv"));
    table_sent(
        &world, supa_body_from(rpc(), "text/xml", read_text, &again, -1), "POST", "rpc/f", csv);
    CU_ASSERT_EQUAL(world.read_size, -1);
    copy = supa_body(t(), "text/csv", copied, 4);
    borrow = supa_body_borrow(t(), "text/csv", borrowed, 4);
    copied[2] = borrowed[2] = '2';
    table_sent(&world, copy, "POST", "t", "a\n1\n");
    table_sent(&world, borrow, "POST", "t", "a\n2\n");
    world_end(&world);
}

static void bodies_are_checked(void)
{
    const char *rest = "x";

    world_start(&world, SUPA_SIDE_NONE);
    {
        const struct mistake rows[] = {
            {supa_body(t(), NULL, "a", 1), "the header's value is NULL, empty"},
            {supa_body(t(), "", "a", 1), "the header's value is NULL, empty"},
            {supa_body(t(), "a/b\r\nX: y", "a", 1), "a control character"},
            {supa_body(t(), "text/csv", NULL, 1), "the bytes are NULL"},
            {supa_body_borrow(t(), "text/csv", NULL, 1), "supa_body_borrow: the bytes are NULL"},
            {supa_body_from(t(), "text/csv", NULL, NULL, -1), "supa_body_from: the function is"},
            {supa_body_from(t(), "text/csv", read_text, &rest, -2), "the length is negative"},
            {supa_body(supa_delete(t()), "text/csv", "a", 1), "this query has no body"},
            {supa_body(supa_rpc_get(rpc()), "text/csv", "a", 1), "this query has no body"},
            {supa_body(supa_insert(t(), "{}"), "text/csv", "a", 1), "has its rows or arguments"},
            {supa_body(supa_insert_row(t()), "text/csv", "a", 1), "has its rows or arguments"},
            {supa_body(supa_body(t(), "a/b", "a", 1), "a/b", "a", 1), "has its rows or arguments"},
            {supa_body(supa_body_from(t(), "a/b", read_text, &rest, 1), "a/b", "a", 1),
             "has its rows or arguments"},
            {supa_body(supa_arg(rpc(), "a", supa_int(1)), "a/b", "a", 1), "has its rows or arg"},
            {supa_body(supa_args(rpc(), "{}"), "a/b", "a", 1), "has its rows or arguments"},
            {supa_arg(supa_body(rpc(), "a/b", "a", 1), "a", supa_int(1)), "has its rows or arg"},
            {supa_insert(supa_body(t(), "a/b", "a", 1), "{}"), "the query is a write"},
        };
        table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    }
    CU_ASSERT_STRING_EQUAL(rest, "x");
    world_end(&world);
}

static void the_store_is_stamped_and_named(void)
{
    supa_query *rows;

    world_start(&world, SUPA_SIDE_TENANT);
    rows = supa_set(supa_insert_row(products()), "a", supa_int(1));
    supa_set(supa_insert_row(rows), "b", supa_text("x"));
    {
        const struct write writes[] = {
            {supa_set(supa_insert_row(products()), "a", supa_int(1)), "POST", "products",
             "{" OWNED ",\"a\":1}"},
            {supa_insert_row(products()), "POST", "products", "{" OWNED "}"},
            {rows, "POST", "products?columns=%22a%22,%22b%22,%22store_id%22",
             "[{" OWNED ",\"a\":1},{" OWNED ",\"b\":\"x\"}]"},
            {supa_insert(products(), "[{\"a\":1},{" OWNED "}]"), "POST",
             "products?columns=%22a%22,%22store_id%22", "[{" OWNED ",\"a\":1},{" OWNED "}]"},
            {supa_columns(supa_insert(products(), "{\"a\":1}"), "a"), "POST",
             "products?columns=a,store_id", "{" OWNED ",\"a\":1}"},
            {supa_columns(supa_insert(products(), "{\"a\":1}"), "a,store_id"), "POST",
             "products?columns=a,store_id", "{" OWNED ",\"a\":1}"},
            {supa_columns(supa_insert(products(), "{\"a\":1}"), "old_store_id,store_id2"), "POST",
             "products?columns=old_store_id,store_id2,store_id", "{" OWNED ",\"a\":1}"},
            {supa_any_store(supa_columns(supa_insert(products(), "{\"a\":1}"), "a")), "POST",
             "products?columns=a", "{\"a\":1}"},
            {supa_set(
                 supa_insert_row(supa_set(
                     supa_insert_row(supa_from(world.client, "languages")), "a", supa_int(1))),
                 "a", supa_int(2)),
             "POST", "languages?columns=%22a%22", "[{\"a\":1},{\"a\":2}]"},
            {id(supa_update(products(), "{\"a\":1}")), "PATCH", "products?id=eq.1&" OWN,
             "{\"a\":1}"},
            {id(supa_set(supa_update_row(products()), "store_id", supa_text(WORLD_STORE))), "PATCH",
             "products?id=eq.1&" OWN, "{" OWNED "}"},
            {supa_all_rows(supa_update(products(), "{}")), "PATCH", "products?" OWN, "{}"},
            {supa_upsert(products(), "{\"a\":1}", "store_id,sku"), "POST",
             "products?on_conflict=store_id,sku", "{" OWNED ",\"a\":1}"},
            {supa_upsert(products(), "[{}]", "sku, store_id"), "POST",
             "products?columns=%22store_id%22&on_conflict=sku,store_id", "[{" OWNED "}]"},
            {supa_ignore_duplicates(supa_upsert(products(), "{}", "sku")), "POST",
             "products?on_conflict=sku", "{" OWNED "}"},
            {supa_any_store(supa_upsert(products(), "{}", NULL)), "POST", "products", "{}"},
            {supa_any_store(id(supa_put(products(), "{}"))), "PUT", "products?id=eq.1", "{}"},
            {supa_upsert(supa_from(world.client, "languages"), "{}", NULL), "POST", "languages",
             "{}"},
            {supa_any_store(supa_body(products(), "text/csv", "a", 1)), "POST", "products", "a"},
            {supa_body(products(), "application/json", "[{},{\"a\":1}]", 12), "POST", "products",
             "[{" OWNED "},{" OWNED ",\"a\":1}]"},
            {supa_body_borrow(products(), "Application/JSON; charset=utf-8", "{}x", 2), "POST",
             "products", "{" OWNED "}"},
            {supa_body(supa_from(world.client, "languages"), "text/csv", "a", 1), "POST",
             "languages", "a"},
            {supa_args(supa_rpc(world.client, "f"), "{\"store_id\":\"x\"}"), "POST", "rpc/f",
             "{\"store_id\":\"x\"}"},
        };
        table_writes(&world, writes, COUNT(writes));
    }
    world_end(&world);
}

#define OTHERS "[{},{\"store_id\":\"" WORLD_OTHER "\"}]"
#define MERGE  "a merge by a key without store_id could take one's"

static void what_could_reach_another_store_is_refused(void)
{
    const char *rest = "a";
    const char *const stores[] = {WORLD_STORE, WORLD_OTHER};
    const supa_value other = supa_text(WORLD_OTHER), list = supa_texts(stores, 2);

    world_start(&world, SUPA_SIDE_TENANT);
    {
        const struct mistake rows[] = {
            {id(supa_update(products(), "{\"store_id\":\"" WORLD_OTHER "\"}")),
             "names another store"},
            {id(supa_set(supa_update_row(products()), "store_id", other)), "names another store"},
            {id(supa_set(supa_update_row(products()), "store_id", supa_null())), "names another"},
            {supa_set(supa_insert_row(products()), "store_id", other), "names another store"},
            {supa_upsert(products(), "{\"store_id\":\"x\"}", "store_id"), "names another store"},
            {supa_upsert(products(), "{}", NULL), MERGE},
            {supa_upsert(products(), "{}", "sku"), MERGE},
            {supa_upsert(products(), "{}", "sku,old_store_id"), MERGE},
            {supa_upsert(products(), "{}", "store_id2"), MERGE},
            {id(supa_put(products(), "{}")), "a put could take one's"},
            {supa_body(products(), "text/csv", "a", 1), "this body is not JSON"},
            {supa_body(products(), "application/json", "{", 1), "this body is not JSON"},
            {supa_body(products(), "application/json", "[{},1]", 6), "this body is not JSON"},
            {supa_body(products(), "text/json", "{}", 2), "this body is not JSON"},
            {supa_body(products(), "application/json", OTHERS, sizeof OTHERS - 1),
             "names another store"},
            {supa_body_from(products(), "text/csv", read_text, &rest, 1), "this body is not JSON"},
            {supa_in(products(), "store_id", list), "\"store_id\" is compared with another"},
            {supa_eq(products(), "\"store_id\"", other), "is compared with another"},
            {supa_eq(products(), "c.\"store_id\"", other), "is compared with another"},
            {supa_filter_any(products(), "store_id", "eq", list), "is compared with another"},
            {supa_filter_text(products(), "store_id", "eq", "x"), "is compared with another"},
            {supa_end(supa_eq(supa_or(products()), "store_id", other)), "is compared with anot"},
            {supa_end(supa_end(supa_eq(supa_and(supa_or(products())), "store_id", other))),
             "is compared with another"},
            {supa_end(supa_eq(supa_or_on(products(), "c"), "store_id", other)), "is compared"},
            {supa_eq(supa_delete(products()), "store_id", other), "is compared with another"},
        };
        table_mistakes(&world, SUPA_ERROR_SCOPE, rows, COUNT(rows));
    }
    {
        const struct row rows[] = {
            {supa_in(products(), "store_id", supa_texts(stores, 1)),
             "products?store_id=in.(" WORLD_STORE ")&" OWN},
            {supa_neq(products(), "store_id", other), "products?store_id=neq." WORLD_OTHER "&" OWN},
            {supa_end(supa_eq(supa_or(products()), "a", other)),
             "products?or=(a.eq." WORLD_OTHER ")&" OWN},
        };
        table_reads(&world, rows, COUNT(rows));
    }
    world_end(&world);
}

extern CU_TestInfo body_tests[];
CU_TestInfo body_tests[] = {
    {"bodies go out as they are", bodies_go_out_as_they_are},
    {"bodies are checked", bodies_are_checked},
    {"the store is stamped and named", the_store_is_stamped_and_named},
    {"what could reach another store is refused", what_could_reach_another_store_is_refused},
    CU_TEST_INFO_NULL,
};
