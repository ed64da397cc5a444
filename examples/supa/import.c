/* SPDX-License-Identifier: MIT */
/* import: rows of a file into a table, in batches, in constant memory. */
#include "commands.h"
#include "fail.h"
#include "progress.h"
#include "records.h"
#include "words.h"

#include <string.h>
#include <sys/stat.h>

static supa_query *build(supa_client *client, const struct options *options)
{
    supa_query *q = supa_from(client, options->arguments[0]);

    if (options->on_conflict != NULL || options->ignore_duplicates)
        supa_upsert(q, NULL, options->on_conflict);
    else
        supa_insert(q, NULL);
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

static void step(void *user, const supa_writer_range *range)
{
    if (range->fate == SUPA_WRITER_WRITTEN)
        progress_step(user, range->count);
}

/* One batch at a time, so that those that are written are the first ones: who corrects what failed
 * can go on from there. */
static supa_writer *
open_writer(supa_client *client, const struct options *options, struct progress *progress)
{
    supa_writer_options how = SUPA_WRITER_OPTIONS_INIT;

    how.batch_rows = options->batch;
    how.batch_bytes = 0;
    how.in_flight = 1;
    how.on_batch = step;
    how.user = progress;
    return supa_writer_open(build(client, options), &how);
}

/* Stops at the first row that is not taken. 0, or an exit status and the trouble is told. */
static int give_rows(struct records *records, supa_writer *writer)
{
    struct text row = {0};
    int found;

    while ((found = records_next(records, &row)) > 0 &&
           supa_writer_json(writer, row.data, row.length) == SUPA_OK)
        text_clear(&row);
    text_free(&row);
    return found < 0 ? EXIT_OTHER : 0;
}

static int
tell_failure(supa_client *client, const struct options *options, const supa_writer_report *report)
{
    const int status = session_tell(client, options->arguments[0], &report->error);

    if (report->error.outcome == SUPA_NOT_SENT && report->written == 0)
        fputs("  nothing is written\n", stderr);
    else
        fprintf(
            stderr, "  the first %lld row%s %s written; the batch behind %s %s\n",
            (long long)report->written, plural(report->written),
            report->written == 1 ? "is" : "are", report->written == 1 ? "it" : "them",
            report->unknown != 0 ? "may be" : "is not");
    return status;
}

/* How many rows the file has, which is read for it: -1 when nobody asked. */
static int count_rows(const struct options *options, const char *path, int64_t *total)
{
    struct records records = {0};
    struct text row = {0};
    struct stat facts;
    int found = 0, status;

    *total = -1;
    if (!options->count_rows)
        return 0;
    if (strcmp(path, "-") == 0 || (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode)))
        return misuse("give it a file", "--count reads the rows twice");
    status = records_open(&records, path, options->input);
    for (*total = 0; status == 0 && (found = records_next(&records, &row)) > 0; ++*total)
        text_clear(&row);
    text_free(&row);
    records_close(&records);
    return found < 0 ? EXIT_OTHER : status;
}

static int copy_rows(
    supa_client *client, const struct options *options, struct records *records, int64_t total)
{
    struct progress progress;
    supa_writer_report report;
    supa_writer *writer;
    int status;

    progress_begin(&progress, "row", total);
    writer = open_writer(client, options, &progress);
    status = give_rows(records, writer);
    if (supa_writer_close(writer, &report) != SUPA_OK) {
        progress_break(&progress);
        status = tell_failure(client, options, &report);
    } else {
        progress_end(&progress);
    }
    supa_writer_report_clear(&report);
    return status;
}

int command_import(struct session *session)
{
    const struct options *options = session->options;
    const char *path = options->argument_count == 2 ? options->arguments[1] : "-";
    struct records records = {0};
    supa_client *client = NULL;
    int64_t total;
    int status;

    if (options->argument_count < 1 || options->argument_count > 2)
        return misuse("supa import TABLE [FILE]", "which table, and which file?");
    if (options->batch < 1)
        return misuse(NULL, "--batch is at least 1");
    status = count_rows(options, path, &total);
    if (status == 0)
        status = records_open(&records, path, options->input);
    if (status == 0)
        status = session_client(session, &client);
    if (status == 0)
        status = copy_rows(client, options, &records, total);
    supa_client_unref(client);
    records_close(&records);
    return status;
}
