/* SPDX-License-Identifier: MIT */
/* Nothing secret is ever shown: every hook prints all it is told, libcurl's own words included, on
 * every path that fails, and none of the stack's keys is in it in any form. */
#include "base/buffer.h"
#include "live/stack.h"
#include "main.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buffer shown;
static size_t paths;

static void show(const char *text)
{
    buffer_puts(&shown, text);
    buffer_putc(&shown, '\n');
}

static void show_line(void *user, const char *line, size_t length)
{
    (void)user;
    buffer_put(&shown, line, length);
    buffer_putc(&shown, '\n');
}

static void show_attempt(void *user, const supa_attempt *attempt)
{
    (void)user;
    show(attempt->store_id);
    show(attempt->method);
    show(attempt->relation);
    show(supa_attempt_url(attempt));
    buffer_put_int(&shown, attempt->status);
    buffer_put_int(&shown, attempt->code);
}

static void show_error(const supa_error *error)
{
    paths++;
    show(supa_code_name((supa_code)error->code));
    show(error->server_code);
    show(error->store_id);
    show(error->relation);
    show(error->message);
    show(error->details);
    show(error->hint);
}

static supa_client_options hooked(const char *url, const char *key)
{
    supa_client_options options = stack_options(url, key);

    options.on_attempt = show_attempt;
    options.log = show_line;
    return options;
}

static void run(supa_query *q)
{
    char *text = supa_query_describe(q);
    supa_response *answer = supa_execute(q);

    show(text != NULL ? text : "");
    supa_text_free(text);
    if (!supa_response_ok(answer))
        show_error(supa_response_error(answer));
    supa_response_free(answer);
}

/* A client of these options fails to be made, or all that can be asked of it fails. */
static void try_client(const supa_client_options *options)
{
    supa_error error;
    supa_client *client = supa_client_new(options, &error);

    if (client == NULL) {
        show_error(&error);
        return;
    }
    run(supa_from(client, "products"));
    run(supa_eq(supa_from(client, "products"), "id", supa_text(options->key)));
    run(supa_eq(supa_delete(supa_from(client, options->key)), "id", supa_text("x")));
    run(supa_eq(supa_from(client, "products"), options->key, supa_text("x")));
    run(supa_gt(supa_from(client, "products"), options->key, supa_null()));
    run(supa_select(supa_from(client, "products"), options->key));
    run(supa_insert(supa_from(client, "products"), "{\"sku\":1}"));
    if (supa_client_ping(client, &error) != SUPA_OK)
        show_error(&error);
    supa_client_unref(client);
}

static void bad_clients(void)
{
    static const char *const urls[] = {
        "https://user:hunter2hunter2@host",
        "ftp://host",
        "http://127.0.0.1:1",
        "https://127.0.0.1:1",
        "http://no-such-host.invalid",
        "file:///etc",
        "",
        "http://h/?apikey=x"};
    const char *key = stack_tenant_value(1, "SERVICE_KEY");
    supa_client_options options;

    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        options = hooked(urls[i], key);
        try_client(&options);
    }
    options = hooked(stack_tenant_value(2, "URL"), key); /* another project's key */
    try_client(&options);
    options = hooked(stack_tenant_value(1, "TLS_URL"), key); /* a certificate nobody knows */
    try_client(&options);
    options = hooked(stack_tenant_value(1, "URL"), key);
    options.rest_path = "/elsewhere"; /* not PostgREST */
    try_client(&options);
    options = hooked(stack_tenant_value(1, "URL"), key);
    options.allow_private = 0;
    try_client(&options);
    options = hooked(stack_tenant_value(1, "URL"), key);
    options.max_response = 10;
    try_client(&options);
    options = hooked(stack_tenant_value(1, "URL"), key);
    options.timeout_ms = 1;
    try_client(&options);
}

static void bad_queries(void)
{
    static const char *const names[] = {"",    "..", "a/b",  "a\r\nX: y",
                                        "a?b", "\"", "none", "%2e%2e"};
    supa_client_options options =
        hooked(stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"));
    supa_client *client = supa_client_new(&options, NULL);

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        run(supa_from(client, names[i]));
        run(supa_select(supa_from(client, "products"), names[i]));
        run(supa_eq(supa_from(client, "products"), names[i], supa_text(names[i])));
        run(supa_order(supa_from(client, "products"), names[i], 0));
    }
    run(supa_delete(supa_from(client, "products")));
    run(supa_single(supa_from(client, "products")));
    run(supa_from(NULL, "products"));
    supa_client_unref(client);
}

