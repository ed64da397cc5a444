/* SPDX-License-Identifier: MIT */
/* The rows of a read past the server's limit, page by page. */
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "client_internal.h"
#include "multi/multi_internal.h"
#include "query/query_internal.h"
#include "rows_internal.h"
#include "transport/pool.h"

#include <string.h>

#define KEY_COLUMNS 8
#define KEY_NAME    256

struct key_column {
    char name[KEY_NAME];
    int is_descending;
};

struct pages {
    supa_rows rows; /* the first */
    supa_query *q;  /* each page is a copy of it */
    supa_multi *multi;
    int64_t size;
    struct key_column keys[KEY_COLUMNS];
    size_t key_count; /* 0: by offset */
    supa_response *page, *next_page;
    size_t index;    /* in the page */
    int64_t offset;  /* of the next page */
    size_t largest;  /* page so far: the server's own limit, if it is below size */
    int is_asked;    /* the next page is under way, */
    uint64_t ticket; /* by this one */
    int has_ended;
};

static int refuse(supa_query *q, const char *mistake)
{
    query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_pages", NULL, mistake);
    return -1;
}

static const char *mistake_of(const supa_query *q, int64_t size, int has_keys)
{
    if (size < 1)
        return "the size of a page is less than 1";
    if (q->kind != QUERY_READ || q->head || q->explain || q->media != MEDIA_JSON)
        return "only reads of JSON rows of a table or view can be paged";
    if (q->answer != ANSWER_ROWS || q->count != SUPA_COUNT_NONE || q->split)
        return "single rows, counts and supa_split cannot be paged";
    if (q->shape.limit >= 0 || q->shape.offset >= 0)
        return "the query has a limit or a range of its own";
    if (has_keys && q->shape.orders != NULL)
        return "the query has an order of its own beside the unique columns";
    return NULL;
}

/* "name" or "name.desc" up to a comma. */
static int read_key(struct key_column *key, const char *text, size_t length)
{
    static const char desc[] = ".desc", asc[] = ".asc";

    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    key->is_descending = length > 5 && memcmp(text + length - 5, desc, 5) == 0;
    if (key->is_descending)
        length -= 5;
    else if (length > 4 && memcmp(text + length - 4, asc, 4) == 0)
        length -= 4;
    if (length == 0 || length >= KEY_NAME)
        return -1;
    memcpy(key->name, text, length);
    key->name[length] = '\0';
    return 0;
}

static int read_keys(struct pages *pages, const char *names)
{
    while (names != NULL) {
        const size_t length = strcspn(names, ",");

        if (pages->key_count == KEY_COLUMNS ||
            read_key(&pages->keys[pages->key_count++], names, length) != 0)
            return refuse(pages->q, "the unique columns are not 1 to 8 names parted by commas");
        names = names[length] == ',' ? names + length + 1 : NULL;
    }
    return 0;
}

/* The column's value in the last row of the page, as it stands in a filter. 0, or −1 with the error. */
static int key_value(struct pages *pages, const struct key_column *key, supa_value *value)
{
    supa_row row = supa_response_row(pages->page, supa_response_row_count(pages->page) - 1);
    const char *text = NULL;
    size_t length = 0;
    supa_field field = supa_row_text(row, key->name, &text, &length);

    if (field == SUPA_FIELD_TYPE)
        field = supa_row_raw(row, key->name, &text, &length);
    if (field == SUPA_FIELD_VALUE && *text != '{' && *text != '[') {
        *value = supa_text_n(text, length);
        return 0;
    }
    error_set(
        &pages->rows.error, SUPA_ERROR_ARGUMENT, SUPA_ANSWERED,
        "supa_pages(\"%s\"): the unique column is %s", key->name,
        field == SUPA_FIELD_MISSING ? "not among those that are selected"
                                    : "null or no plain value in a row");
    return -1;
}

static void
compare(supa_query *q, const struct key_column *key, const supa_value value, int is_last)
{
    if (!is_last)
        supa_eq(q, key->name, value);
    else if (key->is_descending)
        supa_lt(q, key->name, value);
    else
        supa_gt(q, key->name, value);
}

/* Behind the last row: greater in a column, and equal in all before it. */
static int put_keys(struct pages *pages, supa_query *q)
{
    supa_value values[KEY_COLUMNS];

    for (size_t i = 0; i < pages->key_count; i++) {
        if (key_value(pages, &pages->keys[i], &values[i]) != 0)
            return -1;
    }
    if (pages->key_count == 1) {
        compare(q, &pages->keys[0], values[0], 1);
        return 0;
    }
    supa_or(q);
    for (size_t n = 1; n <= pages->key_count; n++) {
        if (n > 1)
            supa_and(q);
        for (size_t i = 0; i < n; i++)
            compare(q, &pages->keys[i], values[i], i + 1 == n);
        if (n > 1)
            supa_end(q);
    }
    supa_end(q);
    return 0;
}

