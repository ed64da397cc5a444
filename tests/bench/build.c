/* SPDX-License-Identifier: MIT */
/* What it costs to build a query, by the library and by hand.
 *
 * bench/build               the chain's URL by both in turn, in nanoseconds, and their ratio
 * bench/build WHAT TIMES    one of `works` below, for callgrind: see instructions.sh */
#include "client_internal.h"
#include "query/query_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASE   "https://db.example.com/rest/v1/"
#define TIMES  200000 /* URLs a round */
#define ROUNDS 15

static const char *const stores[] = {"7", "8"};

static struct transport unused;
static supa_client *client;

/* What a careful program without a library does: the two values are encoded, the rest is known. */
static char *encode(char *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
            *c == '-' || *c == '_' || *c == '.' || *c == '~') {
            *out++ = (char)*c;
        } else {
            *out++ = '%';
            *out++ = hex[*c >> 4];
            *out++ = hex[*c & 15];
        }
    }
    *out = '\0';
    return out;
}

static char *by_hand(const char *store, const char *status, int first, int last, size_t *length)
{
    static const char format[] = "%sproducts?select=*&store_id=eq.%s&status=eq.%s"
                                 "&order=created_at.desc&offset=%d&limit=%d";
    size_t store_length = strlen(store), status_length = strlen(status), size;
    char values[256], *url;
    char *behind = encode(values, store) + 1;

    encode(behind, status);
    size = sizeof format + sizeof BASE + 3 * (store_length + status_length) + 22;
    url = malloc(size);
    if (url != NULL)
        *length =
            (size_t)snprintf(url, size, format, BASE, values, behind, first, last - first + 1);
    return url;
}

static supa_query *by_chain(const char *store, const char *status, int first, int last)
{
    supa_query *q = supa_from(client, "products");

    supa_select(q, "*");
    supa_eq(q, "store_id", supa_text(store));
    supa_eq(q, "status", supa_text(status));
    supa_order(q, "created_at", SUPA_DESC);
    return supa_range(q, first, last);
}

/* Each returns a sum, so that nobody leaves the work out. */
static size_t build_ours(size_t times)
{
    size_t bytes = 0;

    for (size_t i = 0; i < times; i++) {
        supa_query *q = by_chain(stores[i % 2], "active", 0, 19);

        if (request_build(q) == 0)
            bytes += q->request.url.length;
        supa_query_free(q);
    }
    return bytes;
}

static size_t build_floor(size_t times)
{
    size_t bytes = 0;

    for (size_t i = 0; i < times; i++) {
        size_t length = 0;
        char *url = by_hand(stores[i % 2], "active", 0, 19, &length);

        bytes += length;
        free(url);
    }
    return bytes;
}

static supa_query *by_values(void)
{
    static const char *const skus[] = {"a-1", "b 2", "c,3"};
    supa_query *q = supa_from(client, "products");

    supa_select(q, "id, name, c:categories(id, name)");
    supa_eq(q, "store_id", supa_text("6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2"));
    supa_in(q, "sku", supa_texts(skus, 3));
    supa_or(q);
    supa_ilike(q, "name", "%caf\xC3\xA9%");
    supa_gte(q, "stock_quantity", supa_int(100));
    supa_end(q);
    return supa_single(supa_order(q, "data->>rank", SUPA_ASC));
}

static supa_query *by_insert(void)
{
    return supa_returning(
        supa_insert(
            supa_from(client, "products"),
            "[{\"sku\":\"a-1\",\"name\":\"Tea\",\"price\":1.25},{\"sku\":\"b-2\",\"name\":null}]"),
        "id");
}

static size_t build(supa_query *(*chain)(void), size_t times)
{
    size_t bytes = 0;

    for (size_t i = 0; i < times; i++) {
        supa_query *q = chain();

        if (request_build(q) == 0)
            bytes += q->request.url.length;
        supa_query_free(q);
    }
    return bytes;
}

static size_t build_values(size_t times)
{
    return build(by_values, times);
}

static size_t build_insert(size_t times)
{
    return build(by_insert, times);
}

static const struct {
    const char *name;
    size_t (*run)(size_t times);
} works[] = {
    {"chain", build_ours},
    {"floor", build_floor},
    {"values", build_values},
    {"insert", build_insert},
};

static int is_same(const char *store)
{
    size_t length = 0;
    char *floor = by_hand(store, "active", 0, 19, &length);
    supa_query *q = by_chain(store, "active", 0, 19);
    int same =
        floor != NULL && request_build(q) == 0 && strcmp(floor, buffer_text(&q->request.url)) == 0;

    supa_query_free(q);
    free(floor);
    return same;
}

/* 0 when both sides write the very same URL. */
static int start(void)
{
    static const struct client_identity nobody = {SUPA_SIDE_NONE, "", NULL, NULL};
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = "https://db.example.com";
    options.key = "service-key-0123456789abcdef";
    client = client_new(&options, &nobody, &unused, NULL);
    return client != NULL && is_same(stores[0]) && is_same(stores[1]) ? 0 : -1;
}

static void end(void)
{
    supa_client_unref(client);
    client = NULL;
}

static double nanoseconds(size_t (*work)(size_t times))
{
    struct timespec start, end;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    if (work(TIMES) == 0)
        return 0;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
           TIMES;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void tell_both(void)
{
    double ours[ROUNDS], floor[ROUNDS], ratios[ROUNDS];

    for (size_t i = 0; i < ROUNDS; i++) {
        floor[i] = nanoseconds(build_floor);
        ours[i] = nanoseconds(build_ours);
        ratios[i] = ours[i] / floor[i];
    }
    qsort(ours, ROUNDS, sizeof *ours, compare);
    qsort(floor, ROUNDS, sizeof *floor, compare);
    qsort(ratios, ROUNDS, sizeof *ratios, compare);
    printf(
        "build: ours %.0f ns, floor %.0f ns, ratio %.2f (%.2f to %.2f)\n", ours[ROUNDS / 2],
        floor[ROUNDS / 2], ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]);
}

static int run(const char *name, const char *times)
{
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        if (strcmp(works[i].name, name) == 0)
            return works[i].run((size_t)strtoul(times, NULL, 10)) != 0 ? 0 : 1;
    }
    return 1;
}

int main(int argc, char **argv)
{
    int status = start();

    if (status != 0)
        fprintf(stderr, "the URLs differ, or there is no client\n");
    else if (argc == 3)
        status = run(argv[1], argv[2]);
    else
        tell_both();
    end();
    return status;
}
