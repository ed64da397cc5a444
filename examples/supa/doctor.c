/* SPDX-License-Identifier: MIT */
/* doctor: looks at all that a command depends on, in the order in which it does, and says what to mend. */
#include "commands.h"
#include "description.h"
#include "fail.h"
#include "jwt.h"
#include "words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct check {
    struct session *session;
    int failed, warned;
};

enum finding { FINDING_OK, FINDING_WARNING, FINDING_WRONG };

__attribute__((format(printf, 5, 6))) static void tell(
    struct check *check, enum finding finding, const char *what, const char *mend,
    const char *format, ...)
{
    static const char *const words[] = {"ok", "!!", "WRONG"};
    static const enum colour colours[] = {COLOUR_GREEN, COLOUR_YELLOW, COLOUR_RED};
    va_list arguments;

    printf(
        "%s%-5s%s %-12s ", colour(stdout, colours[finding]), words[finding],
        colour(stdout, COLOUR_NONE), what);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    if (mend != NULL && *mend != '\0')
        printf(
            "      %-12s %s: %s\n", "", finding == FINDING_WRONG ? "to mend it" : "better", mend);
    check->failed += finding == FINDING_WRONG;
    check->warned += finding == FINDING_WARNING;
}

/* What nobody else has a hint for: the way to a server. */
static void put_way(struct check *check, const supa_error *error, struct text *hint)
{
    struct settings *settings = &check->session->settings;

    if (hint->length != 0 || status_of(error) != EXIT_UNREACHED)
        return;
    if (error->side == SUPA_SIDE_TENANT) {
        text_puts(hint, "its address is the registry's; `supa stores show STORE` tells the host");
    } else {
        text_puts(hint, "look at ");
        text_puts(
            hint,
            settings_origin(
                settings, error->side == SUPA_SIDE_MASTER ? SETTING_MASTER_URL : SETTING_URL));
        text_puts(hint, ", and whether this machine gets there: curl -i with that URL");
    }
}

static void
tell_failure(struct check *check, const char *what, const char *mend, const supa_error *error)
{
    struct text message = {0}, hint = {0};

    fail_keep(&message, &hint);
    tell_error(error);
    fail_keep(NULL, NULL);
    put_way(check, error, &hint);
    tell(check, FINDING_WRONG, what, mend != NULL ? mend : hint.data, "%s", message.data);
    text_free(&message);
    text_free(&hint);
}

/* The trouble that a step, begun between fail_keep and here, told. */
static void tell_kept(struct check *check, const char *what, const char *mend, struct text kept[2])
{
    fail_keep(NULL, NULL);
    if (kept[0].length != 0)
        tell(
            check, FINDING_WRONG, what, kept[1].length != 0 ? kept[1].data : mend, "%s",
            kept[0].data);
    text_free(&kept[0]);
    text_free(&kept[1]);
}

static int check_settings(struct check *check)
{
    static const enum setting needed[] = {SETTING_MASTER_URL, SETTING_MASTER_KEY};
    struct settings *settings = &check->session->settings;
    const int before = check->failed;

    for (size_t i = 0; i < 2; i++) {
        if (settings->values[needed[i]] == NULL)
            tell(
                check, FINDING_WRONG, "settings", "set it, or its line in ~/.config/supa/config",
                "%s (%s) is not set", setting_variable(needed[i]), setting_name(needed[i]));
        else
            tell(check, FINDING_OK, "settings", NULL, "%s", settings_origin(settings, needed[i]));
    }
    return check->failed == before;
}

/* What a key says of itself. Only service_role's reads a registry. */
static void check_key(struct check *check, const char *what, const char *key, int is_master)
{
    struct jwt jwt;

    if (strncmp(key, "sb_secret_", 10) == 0)
        tell(check, FINDING_OK, what, NULL, "a secret key");
    else if (strncmp(key, "sb_publishable_", 15) == 0)
        tell(
            check, is_master ? FINDING_WRONG : FINDING_OK, what,
            is_master ? "take the secret key" : NULL, "a publishable key%s",
            is_master ? ": it cannot read the registry" : "");
    else if (jwt_read(key, &jwt) != 0)
        tell(
            check, FINDING_WARNING, what, "copy it anew from the project's settings",
            "neither a secret key (sb_secret_…) nor a JSON Web Token");
    else if (jwt.expires != 0 && jwt.expires < (int64_t)time(NULL))
        tell(check, FINDING_WRONG, what, "take a new one", "it has expired");
    else if (is_master && strcmp(jwt.role, "service_role") != 0)
        tell(
            check, FINDING_WARNING, what, "take the key of service_role", "its role is \"%s\"",
            jwt.role);
    else
        tell(check, FINDING_OK, what, NULL, "role %s", jwt.role);
}

