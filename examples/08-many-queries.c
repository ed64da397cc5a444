/* SPDX-License-Identifier: MIT */
/* Many queries at once, on one thread: the open orders of each store, asked for side by side.
 * Nothing waits but supa_multi_run; 09-epoll and 10-libuv do the same in an event loop.
 *
 *     ./08-many-queries STORE… */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

struct shop {
    const char *store;
    supa_multi *multi;
    char line[600]; /* what is to be printed of it */
};

static void on_orders(void *user, supa_response *answer)
{
    struct shop *shop = user;
    supa_row order = supa_response_first(answer);

    if (!supa_response_ok(answer))
        snprintf(shop->line, sizeof shop->line, "%s", supa_response_error(answer)->message);
    else
        snprintf(
            shop->line, sizeof shop->line, "%d open, the oldest is %s",
            (int)supa_response_row_count(answer), supa_row_string(order, "order_number", "-"));
    supa_response_free(answer);
}

/* The store's client is there: from the cache, or by a lookup that ran among the other queries. */
static void on_lease(void *user, supa_client *client, const supa_error *error)
{
    static const char *const open[] = {"pending", "processing", "shipped"};
    struct shop *shop = user;
    supa_query *q;

    if (client == NULL) {
        snprintf(shop->line, sizeof shop->line, "%s", error->message);
        return;
    }
    q = supa_select(supa_from(client, "sales_orders"), "order_number");
    supa_in(q, "status", supa_texts(open, 3));
    supa_order(q, "created_at", SUPA_ASC);
    supa_timeout(q, 5000);
    if (supa_multi_add(shop->multi, q, on_orders, shop) == 0)
        snprintf(shop->line, sizeof shop->line, "out of memory");
    supa_client_unref(client); /* the query holds its own reference */
}

int main(int argc, char **argv)
{
    supa_error error = {.message = "wanted: STORE…"};
    supa_manager *manager = argc > 1 ? supa_manager_from_env(&error) : NULL;
    supa_multi *multi = manager != NULL ? supa_multi_new(NULL, &error) : NULL;
    struct shop *shops = calloc((size_t)argc, sizeof *shops);

    if (multi == NULL || shops == NULL) {
        fprintf(stderr, "08-many-queries: %s\n", multi == NULL ? error.message : "out of memory");
        free(shops);
        supa_multi_free(multi);
        supa_manager_free(manager);
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        shops[i] = (struct shop){.store = argv[i], .multi = multi, .line = "out of memory"};
        supa_multi_lease(multi, manager, shops[i].store, on_lease, &shops[i]);
    }
    supa_multi_run(multi); /* until all are called back, which is in the order of the answers */

    for (int i = 1; i < argc; i++)
        printf("%s: %s\n", shops[i].store, shops[i].line);
    supa_multi_free(multi);
    supa_manager_free(manager);
    free(shops);
    return 0;
}
