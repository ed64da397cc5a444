/* SPDX-License-Identifier: MIT */
/* Lists that do not fit into one URL: the parts alone, and supa_split over the fake transport. */
#include "multi/multi_internal.h"
#include "query/parts.h"
#include "query/query_internal.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/cancel.h>
#include <supa/multi.h>
#include <supa/response.h>

#define VALUES 3000
#define CALLS  64
#define SLACK  20 /* bytes that a URL may fall short of its limit by */

static struct world world;
static char texts[VALUES][48];
static const char *list[VALUES];

/* What was sent. */
static struct {
    size_t count, longest;
    char *urls[CALLS];
} sent;
static void (*perform_fake)(
    struct transport *transport, const struct call *call, struct reply *reply);

static void perform(struct transport *transport, const struct call *call, struct reply *reply)
{
    const size_t length = strlen(call->url);

    if (sent.count < CALLS && (sent.urls[sent.count] = malloc(length + 1)) != NULL)
        memcpy(sent.urls[sent.count], call->url, length + 1);
    sent.count++;
    sent.longest = length > sent.longest ? length : sent.longest;
    perform_fake(transport, call, reply);
}

static void forget_sent(void)
{
    for (size_t i = 0; i < sent.count && i < CALLS; i++)
        free(sent.urls[i]);
    memset(&sent, 0, sizeof sent);
}

static void start_on(supa_side side, int64_t max_url)
{
    supa_client_options options = world_options();

    options.max_url = max_url;
    options.retry_base_ms = 1;
    world_start_with(&world, side, &options, NULL);
    perform_fake = world.transport.perform;
    world.transport.perform = perform;
    memset(&sent, 0, sizeof sent);
}

static void start(int64_t max_url)
{
    start_on(SUPA_SIDE_NONE, max_url);
}

static void end(void)
{
    forget_sent();
    world_end(&world);
}

static uint32_t state;

static uint32_t random_number(void)
{
    state = state * 1664525U + 1013904223U;
    return state >> 8;
}

enum texture { NUMBERS, UUIDS, MIXED };

/* Values with commas, quotes, letters beyond ASCII, and of many lengths. */
static void make_text(char out[48], enum texture texture, size_t i)
{
    static const char *const pieces[] = {"a,b", "\"", "é", "x", "(", "\\", " ", "%", "abcdefgh"};

    out[0] = '\0';
    if (texture == NUMBERS)
        snprintf(out, 48, "%zu", i * 7919 % 100003);
    else if (texture == UUIDS)
        snprintf(out, 48, "%08x-0d4e-4f5a-8b6c-%012zx", (unsigned)random_number() * 2654435761U, i);
    else
        for (uint32_t n = random_number() % 5, k = 0; k <= n; k++)
            strcat(out, pieces[random_number() % COUNT(pieces)]);
}

static void make_list(enum texture texture)
{
    state = 5;
    for (size_t i = 0; i < VALUES; i++) {
        make_text(texts[i], texture, i);
        list[i] = texts[i];
    }
}

static supa_query *get(size_t n)
{
    return supa_split(supa_in(supa_from(world.client, "t"), "id", supa_texts(list, n)));
}

/* The bytes of a URL with the values from @from to @to of the plan. */
static size_t url_length(const struct parts *parts, size_t from, size_t to)
{
    size_t starts[2] = {from, to};
    struct parts part = *parts;
    supa_query *q;
    size_t length;

    part.starts = starts;
    q = parts_query(&part, 0);
    q->target->max_url += 1000000;
    CU_ASSERT_EQUAL(request_build(q), SUPA_OK);
    length = q->request.url.length;
    q->target->max_url -= 1000000;
    supa_query_free(q);
    return length;
}

/* Parts fit, and none has room for what the next one begins with. */
static void check_parts(const struct parts *parts, size_t limit)
{
    CU_ASSERT_EQUAL(parts->starts[0], 0);
    CU_ASSERT_EQUAL(parts->starts[parts->part_count], parts->count);
    for (size_t i = 0; i < parts->part_count; i++) {
        const size_t from = parts->starts[i], to = parts->starts[i + 1];

        CU_ASSERT_FATAL(from < to);
        CU_ASSERT(url_length(parts, from, to) <= limit);
        CU_ASSERT(to == parts->count || url_length(parts, from, to + 1) + SLACK > limit);
    }
}

