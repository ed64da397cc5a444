/* SPDX-License-Identifier: MIT */
#include "manager/credentials.h"

#include "base/secret.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define URL          "\"projectUrl\":\"https://abc.supabase.co\""
#define KEY          "\"serviceRoleKey\":\"secret-role-key\""

/* Reads a copy that ends where the text does, so that a byte read too many is found. */
static int read(struct credentials *credentials, const char *text, size_t length, supa_error *error)
{
    char *copy = malloc(length != 0 ? length : 1);
    int code;

    memcpy(copy, text, length);
    code = credentials_read(credentials, copy, length, error);
    memset(copy, 'x', length);
    free(copy);
    return code;
}

static void check(const char *got, const char *expected)
{
    CU_ASSERT(expected == NULL ? got == NULL : world_same(got, expected));
}

static void reads_what_it_knows(void)
{
    static const struct {
        const char *text, *url, *key, *schema, *rest_path;
    } rows[] = {
        {"{" URL "," KEY "}", "https://abc.supabase.co", "secret-role-key", NULL, NULL},
        {" { \"serviceRoleKey\" : \"k\" ,\n\"projectUrl\" : \"u\" } ", "u", "k", NULL, NULL},
        {"{" URL "," KEY ",\"schema\":\"shop\",\"restPath\":\"/\"}", "https://abc.supabase.co",
         "secret-role-key", "shop", "/"},
        {"{" URL "," KEY ",\"schema\":null,\"restPath\":null}", "https://abc.supabase.co",
         "secret-role-key", NULL, NULL},
        {"{" URL "," KEY ",\"anonKey\":1,\"connectionString\":null,\"x\":[{\"projectUrl\":2}]}",
         "https://abc.supabase.co", "secret-role-key", NULL, NULL},
        {"{\"project\\u0055rl\":\"https:\\/\\/h\",\"serviceRoleKey\":\"\\u006b\\\"\"}", "https://h",
         "k\"", NULL, NULL},
        {"{\"projectUrl\":\"u\",\"serviceRoleKey\":\"k\",\"schema\":\"s\",\"restPath\":\"r\"}", "u",
         "k", "s", "r"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct credentials credentials;
        supa_error error = {.code = 99};

        CU_ASSERT_EQUAL(read(&credentials, rows[i].text, strlen(rows[i].text), &error), SUPA_OK);
        check(credentials.project_url, rows[i].url);
        check(credentials.service_role_key, rows[i].key);
        check(credentials.schema, rows[i].schema);
        check(credentials.rest_path, rows[i].rest_path);
        credentials_free(&credentials);
    }
}

static void says_what_is_wrong_and_shows_nothing(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "not valid JSON"},
        {"secret", "not valid JSON"},
        {"{" URL "," KEY, "not valid JSON"},
        {"{" URL "," KEY "} secret", "not valid JSON"},
        {"\"secret\"", "not a JSON object"},
        {"[{" URL "," KEY "}]", "not a JSON object"},
        {"null", "not a JSON object"},
        {"{}", "projectUrl is missing"},
        {"{" KEY "}", "projectUrl is missing"},
        {"{" URL "}", "serviceRoleKey is missing"},
        {"{\"projectUrl\":null," KEY "}", "projectUrl is missing"},
        {"{" URL ",\"serviceRoleKey\":null}", "serviceRoleKey is missing"},
        {"{\"ProjectUrl\":\"u\"," KEY "}", "projectUrl is missing"},
        {"{\"projectUrl\":7," KEY "}", "projectUrl is not a text"},
        {"{" URL ",\"serviceRoleKey\":[\"secret\"]}", "serviceRoleKey is not a text"},
        {"{" URL "," KEY ",\"schema\":1}", "schema is not a text"},
        {"{" URL "," KEY ",\"restPath\":{}}", "restPath is not a text"},
        {"{\"projectUrl\":\"\"," KEY "}", "projectUrl is empty"},
        {"{" URL ",\"serviceRoleKey\":\"secret\\u0000x\"}", "serviceRoleKey is empty or contains"},
        {"{" URL ",\"serviceRoleKey\":\"\\u0000\"}", "serviceRoleKey is empty or contains"},
        {"{" URL "," KEY ",\"schema\":\"\"}", "schema is empty"},
        {"{" URL "," KEY ",\"restPath\":\"\"}", "restPath is empty"},
    };
    const size_t secrets = secret_count();

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct credentials credentials;
        supa_error error;

        CU_ASSERT_EQUAL(
            read(&credentials, rows[i].text, strlen(rows[i].text), &error), SUPA_ERROR_CREDENTIALS);
        CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CREDENTIALS);
        CU_ASSERT(world_holds(error.message, rows[i].why));
        CU_ASSERT_PTR_NULL(strstr(error.message, "secret"));
        CU_ASSERT_PTR_NULL(credentials.memory);
        CU_ASSERT_PTR_NULL(credentials.service_role_key);
        CU_ASSERT_EQUAL(secret_count(), secrets);
        CU_ASSERT_EQUAL(
            read(&credentials, rows[i].text, strlen(rows[i].text), NULL), SUPA_ERROR_CREDENTIALS);
    }
}

static void freeing_ends_the_guarded_memory(void)
{
    static const char text[] = "{" URL "," KEY "}";
    const size_t secrets = secret_count();
    struct credentials credentials;

    CU_ASSERT_EQUAL(read(&credentials, text, sizeof text - 1, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(secret_count(), secrets + 1);
    credentials_free(&credentials);
    CU_ASSERT_EQUAL(secret_count(), secrets);
    CU_ASSERT_PTR_NULL(credentials.project_url);
    credentials_free(&credentials);
}

static void reports_each_failed_allocation(void)
{
    static const char text[] = "{" URL "," KEY ",\"schema\":\"\\u0073\"}";
    const size_t secrets = secret_count();
    int failed = 1;

    for (size_t n = 1; failed; n++) {
        struct credentials credentials;
        supa_error error = {.code = SUPA_OK};
        int code;

        world_fail_at(n);
        code = read(&credentials, text, sizeof text - 1, &error);
        failed = world_failed();
        CU_ASSERT_EQUAL(code, failed ? SUPA_ERROR_NO_MEMORY : SUPA_OK);
        CU_ASSERT_EQUAL(error.code, code);
        credentials_free(&credentials);
        CU_ASSERT_EQUAL(secret_count(), secrets);
        CU_ASSERT_FATAL(n < 20);
    }
}

extern CU_TestInfo credentials_tests[];
CU_TestInfo credentials_tests[] = {
    {"reads what it knows", reads_what_it_knows},
    {"says what is wrong and shows nothing", says_what_is_wrong_and_shows_nothing},
    {"freeing ends the guarded memory", freeing_ends_the_guarded_memory},
    {"reports each failed allocation", reports_each_failed_allocation},
    CU_TEST_INFO_NULL,
};
