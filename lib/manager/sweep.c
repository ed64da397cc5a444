/* SPDX-License-Identifier: MIT */
#include "manager/sweep.h"

#include "base/error.h"
#include "base/memory.h"
#include "manager/lookup.h"

#include <stdlib.h>
#include <string.h>
#include <supa/query.h>
#include <supa/response.h>

#define TIMEOUT_MS 10000 /* of one page */

struct sweep {
    struct uuid *cached; /* sorted */
    unsigned char *seen;
    size_t count;
    char last[UUID_LENGTH + 1];
    supa_deadline deadline; /* 0: each page has its own time only */
};

static int by_uuid(const void *a, const void *b)
{
    return uuid_compare(*(const struct uuid *)a, *(const struct uuid *)b);
}

static int read_page(struct sweep *sweep, const supa_response *response, supa_error *error)
{
    supa_row row = supa_response_first(response);
    char before[UUID_LENGTH + 1];

    memcpy(before, sweep->last, sizeof before);
    for (size_t i = supa_response_row_count(response); i > 0; i--, row = supa_row_next(row)) {
        const struct uuid *at;
        struct uuid store;

        if (!lookup_id(row, "store_id", &store))
            return error_set(
                error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
                "store_databases: a row has no store_id that is a UUID");
        at = bsearch(&store, sweep->cached, sweep->count, sizeof store, by_uuid);
        if (at != NULL)
            sweep->seen[at - sweep->cached] = 1;
        uuid_write(store, sweep->last);
    }
    if (supa_response_row_count(response) != 0 && strcmp(sweep->last, before) <= 0)
        return error_set(
            error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
            "store_databases: a page does not lie behind the one before it");
    return SUPA_OK;
}

static supa_response *next_page(supa_client *master, const struct sweep *sweep)
{
    supa_query *q = supa_from(master, "store_databases");

    supa_select(q, "store_id");
    if (sweep->last[0] != '\0')
        supa_gt(q, "store_id", supa_text(sweep->last));
    supa_order(q, "store_id", SUPA_ASC);
    supa_limit(q, SWEEP_PAGE);
    supa_deadline_by(q, sweep->deadline);
    return supa_execute(supa_timeout(q, TIMEOUT_MS));
}

/* Until a page is empty, whatever a page of this server is. */
static int read_all(supa_client *master, struct sweep *sweep, supa_error *error)
{
    size_t count;
    int code;

    do {
        supa_response *response = next_page(master, sweep);

        code = SUPA_OK;
        count = supa_response_row_count(response);
        if (supa_response_ok(response)) {
            code = read_page(sweep, response, error);
        } else {
            *error = *supa_response_error(response);
            code = error->code;
        }
        supa_response_free(response);
    } while (code == SUPA_OK && count != 0);
    return code;
}

int sweep_run(
    supa_client *master, struct cache *cache, supa_deadline deadline, int64_t *removed,
    supa_error *error)
{
    struct sweep sweep = {.deadline = deadline};
    int code = SUPA_OK;

    *removed = 0;
    sweep.cached = cache_list(cache, &sweep.count);
    sweep.seen = memory_zero(sweep.count);
    if (sweep.cached == NULL || sweep.seen == NULL)
        code = error_no_memory(error);
    else if (sweep.count != 0)
        code = read_all(master, &sweep, error);
    for (size_t i = 0; code == SUPA_OK && i < sweep.count; i++) {
        if (!sweep.seen[i]) {
            cache_forget(cache, &sweep.cached[i]);
            ++*removed;
        }
    }
    memory_free(sweep.cached);
    memory_free(sweep.seen);
    return code;
}
