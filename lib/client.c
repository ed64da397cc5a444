/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/process.h"
#include "base/secret.h"
#include "base/slab.h"
#include "base/text.h"
#include "base/url.h"
#include "client_internal.h"
#include "query/header.h"
#include "transport/address.h"
#include "transport/host.h"

#include <stdint.h>
#include <string.h>
#include <supa/version.h>
#include <unistd.h>

#define SUPABASE_URL 8000 /* bytes; what Supabase's gateway takes */
#define OTHER_URL    3500 /* nginx answers 502 above about 4 KB, since PostgREST echoes the query */
#define FOREVER_MS   INT32_MAX
#define LITERAL      64 /* an address as text */

static const char user_agent[] = "User-Agent: libsupa/" SUPA_VERSION_STRING;

static int check_key(const char *what, const char *key, supa_error *error)
{
    const char *mistake = key != NULL ? header_key_mistake(key) : NULL;

    return mistake == NULL ? SUPA_OK : error_argument(error, "%s: %s", what, mistake);
}

static int check_header(const char *line, supa_error *error)
{
    const char *mistake = header_line_mistake(line);

    return mistake == NULL ? SUPA_OK : error_argument(error, "headers: %s", mistake);
}

static int check_numbers(const supa_client_options *options, supa_error *error)
{
    if (options->connect_timeout_ms < -1 || options->timeout_ms < -1 ||
        options->max_response < -1 || options->max_url < SUPA_MAX_URL_BY_HOST ||
        options->retry_base_ms < 0 || options->max_in_flight < -1 || options->idle_ms < 0 ||
        options->stall_ms < -1)
        return error_argument(error, "a time or size of the client's options is negative");
    if (options->retries < 0 || options->retries > SUPA_MAX_RETRIES)
        return error_argument(error, "retries: it is not one of 0 to 10");
    if (options->http2 < SUPA_HTTP2_NEVER || options->http2 > SUPA_HTTP2_ALWAYS)
        return error_argument(error, "http2: it is none of supa_http2");
    return SUPA_OK;
}

static int check_texts(const supa_client_options *options, supa_error *error)
{
    const char *mistake = url_path_mistake(options->rest_path), *schema = options->schema;
    int code;

    if (mistake != NULL)
        return error_argument(error, "rest_path: %s", mistake);
    if (options->ca_file != NULL && access(options->ca_file, R_OK) != 0)
        return error_argument(error, "ca_file: the file cannot be read");
    if (schema != NULL && header_schema_mistake(schema) != NULL)
        return error_argument(error, "schema: %s", header_schema_mistake(schema));
    code = check_key("key", options->key, error);
    if (code == SUPA_OK)
        code = check_key("token", options->token, error);
    for (size_t i = 0; code == SUPA_OK && options->headers != NULL && options->headers[i] != NULL;
         i++)
        code = check_header(options->headers[i], error);
    return code == SUPA_OK ? check_numbers(options, error) : code;
}

static int is_below(const struct url *url, const char *suffix)
{
    const size_t n = strlen(suffix);

    if (n == 0 || url->host_length < n ||
        !text_same(url->host + url->host_length - n, n, suffix, n))
        return 0;
    return url->host_length == n || suffix[0] == '.' || url->host[url->host_length - n - 1] == '.';
}

static int is_literal(const struct url *url, char literal[LITERAL])
{
    memset(literal, 0, LITERAL);
    if (url->host_length < LITERAL)
        memcpy(literal, url->host, url->host_length);
    return address_text_is_literal(literal);
}

/* Whom a database, or a proxy that looks up names, may have us ask. */
static int check_host(const supa_client_options *options, const struct url *url, supa_error *error)
{
    const char *const *suffix = options->host_suffixes;
    char literal[LITERAL];

    while (suffix != NULL && *suffix != NULL && !is_below(url, *suffix))
        suffix++;
    if (suffix != NULL && *suffix == NULL)
        return error_set(
            error, SUPA_ERROR_HOST_REFUSED, SUPA_NOT_SENT,
            "the client's URL: its host is not below one of host_suffixes");
    if (options->proxy != NULL && !options->allow_private && is_literal(url, literal) &&
        address_text_is_special(literal))
        return error_set(
            error, SUPA_ERROR_HOST_REFUSED, SUPA_NOT_SENT,
            "the client's URL: its host is a private or special address, and allow_private is not "
            "set");
    return SUPA_OK;
}

