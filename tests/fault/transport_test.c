/* SPDX-License-Identifier: MIT */
/* The transport against a peer that misbehaves: what it makes of every answer, how long it takes,
 * where it may connect to, and what leaves it. */
#include "peer.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>
#include <sys/resource.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Built with a sanitizer, all is slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SLACK_MS = 400 };
#else
enum { SLACK_MS = 50 };
#endif
enum { SOON_MS = 5000, LIMIT_MS = 250, TRIES = 3, THREADS = 8, CALLS = 200 };

/* A key that is not the same percent-encoded as it is, and its base64 behind 0, 1 and 2 bytes, as
 * far as it depends on nothing else. */
#define KEY         "sb_secret_Qv+7/k=2.pZ~uX9-mN4"
#define KEY_PERCENT "sb_secret_Qv%2B7%2Fk%3D2.pZ~uX9-mN4"
#define KEY_BASE64  "c2Jfc2VjcmV0X1F2Kzcvaz0yLnBafnVYOS1tTjQ="
#define KEY_BASE64A "eHNiX3NlY3JldF9Rdis3L2s9Mi5wWn51WDktbU40"
#define KEY_BASE64B "eHhzYl9zZWNyZXRfUXYrNy9rPTIucFp+dVg5LW1ONA=="

#define JSON  "Content-Type: application/json\r\n"
#define HTML  "Content-Type: text/html\r\n"
#define EMPTY "Content-Length: 0\r\n\r\n"

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static supa_client_options options_for(const struct peer *peer)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = peer_url(peer);
    options.ca_file = peer_ca_file(peer);
    options.key = KEY;
    options.allow_plain_http = 1;
    options.allow_private = 1;
    options.timeout_ms = SOON_MS;
    options.retries = 0; /* each attempt is looked at */
    return options;
}

static supa_client *make(const supa_client_options *options)
{
    supa_error error = {0};
    supa_client *client = supa_client_new(options, &error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    return client;
}

static supa_client *client_for(const struct peer *peer)
{
    supa_client_options options = options_for(peer);

    return make(&options);
}

static supa_query *a_read(supa_client *client)
{
    return supa_select(supa_from(client, "products"), "id");
}

static supa_query *a_write(supa_client *client)
{
    return supa_insert(supa_from(client, "products"), "{\"name\":\"lamp\"}");
}

static int run(const supa_client_options *options, supa_error *error)
{
    supa_client *client = make(options);
    int code = supa_exec(a_read(client), error);

    supa_client_unref(client);
    return code;
}

/* A call of LIMIT_MS for everything, against a peer that stops somewhere. */
static const struct stall {
    const char *where;
    unsigned flags;
    struct peer_script script;
    int outcome;
} stalls[] = {
    {"in the handshake", PEER_TLS, PEER_SCRIPT(PEER_STALL_FOREVER), SUPA_NOT_SENT},
    {"before the answer", PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL_FOREVER),
     SUPA_UNKNOWN},
    {"before the answer, TLS", PEER_TLS, PEER_SCRIPT(PEER_READ_REQUEST, PEER_STALL_FOREVER),
     SUPA_UNKNOWN},
    {"before it reads", PEER_PLAIN, PEER_SCRIPT(PEER_STALL_FOREVER), SUPA_UNKNOWN},
    {"after an interim answer", PEER_PLAIN,
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 103 Early\r\n\r\n"), PEER_STALL_FOREVER),
     SUPA_UNKNOWN},
    {"amid the headers", PEER_PLAIN,
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\nConte"), PEER_STALL_FOREVER),
     SUPA_ANSWERED},
    {"amid the body", PEER_PLAIN,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n["),
         PEER_STALL_FOREVER),
     SUPA_ANSWERED},
    {"amid the body, TLS", PEER_TLS,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n["),
         PEER_STALL_FOREVER),
     SUPA_ANSWERED},
    {"never, but drips headers", PEER_PLAIN,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\n"),
         PEER_DRIP("Content-Type: application/json\r\nX-Header: of many\r\n", 20)),
     SUPA_ANSWERED},
    {"never, but drips the body", PEER_PLAIN,
     PEER_SCRIPT(
         PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n"),
         PEER_DRIP("[{\"id\":1},{\"id\":2},{\"id\":3},{\"id\":4},{\"id\":5},{\"id\":6}", 20)),
     SUPA_ANSWERED},
};

