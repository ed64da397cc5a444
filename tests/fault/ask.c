/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include <CUnit/CUnit.h>
#include <stddef.h>
#include <string.h>

const char *const ask_names[ASK_WAYS] = {"blocking", "multi", "rows"};

supa_client_options ask_options(const char *url, const char *ca_file)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = url;
    options.ca_file = ca_file;
    options.key = "a-key-for-tests";
    options.allow_plain_http = 1;
    options.allow_private = 1;
    options.timeout_ms = ASK_SOON_MS;
    options.retries = 0;
    return options;
}

supa_client_options ask_options_peer(const struct peer *peer)
{
    supa_client_options options = ask_options(peer_url(peer), peer_ca_file(peer));

    options.unix_socket = peer_socket_file(peer);
    return options;
}

supa_client *ask_client(const supa_client_options *options)
{
    supa_client *client = supa_client_new(options, NULL);

    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    return client;
}

supa_client *ask_client_peer(const struct peer *peer)
{
    supa_client_options options = ask_options_peer(peer);

    return ask_client(&options);
}

supa_query *ask_read(supa_client *client)
{
    return supa_select(supa_from(client, "products"), "id");
}

supa_query *ask_write(supa_client *client)
{
    return supa_insert(supa_from(client, "products"), "{\"name\":\"lamp\"}");
}

void ask_keep(void *user, supa_response *response)
{
    supa_response **place = user;

    *place = response;
}

/* In threads, where CUnit may not be called. */
static int ask_multi(supa_query *q, supa_error *error)
{
    supa_multi *multi = supa_multi_new(NULL, error);
    supa_response *response = NULL;
    const supa_error *cause;
    int code;

    if (multi == NULL || supa_multi_add(multi, q, ask_keep, &response) == 0 ||
        supa_multi_run(multi) != 0 || response == NULL) {
        supa_multi_free(multi);
        return SUPA_ERROR_NO_MEMORY;
    }
    cause = supa_response_error(response);
    code = cause != NULL ? (int)cause->code : SUPA_OK;
    if (error != NULL && cause != NULL)
        *error = *cause;
    supa_response_free(response);
    supa_multi_free(multi);
    return code;
}

static int ask_rows(supa_query *q, supa_error *error)
{
    supa_rows *rows = supa_rows_open(q);
    supa_row row;

    while (supa_rows_next(rows, &row))
        continue;
    return supa_rows_close(rows, error);
}

int ask(enum ask_way way, supa_query *q, supa_error *error)
{
    if (error != NULL)
        memset(error, 0, sizeof *error);
    switch (way) {
    case ASK_MULTI:
        return ask_multi(q, error);
    case ASK_ROWS:
        return ask_rows(q, error);
    case ASK_BLOCKING:
    case ASK_WAYS:
        break;
    }
    return supa_exec(q, error);
}
