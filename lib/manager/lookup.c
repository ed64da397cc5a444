/* SPDX-License-Identifier: MIT */
#include "manager/lookup.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "manager/credentials.h"

#include <string.h>
#include <supa/query.h>

const char lookup_columns[] =
    "store_id,database_type,connection_string_encrypted,is_active,stores(status,is_active)";

struct opening {
    const struct lookup *lookup;
    const char *store_id;
    supa_error *error;
    supa_client *client;
};

static int operates(const struct lookup *lookup, const char *status)
{
    for (const char *const *one = lookup->statuses; *one != NULL; one++) {
        if (strcmp(*one, status) == 0)
            return 1;
    }
    return 0;
}

/* A column's text; "" when it is none. */
static int read_text(supa_row row, const char *column, const char **out, supa_error *error)
{
    const char *text;
    size_t length;

    *out = "";
    if (supa_row_text(row, column, &text, &length) != SUPA_FIELD_VALUE)
        return SUPA_OK;
    text = supa_row_string(row, column, NULL);
    if (text == NULL)
        return error_no_memory(error);
    *out = text;
    return SUPA_OK;
}

static int
check_store(const struct lookup *lookup, supa_row row, const char *store_id, supa_error *error)
{
    supa_row store = {NULL, 0};
    const char *status;
    int is_active = 0, credentials_active = 0;

    supa_row_row(row, "stores", &store);
    if (read_text(store, "status", &status, error) != SUPA_OK)
        return SUPA_ERROR_NO_MEMORY;
    supa_row_bool(store, "is_active", &is_active);
    supa_row_bool(row, "is_active", &credentials_active);
    if (*status == '\0')
        return error_set(
            error, SUPA_ERROR_STORE_NOT_FOUND, SUPA_ANSWERED,
            "store %s: the master does not show its row in stores", store_id);
    if (!operates(lookup, status))
        return error_set(
            error, SUPA_ERROR_STORE_SUSPENDED, SUPA_ANSWERED, "store %s: its status is %s",
            store_id, status);
    if (!is_active)
        return error_set(
            error, SUPA_ERROR_STORE_SUSPENDED, SUPA_ANSWERED,
            "store %s: it is switched off (stores.is_active is false)", store_id);
    if (!credentials_active)
        return error_set(
            error, SUPA_ERROR_STORE_INACTIVE, SUPA_ANSWERED,
            "store %s: its credentials are switched off (store_databases.is_active is false)",
            store_id);
    return SUPA_OK;
}

static int open_client(void *user, const char *plaintext, size_t length)
{
    struct opening *opening = user;
    struct client_identity identity = {
        SUPA_SIDE_TENANT, opening->store_id, opening->lookup->scope, opening->lookup->renewer};
    supa_client_options options = *opening->lookup->tenant;
    struct credentials credentials;
    int code = credentials_read(&credentials, plaintext, length, opening->error);

    if (code != SUPA_OK)
        return code;
    options.url = credentials.project_url;
    options.key = credentials.service_role_key;
    options.schema = credentials.schema;
    options.host_suffixes = opening->lookup->host_suffixes;
    if (credentials.rest_path != NULL)
        options.rest_path = credentials.rest_path;
    opening->client = client_new(&options, &identity, opening->lookup->transport, opening->error);
    credentials_free(&credentials);
    return opening->client != NULL ? SUPA_OK : -1;
}

/* What is wrong in the credentials is the credentials' fault, whatever the client calls it. */
static void blame_credentials(supa_error *error)
{
    if (error != NULL && error->code == SUPA_ERROR_ARGUMENT)
        error->code = SUPA_ERROR_CREDENTIALS;
}

int lookup_id(supa_row row, const char *column, struct uuid *out)
{
    char id[UUID_LENGTH + 1];
    const char *text;
    size_t length;

    if (supa_row_text(row, column, &text, &length) != SUPA_FIELD_VALUE || length != UUID_LENGTH)
        return 0;
    memcpy(id, text, UUID_LENGTH);
    id[UUID_LENGTH] = '\0';
    return uuid_read(id, out);
}

static uint64_t hash_column(uint64_t state, supa_row row, const char *column)
{
    const char *text = "";
    size_t length = 0;

    supa_row_text(row, column, &text, &length);
    return hash_text(hash_bytes(state, text, length), "");
}

