/* SPDX-License-Identifier: MIT */
/* What the platform's functions send, and what they make of answers that real servers give seldom. */
#include "platform/errand.h"
#include "platform/sealing.h"
#include "platform/verdict.h"
#include "platform_world.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define JSON    "Content-Type: application/json\n"
#define USER_ID "05e70000-0000-4000-8000-000000000001"
#define OK(body)                                                                                   \
    {                                                                                              \
        200, JSON, body, SUPA_OK, SUPA_ANSWERED                                                    \
    }

static struct platform_world place;

static void begin(const struct script *answers, size_t count)
{
    platform_start(&place);
    world_answer(&place.world, answers, count);
}

/* A debit whose answer is lost is not sent again. */
static void a_lost_answer_is_told(void)
{
    static const struct script answers[] = {
        OK("{\"id\":\"u\",\"credits\":5.00}"), {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN}};
    static const struct script unreadable[] = {
        OK("{\"id\":\"u\",\"credits\":5.00}"), OK("[{\"id\":\"u\"")};
    supa_credit after;
    supa_error error;

    begin(answers, 2);
    CU_ASSERT_EQUAL(
        supa_master_debit(place.manager, USER_ID, "1", NULL, &after, &error), SUPA_DEBIT_UNKNOWN);
    CU_ASSERT_EQUAL(error.outcome, SUPA_UNKNOWN);
    CU_ASSERT_EQUAL(place.world.calls, 2);
    CU_ASSERT(world_same(place.world.body, "{\"credits\":4.00}"));
    world_answer(&place.world, unreadable, 2);
    CU_ASSERT_EQUAL(
        supa_master_debit(place.manager, USER_ID, "1", NULL, &after, &error), SUPA_DEBIT_UNKNOWN);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_MALFORMED);
    CU_ASSERT(world_holds(place.world.url, "credits=eq.5.00"));
    platform_end(&place);
}

/* Overtaken, it looks again; a deadlock that the server broke is nothing else. */
static void overtaken_debits_are_made_again(void)
{
    static const struct script answers[] = {
        OK("{\"id\":\"u\",\"credits\":5.00}"),
        OK("[]"),
        OK("{\"id\":\"u\",\"credits\":3.10}"),
        {409, JSON, "{\"code\":\"40001\",\"message\":\"serialize\"}", SUPA_OK, SUPA_ANSWERED},
        OK("{\"id\":\"u\",\"credits\":-2.50}"),
    };
    supa_debit_options options = SUPA_DEBIT_OPTIONS_INIT;
    supa_credit after;
    supa_error error;

    begin(answers, 5);
    CU_ASSERT_EQUAL(
        supa_master_debit(place.manager, USER_ID, "1", &options, &after, &error), SUPA_DEBIT_SHORT);
    CU_ASSERT_EQUAL(place.world.calls, 5);
    CU_ASSERT_EQUAL(after.cents, -250);
    platform_end(&place);
}

static void failed_debits(void)
{
    static const struct script down[] = {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}};
    static const struct script text[] = {OK("{\"id\":\"u\",\"credits\":\"many\"}")};
    static const struct script refused[] = {
        OK("{\"id\":\"u\",\"credits\":5.00}"),
        {400, JSON, "{\"code\":\"23514\",\"message\":\"no\"}", SUPA_OK, SUPA_ANSWERED}};
    supa_error error;

    begin(down, 1);
    CU_ASSERT_EQUAL(
        supa_master_debit(place.manager, USER_ID, "1", NULL, NULL, &error), SUPA_DEBIT_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_NETWORK);
    world_answer(&place.world, text, 1);
    CU_ASSERT_EQUAL(
        supa_master_debit(place.manager, USER_ID, "1", NULL, NULL, &error), SUPA_DEBIT_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_MALFORMED);
    world_answer(&place.world, refused, 2);
    CU_ASSERT_EQUAL(
        supa_master_debit(place.manager, USER_ID, "1", NULL, NULL, &error), SUPA_DEBIT_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_DATABASE);
    platform_end(&place);
}

