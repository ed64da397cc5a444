/* SPDX-License-Identifier: MIT */
/* Every kind of write, over every kind of connection, dying at every point: it arrives at most once,
 * and the caller is told what is true. */
#include "ask.h"
#include "peer.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/supa.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What the caller is told. */
#define DIED      SUPA_ERROR_NETWORK, SUPA_UNKNOWN
#define BROKE_OFF SUPA_ERROR_MALFORMED, SUPA_ANSWERED

/* A write without a body dies as the others do. */
#define SAME                                                                                       \
    {                                                                                              \
        NULL                                                                                       \
    }

#define HALF PEER_READ_REQUEST, PEER_HALF_ANSWER(201, "[{\"id\":7}]")

enum { SOON_MS = 5000, MOST_STEPS = 8, WRITES = 1000, TO_BE_SEEN_MS = 20 };

static const struct way {
    const char *name;
    unsigned flags;
    int32_t http2;
    int of_many; /* by a supa_multi */
} ways[] = {
    {"HTTP/1.1", PEER_PLAIN, SUPA_HTTP2_NEVER, 0}, {"with TLS", PEER_TLS, SUPA_HTTP2_NEVER, 0},
    {"HTTP/2", PEER_HTTP2, SUPA_HTTP2_ALWAYS, 0},  {"multi", PEER_TLS, SUPA_HTTP2_NEVER, 1},
    {"multi, 2", PEER_HTTP2, SUPA_HTTP2_AUTO, 1},
};

/* Who asks, and over what. */
struct asker {
    supa_client *client;
    supa_multi *multi; /* NULL: blocking */
};

/* Consumes @q. */
static int ask_over(const struct asker *asker, supa_query *q, supa_error *error)
{
    supa_response *response = NULL;
    const supa_error *cause;
    int code;

    if (asker->multi == NULL)
        return supa_exec(q, error);
    CU_ASSERT(supa_multi_add(asker->multi, q, ask_keep, &response) != 0);
    CU_ASSERT_EQUAL(supa_multi_run(asker->multi), 0);
    cause = supa_response_error(response);
    code = cause != NULL ? (int)cause->code : SUPA_OK;
    if (cause != NULL && error != NULL)
        *error = *cause;
    supa_response_free(response);
    return code;
}

static supa_query *an_insert(supa_client *client)
{
    return supa_insert(supa_from(client, "products"), "{\"name\":\"lamp\"}");
}

static supa_query *an_update(supa_client *client)
{
    supa_query *q = supa_update(supa_from(client, "products"), "{\"name\":\"lamp\"}");

    return supa_eq(q, "id", supa_int(7));
}

static supa_query *a_put(supa_client *client)
{
    supa_query *q = supa_put(supa_from(client, "products"), "{\"id\":7,\"name\":\"lamp\"}");

    return supa_eq(q, "id", supa_int(7));
}

static supa_query *a_delete(supa_client *client)
{
    return supa_eq(supa_delete(supa_from(client, "products")), "id", supa_int(7));
}

static supa_query *a_call(supa_client *client)
{
    return supa_arg(supa_rpc(client, "take_stock"), "product", supa_int(7));
}

static const struct write {
    const char *name, *method;
    supa_query *(*make)(supa_client *client);
    int bodyless;
} writes[] = {
    {"POST", "POST", an_insert, 0},    {"PATCH", "PATCH", an_update, 0}, {"PUT", "PUT", a_put, 0},
    {"DELETE", "DELETE", a_delete, 1}, {"rpc", "POST", a_call, 0},
};

/* What has been on the connection, or would have been. */
static const struct past {
    const char *name;
    int reads;  /* before the write */
    int closed; /* by the peer, after them */
} pasts[] = {{"fresh", 0, 0}, {"reused", 1, 0}, {"closed while idle", 1, 1}};

