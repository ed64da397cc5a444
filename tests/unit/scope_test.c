/* SPDX-License-Identifier: MIT */
/* A manager's scope at run time: modes, counts, the report. */
#include "table.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <supa/manager.h>
#include <unistd.h>

#define OWN     "store_id=eq." WORLD_STORE
#define OWNED   "\"store_id\":\"" WORLD_STORE "\""
#define OTHER   "{\"store_id\":\"" WORLD_OTHER "\"}"
#define KEYRING "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define THREADS 8
#define ROUNDS  2000

static struct world world; /* its client is a tenant's, with the manager's scope */
static supa_manager *manager;

static supa_manager_options options_of(supa_keyring *keyring)
{
    static supa_client_options master;
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    master = world_options();
    options.master = &master;
    options.keyring = keyring;
    options.scope = SUPA_SCOPE_PLATFORM;
    return options;
}

static void start_with(supa_manager_options options)
{
    supa_client_options tenant = world_options();
    struct client_identity identity = {SUPA_SIDE_TENANT, WORLD_STORE, NULL, NULL};
    supa_error error = {0};

    world_start(&world, SUPA_SIDE_NONE);
    supa_client_unref(world.client);
    options.keyring = supa_keyring_from_text(KEYRING, &error);
    manager = supa_manager_new(&options, &error);
    supa_keyring_free(options.keyring);
    CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
    identity.scope = supa_manager_master(manager)->target.scope;
    world.client = client_new(&tenant, &identity, &world.transport, &error);
}

static void start(void)
{
    start_with(options_of(NULL));
}

static void end(void)
{
    supa_manager_free(manager);
    world_end(&world);
}

static supa_query *from(const char *table)
{
    return supa_from(world.client, table);
}

static int set(const char *table, supa_scope_mode mode)
{
    return supa_scope_set(manager, table, mode, NULL);
}

static void refused(supa_query *q)
{
    table_refused(&world, q, SUPA_ERROR_SCOPE, "");
}

static void reads_as(supa_query *q, const char *url)
{
    table_sent(&world, q, "GET", url, NULL);
}

static void report_is(const char *expected)
{
    char *report = supa_manager_scope_report(manager);

    CU_ASSERT(world_same(report, expected));
    supa_text_free(report);
}

#define HEAD(mode, unlisted)                                                                       \
    "scope=platform mode=" mode " unlisted-tables=" unlisted " unlisted-functions=off\n"

static void enforcing_refuses_and_counts(void)
{
    start();
    report_is(HEAD("enforce", "enforce"));
    for (int i = 0; i < 3; i++)
        refused(from("subscriptions"));
    refused(from("stores"));
    refused(supa_select(from("products"), "*,users(*)"));
    refused(supa_eq(from("products"), "store_id", supa_text(WORLD_OTHER)));
    refused(supa_insert(from("products"), OTHER));
    refused(supa_upsert(from("products"), "{}", NULL));
    refused(supa_body(from("products"), "text/csv", "a", 1));
    refused(supa_select(from("products"), "categories(id),categories(slug)"));
    refused(supa_rpc(world.client, "now"));
    refused(from("nowhere"));
    reads_as(from("products"), "products?" OWN);
    report_is(HEAD("enforce", "enforce") "categories embed refused=1 passed=0\n"
                                         "products store refused=1 passed=0\n"
                                         "products row refused=1 passed=0\n"
                                         "products merge refused=1 passed=0\n"
                                         "products body refused=1 passed=0\n"
                                         "stores copy refused=1 passed=0\n"
                                         "subscriptions side refused=3 passed=0\n"
                                         "users copy refused=1 passed=0\n"
                                         "nowhere unlisted refused=1 passed=0\n"
                                         "rpc/now side refused=1 passed=0\n");
    end();
}

