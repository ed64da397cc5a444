/* SPDX-License-Identifier: MIT */
/* Looking at the registry: lists, one row, who lags behind. */
#include "platform/stores.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "platform/all_rows.h"
#include "platform/ask.h"
#include "platform/record.h"

#include <string.h>

#define STORE "stores!inner(slug,name,status,is_active)"
#define COLUMNS                                                                                    \
    "store_id,database_type,host,is_active,connection_status,last_connection_test,"                \
    "schema_version,last_migration_at,updated_at," STORE
#define SECRET "connection_string_encrypted"

supa_query *stores_query(
    supa_manager *manager, supa_stores which, const char *columns, const supa_condition *filters,
    size_t n)
{
    const char *const *statuses = supa_manager_statuses(manager);
    supa_query *q = supa_select(ask_master(manager, RECORDS), columns);
    size_t count = 0;

    ask_conditions(q, filters, n);
    if (which == SUPA_STORES_ALL)
        return q;
    while (statuses != NULL && statuses[count] != NULL)
        count++;
    ask_eq(q, "database_type", "supabase");
    supa_is(q, "is_active", SUPA_IS_TRUE);
    supa_is(q, "stores.is_active", SUPA_IS_TRUE);
    return supa_in(q, "stores.status", supa_texts(statuses, count));
}

static supa_response *refuse_which(const char *call)
{
    supa_error error;

    error_argument(&error, "%s: the stores are none of supa_stores", call);
    return supa_response_of_error(&error);
}

int stores_is_choice(supa_stores which)
{
    return which == SUPA_STORES_OPERATING || which == SUPA_STORES_ALL;
}

supa_response *
supa_store_list(supa_manager *manager, supa_stores which, const supa_condition *filters, size_t n)
{
    if (!stores_is_choice(which))
        return refuse_which("supa_store_list");
    return all_rows_of(stores_query(manager, which, COLUMNS, filters, n), "store_id");
}

/* The newest version, or 0 without any. */
static int newest_version(supa_manager *manager, int64_t *newest, supa_error *error)
{
    supa_query *q = supa_select(ask_master(manager, "migrations"), "version");
    supa_response *answer =
        supa_execute(supa_limit(supa_order(q, "version", SUPA_DESC | SUPA_NULLS_LAST), 1));
    int code = ask_failed(answer, error);

    *newest = 0;
    if (code == SUPA_OK && supa_response_row_count(answer) != 0 &&
        supa_row_int64(supa_response_first(answer), "version", newest) != SUPA_FIELD_VALUE)
        code = error_set(
            error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
            "the newest migration's version is no whole number");
    supa_response_free(answer);
    return code;
}

supa_response *supa_store_pending(supa_manager *manager, supa_stores which, int64_t *newest)
{
    int64_t version = 0;
    supa_error error;
    supa_query *q;

    if (!stores_is_choice(which))
        return refuse_which("supa_store_pending");
    if (newest_version(manager, &version, &error) != SUPA_OK)
        return supa_response_of_error(&error);
    if (newest != NULL)
        *newest = version;
    q = supa_or(stores_query(manager, which, COLUMNS, NULL, 0));
    supa_lt(q, "schema_version", supa_int(version));
    if (version > 0)
        supa_is(q, "schema_version", SUPA_IS_NULL);
    return all_rows_of(supa_end(q), "store_id");
}

static int is_secret(const char *name, size_t length)
{
    return length == sizeof SECRET - 1 && memcmp(name, SECRET, length) == 0;
}

static int put_key(struct buffer *json, supa_row row)
{
    char key[SUPA_KEY_ID_SIZE] = "", *envelope;
    const char *text = "";
    size_t length = 0;
    int version = 0;

    supa_row_text(row, SECRET, &text, &length);
    envelope = memory_text(text, length);
    if (envelope == NULL)
        return -1;
    supa_envelope_info(envelope, &version, key, NULL);
    memory_free(envelope);

    buffer_puts(json, "\"envelope_version\":");
    if (version == 0)
        buffer_puts(json, "null");
    else
        buffer_put_int(json, version);
    buffer_puts(json, ",\"envelope_key\":");
    if (*key == '\0')
        buffer_puts(json, "null");
    else
        json_put_string(json, key, strlen(key));
    return 0;
}

/* The row as it came but for the credentials, of which only the form is told. */
static int put_row(struct buffer *json, supa_row row)
{
    const char *name, *value;
    size_t name_length, value_length;

    buffer_puts(json, "[{");
    for (size_t i = 0;
         supa_row_at(row, i, &name, &name_length, &value, &value_length) == SUPA_FIELD_VALUE; i++) {
        if (is_secret(name, name_length))
            continue;
        json_put_string(json, name, name_length);
        buffer_putc(json, ':');
        buffer_put(json, value, value_length);
        buffer_putc(json, ',');
    }
    if (put_key(json, row) != 0)
        return -1;
    buffer_puts(json, "}]");
    return buffer_failed(json) ? -1 : 0;
}

static supa_response *without_secret(supa_response *full)
{
    struct buffer json = BUFFER_INIT;
    supa_response *response;

    if (put_row(&json, supa_response_first(full)) == 0)
        response = supa_response_of_rows(json.data, json.length);
    else
        response = ask_without_memory(NULL);
    buffer_free(&json);
    supa_response_free(full);
    return response;
}

supa_response *supa_store_info(supa_manager *manager, const char *store_id)
{
    supa_response *response = ask_master_row(
        manager, RECORDS, "*," STORE, "store_id", store_id, "supa_store_info", "store");

    return supa_response_ok(response) ? without_secret(response) : response;
}