static uint64_t hash_active(uint64_t state, supa_row row)
{
    int is_active = 0;

    supa_row_bool(row, "is_active", &is_active);
    return hash_text(state, is_active ? "1" : "0");
}

uint64_t basis_of_database(supa_row row)
{
    uint64_t state = hash_column(HASH_START, row, "database_type");

    return hash_active(hash_column(state, row, "connection_string_encrypted"), row);
}

uint64_t basis_of_store(supa_row row)
{
    return hash_active(hash_column(HASH_START, row, "status"), row);
}

supa_client *lookup_open(
    const struct lookup *lookup, const char *store_id, const char *type, const char *envelope,
    supa_error *error)
{
    struct opening opening = {lookup, store_id, error, NULL};

    if (strcmp(type, "supabase") != 0) {
        error_set(
            error, SUPA_ERROR_UNSUPPORTED, SUPA_ANSWERED,
            "store %s: its database is of type \"%s\", and only \"supabase\" is served", store_id,
            type);
        return NULL;
    }
    supa_envelope_open(lookup->keyring, type, store_id, envelope, open_client, &opening, error);
    if (opening.client == NULL)
        blame_credentials(error);
    return opening.client;
}

static supa_client *
open_row(const struct lookup *lookup, supa_row row, const char *store_id, supa_error *error)
{
    const char *type, *envelope;

    if (check_store(lookup, row, store_id, error) != SUPA_OK ||
        read_text(row, "database_type", &type, error) != SUPA_OK ||
        read_text(row, "connection_string_encrypted", &envelope, error) != SUPA_OK)
        return NULL;
    return lookup_open(lookup, store_id, type, envelope, error);
}

supa_client *lookup_row(
    const struct lookup *lookup, supa_row row, const char *store_id, struct basis *basis,
    supa_error *error)
{
    supa_client *client = open_row(lookup, row, store_id, error);
    supa_row store = {NULL, 0};

    supa_row_row(row, "stores", &store);
    basis->part[BASIS_DATABASE] = basis_of_database(row);
    basis->part[BASIS_STORE] = basis_of_store(store);
    if (client == NULL)
        error_about(error, SUPA_SIDE_MASTER, store_id, "store_databases");
    return client;
}

void lookup_unknown(const char *store_id, supa_error *error)
{
    error_set(
        error, SUPA_ERROR_STORE_NOT_FOUND, SUPA_ANSWERED,
        "store %s: the master knows no database of it", store_id);
    error_about(error, SUPA_SIDE_MASTER, store_id, "store_databases");
}

supa_client *lookup_read(
    const struct lookup *lookup, const supa_response *response, const char *store_id,
    struct basis *basis, supa_error *error)
{
    if (!supa_response_ok(response)) {
        if (error != NULL)
            *error = *supa_response_error(response);
        error_about(error, SUPA_SIDE_MASTER, store_id, "store_databases");
        return NULL;
    }
    if (supa_response_row_count(response) != 0)
        return lookup_row(lookup, supa_response_first(response), store_id, basis, error);
    lookup_unknown(store_id, error);
    return NULL;
}

supa_query *lookup_query(const struct lookup *lookup, const char *store_id)
{
    supa_query *q = supa_from(lookup->master, "store_databases");

    supa_select(q, lookup_columns);
    supa_eq(q, "store_id", supa_text(store_id));
    return supa_maybe_single(q);
}

void lookup_limit(const supa_client *client, supa_query *q, int64_t deadline_us)
{
    int64_t left_ms = (deadline_us - clock_us() + 999) / 1000;
    int64_t own_ms = client->target.timeout_ms;

    if (deadline_us != 0 && (own_ms == 0 || left_ms < own_ms))
        supa_timeout(q, left_ms > 1 ? left_ms : 1);
}

supa_client *lookup_store(
    const struct lookup *lookup, const char *store_id, int64_t deadline_us, struct basis *basis,
    supa_error *error)
{
    supa_query *q = lookup_query(lookup, store_id);
    supa_response *response;
    supa_client *client;

    lookup_limit(lookup->master, q, deadline_us);
    response = supa_execute(q);
    client = lookup_read(lookup, response, store_id, basis, error);
    supa_response_free(response);
    return client;
}
