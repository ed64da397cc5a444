/* SPDX-License-Identifier: MIT */
/* The registry's keys are rotated over many rows, by a worker that is killed amid it, and by another. */
#include "platform/place.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROWS  10000
#define BATCH 500
#define JSON  "{\"projectUrl\":\"https://db%d.example.com\",\"serviceRoleKey\":\"key of %d\"}"

static char old_entry[128], new_entry[128]; /* "id:base64", of the stack's key and of a new one */

static const char *store_of(int n)
{
    static char id[40];

    snprintf(id, sizeof id, "aaaa0000-0000-4000-8000-%012d", n);
    return id;
}

/* Sets SUPA_KEYRING to these entries, the first one sealing. */
static void use_keys(const char *first, const char *second)
{
    char text[300];

    snprintf(
        text, sizeof text, "%s%s%s", first, second != NULL ? "," : "",
        second != NULL ? second : "");
    unsetenv("SUPA_KEYRING_FILE");
    setenv("SUPA_KEYRING", text, 1);
}

static void read_keys(void)
{
    FILE *file = fopen(stack_value("SUPA_KEYRING_FILE"), "r");

    if (file == NULL || fgets(old_entry, sizeof old_entry, file) == NULL)
        CU_FAIL_FATAL("no keyring");
    fclose(file);
    old_entry[strcspn(old_entry, "\n")] = '\0';
    CU_ASSERT_EQUAL(supa_key_generate("k2", new_entry, sizeof new_entry, NULL), SUPA_OK);
}

static size_t put_row(char *out, size_t size, supa_keyring *keyring, int n)
{
    char plaintext[256], *envelope;
    size_t used;

    snprintf(plaintext, sizeof plaintext, JSON, n, n);
    envelope =
        supa_envelope_seal(keyring, "supabase", store_of(n), plaintext, strlen(plaintext), NULL);
    used = (size_t)snprintf(
        out, size,
        "{\"store_id\":\"%s\",\"database_type\":\"supabase\",\"connection_string_encrypted\":\"%"
        "s\"}",
        store_of(n), envelope);
    supa_text_free(envelope);
    return used;
}

static void insert_batch(supa_manager *manager, int first)
{
    const size_t size = (size_t)BATCH * 700;
    char *json = malloc(size);
    size_t used = 0;

    for (int n = first; n < first + BATCH; n++) {
        used += (size_t)snprintf(json + used, size - used, n == first ? "[" : ",");
        used += put_row(json + used, size - used, supa_manager_keyring(manager), n);
    }
    snprintf(json + used, size - used, "]");
    CU_ASSERT_EQUAL(
        supa_exec(
            supa_insert(supa_from(supa_manager_master(manager), "store_databases"), json), NULL),
        SUPA_OK);
    free(json);
}

static void ten_thousand_rows(void)
{
    char sql[512];
    supa_manager *manager;

    place_end();
    read_keys();
    snprintf(
        sql, sizeof sql,
        "insert into stores (id, user_id, slug) select ('aaaa0000-0000-4000-8000-' || "
        "lpad(n::text, 12,"
        " '0'))::uuid, '" OWNER_1 "', 'many-' || n from generate_series(1, %d) n",
        ROWS);
    stack_sql("master", sql);
    manager = stack_manager();
    for (int n = 1; n <= ROWS; n += BATCH)
        insert_batch(manager, n);
    supa_manager_free(manager);
    CU_ASSERT_EQUAL(
        place_count("store_databases", "connection_string_encrypted", "like", "supa2.k1.%"),
        ROWS + 6);
    place_end();
}

struct opened {
    int n;
    int right;
};

static int compare(void *user, const char *plaintext, size_t length)
{
    struct opened *opened = user;
    char want[256];

    snprintf(want, sizeof want, JSON, opened->n, opened->n);
    opened->right = strlen(want) == length && memcmp(want, plaintext, length) == 0;
    return 0;
}

/* How many of the rows open with the manager's keyring and hold what they held. */
static int count_open(supa_manager *manager)
{
    supa_response *rows = supa_find_all(
        supa_manager_master(manager), "store_databases", "store_id,connection_string_encrypted",
        &(supa_condition){"store_id", "lt", supa_text("aaaa0000-ffff-4000-8000-000000000000")}, 1);
    int count = 0;

    for (size_t i = 0; i < supa_response_row_count(rows); i++) {
        supa_row row = supa_response_row(rows, i);
        const char *id = supa_row_string(row, "store_id", "");
        struct opened opened = {atoi(id + 24), 0};

        supa_envelope_open(
            supa_manager_keyring(manager), "supabase", id,
            supa_row_string(row, "connection_string_encrypted", ""), compare, &opened, NULL);
        count += opened.right;
    }
    supa_response_free(rows);
    return count;
}