/* One call on a client of its own; how long it took. */
static long time_call(const struct peer *peer, int writes, int outcome)
{
    supa_client_options options = options_for(peer);
    supa_client *client;
    supa_error error = {0};
    long start, took;
    int code;

    options.timeout_ms = LIMIT_MS;
    client = make(&options);
    start = now_ms();
    code = supa_exec(writes ? a_write(client) : a_read(client), &error);
    took = now_ms() - start;
    supa_client_unref(client);
    CU_ASSERT_EQUAL(code, SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(error.outcome, outcome);
    CU_ASSERT_EQUAL(error.retryable, !writes || outcome == SUPA_NOT_SENT);
    CU_ASSERT(took >= LIMIT_MS - 1);
    return took;
}

/* The machine may be busy: the best of some tries counts. */
static void check_limit(const struct peer *peer, const char *where, int writes, int outcome)
{
    long best = time_call(peer, writes, outcome);

    for (int i = 1; i < TRIES && best > LIMIT_MS + SLACK_MS; i++) {
        long took = time_call(peer, writes, outcome);

        best = took < best ? took : best;
    }
    printf(
        "\n    %-5s that stalls %-26s %ld ms of %d, %s", writes ? "write" : "read", where, best,
        LIMIT_MS, supa_outcome_name((supa_outcome)outcome));
    CU_ASSERT(best <= LIMIT_MS + SLACK_MS);
}

static void one_limit_holds_for_the_whole_call(void)
{
    struct peer *silent = peer_start_silent();

    for (int writes = 0; writes < 2; writes++)
        check_limit(silent, "in connect", writes, SUPA_NOT_SENT);
    peer_stop(silent);
    for (size_t i = 0; i < COUNT(stalls); i++) {
        struct peer *peer = peer_start(&stalls[i].script, 1, stalls[i].flags);

        for (int writes = 0; writes < 2; writes++)
            check_limit(peer, stalls[i].where, writes, stalls[i].outcome);
        peer_stop(peer);
    }
}

static void the_limit_of_connecting_holds_by_itself(void)
{
    struct peer *silent = peer_start_silent();
    supa_client_options options = options_for(silent);
    supa_error error = {0};
    long start = now_ms();

    options.connect_timeout_ms = LIMIT_MS;
    CU_ASSERT_EQUAL(run(&options, &error), SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT(now_ms() - start < SOON_MS / 2);
    peer_stop(silent);
}

static void the_limit_holds_while_a_body_is_sent(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_HEAD, PEER_STALL_FOREVER));
    supa_client_options options = options_for(peer);
    size_t size = 16 << 20;
    char *json = malloc(size);
    supa_client *client;
    supa_query *q;
    supa_error error = {0};
    long start;

    CU_ASSERT_PTR_NOT_NULL_FATAL(json);
    memset(json, ' ', size - 1);
    memcpy(json, "{}", 2);
    json[size - 1] = '\0';
    options.timeout_ms = LIMIT_MS;
    client = make(&options);
    q = supa_insert(supa_from(client, "products"), json);
    start = now_ms();
    CU_ASSERT_EQUAL(supa_exec(q, &error), SUPA_ERROR_TIMEOUT);
    CU_ASSERT(now_ms() - start < SOON_MS / 2);
    CU_ASSERT_EQUAL(error.outcome, SUPA_UNKNOWN);
    CU_ASSERT_EQUAL(error.retryable, 0);
    CU_ASSERT_EQUAL(peer_requests(peer), 1);
    supa_client_unref(client);
    free(json);
    peer_stop(peer);
}

/* Answers of all kinds, with the connection closed behind them, to a read and to an insert that
 * wants nothing back. */
static const struct answer {
    const char *text;
    int read_code, write_code;
    int outcome, status;
} answers[] = {
    /* cut short */
    {"HTTP/1.1 200 OK\r\n" JSON "Content-Length: 100\r\n\r\n[{\"id\":1}]", SUPA_ERROR_MALFORMED,
     SUPA_ERROR_MALFORMED, SUPA_ANSWERED, 200},
    {"HTTP/1.1 200 OK\r\n" JSON "Transfer-Encoding: chunked\r\n\r\na\r\n[{\"id\":1}]\r\n",
     SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, 200},
    {"HTTP/1.1 200 OK\r\n" JSON "Transfer-Encoding: chunked\r\n\r\nff\r\n[{\"id\":1}]",
     SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, 200},
    {"HTTP/1.1 200 OK\r\n" JSON "Transfer-Encoding: chunked\r\n\r\nxyz\r\n[]", SUPA_ERROR_MALFORMED,
     SUPA_ERROR_MALFORMED, SUPA_ANSWERED, 200},
    {"HTTP/1.1 200 OK\r\n" JSON "\r\n[{\"id\":1},{\"id\"", SUPA_ERROR_MALFORMED, SUPA_OK,
     SUPA_ANSWERED, 200},
    {"HTTP/1.1 200 OK\r\n" JSON "Content-Length: 10", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED,
     SUPA_ANSWERED, 200},
    {"HTTP/1.1 204 No Content\r\n", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, 204},
    {"HTTP/1.1 2", SUPA_ERROR_NETWORK, SUPA_ERROR_NETWORK, SUPA_UNKNOWN, 0},
    /* empty, or of another kind */
    {"HTTP/1.1 200 OK\r\n" JSON EMPTY, SUPA_ERROR_MALFORMED, SUPA_OK, SUPA_ANSWERED, 200},
    {"HTTP/1.1 200 OK\r\n" HTML "Content-Length: 21\r\n\r\n<title>Log in</title>",
     SUPA_ERROR_GATEWAY, SUPA_ERROR_GATEWAY, SUPA_ANSWERED, 200},
    {"HTTP/1.1 502 Bad Gateway\r\n" HTML "Content-Length: 20\r\n\r\n<title>nginx</title>",
     SUPA_ERROR_GATEWAY, SUPA_ERROR_GATEWAY, SUPA_ANSWERED, 502},
    {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
     SUPA_ERROR_MALFORMED, SUPA_OK, SUPA_ANSWERED, 200},
    {"HTTP/1.1 200 OK\r\n" JSON "Content-Length: 10\r\n\r\n[{\"id\":1},", SUPA_ERROR_MALFORMED,
     SUPA_OK, SUPA_ANSWERED, 200},
    {"HTTP/1.1 404 Not Found\r\n" EMPTY, SUPA_ERROR_GATEWAY, SUPA_ERROR_GATEWAY, SUPA_ANSWERED,
     404},
    {"HTTP/1.1 500 Oops\r\n" EMPTY, SUPA_ERROR_GATEWAY, SUPA_ERROR_GATEWAY, SUPA_ANSWERED, 500},
    {"HTTP/1.1 503 Scripted\r\n" JSON "Content-Length: 41\r\n\r\n"
     "{\"code\":\"PGRST002\",\"message\":\"no schema\"}",
     SUPA_ERROR_SERVER, SUPA_ERROR_SERVER, SUPA_ANSWERED, 503},
    /* not HTTP, or not the answer to this request */
    {"SSH-2.0-OpenSSH_9.2p1\r\n", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_UNKNOWN, 0},
    {"220 mail.example.test ESMTP\r\n", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_UNKNOWN,
     0},
    {"\x15\x03\x01\x02\x02\x16", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_UNKNOWN, 0},
    {"HTTP/1.1 abc\r\n\r\n", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_UNKNOWN, 0},
    {"HTTP/9.9 200 OK\r\n\r\n", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED, SUPA_UNKNOWN, 0},
    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nwhatever", SUPA_ERROR_MALFORMED,
     SUPA_ERROR_MALFORMED, SUPA_UNKNOWN, 0},
    {"HTTP/1.1 100 Continue\r\n\r\n", SUPA_ERROR_NETWORK, SUPA_ERROR_NETWORK, SUPA_UNKNOWN, 0},
    {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n[]", SUPA_ERROR_MALFORMED, SUPA_ERROR_MALFORMED,
     SUPA_ANSWERED, 200},
};

