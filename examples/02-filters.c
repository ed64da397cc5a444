/* SPDX-License-Identifier: MIT */
/* Filters: comparisons, lists, groups, JSON, and a text that a user typed.
 *
 *     STORE=5f0e0000-0000-4000-8000-000000000001 ./02-filters [SEARCH] */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

static supa_query *products(supa_client *shop)
{
    return supa_order(supa_select(supa_from(shop, "products"), "slug"), "slug", SUPA_ASC);
}

static int show(const char *what, supa_query *q)
{
    supa_response *answer = supa_execute(q);
    int ok = supa_response_ok(answer);

    printf("%s:", what);
    for (size_t i = 0; i < supa_response_row_count(answer); i++)
        printf(" %s", supa_row_string(supa_response_row(answer, i), "slug", "?"));
    printf("\n");
    if (!ok)
        fprintf(stderr, "02-filters: %s\n", supa_response_error(answer)->message);
    supa_response_free(answer);
    return ok;
}

/* All filters of a query must hold. A price is its digits: 19.99 is no double. */
static int by_price(supa_client *shop)
{
    supa_query *q = products(shop);

    supa_gte(q, "price", supa_decimal("10"));
    supa_lte(q, "price", supa_decimal("19.99"));
    return show("10 to 19.99", q);
}

static int by_list(supa_client *shop)
{
    static const char *const wanted[] = {"T1-001", "T1-009", "a,b)&or=(1"}; /* no text is grammar */

    return show("by number", supa_in(products(shop), "sku", supa_texts(wanted, 3)));
}

/* active and not hidden, and (featured or below 1): a group is begun and ended, and groups nest. */
static int by_group(supa_client *shop)
{
    supa_query *q = products(shop);

    supa_eq(q, "status", supa_text("active"));
    supa_not(q); /* the next filter or group */
    supa_eq(q, "visibility", supa_text("hidden"));
    supa_or(q);
    supa_is(q, "featured", SUPA_IS_TRUE);
    supa_lt(q, "price", supa_int(1));
    supa_end(q);
    return show("featured, or below 1", q);
}

/* jsonb contains JSON: a list of C would be a PostgreSQL array there. */
static int by_tag(supa_client *shop)
{
    return show("tagged new", supa_contains(products(shop), "tags", supa_json("[\"new\"]")));
}

/* What a user types is a text, not a pattern: "20%" looks for a percent sign. */
static int by_search(supa_client *shop, const char *typed)
{
    char text[128], pattern[sizeof text + 2];
    supa_query *q = supa_select(products(shop), "slug,names:product_translations!inner()");

    if (supa_escape_like(typed, text, sizeof text) >= sizeof text) {
        fprintf(stderr, "02-filters: too long to search for\n");
        supa_query_free(q);
        return 0;
    }
    snprintf(pattern, sizeof pattern, "%%%s%%", text);
    supa_ilike(q, "names.name", pattern);
    return show("named so", q);
}

int main(int argc, char **argv)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    supa_client *shop = manager ? supa_manager_lease(manager, getenv("STORE"), &error) : NULL;
    int ok = shop != NULL;

    if (shop == NULL)
        fprintf(stderr, "02-filters: %s\n", error.message);
    ok = ok && by_price(shop) && by_list(shop) && by_group(shop) && by_tag(shop) &&
         by_search(shop, argc > 1 ? argv[1] : "20%");
    supa_client_unref(shop);
    supa_manager_free(manager);
    return ok ? 0 : 1;
}
