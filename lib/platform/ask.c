/* SPDX-License-Identifier: MIT */
#include "platform/ask.h"

#include "base/error.h"

#include <string.h>

int ask_uuid(
    const char *text, const char *call, const char *what, char out[UUID_LENGTH + 1],
    supa_error *error)
{
    if (text_uuid(text, out))
        return SUPA_OK;
    return error_argument(error, "%s: the %s's id is not a UUID of 36 characters", call, what);
}

int ask_failed(const supa_response *response, supa_error *error)
{
    const supa_error *found = supa_response_error(response);

    if (found == NULL)
        return SUPA_OK;
    if (error != NULL)
        *error = *found;
    return (int)found->code;
}

int ask_rows(supa_response *response, size_t *rows, supa_error *error)
{
    int code = ask_failed(response, error);

    *rows = supa_response_row_count(response);
    supa_response_free(response);
    return code;
}

int ask_no_store(supa_error *error, const char *store_id, const char *relation, const char *what)
{
    error_set(error, SUPA_ERROR_STORE_NOT_FOUND, SUPA_ANSWERED, "store %s: %s", store_id, what);
    error_about(error, SUPA_SIDE_MASTER, store_id, relation);
    return SUPA_ERROR_STORE_NOT_FOUND;
}

int ask_text(supa_row row, const char *column, char *out, size_t size)
{
    const char *text;
    size_t length;

    *out = '\0';
    if (supa_row_text(row, column, &text, &length) != SUPA_FIELD_VALUE || length >= size)
        return 0;
    memcpy(out, text, length);
    out[length] = '\0';
    return 1;
}

supa_response *ask_without_memory(supa_query *q)
{
    supa_error error;

    supa_query_free(q);
    error_no_memory(&error);
    return supa_response_of_error(&error);
}

supa_query *ask_master(supa_manager *manager, const char *relation)
{
    return supa_from(supa_manager_master(manager), relation);
}

supa_query *ask_eq(supa_query *q, const char *column, const char *text)
{
    return supa_eq(q, column, supa_text(text));
}

supa_query *ask_set(supa_query *q, const char *column, const char *text)
{
    return supa_set(q, column, supa_text(text));
}

supa_response *ask_master_row(
    supa_manager *manager, const char *relation, const char *columns, const char *key,
    const char *id, const char *call, const char *what)
{
    char uuid[UUID_LENGTH + 1];
    supa_error error;
    supa_query *q;

    if (ask_uuid(id, call, what, uuid, &error) != SUPA_OK)
        return supa_response_of_error(&error);
    q = ask_master(manager, relation);
    supa_select(q, columns);
    ask_eq(q, key, uuid);
    return supa_execute(supa_single(q));
}

void ask_conditions(supa_query *q, const supa_condition *filters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        supa_filter(q, filters[i].column, filters[i].op, filters[i].value);
}
