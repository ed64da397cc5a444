/* SPDX-License-Identifier: MIT */
/* A shop's own rows. Each query names its store, also for managers that check no tables. */
#include "base/buffer.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "base/options.h"
#include "platform/ask.h"

#include <string.h>

/* A query on the store's table; NULL with *failed a response that tells why, when there is no tenant. */
static supa_query *
ask_tenant(supa_manager *manager, const char *store_id, const char *table, supa_response **failed)
{
    supa_error error;
    supa_client *tenant;
    char id[UUID_LENGTH + 1];
    supa_query *q;

    tenant = supa_manager_lease(manager, store_id, &error);
    if (tenant == NULL || !text_uuid(store_id, id)) {
        *failed = supa_response_of_error(&error);
        return NULL;
    }
    q = supa_from(tenant, table);
    supa_client_unref(tenant); /* the query has its own */
    ask_eq(q, "store_id", id);
    return q;
}

static supa_response *refuse(const char *call, const char *what)
{
    supa_error error;

    error_argument(&error, "%s: %s", call, what);
    return supa_response_of_error(&error);
}

static supa_response *find_row(
    supa_manager *manager, const char *store_id, const char *table, const char *id,
    const char *call, const char *what)
{
    supa_response *failed = NULL;
    char uuid[UUID_LENGTH + 1];
    supa_error error;
    supa_query *q;

    if (ask_uuid(id, call, what, uuid, &error) != SUPA_OK)
        return supa_response_of_error(&error);
    q = ask_tenant(manager, store_id, table, &failed);
    if (q == NULL)
        return failed;
    ask_eq(supa_select(q, "*"), "id", uuid);
    return supa_execute(supa_single(q));
}

/* The part of a list that all lists have. */
struct page {
    int64_t limit, offset;
    int counted;
};

static int is_page(struct page page)
{
    return page.limit >= 0 && page.offset >= 0 && page.offset <= INT64_MAX - page.limit;
}

/* The newest first; rows of one moment in the order of their ids, so that pages do not overlap. */
static supa_response *run_list(supa_query *q, struct page page)
{
    supa_order(supa_order(q, "created_at", SUPA_DESC), "id", SUPA_ASC);
    if (page.counted)
        supa_count(q, SUPA_COUNT_EXACT);
    if (page.limit > 0)
        supa_range(q, page.offset, page.offset + page.limit - 1);
    else if (page.offset > 0)
        supa_range(q, page.offset, INT64_MAX - 1);
    return supa_execute(q);
}

/* PostgREST takes each * of a pattern for %, so a text with one is looked for by a regular expression,
 * in which every sign that means something is made plain. 0, or −1 when memory is gone. */
static int search_by_regex(supa_query *q, const char *column, const char *text)
{
    struct buffer plain = BUFFER_INIT;
    int failed;

    for (; *text != '\0'; text++) {
        if (strchr("\\^$.|?*+()[]{}", *text) != NULL)
            buffer_putc(&plain, '\\');
        buffer_putc(&plain, *text);
    }
    failed = buffer_failed(&plain);
    supa_iregex(q, column, buffer_text(&plain));
    buffer_free(&plain);
    return failed ? -1 : 0;
}

static int search_by_pattern(supa_query *q, const char *column, const char *text)
{
    const size_t length = supa_escape_like(text, NULL, 0);
    char *pattern = memory_get(length + 3);

    if (pattern == NULL)
        return -1;
    pattern[0] = '%';
    supa_escape_like(text, pattern + 1, length + 1);
    memcpy(pattern + 1 + length, "%", 2);
    supa_ilike(q, column, pattern);
    memory_free(pattern);
    return 0;
}

/* Rows whose column has the user's text anywhere in it. */
static int search(supa_query *q, const char *column, const char *text)
{
    if (strchr(text, '*') != NULL)
        return search_by_regex(q, column, text);
    return search_by_pattern(q, column, text);
}

/* category_ids is jsonb, so what it contains is said in JSON. */
static int in_category(supa_query *q, const char *category_id)
{
    struct buffer list = BUFFER_INIT;
    int failed;

    buffer_putc(&list, '[');
    json_put_string(&list, category_id, strlen(category_id));
    buffer_putc(&list, ']');
    failed = buffer_failed(&list);
    supa_contains(q, "category_ids", supa_json(buffer_text(&list)));
    buffer_free(&list);
    return failed ? -1 : 0;
}

