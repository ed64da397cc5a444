/* SPDX-License-Identifier: MIT */
#include "platform/record.h"

#include "base/error.h"
#include "base/memory.h"
#include "platform/ask.h"

#include <string.h>

static int keep_texts(struct record *record, const supa_response *answer, supa_error *error)
{
    supa_row row = supa_response_first(answer);
    const char *envelope;
    size_t length;

    if (supa_response_row_count(answer) == 0)
        return ask_no_store(error, record->store_id, RECORDS, "the registry has no database of it");
    if (!ask_text(row, "database_type", record->type, sizeof record->type) ||
        supa_row_text(row, "connection_string_encrypted", &envelope, &length) != SUPA_FIELD_VALUE)
        return error_set(
            error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
            "store %s: its type or credentials are no text", record->store_id);
    record->envelope = memory_text(envelope, length);
    return record->envelope != NULL ? SUPA_OK : error_no_memory(error);
}

int record_read(
    struct record *record, supa_manager *manager, const char *id, const char *call,
    supa_error *error)
{
    supa_response *answer;
    supa_query *q;
    int code;

    memset(record, 0, sizeof *record);
    code = ask_uuid(id, call, "store", record->store_id, error);
    if (code != SUPA_OK)
        return code;
    q = ask_master(manager, RECORDS);
    supa_select(q, "database_type,connection_string_encrypted");
    ask_eq(q, "store_id", record->store_id);
    answer = supa_execute(supa_maybe_single(q));
    code = ask_failed(answer, error);
    if (code == SUPA_OK)
        code = keep_texts(record, answer, error);
    supa_response_free(answer);
    return code;
}

void record_free(struct record *record)
{
    memory_free(record->envelope);
    record->envelope = NULL;
}

supa_query *record_change(supa_manager *manager, const char *store_id, const char *envelope)
{
    supa_query *q = supa_update_row(ask_master(manager, RECORDS));
    char mark[MARK_SIZE];

    ask_eq(q, "store_id", store_id);
    if (envelope != NULL) {
        envelope_mark(envelope, mark);
        supa_like(q, "connection_string_encrypted", mark);
    }
    return supa_returning(q, "store_id");
}

int record_write(supa_query *q, int *written, supa_error *error)
{
    size_t rows = 0;
    int code = ask_rows(supa_execute(q), &rows, error);

    *written = code == SUPA_OK && rows != 0;
    return code;
}
