/* SPDX-License-Identifier: MIT */
/* import: rows of a file into a table, in batches, in constant memory. */
#include "commands.h"
#include "fail.h"
#include "progress.h"
#include "records.h"

static supa_query *
build(supa_client *client, const struct options *options, const char *relation, const char *json)
{
    supa_query *q = supa_from(client, relation);

    if (options->on_conflict != NULL || options->ignore_duplicates)
        supa_upsert(q, json, options->on_conflict);
    else
        supa_insert(q, json);
    if (options->ignore_duplicates)
        supa_ignore_duplicates(q);
    if (options->missing_default)
        supa_missing_default(q);
    if (options->columns != NULL)
        supa_columns(q, options->columns);
    if (options->any_store)
        supa_any_store(q);
    if (options->own_copy)
        supa_own_copy(q);
    return q;
}

/* Up to @most rows as a JSON list. How many; -1 and the trouble is told. */
static int64_t read_batch(struct records *records, int64_t most, struct text *batch)
{
    int64_t n = 0;
    int found = 1;

    text_clear(batch);
    text_putc(batch, '[');
    while (n < most) {
        const size_t before = batch->length;

        if (n != 0)
            text_putc(batch, ',');
        found = records_next(records, batch);
        if (found < 0)
            return -1;
        if (found == 0) {
            batch->data[batch->length = before] = '\0';
            break;
        }
        n++;
    }
    text_putc(batch, ']');
    return n;
}

/* A batch is one transaction: it is there as a whole or not at all. */
static int send(
    supa_client *client, const struct options *options, const struct text *batch,
    const struct progress *progress)
{
    supa_error error;
    int status;

    if (supa_exec(build(client, options, options->arguments[0], batch->data), &error) == SUPA_OK)
        return 0;
    status = tell_error(&error);
    fprintf(
        stderr, "  the first %lld rows are written; the batch behind them %s\n",
        (long long)progress->done, error.outcome == SUPA_UNKNOWN ? "may be" : "is not");
    return status;
}

static int copy_rows(supa_client *client, const struct options *options, struct records *records)
{
    struct progress progress;
    struct text batch = {0};
    int64_t n = 1;
    int status = 0;

    progress_begin(&progress, "rows", -1);
    while (status == 0 && n > 0) {
        n = read_batch(records, options->batch, &batch);
        if (n < 0)
            status = EXIT_OTHER;
        if (n > 0)
            status = send(client, options, &batch, &progress);
        if (n > 0 && status == 0)
            progress_step(&progress, n);
    }
    progress_end(&progress);
    text_free(&batch);
    return status;
}

int command_import(struct session *session)
{
    const struct options *options = session->options;
    const char *path = options->argument_count == 2 ? options->arguments[1] : "-";
    struct records records = {0};
    supa_client *client = NULL;
    int status;

    if (options->argument_count < 1 || options->argument_count > 2)
        return misuse(NULL, "import TABLE [FILE]");
    if (options->batch < 1)
        return misuse(NULL, "--batch is at least 1");
    status = records_open(&records, path, options->input);
    if (status == 0)
        status = session_client(session, &client);
    if (status == 0)
        status = copy_rows(client, options, &records);
    supa_client_unref(client);
    records_close(&records);
    return status;
}
