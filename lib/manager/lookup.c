/* SPDX-License-Identifier: MIT */
#include "manager/lookup.h"

#include "base/error.h"
#include "manager/credentials.h"

#include <string.h>
#include <supa/query.h>

#define COLUMNS "database_type,connection_string_encrypted,is_active,stores(status,is_active)"

struct opening {
    const struct lookup *lookup;
    const char *store_id;
    supa_error *error;
    supa_client *client;
};

/* Statuses in which a store operates. */
static int operates(const char *status)
{
    return strcmp(status, "active") == 0 || strcmp(status, "demo") == 0;
}

static int check_store(supa_row row, const char *store_id, supa_error *error)
{
    supa_row store = {NULL, 0};
    const char *status;
    int is_active = 0, credentials_active = 0;

    supa_row_row(row, "stores", &store);
    status = supa_row_string(store, "status", NULL);
    supa_row_bool(store, "is_active", &is_active);
    supa_row_bool(row, "is_active", &credentials_active);
    if (status == NULL)
        return error_set(
            error, SUPA_ERROR_STORE_NOT_FOUND, SUPA_ANSWERED,
            "store %s: the master does not show its row in stores", store_id);
    if (!operates(status))
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
    struct client_identity identity = {SUPA_SIDE_TENANT, opening->store_id, opening->lookup->scope};
    supa_client_options options = *opening->lookup->tenant;
    struct credentials credentials;
    int code = credentials_read(&credentials, plaintext, length, opening->error);

    if (code != SUPA_OK)
        return code;
    options.url = credentials.project_url;
    options.key = credentials.service_role_key;
    options.schema = credentials.schema;
    if (credentials.rest_path != NULL)
        options.rest_path = credentials.rest_path;
    opening->client = client_new(&options, &identity, NULL, opening->error);
    credentials_free(&credentials);
    return opening->client != NULL ? SUPA_OK : -1;
}

/* What is wrong in the credentials is the credentials' fault, whatever the client calls it. */
static void blame_credentials(supa_error *error)
{
    if (error != NULL && error->code == SUPA_ERROR_ARGUMENT)
        error->code = SUPA_ERROR_CREDENTIALS;
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
    if (check_store(row, store_id, error) != SUPA_OK)
        return NULL;
    return lookup_open(
        lookup, store_id, supa_row_string(row, "database_type", ""),
        supa_row_string(row, "connection_string_encrypted", ""), error);
}

static supa_response *ask_master(const struct lookup *lookup, const char *store_id)
{
    supa_query *q = supa_from(lookup->master, "store_databases");

    supa_select(q, COLUMNS);
    supa_eq(q, "store_id", supa_text(store_id));
    supa_maybe_single(q);
    return supa_execute(q);
}

supa_client *lookup_store(const struct lookup *lookup, const char *store_id, supa_error *error)
{
    supa_response *response = ask_master(lookup, store_id);
    supa_client *client = NULL;

    if (!supa_response_ok(response)) {
        if (error != NULL)
            *error = *supa_response_error(response);
    } else if (supa_response_row_count(response) == 0) {
        error_set(
            error, SUPA_ERROR_STORE_NOT_FOUND, SUPA_ANSWERED,
            "store %s: the master knows no database of it", store_id);
    } else {
        client = open_row(lookup, supa_response_first(response), store_id, error);
    }
    if (client == NULL)
        error_about(error, SUPA_SIDE_MASTER, store_id, "store_databases");
    supa_response_free(response);
    return client;
}
