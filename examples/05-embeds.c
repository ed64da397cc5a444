/* SPDX-License-Identifier: MIT */
/* Embeds: orders with their customer and their lines, in one request; rows inside of rows.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./05-embeds */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

/* A line of an order: a row of the list `lines`, which has the row `product` in it. */
static void print_line(supa_row line)
{
    int64_t quantity = 0;
    const char *total = "?";
    size_t digits = 1;
    supa_row product;
    const char *slug = "(no longer sold)";

    supa_row_int64(line, "quantity", &quantity);
    supa_row_decimal(line, "total_price", &total, &digits);
    if (supa_row_row(line, "product", &product) == SUPA_FIELD_VALUE)
        slug = supa_row_string(product, "slug", "?");
    printf("    %2d x %-14s %8.*s\n", (int)quantity, slug, (int)digits, total);
}

static void print_order(supa_row order)
{
    supa_row customer, line;
    size_t lines = 0;
    int64_t cents = 0;

    printf(
        "%s  %s, ", supa_row_string(order, "order_number", "?"),
        supa_row_string(order, "status", "?"));
    /* There is one customer, or null: a guest's order is no error. */
    if (supa_row_row(order, "customer", &customer) == SUPA_FIELD_VALUE)
        printf(
            "%s %s\n", supa_row_string(customer, "first_name", "?"),
            supa_row_string(customer, "last_name", ""));
    else
        printf("a guest\n");

    supa_row_rows(order, "lines", &line, &lines);
    for (; lines > 0; lines--, line = supa_row_next(line))
        print_line(line);
    if (supa_row_scaled(order, "total_amount", 2, &cents) ==
        SUPA_FIELD_VALUE) /* in cents, exactly */
        printf(
            "    %-19s %5d.%02d\n", "with tax and parcel", (int)(cents / 100), (int)(cents % 100));
}

static int print_orders(supa_client *shop)
{
    supa_query *q = supa_from(shop, "sales_orders");
    supa_response *answer;
    int ok;

    supa_select(
        q, "order_number, status, total_amount,"
           "customer:customers(first_name, last_name),"
           "lines:sales_order_items(quantity, total_price, product:products(slug))");
    supa_neq(q, "status", supa_text("delivered"));
    supa_gte(q, "lines.total_price", supa_int(1)); /* of the lines, not of the orders */
    supa_order(q, "created_at", SUPA_DESC);
    supa_order_on(q, "lines", "total_price", SUPA_DESC);
    supa_limit(q, 20);
    answer = supa_execute(q);

    for (size_t i = 0; i < supa_response_row_count(answer); i++)
        print_order(supa_response_row(answer, i));
    ok = supa_response_ok(answer);
    if (!ok)
        fprintf(stderr, "05-embeds: %s\n", supa_response_error(answer)->message);
    supa_response_free(answer);
    return ok;
}

int main(void)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    supa_client *shop = manager ? supa_manager_lease(manager, getenv("STORE"), &error) : NULL;
    int ok = shop != NULL && print_orders(shop);

    if (shop == NULL)
        fprintf(stderr, "05-embeds: %s\n", error.message);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
