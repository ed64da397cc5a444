/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "base64.h"
#include "description.h"
#include "fail.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static double ms(int64_t us)
{
    return (double)us / 1000;
}

/* One line of each attempt. Nothing in it is secret: filter values stay out of the URL. */
static void tell_attempt(void *user, const supa_attempt *attempt)
{
    static const char *const sides[] = {"server", "master", "tenant"};

    (void)user;
    fprintf(
        stderr, "%s* %s %s%s%s %s -> %d%s%s, attempt %d, %s, sent %lld, received %lld bytes\n",
        colour(stderr, COLOUR_DIM), sides[attempt->side], attempt->store_id,
        attempt->store_id[0] != '\0' ? " " : "", attempt->method, supa_attempt_url(attempt),
        attempt->status, attempt->code != SUPA_OK ? " " : "",
        attempt->code != SUPA_OK ? supa_code_name((supa_code)attempt->code) : "", attempt->attempt,
        attempt->reused ? "open connection" : "new connection", (long long)attempt->bytes_sent,
        (long long)attempt->bytes_received);
    fprintf(
        stderr, "*   ms: name %.1f, connect %.1f, tls %.1f, first byte %.1f, total %.1f%s\n",
        ms(attempt->name_us), ms(attempt->connect_us), ms(attempt->tls_us),
        ms(attempt->first_byte_us), ms(attempt->total_us), colour(stderr, COLOUR_NONE));
}

int session_begin(struct session *session, const struct options *options)
{
    struct settings *settings = &session->settings;
    int status;

    *session = (struct session){.options = options};
    status = settings_read(settings, options);
    fail_keys(
        settings_origin(settings, SETTING_MASTER_KEY), settings_origin(settings, SETTING_KEY));
    return status;
}

void session_end(struct session *session)
{
    supa_manager_free(session->manager);
    fail_keys("", "");
    settings_free(&session->settings);
}

static int read_timeout(const char *text, supa_client_options *options)
{
    char *end;
    const double seconds = text != NULL ? strtod(text, &end) : 0;

    if (text == NULL)
        return 0;
    if (end == text || *end != '\0' || !(seconds >= 0 && seconds < 1e9))
        return misuse(NULL, "--timeout takes seconds: \"%s\"", text);
    options->timeout_ms = (int64_t)(seconds * 1000);
    if (options->timeout_ms == 0 && seconds > 0)
        options->timeout_ms = 1; /* 0 is none */
    return 0;
}

int session_options(const struct session *session, supa_client_options *options)
{
    *options = (supa_client_options)SUPA_CLIENT_OPTIONS_INIT;
    options->allow_plain_http = setting_is_on(&session->settings, SETTING_ALLOW_PLAIN_HTTP);
    options->allow_private = setting_is_on(&session->settings, SETTING_ALLOW_PRIVATE);
    options->ca_file = session->settings.values[SETTING_CA_FILE];
    if (session->options->verbose)
        options->on_attempt = tell_attempt;
    return read_timeout(session->options->timeout, options);
}

static int add_version_1(supa_keyring *keyring, const char *text, supa_error *error)
{
    unsigned char key[SUPA_KEY_BYTES + 3];
    const size_t length = base64_read(text, strlen(text), key, sizeof key);
    int code;

    code = supa_keyring_add_v1(keyring, key, length, error);
    explicit_bzero(key, sizeof key);
    return code;
}

int session_keyring(const struct session *session, supa_keyring **keyring, supa_error *error)
{
    const char *file = session->settings.values[SETTING_KEYRING_FILE];
    const char *text = session->settings.values[SETTING_KEYRING];
    const char *version_1 = session->settings.values[SETTING_ENCRYPTION_KEY];

    *keyring = NULL;
    if (file == NULL && text == NULL && version_1 == NULL)
        return misuse("set SUPA_KEYRING_FILE; `supa keygen` makes a key", "there is no keyring");
    if (file != NULL)
        *keyring = supa_keyring_from_file(file, error);
    else if (text != NULL)
        *keyring = supa_keyring_from_text(text, error);
    else
        *keyring = supa_keyring_new(error);
    if (*keyring == NULL)
        return tell_error(error);
    if (version_1 == NULL || add_version_1(*keyring, version_1, error) == SUPA_OK)
        return 0;
    supa_keyring_free(*keyring);
    *keyring = NULL;
    return tell_error(error);
}

