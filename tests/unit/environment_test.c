/* SPDX-License-Identifier: MIT */
#include <supa/manager.h>

#include "base/secret.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <supa/query.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define VERSION_1    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEYRING      "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/* In the order of a row's values. */
static const char *const names[] = {
    "MASTER_SUPABASE_URL",   "MASTER_SUPABASE_SERVICE_KEY", "SUPA_KEYRING",   "SUPA_KEYRING_FILE",
    "SUPA_ALLOW_PLAIN_HTTP", "SUPA_ALLOW_PRIVATE",          "ENCRYPTION_KEY", "SUPA_SCOPE"};

struct environment {
    char *values[COUNT(names)]; /* NULL: unset */
};

static void set(const char *const *values)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        if (values[i] != NULL)
            setenv(names[i], values[i], 1);
        else
            unsetenv(names[i]);
    }
}

static void save(struct environment *environment)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = getenv(names[i]);

        environment->values[i] = value != NULL ? strdup(value) : NULL;
    }
}

static void restore(struct environment *environment)
{
    set((const char *const *)environment->values);
    for (size_t i = 0; i < COUNT(names); i++)
        free(environment->values[i]);
}

/* The manager of these values; the environment is as before afterwards. */
static supa_manager *manager_of(const char *const *values, supa_error *error)
{
    struct environment before;
    supa_manager *manager;

    save(&before);
    set(values);
    manager = supa_manager_from_env(error);
    restore(&before);
    return manager;
}

static void names_the_variable_that_is_missing_or_wrong(void)
{
    static const struct {
        const char *values[COUNT(names)];
        supa_code code;
        const char *words;
    } rows[] = {
        {{NULL}, SUPA_ERROR_ARGUMENT, "variable MASTER_SUPABASE_URL is not set"},
        {{"", "k", KEYRING}, SUPA_ERROR_ARGUMENT, "variable MASTER_SUPABASE_URL is not set"},
        {{"https://h", NULL, KEYRING},
         SUPA_ERROR_ARGUMENT,
         "variable MASTER_SUPABASE_SERVICE_KEY is not set"},
        {{"https://h", "", KEYRING},
         SUPA_ERROR_ARGUMENT,
         "variable MASTER_SUPABASE_SERVICE_KEY is not set"},
        {{"https://h", "k"},
         SUPA_ERROR_ARGUMENT,
         "neither SUPA_KEYRING_FILE nor SUPA_KEYRING nor ENCRYPTION_KEY is set"},
        {{"https://h", "k", "", ""}, SUPA_ERROR_ARGUMENT, "neither SUPA_KEYRING_FILE nor"},
        {{"https://h", "k", KEYRING, "/nowhere"},
         SUPA_ERROR_ARGUMENT,
         "both SUPA_KEYRING_FILE and SUPA_KEYRING are set"},
        {{"https://h", "k", "secret"}, SUPA_ERROR_ARGUMENT, "SUPA_KEYRING: "},
        {{"https://h", "k", "k1:secret!"}, SUPA_ERROR_ARGUMENT, "SUPA_KEYRING: "},
        {{"https://h", "k", NULL, NULL, NULL, NULL, "secret"},
         SUPA_ERROR_ARGUMENT,
         "ENCRYPTION_KEY: the key is not 32 bytes"},
        {{"https://h", "k", KEYRING, NULL, NULL, NULL,
          "secret+secret+secret+secret+secret+secret+=="},
         SUPA_ERROR_ARGUMENT,
         "ENCRYPTION_KEY: the key is not 32 bytes"},
        {{"https://h", "k", "secret", NULL, NULL, NULL, VERSION_1},
         SUPA_ERROR_ARGUMENT,
         "SUPA_KEYRING: "},
        {{"https://h", "k", NULL, "/nowhere/keyring"}, SUPA_ERROR_ARGUMENT, "SUPA_KEYRING_FILE: "},
        {{"https://h", "k", KEYRING, NULL, "yes"},
         SUPA_ERROR_ARGUMENT,
         "variable SUPA_ALLOW_PLAIN_HTTP is neither 0 nor 1"},
        {{"https://h", "k", KEYRING, NULL, "1 "},
         SUPA_ERROR_ARGUMENT,
         "variable SUPA_ALLOW_PLAIN_HTTP is neither 0 nor 1"},
        {{"https://h", "k", KEYRING, NULL, "0", "true"},
         SUPA_ERROR_ARGUMENT,
         "variable SUPA_ALLOW_PRIVATE is neither 0 nor 1"},
        {{"https://h", "k", KEYRING, NULL, NULL, NULL, NULL, "Enforce"},
         SUPA_ERROR_ARGUMENT,
         "variable SUPA_SCOPE is none of enforce, warn and off"},
        {{"ftp://h", "k", KEYRING}, SUPA_ERROR_ARGUMENT, "MASTER_SUPABASE_URL"},
        {{"https://user:secret@h", "k", KEYRING}, SUPA_ERROR_ARGUMENT, "MASTER_SUPABASE_URL"},
        {{"http://h", "k", KEYRING}, SUPA_ERROR_HOST_REFUSED, "MASTER_SUPABASE_URL"},
        {{"https://h", "secret key", KEYRING},
         SUPA_ERROR_ARGUMENT,
         "MASTER_SUPABASE_SERVICE_KEY: "},
        {{"https://h", "secret\n", KEYRING}, SUPA_ERROR_ARGUMENT, "MASTER_SUPABASE_SERVICE_KEY: "},
    };
    const size_t secrets = secret_count();

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_error error;

        CU_ASSERT_PTR_NULL(manager_of(rows[i].values, &error));
        CU_ASSERT_EQUAL(error.code, (int)rows[i].code);
        CU_ASSERT(world_holds(error.message, rows[i].words));
        CU_ASSERT_PTR_NULL(strstr(error.message, "secret"));
        CU_ASSERT_EQUAL(secret_count(), secrets);
        CU_ASSERT_PTR_NULL(manager_of(rows[i].values, NULL));
    }
}

