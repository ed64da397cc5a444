/* SPDX-License-Identifier: MIT */
/* What is tried again, how often, when, and what is said of it in the end. */
#include "base/cancel.h"
#include "base/clock.h"
#include "table.h"
#include "transport/host.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <supa/multi.h>
#include <supa/response.h>

#define ATTEMPTS 12

static struct world world;
static void (*perform_fake)(
    struct transport *transport, const struct call *call, struct reply *reply);

/* What answers say beside the script, and what was sent, by call. */
static struct {
    int64_t retry_after_us[ATTEMPTS];
    int died_reused[ATTEMPTS];
    char count[ATTEMPTS][8]; /* X-Retry-Count; "" for none */
    int fresh[ATTEMPTS];
    int64_t longest_us, shortest_us; /* of the waits */
} net;

static void note_count(const struct call *call, char out[8])
{
    out[0] = '\0';
    for (const struct header_line *line = call->headers; line != NULL; line = line->next) {
        if (strncmp(line->data, "X-Retry-Count: ", 15) == 0)
            snprintf(out, 8, "%s", line->data + 15);
    }
}

static void perform(struct transport *transport, const struct call *call, struct reply *reply)
{
    const size_t i = world.calls < ATTEMPTS ? world.calls : ATTEMPTS - 1;

    note_count(call, net.count[i]);
    net.fresh[i] = call->fresh;
    perform_fake(transport, call, reply);
    reply->retry_after_us = net.retry_after_us[i];
    reply->died_reused = net.died_reused[i];
}

static void start_with(const supa_client_options *options)
{
    memset(&net, 0, sizeof net);
    world_start_with(&world, SUPA_SIDE_NONE, options, NULL);
    perform_fake = world.transport.perform;
    world.transport.perform = perform;
}

static supa_client_options options_of(int retries)
{
    supa_client_options options = world_options();

    options.retries = retries;
    return options;
}

static void start(int retries)
{
    supa_client_options options = options_of(retries);

    start_with(&options);
}

static int64_t read_piece(void *user, void *out, size_t size)
{
    int *left = user;

    if (*left == 0 || size == 0)
        return 0;
    *left = 0;
    *(char *)out = '1';
    return 1;
}

enum kind { READ, HEAD, CALL_GET, CALL, WRITE, REPEATED, PIECES };
#define KINDS (PIECES + 1)

#define READS (1 << READ | 1 << HEAD | 1 << CALL_GET)
#define SAFE  (READS | 1 << REPEATED)
#define ALL   ((1 << KINDS) - 1)

static supa_query *delete_one(void)
{
    return supa_eq(supa_delete(supa_from(world.client, "t")), "id", supa_int(1));
}

static supa_query *query_of(enum kind kind, int *pieces)
{
    switch (kind) {
    case READ:
        return supa_from(world.client, "t");
    case HEAD:
        return supa_head(supa_from(world.client, "t"));
    case CALL_GET:
        return supa_rpc_get(supa_rpc(world.client, "f"));
    case CALL:
        return supa_rpc(world.client, "f");
    case WRITE:
        return delete_one();
    case REPEATED:
        return supa_idempotent(delete_one());
    case PIECES:
        break;
    }
    *pieces = 1;
    return supa_idempotent(
        supa_body_from(supa_from(world.client, "t"), "text/csv", read_piece, pieces, -1));
}

