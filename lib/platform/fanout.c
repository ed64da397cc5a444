/* SPDX-License-Identifier: MIT */
/* One template asked of many stores, on one thread. */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "platform/ask.h"
#include "platform/errand.h"
#include "platform/store_queue.h"
#include "platform/stores.h"

#include <string.h>

#define MOST_IN_FLIGHT 4096

struct fanout;

/* One store at a time. */
struct visit {
    struct errand errand; /* the first */
    struct fanout *fanout;
    struct visit *next_free;
    char id[UUID_LENGTH + 1];
};

struct fanout {
    supa_manager *manager;
    supa_multi *multi;
    const supa_query *query;
    supa_fanout_options options;
    supa_fanout_each each;
    void *user;
    supa_deadline deadline;
    struct store_queue queue;
    struct visit *visits, *free;
    supa_fanout_report *report;
    supa_error end; /* why it ended before all stores were asked */
};

static void tell(struct fanout *fanout, const char *id, supa_response *response)
{
    supa_fanout_report *report = fanout->report;
    const supa_error *error = supa_response_error(response);

    if (error != NULL && report->first_error.code == SUPA_OK) {
        report->first_error = *error;
        memcpy(report->first_store, id, UUID_LENGTH + 1);
    }
    fanout->each(fanout->user, id, response);
}

/* The store's answer, or why there is none. */
static void tell_asked(struct fanout *fanout, const char *id, supa_response *response)
{
    fanout->report->asked++;
    if (supa_response_ok(response))
        fanout->report->ok++;
    else
        fanout->report->failed++;
    tell(fanout, id, response);
}

static int is_over(struct fanout *fanout)
{
    if (supa_cancel_fired(fanout->options.cancel))
        error_set(
            &fanout->end, SUPA_ERROR_CANCELLED, SUPA_NOT_SENT,
            "cancelled before all stores were asked");
    else if (fanout->deadline.at_us != 0 && clock_us() >= fanout->deadline.at_us)
        error_set(
            &fanout->end, SUPA_ERROR_TIMEOUT, SUPA_NOT_SENT,
            "the deadline passed before all stores were asked");
    return fanout->end.code != SUPA_OK;
}

static void skip_rest(struct fanout *fanout)
{
    char id[UUID_LENGTH + 1];
    supa_error error = fanout->end;

    fanout->queue.has_ended = 1;
    while (store_queue_next(&fanout->queue, id)) {
        error_about(&error, SUPA_SIDE_TENANT, id, "");
        fanout->report->skipped++;
        tell(fanout, id, supa_response_of_error(&error));
    }
}

static void visited(struct errand *errand, supa_response *response);

/* The next store's turn. */
static void visit_next(struct fanout *fanout, const char *id)
{
    struct visit *visit = fanout->free;

    visit->errand = (struct errand){
        .multi = fanout->multi,
        .manager = fanout->manager,
        .query = fanout->query,
        .deadline = earlier_deadline(fanout->deadline, supa_deadline_in(fanout->options.store_ms)),
        .cancel = fanout->options.cancel,
        .done = visited,
    };
    memcpy(visit->id, id, sizeof visit->id);
    if (errand_begin(&visit->errand, id) == 0)
        fanout->free = visit->next_free;
    else
        tell_asked(fanout, id, ask_without_memory(NULL));
}

static void go_on(void *user)
{
    struct fanout *fanout = user;
    char id[UUID_LENGTH + 1];

    while (fanout->free != NULL && !store_queue_ended(&fanout->queue)) {
        if (is_over(fanout)) {
            skip_rest(fanout);
            return;
        }
        if (!store_queue_next(&fanout->queue, id))
            return;
        visit_next(fanout, id);
    }
}

static void visited(struct errand *errand, supa_response *response)
{
    struct visit *visit = (struct visit *)errand;
    struct fanout *fanout = visit->fanout;

    tell_asked(fanout, visit->id, response);
    visit->next_free = fanout->free;
    fanout->free = visit;
    go_on(fanout);
}

