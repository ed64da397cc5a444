/* SPDX-License-Identifier: MIT */
/* The registry of stores, and which store a host belongs to. */
#include "commands.h"
#include "credentials.h"
#include "fail.h"
#include "output.h"
#include "words.h"

#include <string.h>
#include <unistd.h>

/* Prints an answer's rows and ends it. */
static int print(struct session *session, supa_response *answer, int is_single)
{
    struct writer writer;
    supa_row row = supa_response_first(answer);
    int status = writer_begin(&writer, stdout, session->options->output, OUTPUT_JSON);

    if (status == 0 && !supa_response_ok(answer)) {
        status = tell_error(supa_response_error(answer));
    } else if (status == 0) {
        writer.is_single = is_single;
        for (size_t i = 0; i < supa_response_row_count(answer); i++, row = supa_row_next(row))
            writer_row(&writer, NULL, row);
        status = writer_end(&writer);
    }
    supa_response_free(answer);
    return status;
}

static void put_field(struct text *out, const char *name, const char *as, supa_row row)
{
    const char *json = "null";
    size_t length = 4;

    supa_row_raw(row, name, &json, &length);
    text_puts(out, out->data[out->length - 1] == '{' ? "" : ",");
    text_put_json(out, as, strlen(as));
    text_putc(out, ':');
    text_put(out, json, length);
}

static int is_true(supa_row row, const char *name)
{
    int is = 0;

    return supa_row_bool(row, name, &is) == SUPA_FIELD_VALUE && is;
}

/* What a terminal has room for. A store operates when it and its database are active. */
static void put_store_briefly(struct text *out, supa_row row)
{
    supa_row store = row;
    int is_active = is_true(row, "is_active");

    text_putc(out, '{');
    if (supa_row_row(row, "stores", &store) == SUPA_FIELD_VALUE) {
        put_field(out, "slug", "slug", store);
        put_field(out, "status", "status", store);
        is_active = is_active && is_true(store, "is_active");
    }
    text_puts(out, out->data[out->length - 1] == '{' ? "" : ",");
    text_puts(out, is_active ? "\"active\":\"yes\"" : "\"active\":\"no\"");
    put_field(out, "connection_status", "connection", row);
    put_field(out, "store_id", "store_id", row);
    text_putc(out, '}');
}

static void put_store(struct text *out, supa_row row)
{
    static const char *const of_database[] = {"store_id",          "database_type",  "host",
                                              "connection_status", "schema_version", "updated_at"};
    supa_row store = row;

    text_putc(out, '{');
    if (supa_row_row(row, "stores", &store) == SUPA_FIELD_VALUE) {
        put_field(out, "slug", "slug", store);
        put_field(out, "status", "status", store);
        put_field(out, "is_active", "store_active", store);
    }
    put_field(out, "is_active", "database_active", row);
    for (size_t i = 0; i < sizeof of_database / sizeof of_database[0]; i++)
        put_field(out, of_database[i], of_database[i], row);
    text_putc(out, '}');
}

/* The same rows without one in the other, which fits a table. */
static supa_response *flatten(const struct session *session, supa_response *stores)
{
    const char *word = session->options->output;
    const int is_brief = word != NULL ? strcmp(word, "table") == 0 : isatty(STDOUT_FILENO);
    struct text json = {0};
    supa_response *flat;
    supa_row row = supa_response_first(stores);

    if (!supa_response_ok(stores))
        return stores;
    text_putc(&json, '[');
    for (size_t i = 0; i < supa_response_row_count(stores); i++, row = supa_row_next(row)) {
        text_puts(&json, i == 0 ? "" : ",");
        if (is_brief)
            put_store_briefly(&json, row);
        else
            put_store(&json, row);
    }
    text_putc(&json, ']');
    flat = supa_response_of_rows(json.data, json.length);
    text_free(&json);
    supa_response_free(stores);
    return flat;
}

static supa_stores which(const struct session *session)
{
    return session->options->all ? SUPA_STORES_ALL : SUPA_STORES_OPERATING;
}

int command_stores_list(struct session *session)
{
    const int status = session_manager(session);

    if (status != 0)
        return status;
    return print(
        session, flatten(session, supa_store_list(session->manager, which(session), NULL, 0)), 0);
}

int command_stores_pending(struct session *session)
{
    supa_response *answer;
    int64_t newest = 0;
    const int status = session_manager(session);

    if (status != 0)
        return status;
    answer = supa_store_pending(session->manager, which(session), &newest);
    if (supa_response_ok(answer))
        fprintf(
            stderr, "%zu store%s %s behind version %lld\n", supa_response_row_count(answer),
            plural((int64_t)supa_response_row_count(answer)),
            supa_response_row_count(answer) == 1 ? "is" : "are", (long long)newest);
    return print(session, flatten(session, answer), 0);
}

/* The manager, and the id of the store that is the only argument. */
static int named_store(struct session *session, char id[40])
{
    const struct options *options = session->options;
    const int status = options->argument_count == 1 ? session_manager(session)
                                                    : misuse(NULL, "which store? One id or slug");

    return status != 0 ? status : session_store_id(session, options->arguments[0], id);
}

