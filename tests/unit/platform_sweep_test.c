/* SPDX-License-Identifier: MIT */
/* The platform's functions while each allocation in turn fails: it is reported as that and nothing else,
 * nothing leaks, no secret is left behind. */
#include "base/secret.h"
#include "base/stash.h"
#include "platform_world.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define JSON     "Content-Type: application/json\n"
#define USER_ID  "05e70000-0000-4000-8000-000000000001"
#define OTHER_ID "05e70000-0000-4000-8000-000000000009"
#define OK(body)                                                                                   \
    {                                                                                              \
        200, JSON, body, SUPA_OK, SUPA_ANSWERED                                                    \
    }

static struct platform_world place;
static char record_row[1024]; /* a row of store_databases that opens */

static int ended(supa_response *response)
{
    const supa_error *error = supa_response_error(response);
    int code = error != NULL ? error->code : SUPA_OK;

    supa_response_free(response);
    return code;
}

static supa_client *master(void)
{
    return supa_manager_master(place.manager);
}

static int find(void)
{
    return ended(supa_find(master(), "stores", WORLD_STORE, NULL));
}

static int find_all(void)
{
    const supa_condition filters[] = {{"slug", "eq", supa_text("x")}};

    return ended(supa_find_all(master(), "stores", "slug", filters, 1));
}

static int put(void)
{
    supa_store_database it = SUPA_STORE_DATABASE_INIT;

    it.credentials = "{\"projectUrl\":\"https://a.example\",\"serviceRoleKey\":\"k\"}";
    it.length = strlen(it.credentials);
    it.extra = "{\"port\":1,\"database_name\":\"x\"}";
    return supa_store_put(place.manager, WORLD_STORE, &it, NULL);
}

static int rotate(void)
{
    return supa_store_rotate(
        place.manager, WORLD_STORE, "{\"serviceRoleKey\":\"new\"}", 24, NULL, NULL);
}

static int switch_off(void)
{
    return supa_store_deactivate(place.manager, WORLD_STORE, NULL);
}

static int list(void)
{
    return ended(supa_store_list(place.manager, SUPA_STORES_OPERATING, NULL, 0));
}

static int info(void)
{
    return ended(supa_store_info(place.manager, WORLD_STORE));
}

static int pending(void)
{
    return ended(supa_store_pending(place.manager, SUPA_STORES_ALL, NULL));
}

static int rekey(void)
{
    supa_rekey_report report;

    return supa_registry_rekey(place.manager, NULL, &report, NULL);
}

static int create(void)
{
    supa_new_store store = SUPA_NEW_STORE_INIT;

    store.user_id = USER_ID;
    store.slug = "x";
    return ended(supa_store_create(place.manager, &store));
}

static int set_status(void)
{
    return supa_store_set_status(place.manager, WORLD_STORE, "active", "demo", 1, NULL);
}

static int credit(void)
{
    supa_credit it;

    return supa_master_credit(place.manager, WORLD_STORE, &it, NULL);
}

static int debit(void)
{
    supa_error error;

    if (supa_master_debit(place.manager, USER_ID, "1", NULL, NULL, &error) == SUPA_DEBIT_DONE)
        return SUPA_OK;
    return error.code;
}

static int check(void)
{
    return supa_store_check(place.manager, WORLD_STORE, NULL);
}

static int access_of(void)
{
    supa_error error;

    if (supa_store_access(place.manager, WORLD_STORE, OTHER_ID, NULL, NULL, &error) ==
        SUPA_ACCESS_ROLE)
        return SUPA_OK;
    return error.code != SUPA_OK ? error.code : SUPA_ERROR_NO_ROWS;
}

static int products(void)
{
    supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;

    filter.status = "active";
    filter.category_id = "c";
    filter.search = "x";
    return ended(supa_tenant_products(place.manager, WORLD_STORE, &filter));
}

static int customers(void)
{
    supa_customer_filter filter = SUPA_CUSTOMER_FILTER_INIT;

    filter.email = "x*y";
    return ended(supa_tenant_customers(place.manager, WORLD_STORE, &filter));
}

static int order(void)
{
    return ended(supa_tenant_order(place.manager, WORLD_STORE, USER_ID));
}

static int made(void)
{
    return ended(supa_response_of_rows("[{\"a\":\"\\n\"}]", 12));
}

static void count_answer(void *user, const char *store_id, supa_response *response)
{
    (void)store_id;
    ++*(int64_t *)user;
    supa_response_free(response);
}

/* However much memory is there, each store that is known is called back once. */
static int fanout(const char *const *ids, size_t n)
{
    supa_fanout_options options = SUPA_FANOUT_OPTIONS_INIT;
    supa_query *q = supa_template("products");
    supa_fanout_report report;
    int64_t told = 0;
    int code;

    options.store_ids = ids;
    options.count = n;
    options.in_flight = 2;
    code = supa_fanout(place.manager, q, &options, count_answer, &told, &report, NULL);
    supa_query_free(q);
    CU_ASSERT_EQUAL(told, report.asked + report.skipped);
    CU_ASSERT_EQUAL(report.asked, report.ok + report.failed);
    if (ids != NULL && code == SUPA_OK)
        CU_ASSERT_EQUAL(report.asked, (int64_t)n);
    return code != SUPA_OK ? code : report.first_error.code;
}

static int fanout_list(void)
{
    const char *const ids[] = {WORLD_STORE, WORLD_STORE, WORLD_STORE};

    return fanout(ids, 3);
}

static int fanout_registry(void)
{
    return fanout(NULL, 0);
}

