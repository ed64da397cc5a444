/* SPDX-License-Identifier: MIT */
/* What a tenant's queries get of their store, tried by those who would rather not have it. */
#include "query/scope.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <supa/cjson.h>
#include <supa/query.h>

#define OWN   "store_id=eq." WORLD_STORE
#define OWNED "\"store_id\":\"" WORLD_STORE "\""
#define UPPER "6F1C2B3A-0D4E-4F5A-8B6C-7D8E9FA0B1C2"

static struct world world;

static supa_query *from(const char *table)
{
    return supa_from(world.client, table);
}

static supa_query *products(void)
{
    return from("products");
}

static supa_query *chosen(const char *columns)
{
    return supa_select(products(), columns);
}

static void what_no_row_of_the_store_meets_is_refused(void)
{
    const char *const ours[] = {WORLD_STORE}, *const two[] = {WORLD_STORE, WORLD_OTHER};
    const supa_value own = supa_text(WORLD_STORE), other = supa_text(WORLD_OTHER);

    world_start(&world, SUPA_SIDE_TENANT);
    {
        const struct mistake rows[] = {
            {supa_is(products(), "store_id", SUPA_IS_NULL), "another store"},
            {supa_eq(products(), "store_id", supa_null()), "another store"},
            {supa_is(products(), "store_id", SUPA_IS_TRUE), "another store"},
            {supa_neq(products(), "store_id", own), "another store"},
            {supa_is_distinct(products(), "store_id", supa_text(UPPER)), "another store"},
            {supa_eq(supa_not(products()), "store_id", own), "another store"},
            {supa_neq(supa_not(products()), "store_id", other), "another store"},
            {supa_is_distinct(supa_not(products()), "store_id", other), "another store"},
            {supa_not_in(products(), "store_id", supa_texts(ours, 1)), "another store"},
            {supa_not_in(products(), "store_id", supa_texts(two, 2)), "another store"},
            {supa_in(products(), "store_id", supa_texts(two, 2)), "another store"},
            {supa_filter_any(products(), "store_id", "eq", supa_texts(two, 2)), "another store"},
            {supa_filter_all(products(), "store_id", "eq", supa_texts(two, 2)), "another store"},
            {supa_is(supa_not(products()), "store_id", SUPA_IS_NOT_NULL), "another store"},
            {supa_end(supa_eq(supa_eq(supa_or(products()), "id", other), "store_id", other)),
             "another store"},
            {supa_end(
                 supa_is(supa_neq(supa_or(products()), "store_id", own), "store_id", SUPA_IS_NULL)),
             "another store"},
            {supa_end(supa_eq(supa_eq(supa_or(supa_not(products())), "store_id", own), "id", own)),
             "another store"},
            {supa_end(
                 supa_neq(supa_neq(supa_and(supa_not(products())), "store_id", other), "id", own)),
             "another store"},
            {supa_end(supa_is(
                 supa_or_on(chosen("*,categories(*)"), "categories"), "store_id", SUPA_IS_NULL)),
             "another store"},
            {supa_eq(chosen("*,c:categories(*)"), "c.store_id", other), "another store"},
            {supa_end(supa_eq(supa_not(supa_or(supa_not(products()))), "store_id", other)),
             "another store"},
            {supa_not_in(supa_not(products()), "store_id", supa_texts(two, 2)), "another store"},
        };
        table_mistakes(&world, SUPA_ERROR_SCOPE, rows, COUNT(rows));
    }
    world_end(&world);
}

