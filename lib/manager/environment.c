/* SPDX-License-Identifier: MIT */
/* A manager as the environment describes it. */
#include "base/error.h"
#include "manager/keyring.h"

#include <stdlib.h>
#include <string.h>
#include <supa/manager.h>

/* Unset and empty are the same. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

static const char *required(const char *name, supa_error *error)
{
    const char *value = variable(name);

    if (value == NULL)
        error_argument(error, "the environment variable %s is not set", name);
    return value;
}

static int read_switch(const char *name, int32_t *out, supa_error *error)
{
    const char *value = variable(name);

    *out = value != NULL && strcmp(value, "1") == 0;
    if (value != NULL && !*out && strcmp(value, "0") != 0)
        return error_argument(error, "the environment variable %s is neither 0 nor 1", name);
    return SUPA_OK;
}

static int read_scope(int32_t *mode, supa_error *error)
{
    static const char *const words[] = {"off", "warn", "enforce"}; /* by supa_scope_mode */
    const char *value = variable("SUPA_SCOPE");

    for (int32_t i = 0; value != NULL && i < (int32_t)(sizeof words / sizeof words[0]); i++) {
        if (strcmp(value, words[i]) == 0) {
            *mode = i;
            return SUPA_OK;
        }
    }
    if (value == NULL)
        return SUPA_OK;
    return error_argument(
        error, "the environment variable SUPA_SCOPE is none of enforce, warn and off");
}

/* Says which variable a mistake stands in. */
static void name_variable(supa_error *error, const char *name)
{
    supa_error found;

    if (error == NULL)
        return;
    found = *error;
    error_set(
        error, (supa_code)found.code, (supa_outcome)found.outcome, "%s: %s", name, found.message);
    error_hint(error, "%s", found.hint);
}

/* Makes a client only to learn whether the variable that its options were read from is right. */
static int probe(const supa_client_options *options, const char *name, supa_error *error)
{
    supa_error found;
    supa_client *client = supa_client_new(options, &found);

    supa_client_unref(client);
    if (client != NULL)
        return SUPA_OK;
    if (found.code == SUPA_ERROR_ARGUMENT || found.code == SUPA_ERROR_HOST_REFUSED)
        name_variable(&found, name);
    if (error != NULL)
        *error = found;
    return found.code;
}

static int check_master(const supa_client_options *master, supa_error *error)
{
    supa_client_options keyless = *master;
    int code;

    keyless.key = NULL;
    code = probe(&keyless, "MASTER_SUPABASE_URL", error);
    return code == SUPA_OK ? probe(master, "MASTER_SUPABASE_SERVICE_KEY", error) : code;
}

/* The keys of version 2: none when neither variable is set. */
static supa_keyring *read_keys(const char *path, const char *text, supa_error *error)
{
    supa_keyring *keyring;

    if (path == NULL && text == NULL)
        return supa_keyring_new(error);
    keyring =
        path != NULL ? supa_keyring_from_file(path, error) : supa_keyring_from_text(text, error);
    if (keyring == NULL)
        name_variable(error, path != NULL ? "SUPA_KEYRING_FILE" : "SUPA_KEYRING");
    return keyring;
}

static int add_version_1(supa_keyring *keyring, const char *key, supa_error *error)
{
    int code = keyring_add_base64(keyring, "", 0, key, strlen(key));

    if (code == SUPA_ERROR_NO_MEMORY)
        return error_no_memory(error);
    if (code != SUPA_OK)
        return error_argument(
            error, "ENCRYPTION_KEY: the key is not 32 bytes in standard base64 with padding");
    return SUPA_OK;
}

static supa_keyring *read_keyring(supa_error *error)
{
    const char *path = variable("SUPA_KEYRING_FILE"), *text = variable("SUPA_KEYRING");
    const char *version_1 = variable("ENCRYPTION_KEY");
    supa_keyring *keyring;

    if (path != NULL && text != NULL) {
        error_argument(error, "both SUPA_KEYRING_FILE and SUPA_KEYRING are set; one is enough");
        return NULL;
    }
    if (path == NULL && text == NULL && version_1 == NULL) {
        error_argument(
            error, "neither SUPA_KEYRING_FILE nor SUPA_KEYRING nor ENCRYPTION_KEY is set in the "
                   "environment");
        return NULL;
    }
    keyring = read_keys(path, text, error);
    if (keyring == NULL || version_1 == NULL || add_version_1(keyring, version_1, error) == SUPA_OK)
        return keyring;
    supa_keyring_free(keyring);
    return NULL;
}

static int read_clients(supa_client_options *master, supa_client_options *tenant, supa_error *error)
{
    int32_t plain_http, private_addresses;

    master->url = required("MASTER_SUPABASE_URL", error);
    if (master->url == NULL)
        return SUPA_ERROR_ARGUMENT;
    master->key = required("MASTER_SUPABASE_SERVICE_KEY", error);
    if (master->key == NULL ||
        read_switch("SUPA_ALLOW_PLAIN_HTTP", &plain_http, error) != SUPA_OK ||
        read_switch("SUPA_ALLOW_PRIVATE", &private_addresses, error) != SUPA_OK)
        return SUPA_ERROR_ARGUMENT;
    master->allow_plain_http = tenant->allow_plain_http = plain_http;
    master->allow_private = tenant->allow_private = private_addresses;
    return SUPA_OK;
}

supa_manager *supa_manager_from_env(supa_error *error)
{
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT, tenant = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;

    error_clear(error);
    if (read_scope(&options.scope_mode, error) != SUPA_OK ||
        read_clients(&master, &tenant, error) != SUPA_OK || check_master(&master, error) != SUPA_OK)
        return NULL;
    options.keyring = read_keyring(error);
    if (options.keyring == NULL)
        return NULL;
    options.master = &master;
    options.tenant = &tenant;
    options.scope = SUPA_SCOPE_PLATFORM;
    manager = supa_manager_new(&options, error);
    supa_keyring_free(options.keyring);
    return manager;
}
