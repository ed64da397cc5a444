/* SPDX-License-Identifier: MIT */
/* Runs chains of calls (README.md) on the public interface: one JSON text a line comes in, one goes out
 * that tells how it went.
 *
 *     drive URL REST_PATH <chains >answers
 *
 * WIRE_KEY in the environment is the key. */
#include "drive_call.h"
#include "drive_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>

static const cJSON *member(const cJSON *chain, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(chain, name);
}

static const char *text_member(const cJSON *chain, const char *name)
{
    return cJSON_GetStringValue(member(chain, name));
}

static void set_arguments(supa_query *q, const cJSON *arguments, int one_by_one)
{
    const cJSON *one;
    char *text;

    if (arguments == NULL)
        return;
    if (!one_by_one) {
        text = print(arguments);
        supa_args(q, text);
        cJSON_free(text);
        return;
    }
    cJSON_ArrayForEach(one, arguments)
    {
        struct held held = hold_for_body(one);

        supa_arg(q, one->string, held.value);
        let_go(&held);
    }
}

static supa_query *call_function(supa_client *client, const cJSON *chain, enum style style)
{
    supa_query *q = supa_rpc(client, text_member(chain, "rpc"));
    const cJSON *options = member(chain, "options");
    const int is_head = cJSON_IsTrue(member(options, "head"));
    const int in_url = is_head || cJSON_IsTrue(member(options, "get"));

    if (in_url)
        supa_rpc_get(q);
    if (is_head)
        supa_head(q);
    call_count(q, member(options, "count"));
    set_arguments(q, member(chain, "args"), style == STYLE_PARTS || in_url);
    return q;
}

static supa_query *build(supa_client *client, const cJSON *chain, const char *id)
{
    static const char *const styles[] = {"plain", "parts", "texts"};
    const char *schema = text_member(chain, "schema"), *name = text_member(chain, "style");
    const cJSON *call;
    enum style style;
    supa_query *q;

    style = name != NULL ? (enum style)word_of(name, styles, COUNT(styles)) : STYLE_PLAIN;
    q = member(chain, "rpc") != NULL ? call_function(client, chain, style)
                                     : supa_from(client, text_member(chain, "from"));
    supa_header(q, "X-Chain", id);
    if (schema != NULL)
        supa_schema(q, schema);
    cJSON_ArrayForEach(call, member(chain, "calls"))
    {
        call_perform(q, call, style);
    }
    return q;
}

static supa_client *client_of(const char *url, const char *path, const char *const *headers)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_client *client;
    supa_error error;

    options.url = url;
    options.rest_path = path;
    options.key = getenv("WIRE_KEY");
    options.headers = headers;
    options.max_url = -1;
    options.allow_plain_http = options.allow_private = 1;
    client = supa_client_new(&options, &error);
    if (client == NULL)
        die("%s", error.message);
    return client;
}

/* The description of the API takes no query, so its headers and schema are a client's own. */
static supa_response *describe(const cJSON *chain, const char *id, char *const *place)
{
    char header[64];
    const char *const headers[] = {header, NULL};
    const char *schema = text_member(chain, "schema");
    supa_client *plain, *client;
    supa_response *answer;
    supa_error error;

    snprintf(header, sizeof header, "X-Chain: %s", id);
    plain = client_of(place[0], place[1], headers);
    client =
        schema != NULL ? supa_client_with_schema(plain, schema, &error) : supa_client_ref(plain);
    if (client == NULL)
        die("%s", error.message);
    answer = supa_openapi(client);
    supa_client_unref(client);
    supa_client_unref(plain);
    return answer;
}

static void tell(const char *id, const supa_response *answer)
{
    const supa_error *error = supa_response_error(answer);
    cJSON *told = cJSON_CreateObject();
    char *line;

    cJSON_AddStringToObject(told, "id", id);
    cJSON_AddNumberToObject(told, "status", supa_response_status(answer));
    cJSON_AddStringToObject(told, "body", supa_response_body(answer, NULL));
    if (error != NULL) {
        cJSON_AddBoolToObject(told, "sent", error->outcome != SUPA_NOT_SENT);
        cJSON_AddStringToObject(told, "code", supa_code_name((supa_code)error->code));
        cJSON_AddStringToObject(told, "server", error->server_code);
        cJSON_AddStringToObject(told, "message", error->message);
    }
    line = print(told);
    puts(line);
    fflush(stdout);
    cJSON_free(line);
    cJSON_Delete(told);
}

static void run(supa_client *client, const char *line, char *const *place)
{
    cJSON *chain = cJSON_Parse(line);
    const char *id = text_member(chain, "id");
    supa_response *answer;

    if (id == NULL)
        die("a line is not a chain with an id: %.200s", line);
    answer = member(chain, "openapi") != NULL ? describe(chain, id, place)
                                              : supa_execute(build(client, chain, id));
    tell(id, answer);
    supa_response_free(answer);
    cJSON_Delete(chain);
}

int main(int argc, char **argv)
{
    supa_client *client;
    char *line = NULL;
    size_t size = 0;

    if (argc != 3)
        die("usage: drive URL REST_PATH");
    client = client_of(argv[1], argv[2], NULL);
    while (getline(&line, &size, stdin) > 0)
        run(client, line, argv + 1);
    free(line);
    supa_client_unref(client);
    return ferror(stdin) || ferror(stdout);
}
