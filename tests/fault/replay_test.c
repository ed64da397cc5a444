/* SPDX-License-Identifier: MIT */
/* No request is ever replayed: what arrived at the peer, beside what the caller is told. libcurl
 * alone sends a write again whose reused connection died (peer_test.c shows it). */
#include "peer.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>

enum { SOON_MS = 5000, IN_A_ROW = 50, LARGE_BODY = 8 * 1024 * 1024 };

/* One answered request, then what follows on the connection. */
#define WARM PEER_READ_REQUEST, PEER_ANSWER(200, "[]")
#define KEEP PEER_READ_REQUEST, PEER_ANSWER(201, ""), PEER_LOOP
#define HALF_ANS                                                                                   \
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n[{"

static const struct kind {
    const char *name, *method;
    unsigned flags;
} kinds[] = {
    {"plain insert", "POST", PEER_PLAIN},
    {"plain delete", "DELETE", PEER_PLAIN},
    {"TLS insert", "POST", PEER_TLS},
    {"TLS delete", "DELETE", PEER_TLS},
};

static supa_client *client_for(const char *url, const char *ca_file)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_client *client;

    options.url = url;
    options.key = "a-key-for-tests";
    options.ca_file = ca_file;
    options.allow_plain_http = 1;
    options.allow_private = 1;
    options.timeout_ms = SOON_MS;
    options.retries = 0;
    client = supa_client_new(&options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    return client;
}

static int is_insert(const struct kind *kind)
{
    return strcmp(kind->method, "POST") == 0;
}

static supa_query *write_query(supa_client *client, const struct kind *kind, const char *json)
{
    supa_query *q = supa_from(client, "products");

    if (is_insert(kind))
        return supa_insert(q, json != NULL ? json : "{\"name\":\"lamp\"}");
    supa_delete(q);
    return supa_eq(q, "id", supa_int(7));
}

static int write_once(supa_client *client, const struct kind *kind, supa_error *error)
{
    return supa_exec(write_query(client, kind, NULL), error);
}

static int read_once(supa_client *client, supa_error *error)
{
    supa_query *q = supa_from(client, "products");

    supa_select(q, "id");
    return supa_exec(q, error);
}

static void print_case(
    const struct kind *kind, const char *what, struct peer *peer, int code, const supa_error *error)
{
    size_t sent = peer != NULL ? peer_arrived(peer, kind->method) : 0;
    size_t whole = peer != NULL ? peer_delivered(peer, kind->method) : 0;

    printf(
        "\n    %-13s %-52s arrived %zu, whole %zu: %s, %s", kind->name, what, sent, whole,
        supa_code_name((supa_code)code),
        supa_outcome_name(code == SUPA_OK ? SUPA_ANSWERED : (supa_outcome)error->outcome));
}

/* How a connection dies under a write. The first script's connection is the one that the write
 * meets; every further one answers well, so that a replay would succeed. */
static const struct fault {
    const char *what;
    struct peer_script script;
    int reused; /* a read has gone before on the connection */
    int body;   /* of an insert only: it reads a part of the body */
    int code, outcome;
} faults[] = {
    {"reused, closed after the request", PEER_SCRIPT(WARM, PEER_READ_REQUEST, PEER_CLOSE), 1, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"reused, reset after the request", PEER_SCRIPT(WARM, PEER_READ_REQUEST, PEER_RESET), 1, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"reused, half-closed after the request",
     PEER_SCRIPT(WARM, PEER_READ_REQUEST, PEER_HALF_CLOSE, PEER_READ_REQUEST), 1, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"reused, closed after the head", PEER_SCRIPT(WARM, PEER_READ_HEAD, PEER_CLOSE), 1, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"reused, closed amid the body",
     PEER_SCRIPT(WARM, PEER_READ_HEAD, PEER_READ_BYTES(3), PEER_CLOSE), 1, 1, SUPA_ERROR_NETWORK,
     SUPA_UNKNOWN},
    {"reused, closed amid the answer's status line",
     PEER_SCRIPT(WARM, PEER_READ_REQUEST, PEER_SEND("HTTP/1"), PEER_CLOSE), 1, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"reused, closed amid the answer",
     PEER_SCRIPT(WARM, PEER_READ_REQUEST, PEER_SEND(HALF_ANS), PEER_CLOSE), 1, 0,
     SUPA_ERROR_MALFORMED, SUPA_ANSWERED},
    {"fresh, closed after the head", PEER_SCRIPT(PEER_READ_HEAD, PEER_CLOSE), 0, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"fresh, closed amid the body", PEER_SCRIPT(PEER_READ_HEAD, PEER_READ_BYTES(3), PEER_CLOSE), 0,
     1, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"fresh, closed after the request", PEER_SCRIPT(PEER_READ_REQUEST, PEER_CLOSE), 0, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"fresh, reset after the request", PEER_SCRIPT(PEER_READ_REQUEST, PEER_RESET), 0, 0,
     SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {"fresh, closed amid the answer's headers",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND("HTTP/1.1 201 Created\r\nLoca"), PEER_CLOSE), 0, 0,
     SUPA_ERROR_MALFORMED, SUPA_ANSWERED},
    {"fresh, closed amid the answer",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(HALF_ANS), PEER_CLOSE), 0, 0, SUPA_ERROR_MALFORMED,
     SUPA_ANSWERED},
    {"fresh, reset amid the answer",
     PEER_SCRIPT(PEER_READ_REQUEST, PEER_SEND(HALF_ANS), PEER_RESET), 0, 0, SUPA_ERROR_MALFORMED,
     SUPA_ANSWERED},
};

static struct peer *start_fault(const struct fault *fault, unsigned flags)
{
    struct peer_script scripts[] = {{fault->script.steps}, PEER_SCRIPT(KEEP)};
    struct peer *peer = peer_start(scripts, 2, flags);

    CU_ASSERT_PTR_NOT_NULL_FATAL(peer);
    return peer;
}

static void check_fault(const struct fault *fault, const struct kind *kind)
{
    struct peer *peer = start_fault(fault, kind->flags);
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    supa_error error = {0};
    int code;

    if (fault->reused)
        CU_ASSERT_EQUAL(read_once(client, NULL), SUPA_OK);
    code = write_once(client, kind, &error);
    supa_client_unref(client); /* which ends its connections: the peer has seen all there is */
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, peer_connections(peer), SOON_MS));
    print_case(kind, fault->what, peer, code, &error);
    CU_ASSERT_EQUAL(peer_arrived(peer, kind->method), 1);
    CU_ASSERT_EQUAL(code, fault->code);
    CU_ASSERT_EQUAL(error.code, fault->code);
    CU_ASSERT_EQUAL(error.outcome, fault->outcome);
    CU_ASSERT_EQUAL(error.retryable, 0);
    CU_ASSERT_STRING_EQUAL(error.relation, "products");
    peer_stop(peer);
}

