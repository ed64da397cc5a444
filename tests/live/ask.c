/* SPDX-License-Identifier: MIT */
#include "live/ask.h"

#include "live/stack.h"

#include <stdio.h>
#include <string.h>

static supa_client *client;
static supa_response *answer;
static char text[4096];

supa_client *ask_client(void)
{
    if (client == NULL)
        client = stack_tenant(1);
    return client;
}

supa_query *ask_from(const char *relation)
{
    return supa_from(ask_client(), relation);
}

void ask_take(supa_response *other)
{
    supa_response_free(answer);
    answer = other;
}

supa_row ask(supa_query *q)
{
    ask_take(supa_execute(q));
    return supa_response_first(answer);
}

static const char *refusal(void)
{
    const supa_error *error = supa_response_error(answer);

    if (error->server_code[0] != '\0')
        return error->server_code;
    snprintf(text, sizeof text, "error: %s", error->message);
    return text;
}

const char *ask_column(supa_query *q, const char *column)
{
    size_t used = 0, length;
    const char *json;
    supa_row row = ask(q);

    if (!supa_response_ok(answer))
        return refusal();
    text[0] = '\0';
    for (size_t n = supa_response_row_count(answer); n > 0; n--, row = supa_row_next(row)) {
        if (supa_row_raw(row, column, &json, &length) != SUPA_FIELD_VALUE) {
            json = "null";
            length = 4;
        }
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%.*s", used != 0 ? " " : "", (int)length, json);
        if (used >= sizeof text)
            return "too much";
    }
    return text;
}

const char *ask_ids(supa_query *q)
{
    return ask_column(q, "id");
}

supa_response *ask_answer(void)
{
    return answer;
}

const char *ask_body(void)
{
    return supa_response_body(answer, NULL);
}

int ask_status(void)
{
    return supa_response_status(answer);
}

int ask_code(void)
{
    const supa_error *error = supa_response_error(answer);

    return error != NULL ? error->code : SUPA_OK;
}

const char *ask_state(void)
{
    const supa_error *error = supa_response_error(answer);

    return error != NULL ? error->server_code : "";
}

const char *ask_header(const char *name)
{
    const char *value = supa_response_header(answer, name);

    return value != NULL ? value : "";
}

int ask_refused(supa_query *q)
{
    ask(q);
    return ask_code() == SUPA_ERROR_ARGUMENT &&
           supa_response_error(answer)->outcome == SUPA_NOT_SENT;
}

void ask_end(void)
{
    ask_take(NULL);
    supa_client_unref(client);
    client = NULL;
}
