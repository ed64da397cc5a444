/* SPDX-License-Identifier: MIT */
/* The stalled resolver, as libcurl meets it. */
#include "resolver.h"

#include "bare.h"
#include "peer.h"
#include "timing.h"

#include <arpa/inet.h>
#include <CUnit/CUnit.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

enum { SOON_MS = 5000, SHORT_MS = 200, NAMES = 5 };

static struct peer *start(void)
{
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));

    CU_ASSERT_PTR_NOT_NULL_FATAL(peer);
    return peer;
}

static void open_name(struct bare *bare, const char *name, const struct peer *peer)
{
    char url[64];

    snprintf(url, sizeof url, "http://%s:%d", name, peer_port(peer));
    bare_open(bare, url, NULL);
    curl_easy_setopt(bare->curl, CURLOPT_QUICK_EXIT, 1L);
}

/* This fails when libcurl's calls do not come to the test program's own function. */
static void names_of_test_resolve_to_the_loopback(void)
{
    struct peer *peer = start();
    struct bare bare;

    open_name(&bare, "shop.test", peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(resolver_calls(), 1);
    bare_close(&bare);
    open_name(&bare, "localhost", peer);
    curl_easy_setopt(bare.curl, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V4);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(resolver_calls(), 1);
    bare_close(&bare);
    resolver_reset();
    CU_ASSERT_EQUAL(resolver_calls(), 0);
    peer_stop(peer);
}

static void a_name_takes_as_long_as_said(void)
{
    struct peer *peer = start();
    struct bare bare;
    long start_ms = timing_now_ms();

    resolver_stall(SHORT_MS);
    open_name(&bare, "slow.test", peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT(timing_now_ms() - start_ms >= SHORT_MS - 1);
    bare_close(&bare);
    resolver_reset();
    peer_stop(peer);
}

static void a_stall_lasts_until_it_is_released(void)
{
    struct peer *peer = start();
    struct bare bare;
    long start_ms;

    resolver_stall(RESOLVER_FOREVER);
    open_name(&bare, "never.test", peer);
    curl_easy_setopt(bare.curl, CURLOPT_TIMEOUT_MS, (long)SHORT_MS);
    start_ms = timing_now_ms();
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OPERATION_TIMEDOUT);
    CU_ASSERT(timing_now_ms() - start_ms >= SHORT_MS - 1); /* libcurl's clock is cut to ms */
    CU_ASSERT(resolver_wait(1, SOON_MS));
    bare_close(&bare);
    CU_ASSERT_EQUAL(resolver_now(), 1);
    resolver_reset();
    CU_ASSERT_EQUAL(resolver_now(), 0);
    CU_ASSERT_EQUAL(peer_connections(peer), 0);
    peer_stop(peer);
}

static void names_at_once_are_counted(void)
{
    struct peer *peer = start();
    struct bare bares[NAMES];
    CURLM *multi = curl_multi_init();
    int left = 1;
    long end = timing_now_ms() + SOON_MS;

    resolver_stall(RESOLVER_FOREVER);
    for (size_t i = 0; i < NAMES; i++) {
        char name[16];

        snprintf(name, sizeof name, "n%zu.test", i);
        open_name(&bares[i], name, peer);
        curl_multi_add_handle(multi, bares[i].curl);
    }
    curl_multi_perform(multi, &left);
    CU_ASSERT(resolver_wait(NAMES, SOON_MS));
    CU_ASSERT_EQUAL(resolver_most(), NAMES);
    resolver_release();
    while (left != 0 && timing_now_ms() < end) {
        curl_multi_perform(multi, &left);
        curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    CU_ASSERT_EQUAL(peer_delivered(peer, "GET"), NAMES);
    for (size_t i = 0; i < NAMES; i++) {
        curl_multi_remove_handle(multi, bares[i].curl);
        bare_close(&bares[i]);
    }
    curl_multi_cleanup(multi);
    resolver_reset();
    peer_stop(peer);
}

static void addresses_come_in_the_order_given(void)
{
    static const char *const both[] = {"127.0.0.9", "::1", "127.0.0.1"};
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char text[2][INET_ADDRSTRLEN];
    size_t n = 0;

    resolver_answer(both, 3);
    CU_ASSERT_EQUAL(getaddrinfo("two.test", "80", &hints, &list), 0);
    for (const struct addrinfo *a = list; a != NULL && n < 2; a = a->ai_next)
        CU_ASSERT_EQUAL(
            getnameinfo(
                a->ai_addr, a->ai_addrlen, text[n++], sizeof text[0], NULL, 0, NI_NUMERICHOST),
            0);
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT_STRING_EQUAL(text[0], "127.0.0.9");
    CU_ASSERT_STRING_EQUAL(text[1], "127.0.0.1");
    freeaddrinfo(list);
    resolver_answer(NULL, 0);
    CU_ASSERT_EQUAL(getaddrinfo("two.test", "80", &hints, &list), EAI_NONAME);
    resolver_reset();
}

CU_TestInfo resolver_tests[] = {
    {"names of .test resolve to the loopback", names_of_test_resolve_to_the_loopback},
    {"a name takes as long as said", a_name_takes_as_long_as_said},
    {"a stall lasts until it is released", a_stall_lasts_until_it_is_released},
    {"names at once are counted", names_at_once_are_counted},
    {"addresses come in the order given", addresses_come_in_the_order_given},
    CU_TEST_INFO_NULL,
};
