/* SPDX-License-Identifier: MIT */
#include "query/guard.h"

#include "manager/platform_scope.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/query.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OWN          "store_id=eq." WORLD_STORE

static struct world world;

/* The query goes out with this method and URL. */
static void sent(supa_query *q, const char *method, const char *url)
{
    const size_t calls = world.calls;

    CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.calls, calls + 1);
    CU_ASSERT(world_same(world.method, method));
    CU_ASSERT(world_same(world.url + strlen(WORLD_PREFIX), url));
}

/* The scope refuses the query in these words, and nothing goes out. */
static void refused(supa_query *q, const char *words)
{
    const size_t calls = world.calls;
    supa_error error;

    CU_ASSERT_EQUAL(supa_exec(q, &error), SUPA_ERROR_SCOPE);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT(world_holds(error.message, words));
    CU_ASSERT_STRING_NOT_EQUAL(error.hint, "");
    CU_ASSERT_EQUAL(error.side, world.client->target.side);
    CU_ASSERT_STRING_EQUAL(error.store_id, world.client->target.store_id);
    CU_ASSERT_EQUAL(world.calls, calls);
}

static supa_query *from(const char *relation)
{
    return supa_from(world.client, relation);
}

static supa_query *read_of(const char *table)
{
    return supa_select(from(table), "*");
}

static supa_query *insert_into(const char *table)
{
    return supa_insert(from(table), "{\"a\":1}");
}

static supa_query *delete_from(const char *table)
{
    return supa_eq(supa_delete(from(table)), "id", supa_int(1));
}

/* A table's name as a query has it: one that a pattern stands for. */
static const char *name_of(const struct scope_listed *table)
{
    return strcmp(table->name, "ai_training_*") == 0 ? "ai_training_rules" : table->name;
}

static supa_query *embed_of(const char *table)
{
    char columns[128];

    snprintf(columns, sizeof columns, "id,x:%s!fk(*)", table);
    return supa_select(from("languages"), columns); /* a tenant's table without a store_id */
}

static void the_list_of_tables_is_sorted_and_whole(void)
{
    struct scope *scope = scope_new("platform", &platform_tables, &platform_functions);
    size_t both = 0, with_store = 0;

    for (size_t i = 0; i < platform_tables.count; i++) {
        const struct scope_listed *table = &platform_tables.entries[i];
        const struct scope_entry *found =
            scope_find(&scope->tables, table->name, strlen(table->name));

        CU_ASSERT(i == 0 || strcmp(table[-1].name, table->name) < 0);
        CU_ASSERT(table->owner >= OWNER_MASTER && table->owner <= OWNER_BOTH);
        CU_ASSERT_STRING_EQUAL(found->name, table->name);
        CU_ASSERT_EQUAL(found->has_store_id, table->has_store_id);
        if (strchr(table->name, '*') == NULL)
            CU_ASSERT_PTR_NULL(
                scope_find(&scope->tables, table->name, strlen(table->name) - 1)->name);
        both += table->owner == OWNER_BOTH;
        with_store += table->has_store_id;
    }
    CU_ASSERT_EQUAL(both, 4);
    CU_ASSERT_EQUAL(with_store, 69);
    CU_ASSERT_PTR_NULL(scope_find(&scope->tables, "", 0)->name);
    CU_ASSERT_PTR_NULL(scope_find(&scope->tables, "zzz", 3)->name);
    CU_ASSERT_PTR_NULL(scope_find(&scope->tables, "Products", 8)->name);
    scope_unref(scope);
}

static void each_table_of_the_master_is_refused_on_a_tenant(void)
{
    size_t count = 0;

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < platform_tables.count; i++) {
        const char *name = name_of(&platform_tables.entries[i]);

        if (platform_tables.entries[i].owner != OWNER_MASTER)
            continue;
        count++;
        refused(read_of(name), "belongs to the master");
        refused(insert_into(name), name);
        refused(delete_from(name), "asked of a tenant");
        refused(embed_of(name), "belongs to the master");
        refused(supa_own_copy(read_of(name)), "belongs to the master");
        refused(supa_any_store(read_of(name)), "belongs to the master");
    }
    CU_ASSERT(count > 30);
    world_end(&world);
}