static void warning_lets_through_and_counts(void)
{
    static const char csv[] = "a\n1\n";

    start();
    CU_ASSERT_EQUAL(set(NULL, SUPA_SCOPE_WARN), SUPA_OK);
    reads_as(from("subscriptions"), "subscriptions");
    reads_as(from("stores"), "stores");
    reads_as(from("nowhere"), "nowhere");
    table_sent(/* of a table that nothing keeps to the store, the caller's filter is one */
               &world, supa_eq(supa_delete(from("mine")), "store_id", supa_text(WORLD_STORE)),
               "DELETE", "mine?" OWN, NULL);
    reads_as(
        supa_eq(from("products"), "store_id", supa_text(WORLD_OTHER)),
        "products?store_id=eq." WORLD_OTHER "&" OWN);
    reads_as(
        supa_select(from("products"), "categories(id),stores(slug)"),
        "products?select=categories(id),stores(slug)&" OWN "&categories." OWN);
    table_sent(
        &world, supa_insert(from("products"), "[" OTHER ",{\"a\":1}]"), "POST",
        "products?columns=%22store_id%22,%22a%22", "[" OTHER ",{" OWNED ",\"a\":1}]");
    table_sent(
        &world, supa_upsert(from("products"), "{}", "sku"), "POST", "products?on_conflict=sku",
        "{" OWNED "}");
    table_sent(
        &world, supa_eq(supa_put(from("products"), "{\"id\":1}"), "id", supa_int(1)), "PUT",
        "products?id=eq.1", "{" OWNED ",\"id\":1}");
    table_sent(
        &world, supa_columns(supa_body(from("products"), "text/csv", csv, 4), "a"), "POST",
        "products?columns=a", csv);
    report_is(HEAD("warn", "warn") "products store refused=0 passed=1\n"
                                   "products row refused=0 passed=1\n"
                                   "products merge refused=0 passed=2\n"
                                   "products body refused=0 passed=1\n"
                                   "stores copy refused=0 passed=2\n"
                                   "subscriptions side refused=0 passed=1\n"
                                   "mine unlisted refused=0 passed=1\n"
                                   "nowhere unlisted refused=0 passed=1\n");
    end();
}

static void off_checks_and_adds_nothing(void)
{
    start();
    CU_ASSERT_EQUAL(set(NULL, SUPA_SCOPE_OFF), SUPA_OK);
    reads_as(from("subscriptions"), "subscriptions");
    reads_as(supa_select(from("products"), "*,categories(*)"), "products?select=*,categories(*)");
    reads_as(
        supa_eq(from("products"), "store_id", supa_text(WORLD_OTHER)),
        "products?store_id=eq." WORLD_OTHER);
    table_sent(&world, supa_insert(from("products"), OTHER), "POST", "products", OTHER);
    table_sent(&world, supa_upsert(from("products"), "{}", NULL), "POST", "products", "{}");
    table_sent(
        &world, supa_eq(supa_delete(from("products")), "store_id", supa_text(WORLD_STORE)),
        "DELETE", "products?" OWN, NULL);
    report_is(HEAD("off", "off"));
    end();
}

static void a_table_has_a_mode_of_its_own(void)
{
    start();
    CU_ASSERT_EQUAL(set("subscriptions", SUPA_SCOPE_WARN), SUPA_OK);
    CU_ASSERT_EQUAL(set("categories", SUPA_SCOPE_OFF), SUPA_OK);
    reads_as(from("subscriptions"), "subscriptions");
    refused(from("stores"));
    reads_as(
        supa_select(from("products"), "*,categories(*)"), "products?select=*,categories(*)&" OWN);
    reads_as(
        supa_select(from("categories"), "*,products(*)"),
        "categories?select=*,products(*)&products." OWN);
    reads_as(
        supa_eq(
            supa_select(from("products"), "*,c:categories(*)"), "c.store_id",
            supa_text(WORLD_OTHER)),
        "products?select=*,c:categories(*)&c.store_id=eq." WORLD_OTHER "&" OWN);
    CU_ASSERT_EQUAL(set(NULL, SUPA_SCOPE_OFF), SUPA_OK);
    CU_ASSERT_EQUAL(set("products", SUPA_SCOPE_ENFORCE), SUPA_OK);
    reads_as(from("products"), "products?" OWN);
    reads_as(from("customers"), "customers");
    CU_ASSERT_EQUAL(set("products", SUPA_SCOPE_INHERIT), SUPA_OK);
    reads_as(from("products"), "products");
    report_is(HEAD("off", "off") "categories mode=off\n"
                                 "stores copy refused=1 passed=0\n"
                                 "subscriptions mode=warn\n"
                                 "subscriptions side refused=0 passed=1\n");
    end();
}

