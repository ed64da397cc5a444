/* SPDX-License-Identifier: MIT */
/* export: all rows of a table to a file, page by page, in constant memory. */
#include "build.h"
#include "commands.h"
#include "fail.h"
#include "output.h"
#include "progress.h"

#include <errno.h>
#include <string.h>

static supa_query *build(supa_client *client, const struct options *options, const char *relation)
{
    supa_query *q = supa_from(client, relation);

    if (options->select != NULL)
        supa_select(q, options->select);
    build_filters(q, options);
    if (options->any_store)
        supa_any_store(q);
    if (options->own_copy)
        supa_own_copy(q);
    return q;
}

/* How many rows there will be: -1 when nobody asked. */
static int
count_rows(supa_client *client, const struct options *options, const char *relation, int64_t *total)
{
    supa_count_kind kind;
    supa_response *answer;
    int status = build_count_kind(options->count, &kind);

    *total = -1;
    if (status != 0 || kind == SUPA_COUNT_NONE)
        return status;
    answer = supa_execute(
        supa_head_reason(supa_head(supa_count(build(client, options, relation), kind))));
    if (supa_response_ok(answer))
        *total = supa_response_count(answer);
    else
        status = tell_error(supa_response_error(answer));
    supa_response_free(answer);
    return status;
}

static supa_rows *
open_rows(supa_client *client, const struct options *options, const char *relation)
{
    const char *by = options->by != NULL ? options->by : "id";
    supa_query *q = build(client, options, relation);

    return supa_pages(q, options->page, strcmp(by, "-") == 0 ? NULL : by);
}

static int copy_rows(
    supa_client *client, const struct options *options, const char *relation, struct writer *writer)
{
    struct progress progress;
    supa_error error;
    supa_rows *rows;
    supa_row row;
    int64_t total;
    int status = count_rows(client, options, relation, &total);

    if (status != 0)
        return status;
    progress_begin(&progress, "rows", total);
    rows = open_rows(client, options, relation);
    while (!ferror(writer->stream) && supa_rows_next(rows, &row)) {
        writer_row(writer, NULL, row);
        progress_step(&progress, 1);
    }
    status = supa_rows_close(rows, &error) == SUPA_OK ? writer_end(writer) : EXIT_OTHER;
    progress_end(&progress);
    if (error.code == SUPA_OK)
        return status;
    writer_break(writer);
    return tell_error(&error);
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

static int export_to(struct session *session, FILE *stream)
{
    const struct options *options = session->options;
    struct writer writer;
    supa_client *client = NULL;
    int status = writer_begin(&writer, stream, options->output, form_of(options->to));

    if (status == 0 && writer.output == OUTPUT_TABLE) {
        if (options->output != NULL)
            return misuse(NULL, "export writes json, ndjson or csv");
        writer.output = OUTPUT_NDJSON;
    }
    if (status == 0)
        status = session_client(session, &client);
    if (status == 0)
        status = copy_rows(client, options, options->arguments[0], &writer);
    supa_client_unref(client);
    return status;
}

int command_export(struct session *session)
{
    const struct options *options = session->options;
    FILE *stream = stdout;
    int status;

    if (options->argument_count != 1)
        return misuse(NULL, "which table?");
    if (options->to != NULL && strcmp(options->to, "-") != 0)
        stream = fopen(options->to, "we");
    if (stream == NULL)
        return trouble("%s: %s", options->to, strerror(errno));
    status = export_to(session, stream);
    if (stream != stdout && fclose(stream) != 0 && status == 0)
        status = trouble("%s: %s", options->to, strerror(errno));
    return status;
}