static int64_t count_new(void)
{
    return place_count("store_databases", "connection_string_encrypted", "like", "supa2.k2.%");
}

static void a_dry_run_writes_nothing(void)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;

    use_keys(new_entry, old_entry);
    CU_ASSERT_EQUAL(supa_registry_rekey(place_manager(), NULL, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.rows, ROWS + 6);
    CU_ASSERT_EQUAL(report.sealed, ROWS + 6);
    CU_ASSERT_EQUAL(report.current, 0);
    CU_ASSERT_EQUAL(report.failed, 0);
    CU_ASSERT_EQUAL(count_new(), 0);
    options.after = store_of(ROWS - 10);
    CU_ASSERT_EQUAL(supa_registry_rekey(place_manager(), &options, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.rows, 10);
    CU_ASSERT_STRING_EQUAL(report.last, store_of(ROWS));
    options.page = 0;
    CU_ASSERT_EQUAL(
        supa_registry_rekey(place_manager(), &options, &report, &error), SUPA_ERROR_ARGUMENT);
    place_end();
}

/* Another program, so that it can be killed at any point. */
static pid_t start_worker(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/proc/self/exe", "platform", "worker", (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void a_worker_is_killed_amid_it(void)
{
    const struct timespec moment = {0, 5000000};
    pid_t worker = start_worker();
    int64_t done = 0;
    int status = 0;

    for (int i = 0; i < 20000 && done < 1500; i++) {
        nanosleep(&moment, NULL);
        done = count_new();
    }
    CU_ASSERT_EQUAL(kill(worker, SIGKILL), 0);
    waitpid(worker, &status, 0);
    CU_ASSERT(WIFSIGNALED(status));
    done = count_new();
    printf("killed after %d of %d ", (int)done, ROWS);
    CU_ASSERT(done >= 1500 && done < ROWS);
    CU_ASSERT_EQUAL(count_open(place_manager()), ROWS);
    place_end();
}

static void what_is_left_is_done(void)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;
    int64_t done = count_new();

    options.dry_run = 0;
    CU_ASSERT_EQUAL(supa_registry_rekey(place_manager(), &options, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.rows, ROWS + 6);
    CU_ASSERT_EQUAL(report.current, done);
    CU_ASSERT_EQUAL(report.sealed, ROWS + 6 - done);
    CU_ASSERT_EQUAL(report.moved + report.failed, 0);
    place_end();
    use_keys(new_entry, NULL); /* the old key is not needed any more */
    CU_ASSERT_EQUAL(count_open(place_manager()), ROWS);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(1), NULL), 12));
    place_end();
}

static int remember(void *user, const supa_rekey_trouble *trouble)
{
    supa_rekey_trouble *kept = user;

    *kept = *trouble;
    return strcmp(trouble->store_id, store_of(2)) == 0;
}

/* Without the key that sealed them, envelopes are told and left; the caller may end it. */
static void envelopes_that_do_not_open(void)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_trouble trouble;
    supa_rekey_report report;
    supa_error error;

    use_keys(old_entry, NULL);
    options.dry_run = 0;
    CU_ASSERT_EQUAL(supa_registry_rekey(place_manager(), &options, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.failed, ROWS + 6);
    CU_ASSERT_EQUAL(report.sealed, 0);
    CU_ASSERT_EQUAL(count_new(), ROWS + 6);
    options.trouble = remember;
    options.user = &trouble;
    CU_ASSERT_EQUAL(
        supa_registry_rekey(place_manager(), &options, &report, &error), SUPA_ERROR_CANCELLED);
    CU_ASSERT_STRING_EQUAL(trouble.store_id, store_of(2));
    CU_ASSERT_EQUAL(trouble.error.code, SUPA_ERROR_CREDENTIALS);
    CU_ASSERT_EQUAL(report.failed, 8);
    place_end();
}

static void all_goes_back(void)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;

    stack_sql("master", "delete from stores where id::text like 'aaaa0000%'");
    use_keys(old_entry, new_entry);
    options.dry_run = 0;
    options.page = 2;
    CU_ASSERT_EQUAL(supa_registry_rekey(place_manager(), &options, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.sealed, 6);
    CU_ASSERT_EQUAL(count_new(), 0);
    place_end();
}

static int64_t count_v1(void)
{
    return place_count("store_databases", "connection_string_encrypted", "like", "%:%:%");
}