static void each_table_of_the_tenants_is_refused_on_the_master(void)
{
    size_t count = 0;

    world_start(&world, SUPA_SIDE_MASTER);
    for (size_t i = 0; i < platform_tables.count; i++) {
        const char *name = name_of(&platform_tables.entries[i]);
        char columns[128];

        if (platform_tables.entries[i].owner != OWNER_TENANT)
            continue;
        count++;
        snprintf(columns, sizeof columns, "id,%s(*)", name);
        refused(read_of(name), "belongs to the tenants");
        refused(insert_into(name), name);
        refused(delete_from(name), "asked of the master");
        refused(supa_select(from("stores"), columns), "belongs to the tenants");
        refused(supa_own_copy(supa_any_store(read_of(name))), "belongs to the tenants");
    }
    CU_ASSERT(count > 80);
    world_end(&world);
}

static void each_table_is_taken_by_its_side(void)
{
    for (int side = SUPA_SIDE_MASTER; side <= SUPA_SIDE_TENANT; side++) {
        world_start(&world, (supa_side)side);
        for (size_t i = 0; i < platform_tables.count; i++) {
            const struct scope_listed *table = &platform_tables.entries[i];
            char url[256];

            if ((table->owner & (side == SUPA_SIDE_MASTER ? OWNER_MASTER : OWNER_TENANT)) == 0)
                continue;
            snprintf(
                url, sizeof url, "%s?select=*%s", name_of(table),
                side == SUPA_SIDE_TENANT && table->has_store_id ? "&" OWN : "");
            sent(supa_own_copy(read_of(name_of(table))), "GET", url);
        }
        world_end(&world);
    }
}

/* The platform's costliest bug: a tenant's copy of the master's table, taken for the master's. */
static void needs_own_copy(const char *table, const char *url)
{
    char embed[256];

    world_start(&world, SUPA_SIDE_TENANT);
    refused(read_of(table), table);
    refused(insert_into(table), "belongs to the master, and was asked of a tenant");
    refused(delete_from(table), "belongs to the master, and was asked of a tenant");
    refused(embed_of(table), "belongs to the master, and was asked of a tenant");
    refused(supa_any_store(read_of(table)), "belongs to the master");
    snprintf(embed, sizeof embed, "%s?select=*%s", table, url);
    sent(supa_own_copy(read_of(table)), "GET", embed);
    sent(supa_own_copy(insert_into(table)), "POST", table);
    snprintf(embed, sizeof embed, "%s?id=eq.1%s", table, url);
    sent(supa_own_copy(delete_from(table)), "DELETE", embed);
    snprintf(
        embed, sizeof embed, "languages?select=id,x:%s!fk(*)%s%s", table, *url != '\0' ? "&x." : "",
        *url != '\0' ? url + 1 : "");
    sent(supa_own_copy(embed_of(table)), "GET", embed);
    world_end(&world);
    world_start(&world, SUPA_SIDE_MASTER);
    sent(delete_from(table), "DELETE", strcat(strcpy(embed, table), "?id=eq.1"));
    sent(insert_into(table), "POST", table);
    CU_ASSERT(world_same(world.body, "{\"a\":1}"));
    sent(read_of(table), "GET", strcat(strcpy(embed, table), "?select=*"));
    world_end(&world);
}

static void stores_needs_own_copy(void)
{
    needs_own_copy("stores", "");
}

static void users_needs_own_copy(void)
{
    needs_own_copy("users", "");
}

static void credit_usage_needs_own_copy(void)
{
    needs_own_copy("credit_usage", "&" OWN);
}

static void credit_transactions_needs_own_copy(void)
{
    needs_own_copy("credit_transactions", "&" OWN);
}

static void own_copy_opens_no_other_table(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    refused(supa_own_copy(read_of("store_databases")), "belongs to the master");
    refused(
        supa_own_copy(supa_select(from("stores"), "id,subscriptions(*)")),
        "\"subscriptions\" belongs to the master");
    world_end(&world);
}

static void an_embed_is_found_however_it_is_written(void)
{
    static const char *const columns[] = {
        "*,stores(*)",
        "*,shop:stores(*)",
        "*,stores!inner(*)",
        "*,stores!fk!left(*)",
        "*,...stores(city)",
        "*,stores()",
        "*,\"stores\"(*)",
        "*,\"sto\\res\"(*)",
        "*, stores (id)",
        "categories(stores(id))",
        "a:categories(b:stores!x(count()))",
        "*,\n\tstores\n(\nid)",
        "*,\"a(\",stores(id)"};

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(columns); i++)
        refused(supa_select(from("products"), columns[i]), "\"stores\" belongs to the master");
    world_end(&world);
}

