/* SPDX-License-Identifier: MIT */
/* Taking credits: the balance is written only if it is still the one that was read. */
#include "base/clock.h"
#include "base/error.h"
#include "base/number.h"
#include "base/options.h"
#include "platform/ask.h"
#include "platform/credit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MOST_WAIT_US 250000

struct debit {
    supa_manager *manager;
    char user_id[UUID_LENGTH + 1];
    int64_t cents; /* to take */
    supa_debit_options options;
    supa_credit credit; /* as it was read, then as it was written */
    int was_null;
    uint64_t dice;
    supa_error *error;
};

static uint64_t roll(uint64_t *dice)
{
    *dice ^= *dice << 13; /* xorshift: to spread waits, not to keep secrets */
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    return *dice;
}

/* A random time, of the order of what the attempt took and twice as long each time, so that those who
 * meet part, near the server and far from it. */
static void wait_a_moment(struct debit *debit, int attempt, int64_t took_us)
{
    int64_t range = took_us > 0 ? took_us : 1;
    struct timespec time = {0, 0};

    for (int i = 0; i < attempt && range < MOST_WAIT_US; i++)
        range *= 2;
    if (range > MOST_WAIT_US)
        range = MOST_WAIT_US;
    time.tv_nsec = (long)(roll(&debit->dice) % (uint64_t)range) * 1000;
    nanosleep(&time, NULL);
}

static int read_amount(struct debit *debit, const char *amount)
{
    size_t length;

    amount = amount != NULL ? amount : "";
    length = strlen(amount);
    if (!number_valid(amount, length))
        return error_argument(debit->error, "supa_master_debit: the amount is no decimal number");
    if (number_scaled(amount, length, CREDIT_DIGITS, &debit->cents) != NUMBER_OK)
        return error_argument(
            debit->error,
            "supa_master_debit: the amount has more than %d digits behind the point, "
            "or is too large",
            CREDIT_DIGITS);
    if (debit->cents <= 0)
        return error_argument(debit->error, "supa_master_debit: the amount is not above 0");
    return SUPA_OK;
}

static int
check(struct debit *debit, const char *user_id, const char *amount, const supa_debit_options *given)
{
    const supa_debit_options defaults = SUPA_DEBIT_OPTIONS_INIT;
    int code;

    debit->options = defaults;
    if (given != NULL && options_read(&debit->options, sizeof debit->options, given) != 0)
        return error_argument(
            debit->error,
            "supa_master_debit: the options do not begin with SUPA_DEBIT_OPTIONS_INIT");
    if (debit->options.attempts < 1)
        return error_argument(debit->error, "supa_master_debit: at least one attempt is needed");
    code = ask_uuid(user_id, "supa_master_debit", "user", debit->user_id, debit->error);
    return code == SUPA_OK ? read_amount(debit, amount) : code;
}

static int read_balance(struct debit *debit)
{
    supa_query *q = supa_select(ask_master(debit->manager, "users"), "id,credits");
    supa_response *user;
    int code;

    ask_eq(q, "id", debit->user_id);
    user = supa_execute(supa_single(q));
    code = ask_failed(user, debit->error);
    if (code == SUPA_OK)
        code =
            credit_read(supa_response_first(user), &debit->credit, &debit->was_null, debit->error);
    supa_response_free(user);
    return code;
}

/* The balance after it, as text and in cents. */
static int subtract(const struct debit *debit, supa_credit *after)
{
    const int64_t before = debit->credit.cents;
    int64_t cents, rest;

    if (before < INT64_MIN / 2 || debit->cents > INT64_MAX / 2)
        return -1;
    cents = before - debit->cents;
    rest = cents < 0 ? -cents : cents;
    *after = debit->credit;
    after->cents = cents;
    snprintf(
        after->balance, sizeof after->balance, "%s%" PRId64 ".%02d", cents < 0 ? "-" : "",
        rest / 100, (int)(rest % 100));
    return 0;
}

