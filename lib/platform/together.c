/* SPDX-License-Identifier: MIT */
/* Several questions at once, of the master and of tenants, in one call that blocks. */
#include "base/error.h"
#include "base/memory.h"
#include "platform/ask.h"
#include "platform/errand.h"

struct visit {
    struct errand errand; /* the first */
    supa_question *question;
};

static void keep(void *user, supa_response *response)
{
    supa_question *question = user;

    question->response = response;
}

static void visited(struct errand *errand, supa_response *response)
{
    keep(((struct visit *)errand)->question, response);
}

/* Asks a query that is bound; it is gone then. */
static void ask_bound(const struct errand *errand, supa_question *question)
{
    supa_query *q = errand_limit(question->query, errand->deadline, errand->cancel);

    question->query = NULL;
    if (supa_multi_add(errand->multi, q, keep, question) == 0)
        question->response = ask_without_memory(NULL);
}

static void ask_tenant(struct visit *visit, supa_question *question)
{
    supa_error error;

    visit->question = question;
    visit->errand.query = question->query;
    if (visit->errand.manager == NULL) {
        error_argument(&error, "supa_together: a store is named, but there is no manager");
        question->response = supa_response_of_error(&error);
    } else if (errand_begin(&visit->errand, question->store_id) != 0) {
        question->response = ask_without_memory(NULL);
    }
}

static void
ask_all(const struct errand *errand, struct visit *visits, supa_question *questions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (questions[i].store_id == NULL) {
            ask_bound(errand, &questions[i]);
            continue;
        }
        visits[i].errand = *errand;
        ask_tenant(&visits[i], &questions[i]);
    }
    supa_multi_run(errand->multi);
}

/* Nothing was asked of anybody. */
static void refuse_all(supa_question *questions, size_t n, const supa_error *error)
{
    for (size_t i = 0; i < n; i++)
        questions[i].response = supa_response_of_error(error);
}

static int end_all(supa_question *questions, size_t n, supa_error *error)
{
    int code = SUPA_OK;

    for (size_t i = 0; i < n; i++) {
        supa_query_free(questions[i].query);
        questions[i].query = NULL;
        if (code == SUPA_OK)
            code = ask_failed(questions[i].response, error);
    }
    return code;
}

int supa_together(
    supa_manager *manager, supa_question *questions, size_t n, supa_deadline deadline,
    supa_cancel *cancel, supa_error *error)
{
    supa_multi_options options = SUPA_MULTI_OPTIONS_INIT;
    struct errand errand = {
        .manager = manager, .deadline = deadline, .cancel = cancel, .done = visited};
    struct visit *visits;
    supa_error problem;

    error_clear(error);
    options.is_brief = 1;
    visits = memory_array(n + 1, sizeof *visits);
    if (visits == NULL)
        error_no_memory(&problem);
    errand.multi = visits != NULL ? supa_multi_new(&options, &problem) : NULL;
    if (errand.multi != NULL)
        ask_all(&errand, visits, questions, n);
    else
        refuse_all(questions, n, &problem);
    supa_multi_free(errand.multi);
    memory_free(visits);
    return end_all(questions, n, error);
}
