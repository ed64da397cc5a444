/* SPDX-License-Identifier: MIT */
#include <supa/cjson.h>

supa_query *supa_insert_tree(supa_query *q, const cJSON *rows)
{
    char *json = rows != NULL ? cJSON_PrintUnformatted(rows) : NULL;

    q = supa_insert(q, json != NULL ? json : "");
    cJSON_free(json);
    return q;
}
