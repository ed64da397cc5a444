/* SPDX-License-Identifier: MIT */
#include "build.h"

#include "fail.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>

/* Elements parted by commas; one in double quotes may have commas in it, and \ before a character. */
static supa_value read_list(char *text, const char ***list)
{
    size_t n = 0;
    char *from = text, *to;

    *list = have(calloc(strlen(text) + 1, sizeof **list));
    while (*from != '\0') {
        const int is_quoted = *from == '"';

        from += is_quoted;
        (*list)[n++] = to = from;
        while (*from != '\0' && *from != (is_quoted ? '"' : ',')) {
            from += is_quoted && *from == '\\' && from[1] != '\0';
            *to++ = *from++;
        }
        from += is_quoted && *from == '"';
        from += *from == ',';
        *to = '\0';
    }
    return supa_texts(*list, n);
}

static void put_list(supa_query *q, const struct step *step, const char *column, const char *text)
{
    char *copy = copy_of(text, strlen(text));
    const char **list;
    const supa_value value = read_list(copy, &list);

    if (step->negated)
        supa_not_in(q, column, value);
    else
        supa_in(q, column, value);
    free(list);
    free(copy);
}

static void put_step(supa_query *q, const struct step *step)
{
    const char *equals = strchr(step->text, '=');
    char *column;

    if (strcmp(step->op, "or") == 0) {
        supa_or_raw(q, step->text);
        return;
    }
    column = copy_of(step->text, (size_t)(equals - step->text));
    if (strcmp(step->op, "filter") == 0) {
        supa_filter_raw(q, column, equals + 1);
    } else if (strcmp(step->op, "in") == 0) {
        put_list(q, step, column, equals + 1);
    } else {
        if (step->negated)
            supa_not(q);
        supa_filter_text(q, column, step->op, equals + 1);
    }
    free(column);
}

void build_filters(supa_query *q, const struct options *options)
{
    for (size_t i = 0; i < options->step_count; i++)
        put_step(q, &options->steps[i]);
}

/* Takes a word and its dot off the end. */
static int ends_in(char *term, const char *word)
{
    const size_t length = strlen(term), end = strlen(word);

    if (length <= end + 1 || term[length - end - 1] != '.' ||
        strcmp(term + length - end, word) != 0)
        return 0;
    term[length - end - 1] = '\0';
    return 1;
}

static void put_order(supa_query *q, char *term)
{
    int flags = 0;

    if (ends_in(term, "nullsfirst"))
        flags |= SUPA_NULLS_FIRST;
    else if (ends_in(term, "nullslast"))
        flags |= SUPA_NULLS_LAST;
    if (ends_in(term, "desc"))
        flags |= SUPA_DESC;
    else if (ends_in(term, "asc"))
        flags |= SUPA_ASC;
    supa_order(q, term, flags);
}

void build_order(supa_query *q, const char *order)
{
    char *copy = copy_of(order, strlen(order)), *place = NULL;

    for (char *term = strtok_r(copy, ",", &place); term != NULL; term = strtok_r(NULL, ",", &place))
        put_order(q, term);
    free(copy);
}

static void put_range(supa_query *q, const struct options *options)
{
    const int64_t first = options->offset, n = options->limit;

    if (first == NOT_GIVEN) {
        if (n != NOT_GIVEN)
            supa_limit(q, n);
    } else if (n == NOT_GIVEN) {
        supa_range(q, first, INT64_MAX - 1);
    } else if (n == 0) {
        supa_limit(q, 0);
    } else {
        supa_range(q, first, n > INT64_MAX - 1 - first ? INT64_MAX - 1 : first + n - 1);
    }
}

int build_count_kind(const char *word, supa_count_kind *kind)
{
    static const char *const words[] = {NULL, "exact", "planned", "estimated"};

    *kind = SUPA_COUNT_EXACT;
    if (word == NULL)
        *kind = SUPA_COUNT_NONE;
    if (word == NULL || *word == '\0')
        return 0;
    for (int i = 1; i < 4; i++) {
        if (strcmp(word, words[i]) == 0) {
            *kind = (supa_count_kind)i;
            return 0;
        }
    }
    return misuse(NULL, "--count is none of exact, planned and estimated: \"%s\"", word);
}

static int explain_flags(const char *words, int *flags)
{
    static const struct {
        const char *word;
        int flag;
    } known[] = {
        {"analyze", SUPA_EXPLAIN_ANALYZE},
        {"verbose", SUPA_EXPLAIN_VERBOSE},
        {"settings", SUPA_EXPLAIN_SETTINGS},
        {"buffers", SUPA_EXPLAIN_BUFFERS},
        {"wal", SUPA_EXPLAIN_WAL}};
    size_t length;

    *flags = 0;
    for (const char *at = words; at != NULL && *at != '\0'; at += length + (at[length] == ',')) {
        size_t i = 0;

        length = strcspn(at, ",");
        while (i < 5 && (strlen(known[i].word) != length || memcmp(known[i].word, at, length) != 0))
            i++;
        if (i == 5)
            return misuse(
                "analyze, verbose, settings, buffers, wal", "--explain has no \"%.*s\"",
                (int)length, at);
        *flags |= known[i].flag;
    }
    return 0;
}

