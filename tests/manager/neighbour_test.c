/* SPDX-License-Identifier: MIT */
/* Stores that share a database do not meet: queries made by chance, on every table of the lists with a
 * store_id, through the client of a store of the test's own, which tenant 1 houses beside its own store
 * and another. SUPA_SCOPE_QUERIES says how many a table gets, SUPA_SCOPE_SEED which. Its queries are the same however
 * many threads there are, and whatever becomes of the other tables. */
#include "live/stack.h"
#include "main.h"
#include "manager/platform_scope.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUEST  "5f0e0000-0000-4000-8000-0000000d1ce5"
#define UPPER  "5F0E0000-0000-4000-8000-0000000D1CE5"
#define OTHERS 12 /* rows of other stores that are aimed at */
#define KEYS   4

struct table {
    const char *name, *label; /* a text column */
    const char *also;         /* another one that gets the same, or NULL */
    const char *fill;         /* members that a row needs beside */
    const char *keys[KEYS];   /* each unique key */
};

static const struct table special[] = {
    {"products", "slug", "sku", "", {"id", "store_id,slug", "store_id,sku"}},
    {"categories", "slug", NULL, "", {"id", "store_id,slug"}},
    {"customers", "email", NULL, "", {"id", "email", "store_id,email"}},
    {"sales_orders",
     "order_number",
     NULL,
     ",\"customer_email\":\"a@b\",\"billing_address\":{},\"subtotal\":1,\"total_amount\":1",
     {"id", "order_number"}},
    {"credit_usage", "usage_type", NULL, ",\"credits_used\":1", {"id"}},
    {"credit_transactions", "transaction_type", NULL, ",\"credits_amount\":1", {"id"}},
};

enum { THREADS = 4 };

/* One of the rows that must stay as it is. */
struct other {
    char id[40], store_id[40], label[260];
};

/* All threads'. */
static struct {
    supa_manager *manager;
    supa_client *guest, *all; /* the store's, and one that sees everything */
    uint64_t queries, seed;   /* of each table */
    atomic_size_t next, tables, wrong;
    atomic_size_t ok, refused, failed; /* by the scope, by the database */
} world;

/* A thread's table. */
static _Thread_local struct {
    struct table table;
    struct other others[OTHERS];
    size_t other_count;
    uint64_t dice;
} test;

static uint64_t roll(uint64_t sides)
{
    test.dice ^= test.dice << 13;
    test.dice ^= test.dice >> 7;
    test.dice ^= test.dice << 17;
    return test.dice % sides;
}

static uint64_t number_of(const char *variable, uint64_t usual)
{
    const char *value = getenv(variable);

    return value != NULL ? strtoull(value, NULL, 10) : usual;
}

static const struct other *any_other(void)
{
    return &test.others[roll(test.other_count)];
}