static void reads_a_whole_environment(void)
{
    static const char *const values[][COUNT(names)] = {
        {"https://h", "key-0123456789", KEYRING, NULL, NULL, NULL},
        {"https://h", "key-0123456789", KEYRING, "", "", ""},
        {"https://h", "key-0123456789", KEYRING, NULL, "0", "0"},
        {"https://h", "key-0123456789", KEYRING, NULL, NULL, NULL, VERSION_1},
        {"https://h", "key-0123456789", NULL, NULL, NULL, NULL, VERSION_1},
    };

    for (size_t i = 0; i < COUNT(values); i++) {
        supa_error error;
        supa_manager *manager = manager_of(values[i], &error);

        CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
        CU_ASSERT_EQUAL(error.code, SUPA_OK);
        CU_ASSERT_FALSE(supa_manager_master(manager)->endpoint.allow_private);
        CU_ASSERT_FALSE(supa_manager_master(manager)->endpoint.allow_plain_http);
        supa_manager_free(manager);
    }
}

static void the_switches_reach_the_master(void)
{
    static const char *const values[COUNT(names)] = {
        "http://127.0.0.1:1", "key-0123456789", KEYRING, NULL, "1", "1"};
    supa_manager *manager = manager_of(values, NULL);
    const supa_client *master;

    CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
    master = supa_manager_master(manager);
    CU_ASSERT_TRUE(master->endpoint.allow_private);
    CU_ASSERT_TRUE(master->endpoint.allow_plain_http);
    supa_manager_free(manager);
}

static void enforces_the_platforms_tables(void)
{
    static const char *const values[COUNT(names)] = {
        "https://h", "key-0123456789", KEYRING, NULL, NULL, NULL};
    supa_manager *manager = manager_of(values, NULL);
    supa_error error;

    CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
    CU_ASSERT_EQUAL(
        supa_exec(supa_from(supa_manager_master(manager), "products"), &error), SUPA_ERROR_SCOPE);
    CU_ASSERT_EQUAL(error.side, SUPA_SIDE_MASTER);
    supa_manager_free(manager);
}

static void the_scopes_mode_is_read(void)
{
    static const struct {
        const char *word;
        supa_scope_mode mode;
    } rows[] = {
        {NULL, SUPA_SCOPE_ENFORCE},
        {"", SUPA_SCOPE_ENFORCE},
        {"enforce", SUPA_SCOPE_ENFORCE},
        {"warn", SUPA_SCOPE_WARN},
        {"off", SUPA_SCOPE_OFF}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *const values[COUNT(names)] = {
            "https://h", "key-0123456789", KEYRING, NULL, NULL, NULL, NULL, rows[i].word};
        supa_manager *manager = manager_of(values, NULL);

        CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
        CU_ASSERT_EQUAL(supa_scope_get(manager, NULL), rows[i].mode);
        supa_manager_free(manager);
    }
}

extern CU_TestInfo environment_tests[];
CU_TestInfo environment_tests[] = {
    {"names the variable that is missing or wrong", names_the_variable_that_is_missing_or_wrong},
    {"reads a whole environment", reads_a_whole_environment},
    {"the switches reach the master", the_switches_reach_the_master},
    {"the scope's mode is read", the_scopes_mode_is_read},
    {"enforces the platform's tables", enforces_the_platforms_tables},
    CU_TEST_INFO_NULL,
};
