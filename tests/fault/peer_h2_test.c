/* SPDX-License-Identifier: MIT */
/* The peer's HTTP/2, seen with bare libcurl. */
#include "bare.h"
#include "peer.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SERVE        PEER_READ_REQUEST, PEER_ANSWER(200, "[]")

enum { SOON_MS = 5000, SHORT_MS = 200, REFUSED_STREAM = 7, LARGE = 1024 * 1024 };

static void open_for(struct bare *bare, struct peer *peer)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(peer);
    bare_open(bare, peer_url(peer), peer_ca_file(peer));
}

static void a_request_is_counted_and_kept(void)
{
    struct peer *peer =
        PEER_START(PEER_HTTP2, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, "[1]")));
    struct bare bare;
    char text[512];
    long version = 0;

    open_for(&bare, peer);
    bare_method(&bare, "POST", "{\"a\":1}");
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(bare_status(&bare), 201);
    CU_ASSERT_STRING_EQUAL(bare.body, "[1]");
    curl_easy_getinfo(bare.curl, CURLINFO_HTTP_VERSION, &version);
    CU_ASSERT_EQUAL(version, CURL_HTTP_VERSION_2_0);
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    CU_ASSERT_EQUAL(peer_count(peer, PEER_STREAMS), 1);
    CU_ASSERT_EQUAL(peer_requests(peer), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "GET"), 0);
    CU_ASSERT_EQUAL(peer_last_request(peer, text, sizeof text), peer_bytes_read(peer));
    CU_ASSERT_EQUAL(strncmp(text, "POST / HTTP/2\r\nhost: 127.0.0.1:", 31), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\ncontent-length: 7\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\n\r\n{\"a\":1}"));
    bare_close(&bare);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    peer_stop(peer);
}

static void script_i_serves_stream_i_and_the_last_one_all_further(void)
{
    static const char *const bodies[] = {"[1]", "[2]", "[3]", "[3]"};
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[1]")),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[2]"), PEER_LOOP),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[3]")));
    struct bare bare;

    open_for(&bare, peer);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
        CU_ASSERT_STRING_EQUAL(bare.body, bodies[i]);
    }
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "GET"), 4);
    bare_close(&bare);
    peer_stop(peer);
}

/* Drives one request until the peer has come to a pause. */
static void drive_to_pause(struct bare *bare, struct peer *peer)
{
    CURLM *multi = curl_multi_init();
    long end = timing_now_ms() + SOON_MS;
    int running = 1;

    curl_multi_add_handle(multi, bare->curl);
    while (peer_count(peer, PEER_PAUSES) == 0 && timing_now_ms() < end) {
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    CU_ASSERT_EQUAL(running, 1);
    curl_multi_remove_handle(multi, bare->curl);
    curl_multi_cleanup(multi);
}

static void the_head_can_be_read_without_the_body(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(
                        PEER_READ_HEAD, PEER_READ_BYTES(3), PEER_WAIT_GO, PEER_READ_BODY,
                        PEER_ANSWER(201, "")));
    struct bare bare;
    char text[512];

    open_for(&bare, peer);
    bare_method(&bare, "PATCH", "{\"a\":1}");
    drive_to_pause(&bare, peer);
    CU_ASSERT_EQUAL(peer_requests(peer), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "PATCH"), 0);
    CU_ASSERT(peer_request(peer, 0, text, sizeof text) > 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\n\r\n{\"a"));
    CU_ASSERT_PTR_NULL(strstr(text, "{\"a\""));
    bare_close(&bare);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_delivered(peer, "PATCH"), 0);
    peer_stop(peer);
}

static void a_waiting_stream_goes_on_when_it_may(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2,
        PEER_SCRIPT(
            PEER_READ_HEAD, PEER_STALL(20), PEER_WAIT_GO, PEER_READ_BODY, PEER_ANSWER(201, "[]")));
    struct bare bare;

    open_for(&bare, peer);
    bare_method(&bare, "PATCH", "{\"a\":1}");
    peer_go(peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(peer_count(peer, PEER_PAUSES), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "PATCH"), 1);
    bare_close(&bare);
    peer_stop(peer);
}

