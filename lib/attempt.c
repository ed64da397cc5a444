/* SPDX-License-Identifier: MIT */
#include "attempt.h"

#include "base/redact.h"
#include "base/url.h"
#include "operation.h"

/* What the hook is told, and the texts that are made when it asks for them. */
struct told {
    const struct operation *operation;
    struct buffer shown, clean;
};

static void describe(supa_attempt *attempt, struct told *told, struct operation *operation)
{
    const struct target *target = &operation->client->target;
    const struct reply *reply = operation_reply(operation);

    *told = (struct told){operation, BUFFER_INIT, BUFFER_INIT};
    *attempt = (supa_attempt){
        .size = sizeof *attempt,
        .of = told,
        .store_id = target->store_id,
        .method = http_method_name(operation->call.method),
        .relation = operation->relation,
        .side = (int32_t)target->side,
        .status = reply->status,
        .code = (int32_t)reply->code,
        .outcome = (int32_t)reply->outcome,
        .attempt = operation->attempts,
        .reused = reply->reused,
        .bytes_sent = reply->sent,
        .bytes_received = reply->received,
        .name_us = reply->name_us,
        .connect_us = reply->connect_us,
        .tls_us = reply->tls_us,
        .first_byte_us = reply->first_byte_us,
        .total_us = reply->total_us,
    };
}

static void forget(struct told *told)
{
    buffer_free(&told->shown);
    buffer_free(&told->clean);
}

/* An attempt is given to hooks as a constant; what it remembers of itself may change. */
const char *supa_attempt_url(const supa_attempt *attempt)
{
    struct told *told = (struct told *)(uintptr_t)attempt->of;
    const struct call *call = &told->operation->call;

    if (told->clean.length == 0) {
        url_shown(&told->shown, call->url);
        redact_put(&told->clean, buffer_text(&told->shown), told->shown.length, call->secrets);
        if (buffer_failed(&told->shown))
            buffer_clear(&told->clean);
    }
    return buffer_text(&told->clean);
}

void attempt_tell(struct operation *operation)
{
    const supa_client_options *options = &operation->client->options;
    supa_attempt attempt;
    struct told told;

    describe(&attempt, &told, operation);
    options->on_attempt(options->user, &attempt);
    forget(&told);
}

const char *const *attempt_headers(struct operation *operation)
{
    const supa_client_options *options = &operation->client->options;
    const char *const *lines;
    supa_attempt attempt;
    struct told told;

    describe(&attempt, &told, operation);
    lines = options->request_headers(options->user, &attempt);
    forget(&told);
    return lines;
}