static void check_keyring(struct check *check)
{
    struct settings *settings = &check->session->settings;
    struct text kept[2] = {{0}, {0}};
    supa_keyring *keyring;
    supa_error error;
    int status;

    fail_keep(&kept[0], &kept[1]);
    status = session_keyring(check->session, &keyring, &error);
    supa_keyring_free(keyring);
    tell_kept(
        check, "keyring", "supa keygen --to FILE makes one; SUPA_KEYRING_FILE names it", kept);
    if (status != 0)
        return;
    if (settings->values[SETTING_KEYRING] != NULL)
        tell(
            check, FINDING_WARNING, "keyring",
            "a file that only its owner reads: SUPA_KEYRING_FILE", "its keys stand in %s",
            settings_origin(settings, SETTING_KEYRING));
    else
        tell(
            check, FINDING_OK, "keyring", NULL, "%s",
            settings->values[SETTING_KEYRING_FILE] != NULL ? settings->values[SETTING_KEYRING_FILE]
                                                           : "ENCRYPTION_KEY alone");
}

static void check_tls(struct check *check, const char *what, const char *url)
{
    if (strncmp(url, "https://", 8) == 0)
        tell(check, FINDING_OK, what, NULL, "the certificate is good");
    else
        tell(
            check, FINDING_WARNING, what, "https, for all but servers on this machine",
            "plain http: keys and rows can be read on the way");
}

/* The server's clock by its Date, which counts seconds. */
static void check_clock(struct check *check, const char *whose, const supa_response *answer)
{
    const char *date = supa_response_header(answer, "Date");
    struct tm parts = {0};
    long long apart;

    if (date == NULL || strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &parts) == NULL)
        return;
    apart = (long long)(time(NULL) - timegm(&parts));
    if (apart >= -5 && apart <= 5)
        tell(check, FINDING_OK, "clock", NULL, "the %s's and this machine's agree", whose);
    else
        tell(
            check, FINDING_WRONG, "clock", "synchronise it: tokens expire by it",
            "this machine's is %lld s %s the %s's", llabs(apart), apart > 0 ? "ahead of" : "behind",
            whose);
}

static void check_tables(struct check *check, supa_row description)
{
    static const char *const tables[] = {"stores",          "store_databases",
                                         "store_hostnames", "custom_domains_lookup",
                                         "users",           "migrations"};
    supa_row definitions;
    const char *json;
    size_t length;
    int missing = 0;

    if (supa_row_row(description, "definitions", &definitions) != SUPA_FIELD_VALUE)
        return;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (supa_row_raw(definitions, tables[i], &json, &length) != SUPA_FIELD_MISSING)
            continue;
        missing++;
        tell(
            check, i < 2 ? FINDING_WRONG : FINDING_WARNING, "schema",
            "doc/master.md says what the master has to have; after a change: notify pgrst, 'reload "
            "schema'",
            "the master shows no table %s", tables[i]);
    }
    if (missing == 0)
        tell(check, FINDING_OK, "schema", NULL, "the master's tables are there");
}

static void check_version(struct check *check, const char *what, supa_row description)
{
    supa_row info;
    const char *version = "?";

    if (supa_row_row(description, "info", &info) == SUPA_FIELD_VALUE)
        version = supa_row_string(info, "version", "?");
    tell(
        check, atoi(version) >= 10 ? FINDING_OK : FINDING_WARNING, what,
        atoi(version) >= 10 ? NULL : "10 and later are known to work", "PostgREST %s", version);
}

static int check_master(struct check *check)
{
    struct description found;
    int is_ok;

    description_read(&found, supa_manager_master(check->session->manager));
    is_ok = supa_response_ok(found.answer);
    if (is_ok) {
        tell(check, FINDING_OK, "master", NULL, "it answers, and takes the key");
        check_tls(check, "tls", check->session->settings.values[SETTING_MASTER_URL]);
        check_clock(check, "master", found.answer);
        check_version(check, "version", found.row);
        check_tables(check, found.row);
    } else {
        tell_failure(check, "master", NULL, supa_response_error(found.answer));
    }
    description_free(&found);
    return is_ok;
}

