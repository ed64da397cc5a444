/* SPDX-License-Identifier: MIT */
#include <supa/client.h>

#include "base/secret.h"
#include "touch.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <supa/query.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define JWT          "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoidXNlciJ9.c2lnbmF0dXJl"

static struct world world;

/* The code with which these options are refused, in these words; nothing of them is shown. */
static void refused(const supa_client_options *options, supa_code code, const char *words)
{
    const size_t secrets = secret_count();
    supa_error error;

    CU_ASSERT_PTR_NULL(supa_client_new(options, &error));
    CU_ASSERT_EQUAL(error.code, code);
    CU_ASSERT_EQUAL(error.outcome, SUPA_NOT_SENT);
    CU_ASSERT(world_holds(error.message, words));
    CU_ASSERT_PTR_NULL(strstr(error.message, "secret"));
    CU_ASSERT_EQUAL(secret_count(), secrets);
    CU_ASSERT_PTR_NULL(supa_client_new(options, NULL));
}

/* Takes the options and sends one request; the headers are in the world then. */
static void accepted(const supa_client_options *options)
{
    supa_error error;

    world_start_with(&world, SUPA_SIDE_NONE, options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.client);
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    CU_ASSERT_EQUAL(supa_exec(supa_from(world.client, "t"), NULL), SUPA_OK);
    world_end(&world);
}

