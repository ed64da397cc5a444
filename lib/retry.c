/* SPDX-License-Identifier: MIT */
#include "retry.h"

#include "base/clock.h"
#include "base/random.h"
#include "result/server_error.h"
#include "transport/host.h"

#define LONGEST_US 30000000 /* between attempts, where the server says nothing */

/* Whether an attempt that failed is one that a moment may cure. */
static int is_passing(const struct reply *reply)
{
    if (reply->code != SUPA_OK && reply->code != SUPA_ERROR_NETWORK &&
        reply->code != SUPA_ERROR_TIMEOUT && reply->code != SUPA_ERROR_MALFORMED)
        return 0; /* cancelled, or larger than allowed, whatever the status was */
    switch (reply->status) {
    case 429:
    case 502:
    case 503:
    case 504:
    case 520:
        return 1;
    default:
        return reply->code != SUPA_OK;
    }
}

static int may_retry(struct operation *operation)
{
    const struct call *call = &operation->call;
    const struct reply *reply = operation_reply(operation);

    if (operation->tried > operation->retries || !is_passing(reply) || reply->streamed ||
        server_url_is_too_long(call->method, reply, operation->reading.url_length))
        return 0;
    if (reply->outcome != SUPA_NOT_SENT && (!operation->may_repeat || call->read != NULL))
        return 0;
    return host_down_us(call->endpoint->host, clock_us()) == 0;
}

/* What the server asks for, else twice as long each time. 0 when that is too late. */
static int64_t next_try(const struct operation *operation)
{
    const struct reply *reply = response_reply(operation->response);
    const int shift = operation->tried < 20 ? operation->tried - 1 : 19;
    int64_t us = operation->client->options.retry_base_ms * 1000 << shift, at;

    us = random_jitter(us > LONGEST_US ? LONGEST_US : us);
    if (reply->retry_after_us > us)
        us = reply->retry_after_us;
    at = us < INT64_MAX / 2 ? clock_us() + us : INT64_MAX;
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
    operation->retries++;
    return 1;
}

int64_t retry_at(struct operation *operation)
{
    return may_retry(operation) ? next_try(operation) : 0;
}
