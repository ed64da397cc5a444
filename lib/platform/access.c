/* SPDX-License-Identifier: MIT */
/* May the store operate, and whose is it? */
#include "base/error.h"
#include "base/options.h"
#include "platform/ask.h"
#include "platform/record.h"

#include <stdio.h>
#include <string.h>

static int
refuse(supa_error *error, supa_code code, const char *store_id, const char *why, const char *what)
{
    error_set(error, code, SUPA_ANSWERED, "store %s: %s%s", store_id, why, what);
    error_about(error, SUPA_SIDE_MASTER, store_id, "stores");
    return (int)code;
}

static int is_true(supa_row row, const char *column)
{
    int truth = 0;

    return supa_row_bool(row, column, &truth) == SUPA_FIELD_VALUE && truth;
}

/* The store's database: one, or a list of at most one on servers that do not see that it is unique. */
static int has_database(supa_row store, supa_row *database)
{
    size_t count = 0;

    if (supa_row_row(store, RECORDS, database) == SUPA_FIELD_VALUE)
        return 1;
    return supa_row_rows(store, RECORDS, database, &count) == SUPA_FIELD_VALUE && count > 0;
}

static int operates_in(supa_manager *manager, const char *status)
{
    const char *const *one = supa_manager_statuses(manager);

    while (one != NULL && *one != NULL && strcmp(*one, status) != 0)
        one++;
    return one != NULL && *one != NULL;
}

/* The rules of a lease, in its order. */
static int judge(supa_manager *manager, supa_row store, const char *id, supa_error *error)
{
    char status[TYPE_SIZE], type[TYPE_SIZE];
    supa_row database;

    ask_text(store, "status", status, sizeof status);
    if (!operates_in(manager, status))
        return refuse(error, SUPA_ERROR_STORE_SUSPENDED, id, "its status is ", status);
    if (!is_true(store, "is_active"))
        return refuse(error, SUPA_ERROR_STORE_SUSPENDED, id, "it is switched off", "");
    if (!has_database(store, &database))
        return refuse(
            error, SUPA_ERROR_STORE_NOT_FOUND, id, "the registry has no database of it", "");
    if (!is_true(database, "is_active"))
        return refuse(error, SUPA_ERROR_STORE_INACTIVE, id, "its credentials are switched off", "");
    ask_text(database, "database_type", type, sizeof type);
    if (strcmp(type, "supabase") != 0)
        return refuse(
            error, SUPA_ERROR_UNSUPPORTED, id, "only databases of type supabase are served, not ",
            type);
    return SUPA_OK;
}

int supa_store_check(supa_manager *manager, const char *store_id, supa_error *error)
{
    char id[UUID_LENGTH + 1];
    supa_response *store;
    supa_query *q;
    int code;

    error_clear(error);
    code = ask_uuid(store_id, "supa_store_check", "store", id, error);
    if (code != SUPA_OK)
        return code;
    q = ask_master(manager, "stores");
    supa_select(q, "status,is_active," RECORDS "(is_active,database_type)");
    ask_eq(q, "id", id);
    store = supa_execute(supa_maybe_single(q));
    code = ask_failed(store, error);
    if (code == SUPA_OK && supa_response_row_count(store) == 0)
        code = ask_no_store(error, id, "stores", "the master has no such store");
    else if (code == SUPA_OK)
        code = judge(manager, supa_response_first(store), id, error);
    supa_response_free(store);
    return code;
}

struct asking {
    supa_manager *manager;
    char store_id[UUID_LENGTH + 1], user_id[UUID_LENGTH + 1];
    supa_access_policy policy;
    char *role;
    supa_error *error;
};

static supa_access grant(const struct asking *asking, const char *role)
{
    if (asking->role != NULL)
        snprintf(asking->role, SUPA_ROLE_SIZE, "%s", role);
    return SUPA_ACCESS_ROLE;
}