/* However they are cut, all values have to go out; commas only within parts. */
static size_t lower_bound(const struct parts *parts, size_t limit)
{
    const size_t base = url_length(parts, 0, 1) - parts->pieces[0].length;
    const size_t all = url_length(parts, 0, parts->count) - base;
    const size_t room = limit - base;

    return (all + 1 + room) / (room + 1);
}

static void parts_are_as_few_as_fit(void)
{
    static const size_t limits[] = {300, 700, 3500, 8000};

    for (enum texture texture = NUMBERS; texture <= MIXED; texture++) {
        make_list(texture);
        for (size_t i = 0; i < COUNT(limits); i++) {
            struct parts parts;
            supa_query *q;

            start((int64_t)limits[i]);
            q = get(VALUES);
            CU_ASSERT_EQUAL_FATAL(parts_plan(&parts, q), SUPA_OK);
            if (texture != MIXED) {
                const size_t least = lower_bound(&parts, limits[i]);

                check_parts(&parts, limits[i]);
                CU_ASSERT(parts.part_count >= least);
                CU_ASSERT(parts.part_count <= least + least / 5 + 1);
            }
            for (size_t k = 0; k < parts.part_count; k++)
                CU_ASSERT(url_length(&parts, parts.starts[k], parts.starts[k + 1]) <= limits[i]);
            parts_free(&parts);
            supa_query_free(q);
            end();
        }
    }
}

static void what_fits_is_one_part(void)
{
    struct parts parts;
    supa_query *q;

    make_list(UUIDS);
    start(-1);
    q = get(VALUES);
    CU_ASSERT_EQUAL(parts_plan(&parts, q), SUPA_OK);
    CU_ASSERT_EQUAL(parts.part_count, 1);
    CU_ASSERT_EQUAL(parts.count, VALUES);
    parts_free(&parts);
    supa_query_free(q);
    q = get(1);
    CU_ASSERT_EQUAL(parts_plan(&parts, q), SUPA_OK);
    CU_ASSERT_EQUAL(parts.part_count, 1);
    parts_free(&parts);
    supa_query_free(q);
    end();
}

static void a_value_that_stands_twice_is_sent_once(void)
{
    static const char *const values[] = {"b", "a", "b", "", "a", "b", "", "c", "B"};

    start(-1);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_split(supa_in(supa_from(world.client, "t"), "k", supa_texts(values, 9))), NULL),
        SUPA_OK);
    CU_ASSERT(world_same(world.trail, "GET " WORLD_PREFIX "t?k=in.(%22%22,a,B,b,c)\n"));
    end();
}

/* Values that a type may take for one, as a UUID in another case, or a number with zeros before. */
static void values_that_may_mean_the_same_go_together(void)
{
    static const char *const before[] = {"", "", "0", "+"};
    static const char *const behind[] = {"ABCdef", "abcDEF", "abcdef", "abcdef"};
    struct parts parts;
    supa_query *q;

    for (size_t i = 0; i < 400; i++) {
        snprintf(texts[i], sizeof texts[i], "%s%zu%s", before[i % 4], i / 4 + 100, behind[i % 4]);
        list[i] = texts[i];
    }
    start(400);
    q = get(400);
    CU_ASSERT_EQUAL_FATAL(parts_plan(&parts, q), SUPA_OK);
    CU_ASSERT_EQUAL(parts.count, 400);
    CU_ASSERT(parts.part_count > 5);
    for (size_t i = 0; i <= parts.part_count; i++)
        CU_ASSERT_EQUAL(parts.starts[i] % 4, 0);
    for (size_t i = 0; i < parts.part_count; i++)
        CU_ASSERT(url_length(&parts, parts.starts[i], parts.starts[i + 1]) <= 400);
    parts_free(&parts);
    supa_query_free(q);
    end();
}

static void a_value_that_fits_no_url_is_told(void)
{
    static char long_text[600];
    const char *const values[] = {"a", long_text, "z"};
    supa_error error;

    memset(long_text, 'm', sizeof long_text - 1);
    start(300);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_split(supa_in(supa_from(world.client, "t"), "k", supa_texts(values, 3))), &error),
        SUPA_ERROR_URL_TOO_LONG);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT(world_same(error.relation, "t"));
    end();
}

static supa_query *base(void)
{
    return supa_in(supa_from(world.client, "t"), "id", supa_texts(list, 3));
}