static void bad_managers(void)
{
    supa_client_options master =
        hooked(stack_value("MASTER_SUPABASE_URL"), stack_value("MASTER_SUPABASE_SERVICE_KEY"));
    supa_client_options tenant = hooked(NULL, NULL);
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    const char *const stores[] = {
        stack_value("STACK_STORE_INACTIVE"),
        stack_value("STACK_STORE_SUSPENDED"),
        stack_value("STACK_STORE_UNSUPPORTED"),
        stack_value("STACK_STORE_UNKNOWN"),
        "nonsense",
        stack_store(1),
        stack_store(2)};
    supa_manager *manager;
    supa_error error;

    options.master = &master;
    options.tenant = &tenant;
    options.scope = SUPA_SCOPE_PLATFORM;
    options.keyring = supa_keyring_from_file(stack_value("SUPA_KEYRING_FILE"), &error);
    manager = supa_manager_new(&options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        supa_client *client = supa_manager_lease(manager, stores[i], &error);

        if (client == NULL)
            show_error(&error);
        else
            run(supa_from(client, "stores"));
        if (client != NULL)
            run(supa_from(client, "products"));
        supa_client_unref(client);
    }
    supa_manager_free(manager);
    supa_keyring_free(options.keyring);
}

static void bad_envelopes(void)
{
    static const char *const envelopes[] = {"",      "supa2.",    "supa2.k1.", "supa2.k1.AAAA",
                                            "a:b:c", "supa3.k1.x"};
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_file(stack_value("SUPA_KEYRING_FILE"), &error);

    for (size_t i = 0; i < sizeof envelopes / sizeof envelopes[0]; i++) {
        supa_envelope_open(keyring, "supabase", stack_store(1), envelopes[i], NULL, NULL, &error);
        show_error(&error);
    }
    supa_keyring_free(keyring);
    CU_ASSERT_PTR_NULL(supa_keyring_from_text("k1:c2hvcnQ=", &error));
    show_error(&error);
}

static int contains(const char *needle, size_t length)
{
    return memmem(shown.data, shown.length, needle, length) != NULL;
}

/* The whole secret, its base64 in three alignments, and percent-encoded to the last byte. */
static void check_absent(const char *secret)
{
    size_t length = strlen(secret);
    char *form = malloc(3 * length + 4);

    CU_ASSERT_FALSE(contains(secret, length));
    for (size_t skip = 0; skip < 3; skip++) {
        sodium_bin2base64(
            form, 3 * length + 4, (const unsigned char *)secret + skip, (length - skip) / 3 * 3,
            sodium_base64_VARIANT_ORIGINAL);
        CU_ASSERT_FALSE(contains(form, strlen(form)));
    }
    for (size_t i = 0; i < length; i++)
        snprintf(form + 3 * i, 4, "%%%02X", (unsigned char)secret[i]);
    CU_ASSERT_FALSE(contains(form, 3 * length));
    free(form);
}

static void check_keyring_absent(void)
{
    char line[256] = "";
    FILE *file = fopen(stack_value("SUPA_KEYRING_FILE"), "r");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_PTR_NOT_NULL(fgets(line, sizeof line, file));
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    CU_ASSERT_FALSE(contains(strchr(line, ':') + 1, strlen(strchr(line, ':') + 1)));
}

static void no_key_is_in_anything_that_is_shown(void)
{
    buffer_init(&shown);
    bad_clients();
    bad_queries();
    bad_managers();
    bad_envelopes();
    printf("%zu errors, %zu bytes shown ", paths, shown.length);
    CU_ASSERT_TRUE(paths > 60);
    CU_ASSERT_TRUE(contains("> apikey: [hidden]", 18)); /* libcurl did tell of the headers */
    CU_ASSERT_TRUE(contains("> Authorization: [hidden]", 25));
    check_absent(stack_value("MASTER_SUPABASE_SERVICE_KEY"));
    check_absent(stack_value("STACK_MASTER_ANON_KEY"));
    for (int n = 1; n <= 3; n++) {
        check_absent(stack_tenant_value(n, "SERVICE_KEY"));
        check_absent(stack_tenant_value(n, "ANON_KEY"));
    }
    check_keyring_absent();
    CU_ASSERT_FALSE(contains("hunter2", 7));
    buffer_free(&shown);
}

CU_TestInfo secrets_tests[] = {
    {"no key is in anything that hooks, errors, logs and descriptions show",
     no_key_is_in_anything_that_is_shown},
    CU_TEST_INFO_NULL,
};
