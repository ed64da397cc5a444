/* SPDX-License-Identifier: MIT */
/* A query of any calls in any order: the server reads just these filters, groups and orders out of its
 * URL, and nothing else. The input is a row of calls, a byte each, with their texts behind them, parted
 * by 1E. What was meant and what is read are both written down in the same short form. */
#include "base/escape.h"
#include "client_internal.h"
#include "fuzz.h"
#include "meaning.h"
#include "postgrest.h"
#include "query/query_internal.h"
#include "understood.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK      '\x1E'
#define LIST_MAX  4
#define CALLS_MAX 40
#define DEPTH_MAX 8

const char *const fuzz_name = "builder";

static struct transport unused;
static supa_client *client;

/* A query, and what it means so far. */
struct plan {
    struct fuzz_bytes bytes;
    supa_query *q;
    struct buffer filters, orders; /* meant */
    int64_t limit, offset;         /* −1: none */
    int has_select, has_rows;      /* limits by either call are the last one's */
    int depth, negates;
    int is_empty[DEPTH_MAX + 1]; /* a group without filters is a mistake */
};

static const char *const compare_names[] = {"eq", "neq", "gt", "gte", "lt", "lte"};
static supa_query *(*const compare[])(supa_query *, const char *, supa_value) = {
    supa_eq, supa_neq, supa_gt, supa_gte, supa_lt, supa_lte};

static char *next_text(struct plan *plan)
{
    size_t length;
    const char *text = fuzz_until(&plan->bytes, MARK, &length);

    return fuzz_text(text, length);
}

static void mean_not(struct plan *plan)
{
    if (plan->negates)
        buffer_putc(&plan->filters, '!');
    plan->negates = 0;
    plan->is_empty[plan->depth] = 0;
}

/* A column that is none means nothing, and ends the query. */
static void mean_filter(struct plan *plan, const char *column, const char *op)
{
    if (escape_column_mistake(column) != NULL)
        return;
    mean_not(plan);
    buffer_putc(&plan->filters, 'F');
    meaning_column(&plan->filters, column, column + strlen(column), plan->depth == 0);
    buffer_putc(&plan->filters, '|');
    buffer_puts(&plan->filters, op);
    buffer_putc(&plan->filters, '|');
}

static void call_compare(struct plan *plan, unsigned which)
{
    char *column = next_text(plan);
    size_t length;
    const char *start = fuzz_until(&plan->bytes, MARK, &length);
    char *text = fuzz_copy(start, length);

    compare[which](plan->q, column, supa_text_n(text, length));
    mean_filter(plan, column, compare_names[which]);
    model_part(&plan->filters, 'v', text, length);
    free(text);
    free(column);
}

/* A list is parted by commas here; elements as they are otherwise. */
static void call_list(struct plan *plan, int is_array)
{
    char *column = next_text(plan), *text = next_text(plan);
    const char *elements[LIST_MAX];
    size_t count = 0;
    char *at = text;

    for (; at != NULL && count < LIST_MAX; count++) {
        elements[count] = at;
        at = strchr(at, ',');
        if (at != NULL)
            *at++ = '\0';
    }
    (is_array ? supa_contains : supa_in)(plan->q, column, supa_texts(elements, count));
    mean_filter(plan, column, is_array ? "cs" : "in");
    for (size_t i = 0; i < count; i++)
        model_part(&plan->filters, 'v', elements[i], strlen(elements[i]));
    if (!is_array && count == 1 && *text == '\0') /* alone the server takes it for no element */
        model_part(&plan->filters, 'v', "", 0);
    free(text);
    free(column);
}

static void call_is(struct plan *plan)
{
    char *column = next_text(plan);

    supa_is(plan->q, column, SUPA_IS_NULL);
    mean_filter(plan, column, "is");
    model_part(&plan->filters, 'v', "null", 4);
    free(column);
}

static void begin_group(struct plan *plan, int is_or)
{
    if (plan->depth == DEPTH_MAX)
        return;
    (is_or ? supa_or : supa_and)(plan->q);
    mean_not(plan);
    buffer_puts(&plan->filters, is_or ? "O(" : "A(");
    plan->is_empty[++plan->depth] = 1;
}

static void end_group(struct plan *plan)
{
    if (plan->depth == 0 || plan->is_empty[plan->depth] || plan->negates)
        return;
    supa_end(plan->q);
    buffer_putc(&plan->filters, ')');
    plan->depth--;
}

static void call_not(struct plan *plan)
{
    if (!plan->negates)
        supa_not(plan->q);
    plan->negates = 1;
}

