/* SPDX-License-Identifier: MIT */
#include "platform/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static supa_manager *manager;

supa_manager *place_manager(void)
{
    if (manager == NULL)
        manager = stack_manager();
    return manager;
}

supa_client *place_master(void)
{
    return supa_manager_master(place_manager());
}

void place_end(void)
{
    supa_manager_free(manager);
    manager = NULL;
}

static void say(const supa_response *response)
{
    const supa_error *error = supa_response_error(response);

    if (error != NULL)
        fprintf(
            stderr, "\n    got: %s %s: %s (%s)\n", supa_code_name((supa_code)error->code),
            error->server_code, error->message, error->details);
    else
        fprintf(
            stderr, "\n    got: %zu rows: %.300s\n", supa_response_row_count(response),
            supa_response_body(response, NULL));
}

/* @right, after telling what came when it is not. */
static int judged(supa_response *response, int right)
{
    if (!right)
        say(response);
    supa_response_free(response);
    return right;
}

int place_failed(supa_response *response, supa_code code)
{
    const supa_error *error = supa_response_error(response);

    return judged(response, error != NULL && error->code == (int32_t)code);
}

int place_rows(supa_response *response, size_t rows)
{
    return judged(
        response, supa_response_ok(response) && supa_response_row_count(response) == rows);
}

int place_text(supa_response *response, const char *column, const char *want)
{
    return judged(
        response, supa_response_row_count(response) == 1 &&
                      stack_text_is(supa_response_first(response), column, want));
}

const char *place_value(const char *table, const char *key, const char *id, const char *column)
{
    static char value[2048];
    supa_query *q = supa_select(supa_from(place_master(), table), column);
    supa_response *answer;
    const char *json = "";
    size_t length = 0;

    supa_eq(q, key, supa_text(id));
    answer = supa_execute(supa_single(q));
    if (supa_row_text(supa_response_first(answer), column, &json, &length) != SUPA_FIELD_VALUE)
        supa_row_raw(supa_response_first(answer), column, &json, &length);
    snprintf(value, sizeof value, "%.*s", (int)length, json);
    supa_response_free(answer);
    return value;
}

int64_t place_count(const char *table, const char *column, const char *op, const char *text)
{
    supa_query *q = supa_count(supa_from(place_master(), table), SUPA_COUNT_EXACT);
    supa_response *answer;
    int64_t count;

    supa_filter_text(supa_select(q, column), column, op, text);
    answer = supa_execute(supa_limit(q, 1));
    count = supa_response_count(answer);
    supa_response_free(answer);
    return count;
}

const char *place_credentials(const char *url, const char *key, const char *schema)
{
    static char json[2048];

    snprintf(
        json, sizeof json,
        "{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"%s\",\"schema\":\"%s\",\"extra\":[1,\"x\"]}",
        url, key, schema);
    return json;
}

const char *place_good_credentials(int n)
{
    return place_credentials(
        stack_tenant_value(n, "URL"), stack_tenant_value(n, "SERVICE_KEY"), "public");
}

int place_silence(char *url, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1024) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        CU_FAIL("no silent server");
    snprintf(url, size, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return listener;
}