static int prepare(
    struct asking *asking, const char *store_id, const char *user_id,
    const supa_access_policy *given)
{
    const supa_access_policy defaults = SUPA_ACCESS_POLICY_INIT;
    int code;

    asking->policy = defaults;
    if (given != NULL && options_read(&asking->policy, sizeof asking->policy, given) != 0)
        return error_argument(
            asking->error,
            "supa_store_access: the policy does not begin with SUPA_ACCESS_POLICY_INIT");
    if (asking->policy.roles == NULL && asking->policy.role_count != 0)
        return error_argument(asking->error, "supa_store_access: the policy's roles are NULL");
    code = ask_uuid(store_id, "supa_store_access", "store", asking->store_id, asking->error);
    if (code != SUPA_OK)
        return code;
    return ask_uuid(user_id, "supa_store_access", "user", asking->user_id, asking->error);
}

/* Asks for one row at most; it must be freed. */
static supa_response *ask_store(const struct asking *asking)
{
    supa_query *q = supa_select(ask_master(asking->manager, "stores"), "user_id,is_active");

    ask_eq(q, "id", asking->store_id);
    return supa_execute(supa_maybe_single(q));
}

static supa_response *ask_team(const struct asking *asking)
{
    supa_query *q = supa_select(ask_master(asking->manager, "store_teams"), "role");

    ask_eq(q, "store_id", asking->store_id);
    ask_eq(q, "user_id", asking->user_id);
    ask_eq(q, "status", "active");
    supa_is(q, "is_active", SUPA_IS_TRUE);
    if (asking->policy.roles != NULL)
        supa_in(q, "role", supa_texts(asking->policy.roles, asking->policy.role_count));
    return supa_execute(supa_maybe_single(q));
}

static supa_access read_role(const struct asking *asking, const supa_response *team)
{
    char role[SUPA_ROLE_SIZE];

    if (ask_failed(team, asking->error) != SUPA_OK)
        return SUPA_ACCESS_FAILED;
    if (supa_response_row_count(team) == 0)
        return SUPA_ACCESS_NONE;
    if (ask_text(supa_response_first(team), "role", role, sizeof role))
        return grant(asking, role);
    error_set(
        asking->error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, "a role of store_teams is no text");
    return SUPA_ACCESS_FAILED;
}

static supa_access by_team(const struct asking *asking)
{
    supa_response *team = ask_team(asking);
    supa_access access = read_role(asking, team);

    supa_response_free(team);
    return access;
}

enum ownership { OWNS, OWNS_NOT, NOBODY, UNKNOWN };

static enum ownership ownership(const struct asking *asking)
{
    supa_response *store = ask_store(asking);
    supa_row row = supa_response_first(store);
    enum ownership result = OWNS_NOT;
    char owner[UUID_LENGTH + 1];

    ask_text(row, "user_id", owner, sizeof owner);
    if (ask_failed(store, asking->error) != SUPA_OK)
        result = UNKNOWN;
    else if (supa_response_row_count(store) == 0)
        result = NOBODY;
    else if (asking->policy.need_active && !is_true(row, "is_active"))
        result = NOBODY;
    else if (strcmp(owner, asking->user_id) == 0)
        result = OWNS;
    supa_response_free(store);
    return result;
}

supa_access supa_store_access(
    supa_manager *manager, const char *store_id, const char *user_id,
    const supa_access_policy *policy, char role[SUPA_ROLE_SIZE], supa_error *error)
{
    struct asking asking = {.manager = manager, .role = role, .error = error};

    error_clear(error);
    if (role != NULL)
        *role = '\0';
    if (prepare(&asking, store_id, user_id, policy) != SUPA_OK)
        return SUPA_ACCESS_FAILED;
    switch (ownership(&asking)) {
    case OWNS:
        return grant(&asking, "owner");
    case OWNS_NOT:
        return by_team(&asking);
    case NOBODY:
        return SUPA_ACCESS_NONE;
    case UNKNOWN:
        break;
    }
    return SUPA_ACCESS_FAILED;
}