/* The master's answers decide: a failure is never a no, nor the other way round. */
static void access_has_three_answers(void)
{
    static const struct script down[] = {{0, NULL, NULL, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN}};
    static const struct script team_down[] = {
        OK("[{\"user_id\":\"someone\",\"is_active\":true}]"),
        {503, JSON, "{\"code\":\"PGRST000\",\"message\":\"no database\"}", SUPA_OK, SUPA_ANSWERED}};
    static const struct script strange[] = {
        OK("[{\"user_id\":\"someone\",\"is_active\":true}]"), OK("[{\"role\":7}]")};
    static const struct script nobody[] = {OK("[]")};
    supa_error error;

    begin(down, 1);
    CU_ASSERT_EQUAL(
        supa_store_access(place.manager, WORLD_STORE, USER_ID, NULL, NULL, &error),
        SUPA_ACCESS_FAILED);
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_TIMEOUT);
    world_answer(&place.world, team_down, 2);
    CU_ASSERT_EQUAL(
        supa_store_access(place.manager, WORLD_STORE, USER_ID, NULL, NULL, &error),
        SUPA_ACCESS_FAILED);
    world_answer(&place.world, strange, 2);
    CU_ASSERT_EQUAL(
        supa_store_access(place.manager, WORLD_STORE, USER_ID, NULL, NULL, &error),
        SUPA_ACCESS_FAILED);
    world_answer(&place.world, nobody, 1);
    CU_ASSERT_EQUAL(
        supa_store_access(place.manager, WORLD_STORE, USER_ID, NULL, NULL, &error),
        SUPA_ACCESS_NONE);
    CU_ASSERT_EQUAL(place.world.calls, 1);
    platform_end(&place);
}

/* Verdicts by answers of the tenant that the test servers do not give. */
static void verdicts_of_other_servers(void)
{
    static const struct {
        struct script answer;
        supa_verdict verdict;
        const char *status;
    } rows[] = {
        {OK("[]"), SUPA_VERDICT_OK, "connected"},
        {{404, JSON, "{\"code\":\"PGRST205\",\"message\":\"x\"}", SUPA_OK, SUPA_ANSWERED},
         SUPA_VERDICT_NO_SCHEMA,
         "connected"},
        {{404, JSON, "{\"code\":\"42P01\",\"message\":\"x\"}", SUPA_OK, SUPA_ANSWERED},
         SUPA_VERDICT_NO_SCHEMA,
         "connected"},
        {{401, JSON, "{\"code\":\"PGRST301\",\"message\":\"x\"}", SUPA_OK, SUPA_ANSWERED},
         SUPA_VERDICT_BAD_KEY,
         "failed"},
        {{403, JSON, "{\"code\":\"42501\",\"message\":\"x\"}", SUPA_OK, SUPA_ANSWERED},
         SUPA_VERDICT_NO_RIGHT,
         "failed"},
        {{404, "Content-Type: text/plain\n", "Project not found", SUPA_OK, SUPA_ANSWERED},
         SUPA_VERDICT_FAILED,
         "failed"},
        {{503, JSON, "{\"code\":\"PGRST000\",\"message\":\"x\"}", SUPA_OK, SUPA_ANSWERED},
         SUPA_VERDICT_FAILED,
         "failed"},
        {{0, NULL, NULL, SUPA_ERROR_TLS, SUPA_NOT_SENT}, SUPA_VERDICT_TLS, "failed"},
        {{0, NULL, NULL, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN}, SUPA_VERDICT_TIMED_OUT, "timeout"},
        {{0, NULL, NULL, SUPA_ERROR_HOST_REFUSED, SUPA_NOT_SENT},
         SUPA_VERDICT_UNREACHABLE,
         "failed"},
    };

    platform_start(&place);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_store_report report;

        world_answer(&place.world, &rows[i].answer, 1);
        CU_ASSERT_EQUAL(verdict_ask(place.tenant, WORLD_STORE, 1000, &report, NULL), SUPA_OK);
        CU_ASSERT_EQUAL(report.verdict, rows[i].verdict);
        CU_ASSERT(world_same(verdict_status(&report), rows[i].status));
    }
    platform_end(&place);
}

