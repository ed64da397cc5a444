/* SPDX-License-Identifier: MIT */
/* Responses that no server sent. */
#include "base/error.h"
#include "result/response.h"

supa_response *supa_response_of_rows(const char *json, size_t length)
{
    static const struct reading reading = {
        .method = HTTP_GET,
        .expect = EXPECT_ROWS,
        .wants_rows = 1,
        .side = SUPA_SIDE_NONE,
        .store_id = "",
        .relation = ""};
    supa_response *response = response_new();
    struct reply *reply = response_reply(response);

    if (reply == NULL)
        return response;
    reply->status = 200;
    reply->code = SUPA_OK;
    reply->outcome = SUPA_ANSWERED;
    buffer_puts(&reply->headers, "Content-Type: application/json\n");
    buffer_put(&reply->body, json, json != NULL ? length : 0);
    response_read(response, &reading);
    if (supa_response_ok(response))
        response->truncated = SUPA_TRUNCATED_NO;
    return response;
}

supa_response *supa_response_of_error(const supa_error *error)
{
    supa_response *response = response_new();
    supa_error mistake;

    if (error == NULL || error->code == SUPA_OK) {
        error_argument(&mistake, "supa_response_of_error: there is no error");
        error = &mistake;
    }
    response_fail(response, error);
    return response;
}