/* A gateway's word for a failure does not tell what became of a write. */
static int outcome_of(const struct answer *answer, int writes)
{
    const int in_doubt =
        answer->write_code == SUPA_ERROR_GATEWAY && (answer->status < 300 || answer->status >= 500);

    return writes && in_doubt ? SUPA_UNKNOWN : answer->outcome;
}

static void check_answer(const struct answer *answer, int writes)
{
    struct peer_script scripts[] = {
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(answer->text), PEER_CLOSE)};
    struct peer *peer = peer_start(scripts, 1, PEER_PLAIN);
    supa_client *client = client_for(peer);
    supa_response *response = supa_execute(writes ? a_write(client) : a_read(client));
    const supa_error *error = supa_response_error(response);
    int expected = writes ? answer->write_code : answer->read_code;
    int code = error != NULL ? (int)error->code : SUPA_OK;

    if (code != expected || (error != NULL && (int)error->outcome != outcome_of(answer, writes)))
        printf(
            "\n    %s of \"%.40s\": %s, %s: %s", writes ? "write" : "read", answer->text,
            supa_code_name((supa_code)code),
            error ? supa_outcome_name((supa_outcome)error->outcome) : "",
            error ? error->message : "");
    CU_ASSERT_EQUAL(code, expected);
    CU_ASSERT_EQUAL(supa_response_status(response), answer->status);
    if (error != NULL) {
        CU_ASSERT_EQUAL(error->outcome, outcome_of(answer, writes));
        CU_ASSERT_EQUAL(error->http_status, answer->status);
        CU_ASSERT_NOT_EQUAL(error->message[0], '\0');
        CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    }
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    supa_response_free(response);
    supa_client_unref(client);
    peer_stop(peer);
}

static void broken_answers_are_errors_and_never_short_successes(void)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        check_answer(&answers[i], 0);
        check_answer(&answers[i], 1);
    }
}

static void what_follows_a_broken_answer_is_on_a_new_connection(void)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct peer_script scripts[] = {
            PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(answers[i].text), PEER_CLOSE),
            PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\":7}]"), PEER_LOOP)};
        struct peer *peer = peer_start(scripts, 2, PEER_PLAIN);
        supa_client *client = client_for(peer);
        supa_response *response;

        supa_response_free(supa_execute(a_write(client)));
        CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
        response = supa_execute(a_read(client));
        CU_ASSERT_EQUAL(supa_response_row_count(response), 1);
        supa_response_free(response);
        supa_client_unref(client);
        peer_stop(peer);
    }
}

static void an_interim_answer_is_passed_over(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 100 Continue\r\nX-Of: 100\r\n\r\n"),
                        PEER_SEND("HTTP/1.1 103 Early Hints\r\nX-Of: 103\r\nLink: </a>\r\n\r\n"),
                        PEER_ANSWER(200, "[{\"id\":1}]"), PEER_LOOP));
    supa_client *client = client_for(peer);

    for (int i = 0; i < 3; i++) {
        supa_response *response = supa_execute(a_read(client));

        CU_ASSERT_EQUAL(supa_response_status(response), 200);
        CU_ASSERT_EQUAL(supa_response_row_count(response), 1);
        CU_ASSERT_PTR_NULL(supa_response_header(response, "X-Of"));
        CU_ASSERT_PTR_NULL(supa_response_header(response, "Link"));
        CU_ASSERT_PTR_NOT_NULL(supa_response_header(response, "content-type"));
        supa_response_free(response);
    }
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_redirect_is_an_error_and_is_not_followed(void)
{
    static const int statuses[] = {301, 302, 303, 307, 308};
    struct peer *other = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_CLOSE));

    for (size_t i = 0; i < COUNT(statuses); i++) {
        char text[256];
        struct peer *peer;
        supa_client *client;
        supa_error error = {0};

        snprintf(
            text, sizeof text, "HTTP/1.1 %d Elsewhere\r\nLocation: %s/rest/v1/products\r\n" EMPTY,
            statuses[i], peer_url(other));
        peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(text), PEER_LOOP));
        client = client_for(peer);
        CU_ASSERT_EQUAL(supa_exec(a_read(client), &error), SUPA_ERROR_GATEWAY);
        CU_ASSERT_EQUAL(error.http_status, statuses[i]);
        CU_ASSERT_EQUAL(supa_exec(a_write(client), &error), SUPA_ERROR_GATEWAY);
        CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
        CU_ASSERT_EQUAL(peer_requests(peer), 2);
        supa_client_unref(client);
        peer_stop(peer);
    }
    CU_ASSERT_EQUAL(peer_connections(other), 0);
    peer_stop(other);
}