/* The store's own filter stands beside the scope's, and what is a user's text stays one. */
static void what_tenants_are_asked(void)
{
    supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;
    supa_customer_filter customers = SUPA_CUSTOMER_FILTER_INIT;

    begin(NULL, 0);
    filter.search = "50%, or=(x)";
    filter.language = "fr";
    filter.category_id = "a\"b";
    filter.limit = 10;
    filter.offset = 20;
    supa_response_free(supa_tenant_products(place.manager, WORLD_STORE, &filter));
    CU_ASSERT(world_holds(place.world.trail, "GET https://t.example.com/rest/v1/products?"));
    CU_ASSERT(world_holds(place.world.url, "store_id=eq." WORLD_STORE));
    CU_ASSERT(world_holds(place.world.url, "category_ids=cs.%5B%22a%5C%22b%22%5D"));
    CU_ASSERT(world_holds(place.world.url, "&found.name=ilike.%2550%5C%25,%20or%3D(x)%25&"));
    CU_ASSERT(world_holds(place.world.url, "found.language_code=eq.fr"));
    CU_ASSERT(world_holds(place.world.url, "order=created_at.desc,id.asc"));
    CU_ASSERT(world_holds(place.world.url, "offset=20"));
    CU_ASSERT(world_holds(place.world.url, "limit=10"));
    customers.email = "a.b*c";
    supa_response_free(supa_tenant_customers(place.manager, WORLD_STORE, &customers));
    CU_ASSERT(world_holds(place.world.url, "email=imatch."));
    platform_end(&place);
}

