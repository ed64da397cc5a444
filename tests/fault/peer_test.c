/* SPDX-License-Identifier: MIT */
#include "bare.h"
#include "peer.h"
#include "timing.h"

#include <arpa/inet.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO "GET /hello HTTP/1.1\r\nHost: peer\r\n\r\n"
#define POST  "POST /rows HTTP/1.1\r\nHost: peer\r\nContent-Length: 7\r\n\r\n{\"a\":1}"

enum { SOON_MS = 5000 };

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct timeval limit = {SOON_MS / 1000, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void say(int fd, const char *text)
{
    CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What comes up to the end of the connection, which is 0 for FIN and an errno otherwise. */
static int hear_all(int fd, char *out, size_t size)
{
    size_t length = 0;
    ssize_t n = 0;

    while (length + 1 < size && (n = recv(fd, out + length, size - 1 - length, 0)) > 0)
        length += (size_t)n;
    out[length] = '\0';
    return n < 0 ? errno : 0;
}

/* Says @text on a connection of its own and hears all. */
static int talk(struct peer *peer, const char *text, char *out, size_t size)
{
    int fd = connect_to(peer_port(peer));
    int end;

    CU_ASSERT_NOT_EQUAL_FATAL(fd, -1);
    say(fd, text);
    end = hear_all(fd, out, size);
    close(fd);
    return end;
}

static void a_request_is_counted_and_kept_as_it_was_sent(void)
{
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, "[1]")));
    char text[256];

    CU_ASSERT_EQUAL(peer_last_request(peer, text, sizeof text), 0);
    CU_ASSERT_EQUAL(talk(peer, POST, text, sizeof text), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "HTTP/1.1 201 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Content-Length: 3\r\n\r\n[1]"));
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    CU_ASSERT_EQUAL(peer_requests(peer), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "GET"), 0);
    CU_ASSERT_EQUAL(peer_bytes_read(peer), strlen(POST));
    CU_ASSERT_EQUAL(peer_last_request(peer, text, sizeof text), strlen(POST));
    CU_ASSERT_STRING_EQUAL(text, POST);
    CU_ASSERT_EQUAL(peer_request(peer, 0, text, 5), strlen(POST));
    CU_ASSERT_STRING_EQUAL(text, "POST");
    CU_ASSERT_EQUAL(peer_request(peer, 1, text, sizeof text), 0);
    CU_ASSERT_STRING_EQUAL(text, "");
    peer_stop(peer);
}

static void a_request_cut_in_its_body_is_not_delivered(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST));
    int fd = connect_to(peer_port(peer));

    say(fd, "POST /rows HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\"");
    CU_ASSERT(peer_wait(peer, PEER_REQUESTS, 1, SOON_MS));
    close(fd);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 0);
    peer_stop(peer);
}

static void a_request_cut_in_its_head_is_not_counted(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST));
    int fd = connect_to(peer_port(peer));

    say(fd, "POST /rows HTTP/1.1\r\nContent-Le");
    close(fd);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_requests(peer), 0);
    CU_ASSERT_EQUAL(peer_bytes_read(peer), 31);
    peer_stop(peer);
}

static void a_head_and_its_body_can_be_read_apart(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_HEAD, PEER_WAIT_GO, PEER_READ_BYTES(3), PEER_WAIT_GO,
                        PEER_READ_BODY, PEER_SEND("ok")));
    int fd = connect_to(peer_port(peer));
    char text[8];

    say(fd, POST);
    CU_ASSERT(peer_wait(peer, PEER_PAUSES, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_bytes_read(peer), strlen(POST) - 7);
    peer_go(peer);
    CU_ASSERT(peer_wait(peer, PEER_PAUSES, 2, SOON_MS));
    CU_ASSERT_EQUAL(peer_bytes_read(peer), strlen(POST) - 4);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 0);
    peer_go(peer);
    CU_ASSERT_EQUAL(hear_all(fd, text, sizeof text), 0);
    CU_ASSERT_STRING_EQUAL(text, "ok");
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 1);
    close(fd);
    peer_stop(peer);
}

static void a_chunked_body_is_read_to_its_end(void)
{
    static const char request[] = "PATCH /rows HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "4\r\n\r\n0\r\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_READ_REQUEST, PEER_SEND_BYTES("a\0b", 3)));
    int fd = connect_to(peer_port(peer));
    char text[256];

    say(fd, request);
    say(fd, HELLO);
    CU_ASSERT_EQUAL(hear_all(fd, text, sizeof text), 0);
    CU_ASSERT_EQUAL(memcmp(text, "a\0b", 4), 0);
    CU_ASSERT_EQUAL(peer_delivered(peer, "PATCH"), 1);
    CU_ASSERT_EQUAL(peer_request(peer, 0, text, sizeof text), strlen(request));
    CU_ASSERT_EQUAL(peer_request(peer, 1, text, sizeof text), strlen(HELLO));
    close(fd);
    peer_stop(peer);
}