/* A limit shows only where there are more rows than it lets through. */
static void check_row_limit(struct check *check)
{
    supa_query *q = supa_from(supa_manager_master(check->session->manager), "store_databases");
    supa_response *answer = supa_execute(supa_count(supa_select(q, "store_id"), SUPA_COUNT_EXACT));
    const long long rows = (long long)supa_response_row_count(answer);

    if (!supa_response_ok(answer))
        tell_failure(check, "registry", NULL, supa_response_error(answer));
    else if (supa_response_count(answer) > rows)
        tell(
            check, FINDING_WARNING, "row limit",
            "export and each page past it; get tells when rows are missing",
            "the master gives %lld rows at once", rows);
    else
        tell(
            check, FINDING_OK, "registry", NULL, "%lld store%s, all in one answer", rows,
            plural(rows));
    supa_response_free(answer);
}

/* --store's, or the first that operates. Empty when there is none. */
static int choose_store(struct check *check, char id[40])
{
    const char *store = check->session->settings.values[SETTING_STORE];
    supa_response *stores;

    id[0] = '\0';
    if (store != NULL)
        return session_store_id(check->session, store, id);
    stores = supa_store_list(check->session->manager, SUPA_STORES_OPERATING, NULL, 0);
    snprintf(id, 40, "%s", supa_row_string(supa_response_first(stores), "store_id", ""));
    supa_response_free(stores);
    return 0;
}

static void check_tenant(struct check *check)
{
    struct text kept[2] = {{0}, {0}};
    supa_client *tenant;
    struct description found;
    supa_error error;
    char id[40];
    int status;

    fail_keep(&kept[0], &kept[1]);
    status = choose_store(check, id);
    tell_kept(check, "tenant", NULL, kept);
    if (status != 0)
        return;
    if (id[0] == '\0') {
        tell(
            check, FINDING_WARNING, "tenant", "--store ID chooses one",
            "there is no store to look at");
        return;
    }
    tenant = supa_manager_lease(check->session->manager, id, &error);
    if (tenant == NULL) {
        tell_failure(check, "tenant", NULL, &error);
        return;
    }
    description_read(&found, tenant);
    if (supa_response_ok(found.answer)) {
        tell(check, FINDING_OK, "tenant", NULL, "store %s answers, and takes its key", id);
        check_version(check, "version", found.row);
    } else {
        tell_failure(check, "tenant", NULL, supa_response_error(found.answer));
    }
    description_free(&found);
    supa_client_unref(tenant);
}

static void check_servers(struct check *check)
{
    struct text kept[2] = {{0}, {0}};
    int status;

    fail_keep(&kept[0], &kept[1]);
    status = session_manager(check->session);
    tell_kept(check, "settings", NULL, kept);
    if (status == 0 && check_master(check)) {
        check_row_limit(check);
        check_tenant(check);
    }
}

static void check_platform(struct check *check)
{
    if (check_settings(check))
        check_key(check, "master key", check->session->settings.values[SETTING_MASTER_KEY], 1);
    check_keyring(check);
    if (check->failed == 0)
        check_servers(check);
    else
        tell(check, FINDING_WARNING, "servers", NULL, "not asked: mend the above first");
}

/* The server of --url, which has no registry and no stores. */
static void check_plain(struct check *check, supa_client *client)
{
    struct settings *settings = &check->session->settings;
    const char *key = settings->values[SETTING_KEY];
    struct description found;

    tell(check, FINDING_OK, "settings", NULL, "%s", settings_origin(settings, SETTING_URL));
    if (key != NULL)
        check_key(check, "key", key, 0);
    else
        tell(check, FINDING_WARNING, "key", "--key @FILE, SUPA_KEY or key", "there is none");
    description_read(&found, client);
    if (supa_response_ok(found.answer)) {
        tell(
            check, FINDING_OK, "server", NULL, "it answers%s",
            key != NULL ? ", and takes the key" : "");
        check_tls(check, "tls", settings->values[SETTING_URL]);
        check_clock(check, "server", found.answer);
        check_version(check, "version", found.row);
    } else {
        tell_failure(check, "server", NULL, supa_response_error(found.answer));
    }
    description_free(&found);
}

static int conclude(const struct check *check)
{
    if (check->failed != 0)
        printf("%d to mend\n", check->failed);
    else if (check->warned != 0)
        printf("all works, with %d warning%s\n", check->warned, plural(check->warned));
    else
        puts("all is well");
    return check->failed == 0 ? 0 : EXIT_PARTLY;
}

int command_doctor(struct session *session)
{
    struct check check = {session, 0, 0};
    supa_client *client = NULL;
    int is_plain, status = session_is_plain(session, &is_plain);

    if (status == 0 && is_plain)
        status = session_client(session, &client);
    if (status != 0)
        return status;
    if (is_plain)
        check_plain(&check, client);
    else
        check_platform(&check);
    supa_client_unref(client);
    return conclude(&check);
}
