/* SPDX-License-Identifier: MIT */
/* Rows as they come: in constant memory, held up where nobody reads, never a short success; pages. */
#include "ask.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HEAD         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define ROW          "{\"id\":1,\"name\":\"a lamp\",\"price\":12.50,\"note\":\"one of very many rows\"}"

enum { LARGE = 35 * 1024 * 1024, ROWS = LARGE / (int)sizeof ROW, HELD_MS = 200, LIMIT_MS = 150 };
enum { RSS_MOST_KB = ASK_SLOW ? 64 * 1024 : 2048, BUFFERED_MOST = 16 * 1024 * 1024 };

static struct peer *large_peer(void)
{
    return PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_ANSWER_HEAD(200), PEER_SEND("["),
                        PEER_SEND_REPEATED(ROW ",", ROWS - 1), PEER_SEND(ROW "]")));
}

static long rss_kb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size = 0, pages = 0;

    if (file == NULL || fscanf(file, "%ld %ld", &size, &pages) != 2)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void rest(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void a_large_answer_takes_constant_memory(void)
{
    struct peer *peer = large_peer();
    supa_client *client = ask_client_peer(peer);
    supa_rows *rows = supa_rows_open(ask_read(client));
    long start = timing_now_ms(), first = rss_kb(), most = 0;
    supa_row row;
    int n = 0;

    for (n = 0; supa_rows_next(rows, &row); n++) {
        if (n % 4096 == 0 && rss_kb() - first > most)
            most = rss_kb() - first;
    }
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    printf(
        "\n    %d rows, %d MB in %ld ms: memory grew by %ld KB", n, LARGE >> 20,
        timing_now_ms() - start, most);
    CU_ASSERT_EQUAL(n, ROWS);
    CU_ASSERT(most < RSS_MOST_KB);
    supa_client_unref(client);
    peer_stop(peer);
}

static void an_early_close_stops_the_transfer(void)
{
    struct peer *peer = large_peer();
    supa_client *client = ask_client_peer(peer);
    supa_rows *rows = supa_rows_open(ask_read(client));
    supa_row row;

    for (int i = 0; i < 10; i++)
        CU_ASSERT(supa_rows_next(rows, &row));
    rest(HELD_MS); /* who does not read holds the server up */
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, ASK_SOON_MS));
    printf("\n    10 rows were read: the peer could send %zu KB", peer_bytes_sent(peer) >> 10);
    CU_ASSERT(peer_bytes_sent(peer) < BUFFERED_MOST);
    supa_client_unref(client);
    peer_stop(peer);
}

struct stream {
    int n, pause_at, stop_at;
    supa_response *end;
};

static int on_row(void *user, supa_row row)
{
    struct stream *stream = user;

    (void)row;
    stream->n++;
    if (stream->n == stream->stop_at)
        return SUPA_ROWS_STOP;
    return stream->n == stream->pause_at ? SUPA_ROWS_PAUSE : SUPA_ROWS_GO_ON;
}

static void on_end(void *user, supa_response *response)
{
    struct stream *stream = user;

    stream->end = response;
}

static int code_of(const supa_response *response)
{
    const supa_error *error = supa_response_error(response);

    return error != NULL ? (int)error->code : SUPA_OK;
}

static void a_paused_stream_holds_the_server_up(void)
{
    struct peer *peer = large_peer();
    supa_client *client = ask_client_peer(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct stream stream = {.pause_at = 1000};
    uint64_t ticket = supa_multi_rows(multi, ask_read(client), on_row, on_end, &stream);
    long end = timing_now_ms() + HELD_MS, first;
    size_t held;

    while (timing_now_ms() < end || stream.n == 0)
        supa_multi_poll(multi, 10);
    held = peer_bytes_sent(peer);
    CU_ASSERT_EQUAL(stream.n, 1000);
    CU_ASSERT(held < BUFFERED_MOST);
    first = rss_kb();
    CU_ASSERT_EQUAL(supa_multi_resume(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    printf(
        "\n    paused at row 1,000: the peer could send %zu KB; then %d rows, %ld KB more",
        held >> 10, stream.n, rss_kb() - first);
    CU_ASSERT_EQUAL(stream.n, ROWS);
    CU_ASSERT_EQUAL(code_of(stream.end), SUPA_OK);
    CU_ASSERT_EQUAL(supa_multi_resume(multi, ticket), -1);
    supa_response_free(stream.end);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_stream_can_be_stopped_and_cancelled(void)
{
    for (int cancels = 0; cancels < 2; cancels++) {
        struct peer *peer = large_peer();
        supa_client *client = ask_client_peer(peer);
        supa_multi *multi = supa_multi_new(NULL, NULL);
        struct stream stream = {.pause_at = cancels ? 7 : 0, .stop_at = cancels ? 0 : 7};
        uint64_t ticket = supa_multi_rows(multi, ask_read(client), on_row, on_end, &stream);

        while (stream.n < 7)
            supa_multi_poll(multi, 10);
        if (cancels)
            CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
        CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
        CU_ASSERT_EQUAL(stream.n, 7);
        CU_ASSERT_EQUAL(code_of(stream.end), SUPA_ERROR_CANCELLED);
        CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, ASK_SOON_MS));
        CU_ASSERT(peer_bytes_sent(peer) < BUFFERED_MOST);
        supa_response_free(stream.end);
        supa_multi_free(multi);
        supa_client_unref(client);
        peer_stop(peer);
    }
}

#define THREE "[{\"id\":1},{\"id\":2},{\"id\":3}"

/* Each breaks off behind three rows. */
static const struct broken {
    const char *how;
    struct peer_script script;
} broken[] = {
    {"shorter than announced",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 900\r\n\r\n" THREE ",{\"id\":4"),
         PEER_CLOSE)},
    {"announced, reset",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Content-Length: 900\r\n\r\n" THREE ","), PEER_STALL(20),
         PEER_RESET)},
    {"chunked, no last chunk",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Transfer-Encoding: chunked\r\n\r\n1c\r\n" THREE "\r\n"),
         PEER_CLOSE)},
    {"chunked, no last chunk, but the list is whole",
     PEER_SCRIPT(
         PEER_READ_REQUEST,
         PEER_SEND(HEAD "Transfer-Encoding: chunked\r\n\r\n1d\r\n" THREE "]\r\n"), PEER_CLOSE)},
    {"chunked, amid a chunk",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Transfer-Encoding: chunked\r\n\r\nff\r\n" THREE ","),
         PEER_CLOSE)},
    {"chunked, reset",
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND(HEAD "Transfer-Encoding: chunked\r\n\r\nff\r\n" THREE ","),
         PEER_STALL(20), PEER_RESET)},
    {"to the end of the connection",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER_HEAD(200), PEER_SEND(THREE ","), PEER_CLOSE)},
    {"rows that are no JSON",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, THREE ",{\"id\":nonsense},{\"id\":5}]"))},
};

