/* SPDX-License-Identifier: MIT */
/* Putting stores' databases into the registry, switching them, taking them out. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/options.h"
#include "platform/ask.h"
#include "platform/record.h"

#include <string.h>

static int
check_database(supa_store_database *known, const supa_store_database *given, supa_error *error)
{
    const supa_store_database defaults = SUPA_STORE_DATABASE_INIT;

    *known = defaults;
    if (given == NULL || options_read(known, sizeof *known, given) != 0)
        return error_argument(
            error, "supa_store_put: the database does not begin with SUPA_STORE_DATABASE_INIT");
    if (known->credentials == NULL || known->type == NULL)
        return error_argument(error, "supa_store_put: the credentials or the type are NULL");
    if (known->is_active != 0 && known->is_active != 1)
        return error_argument(error, "supa_store_put: is_active is neither 0 nor 1");
    return SUPA_OK;
}

/* A store that nothing could be leased from is told now. */
static int try_envelope(const struct sealing *sealing, const char *envelope, supa_error *error)
{
    supa_client *client;

    if (strcmp(sealing->type, "supabase") != 0)
        return SUPA_OK;
    client = supa_manager_open(sealing->manager, sealing->store_id, sealing->type, envelope, error);
    if (client == NULL)
        return (int)error->code;
    supa_client_unref(client);
    return SUPA_OK;
}

/* Whether supa_store_put sets the column itself. */
static int is_reserved(const char *json, const struct json_node *name)
{
    static const char *const columns[] = {
        "store_id", "database_type", "connection_string_encrypted",
        "host",     "is_active",     "connection_status",
        "id"};

    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (json_string_is(json, name, columns[i], strlen(columns[i])))
            return 1;
    }
    return 0;
}

static int set_member(
    supa_query *q, const struct json_tape *tape, const char *json, uint32_t key, supa_error *error)
{
    const struct json_node *name = &tape->nodes[key], *value = &tape->nodes[key + 1];
    const size_t quotes = json_kind_of(value) == JSON_STRING;
    char *column, *text;

    if (is_reserved(json, name))
        return error_argument(
            error, "supa_store_put: extra sets \"%.*s\", which is not its business",
            (int)(name->end - name->start), json + name->start);
    column = memory_get((size_t)name->size + 1);
    text =
        memory_text(json + value->start - quotes, (size_t)value->end - value->start + 2 * quotes);
    if (column != NULL && text != NULL) {
        json_decode(json, name, column);
        column[name->size] = '\0';
        supa_set(q, column, supa_json(text));
    }
    memory_free(text);
    memory_free(column);
    return column != NULL && text != NULL ? SUPA_OK : error_no_memory(error);
}

/* The columns beyond the published schema. */
static int set_extra(supa_query *q, const char *json, supa_error *error)
{
    struct json_tape tape = {0};
    struct json_error problem;
    int code = SUPA_OK, status;

    if (json == NULL)
        return SUPA_OK;
    status = json_parse(&tape, json, strlen(json), &problem);
    if (status == JSON_NO_MEMORY)
        code = error_no_memory(error);
    else if (status != JSON_OK || json_kind_of(&tape.nodes[0]) != JSON_OBJECT)
        code = error_argument(error, "supa_store_put: extra is no JSON object");
    for (uint32_t key = 1; code == SUPA_OK && key < tape.nodes[0].next;
         key = json_next(&tape, key + 1))
        code = set_member(q, &tape, json, key, error);
    json_tape_free(&tape);
    return code;
}

/* No id, creation time or version: a row that exists keeps its own. */
static supa_query *upsert(
    const struct sealing *sealing, const supa_store_database *database, const char *envelope,
    const char *host)
{
    supa_query *q = supa_upsert(ask_master(sealing->manager, RECORDS), NULL, "store_id");

    supa_insert_row(q);
    ask_set(q, "store_id", sealing->store_id);
    ask_set(q, "database_type", sealing->type);
    ask_set(q, "connection_string_encrypted", envelope);
    if (database->host != NULL)
        host = database->host;
    supa_set(q, "host", *host != '\0' ? supa_text(host) : supa_null());
    supa_set(q, "is_active", supa_bool(database->is_active));
    return ask_set(q, "connection_status", "pending");
}

static int write_row(
    const struct sealing *sealing, const supa_store_database *database, const char *envelope,
    const char *host, supa_error *error)
{
    supa_query *q = upsert(sealing, database, envelope, host);
    int code = set_extra(q, database->extra, error);

    if (code != SUPA_OK) {
        supa_query_free(q);
        return code;
    }
    code = supa_exec(q, error);
    supa_manager_forget(sealing->manager, sealing->store_id);
    if (code == SUPA_ERROR_DATABASE && strcmp(error->server_code, "23503") == 0)
        code = ask_no_store(error, sealing->store_id, "stores", "the master has no such store");
    return code;
}