static int together(void)
{
    supa_question questions[] = {
        {supa_from(master(), "stores"), NULL, NULL},
        {supa_template("products"), WORLD_STORE, NULL},
    };
    int code = supa_together(place.manager, questions, 2, supa_deadline_in(60000), NULL, NULL);

    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_PTR_NULL(questions[i].query);
        CU_ASSERT_PTR_NOT_NULL(questions[i].response);
        supa_response_free(questions[i].response);
    }
    return code;
}

#define ROW "[{\"store_id\":\"" WORLD_STORE "\",\"id\":\"" WORLD_STORE "\"}]"

static const struct script one_row[] = {OK(ROW), OK(ROW)};
static const struct script found[] = {OK("{\"id\":\"x\"}")};
static const struct script paged[] = {
    {206, JSON "Content-Range: 0-0/2\n", ROW, SUPA_OK, SUPA_ANSWERED},
    {206, JSON "Content-Range: 0-0/2\n", ROW, SUPA_OK, SUPA_ANSWERED},
    OK("[]")};
static const struct script whole[] = {
    {200, JSON "Content-Range: 0-0/1\n", ROW, SUPA_OK, SUPA_ANSWERED}};
static const struct script versions[] = {
    OK("[{\"version\":3}]"), {200, JSON "Content-Range: 0-0/1\n", ROW, SUPA_OK, SUPA_ANSWERED}};
static const struct script balance[] = {OK("[{\"owner\":{\"id\":\"u\",\"credits\":1.5}}]")};
static const struct script debits[] = {OK("{\"id\":\"u\",\"credits\":1.50}"), OK(ROW)};
static const struct script checked[] = {
    OK("[{\"status\":\"active\",\"is_active\":true,\"store_databases\":"
       "{\"is_active\":true,\"database_type\":\"supabase\"}}]")};
static const struct script team[] = {
    OK("[{\"user_id\":\"" USER_ID "\",\"is_active\":true}]"), OK("[{\"role\":\"admin\"}]")};
static struct script record[] = {OK(record_row), OK(ROW)};
static struct script record_page[] = {
    {200, JSON "Content-Range: 0-0/1\n", record_row, SUPA_OK, SUPA_ANSWERED}};
static struct script record_one[1];

static const struct {
    int (*run)(void);
    const struct script *answers;
    size_t count;
} calls[] = {
    {find, found, 1},       {find_all, paged, 3},      {put, one_row, 1},
    {rotate, record, 2},    {switch_off, one_row, 1},  {list, whole, 1},
    {info, record_one, 1},  {pending, versions, 2},    {rekey, record_page, 1},
    {create, found, 1},     {set_status, one_row, 1},  {credit, balance, 1},
    {debit, debits, 2},     {check, checked, 1},       {access_of, team, 2},
    {products, one_row, 1}, {customers, one_row, 1},   {order, found, 1},
    {made, one_row, 0},     {fanout_list, one_row, 1}, {fanout_registry, one_row, 1},
    {together, one_row, 2},
};

static void fill_record(void)
{
    static char object[1024];
    char *envelope = platform_envelope(&place);

    snprintf(
        record_row, sizeof record_row,
        "[{\"store_id\":\"" WORLD_STORE "\",\"database_type\":\"supabase\","
        "\"connection_string_encrypted\":\"%s\"}]",
        envelope);
    supa_text_free(envelope);
    snprintf(object, sizeof object, "%.*s", (int)strlen(record_row) - 2, record_row + 1);
    record_one[0] = (struct script)OK(object);
}

static void what_is_swept_works(void)
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        int code;

        platform_start(&place);
        fill_record();
        world_answer(&place.world, calls[i].answers, calls[i].count);
        code = calls[i].run();
        if (code != SUPA_OK)
            fprintf(stderr, "\n    call %zu: %s\n", i, supa_code_name((supa_code)code));
        CU_ASSERT_EQUAL(code, SUPA_OK);
        platform_end(&place);
    }
}

/* What forgets the store makes the next lease ask, so each round begins anew. */
static int sweep(size_t i, size_t nth, int *code)
{
    size_t secrets;
    int failed;

    platform_start(&place);
    fill_record();
    secrets = secret_count();
    world_answer(&place.world, calls[i].answers, calls[i].count);
    world_fail_at(nth);
    *code = calls[i].run();
    failed = world_failed();
    CU_ASSERT_EQUAL(secret_count(), secrets);
    platform_end(&place);
    return failed;
}

static void each_failed_allocation_is_reported(void)
{
    const size_t secrets = secret_count();

    stash_off = 1; /* so that each call takes memory */
    for (size_t i = 0; i < COUNT(calls); i++) {
        size_t reported = 0;
        int failed = 1, code;

        for (size_t nth = 1; failed; nth++) {
            failed = sweep(i, nth, &code);
            if (code != SUPA_OK && code != SUPA_ERROR_NO_MEMORY)
                fprintf(
                    stderr, "\n    call %zu, allocation %zu: %s\n", i, nth,
                    supa_code_name((supa_code)code));
            CU_ASSERT(code == SUPA_OK || (failed && code == SUPA_ERROR_NO_MEMORY));
            reported += code == SUPA_ERROR_NO_MEMORY;
            CU_ASSERT_FATAL(nth < 1000);
        }
        CU_ASSERT(reported > 0);
    }
    stash_off = 0;
    CU_ASSERT_EQUAL(secret_count(), secrets);
}

extern CU_TestInfo platform_sweep_tests[];
CU_TestInfo platform_sweep_tests[] = {
    {"what is swept works", what_is_swept_works},
    {"each failed allocation is reported", each_failed_allocation_is_reported},
    CU_TEST_INFO_NULL,
};
