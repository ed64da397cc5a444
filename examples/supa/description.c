/* SPDX-License-Identifier: MIT */
#include "description.h"

#include "text.h"

void description_read(struct description *description, supa_client *client)
{
    struct text json = {0};
    const char *body;
    size_t length;

    description->answer = supa_openapi(client);
    body = supa_response_body(description->answer, &length);
    text_putc(&json, '[');
    text_put(&json, body, length);
    text_putc(&json, ']');
    description->rows = supa_response_of_rows(json.data, json.length);
    description->row = supa_response_first(description->rows);
    text_free(&json);
}

void description_free(struct description *description)
{
    supa_response_free(description->answer);
    supa_response_free(description->rows);
}
