/* SPDX-License-Identifier: MIT */
#include "attempt.h"

#include "base/redact.h"
#include "base/url.h"
#include "operation.h"

#include <string.h>

void attempt_describe(
    supa_attempt *attempt, struct attempt_texts *texts, struct operation *operation)
{
    const struct target *target = &operation->client->target;
    const struct call *call = &operation->call;
    const struct reply *reply = operation_reply(operation);

    redact_put(&texts->clean, call->url, strlen(call->url), call->secrets);
    url_shown(&texts->url, buffer_text(&texts->clean));
    *attempt = (supa_attempt){
        .size = sizeof *attempt,
        .store_id = target->store_id,
        .method = http_method_name(call->method),
        .relation = operation->relation,
        .url = buffer_text(&texts->url),
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

void attempt_forget(struct attempt_texts *texts)
{
    buffer_free(&texts->clean);
    buffer_free(&texts->url);
}

void attempt_tell(struct operation *operation)
{
    const supa_client_options *options = &operation->client->options;
    struct attempt_texts texts = {BUFFER_INIT, BUFFER_INIT};
    supa_attempt attempt;

    attempt_describe(&attempt, &texts, operation);
    options->on_attempt(options->user, &attempt);
    attempt_forget(&texts);
}