static void the_url_must_be_plain(void)
{
    static const struct {
        const char *url;
        supa_code code;
        const char *words;
    } rows[] = {
        {NULL, SUPA_ERROR_ARGUMENT, "the client's URL: it is NULL"},
        {"", SUPA_ERROR_ARGUMENT, "the client's URL: the scheme"},
        {"ftp://h", SUPA_ERROR_ARGUMENT, "the scheme"},
        {"https://user:secret@h", SUPA_ERROR_ARGUMENT, "a user name or password"},
        {"https://h?key=secret", SUPA_ERROR_ARGUMENT, "a query"},
        {"https://h#secret", SUPA_ERROR_ARGUMENT, "a query or a fragment"},
        {"https://h\r\nX: secret", SUPA_ERROR_ARGUMENT, "control"},
        {"https://h/../secret", SUPA_ERROR_ARGUMENT, "dot segments"},
        {"http://h", SUPA_ERROR_HOST_REFUSED, "http sends keys in the clear"},
        {"http://127.0.0.1:3000", SUPA_ERROR_HOST_REFUSED, "http sends keys in the clear"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_client_options options = world_options();

        options.url = rows[i].url;
        refused(&options, rows[i].code, rows[i].words);
    }
    refused(NULL, SUPA_ERROR_ARGUMENT, "do not begin with SUPA_CLIENT_OPTIONS_INIT");
}

static void what_would_fail_later_is_refused(void)
{
    supa_client_options file = world_options(), path = world_options();

    file.ca_file = "/nowhere/ca.pem";
    refused(&file, SUPA_ERROR_ARGUMENT, "ca_file: the file cannot be read");
    path.url = "https://h/rest/v1";
    refused(&path, SUPA_ERROR_ARGUMENT, "it ends in rest_path, which is appended to it");
    path.url = "https://h/rest/v1//";
    path.rest_path = "/rest/v1/";
    refused(&path, SUPA_ERROR_ARGUMENT, "it ends in rest_path, which is appended to it");
    path.url = "https://h/v1";
    accepted(&path);
}

static void plain_http_is_taken_when_it_is_allowed(void)
{
    supa_client_options options = world_options();

    options.url = "http://127.0.0.1:3000/";
    options.allow_plain_http = 1;
    accepted(&options);
    CU_ASSERT(world_same(world.url, "http://127.0.0.1:3000/rest/v1/t"));
}

static void url_and_path_are_joined_with_one_slash(void)
{
    static const struct {
        const char *url, *rest_path, *sent;
    } rows[] = {
        {"https://h", "/rest/v1", "https://h/rest/v1/t"},
        {"https://h/", "/rest/v1/", "https://h/rest/v1/t"},
        {"https://h///", "/rest/v1//", "https://h/rest/v1/t"},
        {"https://h", NULL, "https://h/t"},
        {"https://h/", "", "https://h/t"},
        {"https://h", "/", "https://h/t"},
        {"https://h:8443/base/", "/api", "https://h:8443/base/api/t"},
        {"https://[::1]:3000", NULL, "https://[::1]:3000/t"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        supa_client_options options = world_options();

        options.url = rows[i].url;
        options.rest_path = rows[i].rest_path;
        accepted(&options);
        CU_ASSERT(world_same(world.url, rows[i].sent));
    }
}

static void keys_and_tokens_are_visible_ascii(void)
{
    static char long_key[8194];
    static const char *const keys[] = {
        "",           "secret\r\nX: y", "secret\n",  "se cret",    "secret\t",        " secret",
        "secret\x7F", "secret\x01",     "s\xC3\xA9", "secret\xFF", "secret\x80secret"};

    for (size_t i = 0; i < COUNT(keys); i++) {
        supa_client_options key = world_options(), token = world_options();

        key.key = keys[i];
        token.token = keys[i];
        refused(&key, SUPA_ERROR_ARGUMENT, "key: it ");
        refused(&token, SUPA_ERROR_ARGUMENT, "token: it ");
    }
    for (size_t length = 8192; length <= 8193; length++) {
        supa_client_options options = world_options();

        memset(long_key, 'k', length);
        options.key = long_key;
        if (length > 8192)
            refused(&options, SUPA_ERROR_ARGUMENT, "key: it is empty or too long");
        else
            accepted(&options);
    }
}

static void headers_are_checked(void)
{
    static const char *const bad[] = {
        "",       "X",       ": secret",    "X:",      "X:   ", "X Y: z",  "X : z", "X: a\r\nY: b",
        "X: a\n", "X: a\tb", "\xC3\xA9: x", "X(1): y", " X: y", "X: a\x7F"};
    static const char *const own[] = {
        "apikey: x",
        "APIKEY: x",
        "Authorization: x",
        "accept: x",
        "Content-Type: x",
        "PREFER: x",
        "Host: x",
        "Expect: x",
        "Content-Length: 0",
        "Transfer-Encoding: chunked",
        "Connection: x",
        "Range: 0-1",
        "User-Agent: x",
        "Accept-Profile: x",
        "Content-Profile: x",
        "Accept-Encoding: gzip"};

    for (size_t i = 0; i < COUNT(bad) + COUNT(own); i++) {
        const int is_own = i >= COUNT(bad);
        const char *const headers[] = {"X-Good: 1", is_own ? own[i - COUNT(bad)] : bad[i], NULL};
        supa_client_options options = world_options();

        options.headers = headers;
        refused(
            &options, SUPA_ERROR_ARGUMENT, is_own ? "is the library's own to set" : "a header ");
    }
}

static void headers_go_out_as_they_are(void)
{
    static const char *const headers[] = {"X-Trace: a b:c", "x-empty-ish:1", NULL};
    static const char *const none[] = {NULL};
    supa_client_options options = world_options();

    options.headers = headers;
    accepted(&options);
    CU_ASSERT(world_same(
        world.headers,
        "Accept: application/json\nAuthorization: Bearer " WORLD_KEY
        "\nUser-Agent: libsupa/0.1.0\nX-Trace: a b:c\nx-empty-ish:1\napikey: " WORLD_KEY "\n"));
    options.headers = none;
    options.key = NULL;
    accepted(&options);
    CU_ASSERT(world_same(world.headers, "Accept: application/json\nUser-Agent: libsupa/0.1.0\n"));
}

static void key_and_token_have_a_header_each(void)
{
    supa_client_options options = world_options();

    options.token = JWT;
    accepted(&options);
    CU_ASSERT(world_sent(&world, "apikey: " WORLD_KEY));
    CU_ASSERT(world_sent(&world, "Authorization: Bearer " JWT));
    options.key = NULL;
    accepted(&options);
    CU_ASSERT_PTR_NULL(strstr(world.headers, "apikey"));
    CU_ASSERT(world_sent(&world, "Authorization: Bearer " JWT));
}

static void numbers_are_checked(void)
{
    static const int64_t good[] = {0, -1, 1, INT64_MAX};

    for (size_t field = 0; field < 4; field++) {
        for (size_t i = 0; i < COUNT(good) + 2; i++) {
            supa_client_options options = world_options();
            int64_t *const fields[] = {
                &options.connect_timeout_ms, &options.timeout_ms, &options.max_response,
                &options.max_url};
            const int64_t lowest = field == 3 ? -2 : -1;

            *fields[field] = i < COUNT(good) ? good[i] : i == COUNT(good) ? INT64_MIN : lowest - 1;
            if (i < COUNT(good))
                world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
            else
                refused(&options, SUPA_ERROR_ARGUMENT, "is negative");
            CU_ASSERT(i >= COUNT(good) || world.client != NULL);
            world_end(&world);
        }
    }
}

static void none_and_unlimited_reach_the_endpoint(void)
{
    supa_client_options options = world_options();

    options.connect_timeout_ms = options.timeout_ms = options.max_response = 0;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.client);
    CU_ASSERT(world.client->endpoint.connect_timeout_ms > 86400000);
    CU_ASSERT_EQUAL(world.client->endpoint.max_response, -1);
    CU_ASSERT_EQUAL(world.client->target.timeout_ms, 0);
    world_end(&world);
    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_EQUAL(world.client->endpoint.connect_timeout_ms, 5000);
    CU_ASSERT_EQUAL(world.client->endpoint.max_response, 268435456);
    CU_ASSERT_EQUAL(world.client->target.timeout_ms, 30000);
    CU_ASSERT_FALSE(world.client->endpoint.allow_private);
    world_end(&world);
}

static void paths_and_schemas_are_checked(void)
{
    static char long_schema[257];
    static const char *const paths[] = {"rest", "/..", "/a?b", "/a b", "/a\n", "https://h"};
    const char *const schemas[] = {"", "a\nb", "a\r\nX: secret", "\x7F", long_schema};

    memset(long_schema, 's', 256);
    for (size_t i = 0; i < COUNT(paths); i++) {
        supa_client_options options = world_options();

        options.rest_path = paths[i];
        refused(&options, SUPA_ERROR_ARGUMENT, "rest_path: the path");
    }
    for (size_t i = 0; i < COUNT(schemas); i++) {
        supa_client_options options = world_options();

        options.schema = schemas[i];
        refused(&options, SUPA_ERROR_ARGUMENT, "schema is empty, too long, no UTF-8 or contains");
    }
}

/* A struct from a newer header, and what may stand behind ours. */
struct longer {
    supa_client_options options;
    int64_t more;
};

static void a_longer_struct_is_taken_while_the_rest_is_zero(void)
{
    struct longer longer;

    memset(&longer, 0, sizeof longer);
    longer.options = world_options();
    longer.options.size = sizeof longer;
    accepted(&longer.options);
    CU_ASSERT(world_same(world.url, WORLD_PREFIX "t"));
    longer.more = 1;
    refused(&longer.options, SUPA_ERROR_ARGUMENT, "this library does not know");
}

static void a_shorter_struct_leaves_the_defaults(void)
{
    supa_client_options options = world_options();

    options.timeout_ms = 7;
    options.on_attempt = NULL;
    options.size = offsetof(supa_client_options, timeout_ms);
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.client);
    CU_ASSERT_EQUAL(world.client->target.timeout_ms, 30000);
    CU_ASSERT_EQUAL(world.client->options.size, sizeof options);
    world_end(&world);
    options.size = offsetof(supa_client_options, rest_path);
    accepted(&options);
    CU_ASSERT(world_same(world.url, WORLD_PREFIX "t"));
}

