/* SPDX-License-Identifier: MIT */
/* Arrays, JSON, text search, functions and names. */
#include "wire/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static supa_query *strings(const struct task *task)
{
    return supa_select(supa_from(task->client, "strings"), "id");
}

static int is_null(const struct task *task, size_t row)
{
    return row == task->world->count;
}

static int list_has(const struct task *task, size_t row, const char *text)
{
    const char *list[3];

    world_list(task->world, row, list);
    return strcmp(list[0], text) == 0 || strcmp(list[1], text) == 0 || strcmp(list[2], text) == 0;
}

static enum truth list_contains(const struct task *task, size_t row)
{
    return is_null(task, row) ? UNKNOWN : list_has(task, row, task->text[0]) ? YES : NO;
}

static enum truth list_contains_both(const struct task *task, size_t row)
{
    if (is_null(task, row))
        return UNKNOWN;
    return list_has(task, row, task->text[0]) && list_has(task, row, task->text[1]) ? YES : NO;
}

enum truth list_overlaps(const struct task *task, size_t row)
{
    int any = 0;

    for (size_t i = 0; !is_null(task, row) && i < 3; i++)
        any |= list_has(task, row, task->text[i]);
    return is_null(task, row) ? UNKNOWN : any ? YES : NO;
}

/* Contained by the list of the text's own row and one text more. */
static enum truth list_contained(const struct task *task, size_t row)
{
    const char *list[3];

    if (is_null(task, row))
        return UNKNOWN;
    world_list(task->world, row, list);
    for (size_t i = 0; i < 3; i++) {
        if (!list_has(task, task->at, list[i]) && strcmp(list[i], task->text[1]) != 0)
            return NO;
    }
    return YES;
}

static enum truth own_row(const struct task *task, size_t row)
{
    return is_null(task, row) ? UNKNOWN : row == task->at ? YES : NO;
}

typedef supa_query *(*with_value)(supa_query *, const char *, supa_value);

/* Plain; and in a group with one that never holds, both behind `not`. */
static void both_ways(
    struct task *task, const char *what, with_value call, const char *column, supa_value value,
    truth_of truth, int how)
{
    supa_query *q = strings(task);

    call(q, column, value);
    task_ids(task, what, q, truth, how);
    q = supa_or(supa_not(strings(task)));
    call(q, column, value);
    supa_lt(q, "id", supa_int(0));
    supa_end(q);
    task_ids(task, what, q, truth, how | SAMPLED | NEGATED);
}

static void check_arrays(struct task *task)
{
    const char *list[4];

    world_list(task->world, task->at, list);
    list[3] = task->text[1];
    both_ways(
        task, "contains one", supa_contains, "list", supa_texts(task->text, 1), list_contains, 0);
    both_ways(
        task, "contains two", supa_contains, "list", supa_texts(task->text, 2), list_contains_both,
        0);
    both_ways(
        task, "contained_by", supa_contained_by, "list", supa_texts(list, 4), list_contained, 0);
    both_ways(task, "overlaps", supa_overlaps, "list", supa_texts(task->text, 3), list_overlaps, 0);
}

static char *object_of(const char *before, const char *text, const char *behind)
{
    char *json = json_of(text),
         *object = malloc(strlen(json) + strlen(before) + strlen(behind) + 1);

    if (object == NULL)
        abort();
    sprintf(object, "%s%s%s", before, json, behind);
    free(json);
    return object;
}

static int has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return 1;
    }
    return 0;
}

/* data is {"v": text, "o": {text: place}} */
static void check_json(struct task *task)
{
    char behind[32], place[16];
    char *value = object_of("{\"v\":", task->text[0], "}"), *scalar = json_of(task->text[0]);
    char *member, *name = quoted_of(task->text[0]), *column = malloc(strlen(name) + 16);

    snprintf(place, sizeof place, "%zu", task->at);
    snprintf(behind, sizeof behind, ":%zu}}", task->at);
    member = object_of("{\"o\":{", task->text[0], behind);
    if (column == NULL)
        abort();
    sprintf(column, "data->o->>%s", name);
    both_ways(task, "JSON contains", supa_contains, "data", supa_json(value), text_equals, 0);
    both_ways(task, "JSON contains key", supa_contains, "data", supa_json(member), own_row, 0);
    both_ways(task, "JSON path eq", supa_eq, "data->>v", supa_text(task->text[0]), text_equals, 0);
    both_ways(task, "JSON path in", supa_in, "data->>v", supa_texts(task->text, 3), text_is_one, 0);
    both_ways(task, "JSON value eq", supa_eq, "data->v", supa_json(scalar), text_equals, 0);
    if (has_control(task->text[0])) {
        supa_query *q = strings(task);

        supa_eq(q, column, supa_text(place));
        task_ids(task, "JSON key with a control character", q, own_row, REFUSED);
    } else {
        supa_query *q = strings(task);

        supa_eq(q, column, supa_text(place));
        task_ids(task, "JSON key", q, own_row, 0);
    }
    free(value);
    free(scalar);
    free(member);
    free(name);
    free(column);
}

