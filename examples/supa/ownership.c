/* SPDX-License-Identifier: MIT */
#include "ownership.h"

#include "description.h"
#include "fail.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Of one side: tables under "definitions", functions as paths "/rpc/…". */
struct side {
    struct description description;
    supa_row tables, paths;
};

static int read_side(struct side *side, supa_client *client)
{
    const supa_row *row = &side->description.row;

    description_read(&side->description, client);
    if (!supa_response_ok(side->description.answer))
        return tell_error(supa_response_error(side->description.answer));
    if (supa_row_row(*row, "definitions", &side->tables) == SUPA_FIELD_VALUE &&
        supa_row_row(*row, "paths", &side->paths) == SUPA_FIELD_VALUE)
        return 0;
    return trouble("the server's description has no definitions and paths");
}

static int by_name(const void *a, const void *b)
{
    char *const *left = a, *const *right = b;

    return strcmp(*left, *right);
}

/* The names of a row's columns in their order, NULL at the end: servers give them in any. */
static char **names_of(supa_row row)
{
    const size_t n = supa_row_columns(row);
    char **names = have(calloc(n + 1, sizeof *names));
    const char *name, *json;
    size_t length, json_length;

    for (size_t i = 0; i < n; i++) {
        supa_row_at(row, i, &name, &length, &json, &json_length);
        names[i] = copy_of(name, length);
    }
    qsort(names, n, sizeof *names, by_name);
    return names;
}

static void free_names(char **names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        free(names[i]);
    free(names);
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
    char **names = names_of(tenant->tables);

    for (size_t i = 0; names[i] != NULL; i++)
        printf(
            "%-40s %s  %s\n", names[i], has(master->tables, names[i]) ? "both  " : "tenant",
            has_store_id(tenant, names[i]) ? "store_id" : "-");
    free_names(names);
    names = names_of(master->tables);
    for (size_t i = 0; names[i] != NULL; i++) {
        if (!has(tenant->tables, names[i]))
            printf("%-40s master  -\n", names[i]);
    }
    free_names(names);
}

static void print_functions(const struct side *side, const struct side *other, const char *word)
{
    char **paths = names_of(side->paths);

    for (size_t i = 0; paths[i] != NULL; i++) {
        if (strncmp(paths[i], "/rpc/", 5) == 0 && !has(other->paths, paths[i]))
            printf("%-40s %s\n", paths[i] + 1, word);
    }
    free_names(paths);
}

int ownership_print(struct session *session)
{
    struct side master = {0}, tenant = {0};
    supa_client *client = NULL;
    int status;

    if (session->settings.values[SETTING_STORE] == NULL && session->options->host == NULL)
        return misuse(NULL, "--from-openapi needs a tenant to look at: --store ID");
    status = session_client(session, &client);
    if (status == 0 && session->manager == NULL)
        status = misuse(NULL, "--from-openapi needs a tenant to look at: --store ID");
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
    description_free(&master.description);
    description_free(&tenant.description);
    supa_client_unref(client);
    return status;
}
