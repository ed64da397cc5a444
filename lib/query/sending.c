/* SPDX-License-Identifier: MIT */
/* The calls that say how a query is sent: how long, how often, and when to give up. */
#include "query/query_internal.h"

supa_query *supa_timeout(supa_query *q, int64_t ms)
{
    supa_query *stop = query_closed(q, "supa_timeout");

    if (stop != NULL)
        return stop;
    if (ms < 0)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_timeout", NULL, "the time is negative");
    q->timeout_ms = ms;
    return q;
}

supa_query *supa_deadline_by(supa_query *q, supa_deadline deadline)
{
    supa_query *stop = query_closed(q, "supa_deadline_by");

    if (stop != NULL)
        return stop;
    q->deadline_us = deadline.at_us;
    return q;
}

supa_query *supa_cancel_with(supa_query *q, supa_cancel *cancel)
{
    supa_query *stop = query_closed(q, "supa_cancel_with");

    if (stop != NULL)
        return stop;
    if (cancel == NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_cancel_with", NULL, "the token is NULL");
    supa_cancel_unref(q->cancel);
    q->cancel = supa_cancel_ref(cancel);
    return q;
}

supa_query *supa_retry(supa_query *q, int n)
{
    supa_query *stop = query_closed(q, "supa_retry");

    if (stop != NULL)
        return stop;
    if (n < 0 || n > SUPA_MAX_RETRIES)
        return query_mistake(
            q, SUPA_ERROR_ARGUMENT, "supa_retry", NULL, "the number is not one of 0 to 10");
    q->retries = n;
    return q;
}

supa_query *supa_idempotent(supa_query *q)
{
    supa_query *stop = query_closed(q, "supa_idempotent");

    if (stop != NULL)
        return stop;
    q->idempotent = 1;
    return q;
}

supa_query *supa_split(supa_query *q)
{
    supa_query *stop = query_closed(q, "supa_split");

    if (stop != NULL)
        return stop;
    q->split = 1;
    return q;
}
