/* SPDX-License-Identifier: MIT */
#include "ours.h"

#include "side.h"

#include <stdlib.h>

supa_client *ours_client(const char *variable)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_client *client;
    supa_error error;

    options.url = side_setting(variable);
    options.key = side_setting("BENCH_KEY");
    options.ca_file = side_setting("BENCH_CA_FILE");
    options.allow_plain_http = options.allow_private = 1;
    client = supa_client_new(&options, &error);
    if (client == NULL)
        side_fail("no client: %s", error.message);
    return client;
}

void ours_check(const supa_response *response)
{
    if (!supa_response_ok(response))
        side_fail("libsupa: %s", supa_response_error(response)->message);
}

void ours_tell_sent(supa_response *response)
{
    const char *sent = supa_response_header(response, "X-Sent");

    ours_check(response);
    side_sent(sent != NULL ? atol(sent) : 0);
    supa_response_free(response);
}

supa_query *ours_read(supa_client *client, const char *table, const char *column, int64_t n)
{
    supa_query *q = supa_from(client, table);

    supa_select(q, "*");
    return supa_eq(q, column, supa_int(n));
}
