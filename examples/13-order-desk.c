/* SPDX-License-Identifier: MIT */
/* An order desk: the newest orders, and one of them moved on to its next state, if it still is in
 * the one that the clerk saw. Run it twice: the second time somebody was faster.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./13-order-desk ORDER FROM TO */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

static int list(supa_manager *manager, const char *store)
{
    supa_order_filter filter = SUPA_ORDER_FILTER_INIT;
    supa_response *answer;
    int ok;

    filter.columns = "order_number,status,total_amount,currency,customer_email";
    filter.limit = 3;
    filter.counted = 1;
    answer = supa_tenant_orders(manager, store, &filter); /* leases, asks, and keeps to the store */
    ok = supa_response_ok(answer);
    for (size_t i = 0; i < supa_response_row_count(answer); i++) {
        supa_row row = supa_response_row(answer, i);
        const char *total = "?";
        size_t digits = 1;

        supa_row_decimal(row, "total_amount", &total, &digits);
        printf(
            "%s  %-10s %7.*s %s  %s\n", supa_row_string(row, "order_number", "?"),
            supa_row_string(row, "status", "?"), (int)digits, total,
            supa_row_string(row, "currency", "?"), supa_row_string(row, "customer_email", "?"));
    }
    if (ok)
        printf(
            "%zu of %d orders\n", supa_response_row_count(answer),
            (int)supa_response_count(answer));
    else
        fprintf(stderr, "13-order-desk: %s\n", supa_response_error(answer)->message);
    supa_response_free(answer);
    return ok;
}

static supa_query *orders(supa_client *shop, const char *number)
{
    return supa_eq(supa_from(shop, "sales_orders"), "order_number", supa_text(number));
}

static void print_status(supa_client *shop, const char *number)
{
    supa_response *answer = supa_execute(supa_single(supa_select(orders(shop, number), "status")));
    supa_row order = supa_response_first(answer);

    if (supa_response_ok(answer))
        printf("%s is %s by now\n", number, supa_row_string(order, "status", "?"));
    else
        fprintf(stderr, "13-order-desk: %s: %s\n", number, supa_response_error(answer)->message);
    supa_response_free(answer);
}

/* The state that was seen is among the filters: of two clerks, the row follows one. */
static int move_on(supa_client *shop, const char *number, const char *from, const char *to)
{
    supa_query *q = supa_set(supa_update_row(orders(shop, number)), "status", supa_text(to));
    supa_response *answer;
    int moved;

    supa_eq(q, "status", supa_text(from));
    supa_maybe_single(supa_returning(q, "order_number"));
    answer = supa_execute(q);
    moved = supa_response_row_count(answer) == 1;
    if (moved)
        printf("%s: %s, now %s\n", number, from, to);
    else if (supa_response_ok(answer))
        print_status(shop, number);
    else /* the column is an enum: the database refuses states that there are not */
        fprintf(stderr, "13-order-desk: %s\n", supa_response_error(answer)->message);
    supa_response_free(answer);
    return moved;
}

int main(int argc, char **argv)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    const char *store = getenv("STORE");
    supa_client *shop = manager ? supa_manager_lease(manager, store, &error) : NULL;
    int ok = shop != NULL && list(manager, store);

    if (shop == NULL)
        fprintf(stderr, "13-order-desk: %s\n", error.message);
    if (ok && argc == 4)
        ok = move_on(shop, argv[1], argv[2], argv[3]);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