static void a_size_that_makes_no_sense_is_refused(void)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 12, 17, 4097, 1u << 20, SIZE_MAX};

    for (size_t i = 0; i < COUNT(sizes); i++) {
        supa_client_options options = world_options();

        options.size = sizes[i];
        refused(&options, SUPA_ERROR_ARGUMENT, "do not begin with SUPA_CLIENT_OPTIONS_INIT");
    }
}

static char *described(supa_client *client)
{
    supa_query *q = supa_from(client, "t");
    char *text = supa_query_describe(q);

    supa_query_free(q);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

static void another_schema_is_another_client(void)
{
    supa_client *shop, *none;
    char *text;

    world_start(&world, SUPA_SIDE_TENANT);
    shop = supa_client_with_schema(world.client, "shop", NULL);
    none = supa_client_with_schema(shop, NULL, NULL);
    world_end(&world);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shop);
    CU_ASSERT_PTR_NOT_NULL_FATAL(none);
    CU_ASSERT(world_same(shop->target.accept_profile, "Accept-Profile: shop"));
    CU_ASSERT_PTR_NULL(none->target.accept_profile);
    CU_ASSERT_EQUAL(shop->target.side, SUPA_SIDE_TENANT);
    CU_ASSERT_STRING_EQUAL(shop->target.store_id, WORLD_STORE);
    CU_ASSERT_STRING_EQUAL(shop->target.secrets[0], WORLD_KEY);
    CU_ASSERT_PTR_NOT_NULL(none->target.scope);
    text = described(shop); /* the tenant's scope is kept: "t" is no table of it */
    CU_ASSERT(world_holds(text, "# not sent: \"t\" is in no list of tables"));
    supa_text_free(text);
    supa_client_unref(shop);
    supa_client_unref(none);
}