static void unknown_tables_are_refused(void)
{
    static const char *const names[] = {"product",    "Products", "products2",   "pg_class",
                                        "product_id", "rpc",      "\"products\""};

    for (int side = SUPA_SIDE_MASTER; side <= SUPA_SIDE_TENANT; side++) {
        world_start(&world, (supa_side)side);
        for (size_t i = 0; i < COUNT(names); i++)
            refused(supa_own_copy(supa_any_store(read_of(names[i]))), "is in no list of tables");
        world_end(&world);
    }
    world_start(&world, SUPA_SIDE_TENANT);
    refused(supa_select(from("products"), "*,category_id(*)"), "is in no list of tables");
    world_end(&world);
}

static void reads_and_deletes_are_kept_to_the_store(void)
{
    static const char all[] = "products?select=*,categories(*),p:product_files(*),"
                              "product_seo(*,shop:categories(*))"
                              "&" OWN "&categories." OWN "&p." OWN "&product_seo.shop." OWN;

    world_start(&world, SUPA_SIDE_TENANT);
    sent(from("products"), "GET", "products?" OWN);
    sent(from("languages"), "GET", "languages");
    sent(supa_limit(from("products"), 3), "GET", "products?" OWN "&limit=3");
    sent(delete_from("products"), "DELETE", "products?id=eq.1&" OWN);
    sent(supa_all_rows(supa_delete(from("products"))), "DELETE", "products?" OWN);
    sent(
        supa_select(
            from("products"), "*,categories(*),p:product_files(*),"
                              "product_seo(*,shop:categories(*))"),
        "GET", all);
    sent(
        supa_select(from("languages"), "*,\"products\"(*)"), "GET",
        "languages?select=*,%22products%22(*)&%22products%22." OWN);
    world_end(&world);
}

static void the_stores_filter_is_none_of_the_callers_own(void)
{
    supa_error error;

    world_start(&world, SUPA_SIDE_TENANT);
    CU_ASSERT_EQUAL(supa_exec(supa_delete(from("products")), &error), SUPA_ERROR_UNFILTERED);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_eq(supa_delete(from("products")), "store_id", supa_text(WORLD_STORE)), &error),
        SUPA_ERROR_UNFILTERED);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_eq(supa_update(from("products"), "{}"), "\"store_id\"", supa_text(WORLD_STORE)),
            &error),
        SUPA_ERROR_UNFILTERED);
    CU_ASSERT_EQUAL(world.calls, 0);
    sent(
        supa_all_rows(supa_eq(supa_delete(from("products")), "store_id", supa_text(WORLD_STORE))),
        "DELETE", "products?" OWN "&" OWN);
    world_end(&world);
}

static void a_filter_that_names_another_store_is_refused(void)
{
    static const char upper[] = "6F1C2B3A-0D4E-4F5A-8B6C-7D8E9FA0B1C2";
    static const char *const others[] = {WORLD_OTHER, "", "x", WORLD_STORE " ", "null"};

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(others); i++) {
        refused(
            supa_eq(from("products"), "store_id", supa_text(others[i])),
            "\"store_id\" is compared");
        refused(
            supa_eq(supa_delete(from("products")), "store_id", supa_text(others[i])),
            "another store");
        refused(
            supa_eq(from("products"), "categories.store_id", supa_text(others[i])),
            "\"categories.store_id\" is compared with another store");
    }
    refused(supa_eq(from("products"), "store_id", supa_int(1)), "another store");
    sent(
        supa_eq(from("products"), "store_id", supa_text(WORLD_STORE)), "GET",
        "products?" OWN "&" OWN);
    sent(
        supa_eq(delete_from("products"), "store_id", supa_text(upper)), "DELETE",
        "products?id=eq.1&store_id=eq.6F1C2B3A-0D4E-4F5A-8B6C-7D8E9FA0B1C2&" OWN);
    sent(
        supa_eq(from("products"), "old_store_id", supa_text("x")), "GET",
        "products?old_store_id=eq.x&" OWN);
    world_end(&world);
}

