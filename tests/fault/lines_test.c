/* SPDX-License-Identifier: MIT */
/* Lines of CSV as they come, and how much of an answer is held while nobody reads it. */
#include "ask.h"
#include "base/memory.h"
#include "incoming.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/csv; charset=utf-8\r\n"
#define LINE "1,\"a lamp, \"\"new\"\"\",12.50,one of very many lines of a long answer\n"
#define ROW  "{\"id\":1,\"name\":\"a lamp\",\"price\":12.50,\"note\":\"one of very many rows\"},"

enum { LINES = 200000, HELD_MOST = 64 * 1024, BUFFERED_MOST = 16 * 1024 * 1024 };

static void lines_of_any_number_come_whole(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_SEND(HEAD "Transfer-Encoding: chunked\r\n\r\n"),
                        PEER_SEND("13\r\nid,name,price,note\n\r\n"),
                        PEER_SEND_REPEATED("42\r\n" LINE "\r\n", LINES), PEER_SEND("0\r\n\r\n")));
    supa_client *client = ask_client_peer(peer);
    supa_lines *lines = supa_lines_open(ask_read(client));
    const char *text = "";
    size_t length = 0, good = 0;

    CU_ASSERT_EQUAL(sizeof LINE - 1, 0x42);
    while (supa_lines_next(lines))
        good += supa_lines_field(lines, 1, &text, &length) == SUPA_FIELD_VALUE && length == 13 &&
                memcmp(text, "a lamp, \"new\"", 13) == 0;
    CU_ASSERT_EQUAL(supa_lines_close(lines, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(good, LINES);
    supa_client_unref(client);
    peer_stop(peer);
}

#define THREE "id\n1\n\"2\n\"\n3\n"

/* Each breaks off behind three lines, the last time amid a fourth. */
static const struct broken {
    const char *how;
    struct peer_script script;
} broken[] = {
    {"shorter than announced",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 90\r\n\r\n" THREE), PEER_CLOSE)},
    {"announced, amid a line",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 90\r\n\r\n" THREE "4"), PEER_CLOSE)},
    {"announced, reset", PEER_SCRIPT(
                             PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 90\r\n\r\n" THREE),
                             PEER_STALL(20), PEER_RESET)},
    {"chunked, no last chunk",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Transfer-Encoding: chunked\r\n\r\nc\r\n" THREE "\r\n"),
         PEER_CLOSE)},
    {"chunked, amid a chunk",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Transfer-Encoding: chunked\r\n\r\nff\r\n" THREE "4"),
         PEER_CLOSE)},
    {"to the end of the connection",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(HEAD "\r\n" THREE), PEER_CLOSE)},
    {"to the end of the connection, amid a line",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(HEAD "\r\n" THREE "4"), PEER_CLOSE)},
    {"to the end of the connection, in a coding that has no end",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Transfer-Encoding: identity\r\n\r\n" THREE "4"),
         PEER_CLOSE)},
    {"whole, but amid a quoted field",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 15\r\n\r\n" THREE "\"4\n"))},
};

static void check_broken(const struct broken *how, unsigned flags, int32_t http2)
{
    struct peer *peer = peer_start(&how->script, 1, flags);
    supa_client_options options = ask_options_peer(peer);
    supa_client *client;
    supa_lines *lines;
    supa_error error;
    int n = 0;

    options.http2 = http2;
    client = ask_client(&options);
    lines = supa_lines_open(ask_read(client));
    while (supa_lines_next(lines))
        n++;
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(supa_lines_close(lines, &error), SUPA_ERROR_MALFORMED);
    CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
    printf("\n    %-46s %d lines, %s", how->how, n, supa_code_name(error.code));
    supa_client_unref(client);
    peer_stop(peer);
}

static void what_breaks_off_is_an_error_behind_its_good_lines(void)
{
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        check_broken(&broken[i], PEER_PLAIN, SUPA_HTTP2_NEVER);
        check_broken(&broken[i], PEER_TLS, SUPA_HTTP2_NEVER);
    }
}

/* The server has not heard of HTTP/2, which would tell where an answer ends. */
static void what_breaks_off_is_an_error_where_http2_was_asked_for_in_vain(void)
{
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        check_broken(&broken[i], PEER_PLAIN, SUPA_HTTP2_ALWAYS);
        check_broken(&broken[i], PEER_TLS, SUPA_HTTP2_ALWAYS);
    }
}

/* Read at once, the same are no answers: who looks at the text could not tell that lines are missing. */
static void what_breaks_off_is_no_whole_answer_either(void)
{
    for (size_t i = 0; i + 1 < sizeof broken / sizeof broken[0]; i++) {
        struct peer *peer = peer_start(&broken[i].script, 1, PEER_PLAIN);
        supa_client *client = ask_client_peer(peer);
        supa_response *response = supa_execute(supa_csv(ask_read(client)));

        CU_ASSERT(!supa_response_ok(response));
        if (!supa_response_ok(response)) {
            CU_ASSERT_EQUAL(supa_response_error(response)->code, SUPA_ERROR_MALFORMED);
            CU_ASSERT_EQUAL(supa_response_error(response)->outcome, SUPA_ANSWERED);
        }
        supa_response_free(response);
        supa_client_unref(client);
        peer_stop(peer);
    }
}