static void a_users_token_takes_the_bearers_place(void)
{
    static const char *const headers[] = {"X-Trace: 1", NULL};
    supa_client_options options = world_options();
    supa_client *user, *other;

    options.headers = headers;
    options.timeout_ms = 77;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    user = supa_client_with_token(world.client, JWT, NULL);
    other = supa_client_with_token(user, "other-token", NULL);
    world_end(&world);
    CU_ASSERT_PTR_NOT_NULL_FATAL(user);
    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    supa_client_unref(user);
    CU_ASSERT_STRING_EQUAL(other->target.headers->data, "Authorization: Bearer other-token");
    CU_ASSERT_STRING_EQUAL(other->target.headers->next->next->data, "X-Trace: 1");
    CU_ASSERT_STRING_EQUAL(other->target.headers->next->next->next->data, "apikey: " WORLD_KEY);
    CU_ASSERT_PTR_EQUAL(other->target.headers_without_token, other->target.headers->next);
    CU_ASSERT_EQUAL(other->target.timeout_ms, 77);
    supa_client_unref(other);
}

/* Without the token the key would take its place, and row level security would not apply. */
static void another_schema_keeps_the_users_token(void)
{
    supa_client *user, *shop;

    world_start(&world, SUPA_SIDE_NONE);
    user = supa_client_with_token(world.client, JWT, NULL);
    shop = supa_client_with_schema(user, "shop", NULL);
    world_end(&world);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shop);
    CU_ASSERT_STRING_EQUAL(shop->target.headers->data, "Authorization: Bearer " JWT);
    CU_ASSERT_STRING_EQUAL(shop->target.headers->next->next->data, "apikey: " WORLD_KEY);
    CU_ASSERT_STRING_EQUAL(shop->target.secrets[1], JWT);
    supa_client_unref(user);
    supa_client_unref(shop);
}