static void any_store_is_the_way_out(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    sent(supa_any_store(from("products")), "GET", "products");
    sent(supa_any_store(delete_from("products")), "DELETE", "products?id=eq.1");
    sent(
        supa_any_store(supa_select(from("products"), "*,categories(*)")), "GET",
        "products?select=*,categories(*)");
    sent(
        supa_any_store(supa_eq(from("products"), "store_id", supa_text(WORLD_OTHER))), "GET",
        "products?store_id=eq." WORLD_OTHER);
    sent(
        supa_any_store(supa_insert(from("products"), "{\"store_id\":\"" WORLD_OTHER "\"}")), "POST",
        "products");
    CU_ASSERT(world_same(world.body, "{\"store_id\":\"" WORLD_OTHER "\"}"));
    refused(supa_any_store(from("stores")), "belongs to the master");
    world_end(&world);
}

#define ID "\"store_id\":\"" WORLD_STORE "\""

/* The URL of an insert of a list of rows with these columns; NULL: of one row. */
static void columns_of(char url[128], const char *table, const char *columns, int stamped)
{
    const char *store = "", *given = columns != NULL ? columns : "";

    if (stamped && columns != NULL && strstr(columns, "store_id") == NULL)
        store = *columns != '\0' ? ",%22store_id%22" : "%22store_id%22";
    snprintf(
        url, 128, "%s%s%s%s", table, *given != '\0' || *store != '\0' ? "?columns=" : "", given,
        store);
}

static void inserted_rows_are_stamped(void)
{
    static const struct {
        const char *rows, *sent;
        const char *columns; /* of a list of rows, without the stamp's */
    } rows[] = {
        {"{}", "{" ID "}", NULL},
        {"{\"a\":1}", "{" ID ",\"a\":1}", NULL},
        {" { \"a\" : 1 } ", " {" ID ", \"a\" : 1 } ", NULL},
        {"[]", "[]", ""},
        {"[{}]", "[{" ID "}]", ""},
        {"[{\"a\":1},{},{\"b\":[{}]}]", "[{" ID ",\"a\":1},{" ID "},{" ID ",\"b\":[{}]}]",
         "%22a%22,%22b%22"},
        {"{" ID "}", "{" ID "}", NULL},
        {"{\"a\":1," ID "}", "{\"a\":1," ID "}", NULL},
        {"{\"store_id\":\"6F1C2B3A-0d4e-4f5a-8b6c-7d8e9fa0b1c2\"}",
         "{\"store_id\":\"6F1C2B3A-0d4e-4f5a-8b6c-7d8e9fa0b1c2\"}", NULL},
        {"{\"store\\u005fid\":\"" WORLD_STORE "\"}", "{\"store\\u005fid\":\"" WORLD_STORE "\"}",
         NULL},
        {"[{" ID "},{\"a\":1}]", "[{" ID "},{" ID ",\"a\":1}]", "%22store_id%22,%22a%22"},
        {"{" ID "," ID "}", "{" ID "," ID "}", NULL},
        {"{\"a\":{\"store_id\":\"x\"}}", "{" ID ",\"a\":{\"store_id\":\"x\"}}", NULL},
        {"{\"n\":12345678901234567890.10}", "{" ID ",\"n\":12345678901234567890.10}", NULL},
        {"{\"Store_id\":1}", "{" ID ",\"Store_id\":1}", NULL},
    };

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char stamped[128], plain[128];

        columns_of(stamped, "products", rows[i].columns, 1);
        columns_of(plain, "languages", rows[i].columns, 0);
        sent(supa_insert(from("products"), rows[i].rows), "POST", stamped);
        CU_ASSERT(world_same(world.body, rows[i].sent));
        sent(supa_insert(from("languages"), rows[i].rows), "POST", plain);
        CU_ASSERT(world_same(world.body, rows[i].rows));
    }
    world_end(&world);
}