/* How the peer dies. A write without a body dies amid its head instead, which does not arrive. */
static const struct death {
    const char *what;
    struct peer_script script;
    int whole; /* the write has arrived */
    int code, outcome;
    struct peer_script bodyless; /* or SAME */
} deaths[] = {
    {"never", PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]")), 1, SUPA_OK, SUPA_ANSWERED,
     SAME},
    {"closes after the headers", PEER_SCRIPT(PEER_READ_HEAD, PEER_CLOSE), 0, DIED, SAME},
    {"resets after the headers", PEER_SCRIPT(PEER_READ_HEAD, PEER_RESET), 0, DIED, SAME},
    {"closes amid the body", PEER_SCRIPT(PEER_READ_HEAD, PEER_READ_BYTES(3), PEER_CLOSE), 0, DIED,
     PEER_SCRIPT(PEER_READ_BYTES(20), PEER_CLOSE)},
    {"resets amid the body", PEER_SCRIPT(PEER_READ_HEAD, PEER_READ_BYTES(3), PEER_RESET), 0, DIED,
     PEER_SCRIPT(PEER_READ_BYTES(20), PEER_RESET)},
    {"closes after the body", PEER_SCRIPT(PEER_READ_REQUEST, PEER_CLOSE), 1, DIED, SAME},
    {"resets after the body", PEER_SCRIPT(PEER_READ_REQUEST, PEER_RESET), 1, DIED, SAME},
    {"closes after half the answer", PEER_SCRIPT(HALF, PEER_CLOSE), 1, BROKE_OFF, SAME},
    {"resets after half the answer", PEER_SCRIPT(HALF, PEER_STALL(TO_BE_SEEN_MS), PEER_RESET), 1,
     BROKE_OFF, SAME},
};

struct cell {
    const struct way *way;
    const struct past *past;
    const struct death *death;
    const struct write *write;
};

static int dies_in_head(const struct cell *cell)
{
    return cell->write->bodyless && cell->death->bodyless.steps != NULL;
}

static size_t append(struct peer_step *steps, size_t n, const struct peer_step *more)
{
    while (more->action != PEER_DO_END)
        steps[n++] = *more++;
    steps[n] = (struct peer_step)PEER_END;
    return n;
}

/* The read's script, the write's, and one under which a replay would succeed. On one connection of
 * HTTP/1.1 the first two are one script. */
static struct peer *start_peer(const struct cell *cell)
{
    static const struct peer_step read[] = {PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_END};
    static const struct peer_step closing[] = {PEER_CLOSE, PEER_END};
    const struct death *death = cell->death;
    int joined = cell->past->reads && !cell->past->closed && cell->way->flags != PEER_HTTP2;
    struct peer_step first[MOST_STEPS] = {PEER_END}, second[MOST_STEPS] = {PEER_END};
    struct peer_script scripts[] = {
        {first}, {second}, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, ""), PEER_LOOP)};
    size_t n = cell->past->reads ? append(first, 0, read) : 0;
    struct peer *peer;

    if (cell->past->closed)
        append(first, n, closing);
    append(
        joined ? first : second, joined ? n : 0,
        dies_in_head(cell) ? death->bodyless.steps : death->script.steps);
    if (joined)
        scripts[1] = scripts[2];
    peer = cell->past->reads ? peer_start(scripts, 3, cell->way->flags)
                             : peer_start(scripts + 1, 2, cell->way->flags);
    CU_ASSERT_PTR_NOT_NULL_FATAL(peer);
    return peer;
}

static struct asker asker_for(const struct peer *peer, const struct way *way)
{
    supa_client_options options = ask_options_peer(peer);
    struct asker asker = {NULL, NULL};

    options.retries = 2;
    options.http2 = way->http2;
    asker.client = ask_client(&options);
    if (way->of_many)
        CU_ASSERT_PTR_NOT_NULL_FATAL(asker.multi = supa_multi_new(NULL, NULL));
    return asker;
}

static void end_asker(struct asker *asker)
{
    supa_multi_free(asker->multi);
    supa_client_unref(asker->client);
}

/* The write of a cell; then the client is gone, and the peer has seen all there is. */
static int play(const struct cell *cell, struct peer *peer, supa_error *error)
{
    struct asker asker = asker_for(peer, cell->way);
    int code;

    if (cell->past->reads)
        CU_ASSERT_EQUAL(ask_over(&asker, ask_read(asker.client), NULL), SUPA_OK);
    if (cell->past->closed)
        CU_ASSERT(peer_wait(peer, PEER_CLOSED, 1, SOON_MS));
    code = ask_over(&asker, cell->write->make(asker.client), error);
    end_asker(&asker);
    CU_ASSERT(peer_wait(peer, PEER_CLOSED, peer_connections(peer), SOON_MS));
    return code;
}

static int outcome_of(int code, const supa_error *error)
{
    return code == SUPA_OK ? SUPA_ANSWERED : (int)error->outcome;
}

/* Of DELETE amid its head in HTTP/2 there is no such thing. */
static int exists(const struct cell *cell)
{
    return !(cell->way->flags == PEER_HTTP2 && dies_in_head(cell));
}