static void what_every_row_of_the_store_meets_is_no_filter(void)
{
    const supa_value own = supa_text(WORLD_STORE), other = supa_text(WORLD_OTHER);

    world_start(&world, SUPA_SIDE_TENANT);
    {
        supa_query *const vain[] = {
            supa_eq(supa_delete(products()), "store_id", own),
            supa_is(supa_delete(products()), "store_id", SUPA_IS_NOT_NULL),
            supa_neq(supa_delete(products()), "store_id", other),
            supa_eq(supa_not(supa_delete(products())), "store_id", other),
            supa_neq(supa_delete(products()), "store_id", supa_null()),
            supa_filter_raw(supa_delete(products()), "store_id", "eq." WORLD_STORE),
            supa_filter_raw(supa_delete(products()), "store_id", "in.(" UPPER ")"),
            supa_filter_raw(supa_delete(products()), "store_id", "not.is.null"),
            supa_end(supa_eq(
                supa_eq(supa_or(supa_delete(products())), "store_id", own), "id", supa_int(1))),
            supa_end(supa_neq(
                supa_eq(supa_and(supa_delete(products())), "store_id", own), "store_id", other)),
        };
        const struct mistake rows[] = {
            {vain[0], "without a filter"}, {vain[1], "without a filter"},
            {vain[2], "without a filter"}, {vain[3], "without a filter"},
            {vain[4], "without a filter"}, {vain[5], "without a filter"},
            {vain[6], "without a filter"}, {vain[7], "without a filter"},
            {vain[8], "without a filter"}, {vain[9], "without a filter"},
        };
        table_mistakes(&world, SUPA_ERROR_UNFILTERED, rows, COUNT(rows));
    }
    table_sent(
        &world,
        supa_end(supa_eq(
            supa_eq(supa_and(supa_delete(products())), "store_id", own), "id", supa_int(1))),
        "DELETE", "products?and=(store_id.eq." WORLD_STORE ",id.eq.1)&" OWN, NULL);
    world_end(&world);
}

/* Raw text is let through where it speaks of this store or of none. */
static void raw_text_may_name_the_own_store_only(void)
{
    static const char *const raw[] = {"eq." WORLD_OTHER,
                                      "neq." WORLD_STORE,
                                      "is.null",
                                      "in.(" WORLD_STORE "," WORLD_OTHER ")",
                                      "not.eq." WORLD_OTHER,
                                      "eq." WORLD_STORE "x",
                                      "gt.0",
                                      "eq(any).{" WORLD_OTHER "}"};
    static const char *const groups[] = {
        "store_id.eq." WORLD_OTHER,
        "id.eq.1,store_id.neq.x",
        "and(id.eq.1,store_id.is.null)",
        "\"store_id\".eq." WORLD_OTHER,
        "store_id.eq." WORLD_STORE "0",
        "store_id.not.eq." WORLD_STORE,
        "store_id.eq." WORLD_STORE ",store_id.eq." WORLD_OTHER};
    static const char *const fine[] = {
        "store_id.eq." WORLD_STORE ",id.eq.1",
        "id.eq.1,store_id.in.(" UPPER ")",
        "and(store_id.not.is.null,id.eq.1)",
        "old_store_id.eq.x",
        "name.eq.store_id",
        "store_id2.eq.x"};

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(raw); i++)
        table_refused(
            &world, supa_filter_raw(products(), "store_id", raw[i]), SUPA_ERROR_SCOPE,
            "\"store_id\" is compared by raw text");
    table_refused(
        &world, supa_filter_raw(supa_not(products()), "store_id", "eq." WORLD_STORE),
        SUPA_ERROR_SCOPE, "by raw text");
    for (size_t i = 0; i < COUNT(groups); i++)
        table_refused(
            &world, supa_or_raw(products(), groups[i]), SUPA_ERROR_SCOPE, "\"store_id\" is compa");
    for (size_t i = 0; i < COUNT(fine); i++) {
        CU_ASSERT_EQUAL(supa_exec(supa_or_raw(products(), fine[i]), NULL), SUPA_OK);
        CU_ASSERT(world_holds(world.url, "&" OWN));
    }
    world_end(&world);
}

/* The names of PostgREST's own parameters are columns here, and never a second select. */
static void columns_are_no_parameters(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    table_sent(
        &world, supa_filter_raw(products(), "select", "*,stores(*)"), "GET",
        "products?%22select%22=*,stores(*)&" OWN, NULL);
    table_sent(
        &world, supa_filter_raw(products(), "or", "(store_id.not.is.null)"), "GET",
        "products?%22or%22=(store_id.not.is.null)&" OWN, NULL);
    table_sent(
        &world, supa_filter_raw(products(), "a", "eq.1&store_id=eq.x&select=*,stores(*)"), "GET",
        "products?a=eq.1%26store_id%3Deq.x%26select%3D*,stores(*)&" OWN, NULL);
    world_end(&world);
}

