/* SPDX-License-Identifier: MIT */
#include "field.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

supa_keyring *field_keyring(void)
{
    supa_error error;
    supa_keyring *ring = supa_keyring_from_file(stack_value("SUPA_KEYRING_FILE"), &error);

    if (ring == NULL) {
        fprintf(stderr, "no keyring: %s\n", error.message);
        exit(1);
    }
    return ring;
}

/* One for all that is sealed here. */
static supa_keyring *keyring(void)
{
    static supa_keyring *ring;

    if (ring == NULL)
        ring = field_keyring();
    return ring;
}

const char *field_store(size_t number, char out[40])
{
    snprintf(out, 40, "f1e1d000-0000-4000-8000-%012zx", number & 0xFFFFFFFF);
    return out;
}

char *field_seal(const char *store_id, const char *url, const char *key, const char *rest_path)
{
    char plaintext[2048], path[128] = "", *envelope;
    supa_error error;

    if (rest_path != NULL)
        snprintf(path, sizeof path, ",\"restPath\":\"%s\"", rest_path);
    snprintf(
        plaintext, sizeof plaintext, "{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"%s\"%s}", url,
        key, path);
    envelope =
        supa_envelope_seal(keyring(), "supabase", store_id, plaintext, strlen(plaintext), &error);
    if (envelope == NULL) {
        fprintf(stderr, "seal: %s\n", error.message);
        exit(1);
    }
    return envelope;
}

static char *seal(const char *store_id, const char *key)
{
    return field_seal(store_id, stack_tenant_value(1, "URL"), key, NULL);
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

void field_write(const char *store_id, const char *envelope)
{
    static supa_client *master; /* of no manager's */
    supa_client_options options = field_master();
    supa_query *q;
    supa_error error;

    if (master == NULL)
        master = supa_client_new(&options, NULL);
    q = supa_update_row(supa_from(master, "store_databases"));
    supa_set(q, "connection_string_encrypted", supa_text(envelope));
    if (supa_exec(supa_eq(q, "store_id", supa_text(store_id)), &error) != SUPA_OK) {
        fprintf(stderr, "write: %s\n", error.message);
        exit(1);
    }
}

void field_rotate(const char *store_id, const char *key)
{
    char *envelope = seal(store_id, key);

    field_write(store_id, envelope);
    supa_text_free(envelope);
}

supa_client_options field_master(void)
{
    return stack_options(
        stack_value("MASTER_SUPABASE_URL"), stack_value("MASTER_SUPABASE_SERVICE_KEY"));
}

supa_manager *field_manager_of(
    supa_manager_options options, supa_client_options master, supa_client_options tenant)
{
    supa_manager *manager;
    supa_error error;

    options.master = &master;
    options.tenant = &tenant;
    if (options.keyring == NULL)
        options.keyring = keyring();
    options.scope = SUPA_SCOPE_PLATFORM;
    manager = supa_manager_new(&options, &error);
    if (manager == NULL) {
        fprintf(stderr, "no manager: %s\n", error.message);
        exit(1);
    }
    return manager;
}

supa_manager *field_manager(supa_manager_options options, int64_t timeout_ms)
{
    supa_client_options master = field_master();
    supa_client_options tenant = SUPA_CLIENT_OPTIONS_INIT;

    if (timeout_ms != 0)
        master.timeout_ms = timeout_ms;
    tenant.allow_plain_http = tenant.allow_private = 1;
    return field_manager_of(options, master, tenant);
}

int field_lease_code(supa_manager *manager, const char *store_id)
{
    supa_error error;

    supa_client_unref(supa_manager_lease(manager, store_id, &error));
    return error.code;
}

/* Whether a line of the log is of this project, its second column; "": any. */
static int is_of(const char *line, const char *project)
{
    const char *column = strchr(line, '\t');
    size_t length = strlen(project);

    return length == 0 || (column != NULL && strncmp(column + 1, project, length) == 0 &&
                           column[1 + length] == '\t');
}

/* The log's lines from @from on of a project that hold a text; @lines is set to all there are. */
static size_t count(size_t from, const char *project, const char *text, size_t *lines)
{
    FILE *log = fopen(stack_value("STACK_ACCESS_LOG"), "r");
    static char line[65536];
    size_t found = 0;

    *lines = 0;
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        if (++*lines > from && is_of(line, project) && strstr(line, text) != NULL)
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
    return count(from, "master", text, &lines);
}

size_t field_asked_of(int n, size_t from, const char *text)
{
    char column[16];
    size_t lines;

    snprintf(column, sizeof column, "%d", n);
    field_sleep(100);
    return count(from, column, text, &lines);
}

int field_port(const char *url)
{
    return atoi(strrchr(url, ':') + 1);
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