/* The path of PostgREST is appended: one that is there already would be asked for twice. */
static int ends_in_rest_path(const supa_client_options *options, const struct url *url)
{
    size_t length = options->rest_path != NULL ? strlen(options->rest_path) : 0;

    while (length > 0 && options->rest_path[length - 1] == '/')
        length--;
    return length != 0 && url->length - url->origin_length >= length &&
           memcmp(options->url + url->length - length, options->rest_path, length) == 0;
}

static int check_url(const supa_client_options *options, struct url *url, supa_error *error)
{
    const char *mistake = url_read(options->url, url);

    if (mistake == NULL && ends_in_rest_path(options, url))
        mistake = "it ends in rest_path, which is appended to it: leave it out";

    if (mistake != NULL)
        return error_argument(error, "the client's URL: %s", mistake);
    if (!url->is_https && !options->allow_plain_http) {
        error_set(
            error, SUPA_ERROR_HOST_REFUSED, SUPA_NOT_SENT,
            "the client's URL: http sends keys in the clear and is not allowed");
        error_hint(
            error, "use https, or set allow_plain_http (SUPA_ALLOW_PLAIN_HTTP=1) for a server of "
                   "one's own");
        return SUPA_ERROR_HOST_REFUSED;
    }
    return check_host(options, url, error);
}

static const char *keep(struct arena *arena, const char *text, int *failed)
{
    const char *copy = text != NULL ? arena_text(arena, text, strlen(text)) : NULL;

    *failed |= text != NULL && copy == NULL;
    return copy;
}

static const char *
keep_joined(struct arena *arena, const char *a, size_t a_length, const char *b, int *failed)
{
    size_t b_length = strlen(b);
    char *joined = arena_get(arena, a_length + b_length + 1);

    if (joined == NULL) {
        *failed = 1;
        return NULL;
    }
    memcpy(joined, a, a_length);
    memcpy(joined + a_length, b, b_length + 1);
    return joined;
}

/* "https://host" + "/rest/v1" + "/" */
static void keep_prefix(supa_client *client, const struct url *url, int *failed)
{
    const supa_client_options *options = &client->options;
    const char *path = options->rest_path != NULL ? options->rest_path : "";
    size_t length = strlen(path);
    char *prefix = arena_get(&client->arena, url->length + length + 2);

    while (length > 0 && path[length - 1] == '/')
        length--;
    if (prefix == NULL) {
        *failed = 1;
        return;
    }
    memcpy(prefix, options->url, url->length);
    memcpy(prefix + url->length, path, length);
    memcpy(prefix + url->length + length, "/", 2);
    client->target.prefix = prefix;
    client->target.prefix_length = url->length + length + 1;
}

/* The list's next node, behind the one before it. */
static void add_line(struct header_line **node, const struct header_line ***last, const char *data)
{
    struct header_line *line = (*node)++;

    line->data = data;
    line->next = NULL;
    **last = line;
    *last = &line->next;
}

static char *put_secret(char *at, const char *prefix, const char *value, const char **line)
{
    size_t prefix_length = strlen(prefix), length = strlen(value);

    *line = at;
    memcpy(at, prefix, prefix_length);
    memcpy(at + prefix_length, value, length + 1);
    return at + prefix_length + length + 1;
}

/* All headers of the client and the list of them, in guarded memory: the options' own may carry
 * secrets too. */
static void keep_headers(supa_client *client, const supa_client_options *given, int *failed)
{
    static const char apikey[] = "apikey: ", bearer[] = "Authorization: Bearer ";
    const char *token = given->token != NULL ? given->token : given->key;
    const struct header_line **last = &client->target.headers;
    const char *line;
    size_t size = 0, count = 3; /* the user agent, the bearer and the key */
    struct header_line *node;
    char *at;

    for (size_t i = 0; given->headers != NULL && given->headers[i] != NULL; i++, count++)
        size += strlen(given->headers[i]) + 1;
    size += given->key != NULL ? sizeof apikey + strlen(given->key) : 0;
    size += token != NULL ? sizeof bearer + strlen(token) : 0;
    client->secrets = node = slab_get(count * sizeof *node + size);
    if (node == NULL) {
        *failed = 1;
        return;
    }
    at = (char *)(node + count);
    if (token != NULL) { /* the first, so that a query's own token can stand in for it */
        at = put_secret(at, bearer, token, &line);
        add_line(&node, &last, line);
        client->target.secrets[given->key != NULL] = line + sizeof bearer - 1;
        client->options.token = given->token != NULL ? line + sizeof bearer - 1 : NULL;
    }
    add_line(&node, &last, user_agent);
    for (size_t i = 0; given->headers != NULL && given->headers[i] != NULL; i++) {
        at = put_secret(at, "", given->headers[i], &line);
        add_line(&node, &last, line);
    }
    if (given->key != NULL) {
        at = put_secret(at, apikey, given->key, &line);
        add_line(&node, &last, line);
        client->options.key = client->target.secrets[0] = line + sizeof apikey - 1;
    }
    client->target.headers_without_token = client->target.headers;
    if (token != NULL)
        client->target.headers_without_token = client->target.headers->next;
    *failed |= slab_close(client->secrets) != 0;
}

