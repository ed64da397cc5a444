/* SPDX-License-Identifier: MIT */
/* Writes, and what goes wrong with them: insert, upsert, update, delete, and the errors that a
 * service tells apart.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./03-writes */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

#define ROW "sku,price,stock_quantity"

/* Prints the row that a write returned, or why there is none. @return a supa_code. */
static int show(const char *what, supa_query *q)
{
    supa_response *answer = supa_execute(q);
    const supa_error *error = supa_response_error(answer);
    supa_row row = supa_response_first(answer);
    const char *price = "-";
    size_t digits = 1;
    int64_t stock = 0;
    int code = error != NULL ? error->code : SUPA_OK;

    supa_row_decimal(row, "price", &price, &digits);
    supa_row_int64(row, "stock_quantity", &stock);
    if (error != NULL) /* the server's code is there where the refusal is the server's */
        printf(
            "%s: %s, %s\n    %s%s%s\n", what, supa_code_name((supa_code)code),
            supa_outcome_name((supa_outcome)error->outcome), error->server_code,
            error->server_code[0] != '\0' ? ": " : "", error->message);
    else if (supa_response_row_count(answer) == 0)
        printf("%s: no row matches\n", what);
    else
        printf(
            "%s: %s, price %.*s, stock %d\n", what, supa_row_string(row, "sku", "?"), (int)digits,
            price, (int)stock);
    supa_response_free(answer);
    return code;
}

static supa_query *insert(supa_client *shop, const char *price)
{
    supa_query *q = supa_insert_row(supa_from(shop, "products"));

    supa_set(q, "sku", supa_text("LESSON-3")); /* store_id is the lease's: it is set by itself */
    supa_set(q, "slug", supa_text("lesson-3"));
    supa_set(q, "price", supa_decimal(price));
    return supa_returning(q, ROW);
}

static supa_query *of_lesson(supa_query *q)
{
    return supa_returning(supa_eq(q, "sku", supa_text("LESSON-3")), ROW);
}

static int write_all(supa_client *shop)
{
    supa_query *q;
    int code;

    if (show("a rehearsal, undone by the server", supa_rollback(insert(shop, "9.90"))) != SUPA_OK)
        return 0;
    if (show("inserted", insert(shop, "9.90")) != SUPA_OK)
        return 0;
    /* A unique violation is an answer: nothing was written, and trying again is no use. */
    code = show("inserted again", insert(shop, "9.90"));

    q = supa_from(shop, "products");
    supa_upsert(q, "{\"sku\":\"LESSON-3\",\"slug\":\"lesson-3\",\"price\":9.95}", "store_id,sku");
    show("inserted or replaced", supa_returning(q, ROW));

    q = supa_set(supa_update_row(supa_from(shop, "products")), "stock_quantity", supa_int(40));
    show("updated", of_lesson(q));
    q = supa_set(supa_update_row(supa_from(shop, "products")), "stock_quantity", supa_int(0));
    show("updated without a filter", supa_returning(q, ROW));

    show("deleted", of_lesson(supa_delete(supa_from(shop, "products"))));
    show("deleted again", of_lesson(supa_delete(supa_from(shop, "products"))));
    return code == SUPA_ERROR_DATABASE;
}

int main(void)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    supa_client *shop = manager ? supa_manager_lease(manager, getenv("STORE"), &error) : NULL;
    int ok = shop != NULL && write_all(shop);

    if (shop == NULL)
        fprintf(stderr, "03-writes: %s\n", error.message);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
