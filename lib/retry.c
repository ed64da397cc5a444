/* SPDX-License-Identifier: MIT */
#include "retry.h"

#include "base/clock.h"
#include "base/random.h"
#include "result/server_error.h"
#include "transport/host.h"

#define LONGEST_MS 30000                     /* between attempts, where the server says nothing */
#define PATIENCE   (INT64_C(3600) * 1000000) /* the longest that a server may ask for; us */

/* Whether an attempt that failed is one that a moment may cure. One that its caller ended is not,
 * whatever status was there by then. */
static int is_passing(const struct reply *reply)
{
    if (reply->code != SUPA_OK)
        return reply->code == SUPA_ERROR_NETWORK || reply->code == SUPA_ERROR_TIMEOUT ||
               reply->code == SUPA_ERROR_MALFORMED;
    switch (reply->status) {
    case 429:
    case 502:
    case 503:
    case 504:
    case 520:
        return 1;
    default:
        return 0;
    }
}

static int may_retry(struct operation *operation)
{
    const struct call *call = &operation->call;
    const struct reply *reply = operation_reply(operation);

    if (operation->tried - operation->died_reused > operation->retries || !is_passing(reply) ||
        reply->streamed ||
        server_url_is_too_long(call->method, reply, operation->reading.url_length))
        return 0;
    if (reply->outcome != SUPA_NOT_SENT && (!operation->may_repeat || call->read != NULL))
        return 0;
    return !host_is_down(call->endpoint->host, clock_us());
}

/* What the server asks for, else twice as long each time. 0 when that is too late, for a caller without
 * a deadline, too. */
static int64_t next_try(const struct operation *operation)
{
    const struct reply *reply = response_reply(operation->response);
    const int shift = operation->tried - operation->died_reused - 1; /* below SUPA_MAX_RETRIES */
    int64_t ms = operation->client->options.retry_base_ms, us, at;

    ms = ms < LONGEST_MS ? ms << shift : LONGEST_MS;
    us = random_jitter((ms < LONGEST_MS ? ms : LONGEST_MS) * 1000);
    if (reply->retry_after_us > us)
        us = reply->retry_after_us;
    if (us > PATIENCE)
        return 0;
    at = clock_us() + us;
    return operation->call.deadline_us != 0 && at >= operation->call.deadline_us ? 0 : at;
}

/* A read whose idle connection turned out to be dead is asked again at once on a new one, beside the
 * retries: nobody can tell the difference. For a write it is never safe. */
int retry_at_once(struct operation *operation)
{
    const struct reply *reply = operation_reply(operation);

    if (!reply->died_reused || operation->died_reused || !operation->may_repeat ||
        operation->call.read != NULL)
        return 0;
    operation->died_reused = operation->call.fresh = 1;
    return 1;
}

int64_t retry_at(struct operation *operation)
{
    return may_retry(operation) ? next_try(operation) : 0;
}
