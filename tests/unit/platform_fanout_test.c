/* SPDX-License-Identifier: MIT */
/* One template over many stores, and several questions at once: what is sent, who is called back. */
#include "platform_world.h"
#include "table.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define JSON "Content-Type: application/json\n"
#define OK(body)                                                                                   \
    {                                                                                              \
        200, JSON, body, SUPA_OK, SUPA_ANSWERED                                                    \
    }
#define ONE "[{\"id\":1}]"

static struct platform_world place;

/* What the callback was told, one letter a store: o(k), f(ailed), c(ancelled), t(imed out). */
struct told {
    char letters[64];
    size_t count;
    supa_cancel *fire;    /* at the first store */
    int64_t first_ms;     /* how long the first one takes */
    supa_outcome outcome; /* of the last error */
};

static char letter_of(const supa_error *error)
{
    if (error == NULL)
        return 'o';
    if (error->code == SUPA_ERROR_CANCELLED)
        return 'c';
    return error->code == SUPA_ERROR_TIMEOUT ? 't' : 'f';
}

static void tell(void *user, const char *store_id, supa_response *response)
{
    struct told *told = user;
    const supa_error *error = supa_response_error(response);
    const struct timespec moment = {0, told->first_ms * 1000000};

    CU_ASSERT_EQUAL(strlen(store_id), 36);
    if (told->count == 0 && told->first_ms > 0)
        nanosleep(&moment, NULL);
    if (told->count == 0)
        supa_cancel_fire(told->fire);
    if (error != NULL)
        told->outcome = (supa_outcome)error->outcome;
    told->letters[told->count++] = letter_of(error);
    supa_response_free(response);
}

static supa_fanout_options list_of(const char *const *ids, size_t n)
{
    supa_fanout_options options = SUPA_FANOUT_OPTIONS_INIT;

    options.store_ids = ids;
    options.count = n;
    options.in_flight = 1;
    return options;
}

static int
run(const supa_fanout_options *options, struct told *told, supa_fanout_report *report,
    supa_error *error)
{
    supa_query *q = supa_select(supa_template("products"), "id");
    int code = supa_fanout(place.manager, q, options, tell, told, report, error);

    supa_query_free(q);
    return code;
}

static const char *const ids[] = {
    WORLD_STORE, WORLD_OTHER, "6F1C2B3A-0D4E-4F5A-8B6C-7D8E9FA0B1C2", WORLD_STORE, WORLD_STORE};

static void failures_are_a_stores_own(void)
{
    static const struct script answers[] = {
        OK(ONE),
        OK("[]"),
        {500, JSON, "{\"code\":\"XX000\",\"message\":\"x\"}", SUPA_OK, SUPA_ANSWERED},
        OK(ONE)};
    const supa_fanout_options options = list_of(ids, 4);
    struct told told = {.count = 0};
    supa_fanout_report report;
    supa_error error;

    platform_start(&place);
    world_answer(&place.world, answers, 4);
    CU_ASSERT_EQUAL(run(&options, &told, &report, &error), SUPA_OK);
    CU_ASSERT(world_same(told.letters, "offo"));
    CU_ASSERT_EQUAL(report.asked, 4);
    CU_ASSERT_EQUAL(report.ok, 2);
    CU_ASSERT_EQUAL(report.failed, 2);
    CU_ASSERT_EQUAL(report.skipped, 0);
    CU_ASSERT(world_same(report.first_store, WORLD_OTHER));
    CU_ASSERT_EQUAL(report.first_error.code, SUPA_ERROR_STORE_NOT_FOUND);
    CU_ASSERT(world_holds(place.world.url, "products?select=id&store_id=eq." WORLD_STORE));
    CU_ASSERT(place.world.deadline_us != 0);
    platform_end(&place);
}

