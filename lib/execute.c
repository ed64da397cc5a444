/* SPDX-License-Identifier: MIT */
/* Sending a query and waiting for what comes of it. */
#include "base/error.h"
#include "client_internal.h"
#include "multi/split.h"
#include "operation.h"
#include "query/query_internal.h"
#include "result/response.h"

#include <supa/query.h>

/* Performs what the operation asks for until it is done. */
static supa_response *run(struct operation *operation, enum operation_step step)
{
    struct transport *transport;

    while (step != OPERATION_DONE) {
        if (step == OPERATION_RENEW) {
            step = operation_renew(operation);
            continue;
        }
        transport = operation->client->transport;
        if (step == OPERATION_WAIT) {
            transport->wait(transport, operation->wait_until_us, operation->call.cancel);
            if (operation_is_over(operation))
                break;
        }
        transport->perform(transport, operation_call(operation), operation_reply(operation));
        step = operation_next(operation);
    }
    return operation_end(operation);
}

supa_response *supa_execute(supa_query *q)
{
    struct operation operation;

    if (q != NULL && q->split)
        return split_execute(q);
    return run(&operation, operation_begin(&operation, q, NULL));
}

/* Hands the error over and ends the response. */
static int conclude(supa_response *response, supa_error *error)
{
    const supa_error *cause = supa_response_error(response);
    int code = cause != NULL ? (int)cause->code : SUPA_OK;

    if (error != NULL && cause != NULL)
        *error = *cause;
    else
        error_clear(error);
    supa_response_free(response);
    return code;
}

int supa_exec(supa_query *q, supa_error *error)
{
    return conclude(supa_execute(q), error);
}

/* A request that is about no rows: of the API's root, or what may be done with a relation. */
static supa_response *
ask(supa_client *client, enum http_method method, const char *url, const char *relation,
    const char *accept)
{
    struct operation operation;

    return run(&operation, operation_begin_ask(&operation, client, method, url, relation, accept));
}

static supa_response *refuse(const char *call, const char *mistake)
{
    supa_response *response = response_new();
    supa_error error;

    error_argument(&error, "%s: %s", call, mistake);
    response_fail(response, &error);
    return response;
}

#define OPENAPI "Accept: application/openapi+json"

int supa_client_ping(supa_client *client, supa_error *error)
{
    if (client == NULL)
        return conclude(refuse("supa_client_ping", "the client is NULL"), error);
    return conclude(ask(client, HTTP_HEAD, client->target.prefix, "", OPENAPI), error);
}

supa_response *supa_openapi(supa_client *client)
{
    if (client == NULL)
        return refuse("supa_openapi", "the client is NULL");
    return ask(client, HTTP_GET, client->target.prefix, "", OPENAPI);
}

supa_response *supa_allow(supa_client *client, const char *relation)
{
    supa_query *q = supa_from(client, relation);
    supa_response *response;

    if (supa_query_error(q) == NULL && request_build(q) == SUPA_OK) {
        response =
            ask(client, HTTP_OPTIONS, buffer_text(&q->request.url), q->relation,
                "Accept: application/json");
    } else {
        response = response_new();
        response_fail(response, supa_query_error(q));
    }
    supa_query_free(q);
    return response;
}

static struct target *target_of(supa_client *client)
{
    return client != NULL ? &client->target : NULL;
}

supa_query *supa_from(supa_client *client, const char *relation)
{
    return query_new(target_of(client), QUERY_READ, relation, "supa_from");
}

supa_query *supa_rpc(supa_client *client, const char *function)
{
    return query_new(target_of(client), QUERY_RPC, function, "supa_rpc");
}

supa_query *supa_query_on(const supa_query *template_query, supa_client *client)
{
    return query_on(template_query, target_of(client));
}
