/* SPDX-License-Identifier: MIT */
#include "live/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *stack_value(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL) {
        fprintf(stderr, "%s is not set: run tests/live/run.sh, which starts the servers\n", name);
        exit(1);
    }
    return value;
}

const char *stack_tenant_value(int n, const char *what)
{
    char name[80];

    snprintf(name, sizeof name, "STACK_TENANT_%d_%s", n, what);
    return stack_value(name);
}

const char *stack_store(int n)
{
    static const char *const ids[] = {
        "5f0e0000-0000-4000-8000-000000000001",
        "5f0e0000-0000-4000-8000-000000000002",
        "5f0e0000-0000-4000-8000-000000000003",
    };

    return ids[n - 1];
}

supa_client_options stack_options(const char *url, const char *key)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = url;
    options.key = key;
    options.allow_plain_http = options.allow_private = 1;
    return options;
}

supa_client *stack_tenant(int n)
{
    supa_client_options options =
        stack_options(stack_tenant_value(n, "URL"), stack_tenant_value(n, "SERVICE_KEY"));
    supa_error error;
    supa_client *client = supa_client_new(&options, &error);

    if (client == NULL) {
        fprintf(stderr, "no client: %s\n", error.message);
        exit(1);
    }
    return client;
}

supa_manager *stack_manager(void)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);

    if (manager == NULL) {
        fprintf(stderr, "no manager: %s\n", error.message);
        exit(1);
    }
    return manager;
}

size_t stack_requests(const char *project, const char *text)
{
    FILE *log = fopen(stack_value("STACK_ACCESS_LOG"), "r");
    char line[32768], column[64];
    size_t count = 0;

    if (log == NULL)
        return 0;
    snprintf(column, sizeof column, "\t%s\t", project);
    while (fgets(line, sizeof line, log) != NULL)
        count += strstr(line, column) != NULL && strstr(line, text) != NULL;
    fclose(log);
    return count;
}

void stack_sql(const char *database, const char *sql)
{
    char command[4096];

    snprintf(
        command, sizeof command, "%s -q -v ON_ERROR_STOP=1 -d %s >/dev/null",
        stack_value("STACK_PSQL"), database);
    FILE *psql = popen(command, "w");

    if (psql == NULL || fputs(sql, psql) == EOF || pclose(psql) != 0) {
        fprintf(stderr, "psql failed\n");
        exit(1);
    }
}

int stack_text_is(supa_row row, const char *column, const char *want)
{
    const char *text;
    size_t length;

    return supa_row_text(row, column, &text, &length) == SUPA_FIELD_VALUE &&
           length == strlen(want) && memcmp(text, want, length) == 0;
}

int stack_decimal_is(supa_row row, const char *column, const char *want)
{
    const char *digits;
    size_t length;

    return supa_row_decimal(row, column, &digits, &length) == SUPA_FIELD_VALUE &&
           length == strlen(want) && memcmp(digits, want, length) == 0;
}