static int
read_options(supa_fanout_options *options, const supa_fanout_options *given, supa_error *error)
{
    const supa_fanout_options defaults = SUPA_FANOUT_OPTIONS_INIT;

    *options = defaults;
    if (given != NULL && options_read(options, sizeof *options, given) != 0)
        return error_argument(
            error, "supa_fanout: the options do not begin with SUPA_FANOUT_OPTIONS_INIT");
    if (options->in_flight < 1 || options->in_flight > MOST_IN_FLIGHT)
        return error_argument(error, "supa_fanout: in_flight is not 1 to %d", MOST_IN_FLIGHT);
    if (options->page < 1)
        return error_argument(error, "supa_fanout: a page has at least one row");
    if (!stores_is_choice((supa_stores)options->which))
        return error_argument(error, "supa_fanout: the stores are none of supa_stores");
    return SUPA_OK;
}

/* What could not be asked of any store is refused before the first one. */
static int check_call(const struct fanout *fanout, supa_error *error)
{
    const supa_fanout_options *options = &fanout->options;
    const supa_error *mistake = supa_query_error(fanout->query);
    char id[UUID_LENGTH + 1];
    int code = SUPA_OK;

    if (fanout->manager == NULL || fanout->each == NULL)
        return error_argument(error, "supa_fanout: there is no manager, or nobody to call back");
    if (mistake != NULL) {
        *error = *mistake;
        return (int)mistake->code;
    }
    for (size_t i = 0; options->store_ids != NULL && i < options->count && code == SUPA_OK; i++)
        code = ask_uuid(options->store_ids[i], "supa_fanout", "store", id, error);
    return code;
}

static int make_visits(struct fanout *fanout)
{
    size_t count = (size_t)fanout->options.in_flight;

    if (fanout->options.store_ids != NULL && fanout->options.count < count)
        count = fanout->options.count + 1; /* none at all is no array */
    fanout->visits = memory_array(count, sizeof *fanout->visits);
    for (size_t i = 0; fanout->visits != NULL && i < count; i++) {
        fanout->visits[i].fanout = fanout;
        fanout->visits[i].next_free = fanout->free;
        fanout->free = &fanout->visits[i];
    }
    return fanout->visits != NULL ? 0 : -1;
}

static void fill_queue(struct fanout *fanout)
{
    const supa_fanout_options *options = &fanout->options;
    struct store_queue *queue = &fanout->queue;

    queue->ids = options->store_ids;
    queue->count = options->count;
    queue->size = options->page;
    queue->multi = fanout->multi;
    queue->deadline = fanout->deadline;
    queue->cancel = options->cancel;
    queue->came = go_on;
    queue->user = fanout;
    if (queue->ids != NULL)
        return;
    queue->query = stores_query(
        fanout->manager, (supa_stores)options->which, STORES_IDS, options->filters,
        options->filter_count);
}

static int run(struct fanout *fanout, supa_error *error)
{
    const supa_error *end;

    fanout->deadline = supa_deadline_in(fanout->options.deadline_ms);
    fill_queue(fanout);
    store_queue_start(&fanout->queue);
    go_on(fanout);
    supa_multi_run(fanout->multi);
    end = fanout->end.code != SUPA_OK ? &fanout->end : &fanout->queue.error;
    if (end->code != SUPA_OK)
        *error = *end;
    store_queue_free(&fanout->queue);
    return (int)end->code;
}

int supa_fanout(
    supa_manager *manager, const supa_query *template_query, const supa_fanout_options *options,
    supa_fanout_each each, void *user, supa_fanout_report *report, supa_error *error)
{
    struct fanout fanout = {
        .manager = manager, .query = template_query, .each = each, .user = user};
    supa_fanout_report own_report;
    supa_error own;
    int code;

    error = error != NULL ? error : &own;
    error_clear(error);
    fanout.report = report != NULL ? report : &own_report;
    memset(fanout.report, 0, sizeof *fanout.report);
    code = read_options(&fanout.options, options, error);
    if (code == SUPA_OK)
        code = check_call(&fanout, error);
    if (code != SUPA_OK)
        return code;
    fanout.multi = supa_multi_new(NULL, error);
    if (fanout.multi == NULL)
        return (int)error->code;
    code = make_visits(&fanout) == 0 ? run(&fanout, error) : error_no_memory(error);
    supa_multi_free(fanout.multi);
    memory_free(fanout.visits);
    return code;
}