static long peak_kilobytes(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* 300 MB offered, 1 MB allowed. */
static void an_answer_over_the_limit_is_refused_in_bounded_memory(void)
{
    static const char *const heads[] = {
        "HTTP/1.1 200 OK\r\n" JSON "\r\n",
        "HTTP/1.1 200 OK\r\n" JSON "Content-Length: 300000000\r\n\r\n",
        "HTTP/1.1 500 No\r\n" JSON "\r\n"};

    for (size_t i = 0; i < COUNT(heads); i++) {
        struct peer *peer = PEER_START(
            PEER_PLAIN, PEER_SCRIPT(
                            PEER_READ_REQUEST, PEER_SEND(heads[i]),
                            PEER_SEND_REPEATED("{\"id\":1},\n", 30000000)));
        supa_client_options options = options_for(peer);
        long before = peak_kilobytes();
        supa_error error = {0};

        options.max_response = 1 << 20;
        CU_ASSERT_EQUAL(run(&options, &error), SUPA_ERROR_TOO_LARGE);
        CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
        CU_ASSERT_EQUAL(error.retryable, 0);
        CU_ASSERT(peak_kilobytes() - before < 16 * 1024);
        peer_stop(peer);
    }
}

static void an_answer_of_the_limit_is_taken(void)
{
    for (int over = 0; over < 2; over++) {
        struct peer *peer = PEER_START(
            PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\":1}]")));
        supa_client_options options = options_for(peer);

        options.max_response = 10 - over;
        CU_ASSERT_EQUAL(run(&options, NULL), over ? SUPA_ERROR_TOO_LARGE : SUPA_OK);
        peer_stop(peer);
    }
}

/* Many lines, and one line, which libcurl has a limit of its own for. */
static void headers_over_the_limit_are_refused(void)
{
    static const struct {
        const char *part;
        long times;
    } rows[] = {
        {"X-Filler: 0123456789012345678901234567890123456789\r\n", 10000},
        {"0123456789", 40000},
        {"0123456789", 15000}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct peer *peer = PEER_START(
            PEER_PLAIN,
            PEER_SCRIPT(
                PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\n" JSON "X-Begin: "),
                PEER_SEND_REPEATED(rows[i].part, rows[i].times), PEER_SEND("\r\n" EMPTY)));
        supa_client_options options = options_for(peer);
        supa_error error = {0};

        CU_ASSERT_EQUAL(run(&options, &error), SUPA_ERROR_TOO_LARGE);
        CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
        peer_stop(peer);
    }
}

static void headers_below_the_limit_are_taken(void)
{
    struct peer *peer = PEER_START(
        PEER_PLAIN,
        PEER_SCRIPT(
            PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 200 OK\r\n"),
            PEER_SEND_REPEATED("X-Filler: 0123456789012345678901234567890123456789\r\n", 5000),
            PEER_SEND(JSON "Content-Length: 2\r\n\r\n[]")));
    supa_client_options options = options_for(peer);

    CU_ASSERT_EQUAL(run(&options, NULL), SUPA_OK);
    peer_stop(peer);
}

/* Trusts the system's authorities, and another peer's. */
static void a_certificate_that_is_not_trusted_is_refused(void)
{
    struct peer *peer =
        PEER_START(PEER_TLS, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    struct peer *other = PEER_START(PEER_TLS, PEER_SCRIPT(PEER_READ_REQUEST));
    const char *const files[] = {NULL, peer_ca_file(other)};
    supa_client_options missing = options_for(peer);
    supa_client *trusting = client_for(peer);
    supa_error refused;

    missing.ca_file = "/no/such/file.pem";
    CU_ASSERT_PTR_NULL(supa_client_new(&missing, &refused));
    CU_ASSERT_EQUAL(refused.code, SUPA_ERROR_ARGUMENT);

    for (size_t i = 0; i < COUNT(files); i++) {
        supa_client_options options = options_for(peer);
        supa_error error = {0};

        CU_ASSERT_EQUAL(supa_exec(a_read(trusting), NULL), SUPA_OK);
        options.ca_file = files[i];
        CU_ASSERT_EQUAL(run(&options, &error), SUPA_ERROR_TLS);
        CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
        CU_ASSERT_EQUAL(error.retryable, 0);
        CU_ASSERT_EQUAL(peer_requests(peer), i + 1);
    }
    supa_client_unref(trusting);
    peer_stop(peer);
    peer_stop(other);
}

static void plain_http_is_refused_unless_it_is_allowed(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST));
    supa_client_options options = options_for(peer);
    supa_error error = {0};

    options.allow_plain_http = 0;
    CU_ASSERT_PTR_NULL(supa_client_new(&options, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_HOST_REFUSED);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(peer_connections(peer), 0);
    peer_stop(peer);
}

static void check_refused_host(const char *url, const struct peer *peer)
{
    supa_client_options options = options_for(peer);
    supa_error error = {0};

    options.url = url;
    options.allow_private = 0;
    CU_ASSERT_EQUAL(run(&options, &error), SUPA_ERROR_HOST_REFUSED);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(error.retryable, 0);
}