static void deriving_checks_as_making_does(void)
{
    supa_error error;

    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_PTR_NULL(supa_client_with_schema(world.client, "a\nb", &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_client_with_token(world.client, "a b", &error));
    CU_ASSERT(world_holds(error.message, "token: it contains a blank"));
    CU_ASSERT_PTR_NULL(supa_client_with_token(world.client, NULL, &error));
    CU_ASSERT(world_holds(error.message, "is NULL"));
    CU_ASSERT_PTR_NULL(supa_client_with_token(NULL, JWT, &error));
    CU_ASSERT_PTR_NULL(supa_client_with_schema(NULL, "x", &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_client_ping(NULL, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_client_ref(NULL));
    supa_client_unref(NULL);
    world_end(&world);
}

static void describing_hides_every_secret(void)
{
    static const char *const headers[] = {"X-Secret: hidden-value-123", NULL};
    static const char key_as_base64[] = "c2VydmljZS1rZXktMDEyMzQ1Njc4OWFiY2RlZg";
    supa_client_options options = world_options();
    supa_query *q;
    char *text;

    options.headers = headers;
    options.token = JWT;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    q = supa_eq(supa_from(world.client, "t"), "k", supa_text(WORLD_KEY));
    supa_eq(supa_eq(q, "j", supa_text(JWT)), "b", supa_text(key_as_base64));
    text = supa_query_describe(q);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NULL(strstr(text, WORLD_KEY));
    CU_ASSERT_PTR_NULL(strstr(text, JWT));
    CU_ASSERT_PTR_NULL(strstr(text, "hidden-value-123"));
    CU_ASSERT_PTR_NULL(strstr(text, "MDEyMzQ1Njc4OWFiY2RlZ"));
    CU_ASSERT(world_holds(
        text, "\nAuthorization: [hidden]\nUser-Agent: libsupa/0.1.0\nX-Secret: [hidden]\napikey: "
              "[hidden]\n"));
    CU_ASSERT(world_holds(text, "t?k=eq.[hidden]&j=eq.[hidden]"));
    supa_text_free(text);
    supa_query_free(q);
    world_end(&world);
}

static void keys_live_in_guarded_memory_and_end_with_the_client(void)
{
    const size_t before = secret_count();
    supa_query *q;

    world_start(&world, SUPA_SIDE_NONE);
    CU_ASSERT_EQUAL(secret_count(), before + 1);
    for (const struct header_line *line = world.client->target.headers; line; line = line->next) {
        CU_ASSERT(mapping_has_flag(line, " dd"));
        CU_ASSERT_EQUAL(signal_of(touch_by_writing, (void *)(uintptr_t)line), SIGSEGV);
        CU_ASSERT_EQUAL(signal_of(touch_by_writing, (void *)(uintptr_t)line->data), SIGSEGV);
    }
    CU_ASSERT(mapping_has_flag(world.client->target.secrets[0], " dd"));
    CU_ASSERT_PTR_EQUAL(supa_client_ref(world.client), world.client);
    supa_client_unref(world.client);
    q = supa_from(world.client, "t");
    supa_client_unref(world.client);
    CU_ASSERT_EQUAL(secret_count(), before + 1);
    supa_query_free(q);
    CU_ASSERT_EQUAL(secret_count(), before);
}

static void the_clients_texts_are_its_own(void)
{
    char url[] = "https://h", key[] = "key-0123456789", header[] = "X: y", schema[] = "shop";
    const char *headers[] = {header, NULL};
    supa_client_options options = world_options();

    options.url = url;
    options.key = key;
    options.headers = headers;
    options.schema = schema;
    world_start_with(&world, SUPA_SIDE_NONE, &options, NULL);
    url[8] = key[0] = header[0] = schema[0] = '!';
    headers[0] = NULL;
    CU_ASSERT_EQUAL(supa_exec(supa_from(world.client, "t"), NULL), SUPA_OK);
    CU_ASSERT(world_same(world.url, "https://h/rest/v1/t"));
    CU_ASSERT(world_sent(&world, "apikey: key-0123456789") && world_sent(&world, "X: y"));
    CU_ASSERT(world_sent(&world, "Accept-Profile: shop"));
    world_end(&world);
}

static void a_ping_asks_for_nothing(void)
{
    static const struct script bad = {401, NULL, NULL, SUPA_OK, SUPA_ANSWERED};
    supa_error error;

    world_start(&world, SUPA_SIDE_TENANT);
    CU_ASSERT_EQUAL(supa_client_ping(world.client, &error), SUPA_OK);
    CU_ASSERT_EQUAL(error.code, SUPA_OK);
    CU_ASSERT(world_same(world.method, "HEAD"));
    CU_ASSERT(world_same(world.url, WORLD_PREFIX));
    CU_ASSERT(world_sent(&world, "apikey: " WORLD_KEY));
    world_answer(&world, &bad, 1);
    CU_ASSERT_EQUAL(supa_client_ping(world.client, &error), SUPA_ERROR_AUTH);
    CU_ASSERT_EQUAL(error.http_status, 401);
    CU_ASSERT_STRING_EQUAL(error.store_id, WORLD_STORE);
    world_end(&world);
}

static void reports_each_failed_allocation(void)
{
    static const char *const headers[] = {"X: y", "Z: w", NULL};
    supa_client_options options = world_options();
    const size_t secrets = secret_count();
    int failed = 1;

    options.headers = headers;
    options.schema = "shop";
    options.ca_file = "/dev/null"; /* it must be readable */
    options.token = JWT;
    for (size_t n = 1; failed; n++) {
        supa_error error;

        world_fail_at(n);
        world_start_with(&world, SUPA_SIDE_TENANT, &options, &error);
        failed = world_failed();
        CU_ASSERT_EQUAL(world.client == NULL, failed);
        CU_ASSERT_EQUAL(error.code, failed ? SUPA_ERROR_NO_MEMORY : SUPA_OK);
        world_end(&world);
        CU_ASSERT_EQUAL(secret_count(), secrets);
        CU_ASSERT_FATAL(n < 100);
    }
}

extern CU_TestInfo client_tests[];
CU_TestInfo client_tests[] = {
    {"the URL must be plain", the_url_must_be_plain},
    {"what would fail later is refused", what_would_fail_later_is_refused},
    {"plain http is taken when it is allowed", plain_http_is_taken_when_it_is_allowed},
    {"URL and path are joined with one slash", url_and_path_are_joined_with_one_slash},
    {"keys and tokens are visible ASCII", keys_and_tokens_are_visible_ascii},
    {"headers are checked", headers_are_checked},
    {"headers go out as they are", headers_go_out_as_they_are},
    {"key and token have a header each", key_and_token_have_a_header_each},
    {"numbers are checked", numbers_are_checked},
    {"none and unlimited reach the endpoint", none_and_unlimited_reach_the_endpoint},
    {"paths and schemas are checked", paths_and_schemas_are_checked},
    {"a longer struct is taken while the rest is zero",
     a_longer_struct_is_taken_while_the_rest_is_zero},
    {"a shorter struct leaves the defaults", a_shorter_struct_leaves_the_defaults},
    {"a size that makes no sense is refused", a_size_that_makes_no_sense_is_refused},
    {"another schema is another client", another_schema_is_another_client},
    {"a user's token takes the bearer's place", a_users_token_takes_the_bearers_place},
    {"another schema keeps the user's token", another_schema_keeps_the_users_token},
    {"deriving checks as making does", deriving_checks_as_making_does},
    {"describing hides every secret", describing_hides_every_secret},
    {"keys live in guarded memory and end with the client",
     keys_live_in_guarded_memory_and_end_with_the_client},
    {"the client's texts are its own", the_clients_texts_are_its_own},
    {"a ping asks for nothing", a_ping_asks_for_nothing},
    {"reports each failed allocation", reports_each_failed_allocation},
    CU_TEST_INFO_NULL,
};