static void tables_in_no_list_have_a_mode(void)
{
    supa_manager_options options = options_of(NULL);

    options.scope_unknown = SUPA_SCOPE_OFF;
    start_with(options);
    reads_as(from("nowhere"), "nowhere");
    CU_ASSERT_EQUAL(supa_scope_get(manager, "nowhere"), SUPA_SCOPE_OFF);
    CU_ASSERT_EQUAL(set("*", SUPA_SCOPE_WARN), SUPA_OK);
    reads_as(from("nowhere"), "nowhere");
    CU_ASSERT_EQUAL(set("*", SUPA_SCOPE_INHERIT), SUPA_OK);
    refused(from("nowhere"));
    refused(supa_select(from("products"), "*,nowhere(*)"));
    CU_ASSERT_EQUAL(supa_exec(supa_rpc(world.client, "mine"), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(set("rpc/*", SUPA_SCOPE_ENFORCE), SUPA_OK);
    refused(supa_rpc(world.client, "mine"));
    report_is("scope=platform mode=enforce unlisted-tables=enforce unlisted-functions=enforce\n"
              "nowhere unlisted refused=2 passed=1\n"
              "rpc/mine unlisted refused=1 passed=0\n");
    end();
    options.scope_unknown = SUPA_SCOPE_INHERIT;
    options.scope_functions = SUPA_SCOPE_INHERIT;
    options.scope_mode = SUPA_SCOPE_WARN;
    start_with(options);
    CU_ASSERT_EQUAL(supa_exec(supa_rpc(world.client, "mine"), NULL), SUPA_OK);
    report_is("scope=platform mode=warn unlisted-tables=warn unlisted-functions=warn\n"
              "rpc/mine unlisted refused=0 passed=1\n");
    end();
}

static void modes_are_read_as_they_are_set(void)
{
    supa_error error;

    start();
    CU_ASSERT_EQUAL(supa_scope_get(manager, NULL), SUPA_SCOPE_ENFORCE);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "products"), SUPA_SCOPE_ENFORCE);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "rpc/now"), SUPA_SCOPE_ENFORCE);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "rpc/mine"), SUPA_SCOPE_OFF);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "*"), SUPA_SCOPE_ENFORCE);
    CU_ASSERT_EQUAL(set("ai_training_*", SUPA_SCOPE_WARN), SUPA_OK);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "ai_training_rules"), SUPA_SCOPE_WARN);
    CU_ASSERT_EQUAL(set("rpc/search_*_by_embedding", SUPA_SCOPE_OFF), SUPA_OK);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "rpc/search_a_by_embedding"), SUPA_SCOPE_OFF);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "rpc/search__by_embeddin"), SUPA_SCOPE_OFF);
    CU_ASSERT_EQUAL(set(NULL, SUPA_SCOPE_WARN), SUPA_OK);
    CU_ASSERT_EQUAL(supa_scope_get(manager, NULL), SUPA_SCOPE_WARN);
    CU_ASSERT_EQUAL(supa_scope_get(manager, "products"), SUPA_SCOPE_WARN);
    CU_ASSERT_EQUAL(
        supa_scope_set(manager, "nowhere", SUPA_SCOPE_OFF, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT(world_holds(error.message, "\"nowhere\" is in no list"));
    CU_ASSERT_EQUAL(set(NULL, SUPA_SCOPE_INHERIT), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(set("products", (supa_scope_mode)4), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(set("products", (supa_scope_mode)-1), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_scope_set(NULL, NULL, SUPA_SCOPE_OFF, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_scope_get(NULL, "products"), SUPA_SCOPE_OFF);
    end();
}

static void a_manager_without_a_scope_checks_nothing(void)
{
    supa_manager_options options = options_of(NULL);
    char *report;

    options.scope = SUPA_SCOPE_NONE;
    start_with(options);
    reads_as(from("subscriptions"), "subscriptions");
    CU_ASSERT_EQUAL(set(NULL, SUPA_SCOPE_ENFORCE), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_scope_get(manager, NULL), SUPA_SCOPE_OFF);
    report_is("scope=none\n");
    report = supa_manager_scope_report(NULL);
    CU_ASSERT_STRING_EQUAL(report, "scope=none\n");
    supa_text_free(report);
    end();
}

static void options_that_contradict_are_refused(void)
{
    static const struct {
        int32_t scope, mode, unknown, functions;
        const char *file, *text, *words;
    } rows[] = {
        {3, 2, 3, 0, NULL, NULL, "none of supa_scope_kind"},
        {-1, 2, 3, 0, NULL, NULL, "none of supa_scope_kind"},
        {SUPA_SCOPE_FILE, 2, 3, 0, NULL, NULL, "one of scope_file and scope_text"},
        {SUPA_SCOPE_FILE, 2, 3, 0, "/x", "", "one of scope_file and scope_text"},
        {SUPA_SCOPE_FILE, 2, 3, 0, "/nowhere/x", NULL, "cannot be opened: /nowhere/x"},
        {SUPA_SCOPE_FILE, 2, 3, 0, NULL, "a b c", "ownership, line 1"},
        {SUPA_SCOPE_PLATFORM, 2, 3, 0, "/x", NULL, "are for SUPA_SCOPE_FILE"},
        {SUPA_SCOPE_NONE, 2, 3, 0, NULL, "", "are for SUPA_SCOPE_FILE"},
        {SUPA_SCOPE_PLATFORM, 3, 3, 0, NULL, NULL, "scope_mode is none"},
        {SUPA_SCOPE_PLATFORM, -1, 3, 0, NULL, NULL, "scope_mode is none"},
        {SUPA_SCOPE_PLATFORM, 2, 4, 0, NULL, NULL, "scope_unknown or scope_functions"},
        {SUPA_SCOPE_PLATFORM, 2, 3, -1, NULL, NULL, "scope_unknown or scope_functions"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;
        supa_keyring *keyring = supa_keyring_from_text(KEYRING, &error);
        supa_manager_options options = options_of(keyring);

        options.scope = rows[i].scope;
        options.scope_mode = rows[i].mode;
        options.scope_unknown = rows[i].unknown;
        options.scope_functions = rows[i].functions;
        options.scope_file = rows[i].file;
        options.scope_text = rows[i].text;
        CU_ASSERT_PTR_NULL(supa_manager_new(&options, &error));
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
        CU_ASSERT(world_holds(error.message, rows[i].words));
        supa_keyring_free(keyring);
    }
}

/* Of names in no list so many are told, if they are plain and no keys. */
static void names_in_no_list_are_told_within_limits(void)
{
    char name[80], *report;

    start();
    set(NULL, SUPA_SCOPE_WARN);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "t%02d", i);
        CU_ASSERT_EQUAL(supa_exec(from(name), NULL), SUPA_OK);
    }
    report = supa_manager_scope_report(manager);
    CU_ASSERT(world_holds(report, "\nt00 unlisted refused=0 passed=1\nt01 unlisted"));
    CU_ASSERT(world_holds(
        report, "\nt31 unlisted refused=0 passed=1\n* unlisted refused=0 "
                "passed=8\n"));
    supa_text_free(report);
    end();
    start();
    refused(from("a b"));
    refused(from("mail@example.com"));
    memset(name, 'n', 64);
    name[64] = '\0';
    refused(from(name));
    refused(from(name + 1));
    refused(supa_select(from("products"), "*,service_key(*)"));
    report = supa_manager_scope_report(manager);
    CU_ASSERT(
        world_holds(report, "\nservice_key unlisted refused=1 passed=0\n* unlisted refused=3"));
    CU_ASSERT(world_holds(report, name + 1));
    CU_ASSERT_PTR_NULL(strstr(report, name));
    CU_ASSERT_PTR_NULL(strstr(report, "mail"));
    supa_text_free(report);
    end();
}

static void a_key_is_not_told_as_a_name(void)
{
    supa_manager_options options = options_of(NULL);
    supa_client_options keyed = world_options();
    struct client_identity identity = {SUPA_SIDE_TENANT, WORLD_STORE, NULL, NULL};
    supa_client *before;

    start_with(options);
    keyed.key = "abcdef0123456789abcdef";
    identity.scope = supa_manager_master(manager)->target.scope;
    before = world.client;
    world.client = client_new(&keyed, &identity, &world.transport, NULL);
    supa_client_unref(before);
    refused(supa_select(from("products"), "abcdef0123456789abcdef(*)"));
    report_is(HEAD("enforce", "enforce") "* unlisted refused=1 passed=0\n");
    end();
}

static void descriptions_are_not_counted(void)
{
    supa_query *q;

    start();
    q = from("subscriptions");
    for (int i = 0; i < 3; i++) {
        char *text = supa_query_describe(q);

        CU_ASSERT(world_holds(text, "belongs to the master"));
        supa_text_free(text);
    }
    report_is(HEAD("enforce", "enforce"));
    refused(q);
    report_is(HEAD("enforce", "enforce") "subscriptions side refused=1 passed=0\n");
    end();
}

/* Clients outlive their manager, and so does what they obey. */
static void the_scope_outlives_its_manager(void)
{
    start();
    set("products", SUPA_SCOPE_OFF);
    supa_manager_free(manager);
    manager = NULL;
    reads_as(from("products"), "products");
    refused(from("subscriptions"));
    end();
}

static void *ask_often(void *user)
{
    supa_client *client = user;
    char name[16];
    size_t refusals = 0;

    for (int i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof name, "t%d", i % 40);
        refusals += supa_exec(supa_from(client, i % 2 == 0 ? "subscriptions" : name), NULL) ==
                    SUPA_ERROR_SCOPE;
        if (i % 100 == 0)
            supa_text_free(supa_manager_scope_report(manager));
        if (i % 500 == 0)
            supa_scope_set(
                manager, "products", i % 1000 == 0 ? SUPA_SCOPE_WARN : SUPA_SCOPE_OFF, NULL);
    }
    return refusals == ROUNDS ? client : NULL;
}

static size_t sum_of(const char *report, const char *kind)
{
    size_t sum = 0;
    unsigned long long count;

    for (const char *at = report; (at = strstr(at, kind)) != NULL; at++) {
        if (sscanf(at + strlen(kind), " refused=%llu", &count) == 1)
            sum += (size_t)count;
    }
    return sum;
}

static void many_threads_count_together(void)
{
    pthread_t threads[THREADS];
    void *results[THREADS];
    char *report;

    start();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, ask_often, world.client);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], &results[i]);
    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_PTR_NOT_NULL(results[i]);
    report = supa_manager_scope_report(manager);
    CU_ASSERT_EQUAL(sum_of(report, "subscriptions side"), THREADS * ROUNDS / 2);
    CU_ASSERT_EQUAL(sum_of(report, "unlisted"), THREADS * ROUNDS / 2);
    supa_text_free(report);
    end();
}

