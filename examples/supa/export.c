/* SPDX-License-Identifier: MIT */
/* export: all rows of a table to a file, page by page, in constant memory. */
#include "build.h"
#include "commands.h"
#include "fail.h"
#include "output.h"
#include "progress.h"
#include "target.h"
#include "words.h"

#include <string.h>

/* What is copied, and to where. */
struct copy {
    supa_client *client;
    const struct options *options;
    const char *relation, *by; /* by: NULL for offsets */
    struct text select;        /* with the columns of @by; "" for all */
    struct columns added;      /* of them, those that nobody asked for */
    struct writer writer;
    struct progress progress;
};

static supa_query *build(const struct copy *copy)
{
    const struct options *options = copy->options;
    supa_query *q = supa_from(copy->client, copy->relation);

    if (copy->select.length != 0)
        supa_select(q, copy->select.data);
    build_filters(q, options);
    if (options->any_store)
        supa_any_store(q);
    if (options->own_copy)
        supa_own_copy(q);
    return q;
}

/* How many rows there will be: -1 when nobody asked. */
static int count_rows(const struct copy *copy, int64_t *total)
{
    supa_count_kind kind;
    supa_response *answer;
    int status = build_count_kind(copy->options->count, &kind);

    *total = -1;
    if (status != 0 || kind == SUPA_COUNT_NONE)
        return status;
    answer = supa_execute(supa_head_reason(supa_head(supa_count(build(copy), kind))));
    if (supa_response_ok(answer))
        *total = supa_response_count(answer);
    else
        status = session_tell(copy->client, copy->relation, supa_response_error(answer));
    supa_response_free(answer);
    return status;
}

/* How to page is what a table without an id has to be told. */
static int tell_failure(struct copy *copy, const supa_error *error)
{
    const int status = session_tell(copy->client, copy->relation, error);

    if (copy->options->by == NULL && strcmp(error->server_code, "42703") == 0 &&
        strstr(error->message, ".id ") != NULL)
        advise("pages follow the unique columns of --by, id without it; --by - counts rows off");
    if (copy->options->to == NULL && copy->writer.rows != 0)
        advise(
            "%ld row%s %s written before it", copy->writer.rows, plural(copy->writer.rows),
            copy->writer.rows == 1 ? "was" : "were");
    return status;
}

static int copy_rows(struct copy *copy)
{
    supa_error error;
    supa_rows *rows;
    supa_row row;
    int64_t total;
    int status = count_rows(copy, &total);

    if (status != 0)
        return status;
    progress_begin(&copy->progress, "row", total);
    progress_beside(&copy->progress, copy->writer.stream);
    rows = supa_pages(build(copy), copy->options->page, copy->by);
    while (!ferror(copy->writer.stream) && supa_rows_next(rows, &row)) {
        writer_row(&copy->writer, NULL, row);
        progress_step(&copy->progress, 1);
    }
    if (supa_rows_close(rows, &error) != SUPA_OK) {
        progress_break(&copy->progress);
        writer_break(&copy->writer);
        return tell_failure(copy, &error);
    }
    status = writer_end(&copy->writer);
    if (status == 0)
        progress_end(&copy->progress);
    else
        progress_break(&copy->progress);
    return status;
}

/* A name's ending says the form, when --output does not. */
static enum output form_of(const char *path)
{
    const size_t length = path != NULL ? strlen(path) : 0;

    if (length > 4 && strcmp(path + length - 4, ".csv") == 0)
        return OUTPUT_CSV;
    if (length > 5 && strcmp(path + length - 5, ".json") == 0)
        return OUTPUT_JSON;
    return OUTPUT_NDJSON;
}

/* The columns that pages need are selected beside those that were asked for, and not printed. */
static int choose_columns(struct copy *copy)
{
    const struct options *options = copy->options;

    copy->by = options->by != NULL ? options->by : "id";
    if (strcmp(copy->by, "-") == 0)
        copy->by = NULL;
    if (options->select == NULL)
        return 0;
    if (copy->by != NULL)
        return columns_to_page(options->select, copy->by, &copy->select, &copy->added);
    text_puts(&copy->select, options->select);
    return 0;
}

static int export_to(struct session *session, FILE *stream)
{
    const struct options *options = session->options;
    struct copy copy = {.options = options, .relation = options->arguments[0]};
    int status = choose_columns(&copy);

    if (status == 0)
        status = writer_begin(&copy.writer, stream, options->output, form_of(options->to));
    if (status == 0 && copy.writer.output == OUTPUT_TABLE)
        copy.writer.output = OUTPUT_NDJSON;
    if (copy.added.count != 0)
        copy.writer.hidden = &copy.added;
    if (status == 0)
        status = session_client(session, &copy.client);
    if (status == 0)
        status = copy_rows(&copy);
    supa_client_unref(copy.client);
    text_free(&copy.select);
    columns_free(&copy.added);
    return status;
}

int command_export(struct session *session)
{
    const struct options *options = session->options;
    struct target target;
    int status;

    if (options->argument_count != 1)
        return misuse("supa export TABLE --to FILE", "which table?");
    if (options->output != NULL && strcmp(options->output, "table") == 0)
        return misuse(NULL, "export writes json, ndjson or csv");
    if (options->page < 1)
        return misuse(NULL, "--page is at least 1");
    status = target_open(&target, options->to);
    return status == 0 ? target_close(&target, export_to(session, target.stream)) : status;
}
