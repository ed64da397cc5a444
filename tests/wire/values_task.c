/* SPDX-License-Identifier: MIT */
/* One text's checks: what is found is compared with what must be found. */
#include "wire/values.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *pattern_of(const char *text, const char *around)
{
    size_t length = supa_escape_like(text, NULL, 0);
    char *pattern = malloc(length + 3);

    if (pattern == NULL)
        abort();
    strcpy(pattern, around);
    supa_escape_like(text, pattern + strlen(around), length + 1);
    return strcat(pattern, around);
}

static char *regex_of(const char *text)
{
    char *regex = malloc(2 * strlen(text) + 3), *to = regex;

    if (regex == NULL)
        abort();
    *to++ = '^';
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x80 && !isalnum((unsigned char)*text))
            *to++ = '\\';
        *to++ = *text;
    }
    strcpy(to, "$");
    return regex;
}

int task_init(
    struct task *task, supa_client *client, const struct world *world, size_t at, uint64_t seed)
{
    uint64_t state = seed ^ (at * UINT64_C(0x2545F4914F6CDD1D));

    memset(task, 0, sizeof *task);
    task->client = client;
    task->world = world;
    task->at = at;
    for (size_t i = 0; i < 3; i++) {
        size_t place = i == 0 ? at : next_random(&state) % world->count;

        task->text[i] = world->texts[place];
        if (i > 0 && strlen(task->text[i]) > 1000) /* three long ones are more than a URL may be */
            task->text[i] = "";
        task->exact[i] = pattern_of(task->text[i], "");
        task->part[i] = pattern_of(task->text[i], "%");
        task->regex[i] = regex_of(task->text[i]);
        task->sample[i] = (int64_t)place + 1;
    }
    task->sample[3] = (int64_t)world->count + 1;
    for (size_t i = 4; i < SAMPLE; i++)
        task->sample[i] = (int64_t)(next_random(&state) % world->count) + 1;
    return 0;
}

void task_end(struct task *task)
{
    for (size_t i = 0; i < 3; i++) {
        free(task->exact[i]);
        free(task->part[i]);
        free(task->regex[i]);
    }
}

void task_wrong(struct task *task, const char *what, const char *how)
{
    if (task->wrong++ == 0)
        snprintf(
            task->failure, sizeof task->failure, "%.60s: %.250s: \"%.120s\" (%zu bytes)", what, how,
            task->text[0], strlen(task->text[0]));
}

/* Each row of the answer leaves its mark; 0 when one has no id. */
static int mark_found(const supa_response *answer, char *found, size_t rows)
{
    size_t count = supa_response_row_count(answer);
    supa_row row = supa_response_first(answer);
    int64_t id = 0;

    for (; count > 0; count--, row = supa_row_next(row)) {
        if (supa_row_int64(row, "id", &id) != SUPA_FIELD_VALUE || id < 1 || (size_t)id > rows)
            return 0;
        found[id - 1]++;
    }
    return 1;
}

static void compare_row(
    struct task *task, const char *what, size_t row, truth_of truth, int how, const char *found)
{
    const enum truth wanted = (how & NEGATED) != 0 ? NO : YES;
    const int want = truth(task, row) == wanted;
    char text[160];

    if (found[row] == want)
        return;
    snprintf(
        text, sizeof text, "row %zu %s, its text is \"%.60s\"", row + 1,
        want ? "is not found" : "is found",
        row < task->world->count ? task->world->texts[row] : "NULL");
    task_wrong(task, what, text);
}

static void
compare(struct task *task, const char *what, const supa_response *answer, truth_of truth, int how)
{
    const size_t rows = task->world->count + 1;
    char *found = calloc(rows, 1);

    if (found == NULL || !mark_found(answer, found, rows)) {
        task_wrong(task, what, "the rows have no ids");
    } else if ((how & SAMPLED) != 0) {
        for (size_t i = 0; i < SAMPLE; i++)
            compare_row(task, what, (size_t)task->sample[i] - 1, truth, how, found);
    } else {
        for (size_t row = 0; row < rows; row++)
            compare_row(task, what, row, truth, how, found);
    }
    free(found);
}

void task_ids(struct task *task, const char *what, supa_query *q, truth_of truth, int how)
{
    supa_response *answer;
    const supa_error *error;

    if ((how & SAMPLED) != 0)
        supa_in(q, "id", supa_ints(task->sample, SAMPLE));
    answer = supa_execute(q);
    error = supa_response_error(answer);
    task->checks++;
    if ((how & REFUSED) != 0) {
        task->refused++;
        if (error == NULL || error->code != SUPA_ERROR_ARGUMENT || error->outcome != SUPA_NOT_SENT)
            task_wrong(task, what, "is not refused");
    } else if (
        error != NULL && error->code == SUPA_ERROR_URL_TOO_LONG && strlen(task->text[0]) > 4000) {
        task->too_long++;
    } else if (error != NULL) {
        task_wrong(task, what, error->message);
    } else {
        compare(task, what, answer, truth, how);
    }
    supa_response_free(answer);
}