/* A store that tenant 1 houses: in the registry, and in the tenant's own list. */
static void register_guest(void)
{
    supa_error error = {0};
    supa_keyring *keyring = supa_keyring_from_file(stack_value("SUPA_KEYRING_FILE"), &error);
    char plaintext[2048], *envelope;
    supa_query *q;

    stack_sql(
        "master", "insert into stores (id, user_id, slug, status, is_active) select '" GUEST
                  "', id, 'guest', 'active', true from users limit 1;");
    stack_sql(
        "tenant_1", "insert into stores (id, name, slug) values ('" GUEST "', 'G', 'guest');");
    snprintf(
        plaintext, sizeof plaintext, "{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"%s\"}",
        stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"));
    envelope = supa_envelope_seal(keyring, "supabase", GUEST, plaintext, strlen(plaintext), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
    q = supa_insert_row(supa_from(supa_manager_master(world.manager), "store_databases"));
    supa_set(supa_set(q, "store_id", supa_text(GUEST)), "database_type", supa_text("supabase"));
    CU_ASSERT_EQUAL(
        supa_exec(supa_set(q, "connection_string_encrypted", supa_text(envelope)), &error), 0);
    supa_text_free(envelope);
    supa_keyring_free(keyring);
}

static void start(void)
{
    supa_error error;

    world.manager = stack_manager();
    world.all = stack_tenant(1);
    register_guest();
    world.guest = supa_manager_lease(world.manager, GUEST, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.guest);
}

static void end(void)
{
    supa_client_unref(world.guest);
    supa_client_unref(world.all);
    supa_manager_free(world.manager);
    stack_sql("tenant_1", "delete from stores where id = '" GUEST "';");
    stack_sql("master", "delete from stores where id = '" GUEST "';");
}

static struct table table_of(const char *name)
{
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (strcmp(special[i].name, name) == 0)
            return special[i];
    }
    return (struct table){name, "name", NULL, "", {"id", "store_id,name"}};
}

static supa_response *rows_of_others(void)
{
    supa_query *q = supa_from(world.all, test.table.name);

    supa_neq(q, "store_id", supa_text(GUEST));
    return supa_execute(supa_order(q, "id", SUPA_ASC));
}

/* FNV-1a of all that other stores have in the table; 0 when it cannot be read or there is nothing. */
static uint64_t checksum(void)
{
    supa_response *answer = rows_of_others();
    uint64_t sum = UINT64_C(14695981039346656037);
    size_t length;
    const char *body = supa_response_body(answer, &length);
    const int found = supa_response_ok(answer) && supa_response_row_count(answer) > 0;

    for (size_t i = 0; i < length; i++)
        sum = (sum ^ (unsigned char)body[i]) * UINT64_C(1099511628211);
    supa_response_free(answer);
    return found ? sum : 0;
}

static void look_at_others(void)
{
    supa_response *answer = rows_of_others();

    test.other_count = 0;
    for (size_t i = 0; i < supa_response_row_count(answer) && i < OTHERS; i++) {
        const supa_row row = supa_response_row(answer, i);
        struct other *other = &test.others[test.other_count++];

        snprintf(other->id, sizeof other->id, "%s", supa_row_string(row, "id", ""));
        snprintf(
            other->store_id, sizeof other->store_id, "%s", supa_row_string(row, "store_id", ""));
        snprintf(
            other->label, sizeof other->label, "%s", supa_row_string(row, test.table.label, ""));
    }
    supa_response_free(answer);
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *p = text; (p = strstr(p, part)) != NULL; p++)
        count++;
    return count;
}

/* Whether every row that came is the guest's; the server writes embedded rows with a blank. */
static int is_all_ours(supa_response *answer)
{
    size_t length;
    const char *body = supa_response_body(answer, &length);

    return body == NULL || !supa_response_ok(answer) ||
           occurrences(body, "\"store_id\":") ==
               occurrences(body, "\"store_id\":\"" GUEST "\"") +
                   occurrences(body, "\"store_id\": \"" GUEST "\"");
}

/* CUnit's own is for one thread. */
static void fail(const char *what, const char *query, const supa_error *error)
{
    world.wrong++;
    printf("\n    %s: %s\n%s\n", what, error != NULL ? error->message : "no error", query);
}

static void run(supa_query *q, int must_be_refused)
{
    char *shown = supa_query_describe(q);
    supa_response *answer = supa_execute(q);
    const supa_error *error = supa_response_error(answer);
    const int code = error != NULL ? (int)error->code : SUPA_OK;

    world.ok += code == SUPA_OK;
    world.refused += code == SUPA_ERROR_SCOPE;
    world.failed += code == SUPA_ERROR_DATABASE;
    if (!is_all_ours(answer))
        fail("another store's row came", shown, error);
    if (must_be_refused && code != SUPA_ERROR_SCOPE)
        fail("it was not refused", shown, error);
    if (!must_be_refused && code != SUPA_OK && code != SUPA_ERROR_DATABASE)
        fail("it failed", shown, error);
    supa_text_free(shown);
    supa_response_free(answer);
}

static supa_query *from_guest(void)
{
    return supa_own_copy(supa_from(world.guest, test.table.name));
}