static int select_found(supa_query *q, const char *columns)
{
    struct buffer text = BUFFER_INIT;
    int failed;

    buffer_puts(&text, columns);
    buffer_puts(&text, ",found:product_translations!inner(language_code,name)");
    failed = buffer_failed(&text);
    supa_select(q, buffer_text(&text));
    buffer_free(&text);
    return failed ? -1 : 0;
}

static int search_names(supa_query *q, const supa_product_filter *filter)
{
    if (select_found(q, filter->columns) != 0)
        return -1;
    if (filter->language != NULL)
        ask_eq(q, "found.language_code", filter->language);
    return search(q, "found.name", filter->search);
}

/* 0, or −1 when memory is gone. */
static int choose_products(supa_query *q, const supa_product_filter *filter)
{
    if (filter->status != NULL)
        ask_eq(q, "status", filter->status);
    if (filter->category_id != NULL && in_category(q, filter->category_id) != 0)
        return -1;
    if (filter->search != NULL && *filter->search != '\0')
        return search_names(q, filter);
    supa_select(q, filter->columns);
    return 0;
}

supa_response *
supa_tenant_products(supa_manager *manager, const char *store_id, const supa_product_filter *given)
{
    supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;
    supa_response *failed = NULL;
    struct page page;
    supa_query *q;

    if (given != NULL && options_read(&filter, sizeof filter, given) != 0)
        return refuse(
            "supa_tenant_products", "the filter does not begin with SUPA_PRODUCT_FILTER_INIT");
    page = (struct page){filter.limit, filter.offset, filter.counted};
    if (!is_page(page) || filter.columns == NULL)
        return refuse("supa_tenant_products", "a number is negative, or the columns are NULL");
    q = ask_tenant(manager, store_id, "products", &failed);
    if (q == NULL)
        return failed;
    if (choose_products(q, &filter) != 0)
        return ask_without_memory(q);
    return run_list(q, page);
}

supa_response *
supa_tenant_product(supa_manager *manager, const char *store_id, const char *product_id)
{
    return find_row(manager, store_id, "products", product_id, "supa_tenant_product", "product");
}

supa_response *
supa_tenant_orders(supa_manager *manager, const char *store_id, const supa_order_filter *given)
{
    supa_order_filter filter = SUPA_ORDER_FILTER_INIT;
    supa_response *failed = NULL;
    struct page page;
    supa_query *q;

    if (given != NULL && options_read(&filter, sizeof filter, given) != 0)
        return refuse(
            "supa_tenant_orders", "the filter does not begin with SUPA_ORDER_FILTER_INIT");
    page = (struct page){filter.limit, filter.offset, filter.counted};
    if (!is_page(page) || filter.columns == NULL)
        return refuse("supa_tenant_orders", "a number is negative, or the columns are NULL");
    q = ask_tenant(manager, store_id, "sales_orders", &failed);
    if (q == NULL)
        return failed;
    supa_select(q, filter.columns);
    if (filter.status != NULL)
        ask_eq(q, "status", filter.status);
    if (filter.customer_id != NULL)
        ask_eq(q, "customer_id", filter.customer_id);
    return run_list(q, page);
}

supa_response *supa_tenant_order(supa_manager *manager, const char *store_id, const char *order_id)
{
    return find_row(manager, store_id, "sales_orders", order_id, "supa_tenant_order", "order");
}

supa_response *supa_tenant_customers(
    supa_manager *manager, const char *store_id, const supa_customer_filter *given)
{
    supa_customer_filter filter = SUPA_CUSTOMER_FILTER_INIT;
    supa_response *failed = NULL;
    struct page page;
    supa_query *q;

    if (given != NULL && options_read(&filter, sizeof filter, given) != 0)
        return refuse(
            "supa_tenant_customers", "the filter does not begin with SUPA_CUSTOMER_FILTER_INIT");
    page = (struct page){filter.limit, filter.offset, filter.counted};
    if (!is_page(page) || filter.columns == NULL)
        return refuse("supa_tenant_customers", "a number is negative, or the columns are NULL");
    q = ask_tenant(manager, store_id, "customers", &failed);
    if (q == NULL)
        return failed;
    supa_select(q, filter.columns);
    if (filter.email != NULL && *filter.email != '\0' && search(q, "email", filter.email) != 0)
        return ask_without_memory(q);
    return run_list(q, page);
}

supa_response *
supa_tenant_customer(supa_manager *manager, const char *store_id, const char *customer_id)
{
    return find_row(
        manager, store_id, "customers", customer_id, "supa_tenant_customer", "customer");
}