static void what_cannot_be_joined_is_refused(void)
{
    make_list(NUMBERS);
    start(3500);
    const struct mistake rows[] = {
        {supa_split(supa_order(base(), "id", SUPA_ASC)), "an order"},
        {supa_split(supa_limit(base(), 5)), "a limit"},
        {supa_split(supa_range(base(), 0, 5)), "a range"},
        {supa_split(supa_count(base(), SUPA_COUNT_EXACT)), "counts"},
        {supa_split(supa_single(base())), "single rows"},
        {supa_split(supa_maybe_single(base())), "single rows"},
        {supa_split(supa_csv(base())), "JSON rows"},
        {supa_split(supa_head(base())), "JSON rows"},
        {supa_split(supa_explain(base(), 0, SUPA_PLAN_TEXT)), "JSON rows"},
        {supa_split(supa_select(base(), "n.sum()")), "aggregates"},
        {supa_split(supa_delete(base())), "only reads"},
        {supa_split(supa_rpc(world.client, "f")), "only reads"},
        {supa_split(supa_from(world.client, "t")), "no `in` list"},
        {supa_split(supa_eq(supa_from(world.client, "t"), "id", supa_int(1))), "no `in` list"},
        {supa_split(supa_in(supa_not(supa_from(world.client, "t")), "id", supa_texts(list, 3))),
         "no `in` list"},
        {supa_split(supa_in(supa_from(world.client, "t"), "o.id", supa_texts(list, 3))),
         "no `in` list"},
        {supa_split(supa_in(supa_from(world.client, "t"), "id", supa_texts(NULL, 0))),
         "no `in` list"},
        {supa_split(supa_timeout(base(), -1)), "negative"},
        {supa_split(NULL), "NULL"},
    };

    table_mistakes(&world, SUPA_ERROR_ARGUMENT, rows, COUNT(rows));
    CU_ASSERT_EQUAL(
        supa_exec(supa_split(supa_in(supa_template("t"), "id", supa_texts(list, 3))), NULL),
        SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(world.calls, 0);
    end();
}

#define JSON "Content-Type: application/json\n"

static const struct script rows_answers[] = {
    {200, JSON, "[{\"id\":1},{\"id\":2}]", SUPA_OK, SUPA_ANSWERED},
    {200, JSON, "[]", SUPA_OK, SUPA_ANSWERED},
    {200, JSON, " [ {\"id\":3} ] ", SUPA_OK, SUPA_ANSWERED},
    {206, JSON "Content-Range: 0-0/9\n", "[{\"id\":4}]", SUPA_OK, SUPA_ANSWERED}};

/* A limit that leads to four parts or so. */
static supa_response *run_parts(const struct script *answers, size_t count)
{
    make_list(NUMBERS);
    world_answer(&world, answers, count);
    return supa_execute(get(200));
}

static void rows_are_joined_in_the_order_of_the_parts(void)
{
    static const char joined[] = "[{\"id\":1},{\"id\":2},\n  {\"id\":3} ,\n {\"id\":4}]";
    supa_response *response;
    size_t length;

    start(400);
    response = run_parts(rows_answers, 4);
    CU_ASSERT(sent.count >= 4);
    CU_ASSERT(sent.longest <= 400);
    CU_ASSERT_TRUE(supa_response_ok(response));
    CU_ASSERT_EQUAL(supa_response_row_count(response), 4);
    for (size_t i = 0; i < 4; i++) {
        int64_t id = 0;

        supa_row_int64(supa_response_row(response, i), "id", &id);
        CU_ASSERT_EQUAL(id, (int64_t)i + 1);
    }
    CU_ASSERT(world_same(supa_response_body(response, &length), joined));
    CU_ASSERT_EQUAL(length, strlen(joined));
    CU_ASSERT_EQUAL(supa_response_truncated(response), SUPA_TRUNCATED_YES);
    supa_response_free(response);
    end();
}

static void what_is_known_of_each_part_is_known_of_the_whole(void)
{
    static const struct {
        const char *first, *second;
        supa_truncation truncated;
    } rows[] = {
        {"Content-Range: 0-0/1\n", "Content-Range: 0-0/1\n", SUPA_TRUNCATED_NO},
        {"Content-Range: 0-0/1\n", "Content-Range: 0-0/2\n", SUPA_TRUNCATED_YES},
        {"Content-Range: 0-0/2\n", "Content-Range: 0-0/1\n", SUPA_TRUNCATED_YES},
        {"Content-Range: 0-0/1\n", "Content-Range: 0-0/*\n", SUPA_TRUNCATED_UNKNOWN},
        {"Content-Range: 0-0/*\n", "Content-Range: 0-0/1\n", SUPA_TRUNCATED_UNKNOWN},
        {"Content-Range: 0-0/*\n", "Content-Range: 0-0/2\n", SUPA_TRUNCATED_YES},
    };

    make_list(NUMBERS);
    start(400);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct script answers[] = {
            {200, rows[i].first, "[{\"id\":1}]", SUPA_OK, SUPA_ANSWERED},
            {200, rows[i].second, "[{\"id\":2}]", SUPA_OK, SUPA_ANSWERED}};
        supa_response *response;

        forget_sent();
        world_answer(&world, answers, 2);
        response = supa_execute(get(90));
        CU_ASSERT_EQUAL(sent.count, 2);
        CU_ASSERT_EQUAL(supa_response_truncated(response), rows[i].truncated);
        supa_response_free(response);
    }
    end();
}

