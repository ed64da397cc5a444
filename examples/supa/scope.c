/* SPDX-License-Identifier: MIT */
/* scope: whose a table is, told by the library without a server; and ownership files. */
#include "commands.h"
#include "fail.h"
#include "ownership.h"

#include <string.h>

/* A manager of nobody's, with the lists that the settings name. Nothing is ever sent by it. */
static supa_manager *make_manager(struct session *session, supa_keyring *keyring, supa_error *error)
{
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    master.url = "https://master.invalid";
    options.master = &master;
    options.keyring = keyring;
    options.scope_file = session->settings.values[SETTING_SCOPE_FILE];
    options.scope = options.scope_file != NULL ? SUPA_SCOPE_FILE : SUPA_SCOPE_PLATFORM;
    return supa_manager_new(&options, error);
}

static supa_client *make_tenant(supa_manager *manager, supa_keyring *keyring, supa_error *error)
{
    static const char store[] = "00000000-0000-4000-8000-000000000000";
    static const char credentials[] =
        "{\"projectUrl\":\"https://tenant.invalid\",\"serviceRoleKey\":\"none\"}";
    char *envelope =
        supa_envelope_seal(keyring, "supabase", store, credentials, sizeof credentials - 1, error);
    supa_client *client = NULL;

    if (envelope != NULL)
        client = supa_manager_open(manager, store, "supabase", envelope, error);
    supa_text_free(envelope);
    return client;
}

static supa_query *query_of(supa_client *client, const char *name)
{
    if (strncmp(name, "rpc/", 4) == 0)
        return supa_rpc(client, name + 4);
    return supa_from(client, name);
}

/* What the library says to a query that was cancelled before it began: its refusal, or nothing. */
static void tell_side(const char *side, supa_client *client, const char *name, int *is_kept)
{
    supa_cancel *cancel = supa_cancel_new();
    supa_error error;
    supa_query *described = query_of(client, name);
    char *text = supa_query_describe(described);

    supa_cancel_fire(cancel);
    if (supa_exec(supa_cancel_with(query_of(client, name), cancel), &error) == SUPA_ERROR_CANCELLED)
        printf("  by the %s: allowed", side);
    else
        printf("  by the %s: refused, %s", side, error.message);
    *is_kept = text != NULL && strstr(text, "store_id=eq.") != NULL;
    puts(*is_kept ? ", kept to the store by store_id" : "");
    supa_text_free(text);
    supa_query_free(described);
    supa_cancel_unref(cancel);
}

/* What is checked at all is checked as the settings say. */
static const char *mode_of(const struct session *session, supa_scope_mode mode)
{
    static const char *const modes[] = {"off", "warn", "enforce"};
    const char *setting = session->settings.values[SETTING_SCOPE];

    return mode == SUPA_SCOPE_ENFORCE && setting != NULL ? setting : modes[mode];
}

static int tell_scope(struct session *session, supa_keyring *keyring, const char *name)
{
    supa_error error;
    supa_manager *manager = make_manager(session, keyring, &error);
    supa_client *tenant = manager != NULL ? make_tenant(manager, keyring, &error) : NULL;
    int is_kept;

    if (tenant != NULL) {
        printf(
            "%s, by %s, mode %s\n", name,
            session->settings.values[SETTING_SCOPE_FILE] != NULL
                ? session->settings.values[SETTING_SCOPE_FILE]
                : "the platform's lists",
            mode_of(session, supa_scope_get(manager, name)));
        tell_side("master", supa_manager_master(manager), name, &is_kept);
        tell_side("tenant", tenant, name, &is_kept);
    }
    supa_client_unref(tenant);
    supa_manager_free(manager);
    return tenant != NULL ? 0 : tell_error(&error);
}

int command_scope(struct session *session)
{
    const struct options *options = session->options;
    supa_error error;
    char key[128];
    supa_keyring *keyring;
    int status;

    if (options->from_openapi)
        return ownership_print(session);
    if (options->argument_count != 1)
        return misuse(NULL, "which table? Functions are written rpc/NAME");
    if (supa_key_generate("none", key, sizeof key, &error) != SUPA_OK)
        return tell_error(&error);
    keyring = supa_keyring_from_text(key, &error);
    status =
        keyring != NULL ? tell_scope(session, keyring, options->arguments[0]) : tell_error(&error);
    supa_keyring_free(keyring);
    return status;
}