static void a_private_address_is_refused_unless_it_is_allowed(void)
{
    static const char *const hosts[] = {
        "127.0.0.1",       "localhost", "[::1]",      "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "127.1",     "2130706433", "0x7f.1",
        "0.0.0.0",         "[::]"};

    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct peer *peer =
            PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")));
        char url[80];

        snprintf(url, sizeof url, "http://%s:%d", hosts[i], peer_port(peer));
        check_refused_host(url, peer);
        CU_ASSERT_EQUAL(peer_connections(peer), 0);
        peer_stop(peer);
    }
}

/* All clients share connections: one that may not go there must not ride on another's. */
static void a_private_address_is_refused_also_on_an_open_connection(void)
{
    static const unsigned flags[] = {PEER_PLAIN, PEER_TLS};

    for (size_t i = 0; i < COUNT(flags); i++) {
        struct peer *peer =
            PEER_START(flags[i], PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
        supa_client *allowed = client_for(peer);

        CU_ASSERT_EQUAL(supa_exec(a_read(allowed), NULL), SUPA_OK);
        check_refused_host(peer_url(peer), peer);
        CU_ASSERT_EQUAL(peer_requests(peer), 1);
        CU_ASSERT_EQUAL(supa_exec(a_read(allowed), NULL), SUPA_OK);
        supa_client_unref(allowed);
        peer_stop(peer);
    }
}

static void a_host_that_is_not_there_is_not_sent_to(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST));
    char unreachable[64];
    const char *const urls[] = {unreachable, "http://no-such-host.invalid"};

    snprintf(unreachable, sizeof unreachable, "http://127.0.0.1:%d", peer_unused_port());
    for (size_t i = 0; i < COUNT(urls); i++) {
        supa_client_options options = options_for(peer);
        supa_error error = {0};

        options.url = urls[i];
        CU_ASSERT_EQUAL(run(&options, &error), SUPA_ERROR_NETWORK);
        CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
        CU_ASSERT_EQUAL(error.retryable, 1);
    }
    peer_stop(peer);
}