static void check_broken_rows(const struct broken *how, unsigned flags)
{
    struct peer *peer = peer_start(&how->script, 1, flags);
    supa_client *client = ask_client_peer(peer);
    supa_rows *rows = supa_rows_open(ask_read(client));
    supa_error error;
    supa_row row;
    int n = 0;

    while (supa_rows_next(rows, &row))
        n++;
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(supa_rows_close(rows, &error), SUPA_ERROR_MALFORMED);
    CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
    printf("\n    %-46s %d rows, %s", how->how, n, supa_code_name(error.code));
    supa_client_unref(client);
    peer_stop(peer);
}

static void check_broken_multi(const struct broken *how, unsigned flags)
{
    struct peer *peer = peer_start(&how->script, 1, flags);
    supa_client *client = ask_client_peer(peer);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    struct stream stream = {0};

    CU_ASSERT(supa_multi_rows(multi, ask_read(client), on_row, on_end, &stream) != 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(stream.n, 3);
    CU_ASSERT_EQUAL(code_of(stream.end), SUPA_ERROR_MALFORMED);
    supa_response_free(stream.end);
    supa_multi_free(multi);
    supa_client_unref(client);
    peer_stop(peer);
}

static void what_breaks_off_is_an_error_behind_its_good_rows(void)
{
    for (size_t i = 0; i < COUNT(broken); i++) {
        for (int tls = 0; tls < 2; tls++) {
            check_broken_rows(&broken[i], tls ? PEER_TLS : PEER_PLAIN);
            check_broken_multi(&broken[i], tls ? PEER_TLS : PEER_PLAIN);
        }
    }
}

#define PAGE(a, b) "[{\"id\":" #a "},{\"id\":" #b "}]"

static struct peer *paging_peer(void)
{
    return PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_ANSWER(200, PAGE(1, 2)), PEER_READ_REQUEST,
                        PEER_ANSWER(200, PAGE(5, 7)), PEER_READ_REQUEST, PEER_ANSWER(200, "[]")));
}

static void check_request(struct peer *peer, size_t i, const char *a, const char *b)
{
    char text[2000];

    CU_ASSERT(peer_request(peer, i, text, sizeof text) != 0);
    text[strcspn(text, "\r\n")] = '\0';
    printf("\n    %s", text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, a));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, b));
}

/* The caller takes longer over each page than a call may take. */
static void the_next_page_comes_while_the_caller_works(void)
{
    static const char *const at[2][3] = {
        {"limit=2", "id=gt.2", "id=gt.7"}, {"limit=2", "offset=2", "offset=4"}};

    for (int by_offset = 0; by_offset < 2; by_offset++) {
        struct peer *peer = paging_peer();
        supa_client_options options = ask_options_peer(peer);
        supa_client *client;
        supa_rows *rows;
        supa_row row;
        int n = 0;

        options.timeout_ms = LIMIT_MS;
        client = ask_client(&options);
        rows = supa_pages(ask_read(client), 2, by_offset ? NULL : "id");
        while (supa_rows_next(rows, &row)) {
            if (n++ % 2 == 0) /* a page's first row: the request of the next is there */
                CU_ASSERT(peer_wait(peer, PEER_REQUESTS, (size_t)n / 2 + 2, ASK_SOON_MS));
            rest(LIMIT_MS);
        }
        CU_ASSERT_EQUAL(n, 4);
        CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
        CU_ASSERT_EQUAL(peer_requests(peer), 3);
        CU_ASSERT_EQUAL(peer_connections(peer), 1);
        for (size_t i = 0; i < 3; i++)
            check_request(peer, i, at[by_offset][i], by_offset ? "limit=2" : "order=id");
        supa_client_unref(client);
        peer_stop(peer);
    }
}

CU_TestInfo stream_tests[] = {
    {"an answer of 35 MB takes constant memory", a_large_answer_takes_constant_memory},
    {"an early close stops the transfer", an_early_close_stops_the_transfer},
    {"a paused stream holds the server up", a_paused_stream_holds_the_server_up},
    {"a stream can be stopped and cancelled", a_stream_can_be_stopped_and_cancelled},
    {"what breaks off is an error behind its good rows",
     what_breaks_off_is_an_error_behind_its_good_rows},
    {"the next page comes while the caller works", the_next_page_comes_while_the_caller_works},
    CU_TEST_INFO_NULL,
};