static void script_i_serves_connection_i_and_the_last_one_all_further(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_HEAD, PEER_SEND("first")),
        PEER_SCRIPT(PEER_READ_HEAD, PEER_SEND("second")));
    char text[16];

    talk(peer, HELLO, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "first");
    talk(peer, HELLO, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "second");
    talk(peer, HELLO, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "second");
    CU_ASSERT_EQUAL(peer_connections(peer), 3);
    peer_stop(peer);
}

static void a_close_is_seen_as_the_end_even_with_bytes_unread(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_WAIT_GO, PEER_CLOSE));
    int fd = connect_to(peer_port(peer));
    char text[8];

    say(fd, POST);
    peer_go(peer);
    CU_ASSERT_EQUAL(hear_all(fd, text, sizeof text), 0);
    CU_ASSERT_STRING_EQUAL(text, "");
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    CU_ASSERT_EQUAL(peer_bytes_read(peer), 0);
    close(fd);
    peer_stop(peer);
}

static void a_reset_is_seen_as_econnreset(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_RESET));
    char text[8];

    CU_ASSERT_EQUAL(talk(peer, POST, text, sizeof text), ECONNRESET);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    peer_stop(peer);
}

static void a_half_closed_connection_is_still_read(void)
{
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_SEND("bye"), PEER_HALF_CLOSE, PEER_READ_REQUEST));
    int fd = connect_to(peer_port(peer));
    char text[8];

    CU_ASSERT_EQUAL(hear_all(fd, text, sizeof text), 0);
    CU_ASSERT_STRING_EQUAL(text, "bye");
    CU_ASSERT_EQUAL(peer_count(peer, PEER_CLOSED), 0);
    say(fd, POST);
    CU_ASSERT(peer_wait(peer, PEER_DELIVERIES, 1, SOON_MS));
    close(fd);
    peer_stop(peer);
}

static void a_refused_connection_is_closed_without_a_word(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_REFUSE));
    int fd = connect_to(peer_port(peer));
    char text[8];

    CU_ASSERT_EQUAL(hear_all(fd, text, sizeof text), 0);
    CU_ASSERT_STRING_EQUAL(text, "");
    close(fd);
    peer_stop(peer);
}

static void a_stall_lasts_and_holds_up_nobody_else(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_STALL_FOREVER), PEER_SCRIPT(PEER_STALL(100), PEER_SEND("x")));
    int stalled = connect_to(peer_port(peer));
    char text[8];
    long start;

    CU_ASSERT(peer_wait(peer, PEER_CONNECTIONS, 1, SOON_MS));
    start = timing_now_ms();
    talk(peer, HELLO, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "x");
    CU_ASSERT(timing_now_ms() - start >= 100);
    CU_ASSERT_EQUAL(recv(stalled, text, sizeof text, MSG_DONTWAIT), -1);
    CU_ASSERT_EQUAL(errno, EAGAIN);
    close(stalled);
    peer_stop(peer);
}

static void stopping_ends_every_wait(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_STALL_FOREVER), PEER_SCRIPT(PEER_WAIT_GO),
        PEER_SCRIPT(PEER_READ_REQUEST), PEER_SCRIPT(PEER_SEND_REPEATED("0123456789", 10000000)),
        PEER_SCRIPT(PEER_DRIP("0123456789", 60000)), PEER_SCRIPT(PEER_LOOP));
    int fds[6];
    long start;

    for (size_t i = 0; i < 6; i++)
        fds[i] = connect_to(peer_port(peer));
    CU_ASSERT(peer_wait(peer, PEER_CONNECTIONS, 6, SOON_MS));
    CU_ASSERT(peer_wait(peer, PEER_PAUSES, 1, SOON_MS));
    CU_ASSERT_FALSE(peer_wait(peer, PEER_CLOSED, 1, 20));
    start = timing_now_ms();
    peer_stop(peer);
    CU_ASSERT(timing_now_ms() - start < SOON_MS);
    for (size_t i = 0; i < 6; i++)
        close(fds[i]);
}

static void dripped_bytes_come_one_by_one(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_DRIP("slow", 30)));
    int fd = connect_to(peer_port(peer));
    long start = timing_now_ms();
    char text[8];

    CU_ASSERT_EQUAL(recv(fd, text, sizeof text, 0), 1);
    CU_ASSERT_EQUAL(hear_all(fd, text, sizeof text), 0);
    CU_ASSERT_STRING_EQUAL(text, "low");
    CU_ASSERT(timing_now_ms() - start >= 60);
    close(fd);
    peer_stop(peer);
}