static void the_environment_has_no_say_in_proxies(void)
{
    static const char *const names[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"};
    struct peer *proxy =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")));
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")));
    struct peer *secure =
        PEER_START(PEER_TLS, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")));
    supa_client_options options = options_for(peer), tls = options_for(secure), nowhere = options;

    for (size_t i = 0; i < COUNT(names); i++)
        CU_ASSERT_EQUAL(setenv(names[i], peer_url(proxy), 1), 0);
    nowhere.url = "http://no-such-host.invalid";
    CU_ASSERT_EQUAL(run(&options, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(run(&tls, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(run(&nowhere, NULL), SUPA_ERROR_NETWORK);
    for (size_t i = 0; i < COUNT(names); i++)
        CU_ASSERT_EQUAL(unsetenv(names[i]), 0);
    CU_ASSERT_EQUAL(peer_connections(proxy), 0);
    CU_ASSERT_EQUAL(peer_requests(peer), 1);
    CU_ASSERT_EQUAL(peer_requests(secure), 1);
    peer_stop(secure);
    peer_stop(peer);
    peer_stop(proxy);
}

/* What somebody may write into a text, in the hope that it leaves its place. */
static const char *const hostile[] = {
    "\"",
    "'",
    "a\"b",
    "\\\"",
    "/",
    "../../auth/v1/admin/users",
    "..",
    ".",
    "%2e%2e",
    "%2e%2e%2f",
    "..%2f..%2fauth",
    "a/../../b",
    "?id=eq.1",
    "#top",
    "a?b#c&d=e",
    "&select=secret",
    "a&or=(id.eq.1)",
    "\r\nX-Injected: 1",
    "\nX-Injected: 1",
    "\rX-Injected: 1",
    "%0d%0aX-Injected: 1",
    " HTTP/1.1\r\nX-Injected: 1\r\n\r\n",
    "\x01\x1f\x7f",
    "\t",
    "a\x0b b",
    "http://other.test/",
    "//other.test",
    "@other.test",
    "\xC3\xA9\xE2\x80\xA8",
    "\xFF\xFE",
    ";",
    "a,b",
    "(a)",
    "*",
    "{}",
    "$(id)",
    "+",
    " ",
    ""};

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (const char *end = strstr(text, "\r\n\r\n"); text != NULL && text < end; lines++) {
        text = strstr(text, "\r\n");
        text = text != NULL ? text + 2 : NULL;
    }
    return lines;
}

/* "GET /rest/v1/" and one segment, then the query; as many headers as the harmless one has. */
static void check_raw(struct peer *peer, const char *method, size_t lines)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~%!$'()*+,;=:@";
    char text[16384], prefix[32];
    size_t length = peer_last_request(peer, text, sizeof text);
    const char *segment = text + snprintf(prefix, sizeof prefix, "%s /rest/v1/", method);
    size_t segment_length = 0, query_length = 0;

    CU_ASSERT(length > 0 && length < sizeof text);
    CU_ASSERT_EQUAL(strncmp(text, prefix, strlen(prefix)), 0);
    CU_ASSERT_EQUAL(count_lines(text), lines);
    CU_ASSERT_PTR_NULL(strstr(text, "\nX-Injected"));
    CU_ASSERT_PTR_NULL(strstr(text, "\rX-Injected"));
    segment_length = strspn(segment, plain);
    CU_ASSERT_NOT_EQUAL(segment_length, 0);
    CU_ASSERT(segment_length > 2 || strspn(segment, ".") != segment_length);
    if (segment[segment_length] == '?')
        query_length = strcspn(segment + segment_length, " \t\r\n#");
    CU_ASSERT_EQUAL(strncmp(segment + segment_length + query_length, " HTTP/1.1\r\n", 11), 0);
    for (const char *c = segment; c < segment + segment_length + query_length; c++)
        CU_ASSERT(*c > ' ' && *c != 0x7F);
}

static supa_query *in_relation(supa_client *client, const char *text)
{
    return supa_select(supa_from(client, text), "id");
}

static supa_query *in_value(supa_client *client, const char *text)
{
    return supa_eq(a_read(client), "name", supa_text(text));
}

static supa_query *in_column(supa_client *client, const char *text)
{
    return supa_eq(a_read(client), text, supa_int(1));
}

static supa_query *in_list(supa_client *client, const char *text)
{
    const char *texts[] = {text, "b"};

    return supa_in(a_read(client), "name", supa_texts(texts, 2));
}

static supa_query *in_order(supa_client *client, const char *text)
{
    return supa_order(a_read(client), text, SUPA_DESC);
}

static supa_query *in_select(supa_client *client, const char *text)
{
    return supa_select(supa_from(client, "products"), text);
}

static supa_query *in_delete(supa_client *client, const char *text)
{
    return supa_eq(supa_delete(supa_from(client, "products")), "name", supa_text(text));
}

static void check_hostile(struct peer *peer, supa_query *q, const char *method, size_t *sent)
{
    static size_t lines_of_read, lines_of_write;
    size_t *lines = strcmp(method, "GET") == 0 ? &lines_of_read : &lines_of_write;
    supa_error error = {0};

    if (supa_exec(q, &error) != SUPA_OK) {
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
        CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
        CU_ASSERT_EQUAL(peer_requests(peer), *sent);
        return;
    }
    CU_ASSERT_EQUAL(peer_requests(peer), ++*sent);
    if (*lines == 0) { /* the first is harmless */
        char text[16384];

        peer_last_request(peer, text, sizeof text);
        *lines = count_lines(text);
    }
    check_raw(peer, method, *lines);
}

static void no_text_leaves_its_place_in_the_request(void)
{
    static supa_query *(*const places[])(supa_client *, const char *) = {
        in_relation, in_value, in_column, in_list, in_order, in_select, in_delete};
    struct peer *peer =
        PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client *client = client_for(peer);
    size_t sent = 0;

    for (size_t p = 0; p < COUNT(places); p++) {
        const char *method = places[p] == in_delete ? "DELETE" : "GET";

        check_hostile(peer, places[p](client, "harmless"), method, &sent);
        for (size_t i = 0; i < COUNT(hostile); i++)
            check_hostile(peer, places[p](client, hostile[i]), method, &sent);
    }
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    printf("\n    %zu of %zu sent, the others refused", sent, COUNT(places) * (COUNT(hostile) + 1));
    supa_client_unref(client);
    peer_stop(peer);
}

static void relations_that_could_leave_the_path_are_refused(void)
{
    static const char *const names[] = {"..", ".",    "a/b",    "../x", "/",
                                        "",   "a\nb", "a\r\nb", "\x7f", "\xFF"};
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST));
    supa_client *client = client_for(peer);

    for (size_t i = 0; i < COUNT(names); i++)
        CU_ASSERT_EQUAL(supa_exec(in_relation(client, names[i]), NULL), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(peer_connections(peer), 0);
    supa_client_unref(client);
    peer_stop(peer);
}

static void options_cannot_add_a_header_or_leave_the_url(void)
{
    static const char *const injected[] = {"X-A: 1\r\nX-Injected: 1", NULL};
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST));
    supa_client_options base = options_for(peer);
    supa_client_options rows[] = {base, base, base, base, base, base, base};

    rows[0].key = "key\r\nX-Injected: 1";
    rows[1].token = "token\nX-Injected: 1";
    rows[2].schema = "public\r\nX-Injected: 1";
    rows[3].headers = injected;
    rows[4].rest_path = "/rest/v1\r\nX-Injected: 1";
    rows[5].rest_path = "/rest/../../auth";
    rows[6].url = "http://127.0.0.1 HTTP/1.1\r\nX-Injected: 1";
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error = {0};

        CU_ASSERT_PTR_NULL(supa_client_new(&rows[i], &error));
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    }
    peer_stop(peer);
}

/* Everything that the hooks tell, one after the other. */
struct told {
    char text[1 << 18];
    size_t length, lines, attempts;
};

static void tell_line(void *user, const char *line, size_t length)
{
    struct told *told = user;
    size_t left = sizeof told->text - told->length;

    told->lines++;
    told->length += (size_t)snprintf(told->text + told->length, left, "%.*s\n", (int)length, line);
    CU_ASSERT_FATAL(told->length < sizeof told->text);
}

static void tell_attempt(void *user, const supa_attempt *a)
{
    struct told *told = user;
    char line[8192];
    int length = snprintf(
        line, sizeof line, "%zu %s %s %s %s %d %d %d %d %d %d %lld %lld %lld %lld %lld %lld %lld",
        a->size, a->store_id, a->method, a->relation, supa_attempt_url(a), a->side, a->status,
        a->code, a->outcome, a->attempt, a->reused, (long long)a->bytes_sent,
        (long long)a->bytes_received, (long long)a->name_us, (long long)a->connect_us,
        (long long)a->tls_us, (long long)a->first_byte_us, (long long)a->total_us);

    told->attempts++;
    tell_line(told, line, (size_t)length);
}

static void tell_error(struct told *told, const supa_error *error)
{
    const char *const texts[] = {error->message,     error->details,  error->hint,
                                 error->server_code, error->store_id, error->relation};

    for (size_t i = 0; i < COUNT(texts); i++)
        tell_line(told, texts[i], strlen(texts[i]));
}

