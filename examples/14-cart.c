/* SPDX-License-Identifier: MIT */
/* A cart that two browser tabs fill at once: each write says which version it changes, and begins
 * anew when that is not the latest. The columns are in lessons.sql.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./14-cart SESSION SKU */
#include <stdio.h>
#include <stdlib.h>
#include <supa/cjson.h>
#include <supa/fluent.h>
#include <supa/supa.h>

static int tell(const char *what, const supa_error *error)
{
    if (error != NULL)
        fprintf(stderr, "14-cart: %s: %s\n", what, error->message);
    return error == NULL;
}

/* The session's cart, made when it is not there. Columns that are not given stay as they are. */
static supa_response *open_cart(supa_client *shop, const char *session)
{
    supa_query *q = supa_upsert(supa_from(shop, "carts"), NULL, "store_id,session_id");

    supa_set(supa_insert_row(q), "session_id", supa_text(session));
    return supa_execute(supa_single(supa_returning(q, "id,version,items")));
}

/* The items with one more of @p sku, as JSON: {"T1-001": 2, "T1-003": 1}. */
static char *one_more(supa_response *cart, const char *sku)
{
    const cJSON *row = supa_response_json(cart);
    cJSON *items = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(row, "items"), 1);
    cJSON *quantity = cJSON_GetObjectItemCaseSensitive(items, sku);
    char *json = NULL;

    if (quantity != NULL)
        cJSON_SetNumberValue(quantity, quantity->valuedouble + 1);
    if (quantity != NULL || cJSON_AddNumberToObject(items, sku, 1) != NULL)
        json = cJSON_PrintUnformatted(items);
    cJSON_Delete(items);
    return json;
}

/* No row matches when somebody else has made another version meanwhile. */
static supa_response *put_items(supa_client *shop, supa_row cart, const char *items)
{
    int64_t version = 0;

    supa_row_int64(cart, "version", &version);
    return SUPA_RUN(
        shop, from("carts"), update_row(), set("items", supa_json(items)),
        set("version", version + 1), eq("id", supa_row_string(cart, "id", "")),
        eq("version", version), returning("version,items"));
}

static void print_items(supa_row cart)
{
    const char *sku, *json;
    size_t length, digits;
    supa_row items;
    const int has_items = supa_row_row(cart, "items", &items) == SUPA_FIELD_VALUE;

    for (size_t i = 0; has_items && supa_row_at(items, i, &sku, &length, &json, &digits) == 0; i++)
        printf("%.*s x %.*s\n", (int)digits, json, (int)length, sku);
}

/* @return 1 when it was added; 0 when another was faster; -1 after an error. */
static int add(supa_client *shop, const char *session, const char *sku)
{
    supa_response *cart = open_cart(shop, session);
    char *items = one_more(cart, sku);
    supa_response *answer = put_items(shop, supa_response_first(cart), items);
    int ok = tell(sku, supa_response_error(cart)) && tell(sku, supa_response_error(answer));
    int added = ok && supa_response_row_count(answer) == 1;

    if (added)
        print_items(supa_response_first(answer));
    supa_response_free(answer);
    supa_response_free(cart);
    cJSON_free(items);
    return ok ? added : -1;
}

int main(int argc, char **argv)
{
    supa_error error = {.message = "SESSION SKU"};
    const char *sku = argc == 3 ? argv[2] : "wanted";
    supa_manager *manager = argc == 3 ? supa_manager_from_env(&error) : NULL;
    supa_client *shop = manager ? supa_manager_lease(manager, getenv("STORE"), &error) : NULL;
    supa_query *known = shop ? supa_eq(supa_from(shop, "products"), "sku", supa_text(sku)) : NULL;
    int added = shop && !supa_exec(supa_single(known), &error) ? 0 : tell(sku, &error) - 1;

    for (int tries = 0; added == 0 && tries < 20; tries++)
        added = add(shop, argv[1], sku);
    supa_client_unref(shop);
    supa_manager_free(manager);
    return added == 1 ? 0 : 1;
}