static void a_body_that_is_not_read_is_held_back(void)
{
    struct peer *peer =
        PEER_START(PEER_HTTP2, PEER_SCRIPT(PEER_READ_HEAD, PEER_WAIT_GO, PEER_READ_BODY));
    char *body = calloc(1, LARGE + 1);
    struct bare bare;
    curl_off_t sent = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(body);
    memset(body, 'x', LARGE);
    open_for(&bare, peer);
    bare_method(&bare, "POST", body);
    curl_easy_setopt(bare.curl, CURLOPT_TIMEOUT_MS, (long)SHORT_MS);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OPERATION_TIMEDOUT);
    curl_easy_getinfo(bare.curl, CURLINFO_SIZE_UPLOAD_T, &sent);
    CU_ASSERT(sent < LARGE / 4);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 0);
    bare_close(&bare);
    peer_stop(peer);
    free(body);
}

static void a_large_body_is_read_to_its_end(void)
{
    struct peer *peer = PEER_START(PEER_HTTP2, PEER_SCRIPT(SERVE));
    char *body = calloc(1, LARGE + 1);
    struct bare bare;

    CU_ASSERT_PTR_NOT_NULL_FATAL(body);
    memset(body, 'x', LARGE);
    open_for(&bare, peer);
    bare_method(&bare, "PUT", body);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(peer_delivered(peer, "PUT"), 2);
    CU_ASSERT(peer_bytes_read(peer) > 2 * LARGE);
    bare_close(&bare);
    peer_stop(peer);
    free(body);
}

static void answers_without_a_body_are_well_formed(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(SERVE), PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(204, "")),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, "")));
    static const long statuses[] = {200, 204, 201};
    struct bare bare;

    open_for(&bare, peer);
    for (size_t i = 0; i < COUNT(statuses); i++) {
        curl_easy_setopt(bare.curl, CURLOPT_NOBODY, i == 0 ? 1L : 0L);
        if (i != 0)
            curl_easy_setopt(bare.curl, CURLOPT_HTTPGET, 1L);
        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
        CU_ASSERT_EQUAL(bare_status(&bare), statuses[i]);
        CU_ASSERT_EQUAL(bare.length, 0);
    }
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    bare_close(&bare);
    peer_stop(peer);
}

static void a_body_can_be_sent_in_pieces(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2,
        PEER_SCRIPT(
            PEER_READ_REQUEST, PEER_ANSWER_HEAD(206), PEER_SEND("[1,"), PEER_STALL(30),
            PEER_SEND_BYTES("2]x", 2), PEER_DRIP("   ", 10)),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND_REPEATED("{\"id\":1},", 200001)));
    struct bare bare;
    long start;

    open_for(&bare, peer);
    start = timing_now_ms();
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT(timing_now_ms() - start >= 50);
    CU_ASSERT_EQUAL(bare_status(&bare), 206);
    CU_ASSERT_STRING_EQUAL(bare.body, "[1,2]   ");
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(bare_status(&bare), 200);
    CU_ASSERT_EQUAL(bare.length, 9 * 200001);
    bare_close(&bare);
    peer_stop(peer);
}

/* How a write ends: on the connection's first stream, or after one that is answered. */
static const struct death {
    const char *what;
    struct peer_script script;
    size_t requests, delivered;
    long status;
} deaths[] = {
    {"closed after the head", PEER_SCRIPT(PEER_READ_HEAD, PEER_CLOSE), 1, 0, 0},
    {"reset after the head", PEER_SCRIPT(PEER_READ_HEAD, PEER_RESET), 1, 0, 0},
    {"closed amid the body", PEER_SCRIPT(PEER_READ_HEAD, PEER_READ_BYTES(3), PEER_CLOSE), 1, 0, 0},
    {"closed after the request", PEER_SCRIPT(PEER_READ_REQUEST, PEER_CLOSE), 1, 1, 0},
    {"reset after the request", PEER_SCRIPT(PEER_READ_REQUEST, PEER_RESET), 1, 1, 0},
    {"stream reset after the head", PEER_SCRIPT(PEER_READ_HEAD, PEER_RST_STREAM(2)), 1, 0, 0},
    {"stream reset after the request", PEER_SCRIPT(PEER_READ_REQUEST, PEER_RST_STREAM(2)), 1, 1, 0},
    {"no answer", PEER_SCRIPT(PEER_READ_REQUEST), 1, 1, 0},
    {"closed amid the answer",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_HALF_ANSWER(201, "[{\"id\":1}]"), PEER_CLOSE), 1, 1, 201},
    {"stream reset amid the answer",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_HALF_ANSWER(201, "[{\"id\":1}]"), PEER_RST_STREAM(2)), 1,
     1, 201},
};