int supa_store_put(
    supa_manager *manager, const char *store_id, const supa_store_database *given,
    supa_error *error)
{
    supa_store_database database;
    char id[UUID_LENGTH + 1], host[HOST_SIZE], *envelope;
    struct sealing sealing = {manager, id, NULL, SUPA_ENVELOPE_V2};
    supa_error own;
    int code;

    error = error != NULL ? error : &own;
    error_clear(error);
    code = check_database(&database, given, error);
    if (code == SUPA_OK)
        code = ask_uuid(store_id, "supa_store_put", "store", id, error);
    if (code != SUPA_OK)
        return code;
    sealing.type = database.type;
    sealing.version = database.version;
    envelope = seal_credentials(&sealing, database.credentials, database.length, host, error);
    code = envelope != NULL ? try_envelope(&sealing, envelope, error) : (int)error->code;
    if (code == SUPA_OK)
        code = write_row(&sealing, &database, envelope, host, error);
    supa_text_free(envelope);
    return code;
}

static int switch_store(
    supa_manager *manager, const char *store_id, int on, const char *call, supa_error *error)
{
    char id[UUID_LENGTH + 1];
    int written = 0, code;

    error_clear(error);
    code = ask_uuid(store_id, call, "store", id, error);
    if (code != SUPA_OK)
        return code;
    code = record_write(
        supa_set(record_change(manager, id, NULL), "is_active", supa_bool(on)), &written, error);
    supa_manager_forget(manager, id);
    if (code == SUPA_OK && !written)
        code = ask_no_store(error, id, RECORDS, "the registry has no database of it");
    return code;
}

int supa_store_activate(supa_manager *manager, const char *store_id, supa_error *error)
{
    return switch_store(manager, store_id, 1, "supa_store_activate", error);
}

int supa_store_deactivate(supa_manager *manager, const char *store_id, supa_error *error)
{
    return switch_store(manager, store_id, 0, "supa_store_deactivate", error);
}

/* −1 when it cannot be found out. */
static int64_t count_rows(supa_manager *manager, const char *table, const char *store_id)
{
    supa_query *q = supa_count(ask_master(manager, table), SUPA_COUNT_EXACT);
    supa_response *response;
    int64_t count;

    ask_eq(supa_select(q, "store_id"), "store_id", store_id);
    response = supa_execute(supa_limit(q, 1));
    count = supa_response_ok(response) ? supa_response_count(response) : -1;
    supa_response_free(response);
    return count;
}

static void look_for_rest(supa_manager *manager, const char *store_id, supa_store_left *left)
{
    supa_query *q = supa_select(ask_master(manager, "stores"), "status");
    supa_response *store;

    ask_eq(q, "id", store_id);
    store = supa_execute(q);
    left->stores = supa_response_ok(store) ? (int64_t)supa_response_row_count(store) : -1;
    ask_text(supa_response_first(store), "status", left->status, sizeof left->status);
    supa_response_free(store);
    left->hostnames = count_rows(manager, "store_hostnames", store_id);
    left->domains = count_rows(manager, "custom_domains_lookup", store_id);
    left->team = count_rows(manager, "store_teams", store_id);
    left->subscriptions = count_rows(manager, "subscriptions", store_id);
}

static int
delete_row(supa_manager *manager, const char *store_id, supa_store_left *left, supa_error *error)
{
    supa_query *q = supa_delete(ask_master(manager, RECORDS));
    supa_response *row;
    int code;

    ask_eq(q, "store_id", store_id);
    row = supa_execute(supa_returning(q, "database_type,host"));
    code = ask_failed(row, error);
    if (code == SUPA_OK && supa_response_row_count(row) == 0)
        code = ask_no_store(error, store_id, RECORDS, "the registry has no database of it");
    if (left != NULL) {
        memset(left, 0, sizeof *left);
        ask_text(
            supa_response_first(row), "database_type", left->database_type,
            sizeof left->database_type);
        ask_text(supa_response_first(row), "host", left->host, sizeof left->host);
    }
    supa_response_free(row);
    return code;
}

int supa_store_remove(
    supa_manager *manager, const char *store_id, supa_store_left *left, supa_error *error)
{
    char id[UUID_LENGTH + 1];
    int code;

    error_clear(error);
    code = ask_uuid(store_id, "supa_store_remove", "store", id, error);
    if (code != SUPA_OK)
        return code;
    code = delete_row(manager, id, left, error);
    supa_manager_forget(manager, id);
    if (code == SUPA_OK && left != NULL)
        look_for_rest(manager, id, left);
    return code;
}