static void check_hidden(const struct told *told)
{
    static const char *const forms[] = {
        KEY, KEY_PERCENT, "Qv+7/k", "Qv%2B7", "Qv\\u002b7",
        /* base64, without what depends on the neighbours */
        "c2Jfc2VjcmV0X1F2KzcvaeA", "c2Jfc2VjcmV0X1F2", "NiX3NlY3JldF9Rdis3", "zYl9zZWNyZXRfUXYr"};

    for (size_t i = 0; i < COUNT(forms); i++) {
        const char *found = strstr(told->text, forms[i]);

        if (found != NULL)
            printf("\n    found: %.80s", found);
        CU_ASSERT_PTR_NULL(found);
    }
}

#define ECHOES                                                                                     \
    KEY " " KEY_PERCENT " " KEY_BASE64 " " KEY_BASE64A " " KEY_BASE64B                             \
        " sb_secret_Qv\\u002b7/k=2.pZ~uX9-mN4"
#define ECHO_HEADERS                                                                               \
    "X-Echo: " ECHOES "\r\nWWW-Authenticate: Bearer error=\"" ECHOES "\"\r\n"                      \
    "Set-Cookie: s=a-session; k=" KEY "\r\n"                                                       \
    "Content-Location: /products?apikey=" KEY "&name=eq.a-private-name\r\n"
#define ECHO_JSON                                                                                  \
    "{\"code\":\"PGRST301\",\"message\":\"m " ECHOES "\",\"details\":\"d " ECHOES                  \
    "\",\"hint\":\"h " ECHOES "\"}"

static const char *const echoes[] = {
    "HTTP/1.1 401 " KEY "\r\n" ECHO_HEADERS JSON "\r\n" ECHO_JSON,
    "HTTP/1.1 502 Bad " KEY "\r\n" ECHO_HEADERS HTML "\r\n<title>" ECHOES "</title>",
    "HTTP/1.1 500 Oops\r\n" ECHO_HEADERS "Content-Type: text/plain\r\n\r\n" ECHOES,
    "HTTP/1.1 500 Oops\r\n" ECHO_HEADERS JSON "\r\n\"" ECHOES "\"",
    "HTTP/1.1 200 OK\r\n" ECHO_HEADERS JSON "\r\n[\"" ECHOES "\"",
    "HTTP/1.1 200 OK\r\n" ECHO_HEADERS JSON "Content-Length: 5000\r\n\r\n" ECHOES,
    "HTTP/1.1 302 Found\r\nLocation: http://h.test/?k=" KEY "\r\n" ECHO_HEADERS EMPTY,
    "X-" KEY " is not HTTP\r\n",
    ECHOES,
};

static void check_echo(const char *text, unsigned flags, struct told *told)
{
    struct peer_script scripts[] = {PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(text), PEER_CLOSE)};
    struct peer *peer = peer_start(scripts, 1, flags);
    supa_client_options options = options_for(peer);
    supa_client *client;
    supa_error error = {0};

    options.log = tell_line;
    options.on_attempt = tell_attempt;
    options.user = told;
    client = make(&options);
    told->length = told->lines = told->attempts = 0;
    for (int writes = 0; writes < 2; writes++) {
        supa_query *q = writes ? supa_insert(supa_from(client, "products"), "{\"k\":\"a-body\"}")
                               : supa_eq(a_read(client), "name", supa_text("a-private-name"));

        if (supa_exec(q, &error) != SUPA_OK)
            tell_error(told, &error);
    }
    CU_ASSERT_EQUAL(told->attempts, 2);
    CU_ASSERT(told->lines > 10);
    CU_ASSERT_PTR_NOT_NULL(strstr(told->text, "GET /rest/v1/products?select=id&name="));
    CU_ASSERT_PTR_NULL(strstr(told->text, "a-private-name"));
    CU_ASSERT_PTR_NULL(strstr(told->text, "a-body"));
    CU_ASSERT_PTR_NULL(strstr(told->text, "a-session"));
    check_hidden(told);
    supa_client_unref(client);
    peer_stop(peer);
}

static void no_key_shows_in_errors_log_and_attempts_also_when_the_server_echoes_it(void)
{
    struct told *told = calloc(1, sizeof *told);

    CU_ASSERT_PTR_NOT_NULL_FATAL(told);
    for (size_t i = 0; i < COUNT(echoes); i++) {
        check_echo(echoes[i], PEER_PLAIN, told);
        check_echo(echoes[i], PEER_TLS, told);
    }
    free(told);
}

/* As many different blocks of eight bytes as fit. */
static void fill(char *text, size_t size, char mark)
{
    for (size_t at = 0; at + 9 <= size; at += 8)
        snprintf(text + at, 9, "~%c%05zu.", mark, at / 8 % 10000);
}

/* A secret of the options' own headers, and keys so long that libcurl sends, and tells, the head in
 * pieces. */
