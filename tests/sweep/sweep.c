/* SPDX-License-Identifier: MIT */
/* Runs every scenario while its first, second, third … allocation fails, alone or with all that follow:
 * the library's own, libcurl's, cJSON's. What failed is reported as that, and tells rightly whether a
 * write went out; nothing leaks; and the same call succeeds once there is memory again.
 *
 *     sweep [--stride N] [--only TEXT]
 *
 * With a stride, only each N-th allocation is tried behind the first 20. Of libcurl's, only each fourth of those
 * is where nothing is written. */
#include "sweep.h"

#include "base/stash.h"
#include "failing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 20, MOST = 20000 };

static const struct scenarios *const groups[] = {&sweep_queries,  &sweep_asks,      &sweep_many,
                                                 &sweep_managers, &sweep_platforms, &sweep_keys};

static size_t stride = 1;
static size_t steps, otherwise; /* of all scenarios; failures of libcurl's that have another code */

/* One scenario with one allocation that fails. */
struct step {
    const struct scenario *scenario;
    enum failing_whose whose;
    size_t nth;
    int and_on;
    int is_wrong;
};

static void complain(struct step *step, const char *what, const supa_error *error)
{
    step->is_wrong = 1;
    fprintf(
        stderr, "  %s, %s allocation %zu%s: %s", step->scenario->name, failing_names[step->whose],
        step->nth, step->and_on ? " and all behind it" : "", what);
    if (error != NULL && error->code != SUPA_OK)
        fprintf(
            stderr, " (%s, %s: %s)", supa_code_name((supa_code)error->code),
            supa_outcome_name((supa_outcome)error->outcome), error->message);
    fprintf(stderr, "\n");
}

static void judge_code(struct step *step, int code, const supa_error *error, int came)
{
    if (code == SWEEP_WRONG)
        complain(step, "a success with something else", NULL);
    else if (code != SUPA_OK && !came)
        complain(step, "it fails without any reason", error);
    else if (code != SUPA_OK && code != SUPA_ERROR_NO_MEMORY && step->whose == FAILING_CURL)
        otherwise++;
    else if (code != SUPA_OK && code != SUPA_ERROR_NO_MEMORY)
        complain(step, "another error than out of memory", error);
    if (code > 0 && error->code != SUPA_OK && error->code != code)
        complain(step, "two codes for one failure", error);
}

/* @writes arrived at the server. */
static void judge_outcome(struct step *step, int code, const supa_error *error, size_t writes)
{
    const size_t wanted = (size_t)step->scenario->writes;

    if (writes > wanted)
        complain(step, "written more often than asked for", error);
    if (code == SUPA_OK && writes < wanted)
        complain(step, "a success that was never written", error);
    if (code <= 0 || (step->scenario->flags & SWEEP_FLOW) != 0 || wanted == 0)
        return;
    if (error->outcome == SUPA_NOT_SENT && writes != 0)
        complain(step, "it was sent, and it says that it was not", error);
    if (error->outcome == SUPA_ANSWERED && writes == 0)
        complain(step, "it was not sent, and it says that it was answered", error);
}

static int same(const struct live *a, const struct live *b)
{
    return a->blocks == b->blocks && a->curl == b->curl && a->cjson == b->cjson &&
           a->secrets == b->secrets && a->descriptors == b->descriptors;
}

/* When nobody has a connection any more. */
static struct live live(void)
{
    server_settle();
    return failing_live();
}

static void judge_leaks(struct step *step, const struct live *before)
{
    const struct live after = live();
    char text[160];

    if (same(before, &after))
        return;
    snprintf(
        text, sizeof text,
        "leaks %ld blocks, %ld of libcurl, %ld of cJSON, %ld secrets, %d descriptors",
        after.blocks - before->blocks, after.curl - before->curl, after.cjson - before->cjson,
        (long)after.secrets - (long)before->secrets, after.descriptors - before->descriptors);
    complain(step, text, NULL);
}