/* A filter that rows of other stores would meet. 1 when it contradicts the store. */
static int aim(supa_query *q, int groups)
{
    const struct other *a = any_other(), *b = any_other();
    const char *ids[] = {a->id, b->id}, *stores[] = {GUEST, a->store_id};

    switch (roll(groups ? 13 : 9)) {
    case 0:
        supa_eq(q, "id", supa_text(a->id));
        return 0;
    case 1:
        supa_in(q, "id", supa_texts(ids, 2));
        return 0;
    case 2:
        supa_eq(q, test.table.label, supa_text(a->label));
        return 0;
    case 3:
        supa_neq(q, "id", supa_text(a->id));
        return 0;
    case 4:
        supa_like(supa_eq(q, "store_id", supa_text(UPPER)), test.table.label, "%");
        return 0;
    case 5:
        supa_gte(q, "created_at", supa_text("2000-01-01"));
        return 0;
    case 6:
        supa_eq(q, "store_id", supa_text(a->store_id));
        return 1;
    case 7:
        supa_in(q, "store_id", supa_texts(stores, 2));
        return 1;
    case 8:
        supa_filter_raw(q, "id", "not.is.null");
        return 0;
    case 9:
        supa_end(supa_neq(supa_eq(supa_or(q), "id", supa_text(a->id)), "id", supa_text(b->id)));
        return 0;
    case 10:
        supa_end(
            supa_is(supa_neq(supa_or(q), "store_id", supa_text(GUEST)), "id", SUPA_IS_NOT_NULL));
        return 0;
    case 11:
        supa_or_raw(q, "id.not.is.null,id.is.null");
        return 0;
    default:
        supa_or_raw(q, "id.is.null,store_id.neq.00000000-0000-4000-8000-000000000000");
        return 1;
    }
}

/* Through the stores, other stores' rows of which are seen there; not so what is embedded in them. */
static void roll_embed(void)
{
    static const char *const aliases[][2] = {{"", NULL}, {"x:", NULL}, {"a:", "b:"}};
    const uint64_t form = roll(3);
    const char *join = roll(2) == 0 ? "!inner" : "", *name = test.table.name;
    char columns[300], second[140] = "";

    if (aliases[form][1] != NULL)
        snprintf(second, sizeof second, ",%s%s%s(store_id)", aliases[form][1], name, join);
    snprintf(
        columns, sizeof columns, "slug,%s%s%s(id,store_id)%s", aliases[form][0], name, join,
        second);
    run(supa_own_copy(supa_select(supa_from(world.guest, "stores"), columns)), 0);
}

static void roll_select(void)
{
    supa_query *q = from_guest();
    int refused = 0;

    supa_select(q, roll(2) == 0 ? "*" : "*,stores!inner(slug)");
    for (uint64_t n = roll(3); n > 0; n--)
        refused |= aim(q, 1);
    if (roll(3) == 0)
        supa_order(q, test.table.label, SUPA_DESC);
    if (roll(3) == 0)
        supa_limit(q, 1 + (int64_t)roll(3));
    if (roll(4) == 0)
        supa_count(q, SUPA_COUNT_EXACT);
    run(q, refused);
}

/* A row as JSON, often with the keys of another store's. 1 when it names another store. */
static int roll_row(char *out, size_t size, int with_id)
{
    const struct other *other = any_other();
    char label[300], also[400] = "", id[60] = "", store[80] = "";
    const uint64_t whose = roll(8);

    snprintf(label, sizeof label, "d%" PRIu64, roll(UINT64_C(1) << 40));
    if (roll(2) == 0)
        snprintf(label, sizeof label, "%s", other->label);
    if (with_id && roll(2) == 0)
        snprintf(id, sizeof id, ",\"id\":\"%s\"", other->id);
    if (whose == 0)
        snprintf(store, sizeof store, ",\"store_id\":\"%s\"", other->store_id);
    else if (whose == 1)
        snprintf(store, sizeof store, ",\"store\\u005fid\":\"" UPPER "\"");
    if (test.table.also != NULL)
        snprintf(also, sizeof also, ",\"%s\":\"%s\"", test.table.also, label);
    snprintf(
        out, size, "{\"%s\":\"%s\"%s%s%s%s}", test.table.label, label, with_id ? also : "",
        with_id ? test.table.fill : "", id, store);
    return whose == 0;
}