static void migrate(int version, int dry, const char *after, int64_t sealed, int64_t current)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;

    options.version = version;
    options.dry_run = dry;
    options.after = after;
    CU_ASSERT_EQUAL(supa_registry_rekey(place_manager(), &options, &report, &error), SUPA_OK);
    CU_ASSERT_EQUAL(report.sealed, sealed);
    CU_ASSERT_EQUAL(report.current, current);
    CU_ASSERT_EQUAL(report.moved + report.failed, 0);
}

/* To version 1 and back to version 2, each looked at first and half done before the rest. Leases open
 * rows of both. */
static void from_version_to_version(void)
{
    static const char key[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    supa_rekey_options wrong = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;

    setenv("ENCRYPTION_KEY", key, 1);
    use_keys(old_entry, NULL);
    migrate(SUPA_ENVELOPE_V1, 1, NULL, 6, 0);
    CU_ASSERT_EQUAL(count_v1(), 0);
    migrate(SUPA_ENVELOPE_V1, 0, stack_store(2), 4, 0);
    CU_ASSERT_EQUAL(count_v1(), 4);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(1), NULL), 12));
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(3), NULL), 12));
    migrate(SUPA_ENVELOPE_V1, 0, NULL, 2, 4);
    CU_ASSERT_EQUAL(count_v1(), 6);
    supa_manager_forget(place_manager(), NULL);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(1), NULL), 12));
    migrate(SUPA_ENVELOPE_V2, 1, NULL, 6, 0);
    migrate(SUPA_ENVELOPE_V2, 0, stack_store(2), 4, 0);
    migrate(SUPA_ENVELOPE_V2, 0, NULL, 2, 4);
    CU_ASSERT_EQUAL(count_v1(), 0);
    supa_manager_forget(place_manager(), NULL);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(1), NULL), 12));
    wrong.version = 3;
    CU_ASSERT_EQUAL(
        supa_registry_rekey(place_manager(), &wrong, &report, &error), SUPA_ERROR_ARGUMENT);
    place_end();
}

/* What is put and rotated while an older program still reads the row. */
static void version_1_is_written_on_demand(void)
{
    supa_store_database database = SUPA_STORE_DATABASE_INIT;
    supa_rotate_options options = SUPA_ROTATE_OPTIONS_INIT;
    const char *json = place_good_credentials(1);
    supa_error error;

    database.credentials = json;
    database.length = strlen(json);
    database.version = SUPA_ENVELOPE_V1;
    CU_ASSERT_EQUAL(supa_store_put(place_manager(), stack_store(1), &database, &error), SUPA_OK);
    CU_ASSERT_EQUAL(count_v1(), 1);
    options.version = SUPA_ENVELOPE_V1;
    CU_ASSERT_EQUAL(
        supa_store_rotate(place_manager(), stack_store(1), "{\"x\":1}", 7, &options, &error),
        SUPA_OK);
    CU_ASSERT_EQUAL(count_v1(), 1);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(1), NULL), 12));
    options.version = 0;
    CU_ASSERT_EQUAL(
        supa_store_rotate(place_manager(), stack_store(1), "{}", 2, &options, &error),
        SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(
        supa_store_rotate(place_manager(), stack_store(1), "{}", 2, NULL, &error), SUPA_OK);
    CU_ASSERT_EQUAL(count_v1(), 0);
    CU_ASSERT(place_rows(supa_tenant_products(place_manager(), stack_store(1), NULL), 12));
    unsetenv("ENCRYPTION_KEY");
    place_end();
}

/* What a worker does; run among the others it finds nothing to do. */
static void a_worker_seals_what_is_left(void)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;

    options.dry_run = 0;
    if (supa_registry_rekey(place_manager(), &options, &report, &error) != SUPA_OK) {
        fprintf(stderr, "\n    after %s: %s\n", report.last, error.message);
        CU_FAIL("the worker ended too early");
    }
    CU_ASSERT_EQUAL(report.failed, 0);
    place_end();
}

extern CU_TestInfo rekey_tests[], worker_tests[];
CU_TestInfo rekey_tests[] = {
    {"ten thousand rows are put", ten_thousand_rows},
    {"a dry run writes nothing", a_dry_run_writes_nothing},
    {"a worker is killed amid it, and every row opens", a_worker_is_killed_amid_it},
    {"what is left is done, and every row opens with the new key", what_is_left_is_done},
    {"envelopes that do not open are told", envelopes_that_do_not_open},
    {"all goes back", all_goes_back},
    {"a table goes to version 1 and back", from_version_to_version},
    {"version 1 is written on demand", version_1_is_written_on_demand},
    CU_TEST_INFO_NULL,
};
CU_TestInfo worker_tests[] = {
    {"a worker seals what is left", a_worker_seals_what_is_left},
    CU_TEST_INFO_NULL,
};