/* It tells the length of nothing, and an end all the same. */
static void lines_by_http2_are_whole_without_a_length(void)
{
    struct peer *peer = PEER_START(
        PEER_HTTP2,
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER_HEAD_OF(200, "text/csv"), PEER_SEND(THREE)));
    supa_client_options options = ask_options_peer(peer);
    supa_client *client;
    supa_lines *lines;
    int n = 0;

    options.http2 = SUPA_HTTP2_ALWAYS;
    client = ask_client(&options);
    lines = supa_lines_open(ask_read(client));
    while (supa_lines_next(lines))
        n++;
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(supa_lines_close(lines, NULL), SUPA_OK);
    supa_client_unref(client);
    peer_stop(peer);
}

static int always(void)
{
    return 1;
}

/* The line's second chunk, which came with the first one, is kept by libcurl until more is asked for. The server
 * says no more, so that whoever waits for it waits for long. */
static void a_line_that_memory_is_gone_for_is_not_waited_for(void)
{
    enum { FIRST = 16384, SECOND = 30000 };
    static char text[FIRST + SECOND + 200];
    supa_client *client;
    struct peer *peer;
    supa_lines *lines;
    long start;

    snprintf(
        text, sizeof text,
        HEAD "Transfer-Encoding: chunked\r\n\r\n%x\r\nid\n1\n%0*d\r\n%x\r\n%0*d\r\n", FIRST,
        FIRST - 5, 0, SECOND, SECOND, 0);
    peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(text), PEER_STALL_FOREVER));
    client = ask_client_peer(peer);
    lines = supa_lines_open(ask_read(client));
    CU_ASSERT(supa_lines_next(lines));
    nanosleep(&(struct timespec){0, 500000000}, NULL); /* libcurl's own timers are over by then */
    start = timing_now_ms();
    memory_fails = always;
    CU_ASSERT_FALSE(supa_lines_next(lines));
    memory_fails = NULL;
    CU_ASSERT(timing_now_ms() - start < ASK_SOON_MS / 2);
    CU_ASSERT_EQUAL(supa_lines_close(lines, NULL), SUPA_ERROR_NO_MEMORY);
    supa_client_unref(client);
    peer_stop(peer);
}

static void an_early_close_stops_the_transfer(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 990000000\r\n\r\nid\n"),
                        PEER_SEND_REPEATED(LINE, 15000000)));
    supa_client *client = ask_client_peer(peer);
    supa_lines *lines = supa_lines_open(ask_read(client));

    for (int i = 0; i < 10; i++)
        CU_ASSERT(supa_lines_next(lines));
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    CU_ASSERT_EQUAL(supa_lines_close(lines, NULL), SUPA_OK);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, ASK_SOON_MS));
    CU_ASSERT(peer_bytes_sent(peer) < BUFFERED_MOST);
    supa_client_unref(client);
    peer_stop(peer);
}

static size_t held(const struct stream *stream)
{
    return stream->form == STREAM_LINES ? csv_splitter_unread(&stream->lines)
                                        : splitter_unread(&stream->splitter);
}

/* The peer sends as fast as it can, the reader rests now and then. */
static void at_most_64_kib_are_held_unread(void)
{
    for (int form = STREAM_ROWS; form <= STREAM_LINES; form++) {
        struct peer *peer =
            form == STREAM_LINES
                ? PEER_START(
                      PEER_PLAIN, PEER_SCRIPT(
                                      PEER_READ_REQUEST,
                                      PEER_SEND(HEAD "Content-Length: 990000000\r\n\r\nid\n"),
                                      PEER_SEND_REPEATED(LINE, 15000000)))
                : PEER_START(
                      PEER_PLAIN, PEER_SCRIPT(
                                      PEER_READ_REQUEST, PEER_ANSWER_HEAD(200), PEER_SEND("["),
                                      PEER_SEND_REPEATED(ROW, 15000000)));
        supa_client *client = ask_client_peer(peer);
        supa_query *q = ask_read(client);
        struct incoming incoming;
        supa_row row;
        size_t most = 0;
        int n = 0;

        incoming_open(&incoming, form == STREAM_LINES ? supa_csv(q) : q, (enum stream_form)form);
        while (n < 50000 && incoming_next(&incoming, &row)) {
            if (held(&incoming.stream) > most)
                most = held(&incoming.stream);
            if (n++ % 5000 == 0)
                nanosleep(&(struct timespec){0, 10000000}, NULL);
        }
        CU_ASSERT_EQUAL(n, 50000);
        printf("\n    %s: %zu bytes", form == STREAM_LINES ? "lines" : "rows", most);
        CU_ASSERT(most > 0 && most <= HELD_MOST);
        incoming_close(&incoming);
        supa_client_unref(client);
        peer_stop(peer);
    }
}

CU_TestInfo lines_tests[] = {
    {"lines of any number come whole", lines_of_any_number_come_whole},
    {"what breaks off is an error behind its good lines",
     what_breaks_off_is_an_error_behind_its_good_lines},
    {"what breaks off is an error where HTTP/2 was asked for in vain",
     what_breaks_off_is_an_error_where_http2_was_asked_for_in_vain},
    {"what breaks off is no whole answer either", what_breaks_off_is_no_whole_answer_either},
    {"lines by HTTP/2 are whole without a length", lines_by_http2_are_whole_without_a_length},
    {"a line that memory is gone for is not waited for",
     a_line_that_memory_is_gone_for_is_not_waited_for},
    {"an early close stops the transfer", an_early_close_stops_the_transfer},
    {"at most 64 KiB are held unread", at_most_64_kib_are_held_unread},
    CU_TEST_INFO_NULL,
};