/* The registry's stores come page by page, the next one behind the last store of the one before. */
static void the_registry_is_read_to_its_end(void)
{
    static const struct script answers[] = {
        OK("[{\"store_id\":\"" WORLD_STORE "\"}]"),
        OK("[{\"store_id\":\"7f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2\"}]")};
    const supa_condition filter = {"stores.slug", "eq", supa_text("x")};
    supa_fanout_options options = list_of(NULL, 0);
    struct told told = {.count = 0};
    supa_fanout_report report;

    platform_start(&place);
    world_answer(&place.world, answers, 2);
    options.page = 1;
    options.filters = &filter;
    options.filter_count = 1;
    CU_ASSERT_EQUAL(run(&options, &told, &report, NULL), SUPA_OK);
    CU_ASSERT(world_same(told.letters, "of"));
    CU_ASSERT_EQUAL(report.asked, 2);
    CU_ASSERT(world_holds(
        place.world.trail,
        "store_databases?select=store_id,stores!inner(id)&stores.slug=eq.x&database_type=eq."
        "supabase&is_active=is.true&stores.is_active=is.true&stores.status=in.(active,demo)"));
    CU_ASSERT(
        world_holds(place.world.trail, "store_id=gt." WORLD_STORE "&order=store_id.asc&limit=1"));
    CU_ASSERT(world_holds(place.world.trail, "store_id=gt.7f1c2b3a-0d4e"));
    platform_end(&place);
}

/* A registry that cannot be read to its end is told, after the stores that are known were asked. */
static void a_registry_that_fails_amid_it(void)
{
    static const struct script broken[] = {
        OK("[{\"store_id\":\"" WORLD_STORE "\"}]"),
        {0, NULL, NULL, SUPA_ERROR_NETWORK, SUPA_NOT_SENT}};
    static const struct script again[] = {
        OK("[{\"store_id\":\"" WORLD_STORE "\"}]"), OK("[{\"store_id\":\"" WORLD_STORE "\"}]")};
    static const struct script strange[] = {
        OK("[{\"store_id\":7},{\"store_id\":\"" WORLD_STORE "\"}]")};
    static const struct {
        const struct script *answers;
        size_t count;
        int code;
        const char *letters;
    } rows[] = {
        {broken, 2, SUPA_ERROR_NETWORK, "o"},
        {again, 2, SUPA_ERROR_MALFORMED, "o"},
        {strange, 1, SUPA_ERROR_MALFORMED, ""},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_fanout_options options = list_of(NULL, 0);
        struct told told = {.count = 0};
        supa_error error;

        platform_start(&place);
        world_answer(&place.world, rows[i].answers, rows[i].count);
        options.page = 1;
        CU_ASSERT_EQUAL(run(&options, &told, NULL, &error), rows[i].code);
        CU_ASSERT_EQUAL(error.code, rows[i].code);
        CU_ASSERT(world_same(told.letters, rows[i].letters));
        platform_end(&place);
    }
}

/* Everybody is told, also those whose turn never comes. */
static void it_is_cancelled(void)
{
    supa_fanout_options options = list_of(ids, 5);
    struct told told = {.fire = supa_cancel_new()};
    supa_fanout_report report;

    platform_start(&place);
    options.cancel = told.fire;
    CU_ASSERT_EQUAL(run(&options, &told, &report, NULL), SUPA_ERROR_CANCELLED);
    CU_ASSERT(world_same(told.letters, "occcc"));
    CU_ASSERT_EQUAL(told.outcome, SUPA_NOT_SENT);
    CU_ASSERT_EQUAL(report.asked, 1);
    CU_ASSERT_EQUAL(report.skipped, 4);
    CU_ASSERT(world_same(report.first_store, WORLD_OTHER));
    CU_ASSERT(world_same(report.first_error.store_id, WORLD_OTHER));
    told = (struct told){.fire = told.fire};
    CU_ASSERT_EQUAL(run(&options, &told, &report, NULL), SUPA_ERROR_CANCELLED);
    CU_ASSERT(world_same(told.letters, "ccccc"));
    options.store_ids = NULL;
    told = (struct told){.fire = told.fire};
    CU_ASSERT_EQUAL(run(&options, &told, &report, NULL), SUPA_ERROR_CANCELLED);
    CU_ASSERT(world_same(told.letters, ""));
    CU_ASSERT_EQUAL(place.world.calls, 1);
    supa_cancel_unref(told.fire);
    platform_end(&place);
}

static void its_time_is_over(void)
{
    supa_fanout_options options = list_of(ids, 5);
    struct told told = {.first_ms = 300};
    supa_fanout_report report;

    platform_start(&place);
    options.deadline_ms = 250;
    CU_ASSERT_EQUAL(run(&options, &told, &report, NULL), SUPA_ERROR_TIMEOUT);
    CU_ASSERT(world_same(told.letters, "otttt"));
    CU_ASSERT_EQUAL(report.skipped, 4);
    platform_end(&place);
}