/* A server that ignores the filter on the key would be walked over for ever. */
static void a_page_that_comes_twice_ends_the_walk(void)
{
    static const struct script answers[] = {
        {206, JSON "Content-Range: 0-1/4\n", "[{\"id\":1},{\"id\":2}]", SUPA_OK, SUPA_ANSWERED},
        {206, JSON "Content-Range: 0-1/4\n", "[{\"id\":1},{\"id\":2}]", SUPA_OK, SUPA_ANSWERED},
        OK("[{\"id\":1},{\"id\":2}]")};
    supa_response *rows;

    begin(answers, 3);
    rows = supa_find_all(supa_manager_master(place.manager), "stores", "id", NULL, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(supa_response_error(rows));
    CU_ASSERT_EQUAL(supa_response_error(rows)->code, SUPA_ERROR_MALFORMED);
    supa_response_free(rows);
    CU_ASSERT_EQUAL(place.world.calls, 3);
    platform_end(&place);
}

/* The write is repeated when a gateway stumbles, and known by its envelope when it had happened. */
static void a_rekey_outlives_a_gateway(void)
{
    static const struct script bad = {
        502, "Content-Type: text/html\n", "<html>", SUPA_OK, SUPA_ANSWERED};
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;
    unsigned char key[SUPA_KEY_BYTES] = {9};
    supa_keyring *old = supa_keyring_new(NULL);
    struct script answers[4];
    char *envelope, body[1024];

    platform_start(&place);
    supa_keyring_add(old, "k0", key, sizeof key, NULL);
    supa_keyring_add(supa_manager_keyring(place.manager), "k0", key, sizeof key, NULL);
    envelope = supa_envelope_seal(old, "supabase", WORLD_STORE, "{}", 2, NULL);
    snprintf(
        body, sizeof body,
        "[{\"store_id\":\"" WORLD_STORE "\",\"database_type\":\"supabase\","
        "\"connection_string_encrypted\":\"%s\"}]",
        envelope);
    answers[0] = (struct script){200, JSON "Content-Range: 0-0/1\n", body, SUPA_OK, SUPA_ANSWERED};
    answers[1] = bad;
    answers[2] = (struct script)OK("[]");
    answers[3] = (struct script)OK("[{\"store_id\":\"" WORLD_STORE "\"}]");
    world_answer(&place.world, answers, 4);
    options.dry_run = 0;
    CU_ASSERT_EQUAL(supa_registry_rekey(place.manager, &options, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.sealed, 1);
    CU_ASSERT_EQUAL(place.world.calls, 4);
    CU_ASSERT_PTR_NULL(strstr(place.world.trail, envelope));
    CU_ASSERT(world_holds(place.world.body, "supa2.k1."));
    supa_text_free(envelope);
    supa_keyring_free(old);
    platform_end(&place);
}

/* Servers that do not see that a store has one database send a list. */
static void a_check_reads_lists_too(void)
{
    static const struct script listed[] = {
        OK("[{\"status\":\"demo\",\"is_active\":true,\"store_databases\":"
           "[{\"is_active\":true,\"database_type\":\"supabase\"}]}]")};
    static const struct script none[] = {
        OK("[{\"status\":\"active\",\"is_active\":true,\"store_databases\":[]}]")};

    begin(listed, 1);
    CU_ASSERT_EQUAL(supa_store_check(place.manager, WORLD_STORE, NULL), SUPA_OK);
    world_answer(&place.world, none, 1);
    CU_ASSERT_EQUAL(supa_store_check(place.manager, WORLD_STORE, NULL), SUPA_ERROR_STORE_NOT_FOUND);
    platform_end(&place);
}

/* Envelopes are tried out without the cache and whatever the store's status. */
static void an_envelope_is_opened_alone(void)
{
    supa_client *client;
    supa_error error;
    char *envelope;

    begin(NULL, 0);
    envelope = platform_envelope(&place);
    client = supa_manager_open(place.manager, WORLD_STORE, "supabase", envelope, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    CU_ASSERT(client != place.tenant);
    CU_ASSERT(world_same(client->target.store_id, WORLD_STORE));
    supa_client_unref(client);
    CU_ASSERT_PTR_NULL(supa_manager_open(place.manager, WORLD_OTHER, "supabase", envelope, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_PTR_NULL(supa_manager_open(place.manager, WORLD_STORE, "mysql", envelope, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_UNSUPPORTED);
    CU_ASSERT_PTR_NULL(supa_manager_open(place.manager, "no id", "supabase", envelope, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_manager_open(place.manager, WORLD_STORE, "supabase", NULL, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_manager_keyring(NULL));
    CU_ASSERT_EQUAL(place.world.calls, 0);
    supa_text_free(envelope);
    platform_end(&place);
}

/* A rotation keeps what it does not name, in the order in which it stood. */
static int is_merged(void *user, const char *plaintext, size_t length)
{
    (void)length;
    return world_same(plaintext, user);
}

static void a_rotation_merges(void)
{
    static const struct {
        const char *changes, *want;
    } rows[] = {
        {"{}", "{\"projectUrl\":\"https://t.example.com\",\"serviceRoleKey\":\"tenant-key\"}"},
        {"{ \"serviceRoleKey\" : \"n\\\"ew\", \"x\": [1, {}] }",
         "{\"projectUrl\":\"https://t.example.com\",\"serviceRoleKey\":\"n\\\"ew\",\"x\":[1, {}]}"},
        {"{\"serviceRoleKey\":null}", "{\"projectUrl\":\"https://t.example.com\"}"},
        {"{\"serviceRoleKey\":null,\"projectUrl\":null}", "{}"},
        {"{\"a\":true}",
         "{\"projectUrl\":\"https://t.example.com\",\"serviceRoleKey\":\"tenant-key\","
         "\"a\":true}"},
    };
    char *envelope;

    platform_start(&place);
    envelope = platform_envelope(&place);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct sealing sealing = {place.manager, WORLD_STORE, "supabase", SUPA_ENVELOPE_V2};
        char host[HOST_SIZE],
            *merged = seal_changes(
                &sealing, envelope, rows[i].changes, strlen(rows[i].changes), host, NULL);
        char want[256];

        snprintf(want, sizeof want, "%s", rows[i].want);
        CU_ASSERT_EQUAL(
            supa_envelope_open(
                supa_manager_keyring(place.manager), "supabase", WORLD_STORE, merged, is_merged,
                want, NULL),
            1);
        supa_text_free(merged);
    }
    supa_text_free(envelope);
    platform_end(&place);
}

/* Marks tell an envelope by its nonce, and hold nothing that is sealed. */
static void marks_of_envelopes(void)
{
    static const struct {
        const char *envelope, *mark;
    } rows[] = {
        {"supa2.k_1.0123456789abcdef_123456789ABCDEFghijkl",
         "supa2.k\\_1.0123456789abcdef\\_123456789ABCDEF%"},
        {"ZGVmZ2hpamtsbW5vcHFycw==:Qeo/:o5E", "ZGVmZ2hpamtsbW5vcHFycw==:%"},
        {"short", "short%"},
        {"", "%"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char mark[MARK_SIZE];

        envelope_mark(rows[i].envelope, mark);
        CU_ASSERT(world_same(mark, rows[i].mark));
    }
}

/* What was replaced by somebody else is not written over: the write names the envelope that was read. */
static void credentials_that_were_replaced_meanwhile(void)
{
    struct script answers[2];
    char *envelope, body[1024];
    supa_error error;

    platform_start(&place);
    envelope = platform_envelope(&place);
    snprintf(
        body, sizeof body,
        "[{\"database_type\":\"supabase\",\"connection_string_encrypted\":\"%s\"}]", envelope);
    answers[0] = (struct script)OK(body);
    answers[1] = (struct script)OK("[]");
    world_answer(&place.world, answers, 2);
    CU_ASSERT_EQUAL(
        supa_store_rotate(place.manager, WORLD_STORE, "{}", 2, NULL, &error), SUPA_ERROR_CONFLICT);
    CU_ASSERT(world_same(error.store_id, WORLD_STORE));
    CU_ASSERT(world_same(place.world.method, "PATCH"));
    CU_ASSERT(world_holds(place.world.url, "connection_string_encrypted=like.supa2.k1."));
    CU_ASSERT_PTR_NULL(strstr(place.world.url, envelope));
    CU_ASSERT_PTR_NULL(strstr(place.world.body, "tenant-key"));
    supa_text_free(envelope);
    platform_end(&place);
}

/* 0 is none, which never ends before another. */
static void of_two_deadlines_the_earlier_holds(void)
{
    static const struct {
        int64_t a, b, earlier;
    } rows[] = {{0, 0, 0}, {5, 0, 5}, {0, 5, 5}, {5, 7, 5}, {7, 5, 5}, {5, 5, 5}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_deadline a = {rows[i].a}, b = {rows[i].b};

        CU_ASSERT_EQUAL(earlier_deadline(a, b).at_us, rows[i].earlier);
    }
}

extern CU_TestInfo platform_flow_tests[];
CU_TestInfo platform_flow_tests[] = {
    {"of two deadlines the earlier holds", of_two_deadlines_the_earlier_holds},
    {"a debit whose answer is lost is not sent again", a_lost_answer_is_told},
    {"a debit that was overtaken is made again", overtaken_debits_are_made_again},
    {"debits that fail took nothing", failed_debits},
    {"access has three answers", access_has_three_answers},
    {"verdicts of other servers", verdicts_of_other_servers},
    {"what tenants are asked", what_tenants_are_asked},
    {"a page that comes twice ends the walk", a_page_that_comes_twice_ends_the_walk},
    {"a rekey outlives a gateway that stumbles", a_rekey_outlives_a_gateway},
    {"a check reads a database in a list, too", a_check_reads_lists_too},
    {"an envelope is opened alone", an_envelope_is_opened_alone},
    {"a rotation merges credentials", a_rotation_merges},
    {"marks of envelopes", marks_of_envelopes},
    {"credentials that were replaced meanwhile are left", credentials_that_were_replaced_meanwhile},
    CU_TEST_INFO_NULL,
};
