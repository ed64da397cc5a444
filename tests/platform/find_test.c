/* SPDX-License-Identifier: MIT */
/* Rows by key and by filter, past a server's limit of rows. */
#include "platform/place.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROWS 2500

static const char limit_rows[] =
    "alter role authenticator in database tenant_1 set pgrst.db_max_rows = '1000';"
    "notify pgrst, 'reload config';";
static const char no_limit[] =
    "alter role authenticator in database tenant_1 reset pgrst.db_max_rows;"
    "notify pgrst, 'reload config';";

static supa_client *tenant;

/* The rows that these tests made; `total_orders` numbers them. */
#define WALKERS                                                                                    \
    {                                                                                              \
        "phone", "eq", supa_text("walker")                                                         \
    }

static size_t plain_rows(void)
{
    supa_query *q = supa_select(supa_from(tenant, "customers"), "id");
    supa_response *answer = supa_execute(supa_eq(q, "phone", supa_text("walker")));
    size_t rows = supa_response_row_count(answer);

    supa_response_free(answer);
    return rows;
}

/* PostgREST takes a moment to read its configuration anew. */
static void await_rows(size_t want)
{
    const struct timespec moment = {0, 20000000};

    for (int i = 0; i < 250 && plain_rows() != want; i++)
        nanosleep(&moment, NULL);
    CU_ASSERT_EQUAL(plain_rows(), want);
}

static void fill(void)
{
    char sql[1024];

    snprintf(
        sql, sizeof sql,
        "insert into customers (store_id, email, phone, total_orders)"
        " select '%s', 'walker' || n, 'walker', n from generate_series(1, %d) n;"
        "insert into customers (store_id, email, phone, total_orders)"
        " select '5f0e0000-0000-4000-8000-00000000beef', 'stranger' || n, 'walker', -n"
        " from generate_series(1, 100) n;"
        "create table number_pairs (a int, b int, primary key (a, b));"
        "insert into number_pairs select n, n from generate_series(1, 1200) n;"
        "grant all on number_pairs to service_role; notify pgrst, 'reload schema';",
        stack_store(1), ROWS);
    stack_sql("tenant_1", sql);
    tenant = supa_manager_lease(place_manager(), stack_store(1), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tenant);
    await_rows(ROWS);
    stack_sql("tenant_1", limit_rows);
    await_rows(1000);
}

/* Each of 1 to ROWS once. */
static int has_all(const supa_response *rows)
{
    static char seen[ROWS + 1];

    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < supa_response_row_count(rows); i++) {
        int64_t n = 0;

        if (supa_row_int64(supa_response_row(rows, i), "total_orders", &n) != SUPA_FIELD_VALUE ||
            n < 1 || n > ROWS || seen[n]++)
            return 0;
    }
    return supa_response_row_count(rows) == ROWS;
}

static void rows_past_the_limit(void)
{
    static const char *const columns[] = {
        NULL, "*", "total_orders", "id,total_orders", "total_orders, id::text"};
    const supa_condition walkers[] = {WALKERS};

    fill();
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        supa_response *rows = supa_find_all(tenant, "customers", columns[i], walkers, 1);

        CU_ASSERT(supa_response_ok(rows));
        CU_ASSERT_EQUAL(supa_response_truncated(rows), SUPA_TRUNCATED_NO);
        CU_ASSERT(has_all(rows));
        supa_response_free(rows);
    }
    CU_ASSERT(place_failed(
        supa_find_all(tenant, "customers", "total_orders,id:email", walkers, 1),
        SUPA_ERROR_ARGUMENT));
}

static void filters_hold_on_every_page(void)
{
    const supa_condition filters[] = {
        WALKERS,
        {"total_orders", "gt", supa_int(1000)},
        {"total_orders", "not.eq", supa_int(2000)},
        {"total_orders", "lte", supa_int(2400)}};
    const supa_condition wrong[] = {{"total_orders", "nonsense", supa_int(1)}};

    CU_ASSERT(place_rows(supa_find_all(tenant, "customers", "email", filters, 4), 1399));
    CU_ASSERT(place_rows(supa_find_all(tenant, "customers", "email", filters, 1), ROWS));
    CU_ASSERT(
        place_failed(supa_find_all(tenant, "customers", "email", wrong, 1), SUPA_ERROR_ARGUMENT));
    CU_ASSERT(place_failed(supa_find_all(tenant, "customers", "m", NULL, 0), SUPA_ERROR_DATABASE));
}

/* What ends at the limit exactly, and what has no column to go on by. */
static void edges_of_the_limit(void)
{
    const supa_condition one_page[] = {WALKERS, {"total_orders", "lte", supa_int(1000)}};
    const supa_condition two_pages[] = {WALKERS, {"total_orders", "lte", supa_int(2000)}};
    const supa_condition few[] = {{"a", "lt", supa_int(5)}};
    supa_client *raw = stack_tenant(1);

    CU_ASSERT(place_rows(supa_find_all(tenant, "customers", "email", one_page, 2), 1000));
    CU_ASSERT(place_rows(supa_find_all(tenant, "customers", "email", two_pages, 2), 2000));
    CU_ASSERT(place_rows(supa_find_all(raw, "number_pairs", "a,b", few, 1), 4));
    CU_ASSERT(
        place_failed(supa_find_all(raw, "number_pairs", "a,b", NULL, 0), SUPA_ERROR_DATABASE));
    supa_client_unref(raw);
}

static void all_is_put_back(void)
{
    const supa_condition walkers[] = {WALKERS};

    stack_sql("tenant_1", no_limit);
    await_rows(ROWS);
    CU_ASSERT(place_rows(supa_find_all(tenant, "customers", "email", walkers, 1), ROWS));
    stack_sql(
        "tenant_1", "delete from customers where phone = 'walker'; drop table number_pairs;"
                    "notify pgrst, 'reload schema';");
    supa_client_unref(tenant);
}

static void mistakes(void)
{
    CU_ASSERT(place_failed(supa_find(NULL, "stores", "1", NULL), SUPA_ERROR_ARGUMENT));
    CU_ASSERT(place_failed(supa_find(place_master(), NULL, "1", NULL), SUPA_ERROR_ARGUMENT));
    CU_ASSERT(place_failed(supa_find(place_master(), "stores", NULL, NULL), SUPA_ERROR_ARGUMENT));
    CU_ASSERT(place_failed(supa_find(place_master(), "stores", "x", NULL), SUPA_ERROR_DATABASE));
    CU_ASSERT(
        place_failed(supa_find(place_master(), "stores", NOBODY, "id,("), SUPA_ERROR_ARGUMENT));
    CU_ASSERT(place_failed(supa_find_all(NULL, "stores", NULL, NULL, 0), SUPA_ERROR_ARGUMENT));
}

extern CU_TestInfo find_tests[];
CU_TestInfo find_tests[] = {
    {"all rows are found past the server's limit", rows_past_the_limit},
    {"filters hold on every page", filters_hold_on_every_page},
    {"a result that ends at the limit, and a table without ids", edges_of_the_limit},
    {"without a limit one request finds all", all_is_put_back},
    {"mistakes are told", mistakes},
    CU_TEST_INFO_NULL,
};
