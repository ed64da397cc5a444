/* SPDX-License-Identifier: MIT */
/* Long reads behind nginx with the buffers it has when nobody sets them. */
#include "ask.h"
#include "crowd.h"
#include "gateway.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS = 5000, REQUEST = 16384 };

static struct gateway *start_gateway(const char *upstream)
{
    struct gateway *gateway;

    if (!gateway_is_here()) {
        printf("\n    nginx is not here: not looked at");
        return NULL;
    }
    gateway = gateway_start(upstream);
    CU_ASSERT_PTR_NOT_NULL_FATAL(gateway);
    return gateway;
}

/* products where id is one of @n numbers from 100,000 on, each of them twice. */
static supa_query *read_ids(supa_client *client, size_t n)
{
    int64_t *ids = calloc(2 * n, sizeof *ids);
    supa_query *q;

    for (size_t i = 0; i < 2 * n; i++)
        ids[i] = 100000 + (int64_t)(i % n);
    q = supa_in(ask_read(client), "id", supa_ints(ids, 2 * n));
    free(ids);
    return q;
}

static void count_attempt(void *user, const supa_attempt *attempt)
{
    (void)attempt;
    ++*(size_t *)user;
}

static void long_reads_end_in_url_too_long_after_one_attempt(void)
{
    static const struct crowd_host host = {0};
    struct crowd *crowd = crowd_start(&host, 1, 0);
    struct gateway *gateway = start_gateway(crowd_url(crowd, 0));

    for (int way = 0; gateway != NULL && way < ASK_WAYS; way++) {
        supa_client_options options = ask_options(gateway_url(gateway), NULL);
        size_t attempts = 0, before = crowd_sum(crowd, CROWD_ALL_ANSWERED);
        supa_client *client;
        supa_error error;

        options.retries = 2;
        options.max_url = 8000;
        options.on_attempt = count_attempt;
        options.user = &attempts;
        client = ask_client(&options);
        CU_ASSERT_EQUAL(
            ask((enum ask_way)way, read_ids(client, 500), &error), SUPA_ERROR_URL_TOO_LONG);
        printf(
            "\n    %-8s %zu attempt, %zu at the server: %s", ask_names[way], attempts,
            crowd_sum(crowd, CROWD_ALL_ANSWERED) - before, error.message);
        CU_ASSERT_EQUAL(attempts, 1);
        CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_ALL_ANSWERED) - before, 1);
        supa_client_unref(client);
    }
    gateway_stop(gateway);
    crowd_stop(crowd);
}

static supa_response *split(enum ask_way way, supa_query *q)
{
    supa_multi *multi;
    supa_response *response = NULL;

    if (way == ASK_BLOCKING)
        return supa_execute(supa_split(q));
    multi = supa_multi_new(NULL, NULL);
    CU_ASSERT(supa_multi_add(multi, supa_split(q), ask_keep, &response) != 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    supa_multi_free(multi);
    return response;
}

/* The server repeats each target in its answer, so that one that is too long would be a 502. */
static void a_split_list_passes(void)
{
    static const struct crowd_host host = {.delay_ms = 5};
    struct crowd *crowd = crowd_start(&host, 1, 0);
    struct gateway *gateway = start_gateway(crowd_url(crowd, 0));

    for (int way = ASK_BLOCKING; gateway != NULL && way <= ASK_MULTI; way++) {
        supa_client_options options = ask_options(gateway_url(gateway), NULL);
        supa_client *client = ask_client(&options);
        size_t before = crowd_sum(crowd, CROWD_ALL_ANSWERED), requests;
        supa_response *response = split((enum ask_way)way, read_ids(client, IDS));

        requests = crowd_sum(crowd, CROWD_ALL_ANSWERED) - before;
        printf(
            "\n    %-8s %d ids in %zu requests, %zu at once", ask_names[way], IDS, requests,
            crowd_sum(crowd, CROWD_MOST_WAITING));
        CU_ASSERT(supa_response_ok(response));
        CU_ASSERT_EQUAL(supa_response_row_count(response), requests);
        CU_ASSERT(requests >= 8 && requests <= 20);
        CU_ASSERT(crowd_sum(crowd, CROWD_MOST_WAITING) > 1);
        supa_response_free(response);
        supa_client_unref(client);
    }
    gateway_stop(gateway);
    crowd_stop(crowd);
}

/* Counts the numbers of a request's list "id=in.(…)", which may be percent-encoded. */
static void count_ids(const char *text, unsigned char counts[IDS])
{
    const char *at = strstr(text, "id=in.");
    size_t length = at != NULL ? strcspn(at, " \r\n") : 0;
    long number = 0;

    for (size_t i = 6; i < length; i++) {
        if (at[i] == '%') {
            i += 2;
        } else if (at[i] >= '0' && at[i] <= '9') {
            number = number * 10 + (at[i] - '0');
            continue;
        }
        if (number >= 100000 && number < 100000 + IDS)
            counts[number - 100000]++;
        number = 0;
    }
    if (number >= 100000 && number < 100000 + IDS)
        counts[number - 100000]++;
}

static void each_id_is_asked_for_once(void)
{
    static unsigned char counts[IDS];
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\":1}]"), PEER_LOOP));
    struct gateway *gateway = start_gateway(peer_url(peer));
    char *text = malloc(REQUEST);
    size_t wrong = 0;

    memset(counts, 0, sizeof counts);
    if (gateway != NULL) {
        supa_client_options options = ask_options(gateway_url(gateway), NULL);
        supa_client *client = ask_client(&options);
        supa_response *response = split(ASK_BLOCKING, read_ids(client, IDS));

        CU_ASSERT(supa_response_ok(response));
        for (size_t i = 0; i < peer_requests(peer); i++) {
            CU_ASSERT(peer_request(peer, i, text, REQUEST) < REQUEST);
            count_ids(text, counts);
        }
        for (size_t i = 0; i < IDS; i++)
            wrong += counts[i] != 1;
        CU_ASSERT_EQUAL(wrong, 0);
        supa_response_free(response);
        supa_client_unref(client);
    }
    free(text);
    gateway_stop(gateway);
    peer_stop(peer);
}

CU_TestInfo gateway_split_tests[] = {
    {"long reads end in URL_TOO_LONG after one attempt",
     long_reads_end_in_url_too_long_after_one_attempt},
    {"a split list of 5,000 ids passes", a_split_list_passes},
    {"each id of a split list is asked for once", each_id_is_asked_for_once},
    CU_TEST_INFO_NULL,
};