static void what_is_refused(void)
{
    static const char *const bad[] = {WORLD_STORE, "no id"};
    supa_fanout_options options = list_of(bad, 2);
    struct told told = {.count = 0};
    supa_error error;
    supa_query *q = supa_template("products");

    platform_start(&place);
    CU_ASSERT_EQUAL(run(&options, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    options = list_of(ids, 1);
    options.in_flight = 0;
    CU_ASSERT_EQUAL(run(&options, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    options = list_of(NULL, 0);
    options.which = 7;
    CU_ASSERT_EQUAL(run(&options, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    options = list_of(NULL, 0);
    options.page = 0;
    CU_ASSERT_EQUAL(run(&options, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    options.size = 0;
    CU_ASSERT_EQUAL(run(&options, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    options = list_of(ids, 1);
    CU_ASSERT_EQUAL(supa_fanout(NULL, q, &options, tell, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(
        supa_fanout(place.manager, q, &options, NULL, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    supa_eq(q, "a", supa_text(NULL));
    CU_ASSERT_EQUAL(
        supa_fanout(place.manager, q, &options, tell, &told, NULL, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(told.count, 0);
    CU_ASSERT_EQUAL(place.world.calls, 0);
    options = list_of(ids, 0);
    CU_ASSERT_EQUAL(run(&options, &told, NULL, &error), SUPA_OK);
    CU_ASSERT_EQUAL(told.count, 0);
    supa_query_free(q);
    platform_end(&place);
}

/* Each question has its own answer; the first that failed is what the call returns. */
static void questions_side_by_side(void)
{
    static const struct script answers[] = {OK("[]"), OK(ONE)};
    supa_question questions[4];
    supa_error error;

    platform_start(&place);
    world_answer(&place.world, answers, 2);
    questions[0] =
        (supa_question){supa_from(supa_manager_master(place.manager), "stores"), NULL, NULL};
    questions[1] = (supa_question){supa_template("products"), WORLD_STORE, NULL};
    questions[2] = (supa_question){supa_template("products"), "no id", NULL};
    questions[3] = (supa_question){supa_template("products"), NULL, NULL};
    CU_ASSERT_EQUAL(
        supa_together(place.manager, questions, 4, supa_deadline_in(60000), NULL, &error),
        SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "UUID"));
    CU_ASSERT_EQUAL(supa_response_row_count(questions[0].response), 0);
    CU_ASSERT_EQUAL(supa_response_row_count(questions[1].response), 1);
    CU_ASSERT(!supa_response_ok(questions[2].response) && !supa_response_ok(questions[3].response));
    for (size_t i = 0; i < 4; i++)
        supa_response_free(questions[i].response);
    questions[0] = (supa_question){supa_template("products"), WORLD_STORE, NULL};
    CU_ASSERT_EQUAL(
        supa_together(NULL, questions, 1, (supa_deadline){0}, NULL, &error), SUPA_ERROR_ARGUMENT);
    supa_response_free(questions[0].response);
    CU_ASSERT_EQUAL(supa_together(NULL, NULL, 0, (supa_deadline){0}, NULL, &error), SUPA_OK);
    platform_end(&place);
}

static void questions_that_are_given_up(void)
{
    supa_cancel *cancel = supa_cancel_new();
    supa_question questions[2];
    supa_error error;

    platform_start(&place);
    supa_cancel_fire(cancel);
    questions[0] =
        (supa_question){supa_from(supa_manager_master(place.manager), "stores"), NULL, NULL};
    questions[1] = (supa_question){supa_template("products"), WORLD_STORE, NULL};
    CU_ASSERT_EQUAL(
        supa_together(place.manager, questions, 2, (supa_deadline){0}, cancel, &error),
        SUPA_ERROR_CANCELLED);
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(supa_response_error(questions[i].response)->code, SUPA_ERROR_CANCELLED);
        supa_response_free(questions[i].response);
    }
    CU_ASSERT_EQUAL(place.world.calls, 0);
    supa_cancel_unref(cancel);
    platform_end(&place);
}

extern CU_TestInfo platform_fanout_tests[];
CU_TestInfo platform_fanout_tests[] = {
    {"what fails at one store is its own", failures_are_a_stores_own},
    {"the registry is read to its end", the_registry_is_read_to_its_end},
    {"a registry that fails amid it", a_registry_that_fails_amid_it},
    {"cancelled, every store is told once", it_is_cancelled},
    {"its time over, every store is told once", its_time_is_over},
    {"what is refused before anything is sent", what_is_refused},
    {"questions side by side", questions_side_by_side},
    {"questions that are given up", questions_that_are_given_up},
    CU_TEST_INFO_NULL,
};
