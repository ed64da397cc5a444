/* SPDX-License-Identifier: MIT */
/* Giving up: tokens, deadlines that several queries share. */
#include "base/cancel.h"
#include "base/clock.h"
#include "base/random.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct world world;
static supa_cancel *token;

static const struct script down[] = {
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED},
    {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}};

static supa_query *get(void)
{
    return supa_from(world.client, "t");
}

static supa_query *delete_again(void)
{
    return supa_idempotent(supa_eq(supa_delete(get()), "id", supa_int(1)));
}

static int is_readable(int fd)
{
    struct pollfd look = {fd, POLLIN, 0};

    return poll(&look, 1, 0) == 1;
}

static void a_token_fires_once_and_for_ever(void)
{
    supa_cancel *cancel = supa_cancel_new();

    CU_ASSERT_PTR_NOT_NULL_FATAL(cancel);
    CU_ASSERT_EQUAL(supa_cancel_fired(cancel), 0);
    CU_ASSERT_FALSE(is_readable(cancel_descriptor(cancel)));
    supa_cancel_fire(cancel);
    supa_cancel_fire(cancel);
    CU_ASSERT_EQUAL(supa_cancel_fired(cancel), 1);
    CU_ASSERT_TRUE(is_readable(cancel_descriptor(cancel)));
    CU_ASSERT_PTR_EQUAL(supa_cancel_ref(cancel), cancel);
    supa_cancel_unref(cancel);
    CU_ASSERT_EQUAL(supa_cancel_fired(cancel), 1);
    supa_cancel_unref(cancel);
}

static void no_token_is_allowed(void)
{
    supa_cancel_fire(NULL);
    supa_cancel_unref(NULL);
    CU_ASSERT_PTR_NULL(supa_cancel_ref(NULL));
    CU_ASSERT_EQUAL(supa_cancel_fired(NULL), 0);
    CU_ASSERT_EQUAL(cancel_descriptor(NULL), -1);
    world_fail_at(1);
    CU_ASSERT_PTR_NULL(supa_cancel_new());
    CU_ASSERT_EQUAL(world_failed(), 1);
}

static void a_sleep_ends_at_its_moment_or_when_the_token_fires(void)
{
    supa_cancel *cancel = supa_cancel_new();
    const int64_t start = clock_us();

    CU_ASSERT_EQUAL(cancel_sleep(NULL, start + 5000), 0);
    CU_ASSERT_EQUAL(cancel_sleep(cancel, start + 10000), 0);
    CU_ASSERT(clock_us() >= start + 10000);
    supa_cancel_fire(cancel);
    CU_ASSERT_EQUAL(cancel_sleep(cancel, INT64_MAX), 1);
    supa_cancel_unref(cancel);
}

