/* SPDX-License-Identifier: MIT */
#include "manager/refusals.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

int refusals_keeps(int32_t code)
{
    return code == SUPA_ERROR_STORE_NOT_FOUND || code == SUPA_ERROR_STORE_INACTIVE ||
           code == SUPA_ERROR_STORE_SUSPENDED || code == SUPA_ERROR_UNSUPPORTED;
}

static void empty(struct refusal *place)
{
    memory_free(place->message);
    place->message = NULL;
}

static struct refusal *find(const struct refusals *refusals, struct uuid store)
{
    for (size_t i = 0; refusals->places != NULL && i < REFUSALS; i++) {
        struct refusal *place = &refusals->places[i];

        if (place->message != NULL && uuid_same(place->store, store))
            return place;
    }
    return NULL;
}

void refusals_add(
    struct refusals *refusals, struct uuid store, const supa_error *error, int64_t until_us)
{
    char *message = memory_text(error->message, strlen(error->message));
    struct refusal *place;

    if (refusals->places == NULL)
        refusals->places = memory_zero(REFUSALS * sizeof *refusals->places);
    if (message == NULL || refusals->places == NULL) {
        memory_free(message);
        return;
    }
    place = find(refusals, store);
    if (place == NULL)
        place = &refusals->places[refusals->next++ % REFUSALS];
    empty(place);
    *place = (struct refusal){store, until_us, message, error->code};
}

int refusals_find(
    const struct refusals *refusals, struct uuid store, int64_t now_us, supa_error *error)
{
    const struct refusal *place = find(refusals, store);
    char id[UUID_LENGTH + 1];

    if (place == NULL || now_us >= place->until_us)
        return 0;
    uuid_write(store, id);
    error_set(error, (supa_code)place->code, SUPA_ANSWERED, "%s", place->message);
    error_about(error, SUPA_SIDE_MASTER, id, "store_databases");
    return 1;
}

void refusals_remove(struct refusals *refusals, struct uuid store)
{
    struct refusal *place = find(refusals, store);

    if (place != NULL)
        empty(place);
}

void refusals_clear(struct refusals *refusals)
{
    for (size_t i = 0; refusals->places != NULL && i < REFUSALS; i++)
        empty(&refusals->places[i]);
    memory_free(refusals->places);
    refusals->places = NULL;
}