/* What a search finds is the dictionary's business; here it must only be a search. */
static void check_search(struct task *task)
{
    static const supa_search kinds[] = {SUPA_FTS, SUPA_PLAIN, SUPA_PHRASE, SUPA_WEBSEARCH};

    for (size_t i = 0; i < 8; i++) {
        supa_query *q = strings(task);
        supa_response *answer;
        const supa_error *error;

        if (i >= 4)
            supa_or(q);
        supa_text_search(q, "value", task->text[0], kinds[i % 4], i % 2 != 0 ? "simple" : NULL);
        answer = supa_execute(i >= 4 ? supa_end(q) : q);
        error = supa_response_error(answer);
        task->checks++;
        if (error != NULL && error->code == SUPA_ERROR_URL_TOO_LONG)
            task->too_long++;
        else if (
            error != NULL && strcmp(error->server_code, "54000") != 0 &&
            (i % 4 != 0 || strcmp(error->server_code, "42601") != 0))
            task_wrong(task, "text search", error->message);
        supa_response_free(answer);
    }
}

static int is_text(supa_row row, const char *want)
{
    const char *text;
    size_t length;

    return supa_row_text(row, NULL, &text, &length) == SUPA_FIELD_VALUE && length == strlen(want) &&
           memcmp(text, want, length) == 0;
}

/* The function must give back its argument; by GET it may be refused when it looks like a filter. */
static void
check_call(struct task *task, const char *what, supa_query *q, size_t texts, int may_refuse)
{
    supa_response *answer = supa_execute(q);
    const supa_error *error = supa_response_error(answer);
    supa_row row = supa_response_first(answer);
    int same = supa_response_row_count(answer) == texts;

    task->checks++;
    if (error != NULL && error->code == SUPA_ERROR_ARGUMENT && error->outcome == SUPA_NOT_SENT) {
        task->refused++;
        if (!may_refuse)
            task_wrong(task, what, error->message);
    } else if (error != NULL && error->code == SUPA_ERROR_URL_TOO_LONG) {
        task->too_long++;
    } else if (error != NULL) {
        task_wrong(task, what, error->message);
    } else {
        for (size_t i = 0; same && i < texts; i++, row = supa_row_next(row))
            same = is_text(row, task->text[i]);
        if (!same || may_refuse == 2)
            task_wrong(task, what, may_refuse == 2 ? "is not refused" : "another value came back");
    }
    supa_response_free(answer);
}

static void check_functions(struct task *task)
{
    const supa_value one = supa_text(task->text[0]), three = supa_texts(task->text, 3);
    supa_client *c = task->client;
    char *json = json_of(task->text[0]);
    int filter = looks_like_filter(task->text[0]), any = 0;

    for (size_t i = 0; i < 3; i++)
        any |= looks_like_filter(task->text[i]);
    check_call(task, "rpc", supa_arg(supa_rpc(c, "echo"), "say", one), 1, 0);
    check_call(task, "rpc, a list", supa_arg(supa_rpc(c, "takes_array"), "v", three), 3, 0);
    check_call(
        task, "rpc, variadic", supa_arg_variadic(supa_rpc(c, "list_of"), "parts", three), 3, 0);
    check_call(task, "rpc, JSON", supa_arg(supa_rpc(c, "takes_json"), "v", supa_json(json)), 1, 0);
    check_call(
        task, "rpc, raw",
        supa_body(supa_rpc(c, "raw_text"), "text/plain", task->text[0], strlen(task->text[0])), 1,
        0);
    check_call(
        task, "rpc by GET", supa_arg(supa_rpc_get(supa_rpc(c, "echo")), "say", one), 1,
        filter ? 2 : 0);
    check_call(
        task, "rpc by GET, a list", supa_arg(supa_rpc_get(supa_rpc(c, "takes_array")), "v", three),
        3, 0);
    check_call(
        task, "rpc by GET, variadic",
        supa_arg_variadic(supa_rpc_get(supa_rpc(c, "list_of")), "parts", three), 3, any ? 2 : 0);
    free(json);
}

/* Columns that the table has, however they are written. PostgREST takes a star for the whole row, which
 * can be ordered by. */
static int is_column(const char *name)
{
    static const char *const names[] = {"id", "value", "list", "data"};

    if (strcmp(name, "*") == 0 || strcmp(name, "\"*\"") == 0)
        return 1;
    for (size_t i = 0; i < 4; i++) {
        const size_t n = strlen(names[i]), quoted = *name == '"';

        if (strncmp(name + quoted, names[i], n) != 0)
            continue;
        name += quoted + n + quoted;
        return *name == '\0' || strncmp(name, "->", 2) == 0;
    }
    return 0;
}

static void check_no_rows(struct task *task, const char *what, supa_query *q)
{
    supa_response *answer = supa_execute(q);
    const supa_error *error = supa_response_error(answer);

    task->checks++;
    if (error == NULL)
        task_wrong(task, what, "rows came back");
    else if (error->code == SUPA_ERROR_ARGUMENT && error->outcome == SUPA_NOT_SENT)
        task->refused++;
    else if (error->code == SUPA_ERROR_URL_TOO_LONG)
        task->too_long++;
    else if (error->server_code[0] == '\0' || error->http_status >= 500)
        task_wrong(task, what, error->message);
    supa_response_free(answer);
}

/* A text as a column's name: there is none, which must be said. */
static void check_names(struct task *task)
{
    supa_query *q;

    if (is_column(task->text[0]))
        return;
    check_no_rows(task, "order by the text", supa_order(strings(task), task->text[0], SUPA_DESC));
    check_no_rows(
        task, "a column of that name", supa_eq(strings(task), task->text[0], supa_text("x")));
    q = supa_or(strings(task));
    supa_eq(q, task->text[0], supa_text("x"));
    check_no_rows(
        task, "a column of that name in a group", supa_end(supa_gt(q, "id", supa_int(0))));
}

void check_others(struct task *task)
{
    check_arrays(task);
    check_json(task);
    check_search(task);
    check_functions(task);
    check_names(task);
}
