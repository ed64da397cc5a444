/* SPDX-License-Identifier: MIT */
#include "ownership.h"

#include "fail.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* One side's description: tables under "definitions", functions as paths "/rpc/…". */
struct side {
    supa_response *answer; /* one row: the description */
    supa_row description, tables, paths;
};

static int read_side(struct side *side, supa_client *client)
{
    supa_response *answer = supa_openapi(client);
    struct text json = {0};
    size_t length;
    const char *body = supa_response_body(answer, &length);
    int status = supa_response_ok(answer) ? 0 : tell_error(supa_response_error(answer));

    text_putc(&json, '[');
    text_put(&json, body, length);
    text_putc(&json, ']');
    side->answer = supa_response_of_rows(json.data, json.length);
    side->description = supa_response_first(side->answer);
    if (status == 0 &&
        (supa_row_row(side->description, "definitions", &side->tables) != SUPA_FIELD_VALUE ||
         supa_row_row(side->description, "paths", &side->paths) != SUPA_FIELD_VALUE))
        status = trouble("the server's description has no definitions and paths");
    text_free(&json);
    supa_response_free(answer);
    return status;
}

static char *name_at(supa_row row, size_t i)
{
    const char *name, *json;
    size_t length, json_length;

    if (supa_row_at(row, i, &name, &length, &json, &json_length) != SUPA_FIELD_VALUE)
        return NULL;
    return copy_of(name, length);
}

static int has(supa_row row, const char *name)
{
    const char *json;
    size_t length;

    return supa_row_raw(row, name, &json, &length) != SUPA_FIELD_MISSING;
}

static int has_store_id(const struct side *side, const char *table)
{
    supa_row definition, properties;

    return supa_row_row(side->tables, table, &definition) == SUPA_FIELD_VALUE &&
           supa_row_row(definition, "properties", &properties) == SUPA_FIELD_VALUE &&
           has(properties, "store_id");
}

static void print_tables(const struct side *master, const struct side *tenant)
{
    char *name;

    for (size_t i = 0; (name = name_at(tenant->tables, i)) != NULL; i++) {
        printf(
            "%-40s %s  %s\n", name, has(master->tables, name) ? "both  " : "tenant",
            has_store_id(tenant, name) ? "store_id" : "-");
        free(name);
    }
    for (size_t i = 0; (name = name_at(master->tables, i)) != NULL; i++) {
        if (!has(tenant->tables, name))
            printf("%-40s master  -\n", name);
        free(name);
    }
}

static void print_functions(const struct side *side, const struct side *other, const char *word)
{
    char *path;

    for (size_t i = 0; (path = name_at(side->paths, i)) != NULL; i++) {
        if (strncmp(path, "/rpc/", 5) == 0 && !has(other->paths, path))
            printf("%-40s %s\n", path + 1, word);
        free(path);
    }
}

int ownership_print(struct session *session)
{
    struct side master = {0}, tenant = {0};
    supa_client *client = NULL;
    int status;

    if (session->settings.values[SETTING_STORE] == NULL && session->options->host == NULL)
        return misuse(NULL, "--from-openapi needs a tenant to look at: --store ID");
    status = session_client(session, &client);
    if (status == 0)
        status = read_side(&master, supa_manager_master(session->manager));
    if (status == 0)
        status = read_side(&tenant, client);
    if (status == 0) {
        puts("# Sides of tables and functions, as the servers describe them: look through those "
             "that");
        puts("# are on both, and leave functions that both may call out of the list.");
        print_tables(&master, &tenant);
        print_functions(&master, &tenant, "master");
        print_functions(&tenant, &master, "tenant");
    }
    supa_response_free(master.answer);
    supa_response_free(tenant.answer);
    supa_client_unref(client);
    return status;
}
