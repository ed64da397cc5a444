/* SPDX-License-Identifier: MIT */
#include "field.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static supa_keyring *keyring(void)
{
    static supa_keyring *ring;

    if (ring == NULL)
        ring = supa_keyring_from_file(stack_value("SUPA_KEYRING_FILE"), NULL);
    return ring;
}

const char *field_store(size_t number, char out[40])
{
    snprintf(out, 40, "f1e1d000-0000-4000-8000-%012zx", number & 0xFFFFFFFF);
    return out;
}

static char *seal(const char *store_id, const char *key)
{
    char plaintext[2048], *envelope;
    supa_error error;

    snprintf(
        plaintext, sizeof plaintext, "{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"%s\"}",
        stack_tenant_value(1, "URL"), key);
    envelope =
        supa_envelope_seal(keyring(), "supabase", store_id, plaintext, strlen(plaintext), &error);
    if (envelope == NULL) {
        fprintf(stderr, "seal: %s\n", error.message);
        exit(1);
    }
    return envelope;
}

static FILE *open_psql(void)
{
    char command[1024];
    FILE *psql;

    snprintf(
        command, sizeof command, "%s -q -v ON_ERROR_STOP=1 -d master >/dev/null",
        stack_value("STACK_PSQL"));
    psql = popen(command, "w");
    if (psql == NULL)
        exit(1);
    return psql;
}

static void close_psql(FILE *psql)
{
    if (pclose(psql) != 0) {
        fprintf(stderr, "psql failed\n");
        exit(1);
    }
}

void field_put(size_t first, size_t count)
{
    FILE *psql = open_psql();
    char id[40];

    fprintf(
        psql, "create temporary table sealed (store_id uuid, envelope text);\n"
              "copy sealed from stdin;\n");
    for (size_t i = first; i < first + count; i++) {
        char *envelope = seal(field_store(i, id), stack_tenant_value(1, "SERVICE_KEY"));

        fprintf(psql, "%s\t%s\n", id, envelope);
        supa_text_free(envelope);
    }
    fprintf(
        psql,
        "\\.\n"
        "insert into stores (id, user_id, name, slug, status, is_active, created_at, updated_at) "
        "select store_id, '05e70000-0000-4000-8000-000000000001', 'Field', store_id::text, "
        "'active', "
        "true, '2024-01-01', '2024-01-01' from sealed on conflict do nothing;\n"
        "insert into store_databases (store_id, database_type, connection_string_encrypted, host, "
        "created_at, updated_at) select store_id, 'supabase', envelope, '127.0.0.1', '2024-01-01', "
        "'2024-01-01' from sealed on conflict do nothing;\n"
        "analyze stores; analyze store_databases;\n");
    close_psql(psql);
}

void field_sql(const char *format, ...)
{
    char sql[8192];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    stack_sql("master", sql);
}

void field_rotate(const char *store_id, const char *key)
{
    char *envelope = seal(store_id, key);

    field_sql(
        "update store_databases set connection_string_encrypted = '%s' where store_id = '%s';",
        envelope, store_id);
    supa_text_free(envelope);
}

supa_manager *field_manager(supa_manager_options options, int64_t timeout_ms)
{
    supa_client_options master = stack_options(
        stack_value("MASTER_SUPABASE_URL"), stack_value("MASTER_SUPABASE_SERVICE_KEY"));
    supa_client_options tenant = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager *manager;
    supa_error error;

    if (timeout_ms != 0)
        master.timeout_ms = timeout_ms;
    tenant.allow_plain_http = tenant.allow_private = 1;
    options.master = &master;
    options.tenant = &tenant;
    options.keyring = keyring();
    options.scope = SUPA_SCOPE_PLATFORM;
    manager = supa_manager_new(&options, &error);
    if (manager == NULL) {
        fprintf(stderr, "no manager: %s\n", error.message);
        exit(1);
    }
    return manager;
}

int field_lease_code(supa_manager *manager, const char *store_id)
{
    supa_error error;

    supa_client_unref(supa_manager_lease(manager, store_id, &error));
    return error.code;
}

/* The log's lines from @from on that hold both texts; @lines is set to all there are. */
static size_t count(size_t from, const char *column, const char *text, size_t *lines)
{
    FILE *log = fopen(stack_value("STACK_ACCESS_LOG"), "r");
    static char line[65536];
    size_t found = 0;

    *lines = 0;
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        if (++*lines > from && strstr(line, column) != NULL && strstr(line, text) != NULL)
            found++;
    }
    if (log != NULL)
        fclose(log);
    return found;
}

size_t field_log_lines(void)
{
    size_t lines;

    field_sleep(100); /* it is written after the answer */
    count(0, "", "", &lines);
    return lines;
}

size_t field_asked(size_t from, const char *text)
{
    size_t lines;

    field_sleep(100);
    return count(from, "\tmaster\t", text, &lines);
}

int64_t field_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void field_sleep(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

long field_rss(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kb = 0;

    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "VmRSS: %ld", &kb);
    if (status != NULL)
        fclose(status);
    return kb;
}
