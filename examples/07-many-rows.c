/* SPDX-License-Identifier: MIT */
/* Many rows: page by page past the server's limit, as they come, and a list too long for a URL.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./07-many-rows */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

static int end(supa_rows *rows)
{
    supa_error error;

    /* The end shows whether all rows came: an answer that breaks off is no short success. */
    if (supa_rows_close(rows, &error) == SUPA_OK)
        return 1;
    fprintf(stderr, "07-many-rows: %s\n", error.message);
    return 0;
}

/* Each page begins behind the last id of the one before: no row comes twice or is left out,
 * whatever is written meanwhile. Pages are of five rows so that there are some; 1,000 is a good size. */
static int count_stock(supa_client *shop)
{
    supa_rows *rows =
        supa_pages(supa_select(supa_from(shop, "products"), "id,stock_quantity"), 5, "id");
    int64_t products = 0, pieces = 0;
    supa_row row;

    while (supa_rows_next(rows, &row)) {
        int64_t stock = 0;

        supa_row_int64(row, "stock_quantity", &stock);
        pieces += stock;
        products++;
    }
    printf("%d products, %d pieces in stock\n", (int)products, (int)pieces);
    return end(rows);
}

/* One answer of any size in constant memory. To stop early is no error: the server stops, too. */
static int dearest_below(supa_client *shop, int64_t limit_cents)
{
    supa_query *q = supa_select(supa_from(shop, "products"), "slug,price");
    supa_rows *rows;
    int64_t cents = -1;
    supa_row row;

    supa_is(q, "price", SUPA_IS_NOT_NULL);
    rows = supa_rows_open(supa_order(q, "price", SUPA_DESC));
    while (supa_rows_next(rows, &row)) {
        supa_field found = supa_row_scaled(row, "price", 2, &cents);

        if (found == SUPA_FIELD_RANGE) /* more digits than cents have, or than 64 bits hold */
            printf("  no price to pay: %s\n", supa_row_string(row, "slug", "?"));
        else if (found == SUPA_FIELD_VALUE && cents < limit_cents)
            break;
    }
    if (cents >= 0 && cents < limit_cents)
        printf(
            "dearest below %d: %s\n", (int)(limit_cents / 100), supa_row_string(row, "slug", "?"));
    return end(rows);
}

/* 2,000 numbers of products do not fit into one URL: they are sent as several requests at once. */
static int find_listed(supa_client *shop)
{
    static char text[2000][8];
    static const char *numbers[2000];
    supa_query *q = supa_select(supa_from(shop, "products"), "sku");
    supa_response *answer;
    int ok;

    for (size_t i = 0; i < 2000; i++) {
        snprintf(text[i], sizeof text[i], "T1-%03u", (unsigned)i);
        numbers[i] = text[i];
    }
    answer = supa_execute(supa_split(supa_in(q, "sku", supa_texts(numbers, 2000))));
    ok = supa_response_ok(answer);
    if (ok)
        printf("2000 numbers asked for, %d found\n", (int)supa_response_row_count(answer));
    else
        fprintf(stderr, "07-many-rows: %s\n", supa_response_error(answer)->message);
    supa_response_free(answer);
    return ok;
}

int main(void)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    supa_client *shop = manager ? supa_manager_lease(manager, getenv("STORE"), &error) : NULL;
    int ok = shop != NULL && count_stock(shop) && dearest_below(shop, 5000) && find_listed(shop);

    if (shop == NULL)
        fprintf(stderr, "07-many-rows: %s\n", error.message);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
