/* SPDX-License-Identifier: MIT */
#include "jwt.h"

#include "base64.h"
#include "text.h"

#include <string.h>
#include <supa/supa.h>

int jwt_read(const char *key, struct jwt *jwt)
{
    const char *begin = strchr(key, '.'), *end = begin != NULL ? strchr(begin + 1, '.') : NULL;
    unsigned char claims[2048];
    struct text json = {0};
    supa_response *answer;
    size_t length;
    int result = -1;

    *jwt = (struct jwt){0};
    if (end == NULL ||
        (length = base64_read(begin + 1, (size_t)(end - begin - 1), claims, sizeof claims)) == 0)
        return -1;
    text_putc(&json, '[');
    text_put(&json, (const char *)claims, length);
    text_putc(&json, ']');
    answer = supa_response_of_rows(json.data, json.length);
    if (supa_response_row_count(answer) == 1) {
        supa_row row = supa_response_first(answer);

        snprintf(jwt->role, sizeof jwt->role, "%s", supa_row_string(row, "role", ""));
        supa_row_int64(row, "exp", &jwt->expires);
        result = 0;
    }
    supa_response_free(answer);
    text_free(&json);
    return result;
}
