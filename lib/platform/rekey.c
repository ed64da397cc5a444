/* SPDX-License-Identifier: MIT */
/* Every envelope of the registry in one version, under the key that seals it. */
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "platform/all_rows.h"
#include "platform/ask.h"
#include "platform/record.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ATTEMPTS 4

struct run {
    supa_manager *manager;
    supa_rekey_options options;
    supa_rekey_report *report;
    char key[SUPA_KEY_ID_SIZE]; /* that seals: of envelopes that are done */
};

/* Version 1 has one key, which it does not name. */
static int is_done(const struct run *run, const char *envelope)
{
    char key[SUPA_KEY_ID_SIZE];
    int version;

    if (supa_envelope_info(envelope, &version, key, NULL) != SUPA_OK ||
        version != run->options.version)
        return 0;
    return version == SUPA_ENVELOPE_V1 || strcmp(key, run->key) == 0;
}

/* The one place that says how an envelope becomes a new one. */
static char *reseal_row(const struct sealing *sealing, const char *envelope, supa_error *error)
{
    return supa_envelope_rewrap(
        supa_manager_keyring(sealing->manager), sealing->type, sealing->store_id, envelope,
        sealing->version, error);
}

static int
tell_trouble(struct run *run, const char *store_id, const supa_error *cause, supa_error *error)
{
    supa_rekey_trouble trouble = {.error = *cause};

    run->report->failed++;
    snprintf(trouble.store_id, sizeof trouble.store_id, "%s", store_id);
    if (run->options.trouble == NULL || run->options.trouble(run->options.user, &trouble) == 0)
        return SUPA_OK;
    return error_set(
        error, SUPA_ERROR_CANCELLED, SUPA_ANSWERED, "ended by the caller at store %s", store_id);
}

/* Whether a moment may cure it. The write is conditional, so to repeat it does no harm. */
static int is_passing(const supa_error *error)
{
    return error->retryable || error->code == SUPA_ERROR_NETWORK ||
           error->code == SUPA_ERROR_TIMEOUT || error->http_status == 502 ||
           error->http_status == 503 || error->http_status == 504;
}

/* SUPA_OK with *written 1 when the row had the envelope @old, and has the other one now. */
static int replace(
    struct run *run, const char *store_id, const char *old, const char *envelope, int *written,
    supa_error *error)
{
    supa_query *q = record_change(run->manager, store_id, old);

    ask_set(q, "connection_string_encrypted", envelope);
    return record_write(q, written, error);
}

static int write_envelope(
    struct run *run, const struct sealing *sealing, const char *old, const char *envelope,
    supa_error *error)
{
    int written = 0;
    int code = replace(run, sealing->store_id, old, envelope, &written, error);

    for (int i = 1; i < ATTEMPTS && code != SUPA_OK && is_passing(error); i++) {
        const struct timespec moment = {0, i * 100000000L};

        nanosleep(&moment, NULL);
        code = replace(run, sealing->store_id, old, envelope, &written, error);
        if (code == SUPA_OK && !written) /* the attempt before may have done it */
            code = replace(run, sealing->store_id, envelope, envelope, &written, error);
    }
    if (code == SUPA_OK && written)
        run->report->sealed++;
    else if (code == SUPA_OK)
        run->report->moved++;
    return code;
}

static int
reseal(struct run *run, const struct sealing *sealing, const char *old, supa_error *error)
{
    supa_error cause;
    char *envelope;
    int code = SUPA_OK;

    error_clear(&cause);
    envelope = reseal_row(sealing, old, &cause);
    if (envelope == NULL && cause.code == SUPA_ERROR_NO_MEMORY)
        return error_no_memory(error);
    if (envelope == NULL)
        code = tell_trouble(run, sealing->store_id, &cause, error);
    else if (run->options.dry_run)
        run->report->sealed++;
    else
        code = write_envelope(run, sealing, old, envelope, error);
    supa_text_free(envelope);
    return code;
}

static int visit(
    struct run *run, const struct sealing *sealing, const char *text, size_t length,
    supa_error *error)
{
    char *envelope = memory_text(text, length);
    int code = SUPA_OK;

    if (envelope == NULL)
        return error_no_memory(error);
    run->report->rows++;
    if (is_done(run, envelope))
        run->report->current++;
    else
        code = reseal(run, sealing, envelope, error);
    memory_free(envelope);
    return code;
}

static int visit_row(struct run *run, supa_row row, supa_error *error)
{
    char store_id[UUID_LENGTH + 1], type[TYPE_SIZE];
    const struct sealing sealing = {run->manager, store_id, type, run->options.version};
    const char *envelope;
    size_t length;
    int code;

    if (!ask_text(row, "store_id", store_id, sizeof store_id) ||
        !ask_text(row, "database_type", type, sizeof type) ||
        supa_row_text(row, "connection_string_encrypted", &envelope, &length) != SUPA_FIELD_VALUE)
        return error_set(
            error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
            "a row of the registry lacks its store, type or credentials");
    code = visit(run, &sealing, envelope, length, error);
    if (code == SUPA_OK)
        memcpy(run->report->last, store_id, sizeof store_id);
    return code;
}

static int visit_page(void *user, const supa_response *page, supa_error *error)
{
    const size_t rows = supa_response_row_count(page);
    int code = SUPA_OK;

    for (size_t i = 0; i < rows && code == SUPA_OK; i++)
        code = visit_row(user, supa_response_row(page, i), error);
    return code;
}

static int check_options(struct run *run, const supa_rekey_options *given, supa_error *error)
{
    const supa_rekey_options defaults = SUPA_REKEY_OPTIONS_INIT;

    run->options = defaults;
    if (given != NULL && options_read(&run->options, sizeof run->options, given) != 0)
        return error_argument(
            error, "supa_registry_rekey: the options do not begin with SUPA_REKEY_OPTIONS_INIT");
    if (run->options.page < 1)
        return error_argument(error, "supa_registry_rekey: a page has at least one row");
    if (run->options.version != SUPA_ENVELOPE_V1 && run->options.version != SUPA_ENVELOPE_V2)
        return error_argument(error, "supa_registry_rekey: the version is neither 1 nor 2");
    return SUPA_OK;
}

static int walk(struct run *run, supa_error *error)
{
    const struct walk walk = {"store_id", run->options.page, visit_page, run};
    char after[UUID_LENGTH + 1];
    supa_query *q;
    int code;

    if (run->options.after != NULL) {
        code = ask_uuid(run->options.after, "supa_registry_rekey", "store", after, error);
        if (code != SUPA_OK)
            return code;
    }
    q = ask_master(run->manager, RECORDS);
    supa_select(q, "store_id,database_type,connection_string_encrypted");
    if (run->options.after != NULL)
        supa_gt(q, "store_id", supa_text(after));
    return all_rows_walk(q, &walk, error);
}

int supa_registry_rekey(
    supa_manager *manager, const supa_rekey_options *options, supa_rekey_report *report,
    supa_error *error)
{
    struct run run = {.manager = manager, .report = report};
    supa_error own;
    int code;

    error = error != NULL ? error : &own;
    error_clear(error);
    if (report == NULL)
        return error_argument(error, "supa_registry_rekey: there is no report to fill in");
    memset(report, 0, sizeof *report);
    code = check_options(&run, options, error);
    if (code == SUPA_OK && run.options.version == SUPA_ENVELOPE_V2)
        code = sealing_key(manager, run.key, error);
    return code == SUPA_OK ? walk(&run, error) : code;
}