/* A client of HTTP/2 writes while it reads, and may meet the reset before what came ahead of it. */
static void check_told(const struct cell *cell, int code, const supa_error *error)
{
    const struct death *death = cell->death;

    if (cell->way->flags == PEER_HTTP2 && death->outcome == SUPA_ANSWERED &&
        outcome_of(code, error) == SUPA_UNKNOWN) {
        CU_ASSERT_EQUAL(death->code, SUPA_ERROR_MALFORMED);
        CU_ASSERT_EQUAL(code, SUPA_ERROR_NETWORK);
        return;
    }
    CU_ASSERT_EQUAL(code, death->code);
    CU_ASSERT_EQUAL(outcome_of(code, error), death->outcome);
}

/* libcurl connects once more before a replay, which it is then not allowed to begin. */
static void check_connections(const struct cell *cell, size_t n)
{
    size_t least = cell->past->closed ? 2 : 1;
    int reused = cell->past->reads && !cell->past->closed;

    CU_ASSERT(n >= least);
    CU_ASSERT(n <= least + (reused && cell->death->code != SUPA_OK));
}

static void check_cell(const struct cell *cell)
{
    struct peer *peer;
    supa_error error = {0};
    int code;
    size_t heads, whole;

    if (!exists(cell))
        return;
    peer = start_peer(cell);
    code = play(cell, peer, &error);
    heads = peer_arrived(peer, cell->write->method);
    whole = peer_delivered(peer, cell->write->method);
    printf(
        " %s %zu/%zu %s,", cell->write->name, heads, whole,
        supa_outcome_name((supa_outcome)outcome_of(code, &error)));
    CU_ASSERT_EQUAL(heads, dies_in_head(cell) ? 0 : 1);
    CU_ASSERT_EQUAL(
        whole, (size_t)(cell->death->whole || (cell->write->bodyless && !dies_in_head(cell))));
    check_connections(cell, peer_connections(peer));
    check_told(cell, code, &error);
    CU_ASSERT_EQUAL(error.retryable, 0);
    peer_stop(peer);
}

static void check_past(const struct past *past)
{
    for (size_t w = 0; w < COUNT(ways); w++) {
        for (size_t d = 0; d < COUNT(deaths); d++) {
            printf("\n    %-8s %-17s %-28s", ways[w].name, past->name, deaths[d].what);
            for (size_t i = 0; i < COUNT(writes); i++)
                check_cell(&(struct cell){&ways[w], past, &deaths[d], &writes[i]});
        }
    }
}

static void on_a_new_connection(void)
{
    check_past(&pasts[0]);
}

static void on_a_reused_connection(void)
{
    check_past(&pasts[1]);
}

static void on_the_next_after_one_closed_while_idle(void)
{
    check_past(&pasts[2]);
}

static void check_idle_closing(const struct way *way)
{
    struct peer *peer =
        PEER_START(way->flags, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(201, ""), PEER_CLOSE));
    struct asker asker = asker_for(peer, way);
    size_t failed = 0, unknown = 0;
    long start = timing_now_ms();

    for (size_t i = 0; i < WRITES; i++) {
        supa_error error = {0};
        int code = ask_over(&asker, an_insert(asker.client), &error);

        failed += code != SUPA_OK;
        unknown += outcome_of(code, &error) == SUPA_UNKNOWN;
        CU_ASSERT(peer_wait(peer, PEER_CLOSED, i + 1, SOON_MS));
    }
    printf(
        "\n    %-8s %d writes: %zu arrived, %zu delivered, %zu failed, %zu unknown, %ld ms",
        way->name, WRITES, peer_arrived(peer, "POST"), peer_delivered(peer, "POST"), failed,
        unknown, timing_now_ms() - start);
    CU_ASSERT_EQUAL(failed, 0);
    CU_ASSERT_EQUAL(unknown, 0);
    CU_ASSERT_EQUAL(peer_arrived(peer, "POST"), WRITES);
    CU_ASSERT_EQUAL(peer_delivered(peer, "POST"), WRITES);
    CU_ASSERT_EQUAL(peer_connections(peer), WRITES);
    end_asker(&asker);
    peer_stop(peer);
}

static void a_server_that_closes_idle_connections_gets_each_write_once(void)
{
    for (size_t w = 0; w < COUNT(ways); w++)
        check_idle_closing(&ways[w]);
}

CU_TestInfo matrix_tests[] = {
    {"a write on a new connection arrives at most once and its outcome is true",
     on_a_new_connection},
    {"a write on a reused connection arrives at most once and its outcome is true",
     on_a_reused_connection},
    {"a write after one was closed while idle arrives at most once and its outcome is true",
     on_the_next_after_one_closed_while_idle},
    {"a server that closes idle connections gets each of 1,000 writes once",
     a_server_that_closes_idle_connections_gets_each_write_once},
    CU_TEST_INFO_NULL,
};
