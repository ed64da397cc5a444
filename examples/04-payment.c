/* SPDX-License-Identifier: MIT */
/* A payment is written exactly once, also when the connection breaks behind it and nobody knows
 * whether it was. The table is in lessons.sql; the client is made by hand, without a platform.
 *
 *     SUPABASE_URL=https://abc.supabase.co SUPABASE_KEY=… ./04-payment ORDER AMOUNT KEY */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

static supa_query *payment(supa_query *q, char **argv)
{
    supa_insert_row(q);
    supa_set(q, "order_number", supa_text(argv[1]));
    supa_set(q, "amount", supa_decimal(argv[2]));
    return supa_set(q, "idempotency_key", supa_text(argv[3]));
}

/* @return whether there was no error. */
static int tell(const char *what, const supa_error *error)
{
    if (error != NULL)
        printf(
            "%s: %s: %s (outcome: %s)\n", what, supa_code_name((supa_code)error->code),
            error->message, supa_outcome_name((supa_outcome)error->outcome));
    return error == NULL;
}

/* All is done but kept: constraints, triggers. A server that would keep it is not asked. */
static int rehearse(supa_client *shop, char **argv)
{
    supa_error error;

    if (supa_exec(supa_rollback(payment(supa_from(shop, "payments"), argv)), &error) != SUPA_OK)
        return tell("rehearsal", &error);
    printf("rehearsal: would be accepted, and was undone\n");
    return 1;
}

/* The same row under the same key: where it is there already, nothing happens and none comes back.
 * To send it twice does no harm; the library is told so, and may try again by itself. */
static int settle(supa_client *shop, char **argv)
{
    supa_query *q = supa_upsert(supa_from(shop, "payments"), NULL, "idempotency_key");
    supa_response *answer;
    int ok;

    supa_ignore_duplicates(payment(q, argv));
    supa_returning(q, "idempotency_key");
    supa_idempotent(q);
    answer = supa_execute(q);
    ok = tell("asking again", supa_response_error(answer));
    if (ok && supa_response_row_count(answer) == 0)
        printf("asked again: it had been written\n");
    else if (ok)
        printf("asked again: it had not been written, and is now\n");
    supa_response_free(answer);
    return ok;
}

static int pay(supa_client *shop, char **argv)
{
    supa_error error;

    if (supa_exec(payment(supa_from(shop, "payments"), argv), &error) == SUPA_OK)
        return 1;
    tell("paying", &error);
    return error.outcome == SUPA_UNKNOWN && settle(shop, argv);
}

static int print_rows(supa_client *shop, const char *key)
{
    supa_query *q = supa_eq(supa_from(shop, "payments"), "idempotency_key", supa_text(key));
    supa_response *answer = supa_execute(supa_head(supa_count(q, SUPA_COUNT_EXACT)));
    int ok = tell("counting", supa_response_error(answer));

    if (ok)
        printf("paid, rows under this key: %d\n", (int)supa_response_count(answer));
    supa_response_free(answer);
    return ok;
}

int main(int argc, char **argv)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_error error = {.message = "wanted: SUPABASE_URL, SUPABASE_KEY, and ORDER AMOUNT KEY"};
    supa_client *shop;
    int ok;

    options.url = getenv("SUPABASE_URL");
    options.key = getenv("SUPABASE_KEY");
    /* Only for a server on one's own machine: a key does not go over plain http. */
    options.allow_plain_http = options.allow_private = getenv("SUPA_ALLOW_PRIVATE") != NULL;
    shop = argc == 4 && options.url && options.key ? supa_client_new(&options, &error) : NULL;
    ok = shop != NULL && rehearse(shop, argv) && pay(shop, argv) && print_rows(shop, argv[3]);
    if (shop == NULL)
        fprintf(stderr, "04-payment: %s\n", error.message);
    supa_client_unref(shop);
    return ok ? 0 : 1;
}