static void check_faults(int reused, int outcome)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (faults[i].reused != reused || faults[i].outcome != outcome)
            continue;
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            if (!faults[i].body || is_insert(&kinds[k]))
                check_fault(&faults[i], &kinds[k]);
        }
    }
}

static void a_write_whose_reused_connection_dies_arrives_once_and_is_unknown(void)
{
    check_faults(1, SUPA_UNKNOWN);
}

static void a_write_whose_new_connection_dies_arrives_once_and_is_unknown(void)
{
    check_faults(0, SUPA_UNKNOWN);
}

static void a_write_that_got_a_status_line_is_answered(void)
{
    check_faults(1, SUPA_ANSWERED);
    check_faults(0, SUPA_ANSWERED);
}

/* So large that libcurl is still sending it when the connection ends. */
static char *large_insert(void)
{
    static const char begin[] = "{\"name\":\"", end[] = "\"}";
    char *json = malloc(LARGE_BODY);

    CU_ASSERT_PTR_NOT_NULL_FATAL(json);
    memset(json, 'x', LARGE_BODY);
    memcpy(json, begin, sizeof begin - 1);
    memcpy(json + LARGE_BODY - sizeof end, end, sizeof end);
    return json;
}

static const struct fault large_faults[] = {
    {.what = "reused, reset while it sends",
     .script = PEER_SCRIPT(WARM, PEER_READ_HEAD, PEER_RESET),
     .reused = 1},
    {.what = "fresh, reset while it sends", .script = PEER_SCRIPT(PEER_READ_HEAD, PEER_RESET)},
};

static void check_large(const struct kind *kind, const struct fault *fault)
{
    struct peer *peer = start_fault(fault, kind->flags);
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    char *json = large_insert();
    supa_error error = {0};
    int code;

    if (fault->reused)
        CU_ASSERT_EQUAL(read_once(client, NULL), SUPA_OK);
    code = supa_exec(write_query(client, kind, json), &error);
    supa_client_unref(client);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, peer_connections(peer), SOON_MS));
    print_case(kind, fault->what, peer, code, &error);
    CU_ASSERT_EQUAL(peer_arrived(peer, "POST"), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), 0);
    CU_ASSERT_EQUAL(code, SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(error.outcome, SUPA_UNKNOWN);
    CU_ASSERT_EQUAL(error.retryable, 0);
    free(json);
    peer_stop(peer);
}

