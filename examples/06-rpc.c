/* SPDX-License-Identifier: MIT */
/* Functions of the database: a number, rows that are filtered further, a list of arguments, an
 * error of its own.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./06-rpc */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

/* @return whether all was well. */
static int end(supa_response *answer)
{
    const supa_error *error = supa_response_error(answer);
    int ok = error == NULL;

    if (!ok)
        fprintf(stderr, "06-rpc: %s: %s\n", error->relation, error->message);
    supa_response_free(answer);
    return ok;
}

/* A value that is no row is read like a column without a name. */
static int add(supa_client *shop)
{
    supa_query *q = supa_rpc(shop, "add_them");
    supa_response *answer;
    int64_t sum = 0;

    supa_arg(q, "a", supa_int(40));
    supa_arg(q, "b", supa_int(2));
    answer = supa_execute(q);
    if (supa_row_int64(supa_response_first(answer), NULL, &sum) == SUPA_FIELD_VALUE)
        printf("40 + 2 = %d\n", (int)sum);
    return end(answer);
}

/* Any number of arguments; by GET, since it only reads: it may be cached and tried again. */
static int add_all(supa_client *shop)
{
    static const int64_t numbers[] = {1, 2, 3, 4};
    supa_query *q = supa_rpc_get(supa_rpc(shop, "sum_of"));
    supa_response *answer = supa_execute(supa_arg_variadic(q, "numbers", supa_ints(numbers, 4)));
    int64_t sum = 0;

    if (supa_row_int64(supa_response_first(answer), NULL, &sum) == SUPA_FIELD_VALUE)
        printf("1 + 2 + 3 + 4 = %d\n", (int)sum);
    return end(answer);
}

/* Rows are asked further like a table's, by columns that are selected. A lease keeps tables to its
 * store, but a function is none: what it returns is kept to the store by a filter of one's own. */
static int low_stock(supa_client *shop, const char *store)
{
    supa_query *q = supa_arg(supa_rpc(shop, "low_stock"), "max_stock", supa_int(20));
    supa_response *answer;

    supa_select(q, "slug,stock_quantity,store_id");
    supa_eq(q, "store_id", supa_text(store));
    answer = supa_execute(supa_order(q, "stock_quantity", SUPA_ASC));
    for (size_t i = 0; i < supa_response_row_count(answer); i++) {
        supa_row row = supa_response_row(answer, i);
        int64_t left = 0;

        supa_row_int64(row, "stock_quantity", &left);
        printf("%3d left of %s\n", (int)left, supa_row_string(row, "slug", "?"));
    }
    return end(answer);
}

/* What a function raises comes with its own words, and with the HTTP status that it chose. */
static int teapot(supa_client *shop)
{
    supa_error error;

    if (supa_exec(supa_rpc(shop, "raise_pt418"), &error) == SUPA_OK)
        return 0;
    printf("%d: %s; %s; %s\n", (int)error.http_status, error.message, error.details, error.hint);
    return 1;
}

int main(void)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    supa_client *shop = manager ? supa_manager_lease(manager, getenv("STORE"), &error) : NULL;
    int ok = shop != NULL;

    if (!ok)
        fprintf(stderr, "06-rpc: %s\n", error.message);
    ok = ok && add(shop) && add_all(shop) && low_stock(shop, getenv("STORE")) && teapot(shop);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
