/* SPDX-License-Identifier: MIT */
/* New credentials in place of a store's. */
#include "base/error.h"
#include "base/options.h"
#include "platform/ask.h"
#include "platform/record.h"
#include "platform/verdict.h"

#include <string.h>

struct rotation {
    supa_manager *manager;
    struct record record;
    supa_rotate_options options;
    char *envelope; /* the new one */
    char host[HOST_SIZE];
};

/* Credentials that do not work are refused with their own cause. */
static int try_out(const struct rotation *rotation, supa_error *error)
{
    supa_client *tenant = supa_manager_open(
        rotation->manager, rotation->record.store_id, rotation->record.type, rotation->envelope,
        error);
    supa_store_report report;
    int code = SUPA_OK;

    if (tenant == NULL)
        return (int)error->code;
    if (rotation->options.test_ms > 0) {
        code = verdict_ask(
            tenant, rotation->record.store_id, rotation->options.test_ms, &report, error);
        if (code == SUPA_OK && !verdict_takes_key(&report)) {
            *error = report.cause;
            error_hint(error, "the new credentials do not work, so the old ones were kept");
            code = (int)error->code;
        }
    }
    supa_client_unref(tenant);
    return code;
}

static int write_rotation(const struct rotation *rotation, supa_error *error)
{
    const struct record *record = &rotation->record;
    supa_query *q = record_change(rotation->manager, record->store_id, record->envelope);
    int written = 0, code;

    ask_set(q, "connection_string_encrypted", rotation->envelope);
    if (*rotation->host != '\0')
        ask_set(q, "host", rotation->host);
    ask_set(q, "connection_status", rotation->options.test_ms > 0 ? "connected" : "pending");
    if (rotation->options.test_ms > 0)
        ask_set(q, "last_connection_test", "now");
    code = record_write(q, &written, error);
    supa_manager_forget(rotation->manager, record->store_id);
    if (code != SUPA_OK || written)
        return code;
    error_set(
        error, SUPA_ERROR_CONFLICT, SUPA_ANSWERED,
        "store %s: its credentials were replaced or removed by somebody else meanwhile",
        record->store_id);
    error_about(error, SUPA_SIDE_MASTER, record->store_id, RECORDS);
    return SUPA_ERROR_CONFLICT;
}

static int rotate(struct rotation *rotation, const char *changes, size_t length, supa_error *error)
{
    const struct record *record = &rotation->record;
    const struct sealing sealing = {
        rotation->manager, record->store_id, record->type, rotation->options.version};
    int code;

    rotation->envelope =
        seal_changes(&sealing, record->envelope, changes, length, rotation->host, error);
    if (rotation->envelope == NULL)
        return (int)error->code;
    code = SUPA_OK;
    if (rotation->options.test_ms > 0 || strcmp(record->type, "supabase") == 0)
        code = try_out(rotation, error);
    if (code == SUPA_OK)
        code = write_rotation(rotation, error);
    supa_text_free(rotation->envelope);
    return code;
}

int supa_store_rotate(
    supa_manager *manager, const char *store_id, const char *changes, size_t length,
    const supa_rotate_options *options, supa_error *error)
{
    struct rotation rotation = {.manager = manager, .options = SUPA_ROTATE_OPTIONS_INIT};
    supa_error own;
    int code;

    error = error != NULL ? error : &own;
    error_clear(error);
    if (changes == NULL)
        return error_argument(error, "supa_store_rotate: the credentials are NULL");
    if (options != NULL && options_read(&rotation.options, sizeof rotation.options, options) != 0)
        return error_argument(
            error, "supa_store_rotate: the options do not begin with SUPA_ROTATE_OPTIONS_INIT");
    code = record_read(&rotation.record, manager, store_id, "supa_store_rotate", error);
    if (code == SUPA_OK)
        code = rotate(&rotation, changes, length, error);
    record_free(&rotation.record);
    return code;
}
