/* SPDX-License-Identifier: MIT */
#include "platform/errand.h"

#include "platform/ask.h"

supa_deadline earlier_deadline(supa_deadline a, supa_deadline b)
{
    return b.at_us == 0 || (a.at_us != 0 && a.at_us < b.at_us) ? a : b;
}

supa_query *errand_limit(supa_query *q, supa_deadline deadline, supa_cancel *cancel)
{
    if (deadline.at_us != 0)
        supa_deadline_by(q, deadline);
    if (cancel != NULL)
        supa_cancel_with(q, cancel);
    return q;
}

static void answered(void *user, supa_response *response)
{
    struct errand *errand = user;

    errand->done(errand, response);
}

static void leased(void *user, supa_client *client, const supa_error *error)
{
    struct errand *errand = user;
    supa_query *q;

    if (client == NULL) {
        errand->done(errand, supa_response_of_error(error));
        return;
    }
    q = errand_limit(supa_query_on(errand->query, client), errand->deadline, errand->cancel);
    supa_client_unref(client); /* the query holds it */
    if (supa_multi_add(errand->multi, q, answered, errand) == 0)
        errand->done(errand, ask_without_memory(NULL));
}

int errand_begin(struct errand *errand, const char *store_id)
{
    const uint64_t ticket = supa_multi_lease_by(
        errand->multi, errand->manager, store_id, errand->deadline, errand->cancel, leased, errand);

    return ticket != 0 ? 0 : -1;
}
