/* SPDX-License-Identifier: MIT */
/* A fan-out: one question to every store of the platform, many at once, each with a time of its
 * own. What fails at one store is told and ends nothing.
 *
 *     ./16-fan-out */
#include <stdio.h>
#include <supa/supa.h>

struct total {
    int64_t stores, low;
};

/* Called for every store exactly once, on this thread, as the answers come. */
static void on_answer(void *user, const char *store, supa_response *answer)
{
    struct total *total = user;

    if (supa_response_ok(answer)) {
        int64_t low = supa_response_count(answer);

        printf("%s: %d products to be ordered\n", store, (int)low);
        total->stores++;
        total->low += low;
    } else {
        const supa_error *error = supa_response_error(answer);

        printf("%s: %s\n", store, supa_code_name((supa_code)error->code));
    }
    supa_response_free(answer);
}

/* Counted by the server; no rows travel. */
static supa_query *low_stock(void)
{
    supa_query *q = supa_head(supa_count(supa_template("products"), SUPA_COUNT_EXACT));

    supa_eq(q, "status", supa_text("active"));
    return supa_lte(q, "stock_quantity", supa_int(20));
}

int main(void)
{
    supa_fanout_options options = SUPA_FANOUT_OPTIONS_INIT;
    supa_fanout_report report;
    struct total total = {0, 0};
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    supa_query *question;
    int code;

    if (manager == NULL) {
        fprintf(stderr, "16-fan-out: %s\n", error.message);
        return 1;
    }
    options.which = SUPA_STORES_ALL; /* also those that cannot be asked: their error says why */
    options.in_flight = 32;
    options.store_ms = 2000;
    options.deadline_ms = 20000;
    question = low_stock();
    code = supa_fanout(manager, question, &options, on_answer, &total, &report, &error);
    if (code == SUPA_OK)
        printf(
            "%d products at %d stores; %d stores failed\n", (int)total.low, (int)total.stores,
            (int)report.failed);
    else /* the time was over, or the registry could not be read to its end */
        fprintf(
            stderr, "16-fan-out: %s; stores asked: %d, passed over: %d\n", error.message,
            (int)report.asked, (int)report.skipped);
    supa_query_free(question);
    supa_manager_free(manager);
    return code == SUPA_OK ? 0 : 1;
}