static int read_scope(const struct session *session, supa_manager_options *options)
{
    static const char *const modes[] = {"off", "warn", "enforce"};
    const char *mode = session->settings.values[SETTING_SCOPE];

    options->scope = SUPA_SCOPE_PLATFORM;
    options->scope_file = session->settings.values[SETTING_SCOPE_FILE];
    if (options->scope_file != NULL)
        options->scope = SUPA_SCOPE_FILE;
    for (int32_t i = 0; mode != NULL && i < 3; i++) {
        if (strcmp(modes[i], mode) == 0) {
            options->scope_mode = i;
            return 0;
        }
    }
    return mode == NULL ? 0 : misuse(NULL, "SUPA_SCOPE (scope) is none of enforce, warn and off");
}

/* A URL that is none is named by where it stands. */
static int tell_place(struct session *session, enum setting setting, const supa_error *error)
{
    const int status = tell_error(error);

    if (error->code == SUPA_ERROR_ARGUMENT && strstr(error->message, "URL") != NULL)
        advise("it is %s", settings_origin(&session->settings, setting));
    return status;
}

/* What the master's client and the manager need, or the first that is missing. */
static int check_master(const struct session *session)
{
    static const enum setting needed[] = {SETTING_MASTER_URL, SETTING_MASTER_KEY};

    for (size_t i = 0; i < 2; i++) {
        if (session->settings.values[needed[i]] == NULL)
            return misuse(
                "`supa doctor` looks at the whole configuration; --url asks a server without a "
                "master",
                "the master is not configured: %s is not set", setting_variable(needed[i]));
    }
    return 0;
}

int session_manager(struct session *session)
{
    supa_client_options master, tenant;
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_error error;
    int status = session->manager != NULL ? 0 : check_master(session);

    if (session->manager != NULL || status != 0 ||
        (status = session_options(session, &master)) != 0 ||
        (status = read_scope(session, &options)) != 0 ||
        (status = session_keyring(session, &options.keyring, &error)) != 0)
        return status;
    tenant = master;
    master.url = session->settings.values[SETTING_MASTER_URL];
    master.key = session->settings.values[SETTING_MASTER_KEY];
    options.master = &master;
    options.tenant = &tenant;
    session->manager = supa_manager_new(&options, &error);
    supa_keyring_free(options.keyring);
    return session->manager != NULL ? 0 : tell_place(session, SETTING_MASTER_URL, &error);
}

static int no_store(const char *store)
{
    misuse("`supa stores list --all-stores` lists them", "there is no store \"%s\"", store);
    return EXIT_NOT_FOUND;
}

int session_store_id(struct session *session, const char *store, char id[40])
{
    supa_response *answer;
    supa_query *q;
    int status;

    if (text_is_uuid(store)) {
        snprintf(id, 40, "%s", store);
        return 0;
    }
    status = session_manager(session);
    if (status != 0)
        return status;
    q = supa_from(supa_manager_master(session->manager), "stores");
    supa_eq(supa_select(q, "id"), "slug", supa_text(store));
    answer = supa_execute(q);
    if (!supa_response_ok(answer))
        status = tell_error(supa_response_error(answer));
    else if (supa_response_row_count(answer) == 0)
        status = no_store(store);
    else
        snprintf(id, 40, "%s", supa_row_string(supa_response_first(answer), "id", ""));
    supa_response_free(answer);
    return status;
}

static int with_schema(struct session *session, supa_client **client, supa_error *error)
{
    const char *schema = session->settings.values[SETTING_SCHEMA];
    supa_client *plain = *client;

    if (schema == NULL)
        return 0;
    *client = supa_client_with_schema(plain, schema, error);
    supa_client_unref(plain);
    return *client != NULL ? 0 : tell_error(error);
}

static int tenant_client(struct session *session, supa_client **client, supa_error *error)
{
    supa_host host = SUPA_HOST_INIT;
    int status = session_manager(session);

    if (status != 0)
        return status;
    if (session->options->host != NULL) {
        if (supa_manager_resolve_host(session->manager, session->options->host, &host, error) !=
            SUPA_OK)
            return tell_error(error);
        snprintf(session->store_id, sizeof session->store_id, "%s", host.store_id);
    } else {
        status =
            session_store_id(session, session->settings.values[SETTING_STORE], session->store_id);
        if (status != 0)
            return status;
    }
    *client = supa_manager_lease(session->manager, session->store_id, error);
    return *client != NULL ? with_schema(session, client, error) : tell_error(error);
}

