/* SPDX-License-Identifier: MIT */
/* What a client may be told about its connections and attempts. */
#include "ask.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "[]" by gzip */
#define GZIP                                                                                       \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x8b\x8e\x05\x00\x29\xbb\x4c\x0d\x02\x00\x00\x00"
enum { GZIP_LENGTH = 22, TEXT = 4000 };

static const char *last_request(struct peer *peer)
{
    static char text[TEXT];

    peer_last_request(peer, text, sizeof text);
    return text;
}

static void a_socket_of_the_file_system_is_asked(void)
{
    struct peer *peer =
        PEER_START(PEER_UNIX, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client_options options = ask_options_peer(peer);
    supa_client *client;

    options.allow_private = 0; /* which is about addresses */
    client = ask_client(&options);
    for (int way = 0; way < ASK_WAYS; way++)
        CU_ASSERT_EQUAL(ask((enum ask_way)way, ask_read(client), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(supa_exec(ask_write(client), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(peer_requests(peer), ASK_WAYS + 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(last_request(peer), "Host: localhost\r\n"));
    supa_client_unref(client);
    peer_stop(peer);
}

/* A write over such a socket that the server closed while idle. */
static void a_socket_that_was_closed_while_idle_costs_no_write(void)
{
    struct peer *peer =
        PEER_START(PEER_UNIX, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, ""), PEER_CLOSE));
    supa_client *client = ask_client_peer(peer);

    for (size_t i = 0; i < 50; i++) {
        CU_ASSERT_EQUAL(supa_exec(ask_write(client), NULL), SUPA_OK);
        CU_ASSERT(peer_wait(peer, PEER_CLOSED, i + 1, ASK_SOON_MS));
    }
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 50);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_proxy_is_asked_when_it_is_set(void)
{
    struct peer *proxy =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client_options options = ask_options("http://shop.example", NULL);
    supa_client *client;

    options.allow_private = 0; /* the proxy's address is the caller's choice */
    options.proxy = peer_url(proxy);
    client = ask_client(&options);
    for (int way = 0; way < ASK_WAYS; way++)
        CU_ASSERT_EQUAL(ask((enum ask_way)way, ask_read(client), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(
        strncmp(
            last_request(proxy), "GET http://shop.example/rest/v1/products?select=id HTTP/1.1\r\n",
            61),
        0);
    supa_client_unref(client);
    peer_stop(proxy);
}

static void the_environments_proxy_is_not_asked(void)
{
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    struct peer *proxy =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client *client;

    setenv("http_proxy", peer_url(proxy), 1);
    setenv("all_proxy", peer_url(proxy), 1);
    client = ask_client_peer(peer);
    for (int way = 0; way < ASK_WAYS; way++)
        CU_ASSERT_EQUAL(ask((enum ask_way)way, ask_read(client), NULL), SUPA_OK);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    CU_ASSERT_EQUAL(peer_requests(peer), ASK_WAYS);
    CU_ASSERT_EQUAL(peer_connections(proxy), 0);
    supa_client_unref(client);
    peer_stop(peer);
    peer_stop(proxy);
}

static void an_answer_comes_compressed_when_that_is_allowed(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN,
        PEER_SCRIPT(
            PEER_READ_REQUEST,
            PEER_SEND("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Encoding: gzip\r\nContent-Length: 22\r\n\r\n"),
            PEER_SEND_BYTES(GZIP, GZIP_LENGTH), PEER_READ_REQUEST, PEER_ANSWER(200, "[]")),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")));
    supa_client_options options = ask_options_peer(peer);
    supa_client *client;
    supa_response *response;
    size_t length = 0;

    options.compression = 1;
    client = ask_client(&options);
    response = supa_execute(ask_read(client));
    CU_ASSERT(supa_response_ok(response));
    CU_ASSERT_STRING_EQUAL(supa_response_body(response, &length), "[]");
    supa_response_free(response);
    CU_ASSERT_PTR_NOT_NULL(strstr(last_request(peer), "Accept-Encoding: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(last_request(peer), "gzip"));
    CU_ASSERT_EQUAL(ask(ASK_ROWS, ask_read(client), NULL), SUPA_OK);
    CU_ASSERT_PTR_NULL(strstr(last_request(peer), "Accept-Encoding: "));
    supa_client_unref(client);
    client = ask_client_peer(peer);
    CU_ASSERT_EQUAL(supa_exec(ask_read(client), NULL), SUPA_OK);
    CU_ASSERT_PTR_NULL(strstr(last_request(peer), "Accept-Encoding: "));
    supa_client_unref(client);
    peer_stop(peer);
}

struct told {
    int asked, ended;
    int attempts[8], statuses[8];
    char line[40];
    const char *lines[3];
};

static const char *const *give_headers(void *user, const supa_attempt *attempt)
{
    struct told *told = user;

    told->asked++;
    snprintf(told->line, sizeof told->line, "traceparent: 00-%d", attempt->attempt);
    told->lines[0] = told->line;
    told->lines[1] = "apikey: another"; /* not for a hook to set */
    told->lines[2] = NULL;
    return told->lines;
}

static void note_attempt(void *user, const supa_attempt *attempt)
{
    struct told *told = user;

    if (told->ended < 8) {
        told->attempts[told->ended] = attempt->attempt;
        told->statuses[told->ended] = attempt->status;
    }
    told->ended++;
}

static void hooks_are_told_of_each_attempt(void)
{
    for (int way = 0; way < ASK_WAYS; way++) {
        struct peer *peer = PEER_START(
            PEER_PLAIN, PEER_SCRIPT(
                            PEER_READ_REQUEST, PEER_ANSWER(503, "{\"message\":\"later\"}"),
                            PEER_READ_REQUEST, PEER_ANSWER(502, "{\"message\":\"later\"}"),
                            PEER_READ_REQUEST, PEER_ANSWER(200, "[]")));
        supa_client_options options = ask_options_peer(peer);
        struct told told = {0};
        supa_client *client;
        char text[TEXT];

        options.retries = 2;
        options.retry_base_ms = 1;
        options.user = &told;
        options.request_headers = give_headers;
        options.on_attempt = note_attempt;
        client = ask_client(&options);
        CU_ASSERT_EQUAL(ask((enum ask_way)way, ask_read(client), NULL), SUPA_OK);
        CU_ASSERT_EQUAL(told.asked, 3);
        CU_ASSERT_EQUAL(told.ended, 3);
        for (int i = 0; i < 3; i++) {
            static const int statuses[] = {503, 502, 200};
            char wanted[40];

            CU_ASSERT_EQUAL(told.attempts[i], i + 1);
            CU_ASSERT_EQUAL(told.statuses[i], statuses[i]);
            CU_ASSERT(peer_request(peer, (size_t)i, text, sizeof text) != 0);
            snprintf(wanted, sizeof wanted, "traceparent: 00-%d\r\n", i + 1);
            CU_ASSERT_PTR_NOT_NULL(strstr(text, wanted));
            CU_ASSERT_PTR_NULL(strstr(text, "another"));
            snprintf(wanted, sizeof wanted, "X-Retry-Count: %d\r\n", i);
            CU_ASSERT_EQUAL(strstr(text, wanted) != NULL, i != 0);
        }
        supa_client_unref(client);
        peer_stop(peer);
    }
}

CU_TestInfo options_tests[] = {
    {"a socket of the file system is asked", a_socket_of_the_file_system_is_asked},
    {"a socket that was closed while idle costs no write",
     a_socket_that_was_closed_while_idle_costs_no_write},
    {"a proxy is asked when it is set", a_proxy_is_asked_when_it_is_set},
    {"the environment's proxy is not asked", the_environments_proxy_is_not_asked},
    {"an answer comes compressed when that is allowed, a stream never",
     an_answer_comes_compressed_when_that_is_allowed},
    {"hooks are told of each attempt", hooks_are_told_of_each_attempt},
    CU_TEST_INFO_NULL,
};