static void a_fired_token_sends_nothing(void)
{
    supa_error error;
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    token = supa_cancel_new();
    q = supa_cancel_with(get(), token);
    supa_cancel_fire(token);
    CU_ASSERT_EQUAL(supa_exec(supa_query_dup(q), &error), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(error.retryable, 0);
    CU_ASSERT_STRING_EQUAL(error.relation, "t");
    supa_cancel_unref(token);
    CU_ASSERT_EQUAL(supa_exec(q, &error), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(world.calls, 0);
    world_end(&world);
}

static void a_query_keeps_its_token_and_takes_another(void)
{
    supa_cancel *other = supa_cancel_new();
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    token = supa_cancel_new();
    q = supa_cancel_with(supa_cancel_with(get(), other), token);
    supa_cancel_unref(token);
    supa_cancel_fire(other);
    supa_cancel_unref(other);
    CU_ASSERT_EQUAL(supa_exec(q, NULL), SUPA_OK);
    table_refused(&world, supa_cancel_with(get(), NULL), SUPA_ERROR_ARGUMENT, "the token is NULL");
    world_end(&world);
}

static int
fire_while_waiting(struct transport *transport, int64_t until_us, struct supa_cancel *cancel)
{
    (void)until_us;
    ((struct world *)transport)->waits++;
    supa_cancel_fire(cancel);
    return 1;
}

static void a_token_ends_the_wait_for_a_retry(void)
{
    static const struct script lost = {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_UNKNOWN};
    static const struct script unsent = {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT};
    const struct {
        supa_query *q;
        const struct script *answer;
        supa_outcome outcome;
    } rows[] = {
        {supa_template("t"), &down[0], SUPA_NOT_SENT},
        {supa_idempotent(supa_eq(supa_delete(supa_template("t")), "id", supa_int(1))), &lost,
         SUPA_UNKNOWN},
        {supa_idempotent(supa_eq(supa_delete(supa_template("t")), "id", supa_int(1))), &down[0],
         SUPA_UNKNOWN},
        {supa_eq(supa_delete(supa_template("t")), "id", supa_int(1)), &unsent, SUPA_NOT_SENT},
    };

    world_start(&world, SUPA_SIDE_NONE);
    world.transport.wait = fire_while_waiting;
    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_query *q = supa_query_on(rows[i].q, world.client);
        supa_error error;

        token = supa_cancel_new();
        world_answer(&world, rows[i].answer, 1);
        world.waits = 0;
        CU_ASSERT_EQUAL(
            supa_exec(supa_retry(supa_cancel_with(q, token), 3), &error), SUPA_ERROR_CANCELLED);
        CU_ASSERT_EQUAL(error.outcome, (int)rows[i].outcome);
        CU_ASSERT_EQUAL(world.calls, 1);
        CU_ASSERT_EQUAL(world.waits, 1);
        supa_cancel_unref(token);
        supa_query_free(rows[i].q);
    }
    world_end(&world);
}

static void (*perform_fake)(
    struct transport *transport, const struct call *call, struct reply *reply);

/* As long as a deadline's half. */
static void
perform_slowly(struct transport *transport, const struct call *call, struct reply *reply)
{
    perform_fake(transport, call, reply);
    cancel_sleep(NULL, clock_us() + 60000);
}

static void a_deadline_is_shared(void)
{
    supa_deadline deadline;
    supa_error error;

    world_start(&world, SUPA_SIDE_NONE);
    perform_fake = world.transport.perform;
    world.transport.perform = perform_slowly;
    deadline = supa_deadline_in(100);
    CU_ASSERT_EQUAL(supa_exec(supa_deadline_by(get(), deadline), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.deadline_us, deadline.at_us);
    CU_ASSERT_EQUAL(supa_exec(supa_deadline_by(get(), deadline), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(
        supa_exec(supa_deadline_by(delete_again(), deadline), &error), SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(error.retryable, 1);
    CU_ASSERT_EQUAL(world.calls, 2);
    world_end(&world);
}

static void the_earlier_of_time_and_deadline_counts(void)
{
    supa_deadline soon, late;

    world_start(&world, SUPA_SIDE_NONE);
    soon = supa_deadline_in(20000);
    late = supa_deadline_in(10000000);
    CU_ASSERT_EQUAL(supa_exec(supa_deadline_by(get(), soon), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.deadline_us, soon.at_us);
    CU_ASSERT_EQUAL(supa_exec(supa_deadline_by(get(), late), NULL), SUPA_OK);
    CU_ASSERT(world.deadline_us != 0 && world.deadline_us < late.at_us);
    CU_ASSERT_EQUAL(supa_exec(supa_timeout(supa_deadline_by(get(), late), 0), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.deadline_us, late.at_us);
    CU_ASSERT_EQUAL(
        supa_exec(supa_timeout(supa_deadline_by(get(), supa_deadline_in(0)), 0), NULL), SUPA_OK);
    CU_ASSERT_EQUAL(world.deadline_us, 0);
    CU_ASSERT_EQUAL(supa_deadline_in(-5).at_us, 0);
    CU_ASSERT_EQUAL(supa_deadline_in(INT64_MAX).at_us, INT64_MAX);
    world_end(&world);
}

static int wait_really(struct transport *transport, int64_t until_us, struct supa_cancel *cancel)
{
    ((struct world *)transport)->waits++;
    return cancel_sleep(cancel, until_us);
}

static void retries_end_before_the_deadline(void)
{
    supa_client_options options = world_options();
    supa_error error;
    int64_t start;
    int code;

    options.retry_base_ms = 20;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    world.transport.wait = wait_really;
    world_answer(&world, down, 3);
    start = clock_us();
    code = supa_exec(supa_timeout(supa_retry(get(), 2), 40), &error); /* as the sleep comes out */
    CU_ASSERT_EQUAL(code, SUPA_ERROR_GATEWAY);
    CU_ASSERT(clock_us() - start < 1000000);
    CU_ASSERT(world.waits <= 2);
    world_end(&world);
}

static void jitter_takes_off_a_half_at_most(void)
{
    CU_ASSERT_EQUAL(random_below(0), 0);
    CU_ASSERT_EQUAL(random_jitter(0), 0);
    CU_ASSERT_EQUAL(random_jitter(1), 1);
    for (int i = 0; i < 1000; i++) {
        const int64_t value = random_jitter(1000);

        CU_ASSERT(value >= 500 && value <= 1000);
        CU_ASSERT(random_below(3) < 3);
    }
}

/* What the child finds is its exit status. */
static int in_a_child(int (*run)(void))
{
    const pid_t child = fork();
    int status = -1;

    if (child == 0)
        _exit(run());
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int send_in_child(void)
{
    supa_error error;
    const int code = supa_exec(get(), &error);

    return code == SUPA_ERROR_ARGUMENT && strstr(error.message, "before a fork") != NULL &&
           world.calls == 0;
}

static int ping_in_child(void)
{
    return supa_client_ping(world.client, NULL) == SUPA_ERROR_ARGUMENT && world.calls == 0;
}

static int begin_anew_in_child(void)
{
    struct world own;
    int code;

    world_start(&own, SUPA_SIDE_NONE);
    code = supa_exec(supa_from(own.client, "t"), NULL);
    world_end(&own);
    world_end(&world);
    return code == SUPA_OK && own.calls == 1;
}

static void a_client_is_its_process_s_own(void)
{
    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_EQUAL(in_a_child(send_in_child), 1);
    CU_ASSERT_EQUAL(in_a_child(ping_in_child), 1);
    CU_ASSERT_EQUAL(in_a_child(begin_anew_in_child), 1);
    CU_ASSERT_EQUAL(supa_exec(get(), NULL), SUPA_OK);
    world_end(&world);
}

extern CU_TestInfo cancel_tests[];
CU_TestInfo cancel_tests[] = {
    {"a token fires once and for ever", a_token_fires_once_and_for_ever},
    {"no token is allowed", no_token_is_allowed},
    {"a sleep ends at its moment or when the token fires",
     a_sleep_ends_at_its_moment_or_when_the_token_fires},
    {"a fired token sends nothing", a_fired_token_sends_nothing},
    {"a query keeps its token and takes another", a_query_keeps_its_token_and_takes_another},
    {"a token ends the wait for a retry", a_token_ends_the_wait_for_a_retry},
    {"a deadline is shared", a_deadline_is_shared},
    {"the earlier of time and deadline counts", the_earlier_of_time_and_deadline_counts},
    {"retries end before the deadline", retries_end_before_the_deadline},
    {"jitter takes off a half at most", jitter_takes_off_a_half_at_most},
    {"a client is its process's own", a_client_is_its_process_s_own},
    CU_TEST_INFO_NULL,
};