int command_stores_show(struct session *session)
{
    char id[40];
    const int status = named_store(session, id);

    return status != 0 ? status : print(session, supa_store_info(session->manager, id), 1);
}

int command_stores_create(struct session *session)
{
    const struct options *options = session->options;
    supa_new_store store = SUPA_NEW_STORE_INIT;
    const int status = session_manager(session);

    if (status != 0)
        return status;
    store.user_id = options->owner;
    store.slug = options->slug;
    store.name = options->name;
    store.id = options->id;
    store.country = options->country;
    store.email = options->email;
    if (store.user_id == NULL || store.slug == NULL)
        return misuse(NULL, "a store needs --user and --slug");
    return print(session, supa_store_create(session->manager, &store), 1);
}

static int done(const char *id, const char *what, int code, const supa_error *error)
{
    if (code != SUPA_OK)
        return tell_error(error);
    printf("%s %s\n", id, what);
    return 0;
}

int command_stores_put(struct session *session)
{
    const struct options *options = session->options;
    supa_store_database database = SUPA_STORE_DATABASE_INIT;
    struct text credentials = {0};
    supa_error error;
    char id[40];
    int status = named_store(session, id);

    if (status == 0)
        status = credentials_take(options->credentials, 0, &credentials);
    if (status == 0) {
        database.credentials = credentials.data;
        database.length = credentials.length;
        database.extra = options->extra;
        database.is_active = !options->inactive;
        if (options->type != NULL)
            database.type = options->type;
        status =
            done(id, "is put", supa_store_put(session->manager, id, &database, &error), &error);
    }
    text_free(&credentials);
    return status;
}

int command_stores_rotate(struct session *session)
{
    const struct options *options = session->options;
    supa_rotate_options rotation = SUPA_ROTATE_OPTIONS_INIT;
    struct text changes = {0};
    supa_error error;
    char id[40];
    int status = named_store(session, id);

    rotation.test_ms = options->no_test ? 0 : 10000;
    if (status == 0)
        status = credentials_take(options->credentials, 1, &changes);
    if (status == 0)
        status = done(
            id, options->no_test ? "is rotated, untested" : "is tested and rotated",
            supa_store_rotate(
                session->manager, id, changes.data, changes.length, &rotation, &error),
            &error);
    text_free(&changes);
    return status;
}

int command_stores_test(struct session *session)
{
    supa_store_report report;
    supa_error error;
    char id[40];
    const int status = named_store(session, id);

    if (status != 0)
        return status;
    if (supa_store_test(session->manager, id, 0, &report, &error) != SUPA_OK)
        return tell_error(&error);
    printf(
        "%s %s, %.1f ms%s%s\n", id, supa_verdict_name((supa_verdict)report.verdict),
        (double)report.took_us / 1000, report.own_row ? ", its own row is there" : "",
        report.recorded ? ", recorded" : "");
    return report.verdict == SUPA_VERDICT_OK ? 0 : tell_error(&report.cause);
}

int command_stores_activate(struct session *session)
{
    supa_error error;
    char id[40];
    const int status = named_store(session, id);

    if (status != 0)
        return status;
    return done(id, "is active", supa_store_activate(session->manager, id, &error), &error);
}

int command_stores_deactivate(struct session *session)
{
    supa_error error;
    char id[40];
    const int status = named_store(session, id);

    if (status != 0)
        return status;
    return done(id, "is not active", supa_store_deactivate(session->manager, id, &error), &error);
}

static void tell_left(const supa_store_left *left)
{
    const struct {
        const char *what;
        int64_t n;
    } rows[] = {
        {"stores", left->stores},
        {"store_hostnames", left->hostnames},
        {"custom_domains_lookup", left->domains},
        {"store_teams", left->team},
        {"subscriptions", left->subscriptions}};

    if (left->host[0] != '\0')
        printf("left as it is: the %s database at %s\n", left->database_type, left->host);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].n > 0)
            printf("left as it is: %lld in %s\n", (long long)rows[i].n, rows[i].what);
    }
}

int command_stores_remove(struct session *session)
{
    supa_store_left left;
    supa_error error;
    char id[40], question[80];
    int status = named_store(session, id);

    if (status != 0)
        return status;
    snprintf(question, sizeof question, "Take the credentials of %s away", id);
    status = confirm(question, session->options->yes);
    if (status != 0)
        return status;
    if (supa_store_remove(session->manager, id, &left, &error) != SUPA_OK)
        return tell_error(&error);
    printf("%s is removed from store_databases\n", id);
    tell_left(&left);
    return 0;
}

int command_resolve(struct session *session)
{
    supa_host host = SUPA_HOST_INIT;
    supa_error error;
    int status = session->options->argument_count == 1 ? session_manager(session)
                                                       : misuse(NULL, "which host?");

    if (status != 0)
        return status;
    if (supa_manager_resolve_host(
            session->manager, session->options->arguments[0], &host, &error) != SUPA_OK)
        return tell_error(&error);
    printf(
        "%s by %s\n", host.store_id,
        host.source == SUPA_HOSTS_CUSTOM_DOMAINS ? "custom_domains_lookup" : "store_hostnames");
    if (host.is_redirect)
        printf("redirects to %s\n", host.redirect_to);
    return 0;
}