/* What the terminal call would not find. */
static int check_words(const struct options *options)
{
    supa_count_kind kind;
    int flags, status = build_count_kind(options->count, &kind);

    if (status == 0)
        status = explain_flags(options->explain, &flags);
    if (status == 0 && options->single && options->maybe_single)
        status = misuse(NULL, "--single and --maybe-single are one too many");
    return status;
}

static int read_body(struct request *request, const struct options *options)
{
    const int values = options->argument_count - 1;

    if (options->from != NULL && values > 0)
        return misuse(NULL, "rows come from --from or from the arguments, not from both");
    if (options->from != NULL && options->get)
        return misuse(NULL, "--get takes arguments, not --from");
    if (options->from == NULL && values == 0 && request->verb != VERB_RPC)
        return misuse(
            "name=text, name:=json, or --from FILE (- is standard input)",
            "there is nothing to write");
    if (options->from == NULL)
        return records_of_arguments(options->arguments + 1, values, &request->body);
    if (request->verb == VERB_INSERT || request->verb == VERB_UPSERT)
        return records_all(options->from, options->input, &request->body);
    return text_read_file(&request->body, options->from) == 0 ? 0 : EXIT_OTHER;
}

int build_read(struct request *request, enum verb verb, const struct options *options)
{
    const int status = check_words(options);

    *request = (struct request){.verb = verb};
    if (status != 0)
        return status;
    if (options->argument_count < 1)
        return misuse(NULL, verb == VERB_RPC ? "which function?" : "which table?");
    request->relation = options->arguments[0];
    if (verb != VERB_GET && verb != VERB_DELETE)
        return read_body(request, options);
    if (options->argument_count > 1)
        return misuse(
            "filters are options: --eq status=active", "one table at a time: \"%s\"",
            options->arguments[1]);
    return 0;
}

void build_free(struct request *request)
{
    text_free(&request->body);
}

static void put_verb(supa_query *q, const struct request *request, const struct options *options)
{
    const char *json = request->body.data;

    if (request->verb == VERB_INSERT)
        supa_insert(q, json);
    else if (request->verb == VERB_UPSERT)
        supa_upsert(q, json, options->on_conflict);
    else if (request->verb == VERB_UPDATE)
        supa_update(q, json);
    else if (request->verb == VERB_DELETE)
        supa_delete(q);
    if (options->ignore_duplicates)
        supa_ignore_duplicates(q);
    if (options->missing_default)
        supa_missing_default(q);
    if (options->columns != NULL)
        supa_columns(q, options->columns);
    if (options->all_rows)
        supa_all_rows(q);
    if (options->max_affected != NOT_GIVEN)
        supa_max_affected(q, options->max_affected);
    if (options->dry_run)
        supa_rollback(q);
}

/* By GET each argument is a parameter of its own; else the object is sent as it is. */
static void
put_arguments(supa_query *q, const struct request *request, const struct options *options)
{
    if (!options->get) {
        supa_args(q, request->body.data);
        return;
    }
    supa_rpc_get(q);
    for (int i = 1; i < options->argument_count; i++) {
        const char *equals = strchr(options->arguments[i], '=');
        const size_t length = (size_t)(equals - options->arguments[i]);
        char *name = copy_of(options->arguments[i], length - (equals[-1] == ':'));

        supa_arg(q, name, supa_text(equals + 1));
        free(name);
    }
}

static void put_shape(supa_query *q, const struct options *options)
{
    supa_count_kind kind;
    int flags;

    if (options->select != NULL)
        supa_select(q, options->select);
    if (options->order != NULL)
        build_order(q, options->order);
    put_range(q, options);
    if (options->single)
        supa_single(q);
    if (options->maybe_single)
        supa_maybe_single(q);
    if (build_count_kind(options->count, &kind) == 0 && kind != SUPA_COUNT_NONE)
        supa_count(q, kind);
    if (options->explain != NULL && explain_flags(options->explain, &flags) == 0)
        supa_explain(q, flags, SUPA_PLAN_TEXT);
    if (options->any_store)
        supa_any_store(q);
    if (options->own_copy)
        supa_own_copy(q);
}

supa_query *
build_query(const struct request *request, supa_client *client, const struct options *options)
{
    supa_query *q = request->verb == VERB_RPC ? supa_rpc(client, request->relation)
                                              : supa_from(client, request->relation);

    if (request->verb == VERB_RPC)
        put_arguments(q, request, options);
    else
        put_verb(q, request, options);
    build_filters(q, options);
    put_shape(q, options);
    return q;
}