static supa_query *page_query(struct pages *pages)
{
    supa_query *q = supa_query_dup(pages->q);

    for (size_t i = 0; i < pages->key_count; i++)
        supa_order(q, pages->keys[i].name, pages->keys[i].is_descending ? SUPA_DESC : SUPA_ASC);
    if (pages->key_count == 0) {
        supa_range(q, pages->offset, pages->offset + pages->size - 1);
        return q;
    }
    supa_limit(q, pages->size);
    if (pages->page == NULL || put_keys(pages, q) == 0)
        return q;
    supa_query_free(q);
    return NULL;
}

static void keep_page(void *user, supa_response *response)
{
    struct pages *pages = user;

    pages->next_page = response;
}

/* Sends the request of the next page, without waiting for it. */
static void ask(struct pages *pages)
{
    supa_query *q = page_query(pages);

    if (q == NULL) {
        pages->has_ended = 1;
        return;
    }
    pages->is_asked = 1;
    pages->ticket = supa_multi_add(pages->multi, q, keep_page, pages);
    if (pages->ticket != 0)
        supa_multi_poll(pages->multi, 0);
}

/* What the caller did with the page before does not count. */
static void restart_time(struct pages *pages)
{
    struct flight *flight = multi_find(pages->multi, pages->ticket);

    if (flight != NULL && flight->state != FLIGHT_ENDED)
        flight_restart_time(flight);
}

static void take_page(struct pages *pages)
{
    const supa_error *error;

    if (pages->next_page == NULL) {
        restart_time(pages);
        supa_multi_run(pages->multi);
    }
    supa_response_free(pages->page);
    pages->page = pages->next_page;
    pages->next_page = NULL;
    pages->is_asked = 0;
    pages->index = 0;
    error = pages->page != NULL ? supa_response_error(pages->page) : &rows_no_memory()->error;
    if (error != NULL) {
        pages->rows.error = *error;
        pages->has_ended = 1;
    }
}

/* A page that is smaller than one before it is the last; of the first nobody knows, since the server
 * may give fewer rows than are asked for. */
static void look_ahead(struct pages *pages)
{
    const size_t count = supa_response_row_count(pages->page);

    if (count == 0 || count < pages->largest) {
        pages->has_ended = 1;
        return;
    }
    pages->largest = count;
    pages->offset += (int64_t)count;
    ask(pages);
}

static int next(supa_rows *rows, supa_row *row)
{
    struct pages *pages = (struct pages *)rows;

    if (pages->page != NULL && pages->index < supa_response_row_count(pages->page)) {
        *row = supa_response_row(pages->page, pages->index++);
        return 1;
    }
    if (!pages->is_asked ||
        process_check(pages->multi->generation, "the rows", &rows->error) != SUPA_OK)
        return 0;
    take_page(pages);
    if (pages->has_ended)
        return 0;
    look_ahead(pages);
    return next(rows, row);
}

static void free_pages(supa_rows *rows)
{
    struct pages *pages = (struct pages *)rows;

    supa_multi_free(pages->multi);
    supa_response_free(pages->page);
    supa_response_free(pages->next_page);
    supa_query_free(pages->q);
    memory_free(pages);
}

/* 0, or −1 with the error: there is no lane or no memory. */
static int open_multi(struct pages *pages)
{
    const supa_client *client = (const supa_client *)pages->q->target;
    struct lane *lane = NULL;
    struct reply reply;

    reply_init(&reply);
    if (transport_has_lanes(client->transport)) {
        lane = pool_borrow(client->endpoint.origin, &reply);
        if (lane == NULL)
            return error_set(&pages->rows.error, reply.code, SUPA_NOT_SENT, "%s", reply.problem);
    }
    pages->multi = multi_over(lane, 1);
    if (pages->multi != NULL)
        return SUPA_OK;
    if (lane != NULL)
        pool_give_back(lane);
    return error_no_memory(&pages->rows.error);
}

supa_rows *supa_pages(supa_query *q, int64_t size, const char *unique_columns)
{
    struct pages *pages = memory_zero(sizeof *pages);
    const char *mistake;

    if (pages == NULL) {
        supa_query_free(q);
        return rows_no_memory();
    }
    pages->rows.next = next;
    pages->rows.free = free_pages;
    pages->q = q;
    pages->size = size;
    pages->has_ended = 1;
    if (supa_query_error(q) == NULL) {
        mistake = mistake_of(q, size, unique_columns != NULL);
        if (mistake != NULL)
            refuse(q, mistake);
        else
            read_keys(pages, unique_columns);
    }
    if (supa_query_error(q) == NULL && q->target == NULL)
        refuse(q, "the query is a template: supa_query_on binds it");
    if (supa_query_error(q) != NULL) {
        pages->rows.error = *supa_query_error(q);
        return &pages->rows;
    }
    if (open_multi(pages) == SUPA_OK) {
        pages->has_ended = 0;
        ask(pages);
    }
    return &pages->rows;
}
