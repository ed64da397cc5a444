/* SPDX-License-Identifier: MIT */
#include "result/response.h"

#include <supa/cjson.h>

const cJSON *supa_response_json(supa_response *response)
{
    size_t length;
    const char *body = supa_response_body(response, &length);

    if (response == NULL || response->shared)
        return NULL;
    if (!response->tree_tried) {
        /* With its NUL the text must end where the body does. */
        response->tree = cJSON_ParseWithLengthOpts(body, length + 1, NULL, 1);
        response->tree_tried = 1;
    }
    return response->tree;
}

void tree_free(struct cJSON *tree)
{
    cJSON_Delete(tree);
}
