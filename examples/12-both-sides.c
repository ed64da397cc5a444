/* SPDX-License-Identifier: MIT */
/* Both sides in one operation: a store's front page needs its name and plan from the master, and
 * products and orders from its own database. All are asked at once, under one deadline.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./12-both-sides */
#include <stdio.h>
#include <stdlib.h>
#include <supa/fluent.h>
#include <supa/supa.h>

enum { NAME, PLAN, PRODUCTS, ORDERS, QUESTIONS };

/* The master's are queries; the store's are templates: its client is leased meanwhile. */
static void write_questions(supa_manager *manager, const char *store, supa_question *ask)
{
    supa_client *master = supa_manager_master(manager);

    ask[NAME].query =
        SUPA_QUERY(master, from("stores"), select("name,country"), eq("id", store), single());
    ask[PLAN].query = SUPA_QUERY(
        master, from("subscriptions"), select("plan_name"), eq("store_id", store), maybe_single());

    ask[PRODUCTS].query = supa_template("products");
    supa_select(ask[PRODUCTS].query, "slug");
    supa_is(ask[PRODUCTS].query, "featured", SUPA_IS_TRUE);
    supa_order(ask[PRODUCTS].query, "sort_order", SUPA_ASC);

    ask[ORDERS].query = supa_template("sales_orders");
    supa_select(ask[ORDERS].query, "count(),total_amount.sum()");
    supa_neq(ask[ORDERS].query, "status", supa_text("cancelled"));
    ask[PRODUCTS].store_id = ask[ORDERS].store_id = store;
}

static supa_row first(const supa_question *question)
{
    return supa_response_first(question->response);
}

static void print_page(const supa_question *ask)
{
    const char *sum = "0";
    size_t digits = 1;
    int64_t orders = 0;
    const char *no_plan = supa_response_ok(ask[PLAN].response) ? "none" : "not known just now";

    printf(
        "%s (%s)\n", supa_row_string(first(&ask[NAME]), "name", "?"),
        supa_row_string(first(&ask[NAME]), "country", "-"));
    /* The page can do without the plan; not to know it is not the same as that there is none. */
    printf("  plan: %s\n", supa_row_string(first(&ask[PLAN]), "plan_name", no_plan));
    for (size_t i = 0; i < supa_response_row_count(ask[PRODUCTS].response); i++)
        printf(
            "  featured: %s\n",
            supa_row_string(supa_response_row(ask[PRODUCTS].response, i), "slug", "?"));
    supa_row_int64(first(&ask[ORDERS]), "count", &orders);
    supa_row_decimal(first(&ask[ORDERS]), "sum", &sum, &digits);
    printf("  %d orders, of %.*s in all\n", (int)orders, (int)digits, sum);
}

static int show(supa_manager *manager, const char *store)
{
    supa_question ask[QUESTIONS] = {0};
    supa_error error;
    int ok = 1;

    write_questions(manager, store, ask);
    if (supa_together(manager, ask, QUESTIONS, supa_deadline_in(2000), NULL, &error) != SUPA_OK)
        fprintf(stderr, "12-both-sides: %s: %s\n", error.relation, error.message);
    for (size_t i = 0; i < QUESTIONS; i++)
        ok = ok && (i == PLAN || supa_response_ok(ask[i].response));
    if (ok)
        print_page(ask);
    for (size_t i = 0; i < QUESTIONS; i++)
        supa_response_free(ask[i].response);
    return ok;
}

int main(void)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    const char *store = getenv("STORE");
    int ok = manager != NULL && store != NULL && show(manager, store);

    if (manager == NULL || store == NULL)
        fprintf(
            stderr, "12-both-sides: %s\n", manager == NULL ? error.message : "STORE is not set");
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