/* A SIGPIPE in this process would end it. */
static void a_client_that_goes_away_raises_no_signal(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND_REPEATED("0123456789", 10000000)));
    int fd = connect_to(peer_port(peer));
    char text[8];

    say(fd, HELLO);
    CU_ASSERT(recv(fd, text, sizeof text, 0) > 0);
    close(fd);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    peer_stop(peer);
}

static void nobody_listens_on_an_unused_port(void)
{
    int port = peer_unused_port();

    CU_ASSERT_NOT_EQUAL(port, 0);
    CU_ASSERT_EQUAL(connect_to(port), -1);
    CU_ASSERT_EQUAL(errno, ECONNREFUSED);
}

static void open_for(struct bare *bare, struct peer *peer)
{
    bare_open(bare, peer_url(peer), peer_ca_file(peer));
}

static void serve_three_on_one_connection(unsigned flags)
{
    struct peer *peer =
        PEER_START(flags, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    struct bare bare;

    open_for(&bare, peer);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
        CU_ASSERT_EQUAL(bare_status(&bare), 200);
    }
    CU_ASSERT_STRING_EQUAL(bare.body, "[]");
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "GET"), 3);
    bare_close(&bare);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    peer_stop(peer);
}

static void a_loop_keeps_the_connection_alive(void)
{
    serve_three_on_one_connection(PEER_PLAIN);
}

static void a_loop_keeps_the_connection_alive_over_tls(void)
{
    serve_three_on_one_connection(PEER_TLS);
}

static void answers_without_a_body_are_well_formed(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_ANSWER(200, "[1]"), PEER_READ_REQUEST,
                        PEER_ANSWER(204, ""), PEER_LOOP));
    struct bare bare;

    open_for(&bare, peer);
    curl_easy_setopt(bare.curl, CURLOPT_NOBODY, 1L);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    curl_easy_setopt(bare.curl, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(bare.curl, CURLOPT_HTTPGET, 1L);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(bare_status(&bare), 204);
    CU_ASSERT_EQUAL(bare.length, 0);
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    bare_close(&bare);
    peer_stop(peer);
}

static void a_repeated_text_comes_as_often_as_said(void)
{
    struct peer *peer = PEER_START(
        PEER_TLS, PEER_SCRIPT(
                      PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\n\r\n"),
                      PEER_SEND_REPEATED("{\"id\":1},", 200001)));
    struct bare bare;

    open_for(&bare, peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    CU_ASSERT_EQUAL(bare.length, 9 * 200001);
    bare_close(&bare);
    peer_stop(peer);
}

static void the_certificate_is_verified_with_the_ca_file_only(void)
{
    struct peer *peer =
        PEER_START(PEER_TLS, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    char file[256];
    char url[64];
    struct bare bare;

    open_for(&bare, peer);
    snprintf(file, sizeof file, "%s", peer_ca_file(peer));
    snprintf(url, sizeof url, "https://localhost:%d", peer_port(peer));
    curl_easy_setopt(bare.curl, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V4);
    curl_easy_setopt(bare.curl, CURLOPT_URL, url);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    bare_close(&bare);

    open_for(&bare, peer);
    curl_easy_setopt(bare.curl, CURLOPT_CAINFO, NULL);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_PEER_FAILED_VERIFICATION);
    CU_ASSERT_EQUAL(peer_requests(peer), 1);
    bare_close(&bare);
    peer_stop(peer);
    CU_ASSERT_EQUAL(access(file, F_OK), -1);
}

static void a_script_can_fail_the_handshake(void)
{
    struct peer *peer = PEER_START(
        PEER_TLS, PEER_SCRIPT(PEER_REFUSE), PEER_SCRIPT(PEER_STALL_FOREVER),
        PEER_SCRIPT(PEER_HANDSHAKE, PEER_CLOSE));
    struct bare bare;

    open_for(&bare, peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_SSL_CONNECT_ERROR);
    curl_easy_setopt(bare.curl, CURLOPT_TIMEOUT_MS, 200L);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OPERATION_TIMEDOUT);
    curl_easy_setopt(bare.curl, CURLOPT_TIMEOUT_MS, (long)SOON_MS);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_GOT_NOTHING);
    CU_ASSERT_EQUAL(peer_connections(peer), 3);
    bare_close(&bare);
    peer_stop(peer);
}

static size_t refuse_body(char *bytes, size_t size, size_t n, void *nothing)
{
    (void)bytes;
    (void)size;
    (void)n;
    (void)nothing;
    return 0;
}

static void a_tls_client_that_goes_away_raises_no_signal(void)
{
    struct peer *peer = PEER_START(
        PEER_TLS, PEER_SCRIPT(
                      PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\n\r\n"),
                      PEER_SEND_REPEATED("0123456789", 10000000)));
    struct bare bare;

    open_for(&bare, peer);
    curl_easy_setopt(bare.curl, CURLOPT_WRITEFUNCTION, refuse_body);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_WRITE_ERROR);
    bare_close(&bare);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    peer_stop(peer);
}

