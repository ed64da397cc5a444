/* SPDX-License-Identifier: MIT */
/* Many stores with few requests. */
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "manager/manager_internal.h"

#include <string.h>

#define MOST     200 /* stores in a request */
#define ID_BYTES 39  /* of an id in a URL, with an escaped comma */
#define URL_REST 400 /* what else there is in it */

struct one {
    struct uuid store;
    struct fetch *fetch;
    int is_told;
};

struct batch {
    supa_manager *manager;
    struct one *ones;
    size_t count, room;
};

static size_t room_of(const supa_manager *manager)
{
    size_t max_url = manager->lookup.master->target.max_url;
    size_t fit = max_url > URL_REST ? (max_url - URL_REST) / ID_BYTES : 1;

    return fit < 1 ? 1 : fit < MOST ? fit : MOST;
}

static void finish(
    struct batch *batch, struct one *one, supa_client *client, const struct basis *basis,
    const supa_error *error)
{
    one->is_told = 1;
    cache_finish(batch->manager->cache, one->store, one->fetch, client, basis, error);
}

static struct one *find(struct batch *batch, struct uuid store)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->ones[i].is_told && uuid_same(batch->ones[i].store, store))
            return &batch->ones[i];
    }
    return NULL;
}

static void take_row(struct batch *batch, supa_row row)
{
    struct basis basis = {{0, 0}};
    supa_error error = {0};
    char id[UUID_LENGTH + 1];
    struct uuid store;
    struct one *one = NULL;

    if (lookup_id(row, "store_id", &store))
        one = find(batch, store);
    if (one == NULL)
        return;
    uuid_write(store, id);
    finish(
        batch, one, lookup_row(&batch->manager->lookup, row, id, &basis, &error), &basis, &error);
}

/* Those that no row has told of: unknown, or all of them failed. */
static void tell_rest(struct batch *batch, const supa_error *failure)
{
    struct basis basis = {{0, 0}};

    for (size_t i = 0; i < batch->count; i++) {
        struct one *one = &batch->ones[i];
        char id[UUID_LENGTH + 1];
        supa_error error = {0};

        if (one->is_told)
            continue;
        uuid_write(one->store, id);
        if (failure != NULL) {
            error = *failure;
            error_about(&error, SUPA_SIDE_MASTER, id, "store_databases");
        } else {
            lookup_unknown(id, &error);
        }
        finish(batch, one, NULL, &basis, &error);
    }
}

static supa_query *ask_for(const struct batch *batch, const char **texts, size_t count)
{
    supa_query *q = supa_from(batch->manager->lookup.master, "store_databases");

    supa_select(q, lookup_columns);
    return supa_in(q, "store_id", supa_texts(texts, count));
}

/* All of those that are not told yet. NULL when memory is gone. */
static supa_response *ask(const struct batch *batch)
{
    char(*ids)[UUID_LENGTH + 1] = memory_array(batch->count, sizeof *ids);
    const char **texts = memory_array(batch->count, sizeof *texts);
    supa_response *response = NULL;
    size_t count = 0;

    for (size_t i = 0; ids != NULL && texts != NULL && i < batch->count; i++) {
        if (batch->ones[i].is_told)
            continue;
        uuid_write(batch->ones[i].store, ids[count]);
        texts[count] = ids[count];
        count++;
    }
    if (count != 0)
        response = supa_execute(ask_for(batch, texts, count));
    memory_free(ids);
    memory_free(texts);
    return response;
}

static size_t untold(const struct batch *batch)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->count; i++)
        count += !batch->ones[i].is_told;
    return count;
}

/* Those who were not in an answer may have been cut off by the server's row limit: only an answer that
 * is empty says that they are unknown. */
static int load_batch(struct batch *batch, supa_error *error)
{
    int code = SUPA_OK;
    size_t rows = 1, before;

    while (code == SUPA_OK && rows != 0 && untold(batch) != 0) {
        supa_response *response = ask(batch);

        before = untold(batch);
        if (response == NULL) {
            code = error_no_memory(error);
        } else if (!supa_response_ok(response)) {
            *error = *supa_response_error(response);
            code = error->code;
        }
        rows = response != NULL ? supa_response_row_count(response) : 0;
        for (size_t i = 0; i < rows; i++)
            take_row(batch, supa_response_row(response, i));
        supa_response_free(response);
        if (code == SUPA_OK && rows != 0 && untold(batch) == before)
            code = error_set(
                error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED,
                "store_databases: an answer has only stores that were not asked for");
    }
    tell_rest(batch, code != SUPA_OK ? error : NULL);
    batch->count = 0;
    return code;
}

static int add(struct batch *batch, struct uuid store, supa_error *error)
{
    supa_manager *manager = batch->manager;
    struct one *one = &batch->ones[batch->count];
    int claimed;

    if (batch->count == 0 && outage_blocks(&manager->outage, manager_now(manager), NULL, error))
        return error->code;
    claimed = cache_claim(manager->cache, store, &one->fetch);
    if (claimed < 0)
        return error_no_memory(error);
    one->store = store;
    one->is_told = 0;
    batch->count += (size_t)claimed;
    return batch->count == batch->room ? load_batch(batch, error) : SUPA_OK;
}

static int load_all(struct batch *batch, const char *const *ids, size_t n, supa_error *error)
{
    struct uuid store;
    supa_error rest;
    int code = SUPA_OK;

    for (size_t i = 0; code == SUPA_OK && i < n; i++) {
        uuid_read(ids[i], &store);
        code = add(batch, store, error);
    }
    if (code == SUPA_OK)
        return load_batch(batch, error);
    load_batch(batch, &rest); /* what was claimed is to be told how it ended */
    return code;
}

static int check(const supa_manager *manager, const char *const *ids, size_t n, supa_error *error)
{
    struct uuid store;

    if (manager == NULL || (ids == NULL && n != 0))
        return error_argument(error, "supa_manager_warm: the manager or the list is NULL");
    for (size_t i = 0; i < n; i++) {
        if (!uuid_read(ids[i], &store))
            return error_argument(
                error, "supa_manager_warm: id %zu is not a UUID of 36 characters", i);
    }
    return process_check(manager->generation, "the manager", error);
}

int supa_manager_warm(
    supa_manager *manager, const char *const *store_ids, size_t n, supa_error *error)
{
    struct batch batch = {manager, NULL, 0, 0};
    supa_error found = {0};
    int code;

    error_clear(error);
    code = check(manager, store_ids, n, error);
    if (code != SUPA_OK)
        return code;
    batch.room = room_of(manager);
    batch.ones = memory_array(batch.room, sizeof *batch.ones);
    if (batch.ones == NULL)
        return error_no_memory(error);
    manager_ref(manager);
    if (refresh_is_due(&manager->refresh, manager_now(manager)))
        refresh_due(&manager->refresh, manager_now(manager), 0);
    code = load_all(&batch, store_ids, n, &found);
    outage_release(&manager->outage); /* if all were cached, nobody has tried */
    manager_unref(manager);
    memory_free(batch.ones);
    if (code != SUPA_OK && error != NULL)
        *error = found;
    return code;
}
