/* SPDX-License-Identifier: MIT */
/* Reads of the master that every request begins with. */
#include "base/error.h"
#include "platform/ask.h"
#include "platform/credit.h"

#include <stdio.h>
#include <string.h>

/* All columns of the published schema but the password and the tokens. */
#define USER_COLUMNS                                                                               \
    "id,email,first_name,last_name,phone,avatar_url,is_active,email_verified,last_login,role,"     \
    "account_type,credits,created_at,updated_at"

supa_response *supa_master_store(supa_manager *manager, const char *store_id)
{
    return ask_master_row(manager, "stores", "*", "id", store_id, "supa_master_store", "store");
}

supa_response *supa_master_user(supa_manager *manager, const char *user_id)
{
    return ask_master_row(
        manager, "users", USER_COLUMNS, "id", user_id, "supa_master_user", "user");
}

supa_response *supa_master_subscription(supa_manager *manager, const char *store_id)
{
    static const char *const statuses[] = {"active", "trial"};
    char id[UUID_LENGTH + 1];
    supa_error error;
    supa_query *q;

    if (ask_uuid(store_id, "supa_master_subscription", "store", id, &error) != SUPA_OK)
        return supa_response_of_error(&error);
    q = supa_select(ask_master(manager, "subscriptions"), "*");
    ask_eq(q, "store_id", id);
    supa_in(q, "status", supa_texts(statuses, 2));
    return supa_execute(supa_single(q));
}

int credit_read(supa_row user, supa_credit *credit, int *is_null, supa_error *error)
{
    const char *digits = "0.00";
    size_t length = strlen(digits);
    supa_field field = supa_row_decimal(user, "credits", &digits, &length);

    credit->cents = 0;
    if (is_null != NULL)
        *is_null = field == SUPA_FIELD_NULL;
    if (field != SUPA_FIELD_NULL &&
        (field != SUPA_FIELD_VALUE || length >= sizeof credit->balance ||
         supa_row_scaled(user, "credits", CREDIT_DIGITS, &credit->cents) != SUPA_FIELD_VALUE))
        return error_set(
            error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, "users.credits is no number of hundredths");
    snprintf(credit->balance, sizeof credit->balance, "%.*s", (int)length, digits);
    ask_text(user, "id", credit->user_id, sizeof credit->user_id);
    return SUPA_OK;
}

static int
read_owner(const supa_response *store, const char *store_id, supa_credit *credit, supa_error *error)
{
    supa_row owner;
    int code = ask_failed(store, error);

    if (code != SUPA_OK)
        return code;
    if (supa_response_row_count(store) == 0)
        return ask_no_store(error, store_id, "stores", "the master has no such store");
    if (supa_row_row(supa_response_first(store), "owner", &owner) != SUPA_FIELD_VALUE)
        return error_set(
            error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, "the store's owner is not there");
    return credit_read(owner, credit, NULL, error);
}

int supa_master_credit(
    supa_manager *manager, const char *store_id, supa_credit *credit, supa_error *error)
{
    char id[UUID_LENGTH + 1];
    supa_response *store;
    supa_query *q;
    int code;

    error_clear(error);
    if (credit == NULL)
        return error_argument(error, "supa_master_credit: there is no credit to fill in");
    code = ask_uuid(store_id, "supa_master_credit", "store", id, error);
    if (code != SUPA_OK)
        return code;
    q = supa_select(ask_master(manager, "stores"), "owner:users!user_id(id,credits)");
    ask_eq(q, "id", id);
    store = supa_execute(supa_maybe_single(q));
    code = read_owner(store, id, credit, error);
    supa_response_free(store);
    return code;
}