/* Names alone: what else can be ordered by is fuzz_escape's. */
static void call_order(struct plan *plan)
{
    char *column = next_text(plan);

    if (strpbrk(column, "(\",.>") == NULL && escape_column_mistake(column) == NULL) {
        supa_order(plan->q, column, SUPA_DESC);
        meaning_column(&plan->orders, column, column + strlen(column), 0);
    }
    free(column);
}

static void call_range(struct plan *plan)
{
    const int64_t first = fuzz_byte(&plan->bytes), count = 1 + fuzz_byte(&plan->bytes);

    supa_range(plan->q, first, first + count - 1);
    plan->offset = first;
    plan->limit = count;
}

static void call(struct plan *plan)
{
    const unsigned choice = fuzz_byte(&plan->bytes) % 16;

    switch (choice) {
    case 6:
    case 7:
        call_list(plan, choice == 7);
        break;
    case 8:
        call_is(plan);
        break;
    case 9:
    case 10:
        begin_group(plan, choice == 9);
        break;
    case 11:
        end_group(plan);
        break;
    case 12:
        call_not(plan);
        break;
    case 13:
        call_order(plan);
        break;
    case 14:
        call_range(plan);
        break;
    default:
        call_compare(plan, choice % 6);
    }
}

/* What is open is closed: a query that is not is a mistake, and other targets' business. */
static void close_all(struct plan *plan)
{
    static const char id[] = "id";

    if (plan->negates || plan->is_empty[plan->depth]) {
        supa_is(plan->q, id, SUPA_IS_NULL);
        mean_filter(plan, id, "is");
        model_part(&plan->filters, 'v', "null", 4);
    }
    while (plan->depth > 0)
        end_group(plan);
}

static int is_same(const struct buffer *a, const struct buffer *b)
{
    return !buffer_failed(a) && !buffer_failed(b) && a->length == b->length &&
           (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

static void check(const struct plan *plan)
{
    static const char path[] = "https://db.example.com/rest/v1/products?";
    struct understood understood = {BUFFER_INIT, BUFFER_INIT, -1, -1, 0};
    const struct buffer *url = &plan->q->request.url;

    FUZZ_REQUIRE(url->length >= sizeof path - 1);
    FUZZ_REQUIRE(memcmp(url->data, path, sizeof path - 1) == 0);
    understand_parameters(url->data + sizeof path - 1, url->data + url->length, &understood);
    if (!is_same(&understood.filters, &plan->filters))
        fprintf(
            stderr, "%s\nmeant: %s\nread:  %s\n", buffer_text(url), buffer_text(&plan->filters),
            buffer_text(&understood.filters));
    FUZZ_REQUIRE(is_same(&understood.filters, &plan->filters));
    if (!is_same(&understood.orders, &plan->orders))
        fprintf(
            stderr, "%s\nmeant: %s\nread:  %s\n", buffer_text(url), buffer_text(&plan->orders),
            buffer_text(&understood.orders));
    FUZZ_REQUIRE(is_same(&understood.orders, &plan->orders));
    FUZZ_REQUIRE(understood.limit == plan->limit);
    FUZZ_REQUIRE(understood.offset == plan->offset || plan->offset <= 0);
    buffer_free(&understood.filters);
    buffer_free(&understood.orders);
}

static void start(void)
{
    static const struct client_identity nobody = {SUPA_SIDE_NONE, "", NULL, NULL};
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = "https://db.example.com";
    options.key = "service-key-0123456789abcdef";
    options.max_url = -1;
    client = client_new(&options, &nobody, &unused, NULL);
    FUZZ_REQUIRE(client != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const secrets[] = {"service-key-0123456789abcdef", NULL};
    struct plan plan = {.bytes = fuzz_bytes_of(data, size), .limit = -1, .offset = -1};

    if (client == NULL)
        start();
    plan.q = supa_select(supa_from(client, "products"), "*");
    for (int i = 0;
         i < CALLS_MAX && plan.bytes.at < plan.bytes.end && supa_query_error(plan.q) == NULL; i++)
        call(&plan);
    if (supa_query_error(plan.q) == NULL)
        close_all(&plan);
    if (supa_query_error(plan.q) != NULL || request_build(plan.q) != 0)
        fuzz_check_error(supa_query_error(plan.q), secrets);
    else
        check(&plan);
    supa_query_free(plan.q);
    buffer_free(&plan.filters);
    buffer_free(&plan.orders);
    return 0;
}