static void no_secret_of_other_headers_and_no_piece_of_a_long_key_shows_in_the_log(void)
{
    static const char *const headers[] = {"X-Gateway-Secret: hush-hush-hush", NULL};
    struct peer *peer =
        PEER_START(PEER_TLS, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client_options options = options_for(peer);
    struct told *told = calloc(1, sizeof *told);
    char key[8193], token[8193];
    supa_client *client;

    CU_ASSERT_PTR_NOT_NULL_FATAL(told);
    fill(key, sizeof key, 'K');
    fill(token, sizeof token, 'T');
    options.key = key;
    options.token = token;
    options.headers = headers;
    options.log = tell_line;
    options.user = told;
    client = make(&options);
    CU_ASSERT_EQUAL(supa_exec(a_read(client), NULL), SUPA_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(told->text, "GET /rest/v1/products?select=id HTTP/1.1"));
    CU_ASSERT_PTR_NULL(strstr(told->text, "hush-hush-hush"));
    CU_ASSERT_PTR_NULL(strstr(told->text, "~K0"));
    CU_ASSERT_PTR_NULL(strstr(told->text, "~T0"));
    supa_client_unref(client);
    free(told);
    peer_stop(peer);
}

struct crowd {
    supa_client *clients[THREADS];
    size_t count;
    atomic_size_t wrong;
};

/* In turn on all clients; the rows tell whose server answered. */
static void *call_many(void *user)
{
    struct crowd *crowd = user;

    for (size_t i = 0; i < CALLS; i++) {
        size_t n = i % crowd->count;
        supa_response *response = supa_execute(a_read(crowd->clients[n]));
        int64_t id = -1;

        supa_row_int64(supa_response_first(response), "id", &id);
        if (supa_response_row_count(response) != 1 || id != (int64_t)n)
            atomic_fetch_add(&crowd->wrong, 1);
        supa_response_free(response);
    }
    return NULL;
}

static void run_crowd(struct crowd *crowd)
{
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, call_many, crowd), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(atomic_load(&crowd->wrong), 0);
}

static void check_one_client(unsigned flags)
{
    struct peer *peer = PEER_START(
        flags, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\":0}]"), PEER_LOOP));
    struct crowd crowd = {{client_for(peer)}, 1, 0};

    run_crowd(&crowd);
    CU_ASSERT_EQUAL(peer_delivered(peer, "GET"), THREADS * CALLS);
    CU_ASSERT(peer_connections(peer) <= THREADS);
    printf(
        "\n    %d threads, %d calls each, %zu arrived on %zu connections", THREADS, CALLS,
        peer_delivered(peer, "GET"), peer_connections(peer));
    supa_client_unref(crowd.clients[0]);
    peer_stop(peer);
}

static void many_threads_share_one_client(void)
{
    check_one_client(PEER_PLAIN);
    check_one_client(PEER_TLS);
}

static void many_threads_and_servers_never_get_each_others_rows(void)
{
    struct peer *peers[THREADS];
    struct crowd crowd = {{NULL}, THREADS, 0};
    char bodies[THREADS][16];
    size_t arrived = 0;

    for (size_t i = 0; i < THREADS; i++) {
        snprintf(bodies[i], sizeof bodies[i], "[{\"id\":%zu}]", i);
        peers[i] = PEER_START(
            i % 2 == 0 ? PEER_PLAIN : PEER_TLS,
            PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, bodies[i]), PEER_LOOP));
        crowd.clients[i] = client_for(peers[i]);
    }
    run_crowd(&crowd);
    for (size_t i = 0; i < THREADS; i++) {
        arrived += peer_delivered(peers[i], "GET");
        supa_client_unref(crowd.clients[i]);
        peer_stop(peers[i]);
    }
    CU_ASSERT_EQUAL(arrived, THREADS * CALLS);
}

CU_TestInfo transport_tests[] = {
    {"one limit holds for the whole call", one_limit_holds_for_the_whole_call},
    {"the limit of connecting holds by itself", the_limit_of_connecting_holds_by_itself},
    {"the limit holds while a body is sent", the_limit_holds_while_a_body_is_sent},
    {"broken answers are errors and never short successes",
     broken_answers_are_errors_and_never_short_successes},
    {"what follows a broken answer is on a new connection",
     what_follows_a_broken_answer_is_on_a_new_connection},
    {"an interim answer is passed over", an_interim_answer_is_passed_over},
    {"a redirect is an error and is not followed", a_redirect_is_an_error_and_is_not_followed},
    {"an answer over the limit is refused in bounded memory",
     an_answer_over_the_limit_is_refused_in_bounded_memory},
    {"an answer of the limit is taken", an_answer_of_the_limit_is_taken},
    {"headers over the limit are refused", headers_over_the_limit_are_refused},
    {"headers below the limit are taken", headers_below_the_limit_are_taken},
    {"a certificate that is not trusted is refused", a_certificate_that_is_not_trusted_is_refused},
    {"plain http is refused unless it is allowed", plain_http_is_refused_unless_it_is_allowed},
    {"a private address is refused unless it is allowed",
     a_private_address_is_refused_unless_it_is_allowed},
    {"a private address is refused also on an open connection",
     a_private_address_is_refused_also_on_an_open_connection},
    {"a host that is not there is not sent to", a_host_that_is_not_there_is_not_sent_to},
    {"the environment has no say in proxies", the_environment_has_no_say_in_proxies},
    {"no text leaves its place in the request", no_text_leaves_its_place_in_the_request},
    {"relations that could leave the path are refused",
     relations_that_could_leave_the_path_are_refused},
    {"options cannot add a header or leave the URL", options_cannot_add_a_header_or_leave_the_url},
    {"no key shows in errors, log and attempts, also when the server echoes it",
     no_key_shows_in_errors_log_and_attempts_also_when_the_server_echoes_it},
    {"no secret of other headers and no piece of a long key shows in the log",
     no_secret_of_other_headers_and_no_piece_of_a_long_key_shows_in_the_log},
    {"many threads share one client", many_threads_share_one_client},
    {"many threads and servers never get each other's rows",
     many_threads_and_servers_never_get_each_others_rows},
    CU_TEST_INFO_NULL,
};