static void a_write_that_breaks_off_while_it_is_sent_is_unknown(void)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (!is_insert(&kinds[k]))
            continue;
        check_large(&kinds[k], &large_faults[0]);
        check_large(&kinds[k], &large_faults[1]);
    }
}

static void check_idle(const struct kind *kind)
{
    struct peer *peer =
        PEER_START(kind->flags, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, ""), PEER_CLOSE));
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    supa_error error = {0};
    int failed = 0;

    for (size_t i = 0; i < IN_A_ROW; i++) {
        failed += write_once(client, kind, &error) != SUPA_OK;
        CU_ASSERT(peer_wait(peer, PEER_CLOSED, i + 1, SOON_MS));
    }
    print_case(
        kind, "50 on connections that were closed while idle", peer, (int)error.code, &error);
    CU_ASSERT_EQUAL(failed, 0);
    CU_ASSERT_EQUAL(peer_arrived(peer, kind->method), IN_A_ROW);
    CU_ASSERT_EQUAL(peer_delivered(peer, kind->method), IN_A_ROW);
    CU_ASSERT_EQUAL(peer_connections(peer), IN_A_ROW);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_connection_that_was_closed_while_idle_is_not_written_to(void)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        check_idle(&kinds[k]);
}

static void check_healthy(const struct kind *kind)
{
    struct peer *peer = PEER_START(kind->flags, PEER_SCRIPT(KEEP));
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    supa_error error = {0};
    int failed = 0;

    for (size_t i = 0; i < IN_A_ROW; i++)
        failed += write_once(client, kind, &error) != SUPA_OK;
    print_case(kind, "50 on one connection", peer, (int)error.code, &error);
    CU_ASSERT_EQUAL(failed, 0);
    CU_ASSERT_EQUAL(peer_delivered(peer, kind->method), IN_A_ROW);
    CU_ASSERT_EQUAL(peer_connections(peer), 1);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_connection_that_lives_is_written_to_again(void)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        check_healthy(&kinds[k]);
}

/* An answer that nobody asked for, on an idle connection, is not the next request's. */
static void check_unasked(const struct kind *kind)
{
    struct peer *peer = PEER_START(
        kind->flags,
        PEER_SCRIPT(
            WARM, PEER_SEND("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"),
            PEER_HALF_CLOSE, PEER_WAIT_GO, PEER_STALL_FOREVER),
        PEER_SCRIPT(KEEP));
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    supa_error error = {0};
    int code;

    CU_ASSERT_EQUAL(read_once(client, NULL), SUPA_OK);
    CU_ASSERT(peer_wait(peer, PEER_PAUSES, 1, SOON_MS));
    code = write_once(client, kind, &error);
    print_case(kind, "on a connection with an answer nobody asked for", peer, code, &error);
    CU_ASSERT_EQUAL(code, SUPA_OK);
    CU_ASSERT_EQUAL(peer_arrived(peer, kind->method), 1);
    CU_ASSERT_EQUAL(peer_delivered(peer, kind->method), 1);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_write_does_not_take_an_answer_nobody_asked_for(void)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        check_unasked(&kinds[k]);
}

static void check_refused(const struct kind *kind)
{
    char url[64];
    supa_client *client;
    supa_error error = {0};
    int code;

    snprintf(
        url, sizeof url, "%s://127.0.0.1:%d", kind->flags == PEER_TLS ? "https" : "http",
        peer_unused_port());
    client = client_for(url, NULL);
    code = write_once(client, kind, &error);
    print_case(kind, "refused", NULL, code, &error);
    CU_ASSERT_EQUAL(code, SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(error.retryable, 1);
    supa_client_unref(client);
}

static void a_write_to_nobody_is_not_sent(void)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        check_refused(&kinds[k]);
}

static void a_write_whose_handshake_fails_is_not_sent(void)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct peer *peer = PEER_START(PEER_TLS, PEER_SCRIPT(PEER_REFUSE));
        supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
        supa_error error = {0};
        int code = write_once(client, &kinds[k], &error);

        print_case(&kinds[k], "closed in the handshake", peer, code, &error);
        CU_ASSERT_EQUAL(code, SUPA_ERROR_TLS);
        CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
        CU_ASSERT_EQUAL(peer_connections(peer), 1);
        supa_client_unref(client);
        peer_stop(peer);
    }
}

