/* SPDX-License-Identifier: MIT */
/* products STORE [CATEGORY]: a store's active products, from its own database. Its name comes from
 * the master; the key to its database too, sealed. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <supa/supa.h>

static int fail(const supa_error *error)
{
    fprintf(stderr, "products: %s: %s\n", supa_code_name((supa_code)error->code), error->message);
    return 1;
}

/* The master knows the store's name. */
static int print_store(supa_manager *manager, const char *store)
{
    supa_query *q = supa_from(supa_manager_master(manager), "stores");
    supa_response *answer;
    int ok;

    supa_select(q, "name");
    supa_eq(q, "id", supa_text(store));
    supa_maybe_single(q);
    answer = supa_execute(q);
    ok = supa_response_ok(answer);
    if (ok && supa_response_row_count(answer) != 0)
        printf("%s\n", supa_row_string(supa_response_first(answer), "name", "?"));
    else if (!ok)
        fail(supa_response_error(answer));
    supa_response_free(answer);
    return ok;
}

/* The tenant has its products. The client keeps the query to its own store by itself. */
static int print_products(supa_client *tenant, const char *category)
{
    supa_query *q = supa_from(tenant, "products");
    supa_response *answer;
    int status = 0;

    supa_select(q, "sku,price,external_id");
    supa_eq(q, "status", supa_text("active"));
    if (category != NULL) {
        cJSON *list = cJSON_CreateStringArray(&category, 1); /* a jsonb column: not a list */
        char *json = cJSON_PrintUnformatted(list);

        supa_contains(q, "category_ids", supa_json(json));
        cJSON_free(json);
        cJSON_Delete(list);
    }
    supa_order(q, "sku", SUPA_ASC);
    answer = supa_execute(q);
    if (!supa_response_ok(answer))
        status = fail(supa_response_error(answer));
    for (size_t i = 0; i < supa_response_row_count(answer); i++) {
        supa_row row = supa_response_row(answer, i);
        const char *price = "?";
        size_t length = 1;
        int64_t number = 0;

        supa_row_decimal(row, "price", &price, &length); /* exact: the server's own digits */
        supa_row_int64(row, "external_id", &number);
        printf(
            "  %-8s %8.*s  %" PRId64 "\n", supa_row_string(row, "sku", "?"), (int)length, price,
            number);
    }
    supa_response_free(answer);
    return status;
}

int main(int argc, char **argv)
{
    supa_error error;
    supa_manager *manager;
    supa_client *tenant;
    int status = 1;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: products STORE [CATEGORY]\n");
        return 2;
    }
    manager = supa_manager_from_env(&error);
    if (manager == NULL)
        return fail(&error);
    tenant = supa_manager_lease(manager, argv[1], &error);
    if (tenant == NULL)
        fail(&error);
    else if (print_store(manager, argv[1]))
        status = print_products(tenant, argc == 3 ? argv[2] : NULL);
    supa_client_unref(tenant);
    supa_manager_free(manager);
    return status;
}