static void roll_insert(void)
{
    char row[1500], rows[2][1500], list[3100];
    int refused;

    if (roll(2) == 0) {
        refused = roll_row(row, sizeof row, 1);
        run(supa_select(supa_insert(from_guest(), row), "*"), refused);
        return;
    }
    refused = roll_row(rows[0], sizeof rows[0], 1);
    refused |= roll_row(rows[1], sizeof rows[1], 1);
    snprintf(list, sizeof list, "[%s,%s]", rows[0], rows[1]);
    if (roll(2) == 0)
        run(supa_select(supa_insert(from_guest(), list), "*"), refused);
    else /* of columns that some tables need more of, which is a failure as good as any */
        run(supa_select(
                supa_columns(
                    supa_body(from_guest(), "application/json", list, strlen(list)),
                    test.table.label),
                "*"),
            refused);
}

/* On each unique key. */
static void roll_upsert(const char *key)
{
    char row[1500];
    const int names_other = roll_row(row, sizeof row, 1);
    const int ignores = roll(2) == 0;
    supa_query *q = supa_select(supa_upsert(from_guest(), row, key), "*");

    if (ignores)
        supa_ignore_duplicates(q);
    run(q, names_other || (!ignores && strstr(key, "store_id") == NULL));
}

static void roll_update(void)
{
    char row[1500];
    int refused = roll_row(row, sizeof row, 0);
    const int returns = roll(2) == 0;
    supa_query *q = supa_update(from_guest(), row);

    if (returns)
        supa_select(q, "*");
    refused |= aim(q, !returns);
    run(supa_all_rows(q), refused);
}

static void roll_delete(void)
{
    supa_query *q = supa_delete(from_guest());
    const int refused = aim(q, 1);

    if (roll(2) == 0)
        supa_select(q, "*");
    run(supa_all_rows(q), refused);
}

static void roll_put(void)
{
    const struct other *other = any_other();
    char row[1500];

    roll_row(row, sizeof row, 1);
    run(supa_eq(supa_put(from_guest(), row), "id", supa_text(other->id)), 1);
}

static void roll_one(void)
{
    size_t keys = 0;

    while (keys < KEYS && test.table.keys[keys] != NULL)
        keys++;
    switch (roll(10)) {
    case 0:
        roll_embed();
        break;
    case 1:
    case 2:
        roll_select();
        break;
    case 3:
        roll_update();
        break;
    case 4:
        roll_delete();
        break;
    case 5:
    case 6:
        roll_insert();
        break;
    case 7:
    case 8:
        roll_upsert(test.table.keys[roll(keys)]);
        break;
    default:
        roll_put();
    }
}

static void check(int right, const char *what)
{
    if (!right)
        fail(what, test.table.name, NULL);
}

static void roll_table(size_t number)
{
    uint64_t before;

    test.table = table_of(platform_tables.entries[number].name);
    test.dice = (world.seed + number * UINT64_C(0x9E3779B97F4A7C15)) | 1;
    look_at_others();
    before = checksum();
    check(before != 0, "there are no rows of another store");
    for (uint64_t i = 0; test.other_count != 0 && i < world.queries; i++)
        roll_one();
    check(checksum() == before, "a row of another store was changed, or came, or went");
    world.tables++;
}

static void *roll_tables(void *user)
{
    size_t number;

    (void)user;
    while ((number = world.next++) < platform_tables.count) {
        if (platform_tables.entries[number].has_store_id)
            roll_table(number);
    }
    return NULL;
}

static void no_query_reaches_another_stores_rows(void)
{
    pthread_t threads[THREADS];

    start();
    world.queries = number_of("SUPA_SCOPE_QUERIES", 1000);
    world.seed = number_of("SUPA_SCOPE_SEED", 20250801);
    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL(pthread_create(&threads[i], NULL, roll_tables, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf(
        "\n    %zu tables with store_id, %" PRIu64
        " queries each: %zu done, %zu refused, %zu failed in the database; "
        "%zu returned, changed or moved another store's row, or went otherwise",
        world.tables, world.queries, world.ok, world.refused, world.failed, world.wrong);
    CU_ASSERT_EQUAL(world.wrong, 0);
    CU_ASSERT_EQUAL(world.tables, 69);
    CU_ASSERT(world.ok != 0 && world.refused != 0 && world.failed != 0);
    end();
}

CU_TestInfo neighbour_tests[] = {
    {"no query returns, changes or moves another store's row",
     no_query_reaches_another_stores_rows},
    CU_TEST_INFO_NULL,
};