static int plain_client(struct session *session, supa_client **client, supa_error *error)
{
    supa_client_options options;
    const int status = session_options(session, &options);

    if (status != 0)
        return status;
    options.url = session->settings.values[SETTING_URL];
    options.key = session->settings.values[SETTING_KEY];
    options.schema = session->settings.values[SETTING_SCHEMA];
    if (session->settings.values[SETTING_REST_PATH] != NULL)
        options.rest_path = session->settings.values[SETTING_REST_PATH];
    *client = supa_client_new(&options, error);
    return *client != NULL ? 0 : tell_place(session, SETTING_URL, error);
}

enum whom { WHOM_MASTER, WHOM_STORE, WHOM_SERVER };

/* What nobody can mean: a store's address and key are the registry's. */
static int check_whom(const struct session *session)
{
    const struct options *options = session->options;
    const char *server = options->url != NULL         ? "--url"
                         : options->key != NULL       ? "--key"
                         : options->rest_path != NULL ? "--rest-path"
                                                      : NULL;

    if (options->store != NULL && options->host != NULL)
        return misuse(NULL, "--store and --host are one too many");
    if (server != NULL && (options->store != NULL || options->host != NULL))
        return misuse(
            "a store's address and key are the registry's; --url with --key asks a server without "
            "one",
            "%s and %s do not go together", options->store != NULL ? "--store" : "--host", server);
    if (server != NULL && session->settings.values[SETTING_URL] == NULL)
        return misuse("--url URL names it", "%s is of a server that is not named", server);
    return 0;
}

/* What was said later goes before: options, the named section, the environment, [default]. */
static int choose_whom(struct session *session, enum whom *whom)
{
    struct settings *settings = &session->settings;
    const struct options *options = session->options;
    enum source store = options->host != NULL ? SOURCE_FLAG : SOURCE_NONE, server = SOURCE_NONE;

    if (store == SOURCE_NONE && settings->values[SETTING_STORE] != NULL)
        store = settings->sources[SETTING_STORE];
    if (settings->values[SETTING_URL] != NULL &&
        settings->sources[SETTING_URL] >= settings->sources[SETTING_MASTER_URL])
        server = settings->sources[SETTING_URL];
    if (server != SOURCE_NONE && options->key != NULL)
        server = SOURCE_FLAG;
    if (server != SOURCE_NONE && server == store)
        return misuse(
            "--store or --url says which is meant", "there are %s and %s",
            settings_origin(settings, SETTING_STORE), settings_origin(settings, SETTING_URL));
    *whom = store > server ? WHOM_STORE : server != SOURCE_NONE ? WHOM_SERVER : WHOM_MASTER;
    return 0;
}

int session_is_plain(struct session *session, int *is_plain)
{
    enum whom whom = WHOM_MASTER;
    int status = check_whom(session);

    if (status == 0)
        status = choose_whom(session, &whom);
    *is_plain = whom == WHOM_SERVER;
    return status;
}

int session_client(struct session *session, supa_client **client)
{
    enum whom whom = WHOM_MASTER;
    supa_error error;
    int status = check_whom(session);

    *client = NULL;
    if (status == 0)
        status = choose_whom(session, &whom);
    if (status != 0)
        return status;
    if (whom == WHOM_STORE)
        return tenant_client(session, client, &error);
    if (whom == WHOM_SERVER)
        return plain_client(session, client, &error);
    status = session_manager(session);
    if (status != 0)
        return status;
    *client = supa_client_ref(supa_manager_master(session->manager));
    return with_schema(session, client, &error);
}

int session_tell(supa_client *client, const char *relation, const supa_error *error)
{
    struct text message = {0}, hint = {0};
    int status;

    if (error->code != SUPA_ERROR_SCOPE || strstr(error->message, "in no list of tables") == NULL)
        return tell_error(error);
    fail_keep(&message, &hint);
    status = tell_error(error);
    fail_keep(NULL, NULL);
    misuse(NULL, "%s", message.data);
    description_advise(
        client, relation); /* a name that is mistyped is likelier than one to be listed */
    advise("%s", hint.data);
    text_free(&message);
    text_free(&hint);
    return status;
}
