/* SPDX-License-Identifier: MIT */
/* A thousand stores asked at once, of which some are dead; and one operation on both sides. The stores
 * share the tenants' databases, each with a row of its own there. */
#include "platform/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STORES      1000
#define DEAD_EACH   20 /* one in so many is dead: 5 % */
#define BATCH       250
#define STORE_MS    1000
#define MOST_MS     5000
#define FIRST_STORE "fa000000-0000-4000-8000-000000000001"

static char dead_url[64];
static int dead_listener = -1;

static int is_dead(int n)
{
    return n % DEAD_EACH == 0;
}

static const char *store_of(int n)
{
    static char id[40];

    snprintf(id, sizeof id, "fa000000-0000-4000-8000-%012d", n);
    return id;
}

static size_t put_row(char *out, size_t size, int n)
{
    const char *json = is_dead(n) ? place_credentials(dead_url, "key", "public")
                                  : place_good_credentials(1 + n % 3);
    char *envelope = supa_envelope_seal(
        supa_manager_keyring(place_manager()), "supabase", store_of(n), json, strlen(json), NULL);
    const int used = snprintf(
        out, size,
        "{\"store_id\":\"%s\",\"database_type\":\"supabase\",\"connection_string_encrypted\":\"%"
        "s\"}",
        store_of(n), envelope);

    supa_text_free(envelope);
    return (size_t)used;
}

static void insert_batch(int first)
{
    const size_t size = (size_t)BATCH * 1500;
    char *json = malloc(size);
    size_t used = 0;

    for (int n = first; n < first + BATCH; n++) {
        used += (size_t)snprintf(json + used, size - used, n == first ? "[" : ",");
        used += put_row(json + used, size - used, n);
    }
    snprintf(json + used, size - used, "]");
    CU_ASSERT_EQUAL(
        supa_exec(supa_insert(supa_from(place_master(), "store_databases"), json), NULL), SUPA_OK);
    free(json);
}

/* Each store has one product in each tenant, whose slug is the store's number. */
static void a_thousand_stores(void)
{
    static const char *const tenants[] = {"tenant_1", "tenant_2", "tenant_3"};
    char sql[1024];

    dead_listener = place_silence(dead_url, sizeof dead_url);
    snprintf(
        sql, sizeof sql,
        "insert into stores (id, user_id, slug, status, is_active) select "
        "('fa000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, '" OWNER_1
        "', 'fan-' || n, 'active', true from generate_series(1, %d) n",
        STORES);
    stack_sql("master", sql);
    for (int t = 0; t < 3; t++) {
        snprintf(
            sql, sizeof sql,
            "insert into stores (id, name, slug) select ('fa000000-0000-4000-8000-' || "
            "lpad(n::text, 12, '0'))::uuid, 'fan', 'fan-' || n from generate_series(1, %d) n; "
            "insert into products (store_id, slug, sku) select ('fa000000-0000-4000-8000-' || "
            "lpad(n::text, 12, '0'))::uuid, n::text, 'fan-' || n from generate_series(1, %d) n",
            STORES, STORES);
        stack_sql(tenants[t], sql);
    }
    for (int n = 1; n <= STORES; n += BATCH)
        insert_batch(n);
    CU_ASSERT_EQUAL(
        place_count("store_databases", "store_id", "gte", FIRST_STORE), (int64_t)STORES);
}

/* How each store answered. */
struct tally {
    int told[STORES + 1];
    int right[STORES + 1]; /* with its own row */
    int code[STORES + 1];
    int count, strangers;
    supa_cancel *fire; /* after this many */
    int fire_after;
};