/* The options' header texts again, for clients that are derived from this one. */
static void keep_header_options(supa_client *client, const supa_client_options *given, int *failed)
{
    const struct header_line *line = client->target.headers_without_token;
    const char **headers;
    size_t count = 0;

    client->options.headers = NULL;
    if (given->headers == NULL || *failed)
        return;
    while (given->headers[count] != NULL)
        count++;
    headers = arena_get(&client->arena, (count + 1) * sizeof *headers);
    if (headers == NULL) {
        *failed = 1;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        line = line->next;
        headers[i] = line->data;
    }
    headers[count] = NULL;
    client->options.headers = headers;
}

static int is_supabase(const struct url *url)
{
    static const char domain[] = ".supabase.co";
    const size_t n = sizeof domain - 1;

    return url->host_length > n && text_same(url->host + url->host_length - n, n, domain, n);
}

static size_t max_url(const supa_client_options *options, const struct url *url)
{
    if (options->max_url == SUPA_MAX_URL_BY_HOST)
        return is_supabase(url) ? SUPABASE_URL : OTHER_URL;
    return options->max_url <= 0 ? SIZE_MAX : (size_t)options->max_url;
}

/* "https://host:port", or the socket's path: whom the process counts calls and failures of. */
static int find_host(supa_client *client, const struct url *url)
{
    const supa_client_options *options = &client->options;
    const char *name = options->unix_socket != NULL ? options->unix_socket : options->url;

    client->endpoint.host =
        host_get(name, options->unix_socket != NULL ? strlen(name) : url->origin_length);
    return client->endpoint.host != NULL ? 0 : -1;
}

static void fill_endpoint(supa_client *client, const struct url *url)
{
    const supa_client_options *options = &client->options;
    int64_t connect_ms = options->connect_timeout_ms;
    char literal[LITERAL];

    client->endpoint = (struct endpoint){
        .origin = url_origin_hash(options->url, url),
        .ca_file = options->ca_file,
        .unix_socket = options->unix_socket,
        .proxy = options->proxy,
        .is_address = options->proxy == NULL && is_literal(url, literal),
        .idle_ms = options->idle_ms,
        .stall_ms = options->stall_ms > 0 ? options->stall_ms : 0,
        .max_in_flight = options->max_in_flight <= 0 ? -1 : options->max_in_flight,
        .http_version = (enum http_version)options->http2,
        .compression = options->compression,
        .connect_timeout_ms = connect_ms <= 0 || connect_ms > FOREVER_MS ? FOREVER_MS : connect_ms,
        .max_response = options->max_response == 0 ? -1 : options->max_response,
        .allow_plain_http = options->allow_plain_http,
        .allow_private = options->allow_private,
        .log = options->log,
        .log_user = options->user,
    };
}

static void destroy(struct target *target)
{
    supa_client *client = (supa_client *)target;

    host_unref(client->endpoint.host);
    if (client->generation == process_generation()) /* in a child of fork it counts no more */
        transport_give_back(client->transport);
    scope_unref(client->target.scope);
    if (client->renewer != NULL)
        client->renewer->unref(client->renewer);
    slab_free(client->secrets);
    arena_free(&client->arena);
    memory_free(client);
}