static void one_part_s_error_ends_all(void)
{
    static const struct script answers[] = {
        {200, JSON, "[{\"id\":1}]", SUPA_OK, SUPA_ANSWERED},
        {400, JSON, "{\"code\":\"22P02\",\"message\":\"no uuid\"}", SUPA_OK, SUPA_ANSWERED},
        {400, JSON, "{\"code\":\"22P03\",\"message\":\"another\"}", SUPA_OK, SUPA_ANSWERED}};
    supa_response *response;

    start(400);
    response = run_parts(answers, 3);
    CU_ASSERT_FALSE(supa_response_ok(response));
    CU_ASSERT_EQUAL(supa_response_row_count(response), 0);
    CU_ASSERT(world_same(supa_response_error(response)->message, "no uuid"));
    CU_ASSERT(world_same(supa_response_error(response)->relation, "t"));
    supa_response_free(response);
    end();
}

static void a_part_is_tried_again(void)
{
    static const struct script answers[] = {
        {200, JSON, "[{\"id\":1}]", SUPA_OK, SUPA_ANSWERED},
        {503, NULL, NULL, SUPA_OK, SUPA_ANSWERED}};

    make_list(NUMBERS);
    start(400);
    world_answer(&world, answers, 2);
    CU_ASSERT_EQUAL(supa_exec(supa_retry(get(200), 1), NULL), SUPA_OK);
    CU_ASSERT(sent.count >= 5);
    end();
}

static void each_part_is_kept_to_the_store(void)
{
    make_list(UUIDS);
    start_on(SUPA_SIDE_TENANT, 600);
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_split(supa_in(supa_from(world.client, "products"), "id", supa_texts(list, 60))),
            NULL),
        SUPA_OK);
    CU_ASSERT(sent.count > 4);
    CU_ASSERT(sent.longest <= 600);
    for (size_t i = 0; i < sent.count && i < CALLS; i++) {
        const char *found = strstr(sent.urls[i], "store_id=eq." WORLD_STORE);

        CU_ASSERT_PTR_NOT_NULL(found);
        CU_ASSERT_PTR_NULL(found != NULL ? strstr(found + 1, "store_id=eq.") : NULL);
    }
    end();
}

static size_t called_back;
static int last_code;

static void done(void *user, supa_response *response)
{
    const supa_error *error = supa_response_error(response);

    (void)user;
    called_back++;
    last_code = error != NULL ? error->code : SUPA_OK;
    supa_response_free(response);
}