static void each_embedded_resource_has_its_own_filter(void)
{
    static const struct {
        const char *columns, *filters;
    } rows[] = {
        {"*,a:categories(*),b:categories(*)", "&a." OWN "&b." OWN},
        {"*,categories!inner(*)", "&categories." OWN},
        {"*,c:categories!fk!inner(*)", "&c." OWN},
        {"*,...categories(*)", "&categories." OWN},
        {"*,\"c d\":categories(*)", "&%22c%20d%22." OWN},
        {"*,\"a.b\":\"categories\"(*)", "&%22a.b%22." OWN},
        {"*,select:categories(*)", "&select." OWN},
        {"*,categories()", "&categories." OWN},
        {"*,categories(count())", "&categories." OWN},
        {"*,product_seo(categories(*)),product_tabs(categories(*))",
         "&product_seo.categories." OWN "&product_tabs." OWN "&product_tabs.categories." OWN},
        {"*,x:product_seo(categories(*)),y:product_seo(categories(*))",
         "&x.categories." OWN "&y.categories." OWN},
        {"*,product_seo(id),product_seo(name)", ""},
        {"*,categories:product_files(*)", "&categories." OWN},
        {"*,a:categories(b:products(c:categories(*)))", "&a." OWN "&a.b." OWN "&a.b.c." OWN},
    };

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *filters;

        CU_ASSERT_EQUAL(supa_exec(chosen(rows[i].columns), NULL), SUPA_OK);
        filters = strstr(world.url, "&" OWN);
        CU_ASSERT_PTR_NOT_NULL_FATAL(filters);
        CU_ASSERT(world_same(filters + strlen("&" OWN), rows[i].filters));
    }
    world_end(&world);
}

/* Of two that share a name the server filters the first only, so the other's rows would be anyone's. */
static void namesakes_are_refused(void)
{
    static const char *const columns[] = {
        "*,categories(id),categories(name)",
        "*,a:categories(id),categories(name)",
        "*,categories(id),a:categories(name)",
        "*,a:categories(id),a:product_files(id)",
        "*,categories:product_files(id),categories(id)",
        "*,categories:languages(id),categories(id)",
        "*,\"categories\"(id),a:categories(name)",
        "*,a:categories(id),\"a\":product_files(id)",
        "*,...categories(id),a:categories(name)",
        "*,product_seo(categories(id)),product_seo(name)",
        "*,product_seo(categories(id)),x:product_seo(categories(id))",
        "*,x:languages(a:categories(id),categories(id))",
    };

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(columns); i++) {
        table_refused(
            &world, chosen(columns[i]), SUPA_ERROR_SCOPE, "is embedded where two resources share");
        CU_ASSERT_EQUAL(supa_exec(supa_any_store(chosen(columns[i])), NULL), SUPA_OK);
    }
    world_end(&world);
    world_start(&world, SUPA_SIDE_MASTER);
    CU_ASSERT_EQUAL(
        supa_exec(supa_select(from("stores"), "credit_usage(id),credit_usage(id)"), NULL), SUPA_OK);
    world_end(&world);
}

static void rows_are_stamped_in_every_form(void)
{
    cJSON *tree = cJSON_Parse("[{\"a\":1},{\"b\":2}]");

    world_start(&world, SUPA_SIDE_TENANT);
    {
        const struct write writes[] = {
            {supa_insert_tree(products(), tree), "POST",
             "products?columns=%22a%22,%22b%22,%22store_id%22",
             "[{" OWNED ",\"a\":1},{" OWNED ",\"b\":2}]"},
            {supa_columns(supa_insert_row(products()), "a"), "POST", "products?columns=a,store_id",
             "{" OWNED "}"},
            {supa_missing_default(supa_insert(products(), "[{},{\"a\":1}]")), "POST",
             "products?columns=%22a%22,%22store_id%22", "[{" OWNED "},{" OWNED ",\"a\":1}]"},
            {supa_body(supa_upsert(products(), NULL, "store_id,sku"), "application/json", "{}", 2),
             "POST", "products?on_conflict=store_id,sku", "{" OWNED "}"},
        };
        table_writes(&world, writes, COUNT(writes));
    }
    {
        const struct mistake rows[] = {
            {supa_body(products(), "text/csv", "a,store_id\n1,x\n", 15), "not JSON"},
            {supa_body_borrow(products(), "text/csv", "a\n1\n", 4), "not JSON"},
            {supa_body(products(), "application/json", "\"x\"", 3), "not JSON"},
            {supa_body(products(), "application/json", "[[{}]]", 6), "not JSON"},
            {supa_body(products(), "application/json", "\xEF\xBB\xBF{}", 5), "not JSON"},
            {supa_body(products(), "application/jsonx", "{}", 2), "not JSON"},
        };
        table_mistakes(&world, SUPA_ERROR_SCOPE, rows, COUNT(rows));
    }
    world_end(&world);
    cJSON_Delete(tree);
}