static void check_death(const struct death *death, int reused)
{
    struct peer_script scripts[] = {PEER_SCRIPT(SERVE), {death->script.steps}, PEER_SCRIPT(SERVE)};
    struct peer *peer = peer_start(reused ? scripts : scripts + 1, reused ? 3 : 2, PEER_HTTP2);
    struct bare bare;
    CURLcode result;

    open_for(&bare, peer);
    bare_allow_one(&bare);
    if (reused)
        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    bare_method(&bare, "POST", "{\"a\":1}");
    result = bare_ask(&bare);
    printf(
        "\n    %-6s %-31s arrived %zu, whole %zu: %d, status %ld", reused ? "reused" : "fresh",
        death->what, peer_requests(peer) - (size_t)reused, peer_delivered(peer, "POST"),
        (int)result, bare_status(&bare));
    CU_ASSERT_NOT_EQUAL(result, CURLE_OK);
    CU_ASSERT_EQUAL(bare_status(&bare), death->status);
    CU_ASSERT_EQUAL(peer_requests(peer), death->requests + (size_t)reused);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), death->delivered);
    bare_close(&bare);
    peer_stop(peer);
}

static void a_write_dies_where_the_script_says(void)
{
    for (size_t i = 0; i < COUNT(deaths); i++) {
        check_death(&deaths[i], 0);
        check_death(&deaths[i], 1);
    }
}

static void a_goaway_moves_the_next_request_to_another_connection(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(PEER_READ_REQUEST, PEER_GOAWAY, PEER_ANSWER(200, "[1]")),
        PEER_SCRIPT(SERVE));
    struct bare bare;

    open_for(&bare, peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_STRING_EQUAL(bare.body, "[1]");
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(peer_connections(peer), 2);
    bare_close(&bare);
    peer_stop(peer);
}

static void a_goaway_before_a_stream_ends_it_without_an_answer(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(SERVE), PEER_SCRIPT(PEER_READ_HEAD, PEER_GOAWAY_BEFORE),
        PEER_SCRIPT(SERVE));
    struct bare bare;

    open_for(&bare, peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    bare_method(&bare, "POST", "{\"a\":1}");
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_HTTP2);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 0);
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    bare_close(&bare);
    peer_stop(peer);
}

/* REFUSED_STREAM says that nothing was done with the request, and libcurl believes it, although this
 * peer has read it; it sends a request again, too, whose reused connection was reset. */
static const struct again {
    const char *what;
    struct peer_script script;
} agains[] = {
    {"stream refused", PEER_SCRIPT(PEER_READ_REQUEST, PEER_RST_STREAM(REFUSED_STREAM))},
    {"connection reset", PEER_SCRIPT(PEER_READ_REQUEST, PEER_RESET)},
};

static void check_again(const struct again *again, int guarded)
{
    struct peer_script scripts[] = {PEER_SCRIPT(SERVE), {again->script.steps}, PEER_SCRIPT(SERVE)};
    struct peer *peer = peer_start(scripts, COUNT(scripts), PEER_HTTP2);
    struct bare bare;

    open_for(&bare, peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    bare_method(&bare, "POST", "{\"a\":1}");
    if (guarded)
        bare_allow_one(&bare);
    CU_ASSERT_EQUAL(bare_ask(&bare), guarded ? CURLE_ABORTED_BY_CALLBACK : CURLE_OK);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), guarded ? 1 : 2);
    bare_close(&bare);
    peer_stop(peer);
}

static void bare_libcurl_delivers_a_write_twice(void)
{
    for (size_t i = 0; i < COUNT(agains); i++)
        check_again(&agains[i], 0);
}

static void a_prereqfunction_that_allows_one_call_delivers_it_once(void)
{
    for (size_t i = 0; i < COUNT(agains); i++)
        check_again(&agains[i], 1);
}

static void a_client_that_does_not_offer_http2_is_refused(void)
{
    struct peer *peer = PEER_START(PEER_HTTP2, PEER_SCRIPT(SERVE));
    struct bare bare;

    open_for(&bare, peer);
    curl_easy_setopt(bare.curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_SSL_CONNECT_ERROR);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_count(peer, PEER_STREAMS), 0);
    bare_close(&bare);
    peer_stop(peer);
}