static void reports_each_failed_allocation(void)
{
    supa_keyring *keyring = supa_keyring_from_text(KEYRING, NULL);
    supa_manager_options options = options_of(keyring);
    int failed = 1;

    options.scope = SUPA_SCOPE_FILE;
    options.scope_text = "a tenant store_id\nb master -\nrpc/c both\n";
    for (size_t n = 1; failed; n++) {
        supa_error error;
        supa_manager *made;
        char *report;

        world_fail_at(n);
        made = supa_manager_new(&options, &error);
        report = made != NULL ? supa_manager_scope_report(made) : NULL;
        failed = world_failed();
        CU_ASSERT(
            failed ? made == NULL ? error.code == SUPA_ERROR_NO_MEMORY : report == NULL
                   : report != NULL);
        supa_text_free(report);
        supa_manager_free(made);
        CU_ASSERT_FATAL(n < 200);
    }
    supa_keyring_free(keyring);
}

extern CU_TestInfo scope_tests[];
CU_TestInfo scope_tests[] = {
    {"enforcing refuses and counts", enforcing_refuses_and_counts},
    {"warning lets through and counts", warning_lets_through_and_counts},
    {"off checks and adds nothing", off_checks_and_adds_nothing},
    {"a table has a mode of its own", a_table_has_a_mode_of_its_own},
    {"tables and functions in no list have a mode", tables_in_no_list_have_a_mode},
    {"modes are read as they are set", modes_are_read_as_they_are_set},
    {"a manager without a scope checks nothing", a_manager_without_a_scope_checks_nothing},
    {"options that contradict are refused", options_that_contradict_are_refused},
    {"names in no list are told within limits", names_in_no_list_are_told_within_limits},
    {"a key is not told as a name", a_key_is_not_told_as_a_name},
    {"descriptions are not counted", descriptions_are_not_counted},
    {"the scope outlives its manager", the_scope_outlives_its_manager},
    {"many threads count together", many_threads_count_together},
    {"each failed allocation is told", reports_each_failed_allocation},
    CU_TEST_INFO_NULL,
};
