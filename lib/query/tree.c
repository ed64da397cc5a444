/* SPDX-License-Identifier: MIT */
#include "query/query_internal.h"

#include <supa/cjson.h>

/* Whether cJSON can print it, given the memory. */
static int is_printable(const cJSON *item)
{
    if (cJSON_IsInvalid(item) || (cJSON_IsRaw(item) && item->valuestring == NULL))
        return 0;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (!is_printable(child))
            return 0;
    }
    return 1;
}

supa_query *supa_insert_tree(supa_query *q, const cJSON *rows)
{
    char *json = rows != NULL ? cJSON_PrintUnformatted(rows) : NULL;

    if (json == NULL && rows != NULL && query_stopped(q) == NULL && is_printable(rows))
        return query_no_memory(q);
    q = supa_insert(q, json != NULL ? json : "");
    cJSON_free(json);
    return q;
}
