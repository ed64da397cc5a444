/* SPDX-License-Identifier: MIT */
/* bench/build                     both in turn, in nanoseconds a URL, and their ratio
 * bench/build ours|floor TIMES    one of them, for callgrind: see instructions.sh */
#include "bench/build.h"

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

size_t build_ours(size_t times)
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

size_t build_floor(size_t times)
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

int build_start(void)
{
    static const struct client_identity nobody = {SUPA_SIDE_NONE, "", NULL};
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = "https://db.example.com";
    options.key = "service-key-0123456789abcdef";
    client = client_new(&options, &nobody, &unused, NULL);
    return client != NULL && is_same(stores[0]) && is_same(stores[1]) ? 0 : -1;
}

void build_end(void)
{
    supa_client_unref(client);
    client = NULL;
}

static double nanoseconds(size_t (*build)(size_t times))
{
    struct timespec start, end;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    if (build(TIMES) == 0)
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

int main(int argc, char **argv)
{
    size_t bytes = 1;

    if (build_start() != 0) {
        fprintf(stderr, "the URLs differ, or there is no client\n");
        return 1;
    }
    if (argc == 3 && strcmp(argv[1], "ours") == 0)
        bytes = build_ours((size_t)strtoul(argv[2], NULL, 10));
    else if (argc == 3 && strcmp(argv[1], "floor") == 0)
        bytes = build_floor((size_t)strtoul(argv[2], NULL, 10));
    else
        tell_both();
    build_end();
    return bytes != 0 ? 0 : 1;
}
