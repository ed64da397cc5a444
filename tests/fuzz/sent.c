/* SPDX-License-Identifier: MIT */
#include "sent.h"

#include "client_internal.h"
#include "query/query_internal.h"

static struct transport unused;

supa_client *sent_client(const char *key)
{
    static const struct client_identity nobody = {SUPA_SIDE_NONE, "", NULL, NULL};
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;

    options.url = "https://db.example.com";
    options.key = key;
    options.max_url = -1;
    return client_new(&options, &nobody, &unused, NULL);
}

const char *sent_url(supa_query *q)
{
    if (supa_query_error(q) != NULL || request_build(q) != 0)
        return NULL;
    return buffer_text(&q->request.url);
}