static void a_connect_to_a_silent_peer_stalls(void)
{
    struct peer *peer = peer_start_silent();
    struct bare bare;

    open_for(&bare, peer);
    curl_easy_setopt(bare.curl, CURLOPT_CONNECTTIMEOUT_MS, 300L);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OPERATION_TIMEDOUT);
    CU_ASSERT_EQUAL(peer_connections(peer), 0);
    bare_close(&bare);
    peer_stop(peer);
}

/* What the SDK's promise about writes rests on: libcurl sends a request again whose reused
 * connection died, whatever its method, and asks a function each time before it does. */
static const struct write_row {
    unsigned flags;
    const char *method;
    const char *body;
} writes[] = {
    {PEER_PLAIN, "POST", "{\"a\":1}"},
    {PEER_PLAIN, "DELETE", NULL},
    {PEER_TLS, "POST", "{\"a\":1}"},
    {PEER_TLS, "DELETE", NULL},
};

/* A read that leaves its connection behind, then a write whose connection dies once it is read. */
static CURLcode write_on_dying(struct peer *peer, const struct write_row *row, int guarded)
{
    struct bare bare;
    CURLcode result;

    open_for(&bare, peer);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    bare_method(&bare, row->method, row->body);
    if (guarded)
        bare_allow_one(&bare);
    result = bare_ask(&bare);
    bare_close(&bare);
    return result;
}

static void check_dying(const struct write_row *row, int guarded)
{
    struct peer *peer = PEER_START(
        row->flags,
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_READ_REQUEST, PEER_CLOSE),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    CURLcode result = write_on_dying(peer, row, guarded);

    CU_ASSERT_EQUAL(result, guarded ? CURLE_ABORTED_BY_CALLBACK : CURLE_OK);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 2, SOON_MS));
    CU_ASSERT_EQUAL(peer_delivered(peer, row->method), guarded ? 1 : 2);
    peer_stop(peer);
}

static void bare_libcurl_delivers_a_write_twice_when_its_reused_connection_dies(void)
{
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
        check_dying(&writes[i], 0);
}

static void a_prereqfunction_that_allows_one_call_delivers_it_once(void)
{
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
        check_dying(&writes[i], 1);
}

CU_TestInfo peer_tests[] = {
    {"a request is counted and kept as it was sent", a_request_is_counted_and_kept_as_it_was_sent},
    {"a request cut in its body is not delivered", a_request_cut_in_its_body_is_not_delivered},
    {"a request cut in its head is not counted", a_request_cut_in_its_head_is_not_counted},
    {"a head and its body can be read apart", a_head_and_its_body_can_be_read_apart},
    {"a chunked body is read to its end", a_chunked_body_is_read_to_its_end},
    {"script i serves connection i and the last one all further",
     script_i_serves_connection_i_and_the_last_one_all_further},
    {"a close is seen as the end, even with bytes unread",
     a_close_is_seen_as_the_end_even_with_bytes_unread},
    {"a reset is seen as ECONNRESET", a_reset_is_seen_as_econnreset},
    {"a half-closed connection is still read", a_half_closed_connection_is_still_read},
    {"a refused connection is closed without a word",
     a_refused_connection_is_closed_without_a_word},
    {"a stall lasts and holds up nobody else", a_stall_lasts_and_holds_up_nobody_else},
    {"stopping ends every wait", stopping_ends_every_wait},
    {"dripped bytes come one by one", dripped_bytes_come_one_by_one},
    {"a client that goes away raises no signal", a_client_that_goes_away_raises_no_signal},
    {"nobody listens on an unused port", nobody_listens_on_an_unused_port},
    {"a loop keeps the connection alive", a_loop_keeps_the_connection_alive},
    {"a loop keeps the connection alive over TLS", a_loop_keeps_the_connection_alive_over_tls},
    {"answers without a body are well-formed", answers_without_a_body_are_well_formed},
    {"a repeated text comes as often as said", a_repeated_text_comes_as_often_as_said},
    {"the certificate is verified with the CA file only",
     the_certificate_is_verified_with_the_ca_file_only},
    {"a script can fail the handshake", a_script_can_fail_the_handshake},
    {"a TLS client that goes away raises no signal", a_tls_client_that_goes_away_raises_no_signal},
    {"a connect to a silent peer stalls", a_connect_to_a_silent_peer_stalls},
    {"bare libcurl delivers a write twice when its reused connection dies",
     bare_libcurl_delivers_a_write_twice_when_its_reused_connection_dies},
    {"a PREREQFUNCTION that allows one call delivers it once",
     a_prereqfunction_that_allows_one_call_delivers_it_once},
    CU_TEST_INFO_NULL,
};