static int fill(supa_client *client, const supa_client_options *given, const struct url *url)
{
    supa_client_options *options = &client->options;
    int failed = 0;

    *options = *given;
    options->key = options->token = NULL;
    options->url = keep(&client->arena, given->url, &failed);
    options->rest_path = keep(&client->arena, given->rest_path, &failed);
    options->schema = keep(&client->arena, given->schema, &failed);
    options->ca_file = keep(&client->arena, given->ca_file, &failed);
    options->unix_socket = keep(&client->arena, given->unix_socket, &failed);
    options->proxy = keep(&client->arena, given->proxy, &failed);
    options->host_suffixes = NULL; /* the URL was checked, and derived clients keep it */
    keep_headers(client, given, &failed);
    keep_header_options(client, given, &failed);
    if (options->schema != NULL) {
        client->target.accept_profile =
            keep_joined(&client->arena, "Accept-Profile: ", 16, options->schema, &failed);
        client->target.content_profile =
            keep_joined(&client->arena, "Content-Profile: ", 17, options->schema, &failed);
    }
    if (!failed)
        keep_prefix(client, url, &failed);
    if (failed)
        return -1;
    client->target.max_url = max_url(options, url);
    client->target.server_major = options->server_major;
    client->target.timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 0;
    fill_endpoint(client, url);
    return find_host(client, url);
}

static supa_client *make(
    const supa_client_options *options, const struct url *url,
    const struct client_identity *identity, supa_error *error)
{
    supa_client *client = memory_zero(sizeof *client);

    if (client == NULL) {
        error_no_memory(error);
        return NULL;
    }
    arena_init(&client->arena, 512);
    atomic_init(&client->target.references, 1);
    client->target.destroy = destroy;
    client->generation = process_generation();
    client->target.side = identity->side;
    client->target.scope = scope_ref(identity->scope);
    client->renewer = identity->renewer != NULL ? identity->renewer->ref(identity->renewer) : NULL;
    memcpy(client->target.store_id, identity->store_id, strlen(identity->store_id) + 1);
    if (fill(client, options, url) != 0) {
        target_unref(&client->target);
        error_no_memory(error);
        return NULL;
    }
    return client;
}

supa_client *
client_successor(const supa_client *client, int64_t deadline_us, struct supa_cancel *cancel)
{
    struct renewer *renewer = client->renewer;

    return renewer != NULL ? renewer->renew(renewer, client, deadline_us, cancel) : NULL;
}

supa_client *client_new(
    const supa_client_options *given, const struct client_identity *identity,
    struct transport *transport, supa_error *error)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_client *client;
    struct url url;

    error_clear(error);
    if (given == NULL || options_read(&options, sizeof options, given) != 0) {
        error_argument(
            error, "the client's options do not begin with SUPA_CLIENT_OPTIONS_INIT, or set "
                   "something that this library does not know");
        return NULL;
    }
    if (secret_start(error) != SUPA_OK || check_url(&options, &url, error) != SUPA_OK ||
        check_texts(&options, error) != SUPA_OK)
        return NULL;
    client = make(&options, &url, identity, error);
    if (client == NULL)
        return NULL;
    client->transport = transport != NULL ? transport : transport_take(error);
    if (client->transport == NULL) {
        supa_client_unref(client);
        return NULL;
    }
    return client;
}

static const struct client_identity nobody = {SUPA_SIDE_NONE, "", NULL, NULL};

supa_client *supa_client_new(const supa_client_options *options, supa_error *error)
{
    return client_new(options, &nobody, NULL, error);
}

supa_client *supa_client_ref(supa_client *client)
{
    if (client != NULL)
        target_ref(&client->target);
    return client;
}

void supa_client_unref(supa_client *client)
{
    if (client != NULL)
        target_unref(&client->target);
}

static supa_client *
derive(const supa_client *client, const supa_client_options *options, supa_error *error)
{
    struct client_identity identity = {
        client->target.side, client->target.store_id, client->target.scope,
        NULL /* a successor would have another schema or token */};

    struct transport *transport = transport_again(client->transport);
    supa_client *derived = client_new(options, &identity, transport, error);

    if (derived != NULL)
        derived->endpoint.waits_for_place = client->endpoint.waits_for_place;
    else
        transport_give_back(transport);
    return derived;
}

supa_client *supa_client_with_schema(supa_client *client, const char *schema, supa_error *error)
{
    supa_client_options options;

    if (client == NULL) {
        error_argument(error, "supa_client_with_schema: the client is NULL");
        return NULL;
    }
    options = client->options;
    options.schema = schema;
    return derive(client, &options, error);
}

supa_client *supa_client_with_token(supa_client *client, const char *jwt, supa_error *error)
{
    supa_client_options options;

    if (client == NULL || jwt == NULL) {
        error_argument(error, "supa_client_with_token: the client or the token is NULL");
        return NULL;
    }
    options = client->options;
    options.token = jwt;
    return derive(client, &options, error);
}