static void a_multi_splits_too(void)
{
    supa_multi *multi = supa_multi_new(NULL, NULL);
    uint64_t ticket;

    make_list(UUIDS);
    start(600);
    called_back = 0;
    CU_ASSERT_NOT_EQUAL(supa_multi_add(multi, get(1000), done, NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_count(multi), 1);
    CU_ASSERT_EQUAL(called_back, 0);
    CU_ASSERT_EQUAL(supa_multi_poll(multi, 0), 1);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(called_back, 1);
    CU_ASSERT_EQUAL(last_code, SUPA_OK);
    CU_ASSERT(sent.count > 60);
    ticket = supa_multi_add(multi, get(1000), done, NULL);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(called_back, 2);
    CU_ASSERT_EQUAL(last_code, SUPA_ERROR_CANCELLED);
    CU_ASSERT_NOT_EQUAL(supa_multi_add(multi, supa_limit(get(5), 1), done, NULL), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(last_code, SUPA_ERROR_ARGUMENT);
    supa_multi_free(multi);
    end();
}

static void tokens_and_deadlines_end_all_parts(void)
{
    supa_cancel *token = supa_cancel_new();
    supa_deadline past = {1};

    make_list(UUIDS);
    start(600);
    supa_cancel_fire(token);
    CU_ASSERT_EQUAL(supa_exec(supa_cancel_with(get(500), token), NULL), SUPA_ERROR_CANCELLED);
    CU_ASSERT_EQUAL(supa_exec(supa_deadline_by(get(500), past), NULL), SUPA_ERROR_TIMEOUT);
    CU_ASSERT_EQUAL(world.calls, 0);
    supa_cancel_unref(token);
    end();
}

/* Parts that have ended are called back by the end, with no further one begun. */
static void the_multi_s_end_is_the_split_s(void)
{
    supa_multi *multi = supa_multi_new(NULL, NULL);

    make_list(UUIDS);
    start(600);
    called_back = 0;
    supa_multi_add(multi, get(1000), done, NULL);
    multi_work(multi);
    supa_multi_free(multi);
    CU_ASSERT_EQUAL(called_back, 1);
    CU_ASSERT_EQUAL(last_code, SUPA_ERROR_CANCELLED);
    end();
}

static void sweep(int (*run)(void))
{
    size_t reported = 0;
    int failed = 1;

    make_list(UUIDS);
    start(600);
    for (size_t n = 1; failed; n++) {
        int code;

        forget_sent();
        world_answer(&world, rows_answers, 3);
        world_fail_at(n);
        code = run();
        failed = world_failed();
        CU_ASSERT(code == SUPA_OK || (failed && code == SUPA_ERROR_NO_MEMORY));
        reported += code != SUPA_OK;
        CU_ASSERT_FATAL(n < 3000);
    }
    CU_ASSERT(reported > 0);
    end();
}

static int run_blocking(void)
{
    return supa_exec(get(50), NULL);
}

static int run_in_multi(void)
{
    supa_multi *multi = supa_multi_new(NULL, NULL);
    size_t tickets;

    if (multi == NULL)
        return SUPA_ERROR_NO_MEMORY;
    called_back = 0;
    tickets = supa_multi_add(multi, get(50), done, NULL) != 0;
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    supa_multi_free(multi);
    CU_ASSERT_EQUAL(called_back, tickets);
    return tickets != 0 ? last_code : SUPA_ERROR_NO_MEMORY;
}

static void each_failed_allocation_is_reported(void)
{
    sweep(run_blocking);
    sweep(run_in_multi);
}

/* All parts were answered, and memory is gone for what is made of them. */
static void what_cannot_be_joined_was_answered(void)
{
    size_t all, reported = 0;
    supa_error error;

    make_list(UUIDS);
    start(600);
    CU_ASSERT_EQUAL(supa_exec(get(50), NULL), SUPA_OK);
    all = sent.count;
    for (size_t n = 1; n < 3000; n++) {
        int code;

        forget_sent();
        world_answer(&world, rows_answers, 3);
        world_fail_at(n);
        code = supa_exec(get(50), &error);
        if (!world_failed())
            break;
        if (code == SUPA_OK || sent.count != all)
            continue;
        CU_ASSERT_EQUAL(error.outcome, SUPA_ANSWERED);
        reported++;
    }
    CU_ASSERT(reported > 0);
    end();
}

extern CU_TestInfo split_tests[];
CU_TestInfo split_tests[] = {
    {"parts are as few as fit", parts_are_as_few_as_fit},
    {"what fits is one part", what_fits_is_one_part},
    {"a value that stands twice is sent once", a_value_that_stands_twice_is_sent_once},
    {"values that may mean the same go together", values_that_may_mean_the_same_go_together},
    {"a value that fits no URL is told", a_value_that_fits_no_url_is_told},
    {"what cannot be joined is refused", what_cannot_be_joined_is_refused},
    {"rows are joined in the order of the parts", rows_are_joined_in_the_order_of_the_parts},
    {"what is known of each part is known of the whole",
     what_is_known_of_each_part_is_known_of_the_whole},
    {"one part's error ends all", one_part_s_error_ends_all},
    {"a part is tried again", a_part_is_tried_again},
    {"each part is kept to the store", each_part_is_kept_to_the_store},
    {"a multi splits too", a_multi_splits_too},
    {"tokens and deadlines end all parts", tokens_and_deadlines_end_all_parts},
    {"the multi's end is the split's", the_multi_s_end_is_the_split_s},
    {"each failed allocation is reported", each_failed_allocation_is_reported},
    {"what cannot be joined was answered", what_cannot_be_joined_was_answered},
    CU_TEST_INFO_NULL,
};