/* Whether a write that failed was undone by the server because of others, so that it can be repeated. */
static int was_overtaken(const supa_error *error)
{
    return error->outcome == SUPA_ANSWERED &&
           (strcmp(error->server_code, "40001") == 0 || strcmp(error->server_code, "40P01") == 0);
}

/* Whether the server certainly did not do it: what it answered with success was done, even if the answer
 * cannot be read. */
static int is_undone(const supa_error *error)
{
    return error->outcome == SUPA_NOT_SENT ||
           (error->outcome == SUPA_ANSWERED && error->http_status >= 300);
}

enum step { STEP_DONE, STEP_SHORT, STEP_AGAIN, STEP_FAILED, STEP_UNKNOWN };

static enum step write_balance(struct debit *debit, const supa_credit *after)
{
    supa_query *q = supa_update_row(ask_master(debit->manager, "users"));
    size_t rows = 0;
    supa_error error;

    ask_eq(q, "id", debit->user_id);
    supa_eq(q, "credits", debit->was_null ? supa_null() : supa_decimal(debit->credit.balance));
    supa_returning(q, "id");
    supa_set(q, "credits", supa_decimal(after->balance));
    error_clear(&error);
    if (ask_rows(supa_execute(q), &rows, &error) == SUPA_OK)
        return rows != 0 ? STEP_DONE : STEP_AGAIN;
    if (was_overtaken(&error))
        return STEP_AGAIN;
    if (debit->error != NULL)
        *debit->error = error;
    return is_undone(&error) ? STEP_FAILED : STEP_UNKNOWN;
}

static supa_debit fail(const struct debit *debit)
{
    error_set(
        debit->error, SUPA_ERROR_CONFLICT, SUPA_ANSWERED,
        "user %s: the balance was changed by others at each of %d attempts; nothing was taken",
        debit->user_id, (int)debit->options.attempts);
    error_about(debit->error, SUPA_SIDE_MASTER, NULL, "users");
    if (debit->error != NULL)
        debit->error->retryable = 1;
    return SUPA_DEBIT_FAILED;
}

/* Reads, then writes; *after is the balance then. */
static enum step attempt(struct debit *debit, supa_credit *after)
{
    if (read_balance(debit) != SUPA_OK)
        return STEP_FAILED;
    if (subtract(debit, after) != 0 || (after->cents < 0 && !debit->options.allow_negative))
        return STEP_SHORT;
    return write_balance(debit, after);
}

static supa_debit take(struct debit *debit)
{
    supa_credit after;

    for (int i = 0; i < debit->options.attempts; i++) {
        const int64_t start = clock_us();

        switch (attempt(debit, &after)) {
        case STEP_DONE:
            debit->credit = after;
            return SUPA_DEBIT_DONE;
        case STEP_SHORT:
            return SUPA_DEBIT_SHORT;
        case STEP_FAILED:
            return SUPA_DEBIT_FAILED;
        case STEP_UNKNOWN:
            return SUPA_DEBIT_UNKNOWN;
        case STEP_AGAIN:
            wait_a_moment(debit, i, clock_us() - start);
        }
    }
    return fail(debit);
}

supa_debit supa_master_debit(
    supa_manager *manager, const char *user_id, const char *amount,
    const supa_debit_options *options, supa_credit *after, supa_error *error)
{
    struct debit debit = {.manager = manager, .error = error};
    supa_debit result;

    error_clear(error);
    if (check(&debit, user_id, amount, options) != SUPA_OK)
        return SUPA_DEBIT_FAILED;
    debit.dice = ((uint64_t)clock_us() ^ (uint64_t)(uintptr_t)&debit) | 1;
    result = take(&debit);
    if (after != NULL && (result == SUPA_DEBIT_DONE || result == SUPA_DEBIT_SHORT))
        *after = debit.credit;
    return result;
}