enum { TOGETHER = 3 };

/* Drives until @goal of them are done, or no longer than SOON_MS. */
static void drive(CURLM *multi, int goal)
{
    long end = timing_now_ms() + SOON_MS;
    int done = 0;
    int left = 0;

    while (done < goal && timing_now_ms() < end) {
        CURLMsg *message;

        curl_multi_perform(multi, &left);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            done++;
            CU_ASSERT_EQUAL(message->data.result, CURLE_OK);
        }
        curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    CU_ASSERT_EQUAL(done, goal);
}

/* libcurl's RST_STREAM of a removed handle leaves with what the connection does next. */
static void streams_of_a_connection_do_not_hold_each_other_up(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL_FOREVER), PEER_SCRIPT(SERVE));
    CURLM *multi = curl_multi_init();
    struct bare bares[TOGETHER];

    for (size_t i = 0; i < TOGETHER; i++) {
        open_for(&bares[i], peer);
        curl_easy_setopt(bares[i].curl, CURLOPT_PIPEWAIT, 1L);
        curl_multi_add_handle(multi, bares[i].curl);
    }
    drive(multi, TOGETHER - 1);
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    CU_ASSERT_EQUAL(peer_count(peer, PEER_STREAMS), TOGETHER);
    CU_ASSERT_EQUAL(peer_count(peer, PEER_CANCELS), 0);
    for (size_t i = 0; i < TOGETHER; i++)
        curl_multi_remove_handle(multi, bares[i].curl);
    curl_multi_add_handle(multi, bares[1].curl);
    drive(multi, 1);
    curl_multi_remove_handle(multi, bares[1].curl);
    CU_ASSERT(peer_wait(peer, PEER_CANCELS, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    for (size_t i = 0; i < TOGETHER; i++)
        bare_close(&bares[i]);
    curl_multi_cleanup(multi);
    peer_stop(peer);
}

static void stopping_ends_every_wait(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2, PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL_FOREVER),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_WAIT_GO),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_DRIP("0123456789", 60000)),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND_REPEATED("0123456789", 10000000)));
    struct bare bares[4];
    long start;

    for (size_t i = 0; i < COUNT(bares); i++) {
        open_for(&bares[i], peer);
        curl_easy_setopt(bares[i].curl, CURLOPT_TIMEOUT_MS, 30L);
        CU_ASSERT_EQUAL(bare_ask(&bares[i]), CURLE_OPERATION_TIMEDOUT);
    }
    start = timing_now_ms();
    peer_stop(peer);
    CU_ASSERT(timing_now_ms() - start < SOON_MS);
    for (size_t i = 0; i < COUNT(bares); i++)
        bare_close(&bares[i]);
}

CU_TestInfo peer_h2_tests[] = {
    {"a request over HTTP/2 is counted and kept", a_request_is_counted_and_kept},
    {"script i serves stream i and the last one all further",
     script_i_serves_stream_i_and_the_last_one_all_further},
    {"the head can be read without the body", the_head_can_be_read_without_the_body},
    {"a waiting stream goes on when it may", a_waiting_stream_goes_on_when_it_may},
    {"a body that is not read is held back", a_body_that_is_not_read_is_held_back},
    {"a large body is read to its end", a_large_body_is_read_to_its_end},
    {"answers without a body are well-formed", answers_without_a_body_are_well_formed},
    {"a body can be sent in pieces", a_body_can_be_sent_in_pieces},
    {"a write dies where the script says", a_write_dies_where_the_script_says},
    {"a GOAWAY moves the next request to another connection",
     a_goaway_moves_the_next_request_to_another_connection},
    {"a GOAWAY before a stream ends it without an answer",
     a_goaway_before_a_stream_ends_it_without_an_answer},
    {"bare libcurl delivers a write twice whose stream is refused or reused connection reset",
     bare_libcurl_delivers_a_write_twice},
    {"a PREREQFUNCTION that allows one call delivers it once",
     a_prereqfunction_that_allows_one_call_delivers_it_once},
    {"a client that does not offer HTTP/2 is refused",
     a_client_that_does_not_offer_http2_is_refused},
    {"streams of a connection do not hold each other up",
     streams_of_a_connection_do_not_hold_each_other_up},
    {"stopping ends every wait", stopping_ends_every_wait},
    CU_TEST_INFO_NULL,
};