static void rows_of_another_store_are_refused(void)
{
    static const char *const rows[] = {
        "{\"store_id\":\"" WORLD_OTHER "\"}",
        "{\"store_id\":null}",
        "{\"store_id\":1}",
        "{\"store_id\":\"\"}",
        "{\"store_id\":[\"" WORLD_STORE "\"]}",
        "{\"store_id\":{}}",
        "{\"store_id\":true}",
        "{\"store_id\":\"{" WORLD_STORE "}\"}",
        "{\"store\\u005fid\":\"" WORLD_OTHER "\"}",
        "[{" ID "},{\"store_id\":\"" WORLD_OTHER "\"}]",
        "[{},{\"a\":1,\"store_id\":\"" WORLD_OTHER "\"}]",
        /* PostgreSQL takes the last of two members of one name. */
        "{" ID ",\"store_id\":\"" WORLD_OTHER "\"}",
        "{\"store_id\":\"" WORLD_OTHER "\"," ID "}",
        "{" ID ",\"a\":1,\"store\\u005fid\":\"" WORLD_OTHER "\"}",
        "[{" ID ",\"store_id\":null}]",
    };

    world_start(&world, SUPA_SIDE_TENANT);
    for (size_t i = 0; i < COUNT(rows); i++)
        refused(supa_insert(from("products"), rows[i]), "names another store");
    world_end(&world);
}

static void the_answer_of_an_insert_is_kept_to_the_store(void)
{
    world_start(&world, SUPA_SIDE_TENANT);
    sent(
        supa_select(insert_into("products"), "id,categories(*)"), "POST",
        "products?select=id,categories(*)&categories." OWN);
    CU_ASSERT(world_same(world.body, "{" ID ",\"a\":1}"));
    world_end(&world);
}

static void the_master_adds_nothing(void)
{
    world_start(&world, SUPA_SIDE_MASTER);
    sent(from("credit_usage"), "GET", "credit_usage");
    sent(insert_into("credit_usage"), "POST", "credit_usage");
    CU_ASSERT(world_same(world.body, "{\"a\":1}"));
    sent(
        supa_eq(from("credit_usage"), "store_id", supa_text(WORLD_OTHER)), "GET",
        "credit_usage?store_id=eq." WORLD_OTHER);
    sent(
        supa_select(from("stores"), "*,store_databases(*),credit_usage(*)"), "GET",
        "stores?select=*,store_databases(*),credit_usage(*)");
    world_end(&world);
}

static void nothing_happens_without_a_scope(void)
{
    static const char others[] = "{\"store_id\":\"" WORLD_OTHER "\"}";

    world_start(&world, SUPA_SIDE_NONE);
    sent(
        supa_select(from("stores"), "*,products(*),nobody(*)"), "GET",
        "stores?select=*,products(*),nobody(*)");
    sent(delete_from("products"), "DELETE", "products?id=eq.1");
    sent(supa_eq(from("products"), "store_id", supa_text("x")), "GET", "products?store_id=eq.x");
    sent(supa_insert(from("products"), others), "POST", "products");
    CU_ASSERT(world_same(world.body, others));
    world_end(&world);
}

extern CU_TestInfo guard_tests[];
CU_TestInfo guard_tests[] = {
    {"the list of tables is sorted and whole", the_list_of_tables_is_sorted_and_whole},
    {"each table of the master is refused on a tenant",
     each_table_of_the_master_is_refused_on_a_tenant},
    {"each table of the tenants is refused on the master",
     each_table_of_the_tenants_is_refused_on_the_master},
    {"each table is taken by its side", each_table_is_taken_by_its_side},
    {"stores needs own copy", stores_needs_own_copy},
    {"users needs own copy", users_needs_own_copy},
    {"credit_usage needs own copy", credit_usage_needs_own_copy},
    {"credit_transactions needs own copy", credit_transactions_needs_own_copy},
    {"own copy opens no other table", own_copy_opens_no_other_table},
    {"an embed is found however it is written", an_embed_is_found_however_it_is_written},
    {"unknown tables are refused", unknown_tables_are_refused},
    {"reads and deletes are kept to the store", reads_and_deletes_are_kept_to_the_store},
    {"the store's filter is none of the caller's own",
     the_stores_filter_is_none_of_the_callers_own},
    {"a filter that names another store is refused", a_filter_that_names_another_store_is_refused},
    {"any store is the way out", any_store_is_the_way_out},
    {"inserted rows are stamped", inserted_rows_are_stamped},
    {"rows of another store are refused", rows_of_another_store_are_refused},
    {"the answer of an insert is kept to the store", the_answer_of_an_insert_is_kept_to_the_store},
    {"the master adds nothing", the_master_adds_nothing},
    {"nothing happens without a scope", nothing_happens_without_a_scope},
    CU_TEST_INFO_NULL,
};