static const struct kind reads[] = {
    {"plain read", "GET", PEER_PLAIN}, {"TLS read", "GET", PEER_TLS}};

static void check_read(const struct kind *kind)
{
    struct peer *peer = PEER_START(
        kind->flags, PEER_SCRIPT(WARM, PEER_READ_REQUEST, PEER_CLOSE),
        PEER_SCRIPT(WARM, PEER_LOOP));
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    supa_error error = {0};
    int code;

    CU_ASSERT_EQUAL(read_once(client, NULL), SUPA_OK);
    code = read_once(client, &error);
    print_case(kind, "reused, closed after the request; one before", peer, code, &error);
    CU_ASSERT_EQUAL(code, SUPA_OK);
    CU_ASSERT_EQUAL(peer_arrived(peer, "GET"), 3);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_read_whose_reused_connection_dies_is_asked_again(void)
{
    for (size_t k = 0; k < sizeof reads / sizeof reads[0]; k++)
        check_read(&reads[k]);
}

static void check_read_once_more(const struct kind *kind)
{
    struct peer *peer = PEER_START(
        kind->flags, PEER_SCRIPT(WARM, PEER_READ_REQUEST, PEER_CLOSE),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_CLOSE));
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    supa_error error = {0};
    int code;

    CU_ASSERT_EQUAL(read_once(client, NULL), SUPA_OK);
    code = read_once(client, &error);
    print_case(kind, "all closed after the request; one before", peer, code, &error);
    CU_ASSERT_EQUAL(code, SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(error.outcome, SUPA_UNKNOWN);
    CU_ASSERT_EQUAL(error.retryable, 1);
    CU_ASSERT_EQUAL(peer_arrived(peer, "GET"), 3);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_read_is_asked_again_only_once(void)
{
    for (size_t k = 0; k < sizeof reads / sizeof reads[0]; k++)
        check_read_once_more(&reads[k]);
}

/* What a server or its gateway sends before it closes an idle connection would otherwise be taken
 * for the next request's answer: with rows in it, they would be another's. */
static void check_unasked_rows(const struct kind *kind)
{
    struct peer *peer = PEER_START(
        kind->flags,
        PEER_SCRIPT(WARM, PEER_ANSWER(200, "[{\"id\":666}]"), PEER_WAIT_GO, PEER_STALL_FOREVER),
        PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client *client = client_for(peer_url(peer), peer_ca_file(peer));
    supa_response *response;

    CU_ASSERT_EQUAL(read_once(client, NULL), SUPA_OK);
    CU_ASSERT(peer_wait(peer, PEER_PAUSES, 1, SOON_MS));
    response = supa_execute(supa_select(supa_from(client, "products"), "id"));
    CU_ASSERT(supa_response_ok(response));
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    printf(
        "\n    %-13s %-52s rows %zu", kind->name, "on a connection with rows nobody asked for",
        supa_response_row_count(response));
    supa_response_free(response);
    supa_client_unref(client);
    peer_stop(peer);
}

static void a_read_does_not_take_rows_nobody_asked_for(void)
{
    for (size_t k = 0; k < sizeof reads / sizeof reads[0]; k++)
        check_unasked_rows(&reads[k]);
}

CU_TestInfo replay_tests[] = {
    {"a write whose reused connection dies arrives once and is unknown",
     a_write_whose_reused_connection_dies_arrives_once_and_is_unknown},
    {"a write whose new connection dies arrives once and is unknown",
     a_write_whose_new_connection_dies_arrives_once_and_is_unknown},
    {"a write that breaks off while it is sent is unknown",
     a_write_that_breaks_off_while_it_is_sent_is_unknown},
    {"a write that got a status line is answered", a_write_that_got_a_status_line_is_answered},
    {"a connection that was closed while idle is not written to",
     a_connection_that_was_closed_while_idle_is_not_written_to},
    {"a connection that lives is written to again", a_connection_that_lives_is_written_to_again},
    {"a write does not take an answer nobody asked for",
     a_write_does_not_take_an_answer_nobody_asked_for},
    {"a write to nobody is not sent", a_write_to_nobody_is_not_sent},
    {"a write whose handshake fails is not sent", a_write_whose_handshake_fails_is_not_sent},
    {"a read whose reused connection dies is asked again",
     a_read_whose_reused_connection_dies_is_asked_again},
    {"a read is asked again only once", a_read_is_asked_again_only_once},
    {"a read does not take rows nobody asked for", a_read_does_not_take_rows_nobody_asked_for},
    CU_TEST_INFO_NULL,
};
