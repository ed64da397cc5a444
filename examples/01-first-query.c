/* SPDX-License-Identifier: MIT */
/* A first query: what one store sells, the dearest first. The store's database, and the key to
 * it, are found by its id alone.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./01-first-query */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

int main(void)
{
    supa_error error = {
        .message = "STORE is not set: the id of a store, as `supa stores list` shows"};
    const char *store = getenv("STORE");
    supa_manager *manager = store ? supa_manager_from_env(&error) : NULL;
    supa_client *shop = manager ? supa_manager_lease(manager, store, &error) : NULL;
    supa_response *answer;
    supa_query *q;
    int ok;

    if (shop == NULL) {
        fprintf(stderr, "01-first-query: %s\n", error.message);
        supa_manager_free(manager);
        return 1;
    }

    /* Nothing is checked between these calls: a mistake in one of them is told by the answer. */
    q = supa_from(shop, "products");
    supa_select(q, "slug,price");
    supa_eq(q, "status", supa_text("active"));
    supa_order(q, "price", SUPA_DESC);
    answer = supa_execute(q); /* ends the query; never NULL */

    for (size_t i = 0; i < supa_response_row_count(answer); i++) {
        supa_row row = supa_response_row(answer, i);
        const char *price = "-";
        size_t digits = 1;

        supa_row_decimal(
            row, "price", &price, &digits); /* as the server wrote it, nothing rounded */
        printf("%8.*s  %s\n", (int)digits, price, supa_row_string(row, "slug", "?"));
    }
    ok = supa_response_ok(answer);
    if (!ok)
        fprintf(stderr, "01-first-query: %s\n", supa_response_error(answer)->message);

    supa_response_free(answer);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