static const struct {
    struct script answer;
    unsigned again; /* the kinds that are tried again */
} failures[] = {
    {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}, ALL},
    {{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN}, SAFE},
    {{0, NULL, NULL, SUPA_ERROR_TIMEOUT, SUPA_NOT_SENT}, ALL},
    {{0, NULL, NULL, SUPA_ERROR_TIMEOUT, SUPA_UNKNOWN}, SAFE},
    {{0, NULL, NULL, SUPA_ERROR_MALFORMED, SUPA_UNKNOWN}, SAFE},
    {{200, NULL, NULL, SUPA_ERROR_MALFORMED, SUPA_ANSWERED}, SAFE},
    {{503, NULL, NULL, SUPA_ERROR_TIMEOUT, SUPA_ANSWERED}, SAFE},
    {{429, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, SAFE},
    {{502, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, SAFE},
    {{503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, SAFE},
    {{504, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, SAFE},
    {{520, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, SAFE},
    {{302, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{400, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{401, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{403, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{404, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{408, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{409, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{414, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{500, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{501, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, 0},
    {{0, NULL, NULL, SUPA_ERROR_TLS, SUPA_NOT_SENT}, 0},
    {{0, NULL, NULL, SUPA_ERROR_HOST_REFUSED, SUPA_NOT_SENT}, 0},
    {{0, NULL, NULL, SUPA_ERROR_BUSY, SUPA_NOT_SENT}, 0},
    {{0, NULL, NULL, SUPA_ERROR_NO_MEMORY, SUPA_NOT_SENT}, 0},
    {{0, NULL, NULL, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT}, 0},
    {{0, NULL, NULL, SUPA_ERROR_CANCELLED, SUPA_UNKNOWN}, 0},
    {{503, NULL, NULL, SUPA_ERROR_CANCELLED, SUPA_ANSWERED}, 0},
    {{503, NULL, NULL, SUPA_ERROR_TOO_LARGE, SUPA_ANSWERED}, 0},
    {{200, NULL, NULL, SUPA_ERROR_TOO_LARGE, SUPA_ANSWERED}, 0},
};

static void failures_that_may_pass_are_tried_again(void)
{
    start(2);
    for (size_t i = 0; i < COUNT(failures); i++) {
        const struct script same[3] = {failures[i].answer, failures[i].answer, failures[i].answer};

        for (enum kind kind = READ; kind < KINDS; kind++) {
            const size_t wanted = (failures[i].again >> kind & 1) != 0 ? 3 : 1;
            int pieces = 0;

            world_answer(&world, same, 3);
            CU_ASSERT_NOT_EQUAL(supa_exec(query_of(kind, &pieces), NULL), SUPA_OK);
            CU_ASSERT_EQUAL(world.calls, wanted);
            if (world.calls != wanted)
                fprintf(stderr, "\n    failure %zu, kind %d\n", i, (int)kind);
        }
    }
    world_end(&world);
}

static const struct script passing[] = {
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
    {200, NULL, "[{\"a\":1}]", SUPA_OK, SUPA_ANSWERED}};

static void a_later_answer_is_the_answer(void)
{
    supa_response *response;
    supa_timings timings;

    start(2);
    world_answer(&world, passing, 3);
    response = supa_execute(supa_from(world.client, "t"));
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT_EQUAL(supa_response_row_count(response), 1);
    CU_ASSERT_EQUAL(supa_response_timings(response, &timings), 0);
    CU_ASSERT_EQUAL(timings.attempts, 3);
    CU_ASSERT_EQUAL(world.waits, 2);
    supa_response_free(response);
    world_end(&world);
}

static void what_comes_again_says_so(void)
{
    start(2);
    world_answer(&world, passing, 3);
    CU_ASSERT_EQUAL(supa_exec(supa_from(world.client, "t"), NULL), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(net.count[0], "");
    CU_ASSERT_STRING_EQUAL(net.count[1], "1");
    CU_ASSERT_STRING_EQUAL(net.count[2], "2");
    CU_ASSERT(world_sent(&world, "apikey: " WORLD_KEY));
    world_end(&world);
}

static const struct script always[ATTEMPTS] = {
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}};

/* How often a read goes out that is refused each time. */
static size_t calls_of(supa_query *q)
{
    world_answer(&world, always, ATTEMPTS);
    world.waits = 0;
    CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_ERROR_GATEWAY);
    return world.calls;
}

static supa_query *patient(int retries)
{
    return supa_timeout(supa_retry(supa_from(world.client, "t"), retries), 0);
}

static void a_query_has_its_own_number_of_retries(void)
{
    supa_query *q;

    start(1);
    CU_ASSERT_EQUAL(calls_of(supa_from(world.client, "t")), 2);
    CU_ASSERT_EQUAL(calls_of(patient(0)), 1);
    CU_ASSERT_EQUAL(calls_of(patient(5)), 6);
    CU_ASSERT_EQUAL(calls_of(patient(SUPA_MAX_RETRIES)), 11);
    q = patient(3);
    CU_ASSERT_EQUAL(calls_of(supa_query_dup(q)), 4);
    supa_query_free(q);
    world_end(&world);
}

static void wrong_numbers_of_retries_are_refused(void)
{
    start(0);
    const struct mistake rows[] = {
        {supa_retry(supa_from(world.client, "t"), -1), "0 to 10"},
        {supa_retry(supa_from(world.client, "t"), SUPA_MAX_RETRIES + 1), "0 to 10"},
        {supa_idempotent(NULL), "NULL"},
        {supa_retry(NULL, 1), "NULL"},
    };

    table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    world_end(&world);
}

/* The last of @retries waits, over many queries. */
static void measure(int retries)
{
    net.longest_us = 0;
    net.shortest_us = INT64_MAX;
    for (int i = 0; i < 60; i++) {
        calls_of(patient(retries));
        CU_ASSERT_EQUAL(world.waits, (size_t)retries);
        if (world.waited_us > net.longest_us)
            net.longest_us = world.waited_us;
        if (world.waited_us < net.shortest_us)
            net.shortest_us = world.waited_us;
    }
}

#define SLOW_US 1000000 /* between a moment's being chosen and its being looked at */

static void waits_double_less_up_to_a_half(void)
{
    static const struct {
        int64_t base_ms;
        int retries;
        int64_t longest_us;
    } rows[] = {
        {4000, 1, 4000000},        {4000, 2, 8000000},
        {4000, 3, 16000000},       {4000, 4, 30000000},
        {4000, 10, 30000000},      {29999, 10, 30000000},
        {40000, 1, 30000000},      {INT64_MAX, 1, 30000000},
        {INT64_MAX, 10, 30000000}, {INT64_MAX / 1000, 2, 30000000},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_client_options options = options_of(0);

        options.retry_base_ms = rows[i].base_ms;
        start_with(&options);
        measure(rows[i].retries);
        CU_ASSERT(net.longest_us <= rows[i].longest_us);
        CU_ASSERT(net.shortest_us >= rows[i].longest_us / 2 - SLOW_US);
        CU_ASSERT(net.longest_us - net.shortest_us > rows[i].longest_us / 4);
        world_end(&world);
    }
}

static void a_base_of_nothing_does_not_wait(void)
{
    supa_client_options options = options_of(3);

    options.retry_base_ms = 0;
    start_with(&options);
    CU_ASSERT_EQUAL(calls_of(supa_from(world.client, "t")), 4);
    CU_ASSERT(world.waited_us <= 0);
    world_end(&world);
}

static void the_server_says_how_long_to_wait(void)
{
    static const struct {
        int64_t after_us, timeout_ms;
        size_t calls;
        int64_t least_us, most_us; /* of the wait */
    } rows[] = {
        {5000000, 0, 2, 5000000, 5000000},
        {5000000, 30000, 2, 5000000, 5000000},
        {50000, 0, 2, 100000, 200000}, /* the client's own is longer */
        {5000000, 3000, 1, 0, 0},
        {INT64_MAX, 30000, 1, 0, 0},
        {INT64_MAX, 0, 2, INT64_MAX / 4, INT64_MAX},
        {3600000000, 0, 2, 3600000000, 3600000000},
    };

    start(1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_query *q = supa_from(world.client, "t");

        net.retry_after_us[0] = rows[i].after_us;
        world.waited_us = 0;
        CU_ASSERT_EQUAL(calls_of(supa_timeout(q, rows[i].timeout_ms)), rows[i].calls);
        CU_ASSERT(world.waited_us <= rows[i].most_us);
        CU_ASSERT(world.waited_us >= rows[i].least_us - SLOW_US);
        CU_ASSERT_EQUAL(world.waits, rows[i].calls - 1);
    }
    world_end(&world);
}

static void no_retry_begins_behind_the_deadline(void)
{
    supa_client_options options = options_of(3);
    supa_error error;

    options.retry_base_ms = 4000;
    start_with(&options);
    CU_ASSERT_EQUAL(calls_of(supa_timeout(supa_from(world.client, "t"), 1500)), 1);
    CU_ASSERT_EQUAL(world.waits, 0);
    world_answer(&world, always, ATTEMPTS);
    CU_ASSERT_EQUAL(
        supa_exec(supa_deadline_by(supa_from(world.client, "t"), supa_deadline_in(1500)), &error),
        SUPA_ERROR_GATEWAY);
    CU_ASSERT_EQUAL(world.calls, 1);
    CU_ASSERT_EQUAL(error.http_status, 503);
    world_end(&world);
}

static void a_long_url_is_not_tried_again(void)
{
    static const struct {
        int status;
        int is_long;
        size_t calls;
        supa_code code;
    } rows[] = {
        {414, 0, 1, SUPA_ERROR_URL_TOO_LONG}, {414, 1, 1, SUPA_ERROR_URL_TOO_LONG},
        {502, 0, 3, SUPA_ERROR_GATEWAY},      {502, 1, 1, SUPA_ERROR_URL_TOO_LONG},
        {503, 1, 3, SUPA_ERROR_GATEWAY},
    };
    static char text[3600];
    supa_client_options options = options_of(2);

    memset(text, 'x', sizeof text - 1);
    options.max_url = -1;
    start_with(&options);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct script answer = {rows[i].status, NULL, NULL, SUPA_OK, SUPA_ANSWERED};
        const struct script answers[3] = {answer, answer, answer};
        supa_query *q = supa_from(world.client, "t");

        world_answer(&world, answers, 3);
        supa_eq(q, "a", supa_text(rows[i].is_long ? text : "x"));
        CU_ASSERT_EQUAL(supa_exec(q, NULL), (int)rows[i].code);
        CU_ASSERT_EQUAL(world.calls, rows[i].calls);
    }
    world_end(&world);
}

/* What a write ends in when its attempts end so. */
static void an_attempt_that_may_have_arrived_is_not_forgotten(void)
{
    static const struct {
        struct script answers[3];
        supa_outcome outcome;
    } rows[] = {
        {{{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}},
         SUPA_NOT_SENT},
        {{{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}},
         SUPA_UNKNOWN},
        {{{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
          {0, NULL, NULL, SUPA_ERROR_TLS, SUPA_NOT_SENT}},
         SUPA_UNKNOWN},
        {{{504, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, /* a gateway's: the write may have gone on */
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}},
         SUPA_UNKNOWN},
        {{{429, NULL, NULL, SUPA_OK, SUPA_ANSWERED}, /* refused */
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}},
         SUPA_NOT_SENT},
        {{{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
          {409, NULL, NULL, SUPA_OK, SUPA_ANSWERED}},
         SUPA_ANSWERED},
    };

    start(2);
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        world_answer(&world, rows[i].answers, 3);
        CU_ASSERT_NOT_EQUAL(supa_exec(supa_idempotent(delete_one()), &error), SUPA_OK);
        CU_ASSERT_EQUAL(world.calls, 3);
        CU_ASSERT_EQUAL(error.outcome, (int)rows[i].outcome);
    }
    world_end(&world);
}

/* Beside the retries, and at once. */
static void a_dead_idle_connection_costs_no_retry(void)
{
    static const struct script dead[] = {
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN}};
    static const struct {
        enum kind kind;
        int retries;
        size_t calls, waits;
    } rows[] = {
        {READ, 0, 2, 0}, {READ, 1, 3, 1}, {REPEATED, 0, 2, 0}, {WRITE, 1, 1, 0}, {PIECES, 1, 1, 0},
    };

    start(0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int pieces = 0;

        net.died_reused[0] = net.died_reused[1] = net.died_reused[2] = 1;
        world.waits = 0;
        world_answer(&world, dead, 3);
        CU_ASSERT_EQUAL(
            supa_exec(supa_retry(query_of(rows[i].kind, &pieces), rows[i].retries), NULL),
            SUPA_ERROR_NETWORK);
        CU_ASSERT_EQUAL(world.calls, rows[i].calls);
        CU_ASSERT_EQUAL(world.waits, rows[i].waits);
        CU_ASSERT_EQUAL(net.fresh[0], 0);
        CU_ASSERT(world.calls < 2 || net.fresh[1] == 1);
    }
    world_end(&world);
}

#define ROLLED_BACK "Preference-Applied: tx=rollback\n"

static void the_question_before_a_rollback_is_tried_again(void)
{
    static const struct script answers[] = {
        {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
        {200, ROLLED_BACK, "[]", SUPA_OK, SUPA_ANSWERED},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
        {204, ROLLED_BACK, NULL, SUPA_OK, SUPA_ANSWERED}};

    start(2);
    world_answer(&world, answers, 6);
    CU_ASSERT_EQUAL(supa_exec(supa_rollback(delete_one()), NULL), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(
        world.trail, "GET " WORLD_PREFIX "t?limit=0\n"
                     "GET " WORLD_PREFIX "t?limit=0\n"
                     "GET " WORLD_PREFIX "t?limit=0\n"
                     "DELETE " WORLD_PREFIX "t?id=eq.1\n"
                     "DELETE " WORLD_PREFIX "t?id=eq.1\n"
                     "DELETE " WORLD_PREFIX "t?id=eq.1\n");
    CU_ASSERT_STRING_EQUAL(net.count[2], "2");
    CU_ASSERT_STRING_EQUAL(net.count[3], "");
    CU_ASSERT_STRING_EQUAL(net.count[5], "2");
    world_end(&world);
}

static void a_rollback_that_was_never_sent_says_so(void)
{
    static const struct {
        struct script answers[3];
        size_t calls;
        supa_outcome outcome;
    } rows[] = {
        {{{0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN}},
         2,
         SUPA_NOT_SENT},
        {{{200, ROLLED_BACK, "[]", SUPA_OK, SUPA_ANSWERED},
          {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN}},
         2,
         SUPA_UNKNOWN},
        {{{503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
          {200, ROLLED_BACK, "[]", SUPA_OK, SUPA_ANSWERED},
          {0, NULL, NULL, SUPA_ERROR_TLS, SUPA_NOT_SENT}},
         3,
         SUPA_NOT_SENT},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        start(1);
        world_answer(&world, rows[i].answers, 3);
        CU_ASSERT_NOT_EQUAL(supa_exec(supa_rollback(delete_one()), &error), SUPA_OK);
        CU_ASSERT_EQUAL(world.calls, rows[i].calls);
        CU_ASSERT_EQUAL(error.outcome, (int)rows[i].outcome);
        world_end(&world);
    }
}

/* The question's dead connection gives the write itself no retry more. */
static void each_request_of_a_query_has_the_same_retries(void)
{
    static const struct script answers[] = {
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
        {200, ROLLED_BACK, "[]", SUPA_OK, SUPA_ANSWERED},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}};

    start(1);
    net.died_reused[0] = 1;
    world_answer(&world, answers, 5);
    CU_ASSERT_EQUAL(supa_exec(supa_rollback(delete_one()), NULL), SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(world.calls, 4);
    world_end(&world);
}

static supa_query *head(void)
{
    return supa_head_reason(supa_head(supa_from(world.client, "t")));
}

static void the_reason_of_a_head_is_asked_for_again(void)
{
    static const struct script answers[] = {
        {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
        {400, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN},
        {400, "Content-Type: application/json\n", "{\"code\":\"42703\",\"message\":\"no column\"}",
         SUPA_OK, SUPA_ANSWERED}};
    supa_error error;

    start(1);
    world_answer(&world, answers, 4);
    CU_ASSERT_EQUAL(supa_exec(head(), &error), SUPA_ERROR_DATABASE);
    CU_ASSERT_STRING_EQUAL(error.message, "no column");
    CU_ASSERT_EQUAL(world.calls, 4);
    CU_ASSERT_STRING_EQUAL(world.method, "GET");
    world_end(&world);
}

static void a_head_that_was_cancelled_is_asked_no_more(void)
{
    static const struct script answer = {404, NULL, NULL, SUPA_ERROR_CANCELLED, SUPA_ANSWERED};

    start(1);
    world_answer(&world, &answer, 1);
    CU_ASSERT_EQUAL(supa_exec(head(), NULL), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(world.calls, 1);
    world_end(&world);
}

static struct {
    size_t count;
    int attempt[ATTEMPTS], status[ATTEMPTS], code[ATTEMPTS], outcome[ATTEMPTS];
    char url[256], method[16], relation[16];
} told;

static void tell(void *user, const supa_attempt *attempt)
{
    const size_t i = told.count++;

    CU_ASSERT_PTR_EQUAL(user, &told);
    CU_ASSERT_EQUAL(attempt->size, sizeof *attempt);
    if (i >= ATTEMPTS)
        return;
    told.attempt[i] = attempt->attempt;
    told.status[i] = attempt->status;
    told.code[i] = attempt->code;
    told.outcome[i] = attempt->outcome;
    snprintf(told.url, sizeof told.url, "%s", supa_attempt_url(attempt));
    CU_ASSERT_STRING_EQUAL(told.url, supa_attempt_url(attempt));
    snprintf(told.method, sizeof told.method, "%s", attempt->method);
    snprintf(told.relation, sizeof told.relation, "%s", attempt->relation);
}

static void each_attempt_is_told(void)
{
    supa_client_options options = options_of(2);
    supa_query *q;

    memset(&told, 0, sizeof told);
    options.on_attempt = tell;
    options.user = &told;
    start_with(&options);
    world_answer(&world, passing, 3);
    q = supa_eq(supa_from(world.client, "t"), "name", supa_text("secret name"));
    CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_OK);
    CU_ASSERT_EQUAL_FATAL(told.count, 3);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(told.attempt[i], i + 1);
        CU_ASSERT_EQUAL(told.status[i], passing[i].status);
        CU_ASSERT_EQUAL(told.code[i], (int)passing[i].code);
        CU_ASSERT_EQUAL(told.outcome[i], (int)passing[i].outcome);
    }
    CU_ASSERT(world_same(told.method, "GET"));
    CU_ASSERT(world_same(told.relation, "t"));
    CU_ASSERT(world_holds(told.url, WORLD_PREFIX "t?name="));
    CU_ASSERT_PTR_NULL(strstr(told.url, "secret"));
    world_end(&world);
}

static const char *const *trace(void *user, const supa_attempt *attempt)
{
    static char number[32];
    static const char *const lines[] = {number,           "Authorization: Bearer mine",
                                        "apikey: mine",   "no header line",
                                        "X-A: 1\r\nX: 2", "Content-Length: 5",
                                        "X-Seventh: yes", "X-Eighth: yes",
                                        "X-Ninth: no",    NULL};

    (void)user;
    snprintf(number, sizeof number, "X-Attempt: %d", (int)attempt->attempt);
    return lines;
}

static const char *const *no_trace(void *user, const supa_attempt *attempt)
{
    CU_ASSERT_STRING_EQUAL(attempt->method, "GET");
    CU_ASSERT(world_holds(supa_attempt_url(attempt), WORLD_PREFIX "t"));
    ++*(int *)user;
    return NULL;
}

static void each_attempt_carries_lines_of_its_own(void)
{
    supa_client_options options = options_of(2);

    options.request_headers = trace;
    start_with(&options);
    world_answer(&world, passing, 3);
    CU_ASSERT_EQUAL(supa_exec(supa_from(world.client, "t"), NULL), SUPA_OK);
    CU_ASSERT(world_sent(&world, "X-Attempt: 3"));
    CU_ASSERT_FALSE(world_sent(&world, "X-Attempt: 2"));
    CU_ASSERT(world_sent(&world, "X-Seventh: yes"));
    CU_ASSERT(world_sent(&world, "X-Eighth: yes"));
    CU_ASSERT(world_sent(&world, "X-Retry-Count: 2"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "X-Ninth"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "mine"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "no header"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "X-A:"));
    CU_ASSERT_PTR_NULL(strstr(world.headers, "Content-Length"));
    world_end(&world);
}

static void there_may_be_no_further_lines(void)
{
    supa_client_options options = options_of(2);
    int asked = 0;

    options.request_headers = no_trace;
    options.user = &asked;
    start_with(&options);
    world_answer(&world, passing, 3);
    CU_ASSERT_EQUAL(supa_exec(supa_from(world.client, "t"), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(asked, 3);
    world_end(&world);
}

static void take_code(void *user, supa_response *response)
{
    *(int *)user = supa_response_ok(response) ? SUPA_OK : (int)supa_response_error(response)->code;
    supa_response_free(response);
}

static void a_host_that_is_down_is_not_asked_again(void)
{
    struct host *host;

    start(2);
    host = (struct host *)world.client->endpoint.host;
    for (int i = 0; i < 3; i++)
        host_failed(host, clock_us() + 60000000);
    CU_ASSERT_EQUAL(calls_of(supa_from(world.client, "t")), 1);
    host_connected(host);
    CU_ASSERT_EQUAL(calls_of(supa_from(world.client, "t")), 3);
    world_end(&world);
}

/* A sleep that comes out long after the moment, as on a machine with other work. */
static int oversleep(struct transport *transport, int64_t until_us, struct supa_cancel *cancel)
{
    (void)transport;
    return cancel_sleep(cancel, until_us + 300000);
}

/* Nobody could know that there would be no time for another attempt: what came is what is told. */
static void a_deadline_amid_a_retrys_sleep_leaves_the_last_answer(void)
{
    static const struct script reached = {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN};
    supa_client_options options = options_of(2);
    supa_response *response;
    const supa_error *error;
    supa_error told_error;

    options.retry_base_ms = 20;
    start_with(&options);
    world.transport.wait = oversleep;
    world_answer(&world, always, ATTEMPTS);
    response = supa_execute(supa_timeout(supa_from(world.client, "t"), 300));
    error = supa_response_error(response);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_EQUAL(error->code, SUPA_ERROR_GATEWAY);
    CU_ASSERT_EQUAL(error->http_status, 503);
    CU_ASSERT_EQUAL(error->outcome, SUPA_ANSWERED);
    CU_ASSERT_EQUAL(error->retryable, 1);
    CU_ASSERT(world_holds(error->hint, "the deadline passed before it was tried again"));
    CU_ASSERT_EQUAL(supa_response_status(response), 503);
    CU_ASSERT_EQUAL(world.calls, 1);
    supa_response_free(response);
    world_answer(&world, &reached, 1);
    CU_ASSERT_EQUAL(
        supa_exec(supa_timeout(supa_idempotent(delete_one()), 300), &told_error),
        SUPA_ERROR_NETWORK);
    CU_ASSERT_EQUAL(told_error.outcome, SUPA_UNKNOWN);
    CU_ASSERT_EQUAL(world.calls, 1);
    world_answer(&world, always, ATTEMPTS);
    CU_ASSERT_EQUAL(/* the question before a rollback */
                    supa_exec(supa_timeout(supa_rollback(delete_one()), 300), &told_error),
                    SUPA_ERROR_GATEWAY);
    CU_ASSERT_EQUAL(told_error.outcome, SUPA_NOT_SENT);
    world_end(&world);
}

/* The same in a multi that nobody drives for a while. */
static void a_multi_that_wakes_late_leaves_the_last_answer(void)
{
    supa_client_options options = options_of(2);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    int code = 0;

    options.retry_base_ms = 20;
    start_with(&options);
    world_answer(&world, always, ATTEMPTS);
    supa_multi_add(multi, supa_timeout(supa_from(world.client, "t"), 300), take_code, &code);
    supa_multi_poll(multi, 0);
    CU_ASSERT_EQUAL(world.calls, 1);
    cancel_sleep(NULL, clock_us() + 350000);
    supa_multi_run(multi);
    CU_ASSERT_EQUAL(code, SUPA_ERROR_GATEWAY);
    CU_ASSERT_EQUAL(world.calls, 1);
    supa_multi_free(multi);
    world_end(&world);
}

/* Who asks whether to try again has not tried yet. */
static void asking_for_a_retry_takes_no_trial(void)
{
    struct host *host;

    start(2);
    host = (struct host *)world.client->endpoint.host;
    for (int i = 0; i < 3; i++)
        host_failed(host, clock_us() - 60000000);
    CU_ASSERT_EQUAL(calls_of(supa_from(world.client, "t")), 3);
    CU_ASSERT_EQUAL(host_down_us(host, clock_us()), 0);
    CU_ASSERT_NOT_EQUAL(host_down_us(host, clock_us()), 0);
    host_connected(host);
    world_end(&world);
}

extern CU_TestInfo retry_tests[];
CU_TestInfo retry_tests[] = {
    {"failures that may pass are tried again", failures_that_may_pass_are_tried_again},
    {"a later answer is the answer", a_later_answer_is_the_answer},
    {"what comes again says so", what_comes_again_says_so},
    {"a query has its own number of retries", a_query_has_its_own_number_of_retries},
    {"wrong numbers of retries are refused", wrong_numbers_of_retries_are_refused},
    {"waits double, less up to a half", waits_double_less_up_to_a_half},
    {"a base of nothing does not wait", a_base_of_nothing_does_not_wait},
    {"the server says how long to wait", the_server_says_how_long_to_wait},
    {"no retry begins behind the deadline", no_retry_begins_behind_the_deadline},
    {"a long URL is not tried again", a_long_url_is_not_tried_again},
    {"an attempt that may have arrived is not forgotten",
     an_attempt_that_may_have_arrived_is_not_forgotten},
    {"a dead idle connection costs no retry", a_dead_idle_connection_costs_no_retry},
    {"the question before a rollback is tried again",
     the_question_before_a_rollback_is_tried_again},
    {"a rollback that was never sent says so", a_rollback_that_was_never_sent_says_so},
    {"each request of a query has the same retries", each_request_of_a_query_has_the_same_retries},
    {"the reason of a HEAD is asked for again", the_reason_of_a_head_is_asked_for_again},
    {"a HEAD that was cancelled is asked no more", a_head_that_was_cancelled_is_asked_no_more},
    {"each attempt is told", each_attempt_is_told},
    {"each attempt carries lines of its own", each_attempt_carries_lines_of_its_own},
    {"there may be no further lines", there_may_be_no_further_lines},
    {"a deadline amid a retry's sleep leaves the last answer",
     a_deadline_amid_a_retrys_sleep_leaves_the_last_answer},
    {"a multi that wakes late leaves the last answer",
     a_multi_that_wakes_late_leaves_the_last_answer},
    {"a host that is down is not asked again", a_host_that_is_down_is_not_asked_again},
    {"asking for a retry takes no trial", asking_for_a_retry_takes_no_trial},
    CU_TEST_INFO_NULL,
};