static void a_description_is_what_is_sent(void)
{
    static const char rows[] = "[{\"a\":1}]";
    supa_query *q;
    char *first, *second;

    world_start(&world, SUPA_SIDE_TENANT);
    q = supa_body_borrow(supa_select(products(), "categories(id)"), "application/json", rows, 9);
    first = supa_query_describe(q);
    second = supa_query_describe(q);
    CU_ASSERT_STRING_EQUAL(first, second);
    CU_ASSERT(world_holds(first, "[{" OWNED ",\"a\":1}]"));
    CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_OK);
    CU_ASSERT(world_same(world.body, "[{" OWNED ",\"a\":1}]"));
    CU_ASSERT(world_same(world.url, WORLD_PREFIX "products?select=categories(id)&categories." OWN));
    supa_text_free(first);
    supa_text_free(second);
    world_end(&world);
}

/* A name is a name, wherever it comes from. */
static void names_of_tables_are_exact(void)
{
    static const char *const names[] = {"PRODUCTS",        "products ",   " products", "products.",
                                        "public.products", "products%00", "products?", "products#",
                                        "stores;",         "\"stores\""};

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(names); i++)
        table_refused(&world, from(names[i]), SUPA_ERROR_SCOPE, "is in no list of tables");
    table_refused(&world, from("rpc/exec_sql"), SUPA_ERROR_ARGUMENT, "slash");
    world_end(&world);
}

static void functions_have_a_side(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    {
        const struct mistake rows[] = {
            {supa_rpc(world.client, "exec_sql"), "\"exec_sql\" belongs to the master"},
            {supa_rpc_get(supa_rpc(world.client, "now")), "belongs to the master"},
            {supa_rpc(world.client, "search_products_by_embedding"), "belongs to the master"},
            {supa_any_store(supa_own_copy(supa_rpc(world.client, "exec_sql"))), "the master"},
            {supa_select(supa_rpc(world.client, "execute_sql"), "*,stores(*)"), "to the master"},
        };
        table_mistakes(&world, SUPA_ERROR_SCOPE, rows, COUNT(rows));
    }
    table_refused(
        &world, supa_eq(supa_rpc(world.client, "execute_sql"), "store_id", supa_text("x")),
        SUPA_ERROR_SCOPE, "another store");
    table_sent(
        &world, supa_select(supa_rpc(world.client, "f"), "*,categories(*)"), "POST",
        "rpc/f?select=*,categories(*)&categories." OWN, "{}");
    table_sent(&world, supa_rpc(world.client, "execute_sql"), "POST", "rpc/execute_sql", "{}");
    world_end(&world);
    world_start(&world, SUPA_SIDE_MASTER);
    table_refused(
        &world, supa_rpc(world.client, "execute_sql"), SUPA_ERROR_SCOPE, "belongs to the tenants");
    table_sent(&world, supa_rpc(world.client, "exec_sql"), "POST", "rpc/exec_sql", "{}");
    world_end(&world);
}

extern CU_TestInfo scope_filter_tests[];
CU_TestInfo scope_filter_tests[] = {
    {"what no row of the store meets is refused", what_no_row_of_the_store_meets_is_refused},
    {"what every row of the store meets is no filter",
     what_every_row_of_the_store_meets_is_no_filter},
    {"raw text may name the own store only", raw_text_may_name_the_own_store_only},
    {"columns are no parameters", columns_are_no_parameters},
    {"each embedded resource has its own filter", each_embedded_resource_has_its_own_filter},
    {"embedded resources that share a name are refused", namesakes_are_refused},
    {"rows are stamped in every form", rows_are_stamped_in_every_form},
    {"a description is what is sent", a_description_is_what_is_sent},
    {"names of tables are exact", names_of_tables_are_exact},
    {"functions have a side", functions_have_a_side},
    CU_TEST_INFO_NULL,
};