/* 1 when it came to the failure. */
static int take(struct step *step)
{
    const struct scenario *scenario = step->scenario;
    const struct live before = live();
    supa_error error = {0}, again = {0};
    struct place place;
    int code, code_again, came;
    size_t writes;

    steps++;
    place_start(&place, scenario->needs);
    place_answer(&place, scenario->answers);
    failing_at(step->whose, step->nth, step->and_on);
    code = scenario->run(&place, &error);
    came = failing_end() >= step->nth;
    judge_code(step, code, &error, came);
    code_again = scenario->run(&place, &again);
    if (code_again != SUPA_OK && step->whose == FAILING_CURL && again.outcome == SUPA_NOT_SENT) {
        place_wait(
            &place); /* libcurl called it the network's failure, so the master is left alone */
        memset(&again, 0, sizeof again);
        code_again = scenario->run(&place, &again);
    }
    if (code_again != SUPA_OK)
        complain(step, "the same call fails afterwards", &again);
    writes = server_writes();
    if (code_again == SUPA_OK && writes < (size_t)scenario->writes)
        complain(step, "the same call writes nothing afterwards", NULL);
    else if (code_again == SUPA_OK)
        judge_outcome(step, code, &error, writes - (size_t)scenario->writes);
    place_end(&place);
    judge_leaks(step, &before);
    return came;
}

/* How many allocations there are; complaints are added to @wrong. */
static size_t
sweep(const struct scenario *scenario, enum failing_whose whose, int and_on, size_t *wrong)
{
    size_t nth = 1, pace = whose == FAILING_CURL && scenario->writes == 0 ? 4 * stride : stride;

    for (; nth < MOST; nth += nth < AT_ONCE ? 1 : pace) {
        struct step step = {scenario, whose, nth, and_on, 0};
        int came = take(&step);

        *wrong += (size_t)step.is_wrong;
        if (!came)
            return nth - 1;
        if (*wrong > 20)
            return nth;
    }
    return nth;
}

static void run_once(const struct scenario *scenario)
{
    supa_error error = {0};
    struct place place;

    place_start(&place, scenario->needs);
    place_answer(&place, scenario->answers);
    scenario->run(&place, &error);
    place_end(&place);
}

static int run(const struct scenario *scenario)
{
    struct step warm = {scenario, FAILING_OURS, MOST, 0, 0};
    size_t wrong = 0, counts[FAILING_KINDS];

    run_once(scenario); /* what is kept for the next time is there from now on */
    take(&warm);
    if (warm.is_wrong)
        return 0;
    for (int whose = 0; whose < FAILING_KINDS; whose++) {
        counts[whose] = 0;
        if (whose == FAILING_CURL && (scenario->flags & SWEEP_NOT_CURL) != 0)
            continue;
        counts[whose] = sweep(scenario, (enum failing_whose)whose, 0, &wrong);
        if (counts[whose] > 0)
            sweep(scenario, (enum failing_whose)whose, 1, &wrong);
    }
    printf(
        "%-44s %5zu of ours, %5zu of libcurl, %4zu of cJSON%s\n", scenario->name, counts[0],
        counts[1], counts[2], wrong != 0 ? "  WRONG" : "");
    return wrong == 0;
}

static const char *only;

static void run_group(const struct scenarios *group, size_t *passed, size_t *failed)
{
    for (size_t i = 0; i < group->count; i++) {
        if (only != NULL && strstr(group->all[i].name, only) == NULL)
            continue;
        if (run(&group->all[i]))
            ++*passed;
        else
            ++*failed;
    }
}

int main(int argc, char **argv)
{
    size_t passed = 0, failed = 0;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--stride") == 0)
            stride = (size_t)atol(argv[i + 1]);
        else if (strcmp(argv[i], "--only") == 0)
            only = argv[i + 1];
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (failing_start() != 0 || server_start() != 0 || stride == 0) {
        fprintf(stderr, "the sweep does not start\n");
        return 1;
    }
    stash_off = 1; /* so that each call takes memory */
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        run_group(groups[i], &passed, &failed);
    server_stop();
    printf(
        "%zu steps, each followed by the same call with memory; %zu failures of libcurl's were "
        "reported with another code\n",
        steps, otherwise);
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