static void tell(void *user, const char *store_id, supa_response *response)
{
    struct tally *tally = user;
    const supa_error *error = supa_response_error(response);
    const int n = atoi(store_id + 24);
    char slug[16];

    snprintf(slug, sizeof slug, "%d", n);
    if (n < 1 || n > STORES || strcmp(store_id, store_of(n)) != 0) {
        tally->strangers++;
    } else {
        tally->told[n]++;
        tally->code[n] = error != NULL ? error->code : SUPA_OK;
        tally->right[n] =
            supa_response_row_count(response) == 1 &&
            strcmp(supa_row_string(supa_response_first(response), "slug", ""), slug) == 0;
    }
    if (++tally->count == tally->fire_after)
        supa_cancel_fire(tally->fire);
    supa_response_free(response);
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static supa_fanout_options over_the_registry(supa_condition *filter)
{
    supa_fanout_options options = SUPA_FANOUT_OPTIONS_INIT;

    *filter = (supa_condition){"stores.slug", "like", supa_text("fan-%")};
    options.filters = filter;
    options.filter_count = 1;
    options.store_ms = STORE_MS;
    return options;
}

static supa_query *product(void)
{
    return supa_select(supa_template("products"), "slug,store_id");
}

/* One run over all of them with nothing cached, so that credentials are looked up as well. Returns how
 * many live stores were late, which a machine with other work may cause. */
static int ask_all(struct tally *tally, long *took)
{
    supa_condition filter;
    supa_fanout_options options = over_the_registry(&filter);
    supa_manager *manager = stack_manager();
    supa_query *q = product();
    supa_fanout_report report;
    supa_error error;
    int wrong = 0, late = 0;

    memset(tally, 0, sizeof *tally);
    *took = now_ms();
    CU_ASSERT_EQUAL(supa_fanout(manager, q, &options, tell, tally, &report, &error), SUPA_OK);
    *took = now_ms() - *took;
    for (int n = 1; n <= STORES; n++) {
        const int timed_out = tally->code[n] == SUPA_ERROR_TIMEOUT;

        wrong += tally->told[n] != 1 || (is_dead(n) ? !timed_out : !tally->right[n] && !timed_out);
        late += !is_dead(n) && timed_out;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(tally->strangers, 0);
    CU_ASSERT_EQUAL(report.asked, STORES);
    CU_ASSERT_EQUAL(report.failed, STORES / DEAD_EACH + late);
    CU_ASSERT_EQUAL(report.ok, STORES - report.failed);
    CU_ASSERT_EQUAL(report.skipped, 0);
    CU_ASSERT(late > 0 || is_dead(atoi(report.first_store + 24)));
    supa_query_free(q);
    supa_manager_free(manager);
    return late;
}

static void those_that_are_dead_are_named(void)
{
    static struct tally tally;
    long took = 0;
    int late = 1;

    for (int tries = 0; tries < 3 && (late > 0 || took > MOST_MS); tries++)
        late = ask_all(&tally, &took);
    printf("%d stores in %ld ms ", tally.count, took);
    CU_ASSERT_EQUAL(late, 0);
    CU_ASSERT(took <= MOST_MS);
}

/* A token that is fired amid it ends it at once, and each store that was known is told once. */
static void it_is_cancelled_amid_it(void)
{
    static struct tally tally;
    supa_condition filter;
    supa_fanout_options options = over_the_registry(&filter);
    supa_query *q = product();
    supa_fanout_report report;
    supa_error error;
    int wrong = 0;
    long took;

    tally.fire = options.cancel = supa_cancel_new();
    tally.fire_after = 100;
    options.page = 300;
    options.store_ms = 60000;
    took = now_ms();
    CU_ASSERT_EQUAL(
        supa_fanout(place_manager(), q, &options, tell, &tally, &report, &error),
        SUPA_ERROR_CANCELLED);
    took = now_ms() - took;
    CU_ASSERT(took <= MOST_MS);
    for (int n = 1; n <= STORES; n++)
        wrong += tally.told[n] > 1;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(report.asked + report.skipped, tally.count);
    CU_ASSERT(report.ok >= 90 && report.ok < 200);
    CU_ASSERT(report.skipped > 0);
    supa_cancel_unref(tally.fire);
    supa_query_free(q);
}

/* A deadline for all of it, shorter than that of a store. */
static void a_deadline_ends_it(void)
{
    static struct tally tally;
    const char *dead[DEAD_EACH];
    char ids[DEAD_EACH][40];
    supa_fanout_options options = SUPA_FANOUT_OPTIONS_INIT;
    supa_query *q = product();
    supa_fanout_report report;
    supa_error error;
    long took;

    for (int i = 0; i < DEAD_EACH; i++) {
        snprintf(ids[i], sizeof ids[i], "%s", store_of((i + 1) * DEAD_EACH));
        dead[i] = ids[i];
    }
    options.store_ids = dead;
    options.count = DEAD_EACH;
    options.in_flight = 8;
    options.deadline_ms = 300;
    took = now_ms();
    CU_ASSERT_EQUAL(
        supa_fanout(place_manager(), q, &options, tell, &tally, &report, &error),
        SUPA_ERROR_TIMEOUT);
    took = now_ms() - took;
    CU_ASSERT(took >= 290 && took < 2000);
    CU_ASSERT_EQUAL(report.asked, 8);
    CU_ASSERT_EQUAL(report.failed, 8);
    CU_ASSERT_EQUAL(report.skipped, DEAD_EACH - 8);
    CU_ASSERT_EQUAL(tally.count, DEAD_EACH);
    supa_query_free(q);
}

/* Its master takes connections and never answers. */
static supa_manager *dead_manager(void)
{
    supa_client_options master = stack_options(dead_url, "key");
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    master.retries = 0;
    options.master = &master;
    options.keyring = supa_manager_keyring(place_manager());
    return supa_manager_new(&options, NULL);
}

/* A lease that waits for a lookup is given up by its deadline and by its token. */
static void leases_that_are_given_up(void)
{
    supa_cancel *cancel = supa_cancel_new();
    supa_manager *manager = dead_manager();
    supa_error error;
    long took = now_ms();

    CU_ASSERT_PTR_NULL(
        supa_manager_lease_by(manager, stack_store(1), supa_deadline_in(200), cancel, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_TIMEOUT);
    supa_cancel_fire(cancel);
    CU_ASSERT_PTR_NULL(
        supa_manager_lease_by(manager, stack_store(1), (supa_deadline){0}, cancel, &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_CANCELLED);
    took = now_ms() - took;
    CU_ASSERT(took >= 190 && took < 2000);
    supa_cancel_unref(cancel);
    supa_manager_free(manager);
}

struct leases {
    int told, good, timed_out, cancelled, unknown, others;
};

static void leased(void *user, supa_client *client, const supa_error *error)
{
    struct leases *leases = user;
    const int code = error != NULL ? error->code : SUPA_OK;

    leases->told++;
    leases->good += client != NULL;
    leases->timed_out += code == SUPA_ERROR_TIMEOUT;
    leases->cancelled += code == SUPA_ERROR_CANCELLED;
    leases->unknown += code == SUPA_ERROR_HOST_NOT_FOUND || code == SUPA_ERROR_STORE_NOT_FOUND;
    leases->others += (client == NULL) != (code != SUPA_OK);
    supa_client_unref(client);
}

/* By id and by host, beside others that do not come in time, in one multi. */
static void leases_in_a_multi(void)
{
    supa_multi *multi = supa_multi_new(NULL, NULL);
    supa_manager *dead = dead_manager(), *good = stack_manager();
    supa_cancel *cancel = supa_cancel_new();
    struct leases leases = {0};
    uint64_t ticket;

    supa_multi_lease(multi, good, stack_store(1), leased, &leases);
    supa_multi_lease(multi, good, stack_store(1), leased, &leases);
    supa_multi_lease_by(
        multi, good, stack_store(2), supa_deadline_in(5000), cancel, leased, &leases);
    supa_multi_lease_host(multi, good, "tulip.stores.example", leased, &leases);
    supa_multi_lease_host(multi, good, "nobody.example", leased, &leases);
    supa_multi_lease(multi, good, NOBODY, leased, &leases);
    supa_multi_lease_by(multi, dead, stack_store(1), supa_deadline_in(200), NULL, leased, &leases);
    supa_multi_lease_by(multi, dead, stack_store(2), (supa_deadline){0}, cancel, leased, &leases);
    ticket = supa_multi_lease(multi, dead, stack_store(3), leased, &leases);
    while (leases.told < 7 && supa_multi_poll(multi, 1000) > 0)
        continue;
    CU_ASSERT_EQUAL(leases.good, 4);
    CU_ASSERT_EQUAL(leases.unknown, 2);
    CU_ASSERT_EQUAL(leases.timed_out, 1);
    supa_cancel_fire(cancel);
    CU_ASSERT_EQUAL(supa_multi_cancel(multi, ticket), 0);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    CU_ASSERT_EQUAL(leases.cancelled, 2);
    CU_ASSERT_EQUAL(leases.others, 0);
    supa_multi_free(multi);
    supa_cancel_unref(cancel);
    supa_manager_free(good);
    supa_manager_free(dead);
}

static void the_statuses_are_the_managers(void)
{
    static const char *const statuses[] = {"suspended", NULL};
    supa_client_options master = stack_options(
        stack_value("MASTER_SUPABASE_URL"), stack_value("MASTER_SUPABASE_SERVICE_KEY"));
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_manager *manager;
    supa_error error;

    options.master = &master;
    options.keyring = supa_manager_keyring(place_manager());
    options.statuses = statuses;
    manager = supa_manager_new(&options, NULL);
    CU_ASSERT_STRING_EQUAL(supa_manager_statuses(manager)[0], "suspended");
    CU_ASSERT_PTR_NULL(supa_manager_statuses(manager)[1]);
    CU_ASSERT_PTR_NULL(supa_manager_statuses(NULL));
    CU_ASSERT_EQUAL(supa_store_check(manager, stack_store(1), &error), SUPA_ERROR_STORE_SUSPENDED);
    CU_ASSERT(place_rows(supa_store_list(manager, SUPA_STORES_OPERATING, NULL, 0), 0));
    supa_manager_free(manager);
}

/* The second time, both sides are reached over connections that are open already. */
static void connections_outlive_a_call(void)
{
    for (int i = 0; i < 2; i++) {
        supa_question questions[2];
        supa_timings timings;

        questions[0] = (supa_question){supa_from(place_master(), "stores"), NULL, NULL};
        supa_limit(questions[0].query, 1);
        questions[1] = (supa_question){product(), stack_store(1), NULL};
        CU_ASSERT_EQUAL(
            supa_together(place_manager(), questions, 2, supa_deadline_in(5000), NULL, NULL),
            SUPA_OK);
        for (int k = 0; k < 2; k++) {
            supa_response_timings(questions[k].response, &timings);
            CU_ASSERT(i == 0 || timings.reused);
            supa_response_free(questions[k].response);
        }
    }
}

/* Master and tenant side by side: the one that hangs takes the deadline, the other one answers. */
static void both_sides_under_one_deadline(void)
{
    supa_question questions[2];
    supa_error error;
    long took = now_ms();

    questions[0] = (supa_question){
        supa_eq(supa_from(place_master(), "stores"), "id", supa_text(store_of(DEAD_EACH))), NULL,
        NULL};
    questions[1] = (supa_question){product(), store_of(DEAD_EACH), NULL};
    CU_ASSERT_EQUAL(
        supa_together(place_manager(), questions, 2, supa_deadline_in(400), NULL, &error),
        SUPA_ERROR_TIMEOUT);
    took = now_ms() - took;
    CU_ASSERT(took >= 390 && took < 2000);
    CU_ASSERT(place_text(questions[0].response, "slug", "fan-20"));
    CU_ASSERT(place_failed(questions[1].response, SUPA_ERROR_TIMEOUT));
}

static void the_stores_go(void)
{
    static const char *const databases[] = {"master", "tenant_1", "tenant_2", "tenant_3"};

    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
        stack_sql(databases[i], "delete from stores where id::text like 'fa000000%'");
    supa_manager_forget(place_manager(), NULL);
    close(dead_listener);
    place_end();
}

extern CU_TestInfo fanout_tests[];
CU_TestInfo fanout_tests[] = {
    {"a thousand stores are put, 5 % of them dead", a_thousand_stores},
    {"all are asked, and those that are dead are named", those_that_are_dead_are_named},
    {"it is cancelled amid it", it_is_cancelled_amid_it},
    {"a deadline ends it", a_deadline_ends_it},
    {"leases that are given up", leases_that_are_given_up},
    {"leases in a multi", leases_in_a_multi},
    {"the statuses in which stores operate are the manager's", the_statuses_are_the_managers},
    {"connections outlive a call", connections_outlive_a_call},
    {"both sides under one deadline", both_sides_under_one_deadline},
    {"the stores go", the_stores_go},
    CU_TEST_INFO_NULL,
};
