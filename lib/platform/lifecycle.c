/* SPDX-License-Identifier: MIT */
/* The life of a store's row in the master's stores. */
#include "base/error.h"
#include "base/options.h"
#include "platform/ask.h"

#include <string.h>

#define STORES "stores"

static int check_new(
    supa_new_store *known, const supa_new_store *given, char user_id[UUID_LENGTH + 1],
    char id[UUID_LENGTH + 1], supa_error *error)
{
    const supa_new_store defaults = SUPA_NEW_STORE_INIT;
    int code;

    *known = defaults;
    if (given == NULL || options_read(known, sizeof *known, given) != 0)
        return error_argument(
            error, "supa_store_create: the store does not begin with SUPA_NEW_STORE_INIT");
    if (known->slug == NULL || *known->slug == '\0')
        return error_argument(error, "supa_store_create: the store has no slug");
    code = ask_uuid(known->user_id, "supa_store_create", "user", user_id, error);
    if (code == SUPA_OK && known->id != NULL)
        code = ask_uuid(known->id, "supa_store_create", "store", id, error);
    return code;
}

static void set_text(supa_query *q, const char *column, const char *text)
{
    if (text != NULL)
        ask_set(q, column, text);
}

static supa_query *insert_store(
    supa_manager *manager, const supa_new_store *store, const char *user_id, const char *id)
{
    supa_query *q = supa_insert_row(ask_master(manager, STORES));

    if (store->id != NULL)
        ask_set(q, "id", id);
    ask_set(q, "user_id", user_id);
    ask_set(q, "slug", store->slug);
    set_text(q, "name", store->name);
    set_text(q, "country", store->country);
    set_text(q, "store_email", store->email);
    set_text(q, "phone", store->phone);
    ask_set(q, "status", "pending_database");
    supa_set(q, "is_active", supa_bool(0));
    return supa_single(supa_returning(q, "*"));
}

/* Only the id and the slug are unique, and PostgreSQL's details name the columns first. */
static supa_response *name_conflict(supa_response *refused, const supa_new_store *store)
{
    supa_error error = *supa_response_error(refused), told;
    const int is_id = store->id != NULL && strstr(error.details, "(id)=(") != NULL;

    supa_response_free(refused);
    error_set(
        &told, SUPA_ERROR_CONFLICT, SUPA_ANSWERED, "the %s \"%.200s\" is taken by another store",
        is_id ? "id" : "slug", is_id ? store->id : store->slug);
    told.http_status = error.http_status;
    memcpy(told.server_code, error.server_code, sizeof told.server_code);
    error_about(&told, SUPA_SIDE_MASTER, NULL, STORES);
    return supa_response_of_error(&told);
}

supa_response *supa_store_create(supa_manager *manager, const supa_new_store *given)
{
    char user_id[UUID_LENGTH + 1], id[UUID_LENGTH + 1];
    supa_response *response;
    supa_new_store store;
    supa_error error;

    error_clear(&error);
    if (check_new(&store, given, user_id, id, &error) != SUPA_OK)
        return supa_response_of_error(&error);
    response = supa_execute(insert_store(manager, &store, user_id, id));
    if (!supa_response_ok(response) &&
        strcmp(supa_response_error(response)->server_code, "23505") == 0)
        return name_conflict(response, &store);
    return response;
}

/* One step of a column's compare-and-set. */
struct step {
    const char *store_id, *column, *from, *to;
};

/* Nothing was written: because of what? */
static int explain(supa_manager *manager, const struct step *step, supa_error *error)
{
    supa_query *q = supa_select(ask_master(manager, STORES), step->column);
    supa_response *store;
    char found[64];
    int code;

    ask_eq(q, "id", step->store_id);
    store = supa_execute(supa_maybe_single(q));
    code = ask_failed(store, error);
    if (code == SUPA_OK && supa_response_row_count(store) == 0) {
        code = ask_no_store(error, step->store_id, STORES, "the master has no such store");
    } else if (code == SUPA_OK) {
        if (!ask_text(supa_response_first(store), step->column, found, sizeof found))
            memcpy(found, "null", sizeof "null");
        code = error_set(
            error, SUPA_ERROR_CONFLICT, SUPA_ANSWERED,
            "store %s: its %s is \"%.60s\", not \"%.60s\"", step->store_id, step->column, found,
            step->from);
        error_details(error, found, strlen(found));
        error_about(error, SUPA_SIDE_MASTER, step->store_id, STORES);
    }
    supa_response_free(store);
    return code;
}

static int check_step(
    const struct step *step, const char *store_id, const char *call, char id[UUID_LENGTH + 1],
    supa_error *error)
{
    error_clear(error);
    if (step->from == NULL || step->to == NULL)
        return error_argument(error, "%s: both states must be given", call);
    return ask_uuid(store_id, call, "store", id, error);
}

static supa_query *begin_step(supa_manager *manager, const struct step *step)
{
    supa_query *q = supa_update_row(ask_master(manager, STORES));

    ask_eq(q, "id", step->store_id);
    ask_eq(q, step->column, step->from);
    supa_returning(q, "id");
    return ask_set(q, step->column, step->to);
}

static int
end_step(supa_manager *manager, supa_query *q, const struct step *step, supa_error *error)
{
    size_t rows = 0;
    int code = ask_rows(supa_execute(q), &rows, error);

    supa_manager_forget(manager, step->store_id);
    return code == SUPA_OK && rows == 0 ? explain(manager, step, error) : code;
}

int supa_store_set_status(
    supa_manager *manager, const char *store_id, const char *from, const char *to, int is_active,
    supa_error *error)
{
    char id[UUID_LENGTH + 1];
    const struct step step = {id, "status", from, to};
    supa_query *q;
    int code = check_step(&step, store_id, "supa_store_set_status", id, error);

    if (code != SUPA_OK)
        return code;
    if (is_active < -1 || is_active > 1)
        return error_argument(error, "supa_store_set_status: is_active is none of 1, 0 and -1");
    q = begin_step(manager, &step);
    if (is_active >= 0)
        supa_set(q, "is_active", supa_bool(is_active));
    return end_step(manager, q, &step, error);
}

int supa_store_set_provisioning(
    supa_manager *manager, const char *store_id, const char *from, const char *to,
    const char *progress, supa_error *error)
{
    char id[UUID_LENGTH + 1];
    const struct step step = {id, "provisioning_status", from, to};
    supa_query *q;
    int code = check_step(&step, store_id, "supa_store_set_provisioning", id, error);

    if (code != SUPA_OK)
        return code;
    q = begin_step(manager, &step);
    if (progress != NULL)
        supa_set(q, "provisioning_progress", supa_json(progress));
    if (strcmp(to, "completed") == 0)
        ask_set(q, "provisioning_completed_at", "now");
    return end_step(manager, q, &step, error);
}
